//! Tickets, which show a session to the server of a tenant, once.

use super::{invalid, logout, reason, refresh, rotating, session};
use authflow::{
    Dialect, Secret, TenantId,
    account::AccountStatus,
    outcome::TokenRefusal,
    step::CredentialOwner,
    testkit::{
        Call, HostFault, Setup, World,
        demo::{self, PASSWORD, START},
        refusal,
    },
};
use serde_json::{Value, json};

const TICKET: &str = "/api/v2/tenant/sso/session-token/sso-ticket";
const REDEEM: &str = "/api/v2/tenant/sso/sso-ticket/verify";

fn invalid_ticket() -> (u16, Value) {
    refusal("IDAAS.SDK.PARAM.0032", "Invalid or expired sso_ticket")
}

#[test]
fn a_retired_token_makes_no_ticket_either() {
    let mut world = rotating();
    let first = session(&mut world).text("session_token").to_string();
    refresh(&mut world, &first);
    assert_eq!(world.send(&Call::of_tenant(TICKET, "session_token", &first)).parts(), invalid());
    assert_eq!(world.host.ended.len(), 1);
}

#[test]
fn a_ticket_shows_a_session_to_the_tenants_server_once() {
    let mut world = World::new();
    let token = world.login("mona").state_token().to_string();
    world.send(&Call::post("/api/v2/sdk/sms/send", &json!({ "type": "MFA_AUTH_SMS" })).pending(&token));
    let body = json!({ "verify_code": world.code() });
    let granted = world.send(&Call::post("/api/v2/sdk/mfa/sms", &body).pending(&token));

    let issued = world.send(&Call::of_tenant(TICKET, "session_token", granted.text("session_token")));
    assert_eq!(world.host.asked, ["VerifyTenantCredential", "CheckSession", "FindAccount", "DecideAccess"]);
    let ticket = issued.text("sso_ticket").to_string();
    assert!(ticket.starts_with("ssoTicket-"));
    assert_eq!(issued.body, json!({ "sso_ticket": ticket, "expire": 300 }));

    let redeemed = world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket));
    let questions = ["VerifyTenantCredential", "CheckSession", "FindAccount", "DecideAccess", "Commit"];
    assert_eq!(world.host.asked, questions);
    let subject = json!({
        "id": "id-mona", "userName": "mona", "name": "MONA", "mobile": demo::MOBILE, "email": demo::EMAIL,
    });
    assert_eq!(redeemed.parts(), (200, subject));
    assert_eq!(world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket)).parts(), invalid_ticket());
    assert_eq!(reason(&world), TokenRefusal::Replayed);
}

#[test]
fn one_access_wraps_whom_a_ticket_stands_for() {
    let mut world = World::with_setup(Setup { dialect: Dialect::OneAccess, ..Setup::new(demo::policy()) });
    let token = session(&mut world).text("session_token").to_string();
    let ticket = world.send(&Call::of_tenant(TICKET, "session_token", &token)).text("sso_ticket").to_string();
    let redeemed = world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket));
    let members: Vec<_> = redeemed.body.as_object().unwrap().keys().cloned().collect();
    assert_eq!((redeemed.status, members.join(" ").as_str()), (200, "code data message"));
    assert_eq!(redeemed.body["data"]["userName"], "alice");
}

#[test]
fn a_ticket_lives_300_seconds_and_no_longer_than_its_session() {
    for (later, status) in [(299, 200), (300, 400)] {
        let mut world = World::new();
        let token = session(&mut world).text("session_token").to_string();
        let ticket =
            world.send(&Call::of_tenant(TICKET, "session_token", &token)).text("sso_ticket").to_string();
        world.clock.now = START.plus_seconds(later);
        assert_eq!(world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket)).status, status, "{later}");
    }
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    let ticket = world.send(&Call::of_tenant(TICKET, "session_token", &token)).text("sso_ticket").to_string();
    logout(&mut world, &token);
    assert_eq!(world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket)).parts(), invalid_ticket());
    assert_eq!(world.send(&Call::of_tenant(TICKET, "session_token", &token)).parts(), invalid());
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    let ticket = world.send(&Call::of_tenant(TICKET, "session_token", &token)).text("sso_ticket").to_string();
    world.change("alice", |alice| alice.status = AccountStatus::Disabled);
    assert_eq!(world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket)).parts(), invalid_ticket());
    assert!(world.host.claims.is_empty());
}

