//! Codes for a new contact: where they go, against whom they are counted, and that they do not reveal who has the contact.

use super::{
    NEW, OLD, SMS, asked, asked_by, done, events, invalid_id_token, replace, send, signed_in, with_policy,
    world, wrong_code,
};
use authflow::testkit::{Call, World, demo, refusal};
use authflow::{
    CodeRequest, Lifetime, Secret,
    code::{CodePurpose, SendRefusal},
    contact::Channel,
    device::Caller,
    outcome::{Event, Fault, MemberProblem, ProofRefusal, SendFailure, Verdict},
    policy::{Policy, ReplacedContacts},
    token::Untrusted,
};
use serde_json::json;

const MONAS: &str = "+86-13800000000";

/// A taken number and a free one get the same bytes after the same questions, and a code.
#[test]
fn a_send_says_nothing_of_who_has_the_number() {
    let sent = |mobile: &str| {
        let mut world = world();
        let mine = signed_in(&mut world, "alice");
        let answer = world.send(&send(mobile, mine.id_token()));
        let decoy = world.host.outbox.last().unwrap().decoy;
        (answer.parts(), answer.bytes, world.host.asked.clone(), decoy, world.host.sends.len())
    };
    assert_eq!(sent(NEW), sent(MONAS));
    assert!(!sent(MONAS).3);
}

/// A session is needed, so no stranger can have a code sent as for a new contact.
#[test]
fn who_asks_is_signed_in() {
    let mut world = world();
    let bare = Call::post(SMS, &json!({ "mobile": NEW, "type": "UPDATE_MOBILE_SMS" }));
    let missing = refusal("IDAAS.SDK.PARAM.0015", "IdToken cannot be empty");
    assert_eq!(world.send(&bare).parts(), missing);
    assert_eq!(world.send(&bare.bearing("nonsense")).parts(), invalid_id_token());
    let mine = signed_in(&mut world, "alice");
    let elsewhere = send(NEW, mine.id_token()).with_fingerprint("another");
    assert_eq!(world.send(&elsewhere).parts(), invalid_id_token(), "on the device that signed in");
    let token = world.login("mona").state_token().to_owned();
    let pending = send(NEW, mine.id_token()).pending(&token);
    assert_eq!(world.send(&pending).status, 400, "of no pending login");

    // The call for strangers sends none either.
    let request = CodeRequest {
        purpose: CodePurpose::UpdateContact,
        channel: Channel::Sms,
        recipient: Some(Secret::new(NEW)),
        captcha_token: None,
    };
    let caller = Caller::from_headers(&demo::device()).unwrap();
    let (engine, moment) = (world.api.engine().clone(), world.moment());
    let outcome = world.run(engine.send_code(caller, Untrusted::new(b""), request, moment));
    let Verdict::Refused(Fault::RequestMalformed(wrong)) = outcome.verdict else { panic!() };
    assert_eq!(
        format!("{wrong:?}"),
        format!(
            "{:?}",
            authflow::outcome::BodyFault::Member { name: "type", problem: MemberProblem::NotTaken }
        )
    );
    assert!(world.host.outbox.is_empty());
}

#[test]
fn a_number_says_its_country_or_the_tenant_does() {
    let mut world = World::new();
    let mine = signed_in(&mut world, "alice");
    let refused = world.send(&send("139 0000 0007", mine.id_token()));
    assert_eq!(refused.text("error_msg"), "The request body is malformed: mobile must be a mobile number");
    done(&world.send(&send("+86 139 0000 0007", mine.id_token())));
}

/// A send counts against the recipient as a new contact, whoever asks. It also counts against the subject who asks, whatever contact they name. It
/// does not count against the budget for signing in by that number, so nobody can shut the owner out by naming their number.
#[test]
fn a_send_is_counted_to_its_recipient_and_to_who_asks() {
    let mut world = world();
    let (alice, bob) = (signed_in(&mut world, "alice"), signed_in(&mut world, "bob"));
    let too_soon = |world: &World| {
        let [Event::CodeNotSent { reason: SendFailure::Refused(refusal), .. }] = super::events(world) else {
            panic!("{:?}", super::events(world))
        };
        assert_eq!(*refusal, SendRefusal::TooSoon { wait: Lifetime::of::<60>() });
    };
    asked(&mut world, NEW, alice.id_token());
    assert_eq!(world.send(&send(NEW, bob.id_token())).status, 400);
    too_soon(&world);
    assert_eq!(world.send(&send("+86-13900000008", alice.id_token())).status, 400, "to another number");
    too_soon(&world);
    let sign_in = Call::post(SMS, &json!({ "mobile": MONAS, "type": "LOGIN_SMS" }));
    asked(&mut world, MONAS, bob.id_token());
    done(&world.send(&sign_in));
    assert_eq!(world.send(&sign_in).status, 400, "that is the stranger's own");
    world.clock.pass(60);
    done(&world.send(&sign_in));
    asked(&mut world, MONAS, alice.id_token());
    world.clock.pass(60);
    let code = asked(&mut world, "+86-13900000009", bob.id_token());
    assert_eq!(code.len(), 6);

    world.clock.pass(60);
    let mut asker = 0;
    while world.send(&send(&format!("+86-1390000{asker:04}"), alice.id_token())).status == 200 {
        (asker, _) = (asker + 1, world.clock.pass(60));
    }
    assert!((1..=9).contains(&asker), "{asker}");
}

