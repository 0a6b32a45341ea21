//! Sends codes: to the log of a demonstration, or by e-mail.

mod config;
#[cfg(test)]
mod mail_server;
mod smtp;
mod text;

pub(crate) use config::{OutboxFileError, read};

use authflow::{
    Lifetime, Secret,
    code::{CodePurpose, Deliver, Delivery},
    contact::Recipient,
    device::Language,
    parts::Courier,
};
use smtp::Smtp;

#[derive(Debug)]
pub(crate) enum Outbox {
    /// Prints codes where whoever runs the server sees them. For demonstrations only: who reads the log signs in as
    /// anybody who asked for a code.
    Log,
    /// Sends e-mail. There is no provider of text messages here, so none is delivered.
    Smtp(Smtp),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboxError {
    #[error("the task that sends mail has ended")]
    WorkerEnded,
    #[error("cannot compose a message: {0}")]
    Compose(#[from] lettre::error::Error),
    #[error("no entropy for the id of a message")]
    NoEntropy,
}

/// A code on its way: what of a [`Deliver`] the message is made of.
struct Letter<'a> {
    recipient: &'a Recipient,
    purpose: CodePurpose,
    code: &'a Secret,
    expires_in: Lifetime,
    language: Language,
    decoy: bool,
}

impl Courier for Outbox {
    type Error = OutboxError;

    /// A decoy takes the way of a code up to the sending, and gets the answer that a code would have got.
    async fn deliver(&self, ask: &Deliver) -> Result<Delivery, OutboxError> {
        self.send(&Letter {
            recipient: &ask.recipient,
            purpose: ask.purpose,
            code: &ask.code,
            expires_in: ask.expires_in,
            language: ask.language,
            decoy: ask.decoy,
        })
    }
}

impl Outbox {
    fn send(&self, letter: &Letter<'_>) -> Result<Delivery, OutboxError> {
        match (self, letter.recipient) {
            (Self::Log, recipient) => {
                let way = match recipient {
                    Recipient::Mobile(_) => "SMS",
                    Recipient::Email(_) => "e-mail",
                };
                let purpose = text::english(letter.purpose);
                let line =
                    format!("code for {way} to {} ({purpose}): {}", masked(recipient), letter.code.expose());
                if !letter.decoy {
                    tracing::info!("{line}");
                }
                Ok(Delivery::Delivered)
            }
            (Self::Smtp(smtp), Recipient::Email(address)) => smtp.send(letter, address),
            (Self::Smtp(_), Recipient::Mobile(_)) => Ok(Delivery::NotDelivered),
        }
    }
}

fn masked(recipient: &Recipient) -> String {
    match recipient {
        Recipient::Mobile(mobile) => mobile.masked(),
        Recipient::Email(email) => email.masked(),
    }
}

#[cfg(test)]
mod tests;
