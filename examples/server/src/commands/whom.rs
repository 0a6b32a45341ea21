//! The account that a command is about.

use super::{CommandError, Site};
use authflow::{
    AccountId, TenantId,
    account::{Account, Identifier, UserName},
};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Whom {
    /// The user name, mobile number (+86-…) or e-mail address of the account; with --id, its id.
    who: String,

    /// WHO is the id of the account.
    #[arg(long)]
    id: bool,

    /// The tenant of the account. Without it, the account is one of ordinary applications.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
}

impl Whom {
    pub(super) async fn find(&self, site: &Site) -> Result<Account, CommandError> {
        let tenant = self.tenant;
        if self.id {
            let id = AccountId::new(&self.who)?;
            let found = site.store.account(tenant, id).await?;
            return found.ok_or(CommandError::nobody(id, tenant));
        }
        let name = Identifier::of_any(UserName::new(&self.who)?);
        site.store.account_named(tenant, &name).await?.ok_or(CommandError::NobodyOfThatName(Box::new(tenant)))
    }
}
