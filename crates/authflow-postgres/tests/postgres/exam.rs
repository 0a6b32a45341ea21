//! The library's exam for hosts, at every isolation, with a pooler in between and without one.

use crate::{
    pooler::pooler,
    server::server,
    setting::{host, settings},
};
use authflow::{
    AccountId, Audience, ClientId, Moment, TenantId, Timestamp,
    account::{Account, AccountStatus, Profile, Revision, UserName},
    contact::{EmailAddress, Mobile},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm, TotpSecret},
    password::{MustChange, Password, PasswordForm, Verifier},
    sealing::Owner,
    testkit::{HostExam, demo},
};
use authflow_postgres::{Created, Isolation, PostgresStore, Settings, Statements};
use tokio_postgres::Client;

/// An account with everything, one with only a password, and a locked one. `None` stands for an application without tenants.
fn accounts(tenant: Option<TenantId>) -> [Account; 3] {
    let bare = |id: &str, name: &str, status| Account {
        id: AccountId::new(id).unwrap(),
        tenant,
        status,
        user_name: UserName::new(name).ok(),
        password: Some(Password {
            verifier: Verifier::new("$argon2id$"),
            changed_at: Timestamp::from_unix(1_600_000_000),
            must_change: None,
            skips_used: 0,
            form: PasswordForm::AsTyped,
        }),
        ..demo::account("somebody")
    };
    let full = bare("full", "Ｆäy", AccountStatus::Active);
    let owner = Owner { tenant, account: full.id };
    let secret = TotpSecret::new(*demo::TOTP_SECRET).unwrap();
    let sealed = secret.seal(&demo::sealing_keys(), owner, &Moment::now().unwrap());
    let full = Account {
        password: full.password.map(|password| Password {
            must_change: Some(MustChange::FirstLogin),
            skips_used: 2,
            ..password
        }),
        mobile: Mobile::new("+86-13900000000").ok(),
        email: EmailAddress::new("Fay@example.com").ok(),
        totp: Totp::new(sealed, TotpAlgorithm::Sha256, 8, Some(7)).ok().map(Totp::with_steps_of_a_minute),
        enrolled: FactorSet::EMPTY.with(Factor::Sms).with(Factor::Totp),
        factors_changed_at: Timestamp::from_unix(1_500_000_000),
        profile: Profile::from_json(r#"{"name":"Fay"}"#).unwrap(),
        ..full
    };
    let locked = Account {
        mobile: Mobile::new("+86 139 0000 0001").ok(),
        email: EmailAddress::new("Lou@example.com").ok(),
        ..bare("locked", "lou", AccountStatus::Locked)
    };
    [full, bare("plain", "pat", AccountStatus::Active), locked]
}

/// Makes an account, and returns it as the store has it, with the revision that was drawn.
async fn made(store: &PostgresStore, client: &Client, account: Account) -> Account {
    assert_eq!(store.create_account(&account).await.unwrap(), Created::Done);
    let sql = "SELECT revision FROM authflow.accounts WHERE tenant = $1 AND id = $2";
    let tenant = account.tenant.as_ref().map_or("", TenantId::as_str);
    let revision: i64 = client.query_one(sql, &[&tenant, &account.id.as_str()]).await.unwrap().get(0);
    Account { revision: Revision::try_from(revision).unwrap(), ..account }
}

pub(crate) async fn examined(settings: Settings, client: &Client) {
    PostgresStore::migrate(&settings).await.unwrap();
    let host = host(PostgresStore::connect(settings).await.unwrap());
    for tenant in [Some(TenantId::new("t").unwrap()), None] {
        let audience = Audience { client_id: ClientId::new("app").unwrap(), tenant };
        let [full, plain, locked] = accounts(tenant);
        let locked = made(&host.store, client, locked).await;
        for account in [full, plain] {
            let account = made(&host.store, client, account).await;
            let exam = HostExam::on(audience, account, locked.clone(), ClientId::new("another").unwrap());
            assert_eq!(exam.take(&host, Moment::now().unwrap()).await, Ok(()));
            let make = async |account: Account| {
                assert_eq!(host.store.create_account(&account).await.unwrap(), Created::Done);
            };
            assert_eq!(exam.take_administered(&host, Moment::now().unwrap(), make).await, Ok(()));
        }
    }
}

async fn examined_at(isolation: Isolation) {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let mut settings = settings(&database.url());
    settings.isolation = isolation;
    examined(settings, &database.client().await).await;
}

#[tokio::test]
async fn it_neglects_no_duty_at_read_committed() {
    examined_at(Isolation::ReadCommitted).await;
}

#[tokio::test]
async fn it_neglects_no_duty_at_repeatable_read() {
    examined_at(Isolation::RepeatableRead).await;
}

#[tokio::test]
async fn it_neglects_no_duty_at_serializable() {
    examined_at(Isolation::Serializable).await;
}

#[tokio::test]
async fn it_neglects_no_duty_with_prepared_statements() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let mut settings = settings(&database.url());
    settings.statements = Statements::Prepared;
    examined(settings, &database.client().await).await;
}

/// Through pgbouncer, each transaction may be on another connection.
#[tokio::test]
async fn it_neglects_no_duty_behind_a_pooler_of_transactions() {
    let Some(server) = server() else { return };
    let Some(pooler) = pooler() else { return };
    let database = server.database().await;
    examined(settings(&pooler.url(&database)), &database.client().await).await;
}
