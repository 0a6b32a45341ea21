//! The single columns of an account.

use crate::{account::Account, factor::Totp, password::Password};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::Debug;

/// One column of an account.
#[derive(PartialEq)]
pub(in crate::testkit) struct Column {
    pub(super) name: &'static str,
    value: Value,
}

#[derive(PartialEq)]
enum Value {
    Shown(String),
    /// A secret, which is compared but never shown.
    Hidden(Vec<u8>),
}

impl Column {
    /// All columns. This does not compile if an account gets a field that is not among them.
    pub(in crate::testkit) fn all_of(account: &Account) -> Vec<Self> {
        let Account {
            id,
            tenant,
            revision,
            status,
            user_name,
            password,
            mobile,
            email,
            totp,
            enrolled,
            factors_changed_at,
            profile,
        } = account;
        let mut columns = Vec::from([
            shown("id", id.as_str()),
            shown("tenant", or_none(tenant.as_ref())),
            shown("revision", revision.as_u64()),
            shown("status", status.as_str()),
            shown("user_name", or_none(user_name.as_ref().map(|name| name.as_str()))),
            shown("mobile", or_none(mobile.as_ref().map(|mobile| mobile.as_str()))),
            shown("email", or_none(email.as_ref().map(|email| email.as_str()))),
            shown("enrolled", format!("{enrolled:?}")),
            shown("factors_changed_at", factors_changed_at.as_unix()),
            shown("profile", profile.to_json()),
        ]);
        columns.extend(of_password(password.as_ref()));
        columns.extend(of_totp(totp.as_ref()));
        columns
    }

    /// The value, or `hidden` if the value is a secret.
    pub(super) fn shown(self, hidden: &str) -> String {
        match self.value {
            Value::Shown(text) => text,
            Value::Hidden(_) => hidden.to_string(),
        }
    }
}

fn of_password(password: Option<&Password>) -> [Column; 5] {
    let secret = |password: &Password| Value::Hidden(password.verifier.expose().as_bytes().to_vec());
    // The pattern names every field, so that a new field does not compile here either.
    let others = password.map(|Password { verifier: _, changed_at, must_change, skips_used, form }| {
        (changed_at.as_unix(), or_none(must_change.map(|reason| reason.as_str())), *skips_used, form.as_str())
    });
    [
        Column { name: "password.verifier", value: password.map_or_else(none, secret) },
        shown("password.changed_at", or_none(others.as_ref().map(|others| others.0))),
        shown("password.must_change", others.as_ref().map_or("none", |others| &others.1)),
        shown("password.skips_used", or_none(others.as_ref().map(|others| others.2))),
        shown("password.form", others.as_ref().map_or("none", |others| others.3)),
    ]
}

fn of_totp(totp: Option<&Totp>) -> [Column; 5] {
    let secret = |totp: &Totp| Value::Hidden(totp.secret().as_str().as_bytes().to_vec());
    [
        Column { name: "totp.secret", value: totp.map_or_else(none, secret) },
        shown("totp.algorithm", totp.map_or("none", |totp| totp.algorithm().as_str())),
        shown("totp.digits", or_none(totp.map(Totp::digits))),
        shown("totp.step_seconds", or_none(totp.map(Totp::step_seconds))),
        shown("totp.last_used_step", or_none(totp.and_then(Totp::last_used_step))),
    ]
}

fn shown(name: &'static str, value: impl ToString) -> Column {
    Column { name, value: Value::Shown(value.to_string()) }
}

fn none() -> Value {
    Value::Shown("none".into())
}

fn or_none(value: Option<impl Debug>) -> String {
    value.map_or_else(|| "none".into(), |value| format!("{value:?}"))
}
