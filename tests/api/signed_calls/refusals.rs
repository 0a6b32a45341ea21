//! Every fault of a signature gets a reply of the same bytes.

use super::*;
use authflow::{ClientId, account::Account};

/// A fault: its name, the signature that a client sends, the reason of the refusal, and the questions.
type Wrong = (&'static str, fn(&mut World, &str) -> String, TokenRefusal, &'static [&'static str]);

fn encoded(text: &str) -> String {
    BASE64_STANDARD.encode(stand_in_sealed(demo::call_key().id(), text))
}

fn framed(token: &str, milliseconds: u64) -> String {
    encoded(&format!("session_token={token}&timestamp={milliseconds}&nonce=n"))
}

fn good(token: &str) -> String {
    framed(token, NOW)
}

/// The token with another last character.
fn changed(token: &str) -> String {
    let last = if token.ends_with('A') { "B" } else { "A" };
    format!("{}{last}", &token[..token.len() - 1])
}

const NOT_ASKED: &[&str] = &[];
const OPENED: &[&str] = &["OpenSealed"];
const FOUND: &[&str] = &["OpenSealed", "FindSession"];

const WRONG: [Wrong; 20] = [
    ("nonsense", |_, _| "nonsense!".into(), TokenRefusal::NotOpened, NOT_ASKED),
    ("base64url", |_, _| "-_-_".into(), TokenRefusal::NotOpened, NOT_ASKED),
    ("shorter", |_, _| BASE64_STANDARD.encode([7; 255]), TokenRefusal::NotOpened, NOT_ASKED),
    ("longer", |_, _| BASE64_STANDARD.encode([7; 257]), TokenRefusal::NotOpened, NOT_ASKED),
    ("without padding", |_, token| good(token).replace('=', ""), TokenRefusal::NotOpened, NOT_ASKED),
    ("the token itself", |_, token| token.into(), TokenRefusal::NotOpened, NOT_ASKED),
    ("not sealed", |_, _| BASE64_STANDARD.encode([7; 256]), TokenRefusal::NotOpened, OPENED),
    (
        "of another key",
        |_, token| {
            let text = format!("session_token={token}&timestamp={NOW}&nonce=n");
            BASE64_STANDARD.encode(stand_in_sealed(&KeyId::new("call-2").unwrap(), &text))
        },
        TokenRefusal::NotOpened,
        OPENED,
    ),
    ("an empty frame", |_, _| encoded(""), TokenRefusal::FrameMalformed, OPENED),
    ("the token alone", |_, token| encoded(token), TokenRefusal::FrameMalformed, OPENED),
    (
        "another order",
        |_, token| encoded(&format!("timestamp={NOW}&session_token={token}&nonce=n")),
        TokenRefusal::FrameMalformed,
        OPENED,
    ),
    ("seconds", |_, token| framed(token, NOW / 1_000), TokenRefusal::OutsideWindow, OPENED),
    ("too old", |_, token| framed(token, NOW - 330_000), TokenRefusal::OutsideWindow, OPENED),
    ("too new", |_, token| framed(token, NOW + 331_000), TokenRefusal::OutsideWindow, OPENED),
    ("no token", |_, _| good(""), TokenRefusal::Token(authflow::token::TokenError::Malformed), OPENED),
    (
        "a forged token",
        |_, token| good(&changed(token)),
        TokenRefusal::Token(authflow::token::TokenError::Forged),
        OPENED,
    ),
    (
        "an expired token",
        |world, token| {
            world.clock.now = START.plus_seconds(43_200);
            framed(token, NOW + 43_200_000)
        },
        TokenRefusal::Token(authflow::token::TokenError::Expired),
        OPENED,
    ),
    (
        "of a session that has ended",
        |world, token| {
            world.host.ended.extend(world.host.sessions.keys().copied());
            good(token)
        },
        TokenRefusal::SessionEnded,
        FOUND,
    ),
    (
        "of a session that never was",
        |world, token| {
            world.host.sessions.clear();
            good(token)
        },
        TokenRefusal::SessionEnded,
        FOUND,
    ),
    (
        "a session of the future",
        |world, token| {
            let ahead = world.clock.now.plus_seconds(31);
            world.host.sessions.values_mut().for_each(|it| it.auth_time = ahead);
            good(token)
        },
        TokenRefusal::Token(authflow::token::TokenError::NotYetValid),
        FOUND,
    ),
];

#[test]
fn whatever_is_wrong_is_told_in_the_same_bytes_and_writes_nothing() {
    for call in calls() {
        for (what, signature, why, asked) in WRONG {
            let mut world = signing();
            let token = session(&mut world);
            let signature = signature(&mut world, &token);
            let (claims, attempts) = (world.host.claims.clone(), world.host.attempts.clone());
            let answer = world.send(&call.clone().with_header("X-signature", &signature));
            assert_eq!(answer.parts(), invalid(), "{what}: {}", call.path);
            assert_eq!((reason(&world), &*world.host.asked), (why, asked), "{what}: {}", call.path);
            assert_eq!((&world.host.claims, &world.host.attempts), (&claims, &attempts), "{what}");
        }
    }
}

#[test]
fn a_header_that_cannot_be_read_is_a_signature_that_does_not_open() {
    let mut world = signing();
    let token = session(&mut world);
    let once = Call::get(CHECK).signed(&token, NOW, "n");
    let again = once.headers.text("X-signature").unwrap().to_string();
    let twice = Call { headers: once.headers.clone().and("x-signature", &again), ..once.clone() };
    let longer = once.clone().with_header("X-signature", "A".repeat(685));
    for call in [twice, longer] {
        assert_eq!(world.send(&call.in_session(&token)).parts(), invalid());
        assert_eq!((reason(&world), world.host.asked.len()), (TokenRefusal::NotOpened, 0));
    }
    assert_eq!(world.send(&once.with_header("X-signature", format!(" {again}\t"))).status, 200);
}

/// A fault that is found after the session gets the same reply, though after more questions.
#[test]
fn a_subject_who_may_not_use_the_session_is_told_nothing_else() {
    type Change = (fn(&mut World), TokenRefusal);
    let changes: [Change; 4] = [
        (
            |world| world.change("alice", |it| it.status = AccountStatus::Disabled),
            TokenRefusal::AccountInactive,
        ),
        (|world| world.change("alice", |_| ()), TokenRefusal::AccountChanged),
        (
            |world| {
                world.host.accounts.retain(|it: &Account| it.user_name.as_ref().unwrap().as_str() != "alice")
            },
            TokenRefusal::AccountGone,
        ),
        (
            |world| {
                let other = world.account("erin").id;
                world.host.sessions.values_mut().for_each(|it| it.account = other);
            },
            TokenRefusal::AccountChanged,
        ),
    ];
    for (change, why) in changes {
        for call in calls().into_iter().take(3) {
            let mut world = signing();
            let token = session(&mut world);
            change(&mut world);
            assert_eq!(world.send(&call.signed(&token, NOW, "n")).parts(), invalid());
            assert_eq!(reason(&world), why);
        }
    }
    for call in calls().into_iter().skip(1).take(2) {
        let mut world = signing();
        let token = session(&mut world);
        world.host.denied = true;
        assert_eq!(world.send(&call.signed(&token, NOW, "n")).parts(), invalid());
        assert_eq!(*world.host.asked.last().unwrap(), "DecideAccess");
    }
}

#[test]
fn another_device_or_application_learns_nothing_of_the_session() {
    let mut world = signing();
    let token = session(&mut world);
    let other = ClientId::new(demo::ORDINARY).unwrap();
    for call in calls() {
        let call = call.signed(&token, NOW, "n");
        let elsewhere = call.clone().with_header("X-client-id", other.as_str());
        assert_eq!(world.send(&elsewhere).parts(), invalid());
        assert_eq!(world.host.asked, ["OpenSealed"]);
        if call.path != LOGOUT {
            assert_eq!(world.send(&call.with_fingerprint("another")).parts(), invalid());
            assert_eq!(world.host.asked, ["OpenSealed"]);
        }
    }
    assert!(world.host.ended.is_empty());
}

/// A wrong password is no fault of the signature, and stays counted.
#[test]
fn a_wrong_old_password_is_told_as_everywhere() {
    let mut world = signing();
    let token = session(&mut world);
    let wrong = Call::post(CHANGE, &json!({ "old_password": "wrong", "new_password": "Battery-Staple-8" }));
    for nonce in ["1", "2", "3", "4", "5"] {
        let answer = world.send(&wrong.clone().signed(&token, NOW, nonce));
        assert_eq!(answer.text("error_code"), "PWD.0102");
    }
    let right = world.send(&change().signed(&token, NOW, "n"));
    assert_eq!(right.text("error_code"), "PWD.0102", "locked, and told alike");
    let malformed = world.send(&change().signed(&token, NOW, "n").with_body("{"));
    assert_eq!((malformed.text("error_code"), world.host.asked.len()), ("PARAM.0101", 0));
}

#[test]
fn every_dialect_has_words_for_it() {
    for (dialect, code, en, zh) in [
        (Dialect::Ciam, "IDAAS.SDK.PARAM.0030", "Invalid or expired signature", "签名无效或已过期"),
        (Dialect::Eiam, "SDK.COMMON.1004", "Signature decryption error", "签名解密错误"),
        (Dialect::OneAccess, "PARAM.0030", "Signature invalid or expired.", "签名无效或已过期"),
    ] {
        let mut world = World::with_setup(Setup { dialect, ..setup() });
        assert_eq!(world.send(&Call::get(LOGOUT)).parts(), refusal(code, en));
        assert_eq!(world.send(&Call::get(LOGOUT).with_header("X-L", "zh")).parts(), refusal(code, zh));
    }
}
