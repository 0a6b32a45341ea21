//! Contacts. If several accounts want one at once, one gets it. A taken contact is refused, whoever has written it.

use crate::{
    server::server,
    setting::{like, settings_at, store_of},
};
use authflow::{
    AccountId,
    account::{Account, ContactNames},
    contact::{Channel, NumberingPlan, Recipient},
    parts::Store as _,
    password::Verifier,
    step::{Commit, CommitRefusal, Committed, Step, Write},
    testkit::{Call, World, demo},
};
use authflow_postgres::{Accounts, Isolation, PostgresStore};
use std::{convert::Infallible, future::ready};

const WANTED: &str = "+8613900000077";

pub(crate) fn mobile(text: &str) -> Recipient {
    Recipient::new(Channel::Sms, text).unwrap()
}

pub(crate) fn email(text: &str) -> Recipient {
    Recipient::new(Channel::Email, text).unwrap()
}

/// A commit, as the library makes one, that writes this contact to an account of the demo's tenant as it is now.
pub(crate) async fn replacing<A: Accounts>(
    store: &PostgresStore<A>,
    id: &str,
    contact: Recipient,
) -> Commit<Verifier> {
    let mut world = World::new();
    let begun = world.begin(&Call::login("alice", demo::PASSWORD));
    let Step::Commit(ask) = world.until_commit(begun) else { panic!("no commit") };
    let mut commit = ask.hashed(|_| ready(Ok::<_, Infallible>(Verifier::new("")))).await.unwrap();
    let id = AccountId::new(id).unwrap();
    let account = store.account(Some(demo::tenant()), id).await.unwrap().unwrap();
    (commit.claim, commit.account, commit.expected) = (None, Some(id), Some(account.revision));
    let names = ContactNames::of(&contact, NumberingPlan::new(86).ok().as_ref());
    commit.writes = vec![Write::ReplaceContact { contact, names }];
    commit
}

/// Commits for all accounts at once. One is done, and the others are told that the contact is taken.
pub(crate) async fn one_has_it<A: Accounts>(stores: [&PostgresStore<A>; 2], ids: &[&str]) {
    let mut commits = Vec::new();
    for id in ids {
        commits.push(replacing(stores[0], id, mobile(WANTED)).await);
    }
    let begun = commits.into_iter().enumerate().map(|(at, commit)| {
        let store = stores[at % 2].clone();
        tokio::spawn(async move { store.commit(&commit).await.unwrap() })
    });
    let mut done = 0;
    for one in begun.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Committed::Done => done += 1,
            refused => assert_eq!(refused, Committed::Refused(CommitRefusal::ContactTaken)),
        }
    }
    assert_eq!(done, 1);
    let mut having = 0;
    for id in ids {
        let account = stores[1].account(Some(demo::tenant()), AccountId::new(id).unwrap()).await.unwrap();
        having += usize::from(account.unwrap().mobile.is_some_and(|mobile| mobile.normalised() == WANTED));
    }
    assert_eq!(having, 1);
}

const IDS: [&str; 8] =
    ["id-erin-0", "id-erin-1", "id-erin-2", "id-erin-3", "id-erin-4", "id-erin-5", "id-erin-6", "id-erin-7"];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_number_is_one_accounts_at_every_isolation() {
    let Some(server) = server() else { return };
    for isolation in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
        let database = server.database().await;
        let settings = || {
            let mut settings = settings_at(&database.url(), demo::START);
            settings.isolation = isolation;
            settings
        };
        let accounts: Vec<Account> = (0..IDS.len()).map(|number| like("erin", number)).collect();
        let one = store_of(settings(), &accounts).await;
        let other = PostgresStore::connect(settings()).await.unwrap();
        one_has_it([&one, &other], &IDS).await;
    }
}

#[tokio::test]
async fn what_is_anothers_user_name_is_taken_and_in_another_tenant_it_is_free() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let accounts = [
        like("erin", 0),
        like("erin", 1),
        Account { tenant: None, mobile: authflow::contact::Mobile::new(WANTED).ok(), ..like("erin", 2) },
    ];
    let store = store_of(settings_at(&database.url(), demo::START), &accounts).await;
    let sql = "UPDATE authflow.accounts SET user_name_key = 'erin@example.com' WHERE id = 'id-erin-1'";
    database.client().await.batch_execute(sql).await.unwrap();
    let taken = Committed::Refused(CommitRefusal::ContactTaken);
    let commit = replacing(&store, "id-erin-0", email("erin@example.com")).await;
    assert_eq!(store.commit(&commit).await.unwrap(), taken);
    let commit = replacing(&store, "id-erin-0", mobile(WANTED)).await;
    assert_eq!(store.commit(&commit).await.unwrap(), Committed::Done);
    // An account's own contact is not taken, in whatever spelling it is stored.
    let sql = "UPDATE authflow.accounts SET mobile = '+86-139 0000 0077' WHERE id = 'id-erin-0'";
    database.client().await.batch_execute(sql).await.unwrap();
    let commit = replacing(&store, "id-erin-0", mobile(WANTED)).await;
    assert_eq!(store.commit(&commit).await.unwrap(), Committed::Done);
    let erin = store.account(Some(demo::tenant()), AccountId::new("id-erin-0").unwrap()).await.unwrap();
    let erin = erin.unwrap();
    assert_eq!(Some(erin.revision), commit.expected.map(|before| before.next()));
    assert_eq!(erin.mobile.unwrap().normalised(), WANTED);
}
