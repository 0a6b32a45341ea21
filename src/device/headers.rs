//! One walk over a request's headers, picking out the family's own.

use crate::{signed_call::CallSignature, text::control::has_control, token};
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::{
    fmt,
    str::{self, FromStr},
};

/// A source of request headers: slices, arrays and vectors of pairs, or `http::HeaderMap` with the feature `http`.
///
/// ```
/// use authflow::{
///     device::{Caller, Headers},
///     testkit::demo,
/// };
///
/// /// The headers of a framework that this crate does not know.
/// struct Theirs(Vec<(String, Vec<u8>)>);
///
/// impl Headers for Theirs {
///     fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8])) {
///         for (name, value) in &self.0 {
///             visit(name, value); // a header that stands twice is visited twice
///         }
///     }
/// }
///
/// let theirs = Theirs(
///     demo::device().iter().map(|(name, value)| (name.to_uppercase(), value.into())).collect(),
/// );
/// assert_eq!(Caller::from_headers(&theirs)?.client_id.as_str(), demo::ISV);
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known as the headers of a request",
    label = "it must implement `authflow::device::Headers`",
    note = "slices, arrays and vectors of pairs of a name and a value do",
    note = "`http::HeaderMap` does with the feature `http` of authflow"
)]
pub trait Headers {
    /// Calls `visit` with the name and value of every header. A repeated header is visited each time that it occurs.
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8]));
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8])) {
        for (name, value) in self {
            visit(name.as_ref(), value.as_ref());
        }
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LENGTH: usize> Headers for [(N, V); LENGTH] {
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8])) {
        self.as_slice().for_each(visit);
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8])) {
        self.as_slice().for_each(visit);
    }
}

impl<H: Headers + ?Sized> Headers for &H {
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8])) {
        (**self).for_each(visit);
    }
}

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8])) {
        for (name, value) in self {
            visit(name.as_str(), value.as_bytes());
        }
    }
}

macro_rules! headers {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $max:expr;)*) => {
        /// A header of the family. Names are compared without regard to case; `_` is no alias for `-`.
        ///
        /// ```
        /// use authflow::device::Header;
        ///
        /// // The headers that a browser of another origin may send, if the family is open to it.
        /// let allowed = [Header::Os, Header::Fingerprint, Header::Agent, Header::ClientId].map(Header::name);
        /// assert_eq!(
        ///     format!("Access-Control-Allow-Headers: {}", allowed.join(", ")),
        ///     "Access-Control-Allow-Headers: X-operating-sys-version, X-device-fingerprint, X-agent, X-client-id"
        /// );
        /// assert_eq!(Header::Fingerprint.max_bytes(), 256);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Header {
            $($(#[$doc])* $variant,)*
        }

        impl Header {
            const ALL: &[Self] = &[$(Self::$variant,)*];
            const NAMES: &[(&str, Self)] = &[$(($name, Self::$variant),)* ("session-token", Self::SessionToken)];

            /// The name, as the family's pages spell it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The most bytes a value may have. A [`Caller`](super::Caller) cuts a system or an agent that is longer.
            pub const fn max_bytes(self) -> usize {
                match self {
                    $(Self::$variant => $max,)*
                }
            }
        }
    };
}

headers! {
    /// The caller's operating system and version.
    Os = "X-operating-sys-version", 256;
    /// The caller's device fingerprint.
    Fingerprint = "X-device-fingerprint", 256;
    /// The user agent.
    Agent = "X-agent", 1024;
    /// The caller's IP address.
    Ip = "X-device-ip", 64;
    /// The language of messages.
    Language = "X-L", 35;
    /// The tenant of an ISV application.
    TenantId = "X-tenant-id", 64;
    /// The application.
    ClientId = "X-client-id", 64;
    /// The state token of a pending login.
    StateToken = "X-state-token", token::LONGEST_STATE_TOKEN;
    /// The session token. Also understood as `session-token`, as one of the family's pages has it.
    SessionToken = "X-session-token", 512;
    /// The bearer of an id token.
    Authorization = "Authorization", "Bearer ".len().saturating_add(token::LONGEST);
    /// The type of a body.
    ContentType = "Content-Type", 256;
    /// A session token that is sealed: see [`signed_call`](crate::signed_call).
    Signature = "X-signature", CallSignature::MAX_BYTES;
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A problem with a header.
///
/// ```
/// use authflow::device::{Header, Problem, RequestHeaders};
///
/// /// A header that may be left out, but must be right if it is there.
/// fn optional<'a>(headers: &RequestHeaders<'a>, header: Header) -> Result<Option<&'a str>, Problem> {
///     match headers.get(header) {
///         Err(Problem::Missing) => Ok(None),
///         judged => judged.map(Some),
///     }
/// }
///
/// let sent = [("X-tenant-id", "a"), ("x-tenant-id", "b")];
/// let headers = RequestHeaders::read(&sent);
/// assert_eq!(optional(&headers, Header::ClientId), Ok(None));
/// let refused = optional(&headers, Header::TenantId).unwrap_err();
/// assert_eq!((refused, &*refused.to_string()), (Problem::Repeated, "is given twice"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Problem {
    /// It is not there, or has only white space.
    #[error("is missing")]
    Missing,
    /// It occurs in the request more than once.
    #[error("is given twice")]
    Repeated,
    /// It has more bytes than it may.
    #[error("is too long")]
    TooLong,
    /// It has a control character, or bytes that are not UTF-8. (A text that is no address and a language that is unknown are no faults. They
    /// count as not given.)
    #[error("is malformed")]
    Malformed,
}

