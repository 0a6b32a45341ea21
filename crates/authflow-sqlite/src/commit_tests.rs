//! Tests of every write of a commit. A refused commit leaves no trace.

use super::*;
use crate::testing::store_with_everybody;
use authflow::{
    AccountId, TokenId,
    account::Revision,
    administration::{Administer as _, Administered, DeletePerson},
    device::{BindingKind, DeviceBinding},
    factor::{Factor, FactorSet},
    session::{EndSessions, SessionRecord},
    step::{Claim, Step},
    testkit::{Call, World, demo},
    token::DeviceDigest,
};
use std::{convert::Infallible, future::ready};

/// A store with all people of the demo, and the commit with which the library signs alice in.
async fn alices() -> (SqliteStore, Commit<Verifier>) {
    let store = store_with_everybody().await;
    // The drawn revisions are replaced, so that they are known.
    execute(&store, "UPDATE authflow_accounts SET revision = 1").await;
    let mut world = World::new();
    let begun = world.begin(&Call::login("alice", demo::PASSWORD));
    let Step::Commit(ask) = world.until_commit(begun) else { panic!("no commit") };
    let mut hashed = ask.hashed(|_| ready(Ok::<_, Infallible>(Verifier::new("a verifier")))).await.unwrap();
    hashed.expected = Revision::new(1).ok();
    (store, hashed)
}

fn claim(id: u8, keep_until: u64) -> Option<Claim> {
    let id = TokenId::from_bytes([id; 16]);
    Some(Claim { id, opens: None, keep_until: Timestamp::from_unix(keep_until) })
}

const DEVICE: DeviceBinding =
    DeviceBinding { kind: BindingKind::Fingerprint, key: None, digest: DeviceDigest::from_bytes([5; 16]) };

fn session(id: u8) -> Write<Verifier> {
    session_of("id-alice", id)
}

fn session_of(account: &str, id: u8) -> Write<Verifier> {
    Write::OpenSession(SessionRecord {
        session: SessionId::from_bytes([id; 16]),
        audience: demo::audience(),
        account: AccountId::new(account).unwrap(),
        revision: Revision::new(1).unwrap(),
        auth_time: Timestamp::from_unix(1),
        factors: authflow::factor::FactorSet::EMPTY,
        device: DEVICE,
        generation: 0,
        unseen_since: None,
        used_at: Timestamp::from_unix(1),
        expires_at: Timestamp::MAX,
    })
}

async fn number(store: &SqliteStore, sql: &'static str) -> i64 {
    store.read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?)).await.unwrap()
}

async fn execute(store: &SqliteStore, sql: &'static str) {
    store.write(move |connection| Ok(Written::Kept(connection.execute_batch(sql)?))).await.unwrap();
}

/// The values that a commit may change: claims, sessions, and alice's skips and revision.
async fn trace(store: &SqliteStore) -> [i64; 4] {
    [
        number(store, "SELECT count(*) FROM authflow_claims").await,
        number(store, "SELECT count(*) FROM authflow_sessions").await,
        number(store, "SELECT coalesce(sum(skips_used), -1) FROM authflow_accounts WHERE id = 'id-alice'")
            .await,
        number(store, "SELECT coalesce(sum(revision), -1) FROM authflow_accounts WHERE id = 'id-alice'")
            .await,
    ]
}

#[tokio::test]
async fn a_sign_in_opens_its_session_and_a_claim_counts_once() {
    let (store, mut commit) = alices().await;
    assert!(matches!(commit.writes[..], [Write::OpenSession(_), Write::ClearGuesses(_)]), "{commit:?}");
    commit.claim = claim(1, u64::MAX);
    let before = trace(&store).await;
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    assert_eq!(trace(&store).await, [before[0] + 1, before[1] + 1, before[2], before[3]]);

    let after = trace(&store).await;
    commit.writes = vec![session(9), Write::RecordSkip { budget: 100 }];
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Replayed { opened: None });
    assert_eq!(trace(&store).await, after);
    commit.claim = claim(2, u64::MAX);
    assert_eq!(store.commit(commit).await.unwrap(), Committed::Done);
}

