//! An outsider cannot see why a call fails: the bytes are the same after the same questions. This holds for every call in which a
//! caller that has proved nothing names an account.

use authflow::testkit::{
    Call, Setup, World,
    demo::{EMAIL, MOBILE, PASSWORD},
};
use authflow::{
    Dialect,
    account::AccountStatus,
    factor::FactorSet,
    flow::NoRecovery,
    outcome::{Event, ProofRefusal, Verdict},
};
use serde_json::{Value, json};

/// The names that the attacker types: an account's, or nobody's.
#[derive(Clone, Copy)]
struct Named {
    user_name: &'static str,
    mobile: &'static str,
    email: &'static str,
}

const MONA: Named = Named { user_name: "mona", mobile: MOBILE, email: EMAIL };
const NOBODY: Named = Named { user_name: "momo", mobile: "+86-13900000000", email: "momo@example.com" };

/// A call that proves something: its path, its body with a wrong proof, and the request for its code, if it takes one.
struct Proof {
    path: &'static str,
    body: fn(Named) -> Value,
    send: Option<fn(Named) -> Call>,
}

fn send_sms(named: Named, of_type: &str) -> Call {
    Call::post("/api/v2/sdk/sms/send", &json!({ "mobile": named.mobile, "type": of_type }))
}

fn send_email(named: Named) -> Call {
    Call::post("/api/v2/sdk/email/send", &json!({ "email": named.email, "type": "LOGIN_EMS" }))
}

const PROOFS: [Proof; 6] = [
    Proof {
        path: "/api/v2/sdk/login",
        body: |named| json!({ "user_name": named.user_name, "password": "wrong" }),
        send: None,
    },
    Proof {
        path: "/api/v2/sdk/login/auth",
        body: |named| json!({ "user_name": named.email, "password": "wrong" }),
        send: None,
    },
    Proof {
        path: "/api/v2/sdk/login/mobile-pwd",
        body: |named| json!({ "mobile": named.mobile, "password": "wrong" }),
        send: None,
    },
    Proof {
        path: "/api/v2/sdk/login/mobile-verify-code",
        body: |named| json!({ "mobile": named.mobile, "verify_code": "wrong" }),
        send: Some(|named| send_sms(named, "LOGIN_SMS")),
    },
    Proof {
        path: "/api/v2/sdk/login/email-verify-code",
        body: |named| json!({ "email": named.email, "verify_code": "wrong" }),
        send: Some(send_email),
    },
    // This call is for a forgotten password, in this dialect.
    Proof {
        path: "/api/v2/sdk/pwd/update-by-mobile",
        body: |named| json!({ "mobile": named.mobile, "verify_code": "wrong", "password": "Battery-Staple-8" }),
        send: Some(|named| send_sms(named, "FORGET_PWD_SMS")),
    },
];

/// The faults in addition to a wrong proof.
const REASONS: [ProofRefusal; 5] = [
    ProofRefusal::Wrong,
    ProofRefusal::UnknownAccount,
    ProofRefusal::Inactive,
    ProofRefusal::NotEnrolled,
    ProofRefusal::Locked,
];

/// A world in which the proof fails for this reason, and the names to type there.
fn world(proof: &Proof, reason: ProofRefusal) -> (World, Named) {
    let mut world = World::with_setup(Setup { dialect: Dialect::Eiam, ..Setup::default() });
    let is_password = proof.send.is_none();
    let mona = world.account("mona");
    mona.enrolled = FactorSet::EMPTY;
    match reason {
        ProofRefusal::Inactive => mona.status = AccountStatus::Disabled,
        ProofRefusal::NotEnrolled if is_password => mona.password = None,
        ProofRefusal::NotEnrolled => {
            // In this world each channel is a second factor, so it resets no password, and the policy has no sign-in by it.
            let mut setup = Setup { dialect: Dialect::Eiam, ..Setup::default() };
            setup.policy.first_factors = FactorSet::EMPTY.with(authflow::factor::Factor::Password);
            world = World::with_setup(setup);
        }
        ProofRefusal::Locked => {
            for _ in 0..5 {
                world.send(&Call::post(proof.path, &(proof.body)(MONA)));
            }
        }
        _ => {}
    }
    (world, if reason == ProofRefusal::UnknownAccount { NOBODY } else { MONA })
}

fn reason(world: &World) -> ProofRefusal {
    match world.outcome.as_ref().unwrap().events[..] {
        [Event::ProofRefused { reason, .. }] => reason,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_proof_fails_alike_for_every_reason() {
    for proof in &PROOFS {
        // Once before a code has been asked for, and once after.
        for is_sent in [false, true] {
            let seen = REASONS.map(|expected| {
                let (mut world, named) = world(proof, expected);
                if let Some(send) = proof.send.filter(|_| is_sent) {
                    world.send(&send(named));
                }
                let answer = world.send(&Call::post(proof.path, &(proof.body)(named)));
                let found = match reason(&world) {
                    ProofRefusal::NoRecovery(NoRecovery::SecondFactor) => ProofRefusal::NotEnrolled,
                    other => other,
                };
                // No code was sent, or it was another one.
                let is_wrong = matches!(found, ProofRefusal::Wrong | ProofRefusal::NoCode);
                assert!(found == expected || is_wrong && expected == ProofRefusal::Wrong, "{found:?}");
                assert!(world.host.sessions.is_empty());
                (answer.status, answer.bytes, world.host.asked)
            });
            assert_eq!(seen[0].0, 400, "{}", proof.path);
            for (one, reason) in seen.iter().zip(REASONS) {
                assert_eq!(*one, seen[0], "{} {reason:?} {is_sent}", proof.path);
            }
        }
    }
}

/// With the right password, a disabled account, a lock and a missing factor still look like a wrong proof.
#[test]
fn a_right_password_does_not_tell_why_it_is_refused() {
    for proof in PROOFS.iter().filter(|proof| proof.send.is_none()) {
        let seen = REASONS.map(|expected| {
            let (mut world, named) = world(proof, expected);
            let mut body = (proof.body)(named);
            if expected != ProofRefusal::Wrong {
                body["password"] = PASSWORD.into();
            }
            let answer = world.send(&Call::post(proof.path, &body));
            assert_eq!(reason(&world), expected);
            (answer.status, answer.bytes, world.host.asked)
        });
        assert!(seen.iter().all(|one| *one == seen[0]), "{} {seen:?}", proof.path);
    }
}

/// As far as anybody can see, a code goes to every named recipient.
#[test]
fn a_code_is_sent_alike_to_everybody() {
    for proof in &PROOFS {
        let Some(send) = proof.send else { continue };
        let seen = REASONS.map(|reason| {
            let (mut world, named) = world(proof, reason);
            let answer = world.send(&send(named));
            let verdict = &world.outcome.as_ref().unwrap().verdict;
            assert!(matches!(verdict, Verdict::Done), "{verdict:?}");
            let is_decoy = world.host.outbox.last().unwrap().decoy;
            let is_served = matches!(reason, ProofRefusal::Wrong | ProofRefusal::Locked);
            assert_eq!(is_decoy, !is_served, "{} {reason:?}", proof.path);
            (answer.status, answer.bytes, world.host.asked)
        });
        assert!(seen.iter().all(|one| *one == seen[0]), "{} {seen:?}", proof.path);
    }
}