#[test]
fn another_tenant_nobody_and_another_device_get_nothing() {
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    let ticket = world.send(&Call::of_tenant(TICKET, "session_token", &token)).text("sso_ticket").to_string();
    let other_tenant = CredentialOwner::Tenant(TenantId::new("another").unwrap());
    world.host.credentials.push((Secret::new("another"), other_tenant));
    let no_credential = refusal("IDAAS.TENANT.COM.0101", "The access token is invalid or expired");
    for (path, member, value, refused) in
        [(TICKET, "session_token", &token, invalid()), (REDEEM, "sso_ticket", &ticket, invalid_ticket())]
    {
        let call = Call::of_tenant(path, member, value);
        for credential in ["another", demo::ORDINARY_CREDENTIAL] {
            assert_eq!(world.send(&call.clone().bearing(credential)).parts(), refused);
            assert_eq!(reason(&world), TokenRefusal::OtherTenant);
        }
        for call in [
            call.clone().bearing("nonsense"),
            call.clone().without_header("Authorization"),
            call.clone().with_header("Authorization", "Basic x"),
        ] {
            assert_eq!(world.send(&call).parts(), no_credential);
        }
        let mut elsewhere = Call::tenant_body(member, value);
        elsewhere["device_fingerprint"] = "another".into();
        assert_eq!(world.send(&call.clone().with_body(elsewhere.to_string())).parts(), refused);
        // A swapped token, a shortened one, and nonsense.
        for other in ["", "nonsense", &value[..value.len() - 1], &token, &ticket] {
            if other != value {
                assert_eq!(world.send(&Call::of_tenant(path, member, other)).parts(), refused, "{other}");
            }
        }
    }
    assert!(world.host.claims.is_empty());
    assert_eq!(
        world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket)).status,
        200,
        "none of that has used it up"
    );
}

#[test]
fn an_ordinary_application_has_a_server_without_a_tenant() {
    let mut world = World::new();
    world.account("alice").tenant = None;
    let headers = demo::device().with("X-client-id", demo::ORDINARY);
    let token = world.send(&Call::login("alice", PASSWORD).on(&headers)).text("session_token").to_string();
    assert_eq!(
        world.send(&Call::of_tenant(TICKET, "session_token", &token)).parts(),
        invalid(),
        "a tenant's server"
    );
    let issued = world.send(&Call::issue_ticket(&token).bearing(demo::ORDINARY_CREDENTIAL));
    let redeemed = Call::redeem_ticket(issued.text("sso_ticket")).bearing(demo::ORDINARY_CREDENTIAL);
    assert_eq!(world.send(&redeemed).body["userName"], "alice");
}

#[test]
fn a_tenants_body_says_what_headers_say_elsewhere() {
    let mut world = World::new();
    let call = Call::issue_ticket("x");
    let device = refusal("IDAAS.SDK.PARAM.0001", "Device information is incomplete");
    for member in ["operating_sys_version", "device_fingerprint", "agent"] {
        let mut body = Call::tenant_body("session_token", "x");
        body.as_object_mut().unwrap().remove(member);
        let call = call.clone().with_body(body.to_string());
        assert_eq!(world.send(&call).parts(), device, "{member}");
    }
    let mut body = Call::tenant_body("session_token", "x");
    body["device_ip"] = "nonsense".into();
    assert_eq!(world.send(&call.clone().with_body(body.to_string())).parts(), invalid(), "it is only logged");
    let malformed =
        refusal("IDAAS.SDK.PARAM.0101", "The request body is malformed: it must be a JSON object");
    let torn = call.with_body(b"{");
    assert_eq!(world.send(&torn).parts(), malformed);
    assert_eq!(world.send(&torn.with_header("X-L", "zh")).text("error_msg"), "请求体格式错误:须为JSON对象");
    assert!(world.host.asked.is_empty());
}

#[test]
fn a_host_that_fails_uses_up_no_ticket() {
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    for question in ["VerifyTenantCredential", "CheckSession", "FindAccount", "DecideAccess"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(world.send(&Call::of_tenant(TICKET, "session_token", &token)).status, 500, "{question}");
    }
    world.host.fault = None;
    let ticket = world.send(&Call::of_tenant(TICKET, "session_token", &token)).text("sso_ticket").to_string();
    for question in ["VerifyTenantCredential", "CheckSession", "FindAccount", "DecideAccess", "Commit"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket)).status, 500, "{question}");
    }
    world.host.fault = None;
    assert_eq!(world.send(&Call::of_tenant(REDEEM, "sso_ticket", &ticket)).status, 200);
}
