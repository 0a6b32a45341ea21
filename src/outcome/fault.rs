//! Faults of the caller's.

use super::{BodyFault, NewPasswordRefusal};
use crate::{Lifetime, account::ProfileRefusal, factor::Factor};

/// A fault of the caller's: what a client is told, without the reason an attacker would like to know.
///
/// ```
/// use authflow::{
///     outcome::{Fault, Verdict},
///     testkit::{Call, World},
/// };
///
/// /// Which page of your own comes next.
/// fn page(fault: &Fault) -> &'static str {
///     match fault {
///         Fault::StateTokenInvalid | Fault::SessionTokenInvalid => "sign in again",
///         Fault::CredentialsInvalid | Fault::CodeInvalid(_) => "try once more",
///         Fault::CodeNotYet { .. } => "wait",
///         _ => "something went wrong",
///     }
/// }
///
/// let mut world = World::new();
/// world.send(&Call::login("nobody", "a guess"));
/// let Verdict::Refused(fault) = world.outcome.unwrap().verdict else { panic!("it is refused") };
/// assert_eq!(page(&fault), "try once more");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// It bears cookies and would change something, and another site may have made the browser send it.
    CrossSite,
    /// It bears tokens in two places, or in one where none are taken.
    TokensMisplaced,
    /// A device header is missing or malformed.
    DeviceIncomplete,
    /// The client id is missing or malformed.
    ClientIdMissing,
    /// No such application, or not for this tenant.
    ApplicationUnknown,
    /// The body is not what the call takes: in which member, and what must be.
    RequestMalformed(BodyFault),
    /// Malformed, forged, expired, used, of another step or device: one fault.
    StateTokenInvalid,
    /// No id token.
    IdTokenMissing,
    /// Malformed, forged, expired, revoked, of another device: one fault.
    IdTokenInvalid,
    /// Malformed, forged, expired, revoked, of another device: one fault.
    SessionTokenInvalid,
    /// No such user; told only to callers with a session.
    UserUnknown,
    /// Unknown user, wrong password, locked, disabled, no password: one fault.
    CredentialsInvalid,
    /// A code could not be sent.
    CodeNotSent,
    /// No code is sent now: the latest was a moment ago, or there were as many as there are. It is told alike whether anybody has the
    /// recipient or not.
    CodeNotYet {
        /// After how long one may be asked for again.
        wait: Lifetime,
    },
    /// There is no picture of a captcha: for now, or because the application has another captcha.
    NoCaptcha,
    /// The piece of a picture is not in its place; or the picture is over, or has been tried already: one fault.
    CaptchaFailed,
    /// A captcha is demanded, and there is none; or it is malformed, forged, used, of another recipient or device, or a robot's: one fault.
    CaptchaTokenInvalid,
    /// A captcha is demanded, and the captcha token has expired.
    CaptchaTokenExpired,
    /// A code is wrong: one that was sent, or a one-time password.
    CodeInvalid(Factor),
    /// The old password is wrong, or its guesses are spent.
    OldPasswordInvalid,
    /// A new password was refused, and why. Told only to whoever has proved, or bears, something of the account.
    NewPasswordRefused(NewPasswordRefusal),
    /// A password is set without the old one, and a contact is replaced, only by someone who has just signed in, by more than a second factor.
    SignInNotRecent,
    /// The credential of a tenant's server is not one, or not the session's tenant's.
    TenantCredentialInvalid,
    /// Malformed, forged, expired, used, of another device or tenant: one fault.
    TicketInvalid,
    /// What is asked for takes a sign-in by this factor too.
    FactorUnproved(Factor),
    /// A mobile number or e-mail address is another account's. Told only to whoever has proved that it is theirs.
    ContactTaken,
    /// Something that somebody who registers has chosen does not do: which member, and why.
    ProfileRefused(ProfileRefusal),
    /// Nobody is registered by this host, or not this one.
    RegistrationRefused,
    /// A call that must be signed is not, or what its signature seals does not do. Missing, malformed, of another key, too old, too new, used, or its session
    /// token malformed, forged, expired, revoked or of another device: one fault.
    SignatureInvalid,
    /// The application has no key to seal session tokens with.
    NoCallKey,
    /// A code of a provider's is nobody's, or of somebody who may not sign in: one fault.
    SocialCodeInvalid,
    /// The identity is linked to no account, and the policy links none. Told to whoever has proved the identity.
    IdentityNotLinked,
    /// Malformed, forged, expired, used, of another device, or its identity is linked to somebody meanwhile: one fault.
    LinkTokenInvalid,
    /// A token of a mobile is of none, or of one that nobody signs in with: one fault.
    MobileTokenInvalid,
    /// No such identity is linked to the caller's account.
    IdentityUnknown,
    /// It is the last way to sign in that the caller's account has.
    LastWayIn,
}
