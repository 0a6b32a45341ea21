//! The result of each operation under every possible answer to its one write. A refusal that the operation allows for has
//! its own reason. Every other answer contradicts the question, and the reply is "system busy". Nothing is ever granted.

use authflow::testkit::{
    Call, Setup, World,
    demo::{self, PASSWORD},
};
use authflow::{
    Dialect, Entropy, Lifetime, Moment,
    code::SendRefusal,
    contact::Mobile,
    outcome::{Event, Outcome, ProofRefusal, SendFailure, TokenRefusal, Verdict},
    policy::Policy,
    session::SessionRecord,
    step::{Commit, CommitRefusal, Committed, Step},
};
use serde_json::json;

/// Every answer. A session in it is the request's own, rotated since. If the request is about no session, it is one of
/// alice's.
fn answers(world: &World) -> Vec<Committed> {
    let stored = world.host.sessions.values().next().copied().unwrap_or_else(a_session);
    let now = Box::new(SessionRecord { generation: stored.generation + 1, ..stored });
    vec![
        Committed::Replayed { opened: None },
        Committed::Replayed { opened: Some(Box::new(stored)) },
        Committed::Changed,
        Committed::Refused(CommitRefusal::SkipsSpent),
        Committed::Refused(CommitRefusal::TotpStepUsed),
        Committed::Refused(CommitRefusal::SessionRotated { now }),
        Committed::Refused(CommitRefusal::SessionEnded),
        Committed::Refused(CommitRefusal::SessionExists),
        Committed::Refused(CommitRefusal::CodeUsed),
        Committed::Refused(CommitRefusal::Code(SendRefusal::BudgetSpent { wait: Lifetime::of::<60>() })),
    ]
}

fn a_session() -> SessionRecord {
    let mut world = World::new();
    world.login("alice");
    *world.host.sessions.first_key_value().unwrap().1
}

const MOBILE: &str = "+86-13800000004";
const NEW: &str = "Battery-Staple-8";

/// The reason of a refusal, as the log has it.
#[derive(Debug, PartialEq)]
enum Refused {
    Token(TokenRefusal),
    Proof(ProofRefusal),
    Send(SendFailure),
    /// The host contradicts itself.
    Busy,
}

fn refused(outcome: &Outcome) -> Refused {
    match (&outcome.verdict, outcome.events.last()) {
        (Verdict::Busy, Some(Event::Contradiction { question: "Commit" })) => Refused::Busy,
        (Verdict::Refused(_), Some(Event::TokenRefused { reason, .. })) => Refused::Token(*reason),
        (Verdict::Refused(_), Some(Event::ProofRefused { reason, .. })) => Refused::Proof(*reason),
        (Verdict::Refused(_), Some(Event::CodeNotSent { reason, .. })) => Refused::Send(*reason),
        other => panic!("{other:?}"),
    }
}

/// Asks for a code and reads it.
fn code(world: &mut World, of_type: &str) -> String {
    let body = json!({ "mobile": MOBILE, "type": of_type });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &body)).status, 200);
    world.code()
}

/// Answers the one write of an operation in every way, and compares each result with what the operation allows for.
fn under_every_answer(
    setup: &Setup,
    operation: impl Fn(&mut World) -> Step,
    allows_for: impl Fn(&Committed) -> Option<Refused>,
) {
    let begin = || {
        let mut world = World::with_setup(setup.clone());
        world.account("alice").mobile = Mobile::new(MOBILE).ok();
        let step = operation(&mut world);
        (world.until_commit(step), world)
    };
    for answer in answers(&begin().1) {
        let (Step::Commit(ask), mut world) = begin() else { unreachable!() };
        let outcome = world.run(ask.answer(answer.clone()));
        assert_eq!(refused(&outcome), allows_for(&answer).unwrap_or(Refused::Busy), "{answer:?}");
    }
}

fn ciam() -> Setup {
    Setup::new(demo::policy())
}

#[test]
fn of_a_password() {
    let sign_in = |world: &mut World| world.begin(&Call::login("alice", PASSWORD));
    under_every_answer(&ciam(), sign_in, |answer| match answer {
        Committed::Changed => Some(Refused::Proof(ProofRefusal::AccountChanged)),
        Committed::Refused(CommitRefusal::TotpStepUsed) => Some(Refused::Proof(ProofRefusal::Replayed)),
        _ => None,
    });
}

