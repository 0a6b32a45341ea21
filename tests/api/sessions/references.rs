//! Session tokens of the short form are taken wherever a session token is, after one more question.

use super::{invalid, logout, reason, refresh, rotating};
use authflow::{
    AccountId, Application, Lifetime, PresentedToken, SessionId,
    account::AccountStatus,
    device::{Caller, Device, DeviceTrait},
    outcome::{Event, Fault, TokenRefusal, Verdict},
    policy::{Lifetimes, Policy, RetryGrace, SessionTokenForm},
    session::SessionRecord,
    step::CredentialOwner,
    testkit::{
        Answer, Call, HostFault, World,
        demo::{self, START},
        forge::Forge,
    },
    token::{
        AudienceDigest, DeviceDigest, Key, KeyRing, ReferenceClaims, SessionToken, TokenError, TokenText,
        Untrusted, VerifiedSession, VerifyWindow,
    },
};

fn policy() -> Policy {
    Policy { session_token_form: SessionTokenForm::Reference, ..demo::policy() }
}

fn referring() -> World {
    World::with_policy(policy())
}

fn session(world: &mut World) -> Answer {
    let granted = world.login("alice");
    assert_eq!(granted.session_token().len(), 125);
    granted
}

fn app() -> Caller {
    Caller::from_headers(&demo::device()).unwrap()
}

fn elsewhere() -> Device {
    Device::new("Android 10", "another", "Mozilla/5.0", None).unwrap()
}

fn record(world: &mut World) -> &mut SessionRecord {
    world.host.sessions.values_mut().next().unwrap()
}

fn claims(text: &str) -> ReferenceClaims {
    let (ring, audience) = (demo::ring(), demo::audience());
    let references = Forge::of(&ring).session_references().for_application(&audience);
    *references.verify(Untrusted::new(text), START).unwrap().claims()
}

fn mint(claims: &ReferenceClaims) -> TokenText<SessionToken> {
    Forge::of(&demo::ring()).session_references().mint(claims)
}

fn authenticate(world: &mut World, token: &str) -> Verdict {
    world.authenticate(app(), PresentedToken::Session(Untrusted::new(token)))
}

/// Every call that takes a session token.
const CALLS: [fn(&str) -> Call; 3] = [Call::refresh, Call::issue_ticket, Call::sign_out];

#[test]
fn a_reference_is_taken_wherever_a_session_token_is() {
    let mut world = referring();
    let granted = session(&mut world);
    let token = granted.session_token();
    assert_eq!(granted.body["expire"], 43_200);

    let refreshed = refresh(&mut world, token);
    assert_eq!(world.host.asked, ["FindSession", "CheckSession", "FindAccount", "DecideAccess"]);
    assert_eq!((refreshed.status, refreshed.session_token()), (200, token), "nothing in it has changed");
    assert_eq!(world.check_exist(refreshed.id_token()).status, 200);

    let Verdict::Authenticated(who) = authenticate(&mut world, token) else { panic!() };
    assert_eq!(world.host.asked, ["FindSession", "CheckSession", "FindAccount"]);
    assert_eq!((who.subject.id, who.audience), (AccountId::new("id-alice").unwrap(), demo::audience()));

    let issued = world.send(&Call::issue_ticket(token));
    let questions = ["VerifyTenantCredential", "FindSession", "CheckSession", "FindAccount", "DecideAccess"];
    assert_eq!(world.host.asked, questions);
    let redeemed = world.send(&Call::redeem_ticket(issued.text("sso_ticket")));
    assert_eq!(redeemed.text("id"), "id-alice");

    assert_eq!(logout(&mut world, token).status, 200);
    assert_eq!(world.host.asked, ["FindSession", "Commit"]);
    assert_eq!(world.host.ended.len(), 1);
    assert_eq!(refresh(&mut world, token).parts(), invalid());
}

