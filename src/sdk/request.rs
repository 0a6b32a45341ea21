//! The tokens and the language in the headers of a request of the family.

use crate::{
    Secret,
    device::{Header, Language, Problem, RequestHeaders},
    facade::borne,
    token::{Kind, Untrusted},
};

/// The token of a header of its own.
pub(super) fn token<'a, K: Kind>(headers: &RequestHeaders<'a>, header: Header) -> Untrusted<'a, K> {
    match headers.bytes(header) {
        Ok(bytes) => Untrusted::new(bytes),
        Err(Problem::Missing) => Untrusted::new(b""),
        Err(_) => Untrusted::unreadable(),
    }
}

/// The credential of `Authorization: Bearer …`; empty where there is none.
pub(super) fn credential(headers: &RequestHeaders<'_>) -> Secret {
    let text = borne(headers).ok().and_then(|bytes| Header::Authorization.judge(bytes).ok());
    Secret::new(text.unwrap_or_default())
}

/// The language that the caller asks for.
pub(super) fn language(headers: &RequestHeaders<'_>) -> Option<Language> {
    headers.get(Header::Language).ok().and_then(Language::from_tag)
}
