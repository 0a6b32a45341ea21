//! A sign-out takes no key service, so that it always works.

use super::*;
use authflow::outcome::Fault;

#[test]
fn a_session_token_as_it_is_signs_out_also_while_nothing_opens() {
    for policy in [demo::policy(), Policy { rotate_session_tokens: true, ..demo::policy() }] {
        let mut world = World::with_setup(Setup { policy, ..setup() });
        let token = session(&mut world);
        let session = *world.host.sessions.first_key_value().unwrap().0;
        world.host.fault = Some(HostFault::Unavailable("OpenSealed"));
        assert_eq!(world.send(&Call::get(LOGOUT).signed(&token, NOW, "n")).status, 500);
        assert_eq!(world.send(&Call::sign_out(&token)).status, 200);
        assert_eq!(world.host.asked, ["FindSession", "Commit"]);
        assert!(world.host.ended.contains(&session));
    }
}

/// A sign-out gives up a right and opens nothing. Everything else takes a signature, as before.
#[test]
fn it_signs_out_and_does_nothing_else() {
    let mut world = signing();
    let token = session(&mut world);
    for call in calls().into_iter().take(3) {
        assert_eq!(world.send(&call.in_session(&token)).parts(), invalid());
        assert_eq!(world.host.asked, [""; 0]);
    }
    let caller = Caller::from_headers(&demo::device()).unwrap();
    let presented = PresentedToken::Session(Untrusted::new(&token));
    assert!(matches!(world.authenticate(caller, presented), Verdict::Refused(Fault::SignatureInvalid)));
    // Neither an id token nor nonsense signs out.
    let granted = world.login("alice");
    assert_eq!(world.send(&Call::get(LOGOUT).bearing(granted.id_token())).parts(), invalid());
    assert_eq!(world.send(&Call::sign_out("nonsense")).status, 400);
    assert!(world.host.ended.is_empty());
}

#[test]
fn no_token_in_the_clear_is_verified_for_middleware_where_calls_must_be_signed() {
    let world = signing();
    let application = authflow::Application::new(demo::audience().client_id);
    assert!(world.api.engine().verifier(&application).is_ok());
    let signing = authflow::Application { call_key: Some(demo::call_key()), ..application };
    let refused = world.api.engine().verifier(&signing).unwrap_err();
    assert!(refused.to_string().contains("call_key"), "{refused}");
}
