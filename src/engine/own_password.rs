//! A signed-in subject sets or changes their own password.

use super::{
    admit::Admitted,
    ask::Then,
    config::Core,
    new_password::{NewPassword, RefusedPassword},
    open_session::{OpenSession, of_bearer},
    presented::{PresentedToken, with_presented},
    prove_code::{PresentedCode, aim_at},
    prove_password::{aim_at_password, prove_password},
    spent::UsedCode,
};
use crate::{
    AccountId, Lifetime, Moment, Secret,
    code::CodePurpose,
    contact::Channel,
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{first_password, old_password, own_password},
    outcome::{Event, Fault, ProofRefusal},
    step::{AccessPurpose, Step},
    token::{IdToken, Untrusted},
};
use alloc::sync::Arc;

/// The greatest age of a sign-in that may set a password without the old one, replace a contact, or remove a link.
const RECENT: Lifetime = Lifetime::of::<600>();

/// A signed-in subject's change of their own password.
///
/// ```
/// use authflow::{
///     OwnPasswordChange, PresentedToken, Secret,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let (here, elsewhere) = (world.login("alice"), world.login("alice"));
/// let change = OwnPasswordChange {
///     old_password: Some(Secret::new(demo::PASSWORD)),
///     new_password: Secret::new("Battery-Staple-8"),
/// };
/// let shown = PresentedToken::Session(Untrusted::new(here.session_token()));
/// let caller = Caller::from_headers(&demo::device())?;
/// let step = engine.change_own_password(caller, shown, change, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::Done));
/// assert_eq!(
///     world.check_exist(elsewhere.id_token()).status,
///     400,
///     "every other session is over"
/// );
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Debug)]
pub struct OwnPasswordChange {
    /// The present password as typed; `None` if none is set.
    pub old_password: Option<Secret>,
    /// The new password.
    pub new_password: Secret,
}

pub(super) fn change(
    core: &Arc<Core>,
    caller: Caller,
    presented: PresentedToken<'_>,
    change: OwnPasswordChange,
    moment: Moment,
) -> Step {
    with_presented(core, caller, presented, moment, |admitted, shown| {
        shown.open(admitted, move |admitted, session| change.start(admitted, session, shown.fault()))
    })
}

/// Asks for access before anything is proved, so that a denial reveals nothing about the old password, counts no guess and spends no code.
fn may_change(
    admitted: Admitted,
    session: OpenSession,
    fault: Fault,
    then: impl Then<Admitted, OpenSession>,
) -> Step {
    session.allowed(admitted, AccessPurpose::OwnPassword, fault, then)
}

impl OwnPasswordChange {
    fn start(self, admitted: Admitted, session: OpenSession, fault: Fault) -> Step {
        may_change(admitted, session, fault, |admitted, session| self.prove(admitted, session))
    }

    fn prove(self, admitted: Admitted, session: OpenSession) -> Step {
        let Self { old_password: presented, new_password: chosen } = self;
        let (verifier, old) = match (&session.account.password, presented) {
            (None, _) => return set_first(admitted, session, chosen),
            (Some(_), None) => {
                return admitted.refuse_proof(
                    Fault::OldPasswordInvalid,
                    Factor::Password,
                    ProofRefusal::Wrong,
                );
            }
            (Some(_), Some(_)) if !old_password(&session.account, session.record.factors) => {
                return RefusedPassword::breached_proof(session.account.id).end(admitted);
            }
            (Some(known), Some(old)) => (known.verifier.clone(), old),
        };
        let presented = old.clone();
        let new = match NewPassword::new(&admitted, Some(&session.account), chosen, Some(old)) {
            Ok(new) => new,
            Err(refused) => return refused.end(admitted),
        };
        let aim = aim_at_password(&admitted, session.account.id);
        let claimant = Ok((verifier, session));
        prove_password(admitted, aim, claimant, presented, "old_password", |admitted, proved| {
            match proved {
                // The old password is about to be replaced, so its verifier is not renewed.
                Ok((session, _rehash)) => {
                    store(admitted, session, new, FactorSet::EMPTY.with(Factor::Password), None)
                }
                Err(reason) => admitted.refuse_proof(Fault::OldPasswordInvalid, Factor::Password, reason),
            }
        })
    }
}

fn set_first(admitted: Admitted, session: OpenSession, chosen: Secret) -> Step {
    let account = session.account.id;
    if !is_fresh(&admitted, &session) {
        return refuse_stale(admitted, account);
    }
    if let Err(reason) = first_password(admitted.policy(), &session.account, session.record.factors) {
        let event = Event::FirstPasswordRefused { account, reason };
        return admitted.context.refuse(Fault::SignInNotRecent, event);
    }
    match NewPassword::new(&admitted, Some(&session.account), chosen, None) {
        // Only the sign-in has proved anything, and it does not make a second factor new.
        Ok(new) => {
            let proved = session.record.factors.without(session.account.enrolled);
            store(admitted, session, new, proved, None)
        }
        Err(refused) => refused.end(admitted),
    }
}

