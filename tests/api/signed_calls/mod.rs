//! Signed calls: a signature seals a session token, is good while it is fresh, and writes once.

mod exam;
mod once;
mod refusals;
mod sign_out;

use authflow::{
    Dialect, PresentedToken,
    account::AccountStatus,
    device::{Caller, Device},
    outcome::{Event, TokenRefusal, Verdict},
    policy::{Policy, SessionTokenForm},
    signed_call::{CallSignature, OpenSealed},
    step::Step,
    testkit::{
        Answer, Call, HostFault, Setup, World,
        demo::{self, START},
        refusal, stand_in_sealed,
    },
    token::{KeyId, Untrusted},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

const CHECK: &str = "/api/v2/sdk/pwd/check-exist";
const CHANGE: &str = "/api/v2/sdk/pwd/change";
const ID_TOKEN: &str = "/api/v2/sdk/session-token/refresh-id-token";
const REFRESH: &str = "/api/v2/sdk/sso/session-token/id-token";
const LOGOUT: &str = "/api/v2/sdk/logout";
const NOW: u64 = START.as_unix() * 1_000;

fn setup() -> Setup {
    Setup { dialect: Dialect::OneAccess, call_key: Some(demo::call_key()), ..Setup::default() }
}

fn signing() -> World {
    World::with_setup(setup())
}

fn rotating() -> World {
    let policy = Policy { rotate_session_tokens: true, ..demo::policy() };
    World::with_setup(Setup { policy, ..setup() })
}

/// Rotates a session token as a tenant's server does, and returns the next one.
fn rotate(world: &mut World, session_token: &str) -> String {
    let path = "/api/v2/tenant/sso/session-token/refresh";
    world.send(&Call::of_tenant(path, "session_token", session_token)).session_token().to_string()
}

/// Signs alice in, and returns her session token.
fn session(world: &mut World) -> String {
    world.login("alice").session_token().to_string()
}

fn change() -> Call {
    Call::post(CHANGE, &json!({ "old_password": demo::PASSWORD, "new_password": "Battery-Staple-8" }))
}

/// Every call of the family that a signed-in subject makes here.
fn calls() -> [Call; 5] {
    [Call::get(CHECK), change(), Call::new("POST", ID_TOKEN), Call::get(LOGOUT), Call::new("POST", LOGOUT)]
}

fn invalid() -> (u16, Value) {
    refusal("PARAM.0030", "Signature invalid or expired.")
}

fn reason(world: &World) -> TokenRefusal {
    match world.outcome.as_ref().unwrap().events.last() {
        Some(Event::TokenRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

/// Signs a call with the present time and this nonce.
fn sign(world: &World, call: Call, token: &str, nonce: &str) -> Call {
    call.signed(token, world.clock.now.as_unix() * 1_000, nonce)
}

#[test]
fn every_call_after_the_sign_in_takes_a_signature() {
    let asked: [(&[&str], &[&str]); 5] = [
        (&["FindSession", "CheckSession", "FindAccount"], &["is_set_pwd"]),
        (
            &[
                "FindSession",
                "CheckSession",
                "FindAccount",
                "DecideAccess",
                "Commit",
                "ReserveAttempt",
                "VerifyPassword",
                "JudgePassword",
                "Commit",
            ],
            &[],
        ),
        (&["FindSession", "CheckSession", "FindAccount", "DecideAccess"], &["id_token"]),
        (&["FindSession", "Commit"], &[]),
        (&["FindSession", "Commit"], &[]),
    ];
    for (call, (asked, members)) in calls().into_iter().zip(asked) {
        let mut world = signing();
        let token = session(&mut world);
        assert_eq!(token.len(), 125, "whatever the policy says");
        let answer = world.send(&call.signed(&token, NOW, "17b29fa9c7e"));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(world.host.asked, [&["OpenSealed"], asked].concat());
        let mut told: Vec<_> =
            answer.body.as_object().into_iter().flatten().map(|(name, _)| &**name).collect();
        told.sort_unstable();
        assert_eq!(told, members);
    }
}

/// An id token is not taken either: a relying party has it too, and its key can forge it.
#[test]
fn nothing_else_is_taken_where_calls_must_be_signed() {
    let mut world = signing();
    let granted = world.login("alice");
    let (session, id) = (granted.session_token(), granted.id_token());
    for call in calls() {
        let signs_out = call.path == LOGOUT;
        let clear = call.clone().in_session(session);
        let shown = [call.clone(), call.clone().bearing(id)];
        // A sign-out takes a session token as it is.
        let clear = [clear.clone(), clear.clone().with_header("X-signature", ""), clear.bearing(id)]
            .into_iter()
            .filter(|_| !signs_out);
        for shown in shown.into_iter().chain(clear) {
            assert_eq!(world.send(&shown).parts(), invalid(), "{}", call.path);
            assert_eq!(world.host.asked, [""; 0]);
        }
    }
    let caller = || Caller::from_headers(&demo::device()).unwrap();
    for presented in
        [PresentedToken::Bearer(Untrusted::new(id)), PresentedToken::Session(Untrusted::new(session))]
    {
        assert!(matches!(world.authenticate(caller(), presented), Verdict::Refused(_)));
        assert_eq!(reason(&world), TokenRefusal::NotSigned);
    }
    assert!(world.host.ended.is_empty());
}

#[test]
fn where_there_is_no_key_tokens_are_taken_as_they_are_and_no_signature() {
    let mut world = World::with_setup(Setup { call_key: None, ..setup() });
    let granted = world.login("alice");
    let token = granted.session_token();
    for call in [Call::check_exist(granted.id_token()), Call::refresh(token)] {
        assert_eq!(world.send(&call).status, 200);
        assert_eq!(
            world.send(&call.signed("LGT", NOW, "n")).parts(),
            invalid(),
            "a signature counts where it is"
        );
        assert_eq!((world.host.asked.len(), reason(&world)), (0, TokenRefusal::NotSigned));
    }
    assert_eq!(world.send(&Call::new("POST", ID_TOKEN).in_session(token)).parts(), invalid());
    assert_eq!(world.send(&Call::sign_out(token)).status, 200);
}

#[test]
fn a_route_of_ones_own_takes_a_signature() {
    let mut world = signing();
    let token = session(&mut world);
    let sealed = |nonce: &str| {
        let text = format!("session_token={token}&timestamp={NOW}&nonce={nonce}");
        BASE64_STANDARD.encode(stand_in_sealed(demo::call_key().id(), &text))
    };
    let caller = || Caller::from_headers(&demo::device()).unwrap();
    let signature = sealed("n");
    let presented = PresentedToken::Signed(CallSignature::new(&signature));
    let Verdict::Authenticated(who) = world.authenticate(caller(), presented) else { panic!() };
    assert_eq!(who.subject.user_name.as_deref(), Some("alice"));
    assert_eq!(world.host.asked, ["OpenSealed", "FindSession", "CheckSession", "FindAccount", "Commit"]);
    // The route may have written, so the signature is used, here and for every other write.
    assert!(matches!(world.authenticate(caller(), presented), Verdict::Refused(_)));
    assert_eq!(reason(&world), TokenRefusal::Replayed);
    assert_eq!(world.send(&change().signed(&token, NOW, "n")).parts(), invalid());
    let elsewhere = demo::caller(Device::new("Android 10", "another", "Mozilla/5.0", None).unwrap());
    assert!(matches!(world.authenticate(elsewhere, presented), Verdict::Refused(_)));
    assert_eq!(world.host.asked, ["OpenSealed"]);

    // The signature is found in the headers of the request, whatever else stands in them.
    let call = Call::get("/orders").signed(&token, NOW, "m").bearing("nonsense");
    let moment = world.moment();
    let step = world.api.authenticate(&call.request(), moment);
    assert!(matches!(world.run(step).verdict, Verdict::Authenticated(_)));
}

#[test]
fn a_right_is_given_up_from_any_device_and_by_a_token_of_any_generation() {
    let mut world = rotating();
    let token = session(&mut world);
    assert_ne!(rotate(&mut world, &token), token);
    let call = Call::get(LOGOUT).signed(&token, NOW, "b").with_fingerprint("another");
    assert_eq!((world.send(&call).status, world.host.ended.len()), (200, 1));
}

#[test]
fn a_new_id_token_alone_leaves_the_session_token_as_it_is() {
    let mut world = rotating();
    let token = session(&mut world);
    for nonce in ["a", "b"] {
        let answer = world.send(&Call::new("POST", ID_TOKEN).signed(&token, NOW, nonce));
        assert_eq!((answer.status, world.host.asked.contains(&"Commit")), (200, false));
        assert!(answer.id_token().starts_with("eyJ"));
    }
    assert_eq!(world.send(&Call::get(CHECK).signed(&token, NOW, "c")).status, 200, "not rotated away");
}

#[test]
fn the_time_and_the_key_are_anybodys_to_ask_for() {
    let mut world = signing();
    let date = world.send(&Call::get("/api/v2/sdk/server-date"));
    assert_eq!(world.host.asked, [""; 0]);
    let milliseconds: u64 = date.text("timestamp").parse().unwrap();
    assert_eq!((date.status, milliseconds / 1_000), (200, START.as_unix()));
    assert_eq!(date.body.as_object().unwrap().len(), 1);
    let drawn: std::collections::BTreeSet<_> =
        (0..20).map(|_| world.send(&Call::get("/api/v2/sdk/server-date")).bytes).collect();
    assert!(drawn.len() > 15, "the milliseconds of one second: {}", drawn.len());

    let key = world.send(&Call::get("/api/v2/sdk/public-key"));
    assert_eq!(world.host.asked, [""; 0]);
    assert_eq!(key.parts(), (200, json!({ "public_key": demo::PUBLIC_KEY })));
    let line_ends = String::from_utf8(key.bytes).unwrap().contains(r"-----BEGIN PUBLIC KEY-----\nMIIB");
    assert!(line_ends, "as the sample has it, before it is read as JSON");
    for path in ["/api/v2/sdk/server-date", "/api/v2/sdk/public-key"] {
        let missing = world.send(&Call::get(path).without_header("X-device-fingerprint"));
        assert_eq!(missing.text("error_code"), "PARAM.0001");
        let unknown = world.send(&Call::get(path).with_header("X-client-id", "unknown"));
        assert_eq!(unknown.text("error_code"), "APP.0001");
        assert_eq!(world.send(&Call::new("POST", path)).status, 405);
    }
    for (dialect, told) in [
        (Dialect::OneAccess, refusal("PARAM.0104", "The application has no public key.")),
        (Dialect::Ciam, refusal("IDAAS.SDK.PARAM.0104", "The app has no public key")),
        (Dialect::Eiam, refusal("SDK.COMMON.1014", "Application private key not found")),
    ] {
        let mut world = World::with_setup(Setup { dialect, ..Setup::default() });
        assert_eq!(world.send(&Call::get("/api/v2/sdk/public-key")).parts(), told);
        assert_eq!(world.outcome.as_ref().unwrap().events, [Event::NoCallKey]);
    }
}

/// A tenant's server asks for a ticket. It has a credential, and no client's key.
#[test]
fn a_tenants_server_goes_on_to_show_session_tokens_as_they_are() {
    let mut world = signing();
    let token = session(&mut world);
    let issued = world.send(&Call::issue_ticket(&token));
    assert_eq!(issued.status, 200);
    assert_eq!(world.send(&Call::redeem_ticket(issued.text("sso_ticket"))).body["data"]["id"], "id-alice");
}

/// Logs get what a step prints.
#[test]
fn no_token_of_a_signed_call_is_printed() {
    let mut world = signing();
    let token = session(&mut world);
    for call in calls() {
        let call = sign(&world, call, &token, "nonce");
        let signature = call.headers.text("X-signature").unwrap().to_string();
        let step = world.begin(&call);
        let printed = world.printed(step);
        assert!(printed.contains("OpenSealed { audience: "), "{printed}");
        assert!(
            !printed.contains(&token) && !printed.contains(&signature) && !printed.contains("76, 71, 84")
        );
        world = signing();
        session(&mut world);
    }
}

#[test]
fn a_host_that_cannot_open_is_busy_and_one_that_never_does_refuses() {
    let mut world = signing();
    let token = session(&mut world);
    for call in calls() {
        world.host.fault = Some(HostFault::Unavailable("OpenSealed"));
        assert_eq!(world.send(&sign(&world, call, &token, "n")).status, 500);
        assert_eq!(world.host.asked, ["OpenSealed"]);
    }
    world.host.fault = None;
    let question = |call: &Call, world: &mut World| match world.begin(call) {
        Step::OpenSealed(ask) => OpenSealed::clone(&ask),
        other => panic!("{other:?}"),
    };
    let call = sign(&world, Call::get(CHECK), &token, "n");
    let asked = question(&call, &mut world);
    assert_eq!(
        (asked.audience, asked.key, asked.sealed.len()),
        (demo::audience(), KeyId::new("call-1").unwrap(), 256)
    );
}

/// The same by a host with its own routes, whose clients sign.
#[test]
fn the_same_with_typed_values() {
    let mut world = signing();
    let engine = world.api.engine().clone();
    let token = session(&mut world);
    let caller = || Caller::from_headers(&demo::device()).unwrap();
    let text = format!("session_token={token}&timestamp={NOW}&nonce=n");
    let encoded = BASE64_STANDARD.encode(stand_in_sealed(demo::call_key().id(), &text));
    let signature = CallSignature::new(&encoded);
    let moment = world.moment();
    let Verdict::ServerDate { milliseconds } = world.run(engine.server_date(caller(), moment)).verdict else {
        panic!()
    };
    assert_eq!(milliseconds / 1_000, START.as_unix());
    let moment = world.moment();
    let Verdict::PublicKey(key) = world.run(engine.public_key(caller(), moment)).verdict else { panic!() };
    assert_eq!(&*key, demo::PUBLIC_KEY);
    let moment = world.moment();
    let is_set = world.run(engine.password_is_set(caller(), signature, moment)).verdict;
    assert!(matches!(is_set, Verdict::PasswordPresence { is_set: true }));
    let moment = world.moment();
    let refreshed = world.run(engine.refresh_session(caller(), signature, moment)).verdict;
    assert!(matches!(refreshed, Verdict::Refused(_)));
    let moment = world.moment();
    let renewed = world.run(engine.refresh_id_token(caller(), signature, moment)).verdict;
    assert!(matches!(renewed, Verdict::IdToken(_)));
    let moment = world.moment();
    assert!(matches!(world.run(engine.sign_out(caller(), signature, moment)).verdict, Verdict::Done));
}
