//! Making an account.

use super::{
    super::{CommandError, Site, output::Output, password_input},
    show,
};
use crate::{
    added_account::{AddedAccount, Names, draw_id},
    new_password::{self, Owner},
    store::Created,
};
use authflow::{
    AccountId, TenantId,
    account::{AccountStatus, Profile, Revision},
    password::{MustChange, Password, PasswordForm},
};

#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// The user name.
    user_name: Option<String>,

    /// The mobile number, with its country: +86-13800000000.
    #[arg(long, value_name = "NUMBER")]
    mobile: Option<String>,

    /// The e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// The tenant of the account. Without it, the account is one of ordinary applications.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,

    /// The id of the account, which no account may ever have had. Without it, one is drawn.
    #[arg(long)]
    id: Option<AccountId>,

    /// Claims for its id tokens, as an object in JSON.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    profile: String,

    /// Give it the password that is on standard input.
    #[arg(long)]
    password: bool,

    /// Let the subject keep that password: do not ask for another one at the first sign-in.
    #[arg(long, requires = "password")]
    permanent: bool,

    /// Let nobody sign in to it yet.
    #[arg(long)]
    disabled: bool,

    #[command(flatten)]
    output: Output,
}

pub(super) async fn add(new: &New, site: &Site) -> Result<(), CommandError> {
    let tenant = new.tenant;
    let config = &site.deployment.config;
    new_password::refuse_unserved(config, tenant)?;
    let names = Names::of(new.user_name.as_deref(), new.mobile.as_deref(), new.email.as_deref())?;
    let clock = site.deployment.clock;
    let password = match new.password {
        true => {
            let owner = Owner { tenant, user_name: names.user_name.as_ref(), email: names.email.as_ref() };
            Some(Password {
                verifier: new_password::verifier(
                    config,
                    &config.hashing.hasher()?,
                    owner,
                    &password_input::read()?,
                )
                .await?,
                changed_at: clock.now(),
                must_change: (!new.permanent).then_some(MustChange::FirstLogin),
                skips_used: 0,
                form: PasswordForm::Canonical,
            })
        }
        false => None,
    };
    let added = AddedAccount {
        id: match new.id {
            Some(id) => id,
            None => draw_id()?,
        },
        tenant,
        names,
        status: if new.disabled { AccountStatus::Disabled } else { AccountStatus::Active },
        password,
        profile: Profile::from_json(&new.profile)?,
    };
    let account = added.account(Revision::first(&clock.moment()?));
    match site.store.create_account(account.clone()).await? {
        Created::Done => show::print(&account, &new.output),
        Created::IdTaken => Err(CommandError::IdTaken),
        Created::NameTaken => Err(CommandError::NameTaken),
    }
}
