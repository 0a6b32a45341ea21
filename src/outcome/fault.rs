//! Faults of the caller.

use super::{BodyFault, NewPasswordRefusal};
use crate::{Lifetime, account::ProfileRefusal, factor::Factor};

/// A fault of the caller, as the client is told it. It leaves out the reasons that would help an attacker.
///
/// ```
/// use authflow::{
///     outcome::{Fault, Verdict},
///     testkit::{Call, World},
/// };
///
/// /// Which of your pages comes next.
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
    /// The request bears cookies and would change something, and another site may have made the browser send it.
    CrossSite,
    /// The request bears tokens in two places, or in a place where none are taken.
    TokensMisplaced,
    /// A device header is missing or malformed.
    DeviceIncomplete,
    /// The client id is missing or malformed.
    ClientIdMissing,
    /// There is no such application, or it does not serve this tenant.
    ApplicationUnknown,
    /// The body is not what the call takes. The value says which member is wrong, and what must be there.
    RequestMalformed(BodyFault),
    /// The state token is malformed, forged, expired, used, or of another step or device. All are one fault.
    StateTokenInvalid,
    /// There is no id token.
    IdTokenMissing,
    /// The id token is malformed, forged, expired, revoked, or of another device. All are one fault.
    IdTokenInvalid,
    /// The session token is malformed, forged, expired, revoked, or of another device. All are one fault.
    SessionTokenInvalid,
    /// There is no such user. Only callers with a session learn this.
    UserUnknown,
    /// The user is unknown, the password is wrong, or the account is locked, disabled or without a password. All are one fault.
    CredentialsInvalid,
    /// A code could not be sent.
    CodeNotSent,
    /// No code is sent now, because the latest was sent a moment ago or the budget is spent. The answer is the same whether or not any
    /// account has the recipient.
    CodeNotYet {
        /// The time to wait before a code may be asked for again.
        wait: Lifetime,
    },
    /// There is no picture of a captcha, either for now or because the application has another kind of captcha.
    NoCaptcha,
    /// The piece of a picture is not in its place, or the picture has expired or has been tried already. All are one fault.
    CaptchaFailed,
    /// A captcha is demanded, and its token is missing, malformed, forged, used, or of another recipient or device, or the host takes the
    /// client for a robot. All are one fault.
    CaptchaTokenInvalid,
    /// A captcha is demanded, and the captcha token has expired.
    CaptchaTokenExpired,
    /// A code is wrong: one that was sent, or a one-time password.
    CodeInvalid(Factor),
    /// The old password is wrong, or its guesses are spent.
    OldPasswordInvalid,
    /// A new password was refused, for this reason. Only a caller who has proved something of the account, or bears a token of it, learns this.
    NewPasswordRefused(NewPasswordRefusal),
    /// Only somebody who has just signed in, by more than a second factor, may set a password without the old one or replace a contact.
    SignInNotRecent,
    /// The credential of a tenant's server is not valid, or belongs to another tenant than the session.
    TenantCredentialInvalid,
    /// The ticket is malformed, forged, expired, used, or of another device or tenant. All are one fault.
    TicketInvalid,
    /// The request demands a sign-in by this factor as well.
    FactorUnproved(Factor),
    /// A mobile number or e-mail address belongs to another account. Only a caller who has proved that the contact is theirs learns this.
    ContactTaken,
    /// A member of a registration is not acceptable: which member, and why.
    ProfileRefused(ProfileRefusal),
    /// The host registers nobody, or not this person.
    RegistrationRefused,
    /// A call that must be signed is not, or its signature is not good. The signature is missing, malformed, of another key, too old, too new or
    /// used, or the session token in it is malformed, forged, expired, revoked or of another device. All are one fault.
    SignatureInvalid,
    /// The application has no key to seal session tokens with.
    NoCallKey,
    /// A provider's code belongs to nobody, or to somebody who may not sign in. Both are one fault.
    SocialCodeInvalid,
    /// The identity is linked to no account, and the policy links none. The caller learns this because they have proved the identity.
    IdentityNotLinked,
    /// The link token is malformed, forged, expired, used or of another device, or its identity has been linked to an account meanwhile.
    /// All are one fault.
    LinkTokenInvalid,
    /// A mobile token vouches for no mobile, or for one that nobody signs in with. Both are one fault.
    MobileTokenInvalid,
    /// No such identity is linked to the caller's account.
    IdentityUnknown,
    /// The identity is the last way to sign in that the caller's account has.
    LastWayIn,
}
