//! Secrets of authenticators are kept sealed, and a missing key is noticed.

use crate::{
    server::server,
    setting::{like, moment, settings_at, store_of},
};
use authflow::{
    account::Account,
    sealing::{SealingKey, SealingKeys},
    testkit::demo,
};
use authflow_postgres::{PostgresStore, Resealed, Settings, StoreError};
use tokio_postgres::NoTls;

#[tokio::test]
async fn what_an_earlier_key_has_sealed_is_sealed_anew_and_a_missing_key_is_refused() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let accounts: Vec<_> = (0..5)
        .map(|number| {
            let tom = like("tom", number);
            Account { totp: Some(demo::totp_under(&demo::earlier_sealing_keys(), &tom)), ..tom }
        })
        .collect();
    let store = store_of(settings_at(&database.url(), demo::START), &accounts).await;
    let with = |keys| Settings::new(&database.url(), NoTls, keys, || moment(demo::START)).unwrap();
    assert!(PostgresStore::connect(with(None)).await.is_err());
    let other = SealingKeys::new(SealingKey::new("other", demo::secret(1)).unwrap());
    let refused = PostgresStore::connect(with(Some(other))).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::SealingKeysMissing { count: 5, ids } if ids == "seal-1"),
        "{refused}"
    );
    // One secret was moved to another account, where it does not open.
    client
        .batch_execute(
            "UPDATE authflow.accounts SET totp_sealed = (SELECT totp_sealed FROM authflow.accounts WHERE id = 'id-tom-0')
            WHERE id = 'id-tom-4'",
        )
        .await
        .unwrap();
    let revisions = async || {
        let rows = client.query("SELECT revision FROM authflow.accounts ORDER BY id", &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect::<Vec<i64>>()
    };
    let before = revisions().await;
    assert_eq!(store.reseal_all().await.unwrap(), Resealed { done: 4, unreadable: 1 });
    assert_eq!(store.reseal_all().await.unwrap(), Resealed { done: 0, unreadable: 1 });
    assert_eq!(revisions().await, before, "it is no change");
    client
        .batch_execute("UPDATE authflow.accounts SET totp_sealed = NULL WHERE id = 'id-tom-4'")
        .await
        .unwrap();
    let present = SealingKeys::new(SealingKey::new("seal-2", demo::secret(102)).unwrap());
    assert!(PostgresStore::connect(with(Some(present))).await.is_ok(), "the earlier key can be dropped");
}
