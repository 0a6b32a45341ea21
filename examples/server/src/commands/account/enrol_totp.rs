//! Giving an account an authenticator.

use super::{
    super::{CommandError, Site, output::Output},
    Whom,
};
use crate::entropy::draw;
use authflow::{
    account::{Account, UserName},
    administration::{Administer as _, Administered, EnrolAuthenticator},
    contact::{EmailAddress, Mobile},
    factor::{Totp, TotpAlgorithm, TotpSecret},
    sealing::Owner,
};
use data_encoding::BASE32_NOPAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::fmt;

const DIGITS: u8 = 6;

#[derive(Debug, clap::Args)]
pub(crate) struct EnrolTotp {
    #[command(flatten)]
    whom: Whom,

    /// The issuer that the authenticator shows beside the name. Without it, it is the first of the configuration's
    /// names.
    #[arg(long, value_name = "NAME")]
    issuer: Option<String>,

    /// Replace an authenticator that the account has. The old one no longer counts.
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    output: Output,
}

/// Enrols an authenticator. The secret leaves this program here, once.
pub(super) async fn enrol(enrol: &EnrolTotp, site: &Site) -> Result<(), CommandError> {
    let found = enrol.whom.find(site).await?;
    if found.totp.is_some() && !enrol.replace {
        return Err(CommandError::HasAuthenticator);
    }
    let (tenant, account) = (found.tenant, found.id);
    let drawn = draw::<20>()?;
    let secret = TotpSecret::new(*drawn)?;
    let clock = site.deployment.clock;
    let sealed = secret.seal(&site.deployment.sealing_keys, Owner { tenant, account }, &clock.moment()?);
    let totp = Totp::new(sealed, TotpAlgorithm::Sha1, DIGITS, None)?;
    let ask = EnrolAuthenticator { tenant, account, totp, changed_at: clock.now() };
    match site.store.enrol_authenticator(&ask).await? {
        Administered::Done => {
            let config = &site.deployment.config;
            let issuer = enrol.issuer.as_deref().or(config.names.first().map(|name| &**name));
            let otpauth = otpauth(issuer.unwrap_or("authflow"), name(&found), &*drawn);
            Ok(enrol.output.print(&Enrolled { account: account.to_string(), otpauth })?)
        }
        Administered::Nobody => Err(CommandError::nobody(account, tenant)),
    }
}

fn name(account: &Account) -> &str {
    let names = [
        account.user_name.as_ref().map(UserName::as_str),
        account.email.as_ref().map(EmailAddress::as_str),
        account.mobile.as_ref().map(Mobile::as_str),
    ];
    names.into_iter().flatten().next().unwrap_or(account.id.as_str())
}

/// The URI that authenticators read, also as a QR code: Google's Key URI Format, which others follow.
fn otpauth(issuer: &str, name: &str, secret: &[u8]) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let (issuer, name, secret) = (encoded(issuer), encoded(name), BASE32_NOPAD.encode(secret));
    let period = Totp::STEP_SECONDS;
    format!(
        "otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={period}"
    )
}

#[derive(Serialize)]
struct Enrolled {
    account: String,
    otpauth: String,
}

impl fmt::Display for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.otpauth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_has_names_in_it_that_are_no_syntax() {
        assert_eq!(
            otpauth("Acme & Co", "a/b?c", b"authflow-demo-secret"),
            "otpauth://totp/Acme%20%26%20Co:a%2Fb%3Fc?secret=MF2XI2DGNRXXOLLEMVWW6LLTMVRXEZLU\
             &issuer=Acme%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }
}