/// The family's headers of one request, borrowed and not yet judged.
///
/// ```
/// use authflow::{
///     device::{Caller, Header, RequestHeaders},
///     testkit::demo,
/// };
///
/// // One walk for the caller and for whatever else a route of yours looks at.
/// let sent = demo::device().with("X-session-token", " LGTAbc ");
/// let headers = RequestHeaders::read(&sent);
/// let caller = Caller::from_request_headers(&headers)?;
/// assert_eq!(caller.client_id.as_str(), demo::ISV);
/// assert_eq!(headers.get(Header::SessionToken), Ok("LGTAbc"));
/// assert!(headers.get(Header::StateToken).is_err());
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct RequestHeaders<'a> {
    found: [Found<'a>; Header::ALL.len()],
}

#[derive(Clone, Copy, Default)]
enum Found<'a> {
    #[default]
    Never,
    Once(&'a [u8]),
    Repeatedly,
}

impl<'a> RequestHeaders<'a> {
    /// Picks the family's headers out of a request, in one walk.
    pub fn read(headers: &'a (impl Headers + ?Sized)) -> Self {
        let mut read = Self::default();
        headers.for_each(&mut |name, value| {
            if let Some(found) = Header::named(name).and_then(|header| read.found.get_mut(header as usize)) {
                *found = match found {
                    Found::Never => Found::Once(value),
                    Found::Once(_) | Found::Repeatedly => Found::Repeatedly,
                };
            }
        });
        read
    }

    /// The value of a header, without the white space around it.
    ///
    /// # Errors
    /// The problem with the header.
    pub fn get(&self, header: Header) -> Result<&'a str, Problem> {
        header.text(self.bytes(header)?)
    }

    /// The id that a header names. The id's own type judges whether the text is one, control characters included, so that it is judged once.
    ///
    /// # Errors
    /// The problem with the header.
    pub(crate) fn id<Id: FromStr>(&self, header: Header) -> Result<Id, Problem> {
        let text = str::from_utf8(self.bytes(header)?).map_err(|_| Problem::Malformed)?;
        text.parse().map_err(|_| Problem::Malformed)
    }

    /// The value of a header that describes the device and decides nothing. Bytes that are not UTF-8 are replaced, and a value that is too long
    /// is cut.
    pub(crate) fn described(&self, header: Header) -> Result<Cow<'a, str>, Problem> {
        header.describe(self.once(header)?)
    }

    /// The bytes of a header, without the white space around them. They are for a token: its verifier takes only the bytes of base64url, so there
    /// is no use in judging them as text first.
    pub(crate) fn bytes(&self, header: Header) -> Result<&'a [u8], Problem> {
        header.bytes(self.once(header)?)
    }

    fn once(&self, header: Header) -> Result<&'a [u8], Problem> {
        match self.found.get(header as usize) {
            Some(Found::Once(value)) => Ok(value),
            Some(Found::Repeatedly) => Err(Problem::Repeated),
            Some(Found::Never) | None => Err(Problem::Missing),
        }
    }
}

impl Header {
    /// The header of this name. One comparison of lengths tells most names apart.
    fn named(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, header)| *header)
    }

    /// The value without the white space around it, if it is one that this header may have.
    pub(crate) fn judge(self, value: &[u8]) -> Result<&str, Problem> {
        self.text(self.bytes(value)?)
    }

    /// The value without the white space around it, as far as it can be read.
    pub(crate) fn describe(self, value: &[u8]) -> Result<Cow<'_, str>, Problem> {
        let value = trim(value);
        // A character that is cut in two is replaced like other bytes that are no text.
        let shown = value.get(..self.max_bytes()).unwrap_or(value);
        // Nearly every value is UTF-8. Checking the whole value at once is faster than checking it piece by piece.
        match str::from_utf8(shown).map_or_else(|_| String::from_utf8_lossy(shown), Cow::Borrowed) {
            text if text.is_empty() => Err(Problem::Missing),
            text if has_control(&text) => Err(Problem::Malformed),
            text => Ok(text),
        }
    }

    fn bytes(self, value: &[u8]) -> Result<&[u8], Problem> {
        match trim(value) {
            [] => Err(Problem::Missing),
            value if value.len() > self.max_bytes() => Err(Problem::TooLong),
            value => Ok(value),
        }
    }

    fn text(self, value: &[u8]) -> Result<&str, Problem> {
        let text = str::from_utf8(value).map_err(|_| Problem::Malformed)?;
        if has_control(text) { Err(Problem::Malformed) } else { Ok(text) }
    }
}

