//! The library's exam for hosts, on a database in memory and on one in a file; and what the hasher and the rules do to a request.

use super::*;
use crate::{cli::DatabaseUrl, clock::Clock, demo, store::MOST_OF_NOBODY};
use authflow::{
    AccountId, Applications, Audience, ClientId, Config, Engine, Entropy, Moment, Secret, TenantId,
    Timestamp,
    account::{Account, AccountStatus, Profile, Revision, UserName},
    contact::{EmailAddress, Mobile},
    facade::Request,
    factor::{Factor, FactorSet, Totp, TotpAlgorithm, TotpSecret},
    parts::Hasher as _,
    password::{MustChange, Password, PasswordForm, Verifier},
    sdk::Api,
    sealing::Owner,
    testkit::{self, HostExam, NeglectedDuty},
    token::{Issuer, Key, KeyRing},
};

/// One account that has everything, one that has only a password, and one that is locked.
const ACCOUNTS: &str = "
    INSERT INTO accounts (tenant, id, user_name, verifier, password_changed_at, must_change, skips_used, mobile, email,
        totp_sealed, totp_algorithm, totp_digits, totp_step, enrolled, factors_changed_at, profile)
    VALUES (?1, 'full', 'fay', '$argon2id$', 1600000000, 'first_login', 2, '+86-13900000000', 'Fay@example.com',
        ?2, 'sha256', 8, 7, 'sms otp', 1500000000, '{\"name\":\"Fay\"}')
    ON CONFLICT (tenant, id) DO UPDATE SET verifier = '$argon2id$', password_changed_at = 1600000000,
        password_form = 'as_typed', must_change = 'first_login', skips_used = 2, totp_step = 7";
const OTHERS: &str = "
    INSERT INTO accounts (tenant, id, user_name, status, verifier, password_changed_at)
    VALUES (?1, 'plain', 'pat', 'active', '$argon2id$', 1600000000), (?1, 'locked', 'lou', 'locked', '$argon2id$', 1600000000)
    ON CONFLICT (tenant, id) DO UPDATE SET verifier = '$argon2id$', password_changed_at = 1600000000, password_form = 'as_typed', skips_used = 0";

