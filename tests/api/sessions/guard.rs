//! The guard of a host's own routes finds out who made a request.

use super::{refresh, rotating, session};
use authflow::{
    ClientId, Credentials, Lifetime, PresentedToken, Secret, TenantId,
    account::{AccountStatus, UserName},
    device::{Caller, Device, DeviceCookie, DeviceTrait},
    factor::{Factor, FactorSet},
    outcome::{Authenticated, Event, Fault, Grant, TokenRefusal, Verdict},
    policy::{Lifetimes, Policy, RetryGrace},
    session::SessionRecord,
    step::Step,
    testkit::{
        HostFault, World,
        demo::{self, PASSWORD, START},
    },
    token::{TokenError, Untrusted},
};

/// Both tokens of a session.
struct Held {
    bearer: String,
    session: String,
}

impl Held {
    fn presented(&self) -> [PresentedToken<'_>; 2] {
        [
            PresentedToken::Bearer(Untrusted::new(&self.bearer)),
            PresentedToken::Session(Untrusted::new(&self.session)),
        ]
    }
}

fn signed_in(world: &mut World) -> Held {
    let granted = session(world);
    Held { bearer: granted.id_token().into(), session: granted.session_token().into() }
}

fn app() -> Caller {
    Caller::from_headers(&demo::device()).unwrap()
}

fn elsewhere() -> Caller {
    demo::caller(Device::new("Android 10", "another", "Mozilla/5.0", None).unwrap())
}

fn record(world: &mut World) -> &mut SessionRecord {
    world.host.sessions.values_mut().next().unwrap()
}

fn who(verdict: Verdict) -> Authenticated {
    match verdict {
        Verdict::Authenticated(who) => *who,
        other => panic!("{other:?}"),
    }
}

/// The reason for the latest refusal.
fn reason(world: &World) -> TokenRefusal {
    match world.outcome.as_ref().unwrap().events.as_slice() {
        [Event::TokenRefused { reason, .. }] => *reason,
        other => panic!("{other:?}"),
    }
}

/// Asserts that both tokens are refused like nonsense.
#[track_caller]
fn are_refused(world: &mut World, caller: &Caller, held: &Held, expected: TokenRefusal) {
    let kept = (world.host.sessions.clone(), world.host.ended.clone());
    for (presented, fault) in held.presented().into_iter().zip(FAULTS) {
        let verdict = world.authenticate(caller.clone(), presented);
        assert!(matches!(verdict, Verdict::Refused(told) if told == fault), "{presented:?}: {verdict:?}");
        assert_eq!(reason(world), expected, "{presented:?}");
        assert!(["CheckSession", "FindAccount"].starts_with(&world.host.asked), "{:?}", world.host.asked);
    }
    assert_eq!((&world.host.sessions, &world.host.ended), (&kept.0, &kept.1), "{expected:?}");
}

const FAULTS: [Fault; 2] = [Fault::IdTokenInvalid, Fault::SessionTokenInvalid];

#[test]
fn a_bearer_and_a_session_token_say_whose_request_it_is() {
    let mut world = World::new();
    let held = signed_in(&mut world);
    let kept = (world.host.sessions.clone(), world.host.claims.clone());
    world.clock.pass(60);
    for presented in held.presented() {
        let who = who(world.authenticate(app(), presented));
        assert_eq!(world.host.asked, ["CheckSession", "FindAccount"]);
        assert_eq!((who.subject.id, who.audience), (world.account("alice").id, demo::audience()));
        assert_eq!((who.auth_time, who.session), (START, record(&mut world).session));
        assert!(who.has(Factor::Password) && !who.has(Factor::Totp));
        let outcome = world.outcome.as_ref().unwrap();
        assert_eq!((outcome.facts.account, outcome.events.len()), (Some(who.subject.id), 0));
        let reply = world.api.reply(outcome);
        assert_eq!((reply.status(), reply.body()), (200, &b""[..]), "the family has no such call");
    }
    assert_eq!((&world.host.sessions, &world.host.claims), (&kept.0, &kept.1), "nothing is written");
}

