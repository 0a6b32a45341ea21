//! A signed-in subject replaces their own number or address.

mod bearers;
mod factors;
mod refused;
mod sends;

use authflow::testkit::{Answer, Call, Setup, World, demo, refusal};
use authflow::{
    Lifetime,
    contact::{Channel, EmailAddress, Mobile, NumberingPlan, Recipient},
    outcome::{Event, ProofRefusal},
    policy::{Lifetimes, Policy},
    step::Step,
};
use serde_json::{Value, json};

const SMS: &str = "/api/v2/sdk/sms/send";
const REPLACE: &str = "/api/v2/sdk/profile/update-mobile";
const NEW: &str = "+86-13900000007";
const OLD: &str = "+86-13800000004";

/// alice has a number, and signs in by her password alone.
fn world() -> World {
    with_policy(demo::policy())
}

fn with_policy(policy: Policy) -> World {
    let numbering = NumberingPlan::new(86).ok();
    let mut world = World::with_setup(Setup { numbering, ..Setup::new(policy) });
    world.account("alice").mobile = Mobile::new(OLD).ok();
    // bob also signs in by a password alone.
    let mut bob = demo::account("bob");
    bob.password = Some(demo::password(demo::PASSWORD, demo::START));
    world.host.accounts.push(bob);
    world
}

fn signed_in(world: &mut World, name: &str) -> Answer {
    let answer = world.login(name);
    assert_eq!(answer.text("status"), "SUCCESS");
    answer
}

fn done(answer: &Answer) {
    assert_eq!((answer.status, answer.bytes.len()), (200, 0), "{}", answer.body);
}

fn send(mobile: &str, id_token: &str) -> Call {
    Call::post(SMS, &json!({ "mobile": mobile, "type": "UPDATE_MOBILE_SMS" })).bearing(id_token)
}

fn replace(mobile: &str, code: &str, id_token: &str) -> Call {
    Call::post(REPLACE, &json!({ "mobile": mobile, "verify_code": code })).bearing(id_token)
}

/// Has a code sent to a new number.
fn asked(world: &mut World, mobile: &str, id_token: &str) -> String {
    done(&world.send(&send(mobile, id_token)));
    world.code()
}

/// Has a code sent to a new number, and signs in again. Returns the code, and the session in which it counts.
fn asked_by(world: &mut World, name: &str, mobile: &str) -> (String, Answer) {
    let asker = signed_in(world, name);
    let code = asked(world, mobile, asker.id_token());
    (code, signed_in(world, name))
}

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

fn invalid_id_token() -> (u16, Value) {
    refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired")
}

fn taken() -> (u16, Value) {
    refusal("IDAAS.SDK.USER.0102", "The mobile number or email is used by another user")
}

fn sign_in_again() -> (u16, Value) {
    refusal("IDAAS.SDK.PWD.0103", "Please sign in again first")
}

fn events(world: &World) -> &[Event] {
    &world.outcome.as_ref().unwrap().events
}