/// What these statements say, in the library's words. Only the revision is read: the schema draws it.
async fn accounts(host: &ServerHost, tenant: TenantId) -> [Account; 3] {
    let owner = Owner { tenant: Some(tenant), account: AccountId::new("full").unwrap() };
    let moment = Moment::new(testkit::demo::START, Entropy::from_bytes([0; 32]));
    let secret = TotpSecret::new(*b"12345678901234567890").unwrap();
    let sealed = secret.seal(&testkit::demo::sealing_keys(), owner, &moment);
    let stored = sealed.clone();
    let revisions = host.store.with_connection(move |connection| {
        connection.execute(ACCOUNTS, [tenant.as_str(), stored.as_str()])?;
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
        verifier: Verifier::new("$argon2id$"),
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
        totp: Totp::new(sealed, TotpAlgorithm::Sha256, 8, Some(7)).ok(),
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

fn host(store: Store) -> ServerHost {
    ServerHost {
        store,
        hasher: Hasher::new().unwrap(),
        rules: Blocklist::new(["Acme"], ServerRules::default()),
        courier: None,
        signer: None,
        log: EventLog,
    }
}

async fn examined(url: &DatabaseUrl) -> Result<(), NeglectedDuty> {
    let clock = Clock::moved(0);
    let store = Store::open(url, clock, &testkit::demo::sealing_keys(), MOST_OF_NOBODY).unwrap();
    let host = host(store);
    let tenant = TenantId::new(demo::ISV_TENANT).unwrap();
    let audience = Audience { client_id: ClientId::new(demo::ISV_CLIENT_ID).unwrap(), tenant: Some(tenant) };
    let [full, plain, locked] = accounts(&host, tenant).await;
    for account in [full, plain] {
        let exam = HostExam::on(audience, account, locked.clone(), ClientId::new("another").unwrap());
        exam.take(&host, clock.moment().unwrap()).await?;
        let make = async |_| drop(accounts(&host, tenant).await);
        exam.take_administered(&host, clock.moment().unwrap(), make).await?;
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

async fn demonstrated() -> ServerHost {
    let clock = Clock::moved(0);
    let sealing_keys = testkit::demo::sealing_keys();
    let host = host(Store::open(&DatabaseUrl::Memory, clock, &sealing_keys, MOST_OF_NOBODY).unwrap());
    demo::seed(&host.store, &host.hasher, &sealing_keys, clock).await.unwrap();
    host
}

/// A call of an ordinary application.
async fn call(host: &ServerHost, path: &str, bearer: Option<&str>, body: &str) -> (u16, serde_json::Value) {
    let ring = KeyRing::new(Key::without_id(authflow::testkit::demo::secret(7)).unwrap());
    let applications = Applications::Fixed(demo::applications().unwrap().into());
    let config = Config::new(Issuer::new("https://authflow.example").unwrap(), ring, applications);
    let mut headers = vec![
        ("X-operating-sys-version", "Android 10".to_owned()),
        ("X-device-fingerprint", "156aysdna213sac".to_owned()),
        ("X-agent", "test".to_owned()),
        ("X-client-id", demo::ORDINARY_CLIENT_ID.to_owned()),
        ("Content-Type", "application/json".to_owned()),
    ];
    headers.extend(bearer.map(|token| ("Authorization", format!("Bearer {token}"))));
    let request = Request { method: "POST", path, headers: &headers, body: body.as_bytes(), peer: None };
    let api = Api::new(Engine::new(config).unwrap());
    let reply = api.serve(&request, Clock::moved(0).moment().unwrap(), host).await;
    (reply.status(), serde_json::from_slice(reply.body()).unwrap_or_default())
}

async fn login(host: &ServerHost, password: &str) -> (u16, serde_json::Value) {
    let body = serde_json::json!({ "user_name": "alice", "password": password }).to_string();
    call(host, "/api/v2/sdk/login", None, &body).await
}

async fn change(host: &ServerHost, id_token: &str, new_password: &str) -> u16 {
    let body =
        serde_json::json!({ "old_password": demo::PASSWORD, "new_password": new_password }).to_string();
    call(host, "/api/v2/sdk/pwd/change", Some(id_token), &body).await.0
}

/// Everything that a login writes.
async fn written(host: &ServerHost) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM attempts) + (SELECT count(*) FROM claims) + (SELECT count(*) FROM sessions)";
    host.store.with_connection(move |connection| connection.query_row(sql, [], |row| row.get(0))).await
}

#[tokio::test]
async fn a_call_that_is_shed_writes_nothing_and_costs_no_guess() {
    let mut host = demonstrated().await;
    let places = host.hasher.take_every_place();
    for _ in 0..10 {
        assert_eq!(login(&host, "wrong").await.0, 500);
    }
    assert_eq!(written(&host).await, 0, "no guess was counted");
    drop(places);
    assert_eq!(login(&host, demo::PASSWORD).await.0, 200);
    assert!(written(&host).await > 0);
}

#[tokio::test]
async fn a_listed_password_is_refused_where_it_is_set_and_not_where_one_signs_in() {
    let host = demonstrated().await;
    let (_, signed_in) = login(&host, demo::PASSWORD).await;
    let id_token = signed_in["id_token"].as_str().unwrap();
    for listed in ["Password123", "QWERTYuiop", "acme-2026", "alicealice"] {
        assert_eq!(change(&host, id_token, listed).await, 400, "{listed}");
    }
    assert_eq!(change(&host, id_token, "a horse of another colour").await, 200);
    // Whoever has had one since before the list still signs in with it.
    let verifier = host.hasher.hash(&Secret::new("password123")).await.unwrap();
    let sql = "UPDATE accounts SET verifier = ?1 WHERE id = 'demo-alice'";
    host.store.with_connection(move |connection| connection.execute(sql, [verifier.expose()])).await;
    assert_eq!(login(&host, "password123").await.0, 200);
}
