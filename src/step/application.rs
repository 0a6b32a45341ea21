//! Which application is this?

use crate::{ClientId, TenantId};

/// Which application is this? `None` for no such application.
///
/// Never asked of an engine that was given a fixed list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindApplication {
    /// As the caller names it.
    pub client_id: ClientId,
    /// The tenant the caller names. An application that serves it must list it.
    pub tenant: Option<TenantId>,
}
