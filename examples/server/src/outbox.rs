//! Where codes go out.

use authflow::{
    CodePurpose, Recipient,
    step::{Deliver, Delivery},
};

/// Where codes go out.
#[derive(Clone, Debug)]
pub(crate) enum Outbox {
    /// Into the log, for everybody to read: a demonstration.
    Log,
    /// Nowhere.
    None,
}

impl Outbox {
    pub(crate) async fn deliver(&self, ask: &Deliver) -> Delivery {
        match self {
            Self::None => Delivery::NotDelivered,
            Self::Log => {
                if !ask.decoy {
                    let to = match &ask.recipient {
                        Recipient::Mobile(mobile) => mobile.masked(),
                        Recipient::Email(email) => email.masked(),
                    };
                    tracing::info!("code to {to} ({}): {}", purpose(ask.purpose), ask.code.expose());
                }
                Delivery::Delivered
            }
        }
    }
}

fn purpose(purpose: CodePurpose) -> &'static str {
    match purpose {
        CodePurpose::SignIn => "sign in",
        CodePurpose::SecondFactor => "second factor",
        CodePurpose::ChangePassword | CodePurpose::UpdatePassword => "change password",
        CodePurpose::ForgottenPassword => "forgotten password",
    }
}
