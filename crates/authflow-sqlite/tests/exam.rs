//! The library's exam for hosts, on a database in memory and on one in a file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use authflow::{
    AccountId, Audience, ClientId, Moment, TenantId, Timestamp,
    account::{Account, AccountStatus, Profile, UserName},
    administration::{Administer as _, DeletePerson},
    contact::{EmailAddress, Mobile},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm, TotpSecret},
    parts::{AllowAll, NoCourier, NoSigner, Parts},
    password::{MustChange, Password, PasswordForm, Verifier},
    sealing::Owner,
    testkit::{HostExam, NeglectedDuty, PlainHasher, demo},
};
use authflow_sqlite::{Created, Place, Settings, SqliteStore};
use std::error::Error;

/// One account that has everything, one that has only a password, and one that is locked and has no user name.
fn accounts(tenant: Option<TenantId>) -> [Account; 3] {
    let password = Password {
        verifier: Verifier::new("$argon2id$"),
        changed_at: Timestamp::from_unix(1_600_000_000),
        must_change: None,
        skips_used: 0,
        form: PasswordForm::AsTyped,
    };
    let plain = Account { tenant, password: Some(password.clone()), ..demo::account("pat") };
    let id = AccountId::new("full").unwrap();
    let secret = TotpSecret::new(*demo::TOTP_SECRET).unwrap();
    let sealed = secret.seal(&demo::sealing_keys(), Owner { tenant, account: id }, &Moment::now().unwrap());
    let full = Account {
        id,
        user_name: UserName::new("fay").ok(),
        password: Some(Password { must_change: Some(MustChange::FirstLogin), skips_used: 2, ..password }),
        mobile: Mobile::new("+86-13900000000").ok(),
        email: EmailAddress::new("Fay@example.com").ok(),
        totp: Totp::new(sealed, TotpAlgorithm::Sha256, 8, Some(7)).ok().map(Totp::with_steps_of_a_minute),
        enrolled: FactorSet::EMPTY.with(Factor::Sms).with(Factor::Totp),
        factors_changed_at: Timestamp::from_unix(1_500_000_000),
        profile: Profile::from_json(r#"{"name":"Fay"}"#).unwrap(),
        ..plain.clone()
    };
    let locked = Account {
        status: AccountStatus::Locked,
        user_name: None,
        email: EmailAddress::new("lou@example.com").ok(),
        ..Account { tenant, ..demo::account("lou") }
    };
    [full, plain, locked]
}

/// Makes an account anew. Of what is read back, the revision alone is believed: it is drawn.
async fn made(store: &SqliteStore, account: Account) -> Account {
    let (tenant, id) = (account.tenant, account.id);
    store.delete_person(&DeletePerson { tenant, account: id }).await.unwrap();
    assert_eq!(store.create_account(account.clone()).await.unwrap(), Created::Done);
    let revision = store.account(tenant, id).await.unwrap().unwrap().revision;
    assert_ne!(revision, account.revision);
    Account { revision, ..account }
}

async fn examined(place: Place, tenant: Option<TenantId>) -> Result<(), NeglectedDuty> {
    let settings = Settings::new(place, demo::sealing_keys(), Moment::now);
    let store = SqliteStore::open(&settings).unwrap();
    let host = Parts {
        store: store.clone(),
        hasher: PlainHasher,
        rules: AllowAll,
        courier: NoCourier,
        signer: NoSigner,
        log: |question: &'static str, error: &dyn Error| panic!("{question}: {error}"),
    };
    let audience = Audience { client_id: ClientId::new(demo::ISV).unwrap(), tenant };
    let [full, plain, locked] = accounts(tenant);
    let locked = made(&store, locked).await;
    for account in [full, plain] {
        let account = made(&store, account).await;
        let exam = HostExam::on(audience, account, locked.clone(), ClientId::new("another").unwrap());
        exam.take(&host, Moment::now().unwrap()).await?;
        let make = async |account| assert_eq!(store.create_account(account).await.unwrap(), Created::Done);
        exam.take_administered(&host, Moment::now().unwrap(), make).await?;
    }
    Ok(())
}

#[tokio::test]
async fn it_neglects_no_duty() {
    let folder = tempfile::tempdir().unwrap();
    let file = Place::File(folder.path().join("exam.db"));
    for (place, tenant) in [(Place::Memory, Some(demo::tenant())), (Place::Memory, None)] {
        assert_eq!(examined(place, tenant).await, Ok(()), "{tenant:?}");
    }
    for _ in 0..2 {
        assert_eq!(examined(file.clone(), Some(demo::tenant())).await, Ok(()), "again and again on one file");
    }
}
