//! Registrations, in the store's own table and in a table of somebody else.

use crate::{
    server::{Database, server},
    setting::{moment, settings, settings_at},
};
use authflow::{
    AccountId, Lifetime, Timestamp,
    account::{AcceptedProfile, AccountStatus, JudgeProfile, Profile, ProfileJudgement},
    code::SendPolicy,
    contact::Channel,
    parts::{AllowAll, NoSigner, Parts, Rules},
    policy::Policy,
    sdk::Api,
    step::{AccessDecision, DecideAccess},
    testkit::{Answer, Call, MemoryHost, PlainHasher, Setup, demo},
};
use authflow_postgres::{
    Accounts, Isolation, MappedAccounts, OwnAccounts, PostgresStore, StoreError, UsersTable,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

const ZOE: &str = "zoe@example.com";

type Log = fn(&'static str, &dyn Error);

/// A service that registers people: a store, and a courier that keeps what was sent.
struct Service<A = OwnAccounts, R = AllowAll> {
    api: Api,
    host: Parts<PostgresStore<A>, PlainHasher, R, Courier, NoSigner, Log>,
}

type Courier = &'static Mutex<MemoryHost>;

fn courier() -> Courier {
    Box::leak(Box::new(Mutex::new(MemoryHost::default())))
}

impl<A: Accounts, R: Rules> Service<A, R> {
    fn new(store: PostgresStore<A>, rules: R) -> Arc<Self> {
        let registration = Channel::ALL.into_iter().collect();
        let sending = SendPolicy::new(Lifetime::of::<1>(), 10).unwrap();
        let setup = Setup::new(Policy { registration, sending, ..demo::policy() });
        let log: Log = |question, error| eprintln!("{question} went unanswered: {error}");
        let host = Parts { store, hasher: PlainHasher, rules, courier: courier(), signer: NoSigner, log };
        Arc::new(Self { api: setup.api(demo::ring()), host })
    }

    async fn send(&self, call: &Call) -> Answer {
        self.send_at(call, demo::START).await
    }

    async fn send_at(&self, call: &Call, at: Timestamp) -> Answer {
        let reply = self.api.serve(&call.request(), moment(at).unwrap(), &self.host).await;
        Answer::from(&reply)
    }

    /// The call that registers with a code that was sent so many seconds ago, from its own device.
    async fn registration(&self, contact: &str, (device, ago): (&str, u64), chosen: Value) -> Call {
        let (send, register, member, of) = match contact.contains('@') {
            true => ("email/send", "register/email-verify-code", "email", "REGISTER_EMS"),
            false => ("sms/send", "register/mobile-verify-code", "mobile", "REGISTER_SMS"),
        };
        let path = |path| format!("/api/v2/sdk/{path}");
        let ask = Call::post(&path(send), &json!({ member: contact, "type": of })).with_fingerprint(device);
        assert_eq!(self.send_at(&ask, demo::START.minus_seconds(ago)).await.status, 200);
        let code = {
            let outbox = self.host.courier.lock().unwrap_or_else(PoisonError::into_inner);
            outbox.code().to_owned()
        };
        let mut body = json!({ member: contact, "verify_code": code });
        for (name, value) in chosen.as_object().unwrap() {
            body[name] = value.clone();
        }
        Call::post(&path(register), &body).with_fingerprint(device)
    }

    async fn register(&self, contact: &str, chosen: Value) -> Answer {
        let call = self.registration(contact, ("156aysdna213sac", 10), chosen).await;
        self.send(&call).await
    }
}

async fn mapped(
    database: &Database,
    tables: &str,
    mapping: UsersTable,
) -> Result<PostgresStore<MappedAccounts>, StoreError> {
    database.client().await.batch_execute(tables).await.unwrap();
    let settings = settings_at(&database.url(), demo::START).accounts(mapping);
    PostgresStore::migrate(&settings).await?;
    PostgresStore::connect(settings).await
}

/// A common form of such a table: text ids, and further columns.
const MEMBERS: &str = "CREATE TABLE members (
    uid uuid PRIMARY KEY, org text, login varchar(64) UNIQUE, email text, phone text, hash text, state text NOT NULL,
    since timestamptz, claims jsonb, joined timestamptz NOT NULL DEFAULT now(), note text)";

fn members() -> UsersTable {
    UsersTable::named("members")
        .id("uid")
        .tenant("org")
        .user_name("login")
        .email("email")
        .mobile("phone")
        .verifier("hash")
        .status("state", [("on", AccountStatus::Active), ("off", AccountStatus::Disabled)])
        .password_set_at("since")
        .profile("claims")
}

#[tokio::test]
async fn who_registers_has_a_row_in_the_table_of_somebody_elses() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let store = mapped(&database, MEMBERS, members().takes_new_accounts()).await.unwrap();
    let service = Service::new(store, AllowAll);
    let chosen = json!({ "user_name": "Zoe", "pwd": "Correct-Horse-7", "name": "Zoe" });
    assert_eq!(service.register(ZOE, chosen).await.text("status"), "SUCCESS");
    let sql = "SELECT org || ' ' || login || ' ' || email || ' ' || coalesce(phone, '-') || ' ' || hash || ' ' || state
            || ' ' || extract(epoch FROM since)::bigint || ' ' || (claims ->> 'name') || ' ' || (joined IS NOT NULL)
        FROM members";
    let row: String = database.client().await.query_one(sql, &[]).await.unwrap().get(0);
    let expected = format!("{} Zoe zoe@example.com - Correct-Horse-7 on 1700000000 Zoe true", demo::TENANT);
    assert_eq!(row, expected);
    let signed_in = service.send(&Call::login("zoe", "Correct-Horse-7")).await;
    assert_eq!(signed_in.text("status"), "SUCCESS");
    assert_eq!(service.send(&Call::refresh(signed_in.session_token())).await.status, 200);

    // The contact is stored in another spelling, which SQL cannot spell.
    let sql = "UPDATE members SET email = 'ＺＯＥ@example.com'";
    database.client().await.batch_execute(sql).await.unwrap();
    let taken = service.registration(ZOE, ("another", 0), json!({})).await;
    assert_eq!(service.send(&taken).await.text("error_code"), "IDAAS.SDK.USER.0102");
}

