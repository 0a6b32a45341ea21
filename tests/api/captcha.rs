//! Captchas that are pictures: each is shown, solved and used once, by the device that solved it, for the recipient that it named.

use authflow::testkit::{
    Answer, Call, HeaderList, HostFault, Setup, World,
    demo::{self, EMAIL, ISV, MOBILE, ORDINARY, START},
    refusal,
};
use authflow::{
    AccountId, Application, CaptchaSolution, Dialect, Host, Lifetime, Secret,
    account::{Account, AccountStatus, FindAccount},
    captcha::{Captcha, CaptchaKind, CaptchaPicture, CaptchaPoint, PresentedPoint},
    code::SendPolicy,
    contact::{Channel, Mobile, NumberingPlan, Recipient},
    device::{Caller, Device},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    outcome::{CaptchaRefusal, Event, Fault, NoCaptcha, SendFailure, Verdict},
    password::{PasswordMatch, VerifyPassword},
    policy::Policy,
    step::{AccessDecision, Commit, Committed, DecideAccess, Step},
    token::{SessionVerifier, TokenError, Untrusted},
};
use core::{
    pin::pin,
    task::{Context, Poll, Waker},
};
use serde_json::{Value, json};

const GET: &str = "/api/v2/sdk/captcha";
const VERIFY: &str = "/api/v2/sdk/captcha/verify";
const SMS: &str = "/api/v2/sdk/sms/send";
const MAIL: &str = "/api/v2/sdk/email/send";
const NOBODYS: &str = "+86-19900000000";

/// An application that demands a captcha, which is a picture.
fn demanding() -> Policy {
    Policy { demands_captcha: true, captcha: CaptchaKind::Picture, ..demo::policy() }
}

fn world() -> World {
    World::with_policy(demanding())
}

/// The headers of another device.
fn elsewhere() -> HeaderList {
    demo::device().with("X-device-fingerprint", "another")
}

fn in_ordinary() -> HeaderList {
    demo::device().with("X-client-id", ORDINARY).without("X-tenant-id")
}

fn solve_on(world: &mut World, headers: &HeaderList, sender: &str) -> Answer {
    let shown = world.send(&Call::get(GET).on(headers));
    assert_eq!(shown.status, 200);
    let body = json!({ "point_json": world.host.solution(), "token": shown.text("token"), "sender": sender });
    world.send(&posted(VERIFY, &body, headers))
}

fn posted(path: &str, body: &Value, headers: &HeaderList) -> Call {
    let headers = headers.clone().with("Content-Type", "application/json");
    Call::new("POST", path).on(&headers).with_body(body.to_string())
}

/// A captcha token for a recipient.
fn token(world: &mut World, sender: &str) -> String {
    solve_on(world, &demo::device(), sender).text("captcha_token").into()
}

fn send(world: &mut World, mobile: &str, token: &str) -> Answer {
    let body = json!({ "mobile": mobile, "type": "LOGIN_SMS", "captcha_token": token });
    world.send(&Call::post(SMS, &body))
}

fn invalid() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0004", "Invalid graphic verification code token")
}

fn last_event(world: &World) -> &Event {
    world.outcome.as_ref().unwrap().events.last().unwrap()
}

/// The reason why the latest code was not sent.
#[track_caller]
fn refused(world: &World) -> CaptchaRefusal {
    match last_event(world) {
        Event::CodeNotSent { reason: SendFailure::Captcha(refusal), .. } => *refusal,
        other => panic!("{other:?}"),
    }
}

/// The records of codes that a host keeps. A code that is not sent may change none of it.
fn kept(world: &World) -> (usize, usize, usize, usize) {
    let host = &world.host;
    (host.claims.len(), host.codes.len(), host.sends.len(), host.outbox.len())
}

