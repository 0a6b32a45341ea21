//! Settings: defaults that permit, policies that let nobody in, and rules that a reply gives but that are not applied. Findings 22 and 23, K13
//! and K15.

use crate::calls::{NORA, ask};
use authflow::{
    Host, Secret,
    account::{Account, FindAccount},
    captcha::Captcha,
    factor::{FactorSet, TotpSecret},
    flow::{State, graph},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    password::{PasswordMatch, PasswordRules, VerifyPassword},
    policy::Policy,
    step::{AccessDecision, Commit, Committed, DecideAccess, Step},
    testkit::{World, demo},
};
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// A host that implements only what it must.
struct Bare;

impl Host for Bare {
    type Error = Infallible;

    async fn find_account(&self, _: &FindAccount) -> Result<Option<Account>, Infallible> {
        Ok(None)
    }
    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Infallible> {
        Ok(ask.reserve(None))
    }
    async fn verify_password(&self, _: &VerifyPassword) -> Result<PasswordMatch, Infallible> {
        Ok(PasswordMatch::Differs)
    }
    async fn settle_attempt(&self, _: &SettleAttempt) -> Result<(), Infallible> {
        Ok(())
    }
    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, Infallible> {
        Ok(AccessDecision::Deny)
    }
    async fn commit(&self, _: &Commit) -> Result<Committed, Infallible> {
        Ok(Committed::Changed)
    }
    fn failed(&self, _: &'static str, never: Infallible) {
        match never {}
    }
}

#[test]
fn finding_22_the_default_answer_to_a_captcha_refuses() {
    let demanding = Policy { demands_captcha: true, ..demo::policy() };
    let step = World::with_policy(demanding).begin(&ask(NORA, "LOGIN_SMS"));
    let Step::JudgeCaptcha(question) = step else { panic!("the setup of this test asks for no captcha") };
    let answer = pin!(Bare.judge_captcha(&question)).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Ok(judged)) = answer else { panic!("the setup of this test waits") };
    assert_eq!(judged, Captcha::Failed, "finding 22: a host that judges no captchas lets robots pass");
}

/// Whether a policy that lets nobody in is reported to its owner, when the policy is read or when it is checked.
fn is_told(first_factors: &Value) -> bool {
    match serde_json::from_value::<Policy>(json!({ "first_factors": first_factors })) {
        Err(_) => true,
        Ok(policy) => {
            let graph = graph(&policy);
            let leads_in = graph.edges().any(|edge| edge.to == State::SessionIssued);
            !leads_in && !graph.check(FactorSet::EMPTY).is_empty()
        }
    }
}

#[test]
fn finding_23_a_policy_without_first_factors_is_told_of() {
    assert!(is_told(&json!([])), "finding 23: nothing was found wrong with a policy without first factors");
}

/// No call signs in with an authenticator alone.
#[test]
fn finding_23_a_first_factor_that_no_call_takes_is_told_of() {
    assert!(is_told(&json!(["totp"])), "finding 23: a first factor that no call takes was drawn as a way in");
}

/// Whether a client in JavaScript accepts a new password by the pattern that the reply gives it. Without the flag `u`, a class matches one
/// unit of UTF-16 there.
fn passes_in_the_client(rules: &PasswordRules, password: &str) -> bool {
    let pattern = rules.pattern();
    let character = r"^(?:[^\x00-\x1F\x7F-\x9F\u2028\u2029\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF]){";
    let bounds = pattern.strip_prefix(character).and_then(|rest| rest.strip_suffix("}$"));
    let bounds = bounds.and_then(|bounds| bounds.split_once(','));
    let Some((least, most)) = bounds else { panic!("the pattern has another form: read it anew here") };
    let units: Vec<u16> = password.encode_utf16().collect();
    let (mut at, mut characters) = (0, 0);
    while at < units.len() {
        at += match units[at..] {
            [0x00..=0x1F | 0x7F..=0x9F | 0x2028 | 0x2029, ..] => return false,
            [0xD800..=0xDBFF, 0xDC00..=0xDFFF, ..] => 2,
            [0xD800..=0xDFFF, ..] => return false,
            _ => 1,
        };
        characters += 1;
    }
    (least.parse().unwrap()..=most.parse().unwrap()).contains(&characters)
}

/// Whether the rules that the reply gives are the rules that are applied.
fn agree(password: &str) -> bool {
    let rules = PasswordRules::default();
    passes_in_the_client(&rules, password) == rules.accept(&Secret::new(password), None, None).is_ok()
}

#[test]
fn kind_13_a_short_password_of_emoji_is_short_for_both() {
    assert!(agree("😀😀😀😀"), "kind 13: four emoji pass in the client and are too short here");
}

#[test]
fn kind_13_a_long_password_of_emoji_is_long_for_both() {
    assert!(agree(&"😀".repeat(40)), "kind 13: forty emoji are too long in the client and pass here");
}

#[test]
fn kind_13_a_tab_is_refused_by_both() {
    assert!(agree("Battery\tStaple"), "kind 13: a tab passes in the client and not here");
}

#[test]
fn kind_13_a_line_separator_is_the_same_to_both() {
    assert!(agree("Battery\u{2028}Staple"), "kind 13: a line separator passes here and not in the client");
}

/// Ten bytes (sixteen characters of base32) were once the usual length.
#[test]
fn kind_15_a_secret_of_ten_bytes_can_be_kept() {
    let secret = TotpSecret::legacy([1; 10]);
    assert!(secret.is_ok(), "kind 15: an authenticator enrolled long ago cannot be kept");
}