#[tokio::test]
async fn an_account_that_is_not_as_expected_is_not_written_to() {
    let (store, mut commit) = alices().await;
    commit.claim = claim(1, u64::MAX);
    let assert_changed = async |commit: &Commit<Verifier>| {
        let before = trace(&store).await;
        assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Changed);
        assert_eq!(trace(&store).await, before);
    };
    let mut other = commit.clone();
    other.expected = commit.expected.map(Revision::next);
    assert_changed(&other).await;
    let mut other = commit.clone();
    other.audience.tenant = Some("t".parse().unwrap());
    assert_changed(&other).await;
    for status in ["locked", "disabled"] {
        // The revision stays the same, so only the status can refuse the commit.
        let sql = format!(
            "UPDATE authflow_accounts SET status = '{status}' WHERE id = 'id-alice'; UPDATE authflow_accounts SET revision = 1"
        );
        execute(&store, sql.leak()).await;
        assert_changed(&commit).await;
    }
    execute(&store, "DELETE FROM authflow_accounts WHERE id = 'id-alice'").await;
    assert_changed(&commit).await;
}

#[tokio::test]
async fn skips_end_with_the_budget_and_a_refusal_takes_everything_back() {
    let (store, mut commit) = alices().await;
    for used in 0..2 {
        commit.claim = claim(used, u64::MAX);
        commit.writes = vec![session(used), Write::RecordSkip { budget: 2 }];
        assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    }
    let before = trace(&store).await;
    assert_eq!((before[2], before[3]), (2, 2), "two skips; the revisions of both alices are as they were");
    commit.claim = claim(7, u64::MAX);
    commit.writes = vec![session(7), Write::RecordSkip { budget: 2 }];
    let refused = store.commit(commit.clone()).await.unwrap();
    assert_eq!(refused, Committed::Refused(CommitRefusal::SkipsSpent));
    assert_eq!(trace(&store).await, before, "neither the claim nor the session stays");
}

#[tokio::test]
async fn a_new_password_clears_what_was_counted_for_the_old_one() {
    let (store, mut commit) = alices().await;
    let sql = "UPDATE authflow_accounts SET must_change = 'breached', skips_used = 3 WHERE id = 'id-alice';
        UPDATE authflow_accounts SET revision = 1";
    execute(&store, sql).await;
    let new_password = Verifier::new("a verifier");
    commit.writes = vec![Write::StorePassword { new_password, changed_at: Timestamp::from_unix(77) }];
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    let changed =
        "SELECT count(*) FROM authflow_accounts WHERE tenant <> '' AND id = 'id-alice' AND verifier = 'a verifier'
        AND password_changed_at = 77 AND must_change IS NULL AND skips_used = 0
        AND revision = 2";
    assert_eq!(number(&store, changed).await, 1);
    let untouched = "SELECT count(*) FROM authflow_accounts WHERE verifier <> 'a verifier'";
    assert_eq!(number(&store, untouched).await, 15, "of sixteen with a password");
    assert_eq!(store.commit(commit).await.unwrap(), Committed::Changed, "the revision was bumped");
}

#[tokio::test]
async fn a_new_password_leaves_the_revision_that_the_commit_says_with_or_without_the_trigger() {
    for trigger in ["SELECT 1", "DROP TRIGGER authflow_accounts_count_revision"] {
        let (store, mut commit) = alices().await;
        execute(&store, trigger).await;
        let new_password = Verifier::new("a verifier");
        commit.writes = vec![Write::StorePassword { new_password, changed_at: Timestamp::from_unix(77) }];
        let mut unexpected = commit.clone();
        unexpected.expected = None;
        assert!(matches!(store.commit(unexpected).await, Err(StoreError::NoRevision)));
        assert_eq!(store.commit(commit).await.unwrap(), Committed::Done);
        let revision = "SELECT revision FROM authflow_accounts WHERE tenant <> '' AND id = 'id-alice'";
        assert_eq!(number(&store, revision).await, 2, "{trigger}");
    }
}

#[tokio::test]
async fn a_session_is_not_written_over_whether_it_lives_or_not() {
    let (store, mut commit) = alices().await;
    commit.writes = vec![session(1)];
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    let exists = Committed::Refused(CommitRefusal::SessionExists);
    for (id, ended) in [(1, "SELECT 1"), (2, "UPDATE authflow_sessions SET ended_at = 1")] {
        execute(&store, ended).await;
        commit.claim = claim(id, u64::MAX);
        commit.writes = vec![session_of("id-nora", 1)];
        let before = trace(&store).await;
        assert_eq!(store.commit(commit.clone()).await.unwrap(), exists, "{ended}");
        assert_eq!(trace(&store).await, before, "{ended}");
    }
    let kept = "SELECT count(*) FROM authflow_sessions WHERE account = 'id-alice' AND ended_at = 1";
    assert_eq!(number(&store, kept).await, 1);
}

