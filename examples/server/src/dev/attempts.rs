//! Giving guesses back, and lifting locks.

use super::{problem::Problem, request::query, routes::World};
use authflow::{
    TenantId,
    account::{Identifier, UserName},
    administration::{Administer as _, Administered, Unlock},
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
};
use std::sync::Arc;

/// `DELETE /dev/attempts/{user}`
pub(super) async fn forget(
    State(world): State<Arc<World>>,
    user: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<StatusCode, Problem> {
    let Path(user) = user.map_err(|_| Problem::bad_request("user must be UTF-8, percent-encoded"))?;
    let tenant = tenant(&uri)?;
    let nobody = || match tenant {
        None => Problem::not_found(format!("nobody is called {user:?} among accounts without a tenant")),
        Some(tenant) => Problem::not_found(format!("nobody is called {user:?} in the tenant {tenant}")),
    };
    let name = UserName::new(&user).map_err(|_| nobody())?;
    let found = world.store.account_named(tenant, &Identifier::of_any(name)).await;
    let found = found.map_err(|error| Problem::failed(&error))?.ok_or_else(nobody)?;
    let ask = Unlock { tenant: found.tenant, account: found.id };
    match world.store.unlock(&ask).await.map_err(|error| Problem::failed(&error))? {
        Administered::Done => Ok(StatusCode::NO_CONTENT),
        Administered::Nobody => Err(nobody()),
    }
}

fn tenant(uri: &Uri) -> Result<Option<TenantId>, Problem> {
    let given = query(uri, "tenant")?.map(|given| TenantId::new(&given));
    given.transpose().map_err(|error| Problem::bad_request(format!("tenant: {error}")))
}
