//! The paths and methods of the family, as one table.

use crate::outcome::NotOurs;

/// An operation that a route leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    SignIn,
    SkipPassword,
    PasswordIsSet,
    ChangePassword,
}

struct Route {
    path: &'static str,
    methods: &'static [&'static str],
    /// The same methods as an `Allow` header says them.
    allowed: &'static str,
    call: Call,
}

const ROUTES: &[Route] = &[
    Route { path: "/api/v2/sdk/login", methods: &["POST"], allowed: "POST", call: Call::SignIn },
    Route {
        path: "/api/v2/sdk/pwd/skip-update",
        methods: &["GET", "POST"],
        allowed: "GET, POST",
        call: Call::SkipPassword,
    },
    Route {
        path: "/api/v2/sdk/pwd/check-exist",
        methods: &["GET"],
        allowed: "GET",
        call: Call::PasswordIsSet,
    },
    Route { path: "/api/v2/sdk/pwd/update", methods: &["POST"], allowed: "POST", call: Call::ChangePassword },
];

/// The call of a method (compared as it stands, RFC 9110 §9.1) and a path, whose query does not count.
pub(super) fn find(method: &str, path: &str) -> Result<Call, NotOurs> {
    let path = path.split_once('?').map_or(path, |(path, _query)| path);
    let route = ROUTES.iter().find(|route| route.path == path).ok_or(NotOurs::Path)?;
    if route.methods.contains(&method) {
        Ok(route.call)
    } else {
        Err(NotOurs::Method { allowed: route.allowed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_its_methods_alone() {
        for route in ROUTES {
            assert_eq!(route.allowed, route.methods.join(", "));
            for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "get", ""] {
                let expected = if route.methods.contains(&method) {
                    Ok(route.call)
                } else {
                    Err(NotOurs::Method { allowed: route.allowed })
                };
                assert_eq!(find(method, route.path), expected);
            }
        }
    }

    #[test]
    fn a_path_is_compared_as_it_stands_without_its_query() {
        assert_eq!(find("POST", "/api/v2/sdk/login?x=1"), Ok(Call::SignIn));
        for path in
            ["", "/", "/api/v2/sdk/login/", "/api/v2/SDK/login", "//api/v2/sdk/login", "/api/v2/sdk/log%69n"]
        {
            assert_eq!(find("POST", path), Err(NotOurs::Path), "{path}");
        }
    }
}
