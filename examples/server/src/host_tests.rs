//! The library's exam for hosts, on a database in memory and on one in a file.

use super::*;
use crate::{cli::DatabaseUrl, demo};
use authflow::{
    AccountId, Audience, ClientId, Secret, TenantId, Timestamp,
    account::{AccountStatus, Profile, Revision, UserName},
    contact::{EmailAddress, Mobile},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm},
    password::{MustChange, Password, PasswordForm},
    testkit::{HostExam, NeglectedDuty},
};

/// One account that has everything, one that has only a password, and one that is locked.
const ACCOUNTS: &str = "
    INSERT INTO accounts (tenant, id, user_name, verifier, password_changed_at, must_change, skips_used, mobile, email,
        totp_secret, totp_algorithm, totp_digits, totp_step, enrolled, factors_changed_at, profile)
    VALUES (?1, 'full', 'fay', '$argon2id$', 1600000000, 'first_login', 2, '+86-13900000000', 'Fay@example.com',
        CAST('12345678901234567890' AS BLOB), 'sha256', 8, 7, 'sms otp', 1500000000, '{\"name\":\"Fay\"}')
    ON CONFLICT (tenant, id) DO UPDATE SET verifier = '$argon2id$', password_changed_at = 1600000000,
        password_form = 'as_typed', must_change = 'first_login', skips_used = 2, totp_step = 7";
const OTHERS: &str = "
    INSERT INTO accounts (tenant, id, user_name, status, verifier, password_changed_at)
    VALUES (?1, 'plain', 'pat', 'active', '$argon2id$', 1600000000), (?1, 'locked', 'lou', 'locked', '$argon2id$', 1600000000)
    ON CONFLICT (tenant, id) DO UPDATE SET verifier = '$argon2id$', password_changed_at = 1600000000, password_form = 'as_typed', skips_used = 0";

/// What these statements say, in the library's words. Only the revision is read: the schema draws it.
async fn accounts(host: &ServerHost, tenant: TenantId) -> [Account; 3] {
    let revisions = host.store.with_connection(move |connection| {
        connection.execute(ACCOUNTS, [tenant.as_str()])?;
        connection.execute(OTHERS, [tenant.as_str()])?;
        let of = |id: &str| {
            let sql = "SELECT revision FROM accounts WHERE tenant = ?1 AND id = ?2";
            connection.query_row(sql, [tenant.as_str(), id], |row| row.get::<_, i64>(0))
        };
        Ok([of("full")?, of("plain")?, of("locked")?])
    });
    let [full, plain, locked] = revisions.await.map(|number| Revision::try_from(number).unwrap());
    let set_at = Timestamp::from_unix(1_600_000_000);
    let password = Password {
        verifier: Secret::new("$argon2id$"),
        changed_at: set_at,
        must_change: None,
        skips_used: 0,
        form: PasswordForm::AsTyped,
    };
    let plain = Account {
        id: AccountId::new("plain").unwrap(),
        tenant: Some(tenant),
        revision: plain,
        status: AccountStatus::Active,
        user_name: UserName::new("pat").ok(),
        password: Some(password.clone()),
        mobile: None,
        email: None,
        totp: None,
        enrolled: FactorSet::EMPTY,
        factors_changed_at: Timestamp::from_unix(0),
        profile: Profile::default(),
    };
    let full = Account {
        id: AccountId::new("full").unwrap(),
        revision: full,
        user_name: UserName::new("fay").ok(),
        password: Some(Password { must_change: Some(MustChange::FirstLogin), skips_used: 2, ..password }),
        mobile: Mobile::new("+86-13900000000").ok(),
        email: EmailAddress::new("Fay@example.com").ok(),
        totp: Totp::new(*b"12345678901234567890", TotpAlgorithm::Sha256, 8, Some(7)).ok(),
        enrolled: FactorSet::EMPTY.with(Factor::Sms).with(Factor::Totp),
        factors_changed_at: Timestamp::from_unix(1_500_000_000),
        profile: Profile::from_json(r#"{"name":"Fay"}"#).unwrap(),
        ..plain.clone()
    };
    let locked = Account {
        id: AccountId::new("locked").unwrap(),
        revision: locked,
        status: AccountStatus::Locked,
        user_name: UserName::new("lou").ok(),
        ..plain.clone()
    };
    [full, plain, locked]
}

async fn examined(url: &DatabaseUrl) -> Result<(), NeglectedDuty> {
    let clock = Clock::moved(0);
    let store = Store::open(url, clock).unwrap();
    let (hasher, outbox) = (Hasher::new().unwrap(), None);
    let credentials = TenantCredentials::default();
    let host = ServerHost { store, hasher, clock, outbox, credentials, signing_keys: None };
    let tenant = TenantId::new(demo::ISV_TENANT).unwrap();
    let audience = Audience { client_id: ClientId::new(demo::ISV_CLIENT_ID).unwrap(), tenant: Some(tenant) };
    let [full, plain, locked] = accounts(&host, tenant).await;
    for account in [full, plain] {
        let exam = HostExam::on(audience, account, locked.clone(), ClientId::new("another").unwrap());
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