#[tokio::test]
async fn a_step_of_a_one_time_password_is_used_once_and_never_an_earlier_one() {
    let (store, mut commit) = alices().await;
    let used = Committed::Refused(CommitRefusal::TotpStepUsed);
    for (step, expected) in
        [(0, Committed::Done), (5, Committed::Done), (5, used.clone()), (4, used), (6, Committed::Done)]
    {
        commit.writes = vec![Write::UseTotpStep { step }];
        assert_eq!(store.commit(commit.clone()).await.unwrap(), expected, "{step}");
    }
}

#[tokio::test]
async fn a_session_rotates_from_its_own_generation_alone() {
    let (store, mut commit) = alices().await;
    commit.writes = vec![session(1), session(2)];
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    let mut rotate = async |id: u8, expected_generation, account: &str| {
        let session = SessionId::from_bytes([id; 16]);
        commit.account = Some(account.parse().unwrap());
        let unseen_since = Some(Timestamp::from_unix(5));
        commit.writes =
            vec![Write::RotateSession { session, expected_generation, device: DEVICE, unseen_since }];
        store.commit(commit.clone()).await.unwrap()
    };
    let Write::OpenSession(opened) = session(1) else { panic!("no session") };
    let now = SessionRecord { generation: 1, unseen_since: Some(Timestamp::from_unix(5)), ..opened };
    let refused = Committed::Refused(CommitRefusal::SessionRotated { now: Box::new(now) });
    assert_eq!(rotate(1, 0, "id-alice").await, Committed::Done);
    assert_eq!(rotate(1, 0, "id-alice").await, refused);
    assert_eq!(rotate(1, 1, "id-erin").await, refused, "not hers");
    assert_eq!(rotate(1, 1, "id-alice").await, Committed::Done);
    let ended = Committed::Refused(CommitRefusal::SessionEnded);
    assert_eq!(rotate(3, 0, "id-alice").await, ended, "there is none");
    execute(&store, "UPDATE authflow_sessions SET ended_at = 1").await;
    assert_eq!(rotate(2, 0, "id-alice").await, ended);
}

#[tokio::test]
async fn a_claim_says_which_session_it_has_opened_until_that_is_ended() {
    let (store, mut commit) = alices().await;
    let Write::OpenSession(record) = session(1) else { panic!("no session") };
    let record = SessionRecord { unseen_since: Some(Timestamp::from_unix(7)), ..record };
    let find = async |id: u8| {
        let id = TokenId::from_bytes([id; 16]);
        store.read(move |connection| claims::opened_by(connection, &id)).await.unwrap()
    };
    commit.writes = vec![Write::OpenSession(record)];
    commit.claim = claim(1, u64::MAX).map(|claim| Claim { opens: Some(record.session), ..claim });
    assert_eq!(find(1).await, None);
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    assert_eq!(find(1).await, Some(record));
    let again = Committed::Replayed { opened: Some(Box::new(record)) };
    assert_eq!(store.commit(commit.clone()).await.unwrap(), again);
    // This commit opens a session, but its claim does not say so.
    commit.claim = claim(2, u64::MAX);
    commit.writes = vec![session(2)];
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    assert_eq!(find(2).await, None);
    execute(&store, "UPDATE authflow_sessions SET ended_at = 1").await;
    assert_eq!(find(1).await, None);
    commit.claim = claim(1, u64::MAX);
    let spent = Committed::Replayed { opened: None };
    assert_eq!(store.commit(commit).await.unwrap(), spent);
}

