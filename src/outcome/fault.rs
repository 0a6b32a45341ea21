//! Faults of the caller's.

use super::{BodyFault, NewPasswordRefusal};
use crate::{Lifetime, factor::Factor};

/// A fault of the caller's: what a client is told, without the reason an attacker would like to know.
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
    /// A code is wrong: one that was sent, or a one-time password.
    CodeInvalid(Factor),
    /// The old password is wrong, or its guesses are spent.
    OldPasswordInvalid,
    /// A new password was refused, and why. Told only to whoever has proved, or bears, something of the account.
    NewPasswordRefused(NewPasswordRefusal),
    /// A password is set without the old one only by someone who has just signed in, by more than a second factor.
    SignInNotRecent,
    /// The credential of a tenant's server is not one, or not the session's tenant's.
    TenantCredentialInvalid,
    /// Malformed, forged, expired, used, of another device or tenant: one fault.
    TicketInvalid,
}