#[test]
fn of_a_code() {
    let sign_in = |world: &mut World| {
        let body = json!({ "mobile": MOBILE, "verify_code": code(world, "LOGIN_SMS") });
        world.begin(&Call::post("/api/v2/sdk/login/mobile-verify-code", &body))
    };
    under_every_answer(&ciam(), sign_in, |answer| match answer {
        Committed::Refused(CommitRefusal::CodeUsed | CommitRefusal::TotpStepUsed) => {
            Some(Refused::Proof(ProofRefusal::Replayed))
        }
        Committed::Changed => Some(Refused::Proof(ProofRefusal::AccountChanged)),
        _ => None,
    });
}

/// The operation uses up a state token and a code, and each may have been used before.
#[test]
fn of_a_code_in_a_login() {
    let prove = |world: &mut World| {
        let token = world.login("mona").state_token().to_string();
        world.send(&Call::post("/api/v2/sdk/sms/send", &json!({ "type": "MFA_AUTH_SMS" })).pending(&token));
        let body = json!({ "verify_code": world.code() });
        world.begin(&Call::post("/api/v2/sdk/mfa/sms", &body).pending(&token))
    };
    under_every_answer(&ciam(), prove, |answer| match answer {
        Committed::Replayed { .. } => Some(Refused::Token(TokenRefusal::Replayed)),
        Committed::Changed => Some(Refused::Token(TokenRefusal::AccountChanged)),
        Committed::Refused(CommitRefusal::SkipsSpent) => Some(Refused::Token(TokenRefusal::Refused)),
        Committed::Refused(CommitRefusal::CodeUsed | CommitRefusal::TotpStepUsed) => {
            Some(Refused::Proof(ProofRefusal::Replayed))
        }
        _ => None,
    });
}

#[test]
fn of_a_step_of_a_pending_login() {
    let skip = |world: &mut World| {
        let token = world.login("erin").state_token().to_string();
        world.begin(&Call::skip(&token))
    };
    let totp = |world: &mut World| {
        let token = world.login("tom").state_token().to_string();
        let code = world.totp("tom", 0);
        world.begin(&Call::prove_totp(&token, &code))
    };
    let allows_for = |answer: &Committed| match answer {
        Committed::Replayed { .. } => Some(Refused::Token(TokenRefusal::Replayed)),
        Committed::Changed => Some(Refused::Token(TokenRefusal::AccountChanged)),
        Committed::Refused(CommitRefusal::SkipsSpent) => Some(Refused::Token(TokenRefusal::Refused)),
        Committed::Refused(CommitRefusal::TotpStepUsed) => Some(Refused::Proof(ProofRefusal::Replayed)),
        _ => None,
    };
    under_every_answer(&ciam(), skip, allows_for);
    under_every_answer(&ciam(), totp, allows_for);
}

#[test]
fn of_a_new_password_by_a_code() {
    let eiam = Setup { dialect: Dialect::Eiam, ..ciam() };
    let forgotten = |world: &mut World| {
        let code = code(world, "FORGET_PWD_SMS");
        let body = json!({ "mobile": MOBILE, "verify_code": code, "password": NEW });
        world.begin(&Call::post("/api/v2/sdk/pwd/update-by-mobile", &body))
    };
    let own = |world: &mut World| {
        let bearer = world.login("alice").id_token().to_string();
        let body = json!({ "verify_code": code(world, "UPDATE_PWD_SMS"), "password": NEW });
        world.begin(&Call::post("/api/v2/sdk/pwd/update-by-mobile", &body).bearing(&bearer))
    };
    let allows_for = |answer: &Committed| match answer {
        Committed::Refused(CommitRefusal::CodeUsed) => Some(Refused::Proof(ProofRefusal::Replayed)),
        Committed::Changed => Some(Refused::Proof(ProofRefusal::AccountChanged)),
        Committed::Refused(CommitRefusal::SessionEnded) => Some(Refused::Token(TokenRefusal::SessionEnded)),
        _ => None,
    };
    under_every_answer(&eiam, forgotten, allows_for);
    under_every_answer(&ciam(), own, allows_for);
}

#[test]
fn of_a_new_password_by_the_old_one() {
    let change = |world: &mut World| {
        let bearer = world.login("alice").id_token().to_string();
        let body = json!({ "old_password": PASSWORD, "new_password": NEW });
        world.begin(&Call::post("/api/v2/sdk/pwd/change", &body).bearing(&bearer))
    };
    under_every_answer(&ciam(), change, |answer| match answer {
        Committed::Changed => Some(Refused::Token(TokenRefusal::AccountChanged)),
        Committed::Refused(CommitRefusal::SessionEnded) => Some(Refused::Token(TokenRefusal::SessionEnded)),
        _ => None,
    });
}

