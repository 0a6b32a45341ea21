//! The actions of a client.

use crate::{contact::Channel, factor::Factor};
use core::fmt;

/// An action by which a client gets from one state to the next.
///
/// ```
/// use authflow::{factor::Factor, flow::Action, testkit::World};
///
/// /// The button that your client shows for each action.
/// fn button(action: Action) -> Option<&'static str> {
///     Some(match action {
///         Action::ProveFactor(Factor::Sms) => "Send a code to my phone",
///         Action::ProveFactor(Factor::Email) => "Send a code to my address",
///         Action::ProveFactor(_) => "Use my authenticator",
///         Action::ChangePassword(Factor::Password) => "Change my password",
///         Action::SkipPassword => "Not now",
///         _ => return None,
///     })
/// }
///
/// let mut world = World::new();
/// world.login("erin");
/// let verdict = &world.outcome.as_ref().unwrap().verdict;
/// let buttons: Vec<_> = verdict.allowed().filter_map(button).collect();
/// assert_eq!(buttons, ["Not now", "Change my password"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Prove the first factor.
    SignIn,
    /// Prove one more factor.
    ProveFactor(Factor),
    /// Skip the change of a password that is about to expire.
    SkipPassword,
    /// Change the password in a pending login, proved by this factor: the present password, or a code to a channel.
    ChangePassword(Factor),
    /// Set a new password instead of a forgotten one, by a code to this channel.
    ResetPassword(Channel),
    /// Set or change the subject's password in a session, proved by this factor: the present password, or a code to
    /// a channel.
    ChangeOwnPassword(Factor),
    /// Set the subject's first password in a session.
    SetFirstPassword,
    /// Register, by a code to this channel.
    Register(Channel),
    /// Replace the subject's contact of this channel in a session, by a code to the new contact.
    ReplaceContact(Channel),
    /// Prove an account by its password or a code to a channel, so that a social identity is linked to the account.
    LinkIdentity(Factor),
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn => f.write_str("sign in"),
            Self::ProveFactor(factor) => write!(f, "prove {}", factor.amr()),
            Self::SkipPassword => f.write_str("skip"),
            Self::ChangePassword(Factor::Password) => f.write_str("change the password"),
            Self::ChangePassword(proof) => write!(f, "change the password by {}", proof.amr()),
            Self::ResetPassword(channel) => write!(f, "code by {}", Factor::of_channel(*channel).amr()),
            Self::ChangeOwnPassword(Factor::Password) => f.write_str("change one's own password"),
            Self::ChangeOwnPassword(proof) => write!(f, "change one's own password by {}", proof.amr()),
            Self::SetFirstPassword => f.write_str("set a first password"),
            Self::Register(channel) => write!(f, "register by {}", Factor::of_channel(*channel).amr()),
            Self::ReplaceContact(channel) => {
                write!(f, "replace a contact by {}", Factor::of_channel(*channel).amr())
            }
            Self::LinkIdentity(proof) => write!(f, "link an identity by {}", proof.amr()),
        }
    }
}
