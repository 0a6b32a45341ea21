//! The tokens and the language in the headers of a request of the family.

use crate::{
    PresentedSession, PresentedToken, Secret,
    device::{Header, Language, Problem, RequestHeaders},
    facade::{bearer, borne},
    signed_call::CallSignature,
    token::{Kind, SessionToken, Untrusted},
};

/// The token of a separate header.
pub(super) fn token<'a, K: Kind>(headers: &RequestHeaders<'a>, header: Header) -> Untrusted<'a, K> {
    match headers.bytes(header) {
        Ok(bytes) => Untrusted::new(bytes),
        Err(Problem::Missing) => Untrusted::new(b""),
        Err(_) => Untrusted::unreadable(),
    }
}

/// The signature of the call, where there is one.
pub(super) fn signature<'a>(headers: &RequestHeaders<'a>) -> Option<CallSignature<'a>> {
    match headers.bytes(Header::Signature) {
        Ok(bytes) => Some(CallSignature::new(bytes)),
        Err(Problem::Missing) => None,
        Err(_) => Some(CallSignature::unreadable()),
    }
}

/// The token or signature that shows a subject's session. If there is a signature, nothing else counts.
pub(super) fn subject<'a>(headers: &RequestHeaders<'a>) -> PresentedToken<'a> {
    signature(headers).map_or_else(|| PresentedToken::Bearer(bearer(headers)), PresentedToken::Signed)
}

/// The same, in a call that is about the session itself.
pub(super) fn session<'a>(headers: &RequestHeaders<'a>) -> PresentedSession<'a> {
    let token = || PresentedSession::Token(token::<SessionToken>(headers, Header::SessionToken));
    signature(headers).map_or_else(token, PresentedSession::Signed)
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
