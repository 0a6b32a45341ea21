//! A right password whose verifier is outdated is hashed again by the commit of the step that proved it, and by no other.

use authflow::testkit::{
    Call, HostFault, World,
    demo::{self, PASSWORD},
    refusal,
};
use authflow::{
    account::{AccountStatus, Revision},
    outcome::Event,
    password::VerifyPassword,
    step::{Step, Write},
};
use serde_json::json;

const NEW: &str = "Battery-Staple-8";

/// A world in which three verifiers are outdated.
fn outdated() -> World {
    let mut world = World::new();
    for name in ["alice", "erin", "mona"] {
        world.host.outdate(name);
    }
    world
}

fn is_outdated(world: &mut World, name: &str) -> bool {
    world.account(name).password.as_ref().unwrap().verifier.expose() != PASSWORD
}

/// The writes that a request asks for.
fn writes(world: &mut World, call: &Call) -> Vec<Write> {
    let step = world.begin(call);
    match world.until_commit(step) {
        Step::Commit(ask) => ask.writes.clone(),
        _ => Vec::new(),
    }
}

fn rehashes(writes: &[Write]) -> usize {
    writes.iter().filter(|write| matches!(write, Write::Rehash { .. })).count()
}

#[test]
fn a_sign_in_renews_the_verifier_and_its_session_lives() {
    let mut world = outdated();
    let revision = world.account("alice").revision;
    let granted = world.login("alice");
    assert!(!is_outdated(&mut world, "alice"));
    assert_eq!(world.account("alice").revision, revision);
    assert_eq!(world.host.asked.iter().filter(|asked| **asked == "Commit").count(), 1);
    let alice = demo::account("alice").id;
    let events = &world.outcome.as_ref().unwrap().events;
    assert!(events.contains(&Event::PasswordRehashed { account: alice }), "{events:?}");
    assert_eq!(world.check_exist(granted.id_token()).status, 200);
    assert_eq!(world.send(&Call::refresh(granted.session_token())).status, 200);
    assert_eq!(rehashes(&writes(&mut world, &Call::login("alice", PASSWORD))), 0, "once");
}

/// The commit of a pending login keeps nothing else. Its state token is of the revision, which stays.
#[test]
fn a_sign_in_that_ends_pending_commits_the_rehash_alone() {
    for (name, status) in [("erin", "PASSWORD_WARN"), ("mona", "MFA_AUTH")] {
        let mut world = outdated();
        let before = world.account(name).clone();
        let wanted = writes(&mut world, &Call::login(name, PASSWORD));
        let [Write::Rehash { password }, Write::ClearGuesses(_)] = &wanted[..] else { panic!("{wanted:?}") };
        assert_eq!(password.expose(), PASSWORD);

        let pending = world.login(name);
        assert_eq!(pending.text("status"), status);
        assert!(!is_outdated(&mut world, name));
        let (now, then) = (world.account(name).password.clone().unwrap(), before.password.unwrap());
        assert_eq!((now.changed_at, now.skips_used), (then.changed_at, then.skips_used));
        assert_eq!(world.account(name).revision, before.revision);
        if name == "erin" {
            assert_eq!(world.skip(pending.state_token()).text("status"), "SUCCESS");
        }
    }
}

#[test]
fn a_host_that_cannot_renew_it_issues_nothing() {
    for name in ["alice", "erin"] {
        let mut world = outdated();
        world.host.fault = Some(HostFault::Unavailable("Commit"));
        assert_eq!(world.login(name).status, 500);
        assert!(is_outdated(&mut world, name) && world.host.sessions.is_empty());
        // Another request changed the account in between.
        world.host.fault = None;
        let step = world.begin(&Call::login(name, PASSWORD));
        let step = world.until_commit(step);
        world.change(name, |account| account.status = AccountStatus::Disabled);
        let wrong = refusal("IDAAS.SDK.LOGIN.0002", "Incorrect user name or password");
        assert_eq!(world.finish(step).parts(), wrong);
        assert!(is_outdated(&mut world, name));
    }
}

#[test]
fn a_password_that_is_changed_in_the_same_step_is_not_hashed_twice() {
    let mut world = outdated();
    let pending = world.login("erin").state_token().to_owned();
    let id_token = world.login("alice").id_token().to_owned();
    world.host.outdate("erin");
    world.host.outdate("alice");
    let body = json!({ "old_password": PASSWORD, "new_password": NEW });
    let own = Call::post("/api/v2/sdk/pwd/change", &body).bearing(&id_token);
    for call in [Call::update(&pending, PASSWORD, NEW), own] {
        let wanted = writes(&mut world, &call);
        assert!(wanted.iter().any(|write| matches!(write, Write::StorePassword { .. })), "{wanted:?}");
        assert_eq!(rehashes(&wanted), 0);
        assert_eq!(world.send(&call).status, 200);
    }
}

/// Without a verifier the host's answer is ignored, whatever it is. A denial writes nothing.
#[test]
fn who_does_not_get_in_gets_no_new_verifier() {
    let nobody: &dyn Fn(&mut World) = &|world| world.host.accounts.clear();
    let disabled = |world: &mut World| world.account("alice").status = AccountStatus::Disabled;
    let bare = |world: &mut World| world.account("alice").password = None;
    let denied = |world: &mut World| world.host.denied = true;
    for prepare in [nobody, &disabled, &bare, &denied] {
        let mut world = outdated();
        prepare(&mut world);
        let before: Vec<Revision> = world.host.accounts.iter().map(|account| account.revision).collect();
        let right = writes(&mut world, &Call::login("alice", PASSWORD));
        assert!(right.iter().all(|write| matches!(write, Write::ClearGuesses(_))), "{right:?}");
        world.login("alice");
        assert_eq!(world.host.accounts.iter().map(|it| it.revision).collect::<Vec<_>>(), before);
    }
    let mut world = outdated();
    assert!(writes(&mut world, &Call::login("alice", "wrong")).is_empty());
}

/// The question has both an account and a verifier, or neither.
#[test]
fn the_question_names_the_account_whose_verifier_it_has() {
    let named = |name: &str| {
        let mut world = World::new();
        let step = world.begin(&Call::login(name, PASSWORD));
        let ask = world.until::<VerifyPassword>(step);
        (ask.account, ask.verifier.is_some())
    };
    assert_eq!(named("alice"), (Some(demo::account("alice").id), true));
    assert_eq!(named("dora"), (None, false), "disabled");
    assert_eq!(named("nobody"), (None, false));
}

#[test]
fn of_two_sign_ins_at_once_both_are_answered() {
    let mut world = outdated();
    let begun = [(); 2].map(|()| world.begin(&Call::login("alice", PASSWORD)));
    let taken = begun.map(|step| world.until_commit(step));
    for step in taken {
        let granted = world.finish(step);
        assert_eq!(world.check_exist(granted.id_token()).status, 200);
    }
    assert!(!is_outdated(&mut world, "alice"));
}

#[test]
fn a_rehash_prints_no_password() {
    let mut world = outdated();
    let step = world.begin(&Call::login("alice", PASSWORD));
    let printed = world.printed(step);
    assert!(printed.contains("Rehash") && !printed.contains(PASSWORD), "{printed}");
}
