//! The library's exam for hosts, on a database in memory and on one in a file.

use super::*;
use crate::{cli::DatabaseUrl, demo};
use authflow::{
    AccountId, Audience, ClientId, TenantId,
    testkit::{HostExam, NeglectedDuty},
};

async fn examined(url: &DatabaseUrl) -> Result<(), NeglectedDuty> {
    let clock = Clock::moved(0);
    let store = Store::open(url, clock).unwrap();
    let (hasher, outbox) = (Hasher::new().unwrap(), None);
    let credentials = TenantCredentials::default();
    let host = ServerHost { store, hasher, clock, outbox, credentials, signing_keys: None };
    demo::seed(&host).await.unwrap();
    let tenant = TenantId::new(demo::ISV_TENANT).ok();
    let audience = Audience { client_id: ClientId::new(demo::ISV_CLIENT_ID).unwrap(), tenant };
    for name in ["alice", "tom", "frank"] {
        let mut exam = HostExam::on(audience, AccountId::new(&format!("demo-{name}")).unwrap());
        exam.other_account = AccountId::new("demo-erin").ok();
        exam.other_application = ClientId::new("another").ok();
        exam.take(&host, clock.moment().unwrap()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn it_neglects_no_duty() {
    assert_eq!(examined(&DatabaseUrl::Memory).await, Ok(()));
    let folder = tempfile::tempdir().unwrap();
    let file = DatabaseUrl::File(folder.path().join("exam.db"));
    for _ in 0..2 {
        assert_eq!(examined(&file).await, Ok(()), "again and again on one file");
    }
}