#[test]
fn a_code_is_of_one_contact_account_device_and_time() {
    let mut world = world();
    let (code, mine) = asked_by(&mut world, "alice", NEW);
    let other = signed_in(&mut world, "bob");
    let refused = |world: &mut World, call: Call, why| {
        assert_eq!(world.send(&call).parts(), wrong_code());
        assert_eq!(super::reason(world), why);
    };
    let another = replace("+86-13900000008", &code, mine.id_token());
    refused(&mut world, another, ProofRefusal::NoCode);
    refused(&mut world, replace(OLD, &code, mine.id_token()), ProofRefusal::NoCode);
    refused(&mut world, replace(NEW, &code, other.id_token()), ProofRefusal::Wrong);
    let digits: Vec<_> = (0..10).map(|at| format!("{at}")).collect();
    let almost = format!("{}{}", &code[..5], digits.iter().find(|digit| !code.ends_with(*digit)).unwrap());
    refused(&mut world, replace(NEW, &almost, mine.id_token()), ProofRefusal::Wrong);
    // A code for another purpose does not count, though it went to the same number.
    world.account("alice").mobile = authflow::contact::Mobile::new(NEW).ok();
    world.clock.pass(60);
    done(&world.send(&Call::post(SMS, &json!({ "mobile": NEW, "type": "LOGIN_SMS" }))));
    let sign_in = world.code();
    world.account("alice").mobile = authflow::contact::Mobile::new(OLD).ok();
    if sign_in != code {
        refused(&mut world, replace(NEW, &sign_in, mine.id_token()), ProofRefusal::Wrong);
    }
    done(&world.send(&replace(NEW, &code, mine.id_token())));
    refused(&mut world, replace(NEW, &code, mine.id_token()), ProofRefusal::Wrong);

    world.clock.pass(60);
    let code = asked(&mut world, OLD, mine.id_token());
    world.change("alice", |_| ());
    assert_eq!(world.send(&replace(OLD, &code, mine.id_token())).parts(), invalid_id_token());
}

/// The daily sum and the captcha are those for strangers, because nobody has proved to own the contact yet. Anybody can register an account to ask
/// with.
#[test]
fn a_send_is_in_the_daily_sum_and_takes_a_captcha_where_one_is_demanded() {
    let policy = Policy { demands_captcha: true, ..demo::policy() };
    let mut world = with_policy(policy);
    let mine = signed_in(&mut world, "alice");
    assert_eq!(world.send(&send(NEW, mine.id_token())).status, 400, "there is none");
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess", "JudgeCaptcha"]);
    let alice = world.account("alice").id;
    let logged = events(&world);
    let is_hers =
        |event: &Event| matches!(event, Event::CodeNotSent { account, .. } if *account == Some(alice));
    assert!(logged.iter().any(is_hers), "{logged:?}");
    assert!(world.host.outbox.is_empty() && world.host.sends.is_empty());
    let body = json!({ "mobile": NEW, "type": "UPDATE_MOBILE_SMS", "captcha_token": "a captcha" });
    done(&world.send(&Call::post(SMS, &body).bearing(mine.id_token())));

    let sending = demo::policy().sending.with_daily_in_all(10).unwrap();
    let mut world = with_policy(Policy { sending, ..demo::policy() });
    let alice = signed_in(&mut world, "alice");
    let mut sent = 0;
    while world.send(&send(&format!("+86-1390000{sent:04}"), alice.id_token())).status == 200 {
        (sent, _) = (sent + 1, world.clock.pass(60));
    }
    assert_eq!(sent, 5, "half of the sum");
    assert!(world.host.asked.contains(&"JudgeCaptcha"));
    let sign_in = Call::post(SMS, &json!({ "mobile": MONAS, "type": "LOGIN_SMS" }));
    assert_eq!(world.send(&sign_in).status, 400, "it is one sum");
}

/// No application has this unless its policy says so.
#[test]
fn where_the_policy_does_not_say_so_nothing_is_sent_and_nothing_replaced() {
    let mut world = with_policy(Policy { replaces_contacts: ReplacedContacts::NONE, ..demo::policy() });
    let mine = signed_in(&mut world, "alice");
    let refused = world.send(&send(NEW, mine.id_token()));
    assert_eq!(
        refused.text("error_msg"),
        "The request body is malformed: type must be one that this application takes"
    );
    assert_eq!(world.send(&replace(NEW, "123456", mine.id_token())).parts(), wrong_code());
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess"]);
    assert!(world.host.outbox.is_empty());
}