#[test]
fn whatever_is_wrong_is_one_refusal() {
    let fresh = || {
        let mut world = World::with_policy(idle(600));
        let held = signed_in(&mut world);
        (world, held)
    };
    let (mut world, held) = fresh();
    let nonsense = Held { bearer: "nonsense".into(), session: "nonsense".into() };
    are_refused(&mut world, &app(), &nonsense, TokenRefusal::Token(TokenError::Malformed));
    // Each token in the place of the other.
    let swapped = Held { bearer: held.session.clone(), session: held.bearer.clone() };
    are_refused(&mut world, &app(), &swapped, TokenRefusal::Token(TokenError::Malformed));
    are_refused(&mut world, &elsewhere(), &held, TokenRefusal::Device(DeviceTrait::Binding));
    assert_eq!(record(&mut world).used_at, START);

    let (mut world, held) = fresh();
    let id = record(&mut world).session;
    world.host.ended.insert(id);
    are_refused(&mut world, &app(), &held, TokenRefusal::SessionEnded);
    let (mut world, held) = fresh();
    world.host.sessions.clear();
    are_refused(&mut world, &app(), &held, TokenRefusal::SessionEnded);

    let (mut world, held) = fresh();
    world.clock.pass(599);
    for presented in held.presented() {
        who(world.authenticate(app(), presented));
    }
    world.clock.pass(600);
    are_refused(&mut world, &app(), &held, TokenRefusal::SessionEnded);

    let (mut world, held) = fresh();
    world.change("alice", |account| account.status = AccountStatus::Disabled);
    are_refused(&mut world, &app(), &held, TokenRefusal::AccountInactive);
    let (mut world, held) = fresh();
    world.change("alice", |_| {});
    are_refused(&mut world, &app(), &held, TokenRefusal::AccountChanged);
    // A host has changed the factors without a new revision.
    let (mut world, held) = fresh();
    world.clock.pass(300);
    world.account("alice").factors_changed_at = START.plus_seconds(200);
    record(&mut world).used_at = world.clock.now;
    are_refused(&mut world, &app(), &held, TokenRefusal::CredentialsChanged);
    let (mut world, held) = fresh();
    let id = world.account("alice").id;
    world.host.accounts.retain(|account| account.id != id);
    are_refused(&mut world, &app(), &held, TokenRefusal::AccountGone);

    // An id token that would live longer still ends with its session.
    let mut world = World::new();
    let held = signed_in(&mut world);
    world.clock.pass(43_200);
    are_refused(&mut world, &app(), &held, TokenRefusal::Token(TokenError::Expired));
    let mut world = World::new();
    let held = signed_in(&mut world);
    record(&mut world).expires_at = START.plus_seconds(7);
    world.clock.pass(7);
    are_refused(&mut world, &app(), &held, TokenRefusal::SessionEnded);
}

#[test]
fn no_token_is_told_from_a_wrong_one_and_asks_nothing() {
    let mut world = World::new();
    let none = Held { bearer: String::new(), session: String::new() };
    let [bearer, token] = none.presented();
    let verdict = world.authenticate(app(), bearer);
    assert!(matches!(verdict, Verdict::Refused(Fault::IdTokenMissing)), "{verdict:?}");
    let verdict = world.authenticate(app(), token);
    assert!(matches!(verdict, Verdict::Refused(Fault::SessionTokenInvalid)), "{verdict:?}");
    assert!(world.host.asked.is_empty());
}