/// The README names these rights.
#[tokio::test]
async fn a_role_with_few_rights_makes_rows_in_the_table_of_somebody_elses() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let role = format!("app_{}", database.name);
    mapped(&database, MEMBERS, members().takes_new_accounts()).await.unwrap();
    let grants = format!(
        "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA authflow TO {role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA authflow TO {role};
        REVOKE INSERT, UPDATE, DELETE ON authflow.versions, authflow.spelling, authflow.users_table FROM {role};
        GRANT UPDATE (form) ON authflow.spelling TO {role};
        GRANT SELECT, INSERT, UPDATE ON members TO {role}"
    );
    client.batch_execute(&grants).await.unwrap();
    let settings = settings_at(&database.url_of(&role, 5432), demo::START);
    let settings = settings.accounts(members().takes_new_accounts());
    let service = Service::new(PostgresStore::connect(settings).await.unwrap(), AllowAll);
    assert_eq!(service.register(ZOE, json!({})).await.text("status"), "SUCCESS");
}

/// Each call has its own device and its own code. They are too few to lock the name while they are judged.
async fn of_many_at_once_one_registers<A: Accounts>(service: Arc<Service<A>>) {
    let mut calls = Vec::new();
    for ago in (0..4).rev() {
        calls.push(service.registration(ZOE, (&format!("device-{ago}"), ago), json!({})).await);
    }
    let running: Vec<_> = calls
        .into_iter()
        .map(|call| {
            let service = Arc::clone(&service);
            tokio::spawn(async move { service.send(&call).await })
        })
        .collect();
    let mut told = BTreeMap::new();
    for answer in running {
        let answer = answer.await.unwrap();
        let status = answer.find("status").or(answer.find("error_code")).unwrap().to_owned();
        *told.entry(status).or_insert(0) += 1;
    }
    let expected = [("IDAAS.SDK.USER.0102".to_owned(), 3), ("SUCCESS".to_owned(), 1)];
    assert_eq!(told, expected.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_for_one_contact_one_has_an_account() {
    let Some(server) = server() else { return };
    for isolation in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
        let database = server.database().await;
        database.client().await.batch_execute(MEMBERS).await.unwrap();
        let mut settings = settings_at(&database.url(), demo::START);
        settings.isolation = isolation;
        let settings = settings.accounts(members().takes_new_accounts());
        PostgresStore::migrate(&settings).await.unwrap();
        let service = Service::new(PostgresStore::connect(settings).await.unwrap(), AllowAll);
        of_many_at_once_one_registers(service).await;
        let count: i64 =
            database.client().await.query_one("SELECT count(*) FROM members", &[]).await.unwrap().get(0);
        assert_eq!(count, 1, "{isolation:?}");

        let database = server.database().await;
        let mut settings = settings_at(&database.url(), demo::START);
        settings.isolation = isolation;
        PostgresStore::migrate(&settings).await.unwrap();
        let service = Service::new(PostgresStore::connect(settings).await.unwrap(), AllowAll);
        of_many_at_once_one_registers(service).await;
        let sql = "SELECT count(*) FROM authflow.accounts";
        let count: i64 = database.client().await.query_one(sql, &[]).await.unwrap().get(0);
        assert_eq!(count, 1, "{isolation:?}");
    }
}

/// There is no default here that lets anybody register.
#[tokio::test]
async fn without_the_word_for_it_nobody_registers() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let store = mapped(&database, MEMBERS, members()).await.unwrap();
    let service = Service::new(store, AllowAll);
    assert_eq!(service.register(ZOE, json!({})).await.status, 500);
    let count: i64 =
        database.client().await.query_one("SELECT count(*) FROM members", &[]).await.unwrap().get(0);
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_column_that_would_make_the_insert_fail_is_refused_by_name() {
    let Some(server) = server() else { return };
    for (tables, wanted) in [
        (format!("{MEMBERS}; ALTER TABLE members ADD birthday date NOT NULL"), "the column \"birthday\" must take NULL"),
        (
            "CREATE DOMAIN rank AS text NOT NULL; CREATE TABLE members (uid uuid PRIMARY KEY, org text, login text, email text,
                phone text, hash text, state text, since date, claims text, rank rank)"
                .into(),
            "the column \"rank\" must take NULL",
        ),
        (
            "CREATE TABLE members (uid bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, org text, login text, email text,
                phone text, hash text, state text, since date, claims text)"
                .into(),
            "the column \"uid\" must be one that can be written",
        ),
    ] {
        let database = server.database().await;
        let refused = mapped(&database, &tables, members().takes_new_accounts()).await.unwrap_err();
        assert!(refused.to_string().contains(wanted), "{refused}");
        // If the mapping takes no new accounts, nothing is made and nothing is refused.
        let settings = settings(&database.url()).accounts(members());
        assert!(PostgresStore::migrate(&settings).await.is_ok(), "{wanted}");
    }
}

