//! The host's access decision: when the host is asked, about what, and what a denial reveals, writes and leaves unchanged.

use authflow::testkit::{
    Answer, Call, MemoryHost, Setup, World,
    demo::{self, PASSWORD},
    refusal,
};
use authflow::{
    Dialect, Secret,
    factor::{Factor, FactorSet},
    outcome::{Authentication, Event, Outcome, TokenRefusal},
    policy::Policy,
    step::{AccessDecision, AccessPurpose, Step},
};
use serde_json::{Value, json};

const SMS: &str = "/api/v2/sdk/sms/send";
const BY_MOBILE: &str = "/api/v2/sdk/pwd/update-by-mobile";
const CHANGE: &str = "/api/v2/sdk/pwd/change";
const ALICES: &str = "+86-13800000004";
const NEW: &str = "Battery-Staple-8";

/// The questions of one request.
type Asked = Vec<(AccessPurpose, FactorSet)>;

/// Sends a call to a host that denies one purpose alone. Returns the reply, and what access was asked for.
fn send_denying(world: &mut World, call: &Call, denied: Option<AccessPurpose>) -> (Answer, Asked) {
    let mut step = world.begin(call);
    let mut asked = Asked::new();
    let outcome: Outcome = loop {
        step = match step {
            Step::DecideAccess(ask) => {
                asked.push((ask.about, ask.factors));
                assert_eq!(
                    (ask.audience, ask.device.fingerprint()),
                    (demo::audience(), Some("156aysdna213sac"))
                );
                let is_denied = denied == Some(ask.about);
                ask.answer(if is_denied { AccessDecision::Deny } else { AccessDecision::Allow })
            }
            step => match world.host.answer(step) {
                Ok(step) => step,
                Err(outcome) => break *outcome,
            },
        };
    };
    (world.answer(outcome), asked)
}

fn world(dialect: Dialect) -> World {
    let mut world = World::with_setup(Setup { dialect, ..Setup::default() });
    world.account("alice").mobile = authflow::contact::Mobile::new(ALICES).ok();
    world
}

fn code(world: &mut World, of_type: &str) -> String {
    let sent = world.send(&Call::post(SMS, &json!({ "mobile": ALICES, "type": of_type })));
    assert_eq!(sent.status, 200, "{sent:?}");
    world.code()
}

fn only(factor: Factor) -> FactorSet {
    FactorSet::EMPTY.with(factor)
}

/// The part of a host's records that a denial must leave alone.
fn kept(host: &MemoryHost) -> impl PartialEq + std::fmt::Debug + use<> {
    let passwords: Vec<_> = host
        .accounts
        .iter()
        .map(|it| (it.revision, it.password.as_ref().map(|it| it.verifier.expose().to_owned())))
        .collect();
    (host.sessions.clone(), host.ended.clone(), passwords)
}

fn is_denied(world: &World, about: AccessPurpose) -> bool {
    let account = demo::account("alice").id;
    world.outcome.as_ref().unwrap().events.last()
        == Some(&Event::AccessDenied { account, about, denial: None })
}

/// In every case the reply is the same as for a fault of the presented proof. There is an event, and the commit writes only what it uses up.
fn check(
    world: &mut World,
    call: &Call,
    about: AccessPurpose,
    proof: Factor,
    fault: (u16, Value),
    claims: usize,
) {
    let before = (kept(&world.host), world.host.claims.len());
    let (answer, asked) = send_denying(world, call, Some(about));
    assert_eq!(answer.parts(), fault, "{about:?}");
    assert_eq!(asked, [(about, only(proof))]);
    assert!(is_denied(world, about), "{:?}", world.outcome);
    assert_eq!((kept(&world.host), world.host.claims.len()), (before.0, before.1 + claims), "{about:?}");
}

#[test]
fn a_sign_in_is_denied_with_a_status_of_its_own() {
    let mut world = World::new();
    let denied = (200, json!({ "status": "ACCESS_DENIED" }));
    check(&mut world, &Call::login("alice", PASSWORD), AccessPurpose::SignIn, Factor::Password, denied, 0);
}

#[test]
fn a_denied_recovery_reads_as_a_wrong_code_and_uses_the_code_up() {
    let mut world = world(Dialect::Eiam);
    let code = code(&mut world, "FORGET_PWD_SMS");
    let reset = |code: &str| {
        Call::post(BY_MOBILE, &json!({ "mobile": ALICES, "verify_code": code, "password": NEW }))
    };
    let wrong = world.send(&reset("000000")).parts();
    check(&mut world, &reset(&code), AccessPurpose::Recovery, Factor::Sms, wrong.clone(), 1);
    let again = world.send(&reset(&code));
    assert_eq!(again.parts(), wrong, "a code that was right once is not right again");
}

/// A denied caller learns nothing of a new password either. Only its length and its characters are judged, and those are judged for
/// every caller.
#[test]
fn a_denied_recovery_judges_no_new_password() {
    let mut world = world(Dialect::Eiam);
    world.host.used_passwords.push(Secret::new(NEW));
    let code = code(&mut world, "FORGET_PWD_SMS");
    let body = json!({ "mobile": ALICES, "verify_code": code, "password": NEW });
    let (answer, _) = send_denying(&mut world, &Call::post(BY_MOBILE, &body), Some(AccessPurpose::Recovery));
    let wrong = json!({ "mobile": ALICES, "verify_code": "000000", "password": NEW });
    assert_eq!(answer.parts(), world.send(&Call::post(BY_MOBILE, &wrong)).parts());
}

