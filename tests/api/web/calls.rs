//! Every call, and its effect.

use super::{
    client::{Client, Keeps, NEW_PASSWORD},
    schema,
};
use authflow::{
    contact::Channel,
    device::{Binding, Bindings, DeviceTrait},
    facade::{Facade as _, Request},
    factor::Factor,
    outcome::{Event, TokenRefusal, Verdict},
    password::MustChange,
    policy::Policy,
    step::DecideAccess,
    testkit::{World, demo},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Makes the calls of a client in its session.
fn in_session(client: &mut Client, made: &mut BTreeSet<String>) {
    let signed_in = client.sign_in("alice");
    let contacts = ["send_mobile_code", "replace_mobile", "send_email_code", "replace_email"];
    let own = ["who_am_i", "refresh_session", "change_own_password", "sign_out"];
    assert_eq!(signed_in.next(), [own, contacts].concat());
    assert_eq!(signed_in.body["session_expires_in_seconds"], 43_200);
    client.world.clock.pass(60);
    let who = client.follow(&signed_in, "who_am_i", &Value::Null);
    assert_eq!(
        who.body
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "next")
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect::<Vec<_>>(),
        [
            ("authenticated_at_unix_seconds", json!(demo::START.as_unix())),
            ("factors", json!(["password"])),
            ("session_expires_in_seconds", json!(43_140)),
            ("state", json!("signed_in")),
            ("subject", json!({ "id": "id-alice", "user_name": "alice" })),
        ]
    );
    let renewed = client.follow(&who, "refresh_session", &Value::Null);
    assert_eq!(renewed.body["session_expires_in_seconds"], 43_140);
    let typed = json!({ "old_password": demo::PASSWORD, "new_password": NEW_PASSWORD });
    let call = renewed.call("change_own_password").clone();
    assert_eq!((&call["takes"], &call["may_take"]), (&json!(["new_password"]), &json!(["old_password"])));
    let changed = client.send("POST", call["path"].as_str().unwrap(), &typed);
    assert_eq!((changed.status, changed.state()), (200, "password_changed"));
    let out = client.follow(&changed, "sign_out", &Value::Null);
    assert_eq!((out.status, out.state()), (200, "signed_out"));
    assert_eq!(client.world.host.ended.len(), 1);
    let nobody = client.send("GET", "/v1/session", &Value::Null);
    assert_eq!((nobody.status, nobody.problem()), (401, "session-invalid"));
    let again = json!({ "identifier": "alice", "password": NEW_PASSWORD });
    assert_eq!(client.send("POST", "/v1/sign-in", &again).state(), "signed_in");
    let names = ["sign_in", "who_am_i", "refresh_session", "change_own_password", "sign_out"];
    made.extend(names.map(String::from));
}

/// Has a code sent by the call beside this one, and presents it.
fn by_code(client: &mut Client, path: &str, typed: &Value, taker: &str) -> super::client::Answer {
    let mut asks = typed.clone();
    asks.as_object_mut().unwrap().retain(|name, _| name == "mobile" || name == "email");
    let asks = if asks.as_object().unwrap().is_empty() { Value::Null } else { asks };
    let sent = client.send("POST", &format!("{path}/send"), &asks);
    assert_eq!((sent.status, sent.state()), (200, "code_sent"), "{path}: {sent:?}");
    assert_eq!(sent.next()[0], taker);
    let mut typed = typed.clone();
    typed["code"] = client.world.code().into();
    client.send("POST", path, &typed)
}

