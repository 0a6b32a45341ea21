//! Changing an account that exists.

use super::{
    super::{CommandError, Site, password_input},
    Named, show,
};
use crate::{
    new_password::{self, Owner},
    store::StoreError,
};
use authflow::{
    account::Account,
    administration::{Administer as _, Administered, RequireChange, SetPassword, SetStatus, Unlock},
    password::MustChange,
};

pub(super) async fn set_password(named: &Named, permanent: bool, site: &Site) -> Result<(), CommandError> {
    let found = named.whom.find(site).await?;
    let owner =
        Owner { tenant: found.tenant, user_name: found.user_name.as_ref(), email: found.email.as_ref() };
    let config = &site.deployment.config;
    let given = password_input::read()?;
    let ask = SetPassword {
        tenant: found.tenant,
        account: found.id,
        verifier: new_password::verifier(config, &config.hashing.hasher()?, owner, &given).await?,
        changed_at: site.deployment.clock.now(),
        must_change: (!permanent).then_some(MustChange::AdministratorReset),
    };
    tell(named, site, &found, site.store.set_password(&ask).await).await
}

pub(super) async fn expire_password(named: &Named, breached: bool, site: &Site) -> Result<(), CommandError> {
    let found = named.whom.find(site).await?;
    if found.password.is_none() {
        return Err(CommandError::NoPassword);
    }
    let reason = if breached { MustChange::Breached } else { MustChange::AdministratorReset };
    let ask = RequireChange { tenant: found.tenant, account: found.id, reason };
    tell(named, site, &found, site.store.require_change(&ask).await).await
}

pub(super) async fn disable(named: &Named, site: &Site) -> Result<(), CommandError> {
    let found = named.whom.find(site).await?;
    let ask = SetStatus::disable(found.tenant, found.id);
    tell(named, site, &found, site.store.set_status(&ask).await).await
}

pub(super) async fn enable(named: &Named, site: &Site) -> Result<(), CommandError> {
    let found = named.whom.find(site).await?;
    let ask = SetStatus::enable(found.tenant, found.id);
    tell(named, site, &found, site.store.set_status(&ask).await).await
}

pub(super) async fn unlock(named: &Named, site: &Site) -> Result<(), CommandError> {
    let found = named.whom.find(site).await?;
    let ask = Unlock { tenant: found.tenant, account: found.id };
    tell(named, site, &found, site.store.unlock(&ask).await).await
}

/// Prints the account as it is now. It may have been deleted since it was found.
async fn tell(
    named: &Named,
    site: &Site,
    found: &Account,
    done: Result<Administered, StoreError>,
) -> Result<(), CommandError> {
    let now = match done? {
        Administered::Done => site.store.account(found.tenant, found.id).await?,
        Administered::Nobody => None,
    };
    match now {
        Some(now) => show::print(&now, &named.output),
        None => Err(CommandError::nobody(found.id, found.tenant)),
    }
}