#[test]
fn of_a_recovery_access_is_asked_only_after_a_right_code() {
    let mut world = world(Dialect::Eiam);
    code(&mut world, "FORGET_PWD_SMS");
    let body = json!({ "mobile": ALICES, "verify_code": "000000", "password": NEW });
    let (_, asked) = send_denying(&mut world, &Call::post(BY_MOBILE, &body), None);
    assert_eq!(asked, []);
}

/// Access is decided before the old password is judged, so that a bearer learns nothing of it.
#[test]
fn a_denied_change_of_ones_own_password_counts_no_guess() {
    let mut world = World::new();
    let id_token = world.login("alice").id_token().to_owned();
    let guesses = world.host.attempts.clone();
    let invalid = refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired");
    for old in [PASSWORD, "wrong"] {
        let body = json!({ "old_password": old, "new_password": NEW });
        let call = Call::post(CHANGE, &body).bearing(&id_token);
        check(&mut world, &call, AccessPurpose::OwnPassword, Factor::Password, invalid.clone(), 0);
    }
    assert_eq!(world.host.attempts, guesses);
    assert_eq!(world.check_exist(&id_token).status, 200, "the session goes on");
}

#[test]
fn a_denied_change_by_code_leaves_the_code() {
    let mut world = world(Dialect::Ciam);
    let id_token = world.login("alice").id_token().to_owned();
    let body = json!({ "verify_code": code(&mut world, "UPDATE_PWD_SMS"), "password": NEW });
    let call = Call::post(BY_MOBILE, &body).bearing(&id_token);
    let invalid = refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired");
    check(&mut world, &call, AccessPurpose::OwnPassword, Factor::Password, invalid, 0);
    assert_eq!(world.send(&call).status, 200);
}

#[test]
fn a_denied_refresh_makes_no_token_and_rotates_nothing() {
    for rotate_session_tokens in [false, true] {
        let mut world = World::with_policy(Policy { rotate_session_tokens, ..demo::policy() });
        let token = world.login("alice").session_token().to_owned();
        let invalid = refusal("IDAAS.SDK.PARAM.0023", "Invalid or expired session token");
        check(&mut world, &Call::refresh(&token), AccessPurpose::Refresh, Factor::Password, invalid, 0);
        assert_eq!(world.send(&Call::refresh(&token)).status, 200, "it may be allowed later");
    }
}

#[test]
fn a_ticket_is_decided_about_twice_and_used_up_by_a_denial() {
    let mut world = World::new();
    let token = world.login("alice").session_token().to_owned();
    let invalid = refusal("IDAAS.SDK.PARAM.0023", "Invalid or expired session token");
    check(&mut world, &Call::issue_ticket(&token), AccessPurpose::Ticket, Factor::Password, invalid, 0);

    let ticket = world.send(&Call::issue_ticket(&token)).text("sso_ticket").to_owned();
    let invalid = refusal("IDAAS.SDK.PARAM.0032", "Invalid or expired sso_ticket");
    let redeem = Call::redeem_ticket(&ticket);
    check(&mut world, &redeem, AccessPurpose::Ticket, Factor::Password, invalid.clone(), 1);
    assert_eq!(world.send(&redeem).parts(), invalid);
}

/// The reply names the subject and no more. The host of a redeem also knows how and where the subject had signed in.
#[test]
fn the_facts_of_a_redeem_say_how_its_subject_had_signed_in() {
    let mut world = World::new();
    let token = world.login("alice").session_token().to_owned();
    let signed_in_at = world.clock.now;
    world.clock.pass(60);
    let ticket = world.send(&Call::issue_ticket(&token)).text("sso_ticket").to_owned();
    let redeemed = world.send(&Call::redeem_ticket(&ticket));
    for member in ["amr", "auth_time", "aud"] {
        assert_eq!(redeemed.body.get(member), None);
    }
    let facts = &world.outcome.as_ref().unwrap().facts;
    assert_eq!(facts.audience, Some(demo::audience()));
    let Some(Authentication { factors, auth_time, .. }) = facts.authentication else { panic!("nothing") };
    assert_eq!((factors, auth_time), (only(Factor::Password), signed_in_at));
    world.send(&Call::redeem_ticket(&ticket));
    assert_eq!(world.outcome.as_ref().unwrap().facts.authentication, None, "it was refused");
}

/// A ticket is not issued. If the policy has changed since, it is not redeemed either.
#[test]
fn an_application_that_issues_no_tickets_shows_no_session() {
    let mut world = World::new();
    let token = world.login("alice").session_token().to_owned();
    let ticket = world.send(&Call::issue_ticket(&token)).text("sso_ticket").to_owned();
    let policy = Policy { issues_tickets: false, ..demo::policy() };
    world.api = Setup::new(policy).api(demo::ring());
    for (call, fault) in [
        (Call::issue_ticket(&token), refusal("IDAAS.SDK.PARAM.0023", "Invalid or expired session token")),
        (Call::redeem_ticket(&ticket), refusal("IDAAS.SDK.PARAM.0032", "Invalid or expired sso_ticket")),
    ] {
        assert_eq!(world.send(&call).parts(), fault);
        let Some(Event::TokenRefused { reason: TokenRefusal::NoTickets, .. }) =
            world.outcome.as_ref().unwrap().events.last()
        else {
            panic!("{:?}", world.outcome)
        };
    }
    assert!(world.host.claims.is_empty());
}
