//! A façade, as seen by a caller that knows only the trait.

use authflow::{
    Moment,
    facade::{Facade, MOST_OF_A_BODY, Reply, Request},
    outcome::{Fault, Verdict},
    sdk::Api,
    testkit::{Call, HeaderList, MemoryHost, World, demo},
};
use std::{
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
};

/// Serves a call as a service for any façade does.
fn serve<F: Facade>(facade: &F, call: &Call, moment: Moment, host: &Mutex<MemoryHost>) -> Option<Reply> {
    let request: Request<'_, HeaderList> = call.request();
    facade.owns(request.path).then(|| {
        match pin!(facade.serve(&request, moment, host)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(reply) => reply,
            Poll::Pending => panic!("a host in memory does not wait"),
        }
    })
}

fn guarded<F: Facade>(facade: &F, call: &Call, world: &mut World) -> (Verdict, Reply) {
    let (step, manner) = facade.authenticate(&call.request(), world.moment());
    let outcome = world.run(step);
    let reply = facade.reply(&outcome, manner);
    (outcome.verdict, reply)
}

#[test]
fn whoever_serves_it_knows_nothing_of_the_family() {
    let mut world = World::new();
    let (moment, host) = (world.moment(), Mutex::new(world.host.clone()));
    let login = Call::login("alice", demo::PASSWORD);
    let reply = serve(&world.api, &login, moment, &host).unwrap();
    assert_eq!((reply.status(), host.lock().unwrap().sessions.len()), (200, 1));

    let moment = world.moment();
    assert!(serve(&world.api, &Call::get("/orders"), moment, &host).is_none(), "that is the host's own");
}

#[test]
fn a_body_that_is_too_long_is_refused_in_the_familys_words() {
    let mut world = World::new();
    for (length, is_read) in [(MOST_OF_A_BODY, true), (MOST_OF_A_BODY + 1, false)] {
        let Call { body, .. } = Call::login("alice", demo::PASSWORD);
        let padded = [body.as_slice(), &vec![b' '; length - body.len()]].concat();
        let (moment, host) = (world.moment(), Mutex::new(world.host.clone()));
        let call = Call::login("alice", demo::PASSWORD).with_body(padded);
        let reply = serve(&world.api, &call, moment, &host).unwrap();
        assert_eq!(reply.status() == 200, is_read);
        assert!(is_read || reply.body().starts_with(br#"{"error_code":"IDAAS.SDK.PARAM.0101""#));
    }
}

#[test]
fn a_guard_takes_what_the_familys_clients_show_and_never_two_tokens() {
    let mut world = World::new();
    let signed_in = world.login("alice");
    let (session, id) = (signed_in.session_token(), signed_in.id_token());
    let route = Call::get("/orders");
    for call in [route.clone().in_session(session), route.clone().bearing(id)] {
        let (verdict, _) = guarded::<Api>(&world.api.clone(), &call, &mut world);
        let Verdict::Authenticated(who) = verdict else { panic!("{verdict:?}") };
        assert_eq!(who.subject.user_name.as_deref(), Some("alice"));
    }
    for (call, expected) in [
        (route.clone(), Fault::IdTokenMissing),
        (route.clone().in_session(session).bearing(id), Fault::IdTokenInvalid),
        (route.clone().in_session(id), Fault::SessionTokenInvalid),
        (route.clone().bearing(session), Fault::IdTokenInvalid),
        (route.clone().bearing(id).with_fingerprint("another"), Fault::IdTokenInvalid),
        (route.bearing(id).without_header("X-device-fingerprint"), Fault::DeviceIncomplete),
    ] {
        let (verdict, reply) = guarded::<Api>(&world.api.clone(), &call, &mut world);
        let Verdict::Refused(fault) = verdict else { panic!("{verdict:?}") };
        assert_eq!((fault, reply.status()), (expected, 400));
    }
}

/// A relying party has no headers of a device, and no application.
#[test]
fn public_keys_are_anybodys() {
    use authflow::{
        testkit::Setup,
        token::{IdTokenSigning, OutsideKey, OutsideKeys, PublicKey, SignatureAlgorithm},
    };
    let key = OutsideKey::new("2026-11", SignatureAlgorithm::EdDsa).unwrap();
    let key = key.publishing(PublicKey::ed25519([7; 32])).unwrap();
    let signing = IdTokenSigning::Outside(OutsideKeys::new(key));
    let x = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    let published = serde_json::json!([
        { "kty": "OKP", "use": "sig", "alg": "EdDSA", "kid": "2026-11", "crv": "Ed25519", "x": x },
    ]);
    for (signing, keys) in [(signing, published), (IdTokenSigning::ApplicationKey, serde_json::json!([]))] {
        let mut world = World::with_setup(Setup { signing, ..Setup::default() });
        let bare = Call { headers: HeaderList::new(), ..Call::get("/api/v1/oauth2/keys") };
        let answer = world.send(&bare);
        assert_eq!(answer.parts(), (200, serde_json::json!({ "keys": keys })));
        assert!(world.host.asked.is_empty());
        let engine = world.api.engine().clone();
        assert_eq!(serde_json::to_value(engine.public_keys(world.clock.now)).unwrap()["keys"], keys);
    }
    let mut world = World::new();
    assert_eq!(world.send(&Call::post("/api/v1/oauth2/keys", &serde_json::json!({}))).status, 405);
}