/// It holds tokens: `Debug` shows none of it.
impl fmt::Debug for RequestHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestHeaders(…)")
    }
}

/// Drops the optional white space around a field value (RFC 9110 §5.6.3): space and tab, and nothing else.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(headers: &[(&str, &[u8])], header: Header) -> Result<alloc::string::String, Problem> {
        RequestHeaders::read(headers).get(header).map(Into::into)
    }

    #[test]
    fn names_are_compared_without_case_and_underscores_are_no_aliases() {
        assert_eq!(get(&[("x-AGENT", b"a")], Header::Agent).as_deref(), Ok("a"));
        assert_eq!(get(&[("x_agent", b"a")], Header::Agent), Err(Problem::Missing));
        assert_eq!(get(&[("x-agent ", b"a")], Header::Agent), Err(Problem::Missing));
    }

    #[test]
    fn every_header_is_found_by_its_name() {
        for header in Header::ALL {
            assert_eq!(Header::named(&header.name().to_ascii_uppercase()), Some(*header));
        }
    }

    #[test]
    fn a_session_token_has_two_names_and_no_other_header_has() {
        for name in ["X-session-token", "session-token", "Session-Token"] {
            assert_eq!(get(&[(name, b"LGT")], Header::SessionToken).as_deref(), Ok("LGT"), "{name}");
            assert_eq!(get(&[(name, b"LGT")], Header::StateToken), Err(Problem::Missing), "{name}");
        }
        let both = [("X-session-token", &b"LGT"[..]), ("session-token", b"LGT")];
        assert_eq!(get(&both, Header::SessionToken), Err(Problem::Repeated));
        assert_eq!(get(&[("state-token", b"a")], Header::StateToken), Err(Problem::Missing));
    }

    #[test]
    fn pairs_are_a_source_however_they_are_held() {
        let array = [("X-agent", "a"), ("X-L", "en")];
        let vector = Vec::from(array);
        for read in [
            RequestHeaders::read(&array),
            RequestHeaders::read(array.as_slice()),
            RequestHeaders::read(&vector),
            RequestHeaders::read(&&vector),
        ] {
            assert_eq!((read.get(Header::Agent), read.get(Header::Language)), (Ok("a"), Ok("en")));
        }
    }

    #[test]
    fn values_are_not_printed() {
        let headers = [("X-state-token", "secret")];
        assert_eq!(alloc::format!("{:?}", RequestHeaders::read(&headers)), "RequestHeaders(…)");
    }

    #[test]
    fn twice_is_refused_in_any_spelling_even_if_alike_or_blank() {
        for (one, other) in [("a", "a"), ("a", "b"), ("", "a"), ("a", "")] {
            let headers = [("X-agent", one.as_bytes()), ("x-AGENT", other.as_bytes())];
            assert_eq!(get(&headers, Header::Agent), Err(Problem::Repeated));
        }
    }

    #[test]
    fn blank_is_missing_and_spaces_around_are_dropped() {
        assert_eq!(get(&[("X-agent", b" \t ")], Header::Agent), Err(Problem::Missing));
        assert_eq!(get(&[("X-agent", b"\t a b ")], Header::Agent).as_deref(), Ok("a b"));
        assert_eq!(get(&[("X-agent", b"a\n")], Header::Agent), Err(Problem::Malformed));
    }

    #[test]
    fn every_header_has_its_bound_to_the_byte() {
        for header in Header::ALL {
            let longest = alloc::vec![b'1'; header.max_bytes()];
            assert!(get(&[(header.name(), &longest)], *header).is_ok(), "{header}");
            let longer = alloc::vec![b'1'; header.max_bytes() + 1];
            assert_eq!(get(&[(header.name(), &longer)], *header), Err(Problem::TooLong), "{header}");
        }
    }

    #[test]
    fn all_256_bytes_inside_every_header() {
        for header in Header::ALL {
            for byte in 0..=u8::MAX {
                let value = [b'a', byte, b'b'];
                let expected = if (0x20..0x7F).contains(&byte) { Ok(()) } else { Err(Problem::Malformed) };
                assert_eq!(
                    get(&[(header.name(), &value)], *header).map(|_| ()),
                    expected,
                    "{header} {byte:#x}"
                );
            }
        }
        assert_eq!(get(&[("X-agent", "é".as_bytes())], Header::Agent).as_deref(), Ok("é"));
        assert_eq!(get(&[("X-agent", "\u{85}".as_bytes())], Header::Agent), Err(Problem::Malformed));
    }

    #[cfg(feature = "http")]
    #[test]
    fn a_header_map_is_a_source() {
        let mut map = http::HeaderMap::new();
        map.append("x-agent", "a".parse().unwrap());
        assert_eq!(RequestHeaders::read(&map).get(Header::Agent), Ok("a"));
        map.append("X-Agent", "b".parse().unwrap());
        assert_eq!(RequestHeaders::read(&map).get(Header::Agent), Err(Problem::Repeated));
    }
}
