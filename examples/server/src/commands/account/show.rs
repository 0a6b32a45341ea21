//! Accounts as they are shown, without verifiers and secrets.

use super::{
    super::{CommandError, Site, output::Output},
    Named,
};
use authflow::{
    AccountId, TenantId,
    account::{Account, UserName},
    contact::{EmailAddress, Mobile},
    factor::Factor,
    password::{MustChange, Password},
};
use serde::Serialize;
use std::{fmt, num::NonZeroU32};

pub(super) async fn show(named: &Named, site: &Site) -> Result<(), CommandError> {
    print(&named.whom.find(site).await?, &named.output)
}

pub(super) fn print(account: &Account, output: &Output) -> Result<(), CommandError> {
    Ok(output.print(&Shown::of(account))?)
}

pub(super) async fn list(
    site: &Site,
    tenant: Option<TenantId>,
    after: Option<AccountId>,
    at_most: NonZeroU32,
    output: &Output,
) -> Result<(), CommandError> {
    let accounts = site.store.accounts(tenant, after, at_most).await?;
    let is_full = u32::try_from(accounts.len()).is_ok_and(|length| length == at_most.get());
    let next = accounts.last().filter(|_| is_full).map(|last| last.id.to_string());
    Ok(output.print(&Page { accounts: accounts.iter().map(Shown::of).collect(), next })?)
}

/// An account, with times in the form of RFC 3339.
#[derive(Serialize)]
struct Shown {
    id: String,
    tenant: Option<String>,
    user_name: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
    status: &'static str,
    password: Option<ShownPassword>,
    second_factors: Vec<&'static str>,
    authenticator: Option<ShownAuthenticator>,
    factors_changed_at: Option<String>,
    profile: serde_json::Value,
}

#[derive(Serialize)]
struct ShownPassword {
    set_at: String,
    must_change: Option<&'static str>,
    skips_used: u32,
}

#[derive(Serialize)]
struct ShownAuthenticator {
    digits: u8,
    step_seconds: u64,
    sealed_under: String,
}

#[derive(Serialize)]
struct Page {
    accounts: Vec<Shown>,
    next: Option<String>,
}

impl Shown {
    fn of(account: &Account) -> Self {
        let changed_at = account.factors_changed_at;
        Self {
            id: account.id.to_string(),
            tenant: account.tenant.map(|tenant| tenant.to_string()),
            user_name: account.user_name.as_ref().map(UserName::as_str).map(str::to_owned),
            mobile: account.mobile.as_ref().map(Mobile::as_str).map(str::to_owned),
            email: account.email.as_ref().map(EmailAddress::as_str).map(str::to_owned),
            status: account.status.as_str(),
            password: account.password.as_ref().map(ShownPassword::of),
            second_factors: account.enrolled.iter().map(Factor::amr).collect(),
            authenticator: account.totp.as_ref().map(|totp| ShownAuthenticator {
                digits: totp.digits(),
                step_seconds: totp.step_seconds(),
                sealed_under: totp.secret().key_id().as_str().to_owned(),
            }),
            factors_changed_at: (changed_at.as_unix() > 0).then(|| changed_at.to_string()),
            profile: serde_json::from_str(&account.profile.to_json()).unwrap_or_default(),
        }
    }

    /// The name by which its subject knows it.
    fn name(&self) -> &str {
        let names = [&self.user_name, &self.mobile, &self.email];
        names.into_iter().find_map(Option::as_deref).unwrap_or("(no name)")
    }

    fn password(&self) -> String {
        match &self.password {
            None => "none".to_owned(),
            Some(ShownPassword { set_at, must_change: None, .. }) => format!("set {set_at}"),
            Some(ShownPassword { set_at, must_change: Some(reason), .. }) => {
                format!("set {set_at}, must be changed ({reason})")
            }
        }
    }
}

impl ShownPassword {
    fn of(password: &Password) -> Self {
        Self {
            set_at: password.changed_at.to_string(),
            must_change: password.must_change.map(MustChange::as_str),
            skips_used: password.skips_used,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |label: &str, value: &str| writeln!(f, "{label:<16} {value}");
        line("id", &self.id)?;
        for (label, value) in [
            ("tenant", &self.tenant),
            ("user name", &self.user_name),
            ("mobile", &self.mobile),
            ("e-mail", &self.email),
        ] {
            if let Some(value) = value {
                line(label, value)?;
            }
        }
        line("status", self.status)?;
        line("password", &self.password())?;
        if let Some(password) = self.password.as_ref().filter(|password| password.skips_used > 0) {
            line("skips used", &password.skips_used.to_string())?;
        }
        if let Some(authenticator) = &self.authenticator {
            line("authenticator", &format!("sealed under {}", authenticator.sealed_under))?;
        }
        if let Some(at) = &self.factors_changed_at {
            line("factors changed", at)?;
        }
        let factors = match self.second_factors.as_slice() {
            [] => "none".to_owned(),
            some => some.join(", "),
        };
        write!(f, "{:<16} {factors}", "second factors")?;
        match &self.profile {
            serde_json::Value::Object(claims) if !claims.is_empty() => {
                write!(f, "\n{:<16} {}", "profile", self.profile)
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<32} {:<24} {:<8} password", "id", "name", "status")?;
        for account in &self.accounts {
            let (name, password) = (account.name(), account.password());
            write!(f, "\n{:<32} {name:<24} {:<8} {password}", account.id, account.status)?;
        }
        match &self.next {
            Some(next) => write!(f, "\nThere may be more: --after {next}"),
            None => Ok(()),
        }
    }
}
