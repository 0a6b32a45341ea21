//! The token or signature with which a request shows whose it is.

use super::{
    admit::{self, Admitted, Errand},
    ask::Then,
    config::Core,
    open_session::{Shown, by_session_token, with_bearer},
    signature,
};
use crate::{
    Moment,
    device::Caller,
    signed_call::CallSignature,
    step::Step,
    token::{IdToken, SessionToken, Untrusted, VerifiedSession},
};
use alloc::sync::Arc;

/// The token or signature with which a request shows whose it is.
///
/// ```
/// use authflow::{
///     PresentedToken,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// /// What your route finds in its headers: one of the two, and not both.
/// fn shown<'a>(
///     bearer: Option<&'a str>,
///     session: Option<&'a str>,
/// ) -> Option<PresentedToken<'a>> {
///     match (bearer, session) {
///         (Some(token), None) => Some(PresentedToken::Bearer(Untrusted::new(token))),
///         (None, Some(token)) => Some(PresentedToken::Session(Untrusted::new(token))),
///         _ => None,
///     }
/// }
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// for shown in
///     [shown(Some(signed_in.id_token()), None), shown(None, Some(signed_in.session_token()))]
/// {
///     let caller = Caller::from_headers(&demo::device())?;
///     let verdict = world.authenticate(caller, shown.unwrap());
///     assert!(matches!(verdict, Verdict::Authenticated(_)));
/// }
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum PresentedToken<'a> {
    /// An id token, as `Authorization: Bearer …` carries it.
    Bearer(Untrusted<'a, IdToken>),
    /// A session token, in the family's header `X-session-token` or in a cookie of the host.
    Session(Untrusted<'a, SessionToken>),
    /// A sealed session token, in the family's header `X-signature`. An application that has a [`call_key`](crate::Application::call_key) takes
    /// nothing else, except to sign out. No other application takes one.
    Signed(CallSignature<'a>),
}

impl<'a> From<Untrusted<'a, IdToken>> for PresentedToken<'a> {
    fn from(token: Untrusted<'a, IdToken>) -> Self {
        Self::Bearer(token)
    }
}

impl<'a> From<CallSignature<'a>> for PresentedToken<'a> {
    fn from(signature: CallSignature<'a>) -> Self {
        Self::Signed(signature)
    }
}

impl<'a> From<PresentedSession<'a>> for PresentedToken<'a> {
    fn from(presented: PresentedSession<'a>) -> Self {
        match presented {
            PresentedSession::Token(token) => Self::Session(token),
            PresentedSession::Signed(signature) => Self::Signed(signature),
        }
    }
}

/// The token or signature that shows a session in order to end it, or to get new tokens for it. An id token can do neither.
///
/// ```
/// use authflow::{
///     PresentedSession,
///     device::Caller,
///     outcome::Verdict,
///     signed_call::CallSignature,
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// /// What your route finds in its headers, whichever of the two your applications use.
/// fn shown<'a>(session: Option<&'a str>, signature: Option<&'a str>) -> PresentedSession<'a> {
///     match (session, signature) {
///         (_, Some(sealed)) => CallSignature::new(sealed).into(),
///         (session, None) => Untrusted::new(session.unwrap_or_default()).into(),
///     }
/// }
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let signed_in = world.login("alice");
/// let mut sign_out = |shown| {
///     let caller = Caller::from_headers(&demo::device()).unwrap();
///     let step = engine.sign_out(caller, shown, world.moment());
///     world.run(step).verdict
/// };
/// assert!(matches!(sign_out(shown(None, None)), Verdict::Refused(_)));
/// let session = Some(signed_in.session_token());
/// assert!(matches!(sign_out(shown(session, None)), Verdict::Done));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum PresentedSession<'a> {
    /// A session token.
    Token(Untrusted<'a, SessionToken>),
    /// A sealed session token: see [`PresentedToken::Signed`].
    Signed(CallSignature<'a>),
}

impl<'a> From<Untrusted<'a, SessionToken>> for PresentedSession<'a> {
    fn from(token: Untrusted<'a, SessionToken>) -> Self {
        Self::Token(token)
    }
}

impl<'a> From<CallSignature<'a>> for PresentedSession<'a> {
    fn from(signature: CallSignature<'a>) -> Self {
        Self::Signed(signature)
    }
}

/// Verifies whatever the caller shows, and goes on with `then` if it is of the application and the device.
pub(super) fn with_presented(
    core: &Arc<Core>,
    caller: Caller,
    presented: PresentedToken<'_>,
    moment: Moment,
    then: impl Then<Admitted, Shown>,
) -> Step {
    let session = match presented {
        PresentedToken::Bearer(presented) => {
            // The key depends on the application, so the text is kept until that is known.
            let text = presented.to_owned();
            return admit::admit(core, caller, moment, move |admitted| {
                with_bearer(admitted, text.presented(), |admitted, token| {
                    then(admitted, Shown::by_id_token(&token))
                })
            });
        }
        PresentedToken::Session(token) => PresentedSession::Token(token),
        PresentedToken::Signed(signature) => PresentedSession::Signed(signature),
    };
    with_session_token(Errand::Act, core, caller, session, moment, then)
}

/// Verifies a session token of the caller's application, of the device unless the caller gives up a right, and goes on with `then`.
pub(super) fn with_session_token(
    errand: Errand,
    core: &Arc<Core>,
    caller: Caller,
    presented: PresentedSession<'_>,
    moment: Moment,
    then: impl Then<Admitted, Shown>,
) -> Step {
    match presented {
        PresentedSession::Token(token) => {
            let verified = VerifiedSession::verify(&core.ring, token, moment.timestamp());
            // Giving up a right must not need the key service. But the caller must show something.
            let may_be_bare = errand == Errand::GiveUp && !token.is_empty();
            admit::admit_for(errand, core, caller, moment, move |admitted| {
                let begin = |admitted| by_session_token(errand, admitted, verified, then);
                if may_be_bare { begin(admitted) } else { admitted.unsigned(begin) }
            })
        }
        PresentedSession::Signed(signature) => {
            let sealed = signature.sealed();
            admit::admit_for(errand, core, caller, moment, move |admitted| {
                signature::open(admitted, sealed, move |admitted, token| {
                    by_session_token(errand, admitted, Ok(token), then)
                })
            })
        }
    }
}
