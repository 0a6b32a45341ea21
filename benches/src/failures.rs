//! Failures that an outsider must not tell apart: for each call, every reason for which it gives the same refusal.
//!
//! The library's own part of a request is measured: its first step, every answer, and the reply. The host's part, the
//! look-ups, is done before.

use crate::{operation::Operation, sample, skip::ISSUER};
use authflow::testkit::demo;
use authflow::{
    Application, Applications, ClientId, Config, Dialect, Engine, Entropy, Moment,
    account::{Account, AccountStatus, UserName},
    code::{CodeDigest, Delivery, StoredCode},
    contact::{Channel, EmailAddress, Mobile},
    facade::{Reply, Request},
    factor::Factor,
    guess::AttemptRecord,
    password::PasswordMatch,
    policy::Policy,
    sdk::Api,
    step::{Committed, Step},
    token::Issuer,
};
use std::{hint::black_box, rc::Rc};

/// A call that refuses for many reasons, or sends a code to any recipient.
#[derive(Clone, Copy)]
struct Call {
    row: &'static str,
    path: &'static str,
    dialect: Dialect,
    /// A body that names an account, and one that names none.
    bodies: [&'static str; 2],
    /// A code has been sent to the recipient before.
    is_sent: bool,
    status: u16,
}

const BY_NAME: [&str; 2] =
    [r#"{"user_name":"erin","password":"wrong"}"#, r#"{"user_name":"evan","password":"wrong"}"#];
const BY_MOBILE: [&str; 2] = [
    r#"{"mobile":"+86-13800000000","password":"wrong"}"#,
    r#"{"mobile":"+86-13900000000","password":"wrong"}"#,
];
const BY_SMS: [&str; 2] = [
    r#"{"mobile":"+86-13800000000","verify_code":"012345"}"#,
    r#"{"mobile":"+86-13900000000","verify_code":"012345"}"#,
];
const BY_EMAIL: [&str; 2] = [
    r#"{"email":"erin@example.com","verify_code":"012345"}"#,
    r#"{"email":"evan@example.com","verify_code":"012345"}"#,
];
const FORGOTTEN: [&str; 2] = [
    r#"{"mobile":"+86-13800000000","verify_code":"012345","password":"Battery-Staple-8"}"#,
    r#"{"mobile":"+86-13900000000","verify_code":"012345","password":"Battery-Staple-8"}"#,
];
const SEND_SMS: [&str; 2] = [
    r#"{"mobile":"+86-13800000000","type":"LOGIN_SMS"}"#,
    r#"{"mobile":"+86-13900000000","type":"LOGIN_SMS"}"#,
];
const SEND_EMAIL: [&str; 2] = [
    r#"{"email":"erin@example.com","type":"LOGIN_EMS"}"#,
    r#"{"email":"evan@example.com","type":"LOGIN_EMS"}"#,
];

const CALLS: [Call; 10] = [
    call("sign in", "/api/v2/sdk/login", BY_NAME),
    call("by any name", "/api/v2/sdk/login/auth", BY_NAME),
    call("by mobile", "/api/v2/sdk/login/mobile-pwd", BY_MOBILE),
    sent("by SMS code", "/api/v2/sdk/login/mobile-verify-code", BY_SMS),
    call("by SMS, none sent", "/api/v2/sdk/login/mobile-verify-code", BY_SMS),
    sent("by e-mail code", "/api/v2/sdk/login/email-verify-code", BY_EMAIL),
    call("by e-mail, none sent", "/api/v2/sdk/login/email-verify-code", BY_EMAIL),
    Call { dialect: Dialect::Eiam, ..sent("forgotten", "/api/v2/sdk/pwd/update-by-mobile", FORGOTTEN) },
    Call { status: 200, ..call("send by SMS", "/api/v2/sdk/sms/send", SEND_SMS) },
    Call { status: 200, ..call("send by e-mail", "/api/v2/sdk/email/send", SEND_EMAIL) },
];

const fn call(row: &'static str, path: &'static str, bodies: [&'static str; 2]) -> Call {
    Call { row, path, dialect: Dialect::Ciam, bodies, is_sent: false, status: 400 }
}

const fn sent(row: &'static str, path: &'static str, bodies: [&'static str; 2]) -> Call {
    Call { is_sent: true, ..call(row, path, bodies) }
}

/// The reasons for a refusal, or the kinds of recipients of a code.
const REASONS: [&str; 5] = ["wrong", "unknown", "disabled", "locked", "not enrolled"];

/// The rows that the host finds.
struct Found {
    account: Option<Account>,
    attempts: Option<AttemptRecord>,
    code: Option<StoredCode>,
}

/// The operations for every reason of every call.
pub fn operations() -> Vec<Operation> {
    CALLS.iter().flat_map(|call| REASONS.map(|reason| operation(*call, reason))).collect()
}

fn operation(call: Call, reason: &'static str) -> Operation {
    let api = Rc::new(api(call.dialect));
    let attempts = (reason == "locked").then(|| locked(&api).to_bytes());
    let body = call.bodies[usize::from(reason == "unknown")];
    let make = move || Found {
        account: (reason != "unknown").then(|| account(reason)),
        attempts: attempts.as_ref().map(|bytes| AttemptRecord::from_bytes(bytes).expect("a record")),
        code: call.is_sent.then(|| StoredCode {
            digest: CodeDigest::from_bytes(&[1; 32]).expect("a digest"),
            expires_at: sample::EXPIRES_AT,
        }),
    };
    Operation::consuming(call.row, reason, make, move |mut found| {
        let reply = run(&api, call.path, black_box(body), &mut found);
        assert_eq!(black_box(reply).status(), call.status);
    })
}

fn api(dialect: Dialect) -> Api {
    let first_factors = [Factor::Password, Factor::Sms, Factor::Email].into_iter().collect();
    let application = Application {
        policy: Policy { first_factors, recovery: [Channel::Sms].into_iter().collect(), ..Policy::default() },
        dialect,
        ..Application::new(ClientId::new(sample::CLIENT).expect("an id"))
    };
    let issuer = Issuer::new(ISSUER).expect("an issuer");
    let config = Config::new(issuer, sample::ring(), Applications::Fixed(vec![application]));
    Api::new(Engine::new(config).expect("a configuration"))
}

fn account(reason: &str) -> Account {
    let mut account = sample::account(sample::ACCOUNT);
    if reason == "disabled" {
        account.status = AccountStatus::Disabled;
    }
    account.user_name = UserName::new("erin").ok();
    if reason != "not enrolled" {
        account.mobile = Mobile::new("+86-13800000000").ok();
        account.email = EmailAddress::new("erin@example.com").ok();
        account.password = Some(demo::password("Correct-Horse-7", sample::NOW));
    }
    account
}

/// The guesses of an account that is locked.
fn locked(api: &Api) -> AttemptRecord {
    let mut found = Found { account: None, attempts: None, code: None };
    for _ in 0..5 {
        found.account = Some(account("locked"));
        run(api, "/api/v2/sdk/login", BY_NAME[0], &mut found);
    }
    found.attempts.expect("a count")
}

/// Runs a call. Each answer costs no more than a move.
fn run(api: &Api, path: &str, body: &str, found: &mut Found) -> Reply {
    let headers = sample::HEADERS.iter().chain(&[("Content-Type", "application/json")]);
    let headers: Vec<_> = headers.copied().collect();
    let request = Request { method: "POST", path, headers: &headers, body: body.as_bytes(), peer: None };
    let mut step = api.handle(&request, Moment::new(sample::NOW, Entropy::from_bytes([3; 32])));
    loop {
        step = match step {
            Step::FindAccount(ask) => ask.answer(found.account.take()),
            Step::ReserveAttempt(ask) => {
                let reservation = ask.reserve(found.attempts.take());
                found.attempts = Some(reservation.record());
                ask.answer(reservation)
            }
            Step::SettleAttempt(ask) => {
                found.attempts = Some(ask.settle(found.attempts.take()));
                ask.answer(())
            }
            Step::VerifyPassword(ask) => ask.answer(PasswordMatch::Differs),
            Step::LoadCode(ask) => ask.answer(found.code.take()),
            Step::Commit(ask) => ask.answer(Committed::Done),
            Step::Deliver(ask) => ask.answer(Delivery::Delivered),
            Step::Done(outcome) => return api.reply(&outcome),
            other => other.unavailable(),
        };
    }
}