#[test]
fn a_picture_is_shown_and_solved_and_a_code_is_sent_for_it() {
    let mut world = world();
    let shown = world.send(&Call::get(GET));
    assert_eq!((shown.status, world.host.asked.as_slice()), (200, &["IssueCaptcha"][..]));
    assert!(matches!(last_event(&world), Event::CaptchaShown));
    let token = shown.text("token");
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let body = json!({ "point_json": world.host.solution(), "token": token, "sender": MOBILE });
    let solved = world.send(&Call::post(VERIFY, &body));
    assert_eq!((solved.status, world.host.asked.as_slice()), (200, &["JudgeCaptchaPoint"][..]));
    assert_eq!(solved.parts().1.as_object().unwrap().len(), 1);
    assert!(matches!(last_event(&world), Event::CaptchaPassed));
    assert_eq!(kept(&world), (0, 0, 0, 0), "nothing is written before a code is asked for");

    assert_eq!(send(&mut world, MOBILE, solved.text("captcha_token")).status, 200);
    assert_eq!(world.host.asked, ["FindAccount", "Commit", "Deliver"]);
    assert_eq!(kept(&world), (1, 1, 1, 1));
}

#[test]
fn a_captcha_token_counts_once() {
    let mut world = world();
    let once = token(&mut world, MOBILE);
    assert_eq!(send(&mut world, MOBILE, &once).status, 200);
    world.clock.pass(61);
    let before = kept(&world);
    assert_eq!(send(&mut world, MOBILE, &once).parts(), invalid());
    assert_eq!((refused(&world), kept(&world)), (CaptchaRefusal::Replayed, before));
    let another = token(&mut world, MOBILE);
    assert_eq!(send(&mut world, MOBILE, &another).status, 200, "the next one does");
}

/// Both requests are judged before either is written, and only one code is sent.
#[test]
fn a_captcha_token_counts_once_also_at_once() {
    let mut world = World::with_policy(Policy { sending: SendPolicy::default(), ..demanding() });
    let once = token(&mut world, MOBILE);
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": once });
    let steps = [0, 1].map(|_| {
        let step = world.begin(&Call::post(SMS, &body));
        world.until_commit(step)
    });
    let answers = steps.map(|step| world.finish(step).parts());
    assert_eq!((answers[0].0, &answers[1]), (200, &invalid()));
    assert_eq!(world.host.outbox.len(), 1);
}

#[test]
fn a_captcha_token_is_good_for_180_seconds() {
    let mut world = world();
    let late = token(&mut world, MOBILE);
    world.clock.now = START.plus_seconds(180);
    let expired = refusal("IDAAS.SDK.CAPTCHA.0003", "Graphic verification code token has expired");
    assert_eq!(send(&mut world, MOBILE, &late).parts(), expired);
    assert_eq!(refused(&world), CaptchaRefusal::Token(TokenError::Expired));
    assert!(world.host.asked.is_empty() && kept(&world) == (0, 0, 0, 0));
    world.clock.now = START.plus_seconds(179);
    assert_eq!(send(&mut world, MOBILE, &late).status, 200);
    // The claim of the token is kept for as long as a clock may be behind.
    let [claim] = world.host.claims.values().copied().collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!((claim.opens, claim.keep_until), (None, START.plus_seconds(180 + 300)));
}

/// A number is the same in any spelling. A token for a number is no token for an address.
#[test]
fn a_captcha_token_is_for_its_recipient() {
    let mut world =
        World::with_setup(Setup { numbering: NumberingPlan::new(86).ok(), ..Setup::new(demanding()) });
    for (solved_for, asked_for) in [
        ("+86-13800000000", "13800000000"),
        ("13800000000", "+8613800000000"),
        ("138 0000 0000", "+86 138 0000 0000"),
    ] {
        let own = token(&mut world, solved_for);
        assert_eq!(send(&mut world, asked_for, &own).status, 200, "{solved_for} {asked_for}");
        world.clock.pass(61);
    }
    for other in ["+86-13800000001", "+1-13800000000", NOBODYS] {
        let before = kept(&world);
        let own = token(&mut world, MOBILE);
        assert_eq!(send(&mut world, other, &own).parts(), invalid(), "{other}");
        assert_eq!((refused(&world), kept(&world)), (CaptchaRefusal::OtherRecipient, before));
    }
    let by_mail = token(&mut world, EMAIL);
    let body =
        |token: &str| json!({ "email": "Mona@EXAMPLE.com", "type": "LOGIN_EMS", "captcha_token": token });
    let for_sms = token(&mut world, MOBILE);
    assert_eq!(world.send(&Call::post(MAIL, &body(&for_sms))).parts(), invalid());
    assert_eq!(world.send(&Call::post(MAIL, &body(&by_mail))).status, 200);
}

