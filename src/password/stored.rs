//! A password as the host stores it.

use super::Verifier;
use crate::{Timestamp, text::words::words};
use serde::{Deserialize, Serialize};

/// The reason why a correct password must still be changed, whatever its age.
///
/// ```
/// use authflow::{password::MustChange, testkit::World};
///
/// let mut world = World::new();
/// world.change("alice", |alice| {
///     let password = alice.password.as_mut().unwrap();
///     password.must_change = Some(MustChange::FirstLogin);
/// });
/// assert_eq!(world.login("alice").text("status"), "PASSWORD_EXPIRED");
/// // In a column of text, and back.
/// assert_eq!(MustChange::FirstLogin.as_str().parse(), Ok(MustChange::FirstLogin));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MustChange {
    /// An administrator set it.
    AdministratorReset,
    /// It is known to attackers (NIST SP 800-63B-4 §3.1.1.2 asks for a change then). So it does not prove its own change if the account has anything
    /// else to prove with, such as a code to a channel, or another factor that was proved in the same login. A login of an account that has an
    /// authenticator and no channel is asked for a one-time password, whatever [`SecondFactor`](crate::policy::SecondFactor) says. The breached
    /// password is taken as proof only if there is nothing else. The event
    /// [`Event::BreachedPasswordSufficed`](crate::outcome::Event::BreachedPasswordSufficed) then says so.
    Breached,
    /// It was issued for a single sign-in.
    FirstLogin,
}

impl MustChange {
    /// Whether links to social identities end with the change, because anybody else who had the password may have made them.
    pub const fn ends_links(self) -> bool {
        match self {
            Self::Breached => true,
            Self::AdministratorReset | Self::FirstLogin => false,
        }
    }
}

words!(MustChange, "the reason to change a password", {
    AdministratorReset => "administrator_reset",
    Breached => "breached",
    FirstLogin => "first_login",
});

/// An account's password, as the host stores it. No field can be omitted:
///
/// ```compile_fail,E0063
/// use authflow::{Timestamp, password::{Password, Verifier}};
/// # fn read(verifier: Verifier, changed_at: Timestamp) -> Password {
/// // an administrator's reset could be signed in with
/// Password { verifier, changed_at, skips_used: 0, form: "canonical".parse().unwrap() }
/// # }
/// ```
///
/// ```compile_fail,E0063
/// use authflow::{Timestamp, password::{Password, Verifier}};
/// # fn read(verifier: Verifier, changed_at: Timestamp) -> Password {
/// // every change could be skipped for ever
/// Password { verifier, changed_at, must_change: None, form: "canonical".parse().unwrap() }
/// # }
/// ```
///
/// ```compile_fail,E0063
/// use authflow::{Timestamp, password::{Password, Verifier}};
/// # fn read(verifier: Verifier, changed_at: Timestamp) -> Password {
/// // somebody who types an accent in two parts could not sign in
/// Password { verifier, changed_at, must_change: None, skips_used: 0 }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Password {
    /// The verifier against which the host checks a presented password.
    pub verifier: Verifier,
    /// When it was set.
    pub changed_at: Timestamp,
    /// Whether it must be changed before anything else. Marking a password changes the account, so raise its revision. Otherwise the sessions of
    /// anybody who knows the password go on.
    pub must_change: Option<MustChange>,
    /// The number of times that its change has been skipped. A new password starts at 0.
    pub skips_used: u32,
    /// The spelling of the password from which the verifier was made.
    pub form: PasswordForm,
}

/// The spelling of a password from which its verifier was made. For a new verifier, this library hands out only the one spelling. An earlier
/// verifier, or one from elsewhere, was made from the password as it was typed.
///
/// One guess therefore costs one hash: that of the spelling from which the verifier was made.
///
/// ```
/// use authflow::{
///     password::PasswordForm,
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// // A row from before: somebody on a Mac typed é as two characters, and they were hashed.
/// let mut password = demo::password("cafe\u{301} au lait", demo::START);
/// password.form = PasswordForm::AsTyped;
/// world.account("alice").password = Some(password);
///
/// let typed = Call::login("alice", "cafe\u{301} au lait");
/// assert_eq!(world.send(&typed).text("status"), "SUCCESS");
/// let password = world.account("alice").password.as_ref().unwrap();
/// assert_eq!(password.form, PasswordForm::Canonical);
/// // From now on, é as one character works too.
/// assert_eq!(world.send(&Call::login("alice", "café au lait")).text("status"), "SUCCESS");
/// // In a column of text, and back.
/// assert_eq!("as_typed".parse(), Ok(PasswordForm::AsTyped));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordForm {
    /// The bytes that were typed when it was set. The next right sign-in makes a password beyond ASCII canonical
    /// ([`Write::Rehash`](crate::step::Write::Rehash)). Within ASCII the two spellings are the same.
    AsTyped,
    /// Its one spelling (RFC 8265 §4.2, OpaqueString).
    Canonical,
}

words!(PasswordForm, "the form of a password", { AsTyped => "as_typed", Canonical => "canonical" });