#[test]
fn of_a_code_to_send() {
    let send = |world: &mut World| {
        let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS" });
        world.begin(&Call::post("/api/v2/sdk/sms/send", &body))
    };
    under_every_answer(&ciam(), send, |answer| match answer {
        Committed::Changed => Some(Refused::Send(SendFailure::AccountChanged)),
        Committed::Refused(CommitRefusal::Code(refusal)) => {
            Some(Refused::Send(SendFailure::Refused(*refusal)))
        }
        _ => None,
    });
}

#[test]
fn of_a_rotation() {
    let rotating = Setup::new(Policy { rotate_session_tokens: true, ..demo::policy() });
    let refresh = |world: &mut World| {
        let token = world.login("alice").session_token().to_string();
        world.begin(&Call::refresh(&token))
    };
    under_every_answer(&rotating, refresh, |answer| match answer {
        Committed::Changed => Some(Refused::Token(TokenRefusal::AccountChanged)),
        Committed::Refused(CommitRefusal::SessionEnded) => Some(Refused::Token(TokenRefusal::SessionEnded)),
        // Another request was faster with the same token.
        Committed::Refused(CommitRefusal::SessionRotated { .. }) => {
            Some(Refused::Token(TokenRefusal::Rotated))
        }
        _ => None,
    });
}

/// This commit claims and expects nothing, so nothing can be refused.
#[test]
fn of_the_end_of_a_session() {
    let sign_out = |world: &mut World| {
        let token = world.login("alice").session_token().to_string();
        world.begin(&Call::sign_out(&token))
    };
    under_every_answer(&ciam(), sign_out, |_| None);
    let by_the_host = |world: &mut World| {
        let alice = world.account("alice").id;
        world.api.engine().end_sessions(demo::audience(), alice, None)
    };
    under_every_answer(&ciam(), by_the_host, |_| None);
}

#[test]
fn of_a_ticket() {
    let redeem = |world: &mut World| {
        let session = world.login("alice").session_token().to_string();
        let issued = world.send(&Call::issue_ticket(&session));
        world.begin(&Call::redeem_ticket(issued.text("sso_ticket")))
    };
    under_every_answer(&ciam(), redeem, |answer| match answer {
        Committed::Replayed { .. } => Some(Refused::Token(TokenRefusal::Replayed)),
        Committed::Changed => Some(Refused::Token(TokenRefusal::AccountChanged)),
        _ => None,
    });
}

#[test]
fn a_commit_says_the_revision_that_it_leaves_behind() {
    let mut world = World::new();
    let (id, before) = (world.account("erin").id, world.account("erin").revision);
    let state_token = world.login("erin").state_token().to_owned();
    let mut commit = |call: Call| {
        let step = world.begin(&call);
        world.until::<Commit>(step)
    };
    let skip = commit(Call::skip(&state_token));
    assert_eq!((skip.expected, skip.revision_after()), (Some(before), Some(before)));
    let change = commit(Call::update(&state_token, PASSWORD, NEW));
    assert_eq!((change.expected, change.revision_after()), (Some(before), Some(before.next())));
    assert!(matches!(world.run(change.into()).verdict, Verdict::SignedIn(_)));
    assert_eq!(world.account("erin").revision, before.next());
    let Step::Commit(end) = world.api.engine().end_sessions(demo::audience(), id, None) else {
        panic!("no commit")
    };
    assert_eq!((end.expected, end.revision_after()), (None, None));
}

/// The host's generator repeats itself, so the second login draws the id of the first login's session.
#[test]
fn entropy_that_is_given_twice_opens_no_session_over_another_one() {
    let mut world = World::new();
    let mut sign_in = || {
        let moment = Moment::new(demo::START, Entropy::from_bytes([1; 32]));
        let step = world.api.handle(&Call::login("alice", PASSWORD).request(), moment);
        world.run(step)
    };
    assert!(matches!(sign_in().verdict, Verdict::SignedIn(_)));
    assert_eq!(refused(&sign_in()), Refused::Busy);
    // The same holds if that session has ended.
    let kept = world.host.sessions.clone();
    world.host.ended.extend(kept.keys());
    let moment = Moment::new(demo::START, Entropy::from_bytes([1; 32]));
    let step = world.api.handle(&Call::login("alice", PASSWORD).request(), moment);
    assert_eq!(refused(&world.run(step)), Refused::Busy);
    assert_eq!((world.host.sessions, world.host.ended.len()), (kept, 1));
}