/// Chooses ids as a sequence does.
struct Numbers;

impl Rules for Numbers {
    type Error = Infallible;

    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, Infallible> {
        Ok(AccessDecision::Allow)
    }

    async fn judge_profile(&self, ask: &JudgeProfile) -> Result<ProfileJudgement, Infallible> {
        Ok(ProfileJudgement::Accepted(AcceptedProfile {
            account: AccountId::new("4711").unwrap(),
            user_name: ask.user_name.clone(),
            profile: Profile::default(),
        }))
    }
}

const USERS: &str = "CREATE TABLE users (
    id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, email text NOT NULL UNIQUE, hash text, enabled boolean NOT NULL)";

fn users() -> UsersTable {
    let users = UsersTable::named("users").id("id").tenant_is(demo::tenant()).no_user_name().email("email");
    users
        .no_mobile()
        .verifier("hash")
        .status("enabled", [("true", AccountStatus::Active), ("false", AccountStatus::Disabled)])
        .no_password_set_at()
        .takes_new_accounts()
}

#[tokio::test]
async fn where_ids_are_numbers_the_host_chooses_one() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let store = mapped(&database, USERS, users()).await.unwrap();
    // A UUID is no number, so the host has made a mistake.
    let drawn = Service::new(store.clone(), AllowAll);
    assert_eq!(drawn.register(ZOE, json!({ "pwd": "Correct-Horse-7" })).await.status, 500);
    let chosen = Service::new(store, Numbers);
    // This table has no place for a user name or a number.
    for (contact, said) in
        [("eva@example.com", json!({ "user_name": "eva" })), ("+86-13800000009", json!({}))]
    {
        assert_eq!(chosen.register(contact, said).await.status, 500, "{contact}");
    }
    assert_eq!(chosen.register("mia@example.com", json!({})).await.text("status"), "SUCCESS");
    let row = database.client().await.query_one("SELECT id, email, enabled FROM users", &[]).await.unwrap();
    assert_eq!(
        (row.get::<_, i64>(0), row.get::<_, &str>(1), row.get::<_, bool>(2)),
        (4711, "mia@example.com", true)
    );
    // The same id is used once more, for another person.
    assert_eq!(chosen.register("ida@example.com", json!({})).await.status, 500);
    // An index of the table compares addresses in another way.
    let sql = "CREATE UNIQUE INDEX ON users (replace(email, '.', '')); UPDATE users SET id = 1";
    database.client().await.batch_execute(sql).await.unwrap();
    let other = chosen.register("m.ia@example.com", json!({})).await;
    assert_eq!(other.text("error_code"), "IDAAS.SDK.USER.0102");
}
