//! A reply, for any framework to send.

use alloc::{borrow::Cow, vec::Vec};
use core::fmt;

/// A finished reply, for any framework to send. No cache may keep it.
///
/// ```
/// use authflow::facade::Reply;
///
/// let reply =
///     Reply::json(200, br#"{"answer":42}"#.to_vec()).with_header("set-cookie", "a=b; Secure");
/// let headers: Vec<_> = reply.headers().collect();
/// assert_eq!(
///     headers,
///     [
///         ("content-type", "application/json"),
///         ("cache-control", "no-store"),
///         ("set-cookie", "a=b; Secure"),
///     ]
/// );
/// ```
#[derive(Clone)]
pub struct Reply {
    status: u16,
    content_type: Option<&'static str>,
    more: Vec<(&'static str, Cow<'static, str>)>,
    body: Vec<u8>,
}

impl Reply {
    /// A reply without a body.
    pub const fn empty(status: u16) -> Self {
        Self { status, content_type: None, more: Vec::new(), body: Vec::new() }
    }

    /// A reply whose body is this JSON, in UTF-8.
    pub const fn json(status: u16, body: Vec<u8>) -> Self {
        Self { status, content_type: Some("application/json"), more: Vec::new(), body }
    }

    /// A reply whose body is this problem, as JSON (RFC 9457).
    pub const fn problem(status: u16, body: Vec<u8>) -> Self {
        Self { status, content_type: Some("application/problem+json"), more: Vec::new(), body }
    }

    /// The same with one more header, whose name is in lower case. A name may occur more than once: each time is a separate line.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers, names in lower case. A name may occur more than once: send each line, and do not keep only the last one.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let content_type = self.content_type.map(|content_type| ("content-type", content_type));
        let more = self.more.iter().map(|(name, value)| (*name, value.as_ref()));
        content_type.into_iter().chain([("cache-control", "no-store")]).chain(more)
    }

    /// The body: UTF-8 JSON, or nothing at all.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, to send without a copy.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }
}

/// Body and cookies hold tokens: `Debug` does not show them.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};

    #[test]
    fn it_prints_neither_its_body_nor_its_cookies() {
        let reply =
            Reply::json(200, b"secret".into()).with_header("set-cookie", String::from("secret=secret"));
        assert_eq!(format!("{reply:?}"), "Reply { status: 200, .. }");
    }

    #[test]
    fn two_cookies_are_two_lines() {
        let reply =
            Reply::problem(403, Vec::new()).with_header("set-cookie", "a").with_header("set-cookie", "b");
        let cookies: Vec<_> = reply.headers().filter(|(name, _)| *name == "set-cookie").collect();
        assert_eq!(cookies, [("set-cookie", "a"), ("set-cookie", "b")]);
        assert_eq!(reply.headers().next(), Some(("content-type", "application/problem+json")));
    }

    #[test]
    fn a_reply_without_a_body_has_no_type() {
        assert_eq!(Reply::empty(404).headers().collect::<Vec<_>>(), [("cache-control", "no-store")]);
    }
}
