//! What a sent code is for.

/// What a code is for. A code serves one purpose only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
}

impl CodePurpose {
    /// Whether it belongs to a pending login, and so comes with a state token.
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
        }
    }
}
