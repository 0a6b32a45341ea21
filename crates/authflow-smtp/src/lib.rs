#![doc = include_str!("../README.md")]

mod courier;
mod message;
mod settings;
mod texts;

#[cfg(test)]
mod mail_server;

pub use courier::{SmtpCourier, SmtpError};
pub use settings::{Encryption, Settings, SettingsError};
pub use texts::{Letter, StandardTexts, Text, Texts};
