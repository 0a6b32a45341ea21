//! Registrations of people who get a row in a table of somebody else.

use crate::people::{SMALL, Service, small};
use authflow::{
    AccountId, Moment,
    account::{AcceptedProfile, AccountStatus, JudgeProfile, Profile, ProfileJudgement},
    contact::Channel,
    parts::{AllowAll, NoSigner, Parts, Rules},
    policy::Policy,
    sdk::Api,
    step::{AccessDecision, DecideAccess},
    testkit::{Answer, Call, MemoryHost, PlainHasher, Setup, demo},
};
use authflow_sqlite::{MappedAccounts, SqliteStore, UsersTable};
use serde_json::{Value, json};
use std::{convert::Infallible, error::Error, sync::Mutex};

const ZOE: &str = "zoe@example.com";

fn api() -> Api {
    let registration = Channel::ALL.into_iter().collect();
    Setup::new(Policy { registration, ..demo::policy() }).api(demo::ring())
}

async fn send(
    store: &SqliteStore<MappedAccounts>,
    rules: impl Rules,
    courier: &Mutex<MemoryHost>,
    call: &Call,
) -> Answer {
    let log = |question: &'static str, error: &dyn Error| eprintln!("{question}: {error}");
    let host = Parts { store: store.clone(), hasher: PlainHasher, rules, courier, signer: NoSigner, log };
    Answer::from(&api().serve(&call.request(), Moment::now().unwrap(), &host).await)
}

async fn register(
    store: &SqliteStore<MappedAccounts>,
    rules: impl Rules + Copy,
    contact: &str,
    chosen: Value,
) -> Answer {
    let (ask, register, member, of) = match contact.contains('@') {
        true => ("email/send", "register/email-verify-code", "email", "REGISTER_EMS"),
        false => ("sms/send", "register/mobile-verify-code", "mobile", "REGISTER_SMS"),
    };
    let courier = Mutex::new(MemoryHost::default());
    let path = |path| format!("/api/v2/sdk/{path}");
    let ask = Call::post(&path(ask), &json!({ member: contact, "type": of }));
    assert_eq!(send(store, rules, &courier, &ask).await.status, 200);
    let mut body = json!({ member: contact, "verify_code": courier.lock().unwrap().code() });
    for (name, value) in chosen.as_object().unwrap() {
        body[name] = value.clone();
    }
    send(store, rules, &courier, &Call::post(&path(register), &body)).await
}

/// A common form of such a table: text ids, and further columns.
const MEMBERS: &str = "CREATE TABLE members (
    uid TEXT PRIMARY KEY, org TEXT, login TEXT UNIQUE, email TEXT, phone TEXT, hash TEXT, state TEXT NOT NULL,
    since INTEGER, claims TEXT, joined TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, note TEXT)";

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
async fn who_registers_has_a_row_and_signs_in_by_it() {
    let service = Service::with(MEMBERS);
    let store = service.open(members().takes_new_accounts()).unwrap();
    let chosen = json!({ "user_name": "Zoe", "pwd": "Correct-Horse-7", "name": "Zoe" });
    assert_eq!(register(&store, AllowAll, ZOE, chosen.clone()).await.text("status"), "SUCCESS");
    let row = "SELECT org || ' ' || login || ' ' || email || ' ' || coalesce(phone, '-') || ' ' || hash || ' ' || state
        || ' ' || (claims ->> 'name') || ' ' || (joined IS NOT NULL) FROM members";
    let expected = format!("{} Zoe zoe@example.com - Correct-Horse-7 on Zoe 1", demo::TENANT);
    assert_eq!(service.text(row), expected);
    let courier = Mutex::new(MemoryHost::default());
    let signed_in = send(&store, AllowAll, &courier, &Call::login("zoe", "Correct-Horse-7")).await;
    assert_eq!(signed_in.text("status"), "SUCCESS");
    let refreshed = send(&store, AllowAll, &courier, &Call::refresh(signed_in.session_token())).await;
    assert_eq!(refreshed.status, 200);

    // The contact is stored in another spelling, which SQL cannot spell.
    service.execute("UPDATE members SET email = 'ＺＯＥ@example.com'; DELETE FROM authflow_sends");
    assert_eq!(register(&store, AllowAll, ZOE, json!({})).await.text("error_code"), "IDAAS.SDK.USER.0102");
    let other = register(&store, AllowAll, "mia@example.com", json!({ "user_name": "ZOE" })).await;
    assert_eq!(other.text("error_code"), "IDAAS.SDK.USER.0103");
    assert_eq!(service.number("SELECT count(*) FROM members"), 1);
}

/// There is no default here that lets anybody register.
#[tokio::test]
async fn without_the_word_for_it_nobody_registers() {
    let service = Service::with(MEMBERS);
    let store = service.open(members()).unwrap();
    assert_eq!(register(&store, AllowAll, ZOE, json!({})).await.status, 500);
    assert_eq!(service.number("SELECT count(*) FROM members"), 0);
}

#[test]
fn a_column_that_would_make_the_insert_fail_is_refused_by_name() {
    let service = Service::with(&MEMBERS.replace("note TEXT", "birthday TEXT NOT NULL"));
    let refused = service.open(members().takes_new_accounts()).unwrap_err();
    assert!(refused.to_string().contains("the column \"birthday\" must take NULL"), "{refused}");
    // If the mapping takes no new accounts, nothing is made and nothing is refused.
    assert!(service.open(members()).is_ok());
}

/// Chooses ids as a sequence does.
#[derive(Clone, Copy)]
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

#[tokio::test]
async fn where_ids_are_numbers_the_host_chooses_one() {
    let service = Service::with(SMALL);
    let store = service.open(small().takes_new_accounts()).unwrap();
    // A UUID is no number, so the host has made a mistake.
    assert_eq!(register(&store, AllowAll, ZOE, json!({})).await.status, 500);
    // This table has no place for a user name or a number.
    for (contact, said) in
        [("eva@example.com", json!({ "user_name": "eva" })), ("+86-13800000009", json!({}))]
    {
        assert_eq!(register(&store, Numbers, contact, said).await.status, 500, "{contact}");
    }
    assert_eq!(service.number("SELECT count(*) FROM users"), 2);
    assert_eq!(register(&store, Numbers, "mia@example.com", json!({})).await.text("status"), "SUCCESS");
    assert_eq!(
        service.text("SELECT id || ' ' || email || ' ' || is_active FROM users WHERE id > 8"),
        "4711 mia@example.com 1"
    );
    // The same id is used once more, for another person.
    assert_eq!(register(&store, Numbers, "ida@example.com", json!({})).await.status, 500);
    // An index of the table compares addresses in another way.
    service.execute(
        "CREATE UNIQUE INDEX one ON users (email COLLATE NOCASE); UPDATE users SET id = 9 WHERE id = 4711",
    );
    service.execute(
        "UPDATE authflow_side_accounts SET email_key = NULL WHERE id = '9'; DELETE FROM authflow_sends",
    );
    let other = register(&store, Numbers, "MIA@example.com", json!({})).await;
    assert_eq!(other.text("error_code"), "IDAAS.SDK.USER.0102");
    // The same holds for an index on an expression, of which the database names only the index.
    service.execute(
        "DROP INDEX one; CREATE UNIQUE INDEX one ON users (replace(email, '.', '')); DELETE FROM authflow_sends",
    );
    let other = register(&store, Numbers, "m.ia@example.com", json!({})).await;
    assert_eq!(other.text("error_code"), "IDAAS.SDK.USER.0102");
}
