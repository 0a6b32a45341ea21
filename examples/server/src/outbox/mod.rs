//! Sends codes: to the log of a demonstration, or by e-mail.

mod config;

pub(crate) use config::{OutboxFileError, read};

use crate::dev::Codes;
use authflow::{
    Secret,
    code::{CodePurpose, Deliver, Delivery},
    contact::Recipient,
    device::Language,
    parts::Courier,
};
use authflow_smtp::{SmtpCourier, SmtpError, StandardTexts, Text};

#[derive(Clone, Debug)]
pub(crate) enum Outbox {
    /// Prints codes to the operator. For demonstrations only: a reader of the log can sign in as any subject who asked
    /// for a code.
    Log,
    /// Prints codes too, and keeps them for a test that asks.
    Kept(Codes),
    /// Sends e-mail. There is no provider of text messages here, so none is delivered.
    Smtp(SmtpCourier),
}

impl Courier for Outbox {
    type Error = SmtpError;

    async fn deliver(&self, ask: &Deliver) -> Result<Delivery, SmtpError> {
        match self {
            Self::Log | Self::Kept(_) if ask.decoy => Ok(Delivery::Delivered),
            Self::Log => {
                print(&ask.recipient, ask.purpose, &ask.code);
                Ok(Delivery::Delivered)
            }
            Self::Kept(codes) => {
                print(&ask.recipient, ask.purpose, &ask.code);
                codes.keep(ask);
                Ok(Delivery::Delivered)
            }
            Self::Smtp(smtp) => smtp.deliver(ask).await,
        }
    }
}

impl Outbox {
    /// Tells a contact that another one has taken its place in an account.
    pub(crate) fn tell_replaced(&self, before: &Recipient, language: Language) {
        let told = match (self, before) {
            (Self::Smtp(smtp), Recipient::Email(address)) => smtp.notify(address, replaced(language)),
            (Self::Smtp(_), Recipient::Mobile(_)) => Ok(Delivery::NotDelivered),
            (Self::Log | Self::Kept(_), _) => Ok(Delivery::Delivered),
        };
        match told {
            Ok(Delivery::Delivered) => {
                tracing::info!(event = "notice_sent", "notice for {}: it was replaced", masked(before))
            }
            Ok(Delivery::NotDelivered) => {
                tracing::warn!(
                    event = "notice_not_sent",
                    "nobody tells {} that it was replaced",
                    masked(before)
                )
            }
            Err(error) => {
                tracing::warn!(event = "notice_not_sent", %error, "nobody tells {} that it was replaced", masked(before))
            }
        }
    }
}

/// The text of that notice.
fn replaced(language: Language) -> Text {
    let (subject, body) = match language {
        Language::En => (
            "Your address was replaced",
            "Another address has taken the place of this one in your account. If it was not you who did that, whoever did was signed in as \
             you: tell us at once.\n",
        ),
        Language::Zh => (
            "您的邮箱已被替换",
            "您账号中的此邮箱已被替换为另一个邮箱。如果不是您本人操作，说明有人登录了您的账号，请立即联系我们。\n",
        ),
    };
    Text { subject: subject.to_owned(), body: body.to_owned() }
}

/// A reader of the log may use the code, and learns no number or address.
fn print(recipient: &Recipient, purpose: CodePurpose, code: &Secret) {
    let whom = masked(recipient);
    tracing::info!("code for {whom} ({}): {}", StandardTexts::purpose(purpose, Language::En), code.expose());
}

fn masked(recipient: &Recipient) -> String {
    match recipient {
        Recipient::Mobile(mobile) => format!("SMS to {}", mobile.masked()),
        Recipient::Email(email) => format!("e-mail to {}", email.masked()),
    }
}

#[cfg(test)]
mod tests;
