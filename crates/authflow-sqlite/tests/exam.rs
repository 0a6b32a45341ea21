//! The library's exam for stores, on a database in memory and on one in a file.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use authflow::{
    Moment,
    account::Account,
    testkit::{NeglectedDuty, StoreExam, demo},
};
use authflow_sqlite::{Created, Place, Settings, SqliteStore};

fn store(place: Place) -> SqliteStore {
    SqliteStore::open(&Settings::new(place, demo::sealing_keys(), Moment::now)).unwrap()
}

async fn examined(store: SqliteStore) -> Result<(), NeglectedDuty> {
    let make = async |store: &SqliteStore, account: Account| {
        assert_eq!(store.create_account(account).await.unwrap(), Created::Done);
    };
    StoreExam::new(|| Moment::now().unwrap()).take_administered(store, make).await
}

#[tokio::test]
async fn it_neglects_no_duty_in_memory_as_often_as_it_is_examined() {
    let store = store(Place::Memory);
    for _ in 0..2 {
        assert_eq!(examined(store.clone()).await, Ok(()));
    }
}

#[tokio::test]
async fn it_neglects_no_duty_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(examined(store(Place::File(folder.path().join("exam.db")))).await, Ok(()));
}