#[tokio::test]
async fn a_session_is_renewed_and_no_other_one_is() {
    let (store, mut commit) = alices().await;
    commit.writes = vec![session(1), session(2)];
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    let session = SessionId::from_bytes([1; 16]);
    let renew = |seconds| {
        vec![Write::RenewSession {
            session,
            auth_time: Timestamp::from_unix(seconds),
            factors: FactorSet::EMPTY.with(Factor::Email),
            revision: Revision::new(9).unwrap(),
        }]
    };
    commit.writes = renew(77);
    assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
    assert_eq!(number(&store, "SELECT group_concat(auth_time, '') + 0 FROM authflow_sessions").await, 771);
    assert_eq!(number(&store, "SELECT group_concat(revision, '') + 0 FROM authflow_sessions").await, 91);
    assert_eq!(number(&store, "SELECT count(*) FROM authflow_sessions WHERE factors = 'email'").await, 1);
    commit.account = "id-erin".parse().ok();
    commit.expected = None;
    let ended = Committed::Refused(CommitRefusal::SessionEnded);
    commit.writes = renew(99);
    assert_eq!(store.commit(commit.clone()).await.unwrap(), ended, "not hers");
    commit.account = "id-alice".parse().ok();
    execute(&store, "UPDATE authflow_sessions SET ended_at = 1").await;
    assert_eq!(store.commit(commit).await.unwrap(), ended);
    assert_eq!(number(&store, "SELECT max(auth_time) FROM authflow_sessions").await, 77);
}

#[tokio::test]
async fn a_write_that_names_no_account_is_an_error_and_leaves_nothing() {
    let (store, mut commit) = alices().await;
    commit.account = None;
    commit.expected = None;
    commit.claim = claim(1, u64::MAX);
    assert!(matches!(store.commit(commit).await, Err(StoreError::NoAccount)));
    assert_eq!(number(&store, "SELECT count(*) FROM authflow_claims").await, 0);
}

#[tokio::test]
async fn sessions_end_as_told_and_only_the_accounts_own() {
    for (which, expected) in [
        (EndSessions::One(SessionId::from_bytes([1; 16])), 1),
        (EndSessions::AllBut(SessionId::from_bytes([1; 16])), 2),
        (EndSessions::All, 3),
    ] {
        let (store, mut commit) = alices().await;
        commit.writes = vec![session(1), session(2), session(3), session_of("id-nora", 4)];
        assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
        // Sessions end whatever the state of the account is.
        commit.expected = None;
        commit.writes = vec![Write::EndSessions(which)];
        assert_eq!(store.commit(commit).await.unwrap(), Committed::Done);
        let ended = number(&store, "SELECT count(*) FROM authflow_sessions WHERE ended_at IS NOT NULL").await;
        let one = "SELECT count(*) FROM authflow_sessions WHERE ended_at IS NOT NULL AND id = x'01010101010101010101010101010101'";
        let has_one = !matches!(which, EndSessions::AllBut(_));
        assert_eq!((ended, number(&store, one).await), (expected, i64::from(has_one)), "{which:?}");
        assert_eq!(
            number(
                &store,
                "SELECT count(*) FROM authflow_sessions WHERE account = 'id-nora' AND ended_at IS NULL"
            )
            .await,
            1
        );
    }
}

#[tokio::test]
async fn claims_are_forgotten_in_small_numbers_and_never_early() {
    let (store, mut commit) = alices().await;
    let now = demo::START.as_unix();
    let sql = "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 40)
        INSERT INTO authflow_claims (id, keep_until) SELECT CAST(printf('%016d', number) AS BLOB), 1 FROM numbers";
    execute(&store, sql).await;
    for (id, left) in [(1, 24), (2, 8), (3, 0)] {
        commit.claim = claim(id, now + 60);
        commit.writes.clear();
        assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Done);
        assert_eq!(number(&store, "SELECT count(*) FROM authflow_claims WHERE keep_until = 1").await, left);
    }
    assert_eq!(number(&store, "SELECT count(*) FROM authflow_claims").await, 3);
}

/// A request that had found the account may count a guess after the deletion. Only a second deletion removes that guess.
#[tokio::test]
async fn who_is_deleted_again_has_no_row_left() {
    let (store, commit) = alices().await;
    let (tenant, account) = (commit.audience.tenant, commit.account.unwrap());
    let ask = DeletePerson { tenant, account };
    let rows = "SELECT (SELECT count(*) FROM authflow_attempts) + (SELECT count(*) FROM authflow_sessions)";
    assert_eq!(store.delete_person(&ask).await.unwrap(), Administered::Done);
    let slot = ask.slots().next().unwrap();
    // This is the insert of `reserve`.
    let guess = store.write(move |connection| {
        let sql = "INSERT INTO authflow_attempts (slot, record, nobody, seen) VALUES (?1, zeroblob(9), 0, 0)";
        Ok(Written::Kept(connection.execute(sql, [slot.as_bytes()])?))
    });
    guess.await.unwrap();
    assert_eq!(number(&store, rows).await, 1);
    assert_eq!(store.delete_person(&ask).await.unwrap(), Administered::Nobody);
    assert_eq!(number(&store, rows).await, 0);
}