#[test]
fn another_application_or_tenant_has_no_use_for_them() {
    let mut world = World::new();
    let held = signed_in(&mut world);
    let ordinary = Caller { client_id: ClientId::new(demo::ORDINARY).unwrap(), ..app() };
    for (presented, fault) in held.presented().into_iter().zip(FAULTS) {
        let verdict = world.authenticate(ordinary.clone(), presented);
        assert!(matches!(verdict, Verdict::Refused(told) if told == fault), "{verdict:?}");
        assert!(world.host.asked.is_empty(), "{:?}", world.host.asked);
    }
    let unknown = [
        Caller { client_id: ClientId::new("unknown").unwrap(), ..app() },
        Caller { tenant: Some(TenantId::new("another").unwrap()), ..app() },
    ];
    for (other, presented) in unknown.into_iter().zip(held.presented()) {
        let verdict = world.authenticate(other, presented);
        assert!(matches!(verdict, Verdict::Refused(Fault::ApplicationUnknown)), "{verdict:?}");
    }
}

/// The record's device counts, whatever is signed into the token.
#[test]
fn the_record_is_of_the_device() {
    let mut world = World::new();
    let held = signed_in(&mut world);
    let other = engine_signs_in(&mut world, elsewhere().device);
    let device = world.host.sessions[&other.session].device;
    for record in world.host.sessions.values_mut() {
        record.device = device;
    }
    are_refused(&mut world, &app(), &held, TokenRefusal::Device(DeviceTrait::Binding));
}

/// A page makes many requests at once while it renews its token. A request with the previous token is refused and ends nothing, with a
/// grace or without one.
#[test]
fn a_token_that_was_rotated_away_is_refused_and_ends_nothing() {
    let grace = Policy {
        rotate_session_tokens: true,
        retry_grace: RetryGrace::try_from(30).unwrap(),
        ..demo::policy()
    };
    for mut world in [rotating(), World::with_policy(grace)] {
        let mut held = signed_in(&mut world);
        let newer = refresh(&mut world, &held.session).session_token().to_owned();
        let verdict = world.authenticate(app(), held.presented()[1]);
        assert!(matches!(verdict, Verdict::Refused(Fault::SessionTokenInvalid)), "{verdict:?}");
        assert_eq!(reason(&world), TokenRefusal::Rotated);
        assert_eq!(world.host.asked, ["CheckSession"]);
        assert!(world.host.ended.is_empty());
        held.session = newer;
        for presented in held.presented() {
            who(world.authenticate(app(), presented));
        }
        // A token is refused if its generation is later than its record's.
        record(&mut world).generation = 0;
        world.authenticate(app(), held.presented()[1]);
        assert_eq!(reason(&world), TokenRefusal::SessionEnded);
    }
}

#[test]
fn a_use_is_noted_as_with_every_call() {
    let mut world = World::with_policy(idle(600));
    let held = signed_in(&mut world);
    for (passed, noted) in [(29, START), (1, START.plus_seconds(30)), (29, START.plus_seconds(30))] {
        world.clock.pass(passed);
        for presented in held.presented() {
            who(world.authenticate(app(), presented));
            assert_eq!(record(&mut world).used_at, noted);
        }
    }
}

/// A client that has not got the answer to a refresh cannot show a token from it. So a client that shows one has got the answer.
#[test]
fn the_first_sight_of_a_token_ends_its_grace() {
    let policy = Policy {
        rotate_session_tokens: true,
        retry_grace: RetryGrace::try_from(30).unwrap(),
        ..demo::policy()
    };
    let mut world = World::with_policy(policy);
    let held = signed_in(&mut world);
    let newer = refresh(&mut world, &held.session).session_token().to_owned();
    assert!(record(&mut world).unseen_since.is_some());
    who(world.authenticate(app(), PresentedToken::Session(Untrusted::new(&newer))));
    assert_eq!(record(&mut world).unseen_since, None);
}

#[test]
fn access_is_for_sign_in_and_refresh_to_decide() {
    let mut world = World::new();
    let held = signed_in(&mut world);
    world.host.denied = true;
    for presented in held.presented() {
        who(world.authenticate(app(), presented));
    }
    assert_eq!(refresh(&mut world, &held.session).status, 400);
}

#[test]
fn what_the_host_cannot_answer_is_busy() {
    for question in ["CheckSession", "FindAccount"] {
        let mut world = World::new();
        let held = signed_in(&mut world);
        world.host.fault = Some(HostFault::Unavailable(question));
        for presented in held.presented() {
            assert!(matches!(world.authenticate(app(), presented), Verdict::Busy));
        }
    }
}