/// A signed-in subject's change of their own password, proved by a code to their own contact instead of the old password.
///
/// ```
/// use authflow::{
///     OwnPasswordCodeChange, PresentedToken, Secret,
///     contact::Channel,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{Call, World, demo},
///     token::Untrusted,
/// };
/// use serde_json::json;
///
/// let mut world = World::new(); // nora signs in by codes
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let mobile = "+86-13800000001";
/// let mut code = |kind: &str| {
///     world.clock.pass(60);
///     let ask = json!({ "mobile": mobile, "type": kind });
///     world.send(&Call::post("/api/v2/sdk/sms/send", &ask));
///     world.code()
/// };
/// let (sign_in, update) = (code("LOGIN_SMS"), code("UPDATE_PWD_SMS"));
/// let shows = json!({ "mobile": mobile, "verify_code": sign_in });
/// let signed_in = world.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &shows));
///
/// let change = OwnPasswordCodeChange {
///     channel: Channel::Sms,
///     code: Secret::new(update),
///     new_password: Secret::new("Battery-Staple-8"),
/// };
/// let shown = PresentedToken::Session(Untrusted::new(signed_in.session_token()));
/// let step = engine.change_own_password_by_code(caller, shown, change, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::Done));
/// assert_eq!(world.send(&Call::login("nora", "Battery-Staple-8")).text("status"), "SUCCESS");
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Debug)]
pub struct OwnPasswordCodeChange {
    /// The channel by which the code was sent.
    pub channel: Channel,
    /// The code as typed.
    pub code: Secret,
    /// The new password.
    pub new_password: Secret,
}

pub(super) fn change_by_code(
    core: &Arc<Core>,
    caller: Caller,
    presented: PresentedToken<'_>,
    change: OwnPasswordCodeChange,
    moment: Moment,
) -> Step {
    with_presented(core, caller, presented, moment, |admitted, shown| {
        shown.open(admitted, move |admitted, session| change.start(admitted, session, shown.fault()))
    })
}

impl OwnPasswordCodeChange {
    /// The same, where the application is known already.
    pub(super) fn of_bearer(self, admitted: Admitted, presented: Untrusted<'_, IdToken>) -> Step {
        of_bearer(admitted, presented, |admitted, session| {
            self.start(admitted, session, Fault::IdTokenInvalid)
        })
    }

    fn start(self, admitted: Admitted, session: OpenSession, fault: Fault) -> Step {
        may_change(admitted, session, fault, |admitted, session| self.prove(admitted, session))
    }

    fn prove(self, admitted: Admitted, session: OpenSession) -> Step {
        let Self { channel, code, new_password: chosen } = self;
        if !is_fresh(&admitted, &session) {
            return refuse_stale(admitted, session.account.id);
        }
        let (aim, factor) = (aim_at(&admitted, session.account.id, channel), Factor::of_channel(channel));
        let recipient = match own_password(&session.account, session.record.factors, channel) {
            Ok(recipient) => recipient,
            Err(reason) => {
                return admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason.into());
            }
        };
        let new = match NewPassword::new(&admitted, Some(&session.account), chosen, None) {
            Ok(new) => new,
            Err(refused) => return refused.end(admitted),
        };
        let purpose = CodePurpose::UpdatePassword;
        let presented = PresentedCode { purpose, recipient, login: None, code };
        presented.prove(admitted, aim, Ok(session), move |admitted, proved| match proved {
            Err(reason) => admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason),
            Ok((session, used)) => store(admitted, session, new, FactorSet::EMPTY.with(factor), Some(used)),
        })
    }
}

/// Whether the sign-in of a session is recent enough to set a password without the old one, to replace a contact, or to remove a link. Its time is
/// by the clock of the instance that issued the session, which may be ahead of this one.
pub(super) fn is_fresh(admitted: &Admitted, session: &OpenSession) -> bool {
    admitted.context.core.ring.skew().is_recent(session.record.auth_time, RECENT, admitted.now())
}

pub(super) fn refuse_stale(admitted: Admitted, account: AccountId) -> Step {
    admitted.context.refuse(Fault::SignInNotRecent, Event::SignInNotRecent { account })
}

/// `proved` is what has just proved the right to set the password.
fn store(
    admitted: Admitted,
    session: OpenSession,
    new: NewPassword,
    proved: FactorSet,
    code: Option<UsedCode>,
) -> Step {
    new.judge(admitted, session, move |admitted, session, accepted| {
        let OpenSession { account, record } = session;
        accepted.store(admitted, &account, Some((record.session, proved)), code)
    })
}