/// A deletion looks for the claims of its sessions, and there are as many claims as sign-ins.
#[tokio::test]
async fn the_claims_of_a_session_are_found_by_an_index() {
    let (store, _) = alices().await;
    let plan = store.read(|connection| {
        let sql = "EXPLAIN QUERY PLAN UPDATE authflow_claims SET session = NULL
            WHERE session IN (SELECT id FROM authflow_sessions WHERE tenant = '' AND account = 'a')";
        Ok(connection.query_row(sql, [], |row| row.get::<_, String>("detail"))?)
    });
    let plan = plan.await.unwrap();
    assert!(plan.contains("claims_by_session"), "{plan}");
}

/// The account was in a foreign table, which deleted it without its link. No trigger saw the deletion.
#[tokio::test]
async fn a_link_to_an_account_that_is_gone_is_written_over_and_one_of_somebodys_is_not() {
    use authflow::{
        factor::{Factor, FactorSet},
        social::{LinkedBy, Provider, SocialIdentity},
    };
    let (store, mut commit) = alices().await;
    execute(
        &store,
        "INSERT INTO authflow_identities (tenant, provider, uid, account, linked_at)
            SELECT tenant, 'weixin', 'dead', 'id-ghost', 1 FROM authflow_accounts WHERE id = 'id-alice';
        INSERT INTO authflow_identities (tenant, provider, uid, account, linked_at)
            SELECT tenant, 'weixin', 'taken', 'id-erin', 1 FROM authflow_accounts WHERE id = 'id-alice'",
    )
    .await;
    for (uid, expected, owner) in [
        ("dead", Committed::Done, "id-alice"),
        ("taken", Committed::Refused(CommitRefusal::IdentityTaken), "id-erin"),
    ] {
        let identity = SocialIdentity::new(Provider::new("weixin").unwrap(), uid).unwrap();
        let linked_at = Timestamp::from_unix(7);
        let linked_by = LinkedBy::bound(FactorSet::EMPTY.with(Factor::Password));
        commit.writes = vec![Write::LinkIdentity { identity: identity.clone(), linked_at, linked_by }];
        assert_eq!(store.commit(commit.clone()).await.unwrap(), expected, "{uid}");
        let found =
            store.find_by(commit.audience.tenant, authflow::account::AccountKey::Identity(identity)).await;
        assert_eq!(found.unwrap().unwrap().id.as_str(), owner, "{uid}");
    }
    let sql = "SELECT count(*) FROM authflow_identities WHERE linked_by = 256 AND linked_at = 7";
    assert_eq!(number(&store, sql).await, 1);
}

/// A new account has no identity of an earlier account with its id, even if no trigger saw that account's deletion.
#[tokio::test]
async fn an_account_that_is_made_has_no_link() {
    let (store, mut commit) = alices().await;
    execute(
        &store,
        "INSERT INTO authflow_identities (tenant, provider, uid, account, linked_at)
            SELECT tenant, 'weixin', 'of the one before', 'id-newcomer', 1 FROM authflow_accounts WHERE id = 'id-alice' AND tenant <> ''",
    )
    .await;
    let made = authflow::testkit::demo::account("newcomer");
    let new = authflow::account::NewAccount {
        id: AccountId::new("id-newcomer").unwrap(),
        revision: made.revision,
        status: AccountStatus::Active,
        user_name: made.user_name,
        mobile: None,
        email: None,
        contact_names: authflow::account::ContactNames::default(),
        password: None,
        created_at: Timestamp::from_unix(1),
        enrolled: authflow::factor::FactorSet::EMPTY,
        profile: made.profile,
    };
    (commit.account, commit.expected) = (Some(new.id), None);
    commit.writes = vec![Write::CreateAccount(Box::new(new))];
    assert_eq!(store.commit(commit).await.unwrap(), Committed::Done);
    assert_eq!(number(&store, "SELECT count(*) FROM authflow_identities").await, 0);
}
