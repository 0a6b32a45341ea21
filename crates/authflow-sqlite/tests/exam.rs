//! The library's exam for stores, on a database in memory and on one in a file.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use authflow::{
    Moment,
    account::Account,
    testkit::{NeglectedDuty, StoreExam, demo},
};
use authflow_sqlite::{Created, Place, Settings, SqliteStore};

async fn examined(place: Place) -> Result<(), NeglectedDuty> {
    let store = SqliteStore::open(&Settings::new(place, demo::sealing_keys(), Moment::now)).unwrap();
    let make = async |store: &SqliteStore, account: Account| {
        assert_eq!(store.create_account(account).await.unwrap(), Created::Done);
    };
    StoreExam::new(|| Moment::now().unwrap()).take_administered(store, make).await
}

#[tokio::test]
async fn it_neglects_no_duty() {
    assert_eq!(examined(Place::Memory).await, Ok(()));
    let folder = tempfile::tempdir().unwrap();
    let file = Place::File(folder.path().join("exam.db"));
    for _ in 0..2 {
        assert_eq!(examined(file.clone()).await, Ok(()), "again and again on one file");
    }
}