/// A holder of an application's exported key can write anything into an id token. The session's record says when and how the subject
/// signed in.
#[test]
fn when_and_how_somebody_signed_in_says_the_record() {
    let mut world = World::new();
    let held = signed_in(&mut world);
    world.clock.pass(60);
    let proved = FactorSet::EMPTY.with(Factor::Totp);
    (record(&mut world).auth_time, record(&mut world).factors) = (START.plus_seconds(7), proved);
    for presented in held.presented() {
        let who = who(world.authenticate(app(), presented));
        assert_eq!((who.auth_time, who.factors), (START.plus_seconds(7), proved));
    }
}

#[test]
fn recent_is_less_than_the_time_and_no_further_ahead_than_a_clock_may_be() {
    let mut world = World::new();
    let held = signed_in(&mut world);
    let who = who(world.authenticate(app(), held.presented()[0]));
    let within = Lifetime::of::<300>();
    let always = u64::from(u32::MAX);
    for (seconds, is_recent) in [(0, true), (299, true), (300, false), (always, false)] {
        assert_eq!(who.is_recent(within, START.plus_seconds(seconds)), is_recent, "{seconds} s later");
    }
    // The ring of the demo has the default skew.
    for (seconds, is_recent) in [(30, true), (31, false), (299, false), (always, false)] {
        assert_eq!(who.is_recent(within, START.minus_seconds(seconds)), is_recent, "{seconds} s earlier");
    }
}

fn idle(seconds: u32) -> Policy {
    let limit = Lifetime::from_seconds(seconds).unwrap();
    Policy { lifetimes: Lifetimes::default().with_session_idle(limit).unwrap(), ..demo::policy() }
}

fn engine_signs_in(world: &mut World, device: Device) -> Grant {
    let identifier = UserName::new("alice").unwrap().into();
    let credentials = Credentials { identifier, password: Secret::new(PASSWORD) };
    let moment = world.moment();
    let step: Step = world.api.engine().sign_in(demo::caller(device), credentials, moment);
    match world.run(step).verdict {
        Verdict::SignedIn(grant) => grant,
        other => panic!("{other:?}"),
    }
}

/// Each device holds its own session and no other, even if a fingerprint and a cookie have the same text.
#[test]
fn a_browser_is_recognised_by_its_cookie_and_by_nothing_else() {
    let text = "MDEyMzQ1Njc4OWFiY2RlZg";
    let cookie =
        |text| Device::with_cookie(&DeviceCookie::from_text(text).unwrap(), "Mozilla/5.0", None).unwrap();
    let devices = [
        Device::new("Android 10", text, "Mozilla/5.0", None).unwrap(),
        cookie(text),
        cookie("AAAAAAAAAAAAAAAAAAAAAA"),
        Device::unbound("Mozilla/5.0", None).unwrap(),
    ];
    for (at, own) in devices.iter().enumerate() {
        let mut world = World::with_policy(Policy { allows_unbound: true, ..demo::policy() });
        let grant = engine_signs_in(&mut world, own.clone());
        let held =
            Held { bearer: grant.id_token.expose().into(), session: grant.session_token.expose().into() };
        for (other_at, other) in devices.iter().enumerate() {
            let caller = demo::caller(other.clone());
            if at == other_at {
                for presented in held.presented() {
                    who(world.authenticate(caller.clone(), presented));
                }
            } else {
                are_refused(&mut world, &caller, &held, TokenRefusal::Device(DeviceTrait::Binding));
            }
        }
    }
    // A caller without a binding is refused unless the policy allows it.
    let mut world = World::new();
    let held = signed_in(&mut world);
    let verdict = world.authenticate(demo::caller(devices[3].clone()), held.presented()[0]);
    assert!(matches!(verdict, Verdict::Refused(Fault::DeviceIncomplete)), "{verdict:?}");
}
