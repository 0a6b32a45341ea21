//! Contacts in a table without an index on them, and in a table with one.

use crate::people::{SMALL, Service, SmallStore, small, unwritten};
use authflow::{
    AccountId,
    account::ContactNames,
    contact::{Channel, NumberingPlan, Recipient},
    parts::Store as _,
    password::Verifier,
    step::{Commit, CommitRefusal, Committed, Step, Write},
    testkit::{Call, World, demo},
};
use std::{convert::Infallible, future::ready};

fn contact(text: &str) -> Recipient {
    let channel = if text.contains('@') { Channel::Email } else { Channel::Sms };
    Recipient::new(channel, text).unwrap()
}

/// A commit, as the library makes one, with this write to erin as she is now.
async fn replacing(store: &SmallStore, text: &str) -> Commit<Verifier> {
    let mut world = World::new();
    let begun = world.begin(&Call::login("alice", demo::PASSWORD));
    let Step::Commit(ask) = world.until_commit(begun) else { panic!("no commit") };
    let mut commit = ask.hashed(|_| ready(Ok::<_, Infallible>(Verifier::new("")))).await.unwrap();
    let id = AccountId::new("7").unwrap();
    let erin = store.account(Some(demo::tenant()), id).await.unwrap().unwrap();
    (commit.claim, commit.account, commit.expected) = (None, Some(id), Some(erin.revision));
    let contact = contact(text);
    let names = ContactNames::of(&contact, NumberingPlan::new(86).ok().as_ref());
    commit.writes = vec![Write::ReplaceContact { contact, names }];
    commit
}

async fn committed(store: &SmallStore, text: &str) -> Committed {
    store.commit(&replacing(store, text).await).await.unwrap()
}

const TAKEN: Committed = Committed::Refused(CommitRefusal::ContactTaken);

#[tokio::test]
async fn a_contact_is_kept_in_the_table_and_what_the_program_has_written_is_taken() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    let revision = "SELECT revision FROM authflow_side_accounts WHERE id = '7'";
    let before = service.number(revision);
    assert_eq!(committed(&store, "new@example.com").await, Committed::Done);
    assert_eq!(service.text("SELECT email FROM users WHERE id = 7"), "new@example.com");
    assert_eq!(service.number(revision), (before + 1) & i64::MAX, "once");
    assert_eq!(service.number("SELECT count(*) FROM authflow_side_accounts WHERE is_spelled = 0"), 0);
    // The first contact is dora's. The second one belongs to an account whose name has no stored spelling yet.
    assert_eq!(committed(&store, "dora@example.com").await, TAKEN);
    service.execute("INSERT INTO users VALUES (9, 'ÉVE@Example.com', 'x', 1)");
    assert_eq!(committed(&store, "éve@example.com").await, TAKEN);
    assert_eq!(service.text("SELECT email FROM users WHERE id = 7"), "new@example.com");
    // There are more rows than the store spells at once. It decides nothing before it has spelled all of them, and a look-up makes it spell them.
    service.execute(
        "WITH RECURSIVE numbers (number) AS (SELECT 10 UNION ALL SELECT number + 1 FROM numbers WHERE number < 309)
        INSERT INTO users SELECT number, 'n' || number || '@example.com', 'x', 1 FROM numbers",
    );
    let commit = replacing(&store, "n300@example.com").await;
    let told = store.commit(&commit).await.unwrap_err().to_string();
    assert_eq!(told, "a contact is given once every name has been spelled, and some have not");
    crate::login::sign_in(&store, "nobody@example.com").await;
    assert_eq!(store.commit(&commit).await.unwrap(), TAKEN);
}

/// An index of the table may compare differently from the library.
#[tokio::test]
async fn an_index_of_the_tables_own_says_that_it_is_taken() {
    let service = Service::with(SMALL);
    service.execute("CREATE UNIQUE INDEX of_local_parts ON users (substr(email, 1, 4))");
    let store = service.open(small()).unwrap();
    assert_eq!(committed(&store, "dora@elsewhere.example").await, TAKEN);
    assert_eq!(service.text("SELECT email FROM users WHERE id = 7"), "Erin@example.com");
}

#[tokio::test]
async fn a_table_without_such_a_column_keeps_no_such_contact() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    let told = store.commit(&replacing(&store, "+8613900000001").await).await.unwrap_err().to_string();
    assert_eq!(told, "the table users: must have a column for mobile, to keep a new one in");
}

/// If the mapping does not take new contacts, no row is written to, whatever a policy says.
#[tokio::test]
async fn a_table_that_takes_no_new_contacts_keeps_its_own() {
    let service = Service::with(SMALL);
    let store = service.open(unwritten()).unwrap();
    let told = store.commit(&replacing(&store, "new@example.com").await).await.unwrap_err().to_string();
    let wanted = "must be mapped with `takes_new_contacts`, since a policy replaces contacts";
    assert_eq!(told, format!("the table users: {wanted}"));
    assert_eq!(service.text("SELECT email FROM users WHERE id = 7"), "Erin@example.com");
}

/// An error that a trigger of the table raises does not mean that somebody else has the contact.
#[tokio::test]
async fn a_unique_key_that_is_of_no_name_is_an_error_and_no_refusal() {
    let service = Service::with(SMALL);
    service.execute(
        "CREATE TABLE badges (number UNIQUE); INSERT INTO badges VALUES (1);
        CREATE TRIGGER badge AFTER UPDATE OF email ON users BEGIN INSERT INTO badges VALUES (1); END",
    );
    let store = service.open(small()).unwrap();
    let told = store.commit(&replacing(&store, "new@example.com").await).await.unwrap_err().to_string();
    assert!(told.contains("badges.number"), "{told}");
    // The first case is a column of the same name in another table. The second one is an index on another column, with the name in its own.
    for (trouble, told_of) in [
        (
            "DROP TABLE badges; CREATE TABLE badges (email UNIQUE); INSERT INTO badges VALUES (1)",
            "badges.email",
        ),
        (
            "DROP TRIGGER badge; ALTER TABLE users ADD badge DEFAULT 1; CREATE UNIQUE INDEX email_badge ON users (abs(badge)) WHERE badge = 2;
            INSERT INTO users (id, email, badge) VALUES (70, 'seventy@example.com', 2); CREATE TRIGGER badge AFTER UPDATE OF email ON users BEGIN
            UPDATE users SET badge = 2 WHERE id = 7; END",
            "email_badge",
        ),
    ] {
        service.execute(trouble);
        let told = store.commit(&replacing(&store, "new@example.com").await).await.unwrap_err().to_string();
        assert!(told.contains(told_of), "{told}");
    }
}