fn reason(world: &World) -> ProofRefusal {
    match events(world).last() {
        Some(Event::ProofRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

fn number(text: &str) -> Mobile {
    Mobile::new(text).unwrap()
}

/// The number is typed as people there write it, and sent and kept in full. The session in hand goes on, every other one ends, and the event names
/// the old number.
#[test]
fn a_number_is_replaced_and_the_session_in_hand_goes_on() {
    let mut world = world();
    let other = signed_in(&mut world, "alice");
    let before = world.account("alice").clone();
    let code = asked(&mut world, "139 0000 0007", other.id_token());
    let sent = world.host.outbox.last().unwrap().clone();
    assert!(!sent.decoy && sent.recipient.as_str() == "+8613900000007", "to the new one");
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess", "Commit", "Deliver"]);
    assert_eq!(world.account("alice").revision, before.revision);

    let mine = signed_in(&mut world, "alice");
    done(&world.send(&replace("+86 139-0000-0007", &code, mine.id_token())));
    let asked = ["CheckSession", "FindAccount", "DecideAccess", "ReserveAttempt", "LoadCode", "Commit"];
    assert_eq!(world.host.asked, asked);
    let [Event::ContactReplaced { account, channel: Channel::Sms, before: Some(told) }] = events(&world)
    else {
        panic!("{:?}", events(&world))
    };
    assert_eq!((*account, told.as_str()), (before.id, OLD));
    assert!(!format!("{:?}", events(&world)).contains("138"), "it is not printed");
    let after = world.account("alice").clone();
    assert_eq!(after.mobile.unwrap().as_str(), "+8613900000007");
    assert_eq!(after.revision, before.revision.next());
    assert_eq!(after.factors_changed_at, before.factors_changed_at);

    assert_eq!(world.check_exist(mine.id_token()).status, 200);
    assert_eq!(world.send(&Call::refresh(mine.text("session_token"))).status, 200);
    assert_eq!(world.check_exist(other.id_token()).parts(), invalid_id_token());
    assert_eq!(world.host.ended.len(), 1, "for good, whatever becomes of the revision");
    // Only the new number finds the account now.
    let sign_in = |mobile: &str| {
        Call::post("/api/v2/sdk/login/mobile-pwd", &json!({ "mobile": mobile, "password": demo::PASSWORD }))
    };
    assert_eq!(world.send(&sign_in(NEW)).text("status"), "SUCCESS");
    assert_eq!(world.send(&sign_in(OLD)).status, 400);
}

/// A code to a new phone does not prove the identity of the subject, so even a replacement makes no sign-in recent.
#[test]
fn a_replacement_makes_no_sign_in_recent() {
    let lifetimes = Lifetimes::default().with_code(Lifetime::of::<600>()).unwrap();
    let mut world = with_policy(Policy { lifetimes, ..demo::policy() });
    let (code, mine) = asked_by(&mut world, "alice", NEW);
    world.clock.pass(590);
    done(&world.send(&replace(NEW, &code, mine.id_token())));
    world.clock.pass(10);
    assert_eq!(world.send(&replace(OLD, &code, mine.id_token())).parts(), sign_in_again());
    assert!(matches!(events(&world), [Event::SignInNotRecent { .. }]));
    assert_eq!(world.check_exist(mine.id_token()).status, 200);
}

#[test]
fn it_takes_a_sign_in_of_the_last_ten_minutes() {
    for (later, status) in [(599, 200), (600, 400)] {
        let lifetimes = Lifetimes::default().with_code(Lifetime::of::<600>()).unwrap();
        let mut world = with_policy(Policy { lifetimes, ..demo::policy() });
        let (code, mine) = asked_by(&mut world, "alice", NEW);
        world.clock.pass(later);
        let replaced = world.send(&replace(NEW, &code, mine.id_token()));
        assert_eq!(replaced.status, status, "{later}");
        if status == 400 {
            assert_eq!(replaced.parts(), sign_in_again());
            assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess"]);
        }
    }
}

#[test]
fn a_first_number_replaces_none() {
    let mut world = world();
    world.account("alice").mobile = None;
    let (code, mine) = asked_by(&mut world, "alice", NEW);
    done(&world.send(&replace(NEW, &code, mine.id_token())));
    assert!(matches!(events(&world), [Event::ContactReplaced { before: None, .. }]));
    assert_eq!(world.account("alice").mobile, Some(number(NEW)));
}

/// Two accounts want one number at the same time. One account gets it, and the other learns that it is taken.
#[test]
fn two_at_once_want_one_number() {
    let mut world = world();
    let mut begun = Vec::new();
    for name in ["alice", "bob"] {
        let (code, mine) = asked_by(&mut world, name, NEW);
        let step = world.begin(&replace(NEW, &code, mine.id_token()));
        begun.push(world.until_commit(step));
        assert!(matches!(begun.last(), Some(Step::Commit(_))));
        world.clock.pass(60);
    }
    let answers: Vec<_> = begun.into_iter().map(|step| world.finish(step)).collect();
    done(&answers[0]);
    assert_eq!(answers[1].parts(), taken());
    let has = |world: &mut World, name: &str| world.account(name).mobile == Some(number(NEW));
    assert!(has(&mut world, "alice") && !has(&mut world, "bob"));
}

/// The same rule holds for an address, which a host with its own routes replaces.
#[test]
fn an_address_is_replaced_by_a_typed_call() {
    use authflow::{
        ContactChange, ContactCodeRequest, PresentedToken, Secret, device::Caller, outcome::Verdict,
    };
    let mut world = world();
    world.account("alice").email = EmailAddress::new("Alice@example.com").ok();
    let (asker, mine) = (signed_in(&mut world, "alice"), signed_in(&mut world, "alice"));
    let of = |answer: &Answer| answer.text("session_token").to_owned();
    let (asker, mine) = (of(&asker), of(&mine));
    let presented = |token| PresentedToken::Session(authflow::token::Untrusted::new(token));
    let caller = || Caller::from_headers(&demo::device()).unwrap();
    let engine = world.api.engine().clone();
    let contact = Recipient::new(Channel::Email, "New@Example.com").unwrap();
    let moment = world.moment();
    let request = ContactCodeRequest { contact: contact.clone(), captcha_token: None };
    let step = engine.send_contact_code(caller(), presented(&asker), request, moment);
    assert!(matches!(world.run(step).verdict, Verdict::Done));
    assert_eq!(world.host.outbox.last().unwrap().recipient.as_str(), "new@example.com");
    let (code, moment) = (Secret::new(world.code()), world.moment());
    let change = ContactChange { contact, code };
    let outcome = world.run(engine.change_contact(caller(), presented(&mine), change, moment));
    assert!(matches!(outcome.verdict, Verdict::Done));
    assert_eq!(world.account("alice").email.as_ref().unwrap().as_str(), "new@example.com");
    let [Event::ContactReplaced { before: Some(told), .. }] = &outcome.events[..] else { panic!() };
    assert_eq!(told.as_str(), "Alice@example.com");
    assert_eq!(world.account("alice").mobile, Some(number(OLD)), "the other contact stays");
}
