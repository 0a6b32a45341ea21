//! The purpose of a sent code.

use crate::text::words::words;
use serde::{Deserialize, Serialize};

/// The purpose of a code. A code serves one purpose only.
///
/// ```
/// use authflow::testkit::{Call, World};
/// use serde_json::json;
///
/// let mut world = World::new();
/// let ask = |kind| {
///     Call::post("/api/v2/sdk/sms/send", &json!({ "mobile": "+86-13800000001", "type": kind }))
/// };
/// world.send(&ask("UPDATE_PWD_SMS")); // CodePurpose::UpdatePassword
/// let shows = json!({ "mobile": "+86-13800000001", "verify_code": world.code() });
/// let sign_in = world.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &shows));
/// assert_eq!(sign_in.status, 400, "it signs nobody in");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// To sign in with, instead of a password.
    SignIn,
    /// To prove a further factor in a pending login.
    SecondFactor,
    /// To change the password in a pending login.
    ChangePassword,
    /// To set a new password instead of a forgotten one, where [`flow::recovery`](crate::flow::recovery) allows it.
    ForgottenPassword,
    /// To change the password while signed in, where [`flow::own_password`](crate::flow::own_password) allows it.
    UpdatePassword,
    /// To replace one's number or address while signed in, where [`flow::replace_contact`](crate::flow::replace_contact) allows it. The code
    /// goes to the new contact.
    UpdateContact,
    /// To register with, where [`flow::registration`](crate::flow::registration) allows it. The code goes to the contact that is being
    /// registered, even if an account already has it.
    Register,
    /// To link an identity that a [social](crate::social) provider vouches for, where [`flow::link_code`](crate::flow::link_code) allows it.
    LinkIdentity,
}

words!(CodePurpose, "the purpose of a code", {
    SignIn => "sign_in",
    SecondFactor => "second_factor",
    ChangePassword => "change_password",
    ForgottenPassword => "forgotten_password",
    UpdatePassword => "update_password",
    UpdateContact => "update_contact",
    Register => "register",
    LinkIdentity => "link_identity",
});

impl CodePurpose {
    /// Every purpose.
    pub const ALL: [Self; 8] = [
        Self::SignIn,
        Self::SecondFactor,
        Self::ChangePassword,
        Self::ForgottenPassword,
        Self::UpdatePassword,
        Self::UpdateContact,
        Self::Register,
        Self::LinkIdentity,
    ];

    /// Whether the purpose belongs to a pending login, whose calls bring a state token.
    pub const fn is_of_pending_login(self) -> bool {
        matches!(self, Self::SecondFactor | Self::ChangePassword)
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::SignIn => "sign in",
            Self::SecondFactor => "second factor",
            Self::ChangePassword => "change password",
            Self::ForgottenPassword => "forgotten password",
            Self::UpdatePassword => "update password",
            Self::UpdateContact => "update contact",
            Self::Register => "register",
            Self::LinkIdentity => "link identity",
        }
    }
}