#[test]
fn every_call_works_for_a_browser_and_for_an_app() {
    for kind in [Client::browser as fn(World) -> Client, Client::app] {
        let mut made = BTreeSet::new();
        in_session(&mut kind(World::new()), &mut made);

        for (channel, word, recipient) in [
            (Channel::Sms, "sms", json!({ "mobile": demo::MOBILE })),
            (Channel::Email, "email", json!({ "email": demo::EMAIL })),
        ] {
            // A code is the first factor, and the other channel is the second one.
            let mut client = kind(World::new());
            let path = format!("/v1/sign-in/by-{word}");
            let begun = by_code(&mut client, &path, &recipient, &format!("sign_in_by_{word}"));
            assert_eq!((begun.status, begun.state()), (200, "factor_required"));
            made.extend([format!("sign_in_by_{word}"), format!("send_sign_in_{word}")]);

            let mut client = kind(World::new());
            client.sign_in("mona");
            let path = format!("/v1/sign-in/factor/{word}");
            assert_eq!(
                by_code(&mut client, &path, &json!({}), &format!("prove_{word}")).state(),
                "signed_in"
            );
            made.extend([format!("prove_{word}"), format!("send_factor_{word}")]);

            let mut world = World::new();
            world.change("erin", demo::make_reachable);
            let mut client = kind(world);
            let warned = client.sign_in("erin");
            assert!(warned.next().contains(&&*format!("change_password_by_{word}")), "{warned:?}");
            let path = format!("/v1/sign-in/password/by-{word}");
            let typed = json!({ "new_password": NEW_PASSWORD });
            let taker = format!("change_password_by_{word}");
            assert_eq!(by_code(&mut client, &path, &typed, &taker).state(), "signed_in");
            made.extend([taker, format!("send_password_{word}")]);

            let mut policy = demo::policy();
            policy.recovery = [channel].into_iter().collect();
            let mut world = World::with_policy(policy);
            world.change("alice", demo::make_reachable);
            let mut client = kind(world);
            let mut typed = client.typed("alice");
            typed.as_object_mut().unwrap().retain(|name, _| recipient.get(name).is_some());
            typed["new_password"] = NEW_PASSWORD.into();
            let taker = format!("reset_password_by_{word}");
            let reset = by_code(&mut client, &format!("/v1/recovery/by-{word}"), &typed, &taker);
            assert_eq!((reset.status, reset.state()), (200, "password_reset"));
            assert_eq!(reset.next()[0], "sign_in");
            let again = json!({ "identifier": "alice", "password": NEW_PASSWORD });
            assert_eq!(client.send("POST", "/v1/sign-in", &again).state(), "signed_in");
            made.extend([taker, format!("send_recovery_{word}")]);

            let mut client = kind(World::new());
            client.sign_in("alice");
            let (member, typed) = match channel {
                Channel::Sms => ("mobile", json!({ "mobile": "+86-13900000007" })),
                Channel::Email => ("email", json!({ "email": "alice@example.com" })),
            };
            let taker = format!("replace_{member}");
            let path = format!("/v1/session/{member}");
            let refused = by_code(&mut client, &path, &typed, &taker);
            assert_eq!((refused.status, refused.problem()), (403, "sign-in-not-recent"));
            // The same code works after the sign-in that the refusal names.
            let code = client.world.code();
            client.sign_in("alice");
            let mut again = typed.clone();
            again["code"] = code.into();
            let replaced = client.send("POST", &path, &again);
            assert_eq!((replaced.status, replaced.state()), (200, "contact_replaced"));
            let who = client.follow(&replaced, "who_am_i", &Value::Null);
            assert_eq!(
                who.body["subject"][member].as_str().unwrap().replace("+8613", "+86-13"),
                typed[member]
            );
            made.extend([taker, format!("send_{member}_code")]);

            let registration = [channel].into_iter().collect();
            let mut client = kind(World::with_policy(Policy { registration, ..demo::policy() }));
            let typed = match channel {
                Channel::Sms => json!({ "mobile": "+86-13900000009", "user_name": "zoe" }),
                Channel::Email => json!({ "email": "zoe@example.com", "profile": { "name": "Zoe" } }),
            };
            let taker = format!("register_by_{word}");
            let registered = by_code(&mut client, &format!("/v1/registration/by-{word}"), &typed, &taker);
            assert_eq!((registered.status, registered.state()), (200, "signed_in"));
            made.extend([taker, format!("send_registration_{word}")]);
        }

        let mut client = kind(World::new());
        let begun = client.sign_in("tom");
        let code = client.world.totp("tom", 0);
        assert_eq!(client.follow(&begun, "prove_totp", &json!({ "code": code })).state(), "signed_in");

        let mut client = kind(World::new());
        let warned = client.sign_in("erin");
        assert_eq!(warned.body["password_expires_in_seconds"], 5 * demo::DAY);
        assert_eq!(
            (&warned.body["skips_left"], &warned.body["sign_in_expires_in_seconds"]),
            (&json!(3), &json!(600))
        );
        assert_eq!(warned.body["new_password"]["max_characters"], 64);
        assert_eq!(client.follow(&warned, "skip_password", &Value::Null).state(), "signed_in");

        let mut client = kind(World::new());
        let expired = client.sign_in("victor");
        assert_eq!((expired.state(), &expired.body["reason"]), ("password_expired", &json!("expired")));
        let typed = client.typed("victor");
        assert_eq!(client.follow(&expired, "change_password", &typed).state(), "signed_in");

        assert_eq!(client.send("GET", "/v1/sign-in", &Value::Null).state(), "signed_out");
        let listed = client.send("GET", "/v1/problems", &Value::Null);
        assert!(listed.body["problems"].as_array().unwrap().len() > 10);
        made.extend(
            ["begin", "prove_totp", "skip_password", "change_password", "problems"].map(String::from),
        );

        let all: BTreeSet<_> = schema::operations().into_iter().collect();
        assert_eq!(made, all);
    }
}

#[test]
fn why_a_password_must_be_changed_is_told() {
    for (must, reason) in [
        (MustChange::AdministratorReset, "administrator_reset"),
        (MustChange::Breached, "breached"),
        (MustChange::FirstLogin, "first_login"),
    ] {
        let mut world = World::new();
        world.change("alice", |alice| alice.password.as_mut().unwrap().must_change = Some(must));
        let answer = Client::app(world).sign_in("alice");
        assert_eq!((answer.state(), &answer.body["reason"]), ("password_expired", &json!(reason)));
    }
    let mut world = World::new();
    world.change("erin", |erin| erin.password.as_mut().unwrap().skips_used = 3);
    assert_eq!(Client::app(world).sign_in("erin").body["reason"], "skips_spent");
}