#[test]
fn a_captcha_token_is_of_its_device_and_application() {
    let mut world = world();
    let own = token(&mut world, MOBILE);
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": own });
    for (headers, reason) in
        [(elsewhere(), CaptchaRefusal::OtherDevice), (in_ordinary(), CaptchaRefusal::OtherApplication)]
    {
        assert_eq!(world.send(&posted(SMS, &body, &headers)).parts(), invalid());
        assert_eq!((refused(&world), kept(&world)), (reason, (0, 0, 0, 0)));
        assert!(world.host.asked.is_empty(), "nobody is looked for");
    }
    // A device counts as the same when its address or its system changes.
    let moved = demo::device().with("X-device-ip", "10.0.0.9").with("X-operating-sys-version", "Android 11");
    assert_eq!(world.send(&posted(SMS, &body, &moved)).status, 200);
}

#[test]
fn what_is_no_captcha_token_is_none() {
    let mut world = world();
    let session = world.login("alice").session_token().to_owned();
    let own = token(&mut world, MOBILE);
    let cut = &own[..own.len() - 1];
    let malformed = CaptchaRefusal::Token(TokenError::Malformed);
    for (presented, reason) in [
        (json!(null), CaptchaRefusal::Missing),
        (json!(""), CaptchaRefusal::Missing),
        (json!("human"), malformed),
        (json!(session), malformed),
        (json!(cut), malformed),
        (json!(format!("{own}---{{}}")), malformed),
        (json!(own.replace("captcha-", "ssoTicket-")), malformed),
    ] {
        let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": presented });
        assert_eq!(world.send(&Call::post(SMS, &body)).parts(), invalid(), "{presented}");
        assert_eq!(refused(&world), reason, "{presented}");
        assert!(world.host.asked.is_empty());
    }
    assert_eq!(send(&mut world, MOBILE, &own).status, 200, "the control");
    // A captcha token is no token of any other kind.
    let as_session = SessionVerifier::verify(
        &world.api.engine().verifier(&Application::new(demo::audience().client_id)).unwrap(),
        Untrusted::new(&own),
        &demo::audience(),
        START,
    );
    assert_eq!(as_session.unwrap_err(), TokenError::Malformed);
}

/// A send that is not carried out leaves the token as it was. A caller need not solve a second picture because they asked too soon.
#[test]
fn a_send_that_is_not_carried_out_does_not_use_the_captcha_up() {
    let mut world = world();
    let first = token(&mut world, MOBILE);
    assert_eq!(send(&mut world, MOBILE, &first).status, 200);
    let kept_before = kept(&world);
    let second = token(&mut world, MOBILE);
    assert_eq!(send(&mut world, MOBILE, &second).text("error_code"), "IDAAS.SDK.CAPTCHA.0101", "too soon");
    assert_eq!(kept(&world), kept_before);
    for question in ["FindAccount", "Commit"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(send(&mut world, MOBILE, &second).status, 500, "{question}");
        assert_eq!(kept(&world), kept_before);
    }
    world.host.fault = None;
    world.clock.pass(61);
    // The account changes between the look at it and the write.
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": second });
    let step = world.begin(&Call::post(SMS, &body));
    let step = world.until_commit(step);
    world.change("mona", |_| ());
    assert_eq!(world.finish(step).parts().0, 400);
    assert_eq!(kept(&world), kept_before);
    assert_eq!(send(&mut world, MOBILE, &second).status, 200);
}