/// The policy has changed since one of the forms was issued. A session outlives that change.
#[test]
fn either_form_is_taken_whatever_the_policy_says_and_a_refresh_gives_the_one_it_says() {
    let wholly = |policy: Policy| Policy { session_token_form: SessionTokenForm::SelfContained, ..policy };
    for rotate_session_tokens in [false, true] {
        let policy = Policy { rotate_session_tokens, ..policy() };
        for (before, after, length) in [(wholly(policy), policy, 125), (policy, wholly(policy), 0)] {
            let mut world = World::with_policy(before);
            let granted = world.login("alice");
            world.api = World::with_policy(after).api;
            let refreshed = refresh(&mut world, granted.session_token());
            assert_eq!(refreshed.status, 200);
            assert_eq!(refreshed.session_token().len() == 125, length == 125);
            assert_eq!(refresh(&mut world, refreshed.session_token()).status, 200);
            assert_eq!(
                logout(&mut world, granted.session_token()).status,
                200,
                "of an earlier generation too"
            );
            assert_eq!(world.host.ended.len(), 1);
        }
    }
}

/// Each of these tokens gets the same answer as nonsense, before any question is asked.
#[test]
fn what_the_token_shows_is_judged_before_its_session_is_looked_for() {
    type Change = (&'static str, fn(&mut ReferenceClaims), TokenRefusal);
    let changes: [Change; 3] = [
        ("expired", |it| it.expires_at = START, TokenRefusal::Token(TokenError::Expired)),
        (
            "device",
            |it| it.device = DeviceDigest::from_bytes([7; 16]),
            TokenRefusal::Device(DeviceTrait::Binding),
        ),
        (
            "application",
            |it| it.audience = AudienceDigest::from_bytes([7; 16]),
            TokenRefusal::Token(TokenError::WrongAudience),
        ),
    ];
    for (what, change, why) in changes {
        for call in CALLS {
            let mut world = referring();
            let mut claims = claims(session(&mut world).session_token());
            change(&mut claims);
            let token = mint(&claims);
            let call = call(token.expose());
            let of_tenant = call.path.contains("tenant");
            let answer = world.send(&call);
            let asked = world.host.asked.clone();
            if call.path.ends_with("/logout") && what == "device" {
                assert_eq!((answer.status, world.host.ended.len()), (200, 1), "a right is given up from any");
                continue;
            }
            assert_eq!((answer.parts(), reason(&world)), (invalid(), why), "{what} {}", call.path);
            assert!(world.host.ended.is_empty());
            let nonsense = if of_tenant { Call::issue_ticket("LGTA") } else { call.in_session("LGTA") };
            assert_eq!(world.send(&nonsense), answer);
            let names_application = !(of_tenant && what == "application");
            assert_eq!(world.host.asked == asked, names_application, "{what} {asked:?}");
        }
    }
}

/// The tag and all that a device shows are right. The session was ended, never existed, has expired, went unused for too long, or belongs to another
/// application.
#[test]
fn whatever_is_wrong_with_the_session_is_one_refusal_after_the_same_questions() {
    let limit = Lifetime::of::<600>();
    let idle = Policy { lifetimes: Lifetimes::default().with_session_idle(limit).unwrap(), ..policy() };
    let nobody = authflow::Audience { client_id: app().client_id, tenant: None };
    type Wrong<'a> = (&'static str, &'a dyn Fn(&mut World), TokenRefusal);
    let ends: [Wrong; 6] = [
        ("never was", &|world| world.host.sessions.clear(), TokenRefusal::SessionEnded),
        (
            "ended",
            &|world| {
                let session = record(world).session;
                world.host.ended.insert(session);
            },
            TokenRefusal::SessionEnded,
        ),
        ("over", &|world| record(world).expires_at = START, TokenRefusal::SessionEnded),
        ("unused", &|world| world.clock.pass(600), TokenRefusal::SessionEnded),
        (
            "of another device",
            &|world| record(world).device.digest = DeviceDigest::from_bytes([7; 16]),
            TokenRefusal::Device(DeviceTrait::Binding),
        ),
        (
            "of another application",
            &|world| record(world).audience = nobody,
            TokenRefusal::Token(TokenError::WrongAudience),
        ),
    ];
    for (what, end, why) in ends {
        let mut world = World::with_policy(idle);
        let token = session(&mut world).session_token().to_string();
        end(&mut world);
        let kept = (world.host.sessions.clone(), world.host.ended.clone());
        assert_eq!(refresh(&mut world, &token).parts(), invalid(), "{what}");
        assert_eq!((reason(&world), world.host.asked.as_slice()), (why, &["FindSession"][..]), "{what}");
        let verdict = authenticate(&mut world, &token);
        assert!(matches!(verdict, Verdict::Refused(Fault::SessionTokenInvalid)), "{what}: {verdict:?}");
        assert_eq!(world.host.asked, ["FindSession"], "{what}");
        assert_eq!(world.send(&Call::issue_ticket(&token)).parts(), invalid(), "{what}");
        assert_eq!((&world.host.sessions, &world.host.ended), (&kept.0, &kept.1), "{what}");
    }
}

/// Two clocks never agree. The token does not say when it was made, so the time of its session's sign-in is compared. A session is
/// refused if its sign-in lies further in the future than two clocks may differ.
#[test]
fn a_session_from_a_fast_clock_is_good_no_earlier_than_any_other() {
    for (ahead, is_good) in [(30, true), (31, false), (3 * demo::DAY, false)] {
        let mut world = referring();
        world.clock.pass(ahead);
        let granted = session(&mut world);
        let token = granted.session_token();
        world.clock.now = START;
        let let_in = matches!(authenticate(&mut world, token), Verdict::Authenticated(_));
        assert_eq!(let_in, is_good, "{ahead}");
        let verifier = world.api.engine().verifier(&application()).unwrap();
        let audience = demo::audience();
        let verified = verifier.verify(Untrusted::new(token), &audience, START).unwrap();
        let VerifiedSession::NeedsRecord(reference) = verified else { panic!() };
        let record = Some(*record(&mut world));
        let device = app().device;
        assert_eq!(verifier.identify(&reference, record, &device, START).is_some(), is_good, "{ahead}");
        for call in CALLS {
            assert_eq!(world.send(&call(token)).status == 200, is_good, "{ahead}");
        }
    }
}

/// A sign-out ends nothing if the session is not there, so it must not say that it is done.
#[test]
fn a_sign_out_of_what_is_not_there_is_refused() {
    let mut world = referring();
    let token = session(&mut world).session_token().to_string();
    assert_eq!(logout(&mut world, &token).status, 200);
    let ended = (logout(&mut world, &token), world.host.asked.clone());
    assert_eq!((ended.0.parts(), &ended.1[..]), (invalid(), &["FindSession"][..]));
    world.host.sessions.clear();
    assert_eq!((logout(&mut world, &token), world.host.asked.clone()), ended);
    // A session can be signed out even if it has expired or belongs to another device.
    let mut world = referring();
    let token = session(&mut world).session_token().to_string();
    record(&mut world).device.digest = DeviceDigest::from_bytes([7; 16]);
    record(&mut world).expires_at = START;
    assert_eq!((logout(&mut world, &token).status, world.host.ended.len()), (200, 1));
    // Nothing is ended if the record is another application's.
    let mut world = referring();
    let token = session(&mut world).session_token().to_string();
    record(&mut world).audience.tenant = None;
    assert_eq!(logout(&mut world, &token).parts(), invalid());
    assert!(world.host.ended.is_empty());
}

/// The host answers with the record of another session.
#[test]
fn the_record_of_another_session_is_a_contradiction() {
    for call in CALLS {
        let mut world = referring();
        let token = session(&mut world).session_token().to_string();
        record(&mut world).session = SessionId::from_bytes([7; 16]);
        let step = world.begin(&call(&token));
        let outcome = world.run(step);
        assert!(matches!(outcome.verdict, Verdict::Busy), "{:?}", outcome.verdict);
        assert!(matches!(outcome.events[..], [Event::Contradiction { question: "FindSession" }]));
        assert!(world.host.ended.is_empty());
    }
}

#[test]
fn a_host_that_cannot_find_sessions_is_busy() {
    for call in CALLS {
        let mut world = referring();
        let token = session(&mut world).session_token().to_string();
        world.host.fault = Some(HostFault::Unavailable("FindSession"));
        let step = world.begin(&call(&token));
        assert!(matches!(world.run(step).verdict, Verdict::Busy));
        assert!(world.host.ended.is_empty());
    }
}

/// A server sees nothing of another tenant's sessions, not even whether they live.
#[test]
fn the_server_of_another_tenant_learns_nothing() {
    let mut world = referring();
    let token = session(&mut world).session_token().to_string();
    for (_, owner) in &mut world.host.credentials {
        *owner = CredentialOwner::Tenant(authflow::TenantId::new("another").unwrap());
    }
    let lives = world.send(&Call::issue_ticket(&token));
    assert_eq!((lives.parts(), reason(&world)), (invalid(), TokenRefusal::OtherTenant));
    let asked = world.host.asked.clone();
    world.host.sessions.clear();
    assert_eq!(world.send(&Call::issue_ticket(&token)), lives);
    assert_eq!((reason(&world), &world.host.asked), (TokenRefusal::SessionEnded, &asked));
}

/// Another device gets the same answer for a live session and for one that does not exist.
#[test]
fn another_device_learns_nothing() {
    for call in [Call::refresh, Call::issue_ticket] {
        let mut world = referring();
        let token = session(&mut world).session_token().to_string();
        let call = call(&token).with_fingerprint("another");
        let lives = (world.send(&call), world.host.asked.clone());
        assert_eq!(reason(&world), TokenRefusal::Device(DeviceTrait::Binding));
        world.host.sessions.clear();
        assert_eq!((world.send(&call), world.host.asked.clone()), lives);
        assert!(!lives.1.contains(&"FindSession"));
    }
}

#[test]
fn an_account_is_judged_as_with_any_token() {
    for (change, why) in [
        (
            (|world| world.account("alice").status = AccountStatus::Disabled) as fn(&mut World),
            TokenRefusal::AccountInactive,
        ),
        (|world| world.change("alice", |_| ()), TokenRefusal::AccountChanged),
        (|world| world.host.accounts.clear(), TokenRefusal::AccountGone),
    ] {
        let mut world = referring();
        let token = session(&mut world).session_token().to_string();
        change(&mut world);
        assert_eq!((refresh(&mut world, &token).parts(), reason(&world)), (invalid(), why));
        assert_eq!(world.host.asked, ["FindSession", "CheckSession", "FindAccount"]);
    }
}

#[test]
fn a_rotation_retires_a_reference_and_the_old_one_ends_the_session() {
    let mut world = World::with_policy(Policy { rotate_session_tokens: true, ..policy() });
    let first = session(&mut world).session_token().to_string();
    let second = refresh(&mut world, &first).session_token().to_string();
    assert_eq!((second.len(), claims(&second).generation), (125, 1));
    let verdict = authenticate(&mut world, &first);
    assert!(matches!(verdict, Verdict::Refused(Fault::SessionTokenInvalid)), "a guard ends nothing");
    assert_eq!((reason(&world), world.host.ended.len()), (TokenRefusal::Rotated, 0));
    assert_eq!(refresh(&mut world, &first).parts(), invalid());
    assert_eq!(world.host.asked, ["FindSession", "CheckSession", "Commit"]);
    assert_eq!(world.host.ended.len(), 1);
    // This token is of a later generation.
    let mut world = rotating();
    let granted = world.login("alice");
    let session = record(&mut world).session;
    let ahead = ReferenceClaims {
        session,
        generation: 1,
        expires_at: START.plus_seconds(60),
        audience: Forge::of(&demo::ring()).session_references().digest(&demo::audience()),
        device: record(&mut world).device.digest,
    };
    assert_eq!(refresh(&mut world, mint(&ahead).expose()).parts(), invalid());
    assert!(world.host.ended.is_empty());
    assert_eq!(refresh(&mut world, granted.session_token()).status, 200);
}

/// A lost answer is given again in the same form.
#[test]
fn a_lost_answer_is_given_again_as_the_same_reference() {
    let retry_grace = RetryGrace::try_from(20).unwrap();
    let mut world = World::with_policy(Policy { rotate_session_tokens: true, retry_grace, ..policy() });
    let first = session(&mut world).session_token().to_string();
    let lost = refresh(&mut world, &first);
    world.clock.pass(5);
    let again = refresh(&mut world, &first);
    assert_eq!(world.host.asked, ["FindSession", "CheckSession", "FindAccount", "DecideAccess"]);
    assert_eq!(again.session_token(), lost.session_token());
    assert!(matches!(world.outcome.as_ref().unwrap().events[..], [Event::AnsweredAgain { .. }]));
    // The same holds for a skip.
    let warned = world.login("erin");
    let [lost, again] = [(); 2].map(|()| world.skip(warned.state_token()));
    assert_eq!((again.session_token(), again.session_token().len()), (lost.session_token(), 125));
    // Once the library has seen this token, any use of the previous one means that somebody has a copy.
    assert!(matches!(authenticate(&mut world, again.session_token()), Verdict::Authenticated(_)));
}

/// CheckSession alone notes a use, and the key may have been rotated meanwhile.
#[test]
fn a_reference_outlives_a_rotation_of_keys_and_ends_with_its_key() {
    let limit = Lifetime::of::<600>();
    let idle = Policy { lifetimes: Lifetimes::default().with_session_idle(limit).unwrap(), ..policy() };
    let mut world = World::with_policy(idle);
    let token = session(&mut world).session_token().to_string();
    world.clock.pass(500);
    assert_eq!(refresh(&mut world, &token).status, 200);
    assert_eq!(record(&mut world).used_at, START.plus_seconds(500));
    let setup = authflow::testkit::Setup::new(idle);
    let until = START.plus_seconds(700);
    let next = || KeyRing::new(Key::new("next", demo::secret(9)).unwrap());
    let before = Key::without_id(demo::secret(7)).unwrap();
    world.api = setup.api(next().with_verifier(before, VerifyWindow { from: START, until }).unwrap());
    let renewed = refresh(&mut world, &token);
    assert_eq!(renewed.status, 200, "{:?}", world.outcome);
    assert_ne!(renewed.session_token(), token, "under the key that signs");
    world.clock.now = until;
    assert_eq!(refresh(&mut world, &token).parts(), invalid());
    assert_eq!(refresh(&mut world, renewed.session_token()).status, 200);
}

fn application() -> Application {
    Application::new(demo::audience().client_id)
}

/// Middleware learns no account from a reference without its record, so it judges the record.
#[test]
fn middleware_identifies_a_reference_by_its_record() {
    let mut world = World::with_policy(Policy { rotate_session_tokens: true, ..policy() });
    let token = session(&mut world).session_token().to_string();
    let verifier = world.api.engine().verifier(&application()).unwrap();
    let audience = demo::audience();
    let verify = |audience, now| verifier.verify(Untrusted::<SessionToken>::new(&token), audience, now);
    let verified = verify(&audience, START).unwrap();
    let device = app().device;
    assert!(verifier.is_held(&verified, &device) && !verifier.is_held(&verified, &elsewhere()));
    let other = authflow::Audience { tenant: None, ..audience };
    assert_eq!(verify(&other, START).unwrap_err(), TokenError::WrongAudience);
    assert_eq!(verify(&audience, START.plus_seconds(43_200)).unwrap_err(), TokenError::Expired);

    let VerifiedSession::NeedsRecord(reference) = verified else { panic!() };
    let kept = *record(&mut world);
    assert_eq!(reference.claims().session, kept.session);
    let identify = |record| verifier.identify(&reference, record, &device, START);
    assert_eq!(identify(Some(kept)), Some(kept));
    assert_eq!(identify(None), None);
    assert_eq!(verifier.identify(&reference, Some(kept), &elsewhere(), START), None);
    assert_eq!(verifier.identify(&reference, Some(kept), &device, kept.expires_at), None);
    let changes: [fn(&mut SessionRecord); 5] = [
        |it| it.session = SessionId::from_bytes([7; 16]),
        |it| it.audience.tenant = None,
        |it| it.generation = 1,
        |it| it.device.digest = DeviceDigest::from_bytes([7; 16]),
        |it| it.expires_at = START,
    ];
    for change in changes {
        let mut changed = kept;
        change(&mut changed);
        assert_eq!(identify(Some(changed)), None, "{changed:?}");
    }
    refresh(&mut world, &token);
    assert_eq!(identify(Some(*record(&mut world))), None, "it was rotated away");
    let foreign = World::of(
        authflow::testkit::Setup::new(policy()).api(KeyRing::new(Key::new("x", demo::secret(9)).unwrap())),
        world.host.clone(),
    );
    let foreign = foreign.api.engine().verifier(&application()).unwrap();
    assert_eq!(foreign.identify(&reference, Some(kept), &device, START), None, "in another ring");
}
