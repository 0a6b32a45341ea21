//! Missing parts refuse, and the other parts are asked.

use super::{call, kept, parts};
use authflow::{
    parts::{AllowAll, Blocklist, NoCourier, NoSigner, Parts},
    testkit::{Call, HostFault, MemoryHost, PlainHasher, World, demo},
};
use std::{error::Error, sync::Mutex};

fn code(mobile: &str) -> Call {
    let body = serde_json::json!({ "mobile": mobile, "type": "LOGIN_SMS" });
    Call::post("/api/v2/sdk/sms/send", &body)
}

#[test]
fn without_a_courier_nothing_is_sent_and_with_one_it_is() {
    let mut world = World::new();
    assert_ne!(call(&mut world, &parts(PlainHasher, AllowAll), &code(demo::MOBILE)).0, 200);
    let memory = Mutex::new(MemoryHost::demo());
    let log = |_: &'static str, _: &dyn Error| {};
    // This host has every part of the kit at once.
    let host =
        Parts { store: &memory, hasher: PlainHasher, rules: &memory, courier: &memory, signer: &memory, log };
    let (status, reply, _) = call(&mut world, &host, &code(demo::MOBILE));
    assert_eq!(status, 200, "{reply}");
    assert_eq!(memory.lock().unwrap().outbox.len(), 1);
    let maybe = Parts {
        store: &memory,
        hasher: PlainHasher,
        rules: AllowAll,
        courier: None::<NoCourier>,
        signer: None::<NoSigner>,
        log,
    };
    assert_ne!(call(&mut world, &maybe, &code(demo::MOBILE)).0, 200);
}

#[test]
fn allow_all_lets_no_server_in() {
    let (mut world, host) = (World::new(), parts(PlainHasher, AllowAll));
    let (_, signed_in, _) = call(&mut world, &host, &Call::login("alice", demo::PASSWORD));
    let ticket = Call::issue_ticket(signed_in["session_token"].as_str().unwrap());
    assert_eq!(call(&mut world, &host, &ticket).1["error_code"], "IDAAS.TENANT.COM.0101");
}

#[test]
fn the_log_is_told_which_part_failed_and_of_every_outcome() {
    let store =
        Mutex::new(MemoryHost { fault: Some(HostFault::Unavailable("FindAccount")), ..MemoryHost::demo() });
    let told = Mutex::new(Vec::new());
    let log =
        |question: &'static str, error: &dyn Error| told.lock().unwrap().push(format!("{question}: {error}"));
    let host =
        Parts { store, hasher: PlainHasher, rules: AllowAll, courier: NoCourier, signer: NoSigner, log };
    assert_eq!(call(&mut World::new(), &host, &Call::login("alice", demo::PASSWORD)).0, 500);
    let expected = "FindAccount: store: no answer: a fault was planned, or the name is two accounts'";
    assert_eq!(*told.lock().unwrap(), [expected]);
}

/// The list is asked when a password is set, and not at sign-in.
#[cfg(feature = "blocklist")]
#[test]
fn a_listed_password_is_refused_where_it_is_set_and_not_where_one_signs_in() {
    let (mut world, host) = (World::new(), parts(PlainHasher, Blocklist::new(["Acme"], AllowAll)));
    let (_, warned, _) = call(&mut world, &host, &Call::login("erin", demo::PASSWORD));
    let state_token = warned["state_token"].as_str().unwrap();
    for listed in ["Password123", "Acme-2026", "ErinErin", "erin12-34"] {
        let update = Call::update(state_token, demo::PASSWORD, listed);
        assert_eq!(call(&mut world, &host, &update).0, 400, "{listed}");
    }
    assert!(kept(&host).claims.is_empty(), "the login goes on");
    // A subject who set this password before there was a list still signs in with it.
    host.store.lock().unwrap().account("alice").password = Some(demo::password("password123", demo::START));
    assert_eq!(call(&mut world, &host, &Call::login("alice", "password123")).1["status"], "SUCCESS");
    let update = Call::update(state_token, demo::PASSWORD, "a horse of another colour");
    assert_eq!(call(&mut world, &host, &update).1["status"], "SUCCESS");
}
