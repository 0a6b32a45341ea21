//! Social accounts: sign in with one, link one, and take the link away.

mod dialects;
mod exchanges;
mod linking;
mod own_identities;
mod recovery;
mod registering;
mod sign_in;
mod strength;

use authflow::{
    Secret,
    contact::Mobile,
    factor::{Factor, FactorSet},
    outcome::{Event, ProofRefusal, TokenRefusal},
    policy::Policy,
    social::{
        CodeProof, LinkProofs, LinkedBy, MobileSource, Provider, SocialIdentity, SocialSource, Unassociated,
    },
    testkit::{Answer, Call, Link, World, demo, refusal},
};
use serde_json::{Value, json};

const WECHAT: &str = "/api/v2/sdk/login/wechat";
const CARRIER: &str = "/api/v2/sdk/login/aliyun-mobile-auth";
const BIND: &str = "/api/v2/sdk/social/bind";
const BY_PASSWORD: &str = "/api/v2/sdk/social/username-password-bind";
const BY_WECHAT_MOBILE: &str = "/api/v2/sdk/social/wechat-mobile-bind";
const BY_ALIPAY_MOBILE: &str = "/api/v2/sdk/social/alipay-mini-mobile-bind";
const LIST: &str = "/api/v2/sdk/social";
const NORA: &str = "+86-13800000001";

/// Identities sign in, and an identity without a link is linked by any proof.
fn policy() -> Policy {
    let proofs = FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms).with(Factor::Email);
    let demo = demo::policy();
    Policy {
        first_factors: demo.first_factors.with(Factor::Federated),
        unassociated: Unassociated::Bind(LinkProofs::new(proofs).unwrap()),
        allows_unbound_codes: true,
        takes_vouched_mobiles: true,
        ..demo
    }
}

fn world() -> World {
    World::with_policy(policy())
}

fn identity(uid: &str) -> SocialIdentity {
    SocialIdentity::new(Provider::new("weixin").unwrap(), uid).unwrap()
}

/// Makes WeChat vouch for an identity once more, and signs in by it.
fn wechat(world: &mut World, uid: &str) -> Answer {
    let code = format!("code of {uid} {}", world.host.asked.len());
    world.host.social_codes.push((SocialSource::Wechat, Secret::new(code.clone()), identity(uid)));
    world.send(&Call::post(WECHAT, &json!({ "code": code })))
}

/// The token by which an identity without a link is linked.
fn link_token(world: &mut World, uid: &str) -> String {
    let answer = wechat(world, uid);
    assert_eq!(answer.text("status"), "SOCIAL_BIND", "{answer:?}");
    answer.state_token().to_owned()
}

fn by_password(token: &str, name: &str, password: &str) -> Call {
    Call::post(BY_PASSWORD, &json!({ "user_name": name, "password": password })).pending(token)
}

/// Asks for a code, and returns it.
fn code_to(world: &mut World, mobile: &str) -> String {
    let ask = json!({ "mobile": mobile, "type": "BIND_MOBILE_SMS" });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &ask)).status, 200);
    world.host.outbox.last().unwrap().code.expose().to_owned()
}

fn by_code(token: &str, mobile: &str, code: &str) -> Call {
    Call::post(BIND, &json!({ "mobile": mobile, "verify_code": code })).pending(token)
}

/// Makes a source vouch for a mobile once.
fn vouch(world: &mut World, source: MobileSource, token: &str, mobile: &str) {
    let mobile = Mobile::new(mobile).unwrap();
    world.host.mobile_tokens.push((source, Secret::new(token), mobile));
}

/// Links an identity to an account, as if an earlier request had done so.
fn linked(world: &mut World, uid: &str, name: &str) {
    let (account, now) = (world.account(name).id, world.clock.now);
    let linked_by = LinkedBy::bound(FactorSet::EMPTY.with(Factor::Password));
    let link = Link { account, linked_at: now, linked_by };
    world.host.identities.insert((Some(demo::tenant()), identity(uid)), link);
}

fn owner(world: &World, uid: &str) -> Option<String> {
    let key = (Some(demo::tenant()), identity(uid));
    world.host.identities.get(&key).map(|link| link.account.to_string())
}

/// Gives an account a password, and a mobile that is no second factor.
fn reachable(world: &mut World, name: &str) {
    world.change(name, |account| {
        account.password = Some(demo::password(demo::PASSWORD, demo::START));
        account.mobile = account.mobile.take().or_else(|| Mobile::new(NORA).ok());
    });
}

fn events(world: &World) -> &[Event] {
    &world.outcome.as_ref().unwrap().events
}

fn proof_refusal(world: &World) -> ProofRefusal {
    match events(world).last().unwrap() {
        Event::ProofRefused { reason, .. } => *reason,
        other => panic!("{other:?}"),
    }
}

fn token_refusal(world: &World) -> TokenRefusal {
    match events(world).last().unwrap() {
        Event::TokenRefused { reason, .. } => *reason,
        other => panic!("{other:?}"),
    }
}

fn invalid_link() -> (u16, Value) {
    refusal("IDAAS.SDK.COMMON.1007", "state_token parameter error")
}

fn failed_sign_in() -> (u16, Value) {
    refusal("IDAAS.SDK.SOCIAL.0101", "The social sign-in failed")
}