/// A number with an account and a number without one get the same replies, after the same questions and as many writes. This holds
/// from the picture to the code, and for a token that was used already.
#[test]
fn a_captcha_does_not_tell_who_has_an_account() {
    let seen = |prepare: &dyn Fn(&mut World)| {
        let mut world = world();
        prepare(&mut world);
        let mut told = Vec::new();
        let note = |world: &World, answer: Answer| (answer.parts(), world.host.asked.clone(), kept(world));
        let shown = world.send(&Call::get(GET));
        let body =
            json!({ "point_json": world.host.solution(), "token": shown.text("token"), "sender": MOBILE });
        told.push(note(&world, shown));
        let solved = world.send(&Call::post(VERIFY, &body));
        let own = solved.text("captcha_token").to_owned();
        told.push(note(&world, solved));
        for _ in 0..2 {
            let answer = send(&mut world, MOBILE, &own);
            told.push(note(&world, answer));
            world.clock.pass(61);
        }
        told
    };
    let known = seen(&|_| ());
    assert_eq!(known.iter().map(|(answer, ..)| answer.0).collect::<Vec<_>>(), [200, 200, 200, 400]);
    assert_eq!(known[3].0, invalid());
    assert_eq!(seen(&|world| world.account("mona").mobile = None), known, "nobody's");
    assert_eq!(seen(&|world| world.account("mona").status = AccountStatus::Disabled), known, "disabled");
}

#[test]
fn a_picture_is_tried_once_where_it_was_shown() {
    let mut world = world();
    let failed = refusal("IDAAS.SDK.CAPTCHA.0002", "Graphic verification code verification failed");
    let shown = |world: &mut World| {
        world.host.pictures.clear();
        let shown = world.send(&Call::get(GET));
        (shown.text("token").to_owned(), world.host.solution())
    };
    let solution =
        |token: &str, point: &str| json!({ "point_json": point, "token": token, "sender": MOBILE });
    let (token, right) = shown(&mut world);
    let wrong = r#"{"x":999,"y":5}"#;
    for point in [wrong, &right] {
        assert_eq!(world.send(&Call::post(VERIFY, &solution(&token, point))).parts(), failed);
        assert!(matches!(last_event(&world), Event::CaptchaFailed));
    }
    for headers in [elsewhere(), in_ordinary()] {
        let (token, right) = shown(&mut world);
        assert_eq!(world.send(&posted(VERIFY, &solution(&token, &right), &headers)).parts(), failed);
    }
    let unknown = solution(&"0".repeat(32), &right);
    assert_eq!(world.send(&Call::post(VERIFY, &unknown)).parts(), failed);
    assert_eq!(kept(&world), (0, 0, 0, 0));
}

