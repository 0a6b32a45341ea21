//! Databases and accounts for tests, at the beginning of the test kit's time.

use crate::{
    Created, IntoAccounts as _, OwnAccounts, Place, Settings, SqliteStore, StoreError, Transaction, schema,
};
use authflow::{
    Moment,
    account::Account,
    sealing::SealingKeys,
    testkit::{Clock, demo},
};
use rusqlite::Connection;
use std::{convert::Infallible, path::Path};

pub(crate) fn moment() -> Moment {
    Clock::at(demo::START).moment()
}

/// An empty database.
pub(crate) fn database() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection).unwrap();
    connection
}

/// Brings a database to the present version, under the sealing keys of the demo.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let begun = connection.transaction()?;
    schema::migrate(&begun, &demo::sealing_keys(), &moment())?;
    OwnAccounts.open(&Transaction::of(&begun))?;
    Ok(begun.commit()?)
}

pub(crate) fn store() -> SqliteStore {
    open(Place::Memory, demo::sealing_keys()).unwrap()
}

pub(crate) fn store_in(path: &Path, sealing: SealingKeys) -> Result<SqliteStore, StoreError> {
    open(Place::File(path.to_owned()), sealing)
}

fn open(place: Place, sealing: SealingKeys) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(&Settings::new(place, sealing, || Ok::<_, Infallible>(moment())))
}

/// An in-memory store with all people of the demo, once in the demo's tenant and once without a tenant.
pub(crate) async fn store_with_everybody() -> SqliteStore {
    let store = store();
    for tenant in [Some(demo::tenant()), None] {
        for account in demo::accounts() {
            let created = store.create_account(Account { tenant, ..account }).await;
            assert_eq!(created.unwrap(), Created::Done);
        }
    }
    store
}
