//! A request as it is sent, and the facts in its own text.

use crate::{
    bodies,
    cast::{APPLICATIONS, NEW_PASSWORD, PASSWORD},
    json::Shape,
    model::{self, HeaderList},
    scenario::Request,
};
use authflow::device::Header;
use serde_json::Value;
use std::{fmt, sync::LazyLock};

/// The calls of the family, with their paths and methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    SignIn,
    Skip,
    Change,
    IsSet,
}

const CALLS: [(Call, &str, &[&str]); 4] = [
    (Call::SignIn, "/api/v2/sdk/login", &["POST"]),
    (Call::Skip, "/api/v2/sdk/pwd/skip-update", &["GET", "POST"]),
    (Call::Change, "/api/v2/sdk/pwd/update", &["POST"]),
    (Call::IsSet, "/api/v2/sdk/pwd/check-exist", &["GET"]),
];

/// Whether this oracle knows the call of a path: a call of the main road, or no call at all.
pub fn is_known(path: &str) -> bool {
    static PATHS: LazyLock<Value> = LazyLock::new(|| authflow::sdk::openapi()["paths"].take());
    let path = path.split('?').next().unwrap();
    CALLS.iter().any(|(_, known, _)| *known == path) || PATHS.get(path).is_none()
}

/// The values that a client must repeat to go on with a login: application, tenant, fingerprint and, if the application
/// binds it, operating system.
pub type Said = [Option<String>; 4];

/// A request as it is sent.
pub struct Given<'a> {
    pub request: &'a Request,
    pub headers: &'a HeaderList,
    /// A password stands in a place that may be printed.
    may_print: bool,
}

impl<'a> Given<'a> {
    pub fn new(request: &'a Request, headers: &'a HeaderList) -> Self {
        let has =
            |text: &[u8], password: &str| text.windows(password.len()).any(|it| it == password.as_bytes());
        let mut values = headers.iter().map(|(_, value)| value);
        let may_print = values.any(|value| has(value, PASSWORD) || has(value, NEW_PASSWORD));
        Self { request, headers, may_print }
    }

    /// The call, or the status if the request is no call.
    pub fn call(&self) -> Result<Call, u16> {
        let path = self.request.path.split('?').next().unwrap();
        let (call, _, methods) = CALLS.into_iter().find(|(_, other, _)| *other == path).ok_or(404_u16)?;
        if methods.contains(&&*self.request.method) { Ok(call) } else { Err(405) }
    }

    pub fn said(&self) -> Said {
        let said = |header| model::value(self.headers, header).ok().map(String::from);
        let isv = said(Header::ClientId).as_deref() == Some(APPLICATIONS[0]);
        let bound = |header| said(header).filter(|_| isv);
        [said(Header::ClientId), bound(Header::TenantId), said(Header::Fingerprint), bound(Header::Os)]
    }

    /// Asserts that no password is printed.
    pub fn check_printed(&self, printed: &impl fmt::Debug) {
        if !self.may_print {
            let printed = format!("{printed:?}");
            assert!(!printed.contains(PASSWORD) && !printed.contains(NEW_PASSWORD), "a password is printed");
        }
    }

    /// A text member of the body, as any reader of JSON finds it.
    pub fn member(&self, name: &str) -> Option<String> {
        let body: Value = serde_json::from_slice(bodies::unmarked(&self.request.body)).ok()?;
        body.get(name)?.as_str().map(String::from)
    }

    /// Whether the call takes this body, by the wire contract's own words.
    pub fn has_good_body(&self, call: Call) -> bool {
        let password = |name| self.member(name).is_some_and(|password| (1..=1024).contains(&password.len()));
        let members = || match call {
            Call::SignIn => {
                password("password") && self.member("user_name").is_some_and(|name| is_user_name(&name))
            }
            Call::Change => password("old_password") && password("new_password"),
            Call::Skip | Call::IsSet => true,
        };
        let good = || {
            let body = &self.request.body;
            let shape = || Shape::of(std::str::from_utf8(bodies::unmarked(body)).unwrap());
            model::value(self.headers, Header::ContentType).is_ok_and(bodies::is_json)
                && body.len() <= 16 * 1024
                && members()
                && shape().is_good()
        };
        matches!(call, Call::Skip | Call::IsSet) || good()
    }
}

fn is_user_name(name: &str) -> bool {
    bodies::user_name(name).is_some()
}