/// If the application has another kind of captcha, these calls have nothing to give. If it has pictures, the host is not asked about another
/// kind.
#[test]
fn each_application_has_one_kind_of_captcha() {
    let own = Policy { demands_captcha: true, ..demo::policy() };
    let mut world = World::with_policy(own);
    let none = refusal(
        "IDAAS.SDK.CAPTCHA.0102",
        "No graphic verification code is available, please try again later",
    );
    let body = json!({ "point_json": r#"{"x":1,"y":5}"#, "token": "0".repeat(32), "sender": MOBILE });
    for call in [Call::get(GET), Call::post(VERIFY, &body)] {
        assert_eq!(world.send(&call).parts(), none);
        assert!(world.host.asked.is_empty());
        assert!(matches!(last_event(&world), Event::NoCaptcha { reason: NoCaptcha::OtherKind }));
    }
    assert_eq!(send(&mut world, MOBILE, "human").status, 200);
    assert_eq!(world.host.asked, ["JudgeCaptcha", "FindAccount", "Commit", "Deliver"]);

    let mut world = self::world();
    world.host.fault = Some(HostFault::Unavailable("JudgeCaptcha"));
    assert_eq!(send(&mut world, MOBILE, "human").parts(), invalid());
    let step = world.begin(&Call::get(GET));
    let Step::IssueCaptcha(question) = step else { panic!("{step:?}") };
    assert_eq!(world.finish(question.answer(None)).parts(), none, "the host has none");
    assert!(matches!(last_event(&world), Event::NoCaptcha { reason: NoCaptcha::Host }));
    for call in [Call::get(GET), Call::post(VERIFY, &body)] {
        let step = world.begin(&call);
        let Step::Done(outcome) = step.unavailable() else { panic!() };
        assert!(matches!(outcome.verdict, Verdict::Busy));
    }
}

/// Clients of the family fetch a picture before each code, even if none is demanded.
#[test]
fn pictures_are_shown_where_none_is_demanded_and_their_tokens_passed_over() {
    let mut world = World::with_policy(Policy { demands_captcha: false, ..demanding() });
    let own = token(&mut world, MOBILE);
    assert_eq!(send(&mut world, NOBODYS, &own).status, 200, "whoever it is for");
    assert_eq!(send(&mut world, MOBILE, &own).status, 200, "and as often as it comes");
    assert!(world.host.claims.is_empty());

    let mut world = self::world();
    let pending = world.login("mona");
    let body = json!({ "type": "MFA_AUTH_SMS", "captcha_token": "nonsense" });
    assert_eq!(world.send(&Call::post(SMS, &body).pending(pending.state_token())).status, 200);
}

/// Once half of the daily sum has been asked for, the library judges the token only after the first commit. That commit has claimed nothing.
#[test]
fn at_half_of_the_sum_a_picture_is_demanded_of_everybody() {
    let sending = SendPolicy::new(Lifetime::of::<1>(), 2).unwrap().with_daily_in_all(2).unwrap();
    let mut world = World::with_policy(Policy { sending, demands_captcha: false, ..demanding() });
    let mona = world.account("mona").clone();
    let id = AccountId::new("another").unwrap();
    let mobile = Mobile::new("+86-13900000000").ok();
    world.host.accounts.push(Account { id, mobile, user_name: None, email: None, ..mona });
    assert_eq!(send(&mut world, MOBILE, "nonsense").status, 200, "passed over");
    let before = kept(&world);
    for mobile in ["+86-13900000000", NOBODYS] {
        assert_eq!(send(&mut world, mobile, "nonsense").parts(), invalid());
        assert_eq!(world.host.asked, ["FindAccount", "Commit"]);
        assert!(world.outcome.as_ref().unwrap().events.contains(&Event::CaptchaDemanded));
        assert_eq!(kept(&world), before);
    }
    let own = token(&mut world, "+86-13900000000");
    assert_eq!(send(&mut world, "+86-13900000000", &own).status, 200);
    assert_eq!(world.host.asked, ["FindAccount", "Commit", "Commit", "Deliver"]);
    assert_eq!(world.host.claims.len(), 1);
    // The first commit claims no token. A host that answers that the token was used has made a mistake.
    let body = json!({ "mobile": NOBODYS, "type": "LOGIN_SMS" });
    let step = world.begin(&Call::post(SMS, &body));
    let ask = world.until::<Commit>(step);
    assert_eq!(world.finish(ask.answer(Committed::Replayed { opened: None })).status, 500);
}

/// The words of each product, with the family's numbers if it has any.
#[test]
fn each_dialect_says_what_is_wrong_with_a_captcha() {
    let told = |dialect| {
        let mut world = World::with_setup(Setup { dialect, ..Setup::new(demanding()) });
        let body = json!({ "point_json": r#"{"x":999,"y":5}"#, "token": "0".repeat(32), "sender": MOBILE });
        let code = |answer: Answer| answer.text("error_code").to_owned();
        let failed = code(world.send(&Call::post(VERIFY, &body)));
        let invalid = code(send(&mut world, MOBILE, "nonsense"));
        let late = token(&mut world, MOBILE);
        world.clock.pass(180);
        let expired = code(send(&mut world, MOBILE, &late));
        let without = |member: &str| {
            let mut body = body.clone();
            body.as_object_mut().unwrap().remove(member);
            Call::post(VERIFY, &body)
        };
        let missing = ["point_json", "token", "sender"].map(|member| code(world.send(&without(member))));
        (failed, invalid, expired, missing)
    };
    let expected = |failed: &str, invalid: &str, expired: &str, missing: [&str; 3]| {
        (failed.to_owned(), invalid.to_owned(), expired.to_owned(), missing.map(str::to_owned))
    };
    assert_eq!(
        told(Dialect::OneAccess),
        expected("CAPTCHA.0002", "CAPTCHA.0004", "CAPTCHA.0003", ["PARAM.0004", "PARAM.0005", "PARAM.0101"])
    );
    let ciam = ["IDAAS.SDK.PARAM.0004", "IDAAS.SDK.PARAM.0005", "IDAAS.SDK.PARAM.0101"];
    let [failed, invalid, expired] =
        ["IDAAS.SDK.CAPTCHA.0002", "IDAAS.SDK.CAPTCHA.0004", "IDAAS.SDK.CAPTCHA.0003"];
    assert_eq!(told(Dialect::Ciam), expected(failed, invalid, expired, ciam));
    let eiam = ["SDK.COMMON.1001"; 3];
    assert_eq!(told(Dialect::Eiam), expected("SDK.CAPTCHA.1101", "SDK.COMMON.1006", "SDK.COMMON.1005", eiam));
}

#[test]
fn a_solution_is_read_strictly_and_before_anything_is_asked() {
    let mut world = world();
    let good = json!({ "point_json": r#"{"x":1,"y":5}"#, "token": "0a".repeat(16), "sender": MOBILE });
    for (member, value, what) in [
        ("point_json", json!("[1,5]"), "point_json must be well-formed"),
        ("point_json", json!(r#"{"x":1}"#), "point_json must be well-formed"),
        ("point_json", json!("x".repeat(257)), "point_json must have at most 256 bytes"),
        ("point_json", json!({ "x": 1, "y": 5 }), "point_json must be a string"),
        ("token", json!("0A".repeat(16)), "token must be well-formed"),
        ("token", json!("0a".repeat(15)), "token must be well-formed"),
        ("sender", json!("erin"), "sender must be well-formed"),
        ("sender", json!(" "), "sender must be there"),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let malformed = refusal("IDAAS.SDK.PARAM.0101", &format!("The request body is malformed: {what}"));
        assert_eq!(world.send(&Call::post(VERIFY, &body)).parts(), malformed, "{body}");
        assert!(world.host.asked.is_empty());
    }
}

/// A point comes in clear, or sealed for the host to open. Its members may be in any order, and the recipient gets its country code.
#[test]
fn the_host_is_asked_for_what_the_client_says() {
    let mut world =
        World::with_setup(Setup { numbering: NumberingPlan::new(86).ok(), ..Setup::new(demanding()) });
    let mut asked = |point: &str| {
        let body = json!({ "point_json": point, "token": "0a".repeat(16), "sender": "138 0000 0000" });
        match world.begin(&Call::post(VERIFY, &body)) {
            Step::JudgeCaptchaPoint(question) => question,
            other => panic!("{other:?}"),
        }
    };
    let question = asked(r#"{"y":5,"x":237}"#);
    assert_eq!(question.recipient, Recipient::new(Channel::Sms, MOBILE).unwrap());
    assert_eq!((question.audience, question.now), (demo::audience(), START));
    assert_eq!(question.id.as_bytes(), &[0x0A; 16]);
    assert!(matches!(question.point, PresentedPoint::Clear(CaptchaPoint { x: 237.0, y: 5.0 })));
    let question = asked("9KzWqGZ/0+4=");
    assert!(matches!(&question.point, PresentedPoint::Sealed(sealed) if sealed.expose() == "9KzWqGZ/0+4="));
}

/// Each picture has its own id and its own seed, and other entropy makes another picture.
#[test]
fn no_two_pictures_are_drawn_alike() {
    let mut world = world();
    let drawn: Vec<_> = (0..20)
        .map(|_| match world.begin(&Call::get(GET)) {
            Step::IssueCaptcha(question) => (*question.id.as_bytes(), *question.seed.as_bytes()),
            other => panic!("{other:?}"),
        })
        .collect();
    let all: Vec<_> = drawn.iter().flat_map(|(id, seed)| [id, seed]).collect();
    for (at, one) in all.iter().enumerate() {
        assert!(all[at + 1..].iter().all(|other| one != other), "{at}");
    }
}

#[test]
fn nothing_of_a_captcha_is_printed() {
    let mut world = world();
    let picture = world.begin(&Call::get(GET));
    let Step::IssueCaptcha(question) = &picture else { panic!("{picture:?}") };
    let seed = format!("{:?}", question.seed.as_bytes());
    assert!(!format!("{picture:?}").contains(&seed));
    let own = token(&mut world, MOBILE);
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": own });
    let step = world.begin(&Call::post(SMS, &body));
    let printed = world.printed(step);
    assert!(!printed.contains(&own) && !printed.contains("13800000000"), "{printed}");
    let mut keyed = CaptchaPicture::new(Vec::new(), Vec::new());
    keyed.secret_key = Some(Secret::new("yMXC583dP4R7uhmq"));
    assert!(!format!("{keyed:?}").contains("yMXC"));
}

/// The same by the operations themselves, as a host with its own routes calls them.
#[test]
fn the_operations_take_typed_values() {
    let mut world = world();
    let engine = world.api.engine().clone();
    let caller = || demo::caller(Device::new("Android 10", "f", "app", None).unwrap());
    let moment = world.moment();
    let Verdict::CaptchaPicture(shown) = world.run(engine.issue_captcha(caller(), moment)).verdict else {
        panic!()
    };
    let point = PresentedPoint::read(&world.host.solution()).unwrap();
    let recipient = Recipient::new(Channel::Sms, MOBILE).unwrap();
    let solution = CaptchaSolution { picture: shown.id, point, recipient };
    let moment = world.moment();
    let step = engine.verify_captcha(caller(), solution.clone(), moment);
    let Verdict::CaptchaToken(issued) = world.run(step).verdict else { panic!() };
    assert_eq!(issued.expires_in, CaptchaSolution::TOKEN_LIFETIME);
    assert!(issued.token.expose().starts_with("captcha-"));
    let moment = world.moment();
    let unknown = Caller { client_id: authflow::ClientId::new("unknown").unwrap(), ..caller() };
    let step = engine.verify_captcha(unknown, solution, moment);
    assert!(matches!(world.run(step).verdict, Verdict::Refused(Fault::ApplicationUnknown)));
    assert_eq!(ISV, demo::audience().client_id.as_str());
}

/// Answers the required questions, and no others.
struct Bare;

impl Host for Bare {
    type Error = std::convert::Infallible;

    async fn find_account(&self, _: &FindAccount) -> Result<Option<Account>, Self::Error> {
        Ok(None)
    }
    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Self::Error> {
        Ok(ask.reserve(None))
    }
    async fn verify_password(&self, _: &VerifyPassword) -> Result<PasswordMatch, Self::Error> {
        Ok(PasswordMatch::Differs)
    }
    async fn settle_attempt(&self, _: &SettleAttempt) -> Result<(), Self::Error> {
        Ok(())
    }
    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, Self::Error> {
        Ok(AccessDecision::Allow)
    }
    async fn commit(&self, _: &Commit) -> Result<Committed, Self::Error> {
        Ok(Committed::Changed)
    }
    fn failed(&self, _: &'static str, error: Self::Error) {
        match error {}
    }
}

#[test]
fn a_host_that_says_nothing_of_captchas_lets_nobody_by() {
    fn ready<F: Future>(future: F) -> F::Output {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("it waits"),
        }
    }
    let mut world = world();
    let Step::IssueCaptcha(question) = world.begin(&Call::get(GET)) else { panic!() };
    assert!(ready(Bare.issue_captcha(&question)).unwrap().is_none());
    let body = json!({ "point_json": r#"{"x":1,"y":5}"#, "token": "0a".repeat(16), "sender": MOBILE });
    let Step::JudgeCaptchaPoint(question) = world.begin(&Call::post(VERIFY, &body)) else { panic!() };
    assert_eq!(ready(Bare.judge_captcha_point(&question)).unwrap(), Captcha::Failed);
}