#[test]
fn whoever_has_no_password_sets_a_first_one() {
    for mut client in Client::both(&World::new()) {
        let signed_in = client.sign_in_by_following("nora");
        assert_eq!(signed_in.state(), "signed_in");
        let typed = json!({ "new_password": NEW_PASSWORD });
        let changed = client.follow(&signed_in, "change_own_password", &typed);
        assert_eq!(changed.state(), "password_changed");
        assert_eq!(client.follow(&changed, "who_am_i", &Value::Null).status, 200, "this session goes on");
    }
}

#[test]
fn a_session_that_is_renewed_goes_on_with_its_new_token() {
    let mut policy = demo::policy();
    policy.rotate_session_tokens = true;
    for mut client in Client::both(&World::with_policy(policy)) {
        let signed_in = client.sign_in("alice");
        let before = client.shown();
        let renewed = client.follow(&signed_in, "refresh_session", &Value::Null);
        assert_eq!(client.follow(&renewed, "who_am_i", &Value::Null).status, 200);
        let old = client.send_with("GET", "/v1/session", &before, &Value::Null);
        assert_eq!(old.problem(), "session-invalid");
        assert!(old.cookies().is_empty(), "another window has the new one");
    }
}

#[test]
fn the_address_is_the_hosts_word() {
    for mut client in Client::both(&World::new()) {
        client.headers = client.headers.clone().with("X-Device-Ip", "203.0.113.9");
        let headers = client.shown().with("Content-Type", "application/json");
        let body = json!({ "identifier": "alice", "password": demo::PASSWORD }).to_string();
        let (body, peer) = (body.as_bytes(), "192.0.2.7".parse().ok());
        let request = Request { method: "POST", path: "/v1/sign-in", headers: &headers, body, peer };
        let (step, _) = client.web.handle(&request, client.world.moment());
        let ask = client.world.until::<DecideAccess>(step);
        assert_eq!((ask.device.ip(), ask.device.agent()), (peer, "Mozilla/5.0"));
    }
}

/// A host that gives no address, like `authflow_tower::Login` without `with_peers`, would bind a login to nothing.
#[test]
fn a_login_that_is_bound_to_an_address_goes_on_at_none() {
    let bindings = Bindings { ip: Binding::Refuse, ..Bindings::default() };
    let policy = Policy { bindings, ..demo::policy() };
    let password = json!({ "identifier": "erin", "password": demo::PASSWORD }).to_string();
    for client in Client::both(&World::with_policy(policy)) {
        let here = "192.0.2.7".parse().ok();
        for (peer, status) in [(here, 200), (None, 401)] {
            let mut client = client.clone();
            for (path, body, status) in
                [("/v1/sign-in", &*password, 200), ("/v1/sign-in/password/skip", "", status)]
            {
                let headers = client.shown().with("Content-Type", "application/json");
                let request =
                    Request { method: "POST", path, headers: &headers, body: body.as_bytes(), peer };
                let answer = client.answer(&request);
                assert_eq!(answer.status, status, "{peer:?} {path}");
                client.keep(&answer);
            }
            let refused = |event: &Event| {
                matches!(event, Event::TokenRefused { reason: TokenRefusal::Device(DeviceTrait::Ip), .. })
            };
            let events = client.outcome.unwrap().events;
            assert_eq!(events.iter().any(refused), peer.is_none(), "{events:?}");
        }
    }
}

#[test]
fn an_app_may_be_bound_to_nothing_where_the_policy_says_so() {
    for (allows_unbound, status) in [(false, 400), (true, 200)] {
        let policy = authflow::policy::Policy { allows_unbound, ..demo::policy() };
        let mut client = Client::app(World::with_policy(policy));
        client.keeps = Keeps::Token { token: None, fingerprint: None };
        let answer = client.sign_in("alice");
        assert_eq!(answer.status, status);
        if status == 400 {
            assert_eq!(answer.problem(), "device-incomplete");
        } else {
            assert_eq!(client.follow(&answer, "who_am_i", &Value::Null).status, 200);
        }
    }
}

#[test]
fn who_has_signed_in_by_which_factors_stands_in_the_session() {
    let mut client = Client::browser(World::new());
    client.sign_in_by_following("mona");
    let Some(Verdict::SignedIn(grant)) = client.outcome.as_ref().map(|outcome| &outcome.verdict) else {
        panic!()
    };
    let record = client.world.host.sessions[&grant.session];
    assert!(record.factors.contains(Factor::Sms) && record.factors.contains(Factor::Password));
    assert_eq!(record.device.kind, authflow::device::BindingKind::Cookie);
}
