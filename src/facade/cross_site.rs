//! Protection from requests that another site makes a browser send.

use crate::device::Headers;

/// The header that shows, whatever its value, that a script of this site has made the request.
pub(crate) const REQUESTED_BY: &str = "X-Requested-By";
/// The header in which a browser says where a request comes from.
pub(crate) const FETCH_SITE: &str = "Sec-Fetch-Site";

/// Whether another site may have made a browser send this request. Ask this before you act on a cookie, whatever the route, and refuse with 403
/// if it is so. Ask it for a sign-in too: otherwise another site can sign somebody in to a stranger's account unnoticed, and the stranger learns
/// what they do there.
///
/// A browser sends its cookies along, whichever site makes it send a request. So a cookie alone does not show that this site wanted the request.
/// A request is this site's own if one of these holds:
///
/// - Its method is `GET`, `HEAD` or `OPTIONS`, which must change nothing (RFC 9110 §9.2.1), and it has no header `Upgrade`. A message over a
///   WebSocket may change something, and CORS does not ask who opens one (RFC 6455 §10.2).
/// - It has `Sec-Fetch-Site: same-origin`, once. The browser sets that header, and no script can (W3C Fetch Metadata Request Headers §2.3, and
///   the prefix `Sec-` of the Fetch standard). `same-site` is not enough, because another site under the same domain may be hostile. `none` is
///   not enough either. It stands for an address that somebody has typed or bookmarked.
/// - It has `X-Requested-By` with any value. A form cannot set it. A script of another site can set it only if this site allows that by CORS
///   (OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Employing Custom Request Headers for AJAX/API"). This header is for browsers
///   from before 2023 and for sites that you allow by name.
///
/// A script cannot set a header of a WebSocket, and some browsers send no Fetch Metadata with one. If you take WebSockets from those browsers,
/// compare their `Origin` with your own before you ask, and add `X-Requested-By` to a request if the two are equal.
///
/// ```
/// use authflow::facade::may_be_cross_site;
///
/// assert!(may_be_cross_site("POST", &[("Cookie", "__Host-session=…")]));
/// assert!(may_be_cross_site("POST", &[("Sec-Fetch-Site", "same-site")]));
/// assert!(!may_be_cross_site("POST", &[("Sec-Fetch-Site", "same-origin")]));
/// assert!(!may_be_cross_site("DELETE", &[("X-Requested-By", "orders")]));
/// assert!(!may_be_cross_site("GET", &[("Sec-Fetch-Site", "cross-site")]));
/// assert!(may_be_cross_site(
///     "GET",
///     &[("Sec-Fetch-Site", "cross-site"), ("Upgrade", "websocket")]
/// ));
/// ```
pub fn may_be_cross_site<R: Headers + ?Sized>(method: &str, headers: &R) -> bool {
    let mut changes_nothing = matches!(method, "GET" | "HEAD" | "OPTIONS");
    let (mut sites, mut is_same_origin, mut is_requested) = (0_u32, false, false);
    headers.for_each(&mut |name, value| {
        let value = value.trim_ascii();
        if name.eq_ignore_ascii_case(FETCH_SITE) {
            sites = sites.saturating_add(1);
            is_same_origin = value == b"same-origin";
        } else if name.eq_ignore_ascii_case(REQUESTED_BY) {
            is_requested |= !value.is_empty();
        } else if name.eq_ignore_ascii_case("Upgrade") {
            changes_nothing = false;
        }
    });
    let is_own = changes_nothing || is_requested || (sites == 1 && is_same_origin);
    !is_own
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every method against every origin, with the custom header and without.
    #[test]
    fn what_changes_something_takes_a_word_that_another_site_cannot_say() {
        for method in [
            "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE", "get", "",
            "FETCH",
        ] {
            for (site, upgrade) in
                [None, Some("same-origin"), Some("same-site"), Some("cross-site"), Some("none"), Some("")]
                    .into_iter()
                    .flat_map(|site| [None, Some("websocket"), Some("")].map(|upgrade| (site, upgrade)))
            {
                let is_safe = ["GET", "HEAD", "OPTIONS"].contains(&method) && upgrade.is_none();
                for requested in [None, Some(""), Some(" "), Some("x")] {
                    let site = site.map(|site| ("sec-fetch-SITE", site));
                    let requested_by = requested.map(|value| ("x-requested-BY", value));
                    let upgrade = upgrade.map(|value| ("upGRADE", value));
                    let headers: alloc::vec::Vec<_> =
                        site.into_iter().chain(requested_by).chain(upgrade).collect();
                    let is_own = is_safe
                        || site.is_some_and(|(_, site)| site == "same-origin")
                        || requested == Some("x");
                    assert_eq!(may_be_cross_site(method, &headers), !is_own, "{method} {headers:?}");
                }
            }
        }
    }

    #[test]
    fn an_origin_is_said_once_and_spelt_as_the_browser_spells_it() {
        for headers in [
            [(FETCH_SITE, "same-origin"), (FETCH_SITE, "same-origin")],
            [(FETCH_SITE, "cross-site"), (FETCH_SITE, "same-origin")],
            [("X-Other", "same-origin"), (FETCH_SITE, "Same-Origin")],
            [("Sec_Fetch_Site", "same-origin"), ("X_Requested_By", "x")],
            [(FETCH_SITE, "same-origin, cross-site"), ("Origin", "https://id.example.com")],
        ] {
            assert!(may_be_cross_site("POST", &headers), "{headers:?}");
        }
    }
}
