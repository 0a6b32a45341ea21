//! Sends codes: to the log of a demonstration, or by e-mail.

mod config;

pub(crate) use config::{OutboxFileError, read};

use authflow::{
    Secret,
    code::{CodePurpose, Deliver, Delivery},
    contact::Recipient,
    device::Language,
    parts::Courier,
};
use authflow_smtp::{SmtpCourier, SmtpError, StandardTexts};

#[derive(Debug)]
pub(crate) enum Outbox {
    /// Prints codes where whoever runs the server sees them. For demonstrations only: who reads the log signs in as
    /// anybody who asked for a code.
    Log,
    /// Sends e-mail. There is no provider of text messages here, so none is delivered.
    Smtp(SmtpCourier),
}

impl Courier for Outbox {
    type Error = SmtpError;

    async fn deliver(&self, ask: &Deliver) -> Result<Delivery, SmtpError> {
        match self {
            Self::Log if ask.decoy => Ok(Delivery::Delivered),
            Self::Log => {
                print(&ask.recipient, ask.purpose, &ask.code);
                Ok(Delivery::Delivered)
            }
            Self::Smtp(smtp) => smtp.deliver(ask).await,
        }
    }
}

/// Whoever reads the log may use the code, and learns no number or address.
fn print(recipient: &Recipient, purpose: CodePurpose, code: &Secret) {
    let whom = match recipient {
        Recipient::Mobile(mobile) => format!("SMS to {}", mobile.masked()),
        Recipient::Email(email) => format!("e-mail to {}", email.masked()),
    };
    tracing::info!("code for {whom} ({}): {}", StandardTexts::purpose(purpose, Language::En), code.expose());
}

#[cfg(test)]
mod tests;
