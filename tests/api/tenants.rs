//! The server of a tenant: a token instead of its secret, and new tokens for a session.

use authflow::{
    ClientId, Dialect, TenantId,
    account::AccountStatus,
    outcome::{BodyFault, Event, MemberProblem, TokenRefusal},
    policy::{Policy, SessionTokenForm},
    testkit::{
        Answer, Call, HostFault, Setup, World,
        demo::{self, CREDENTIAL, START},
        forge::{Forge, TenantClaims},
        refusal,
    },
    token::TenantServer,
};
use serde_json::{Value, json};

fn token(world: &mut World) -> String {
    world.send(&Call::tenant_token(demo::ISV, CREDENTIAL)).text("access_token").to_string()
}

fn session(world: &mut World) -> String {
    world.login("alice").session_token().to_string()
}

fn no_credential() -> (u16, Value) {
    refusal("IDAAS.TENANT.COM.0101", "The access token is invalid or expired")
}

fn invalid() -> (u16, Value) {
    refusal("IDAAS.SDK.PARAM.0023", "Invalid or expired session token")
}

fn reason(world: &World) -> TokenRefusal {
    match world.outcome.as_ref().unwrap().events.last() {
        Some(Event::TokenRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

fn form(body: &str) -> Call {
    Call::tenant_token("", "").with_body(body)
}

#[test]
fn a_secret_gets_a_token_that_is_a_credential_for_half_an_hour() {
    let mut world = World::new();
    let answer = world.send(&Call::tenant_token(demo::ISV, CREDENTIAL));
    assert_eq!(world.host.asked, ["VerifyClientSecret"]);
    let access_token = answer.text("access_token");
    assert!(access_token.starts_with("tenantToken-"));
    let expected = json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 1_800 });
    assert_eq!(answer.parts(), (200, expected));
    assert_eq!(
        world.outcome.as_ref().unwrap().events,
        [Event::TenantTokenIssued { server: TenantServer::Tenant(demo::tenant()) }]
    );

    let session = session(&mut world);
    let issued = world.send(&Call::issue_ticket(&session).bearing(access_token));
    assert_eq!(issued.status, 200);
    assert_eq!(
        world.host.asked,
        ["CheckSession", "FindAccount", "DecideAccess"],
        "and nobody is asked whose it is"
    );
    let redeemed = world.send(&Call::redeem_ticket(issued.text("sso_ticket")).bearing(access_token));
    assert_eq!(redeemed.text("id"), "id-alice");

    world.clock.now = START.plus_seconds(60);
    let later = token(&mut world);
    for (seconds, first, second) in
        [(1_799, 200, 200), (1_800, 400, 200), (1_859, 400, 200), (1_860, 400, 400)]
    {
        world.clock.now = START.plus_seconds(seconds);
        let mut with = |token: &str| world.send(&Call::issue_ticket(&session).bearing(token)).status;
        assert_eq!((with(access_token), with(&later)), (first, second), "{seconds}");
    }
    assert_eq!(world.send(&Call::issue_ticket(&session).bearing(access_token)).parts(), no_credential());
    assert!(world.host.asked.is_empty(), "the host has no word in it");
    assert_eq!(
        world.send(&Call::issue_ticket(&session)).status,
        200,
        "its own credentials are taken as before"
    );
}

#[test]
fn what_is_nobodys_gets_none() {
    let mut world = World::new();
    for (client_id, secret) in [
        (demo::ISV, "wrong"),
        (demo::ORDINARY, CREDENTIAL),
        ("unknown", CREDENTIAL),
        (demo::ISV, demo::PASSWORD),
    ] {
        let answer = world.send(&Call::tenant_token(client_id, secret));
        assert_eq!(answer.parts(), no_credential(), "{client_id} {secret}");
        assert_eq!(world.host.asked, ["VerifyClientSecret"]);
        assert_eq!(world.outcome.as_ref().unwrap().events, [Event::TenantCredentialRefused]);
    }
    for fault in [HostFault::Unavailable("VerifyClientSecret"), HostFault::AnswerLost("VerifyClientSecret")] {
        world.host.fault = Some(fault);
        assert_eq!(world.send(&Call::tenant_token(demo::ISV, CREDENTIAL)).status, 500);
    }
}

#[test]
fn a_token_is_of_its_server_alone() {
    let mut world = World::new();
    let alices = session(&mut world);
    let ring = demo::ring();
    let mint = |server: TenantServer| {
        let claims = TenantClaims { server, issued_at: START, expires_at: START.plus_seconds(60) };
        Forge::of(&ring).tenant_tokens().mint(&claims).expose().to_string()
    };
    let isv = ClientId::new(demo::ISV).unwrap();
    for (server, is_own) in [
        (TenantServer::Tenant(demo::tenant()), true),
        (TenantServer::Tenant(TenantId::new("another").unwrap()), false),
        (TenantServer::Application(isv), false),
        (TenantServer::Application(ClientId::new(demo::TENANT).unwrap()), false),
    ] {
        let bearer = mint(server);
        for call in [Call::issue_ticket(&alices), Call::refresh_for_tenant(&alices)] {
            let answer = world.send(&call.bearing(&bearer));
            assert_eq!(answer.status == 200, is_own, "{server:?}");
            if !is_own {
                assert_eq!((answer.parts(), reason(&world)), (invalid(), TokenRefusal::OtherTenant));
                assert!(world.host.asked.is_empty());
            }
        }
    }
    // No other token is a server's token, and a server's token is good for nothing else.
    let own = mint(TenantServer::Tenant(demo::tenant()));
    let forged = own.replacen("tenantToken-A", "tenantToken-B", 1);
    for bearer in [&forged, "tenantToken-", "tenantToken-AAAA", &own[..own.len() - 1]] {
        assert_eq!(world.send(&Call::issue_ticket(&alices).bearing(bearer)).parts(), no_credential());
        assert!(world.host.asked.is_empty(), "{bearer}");
    }
    for bearer in [&alices, "TenantToken-x"] {
        assert_eq!(world.send(&Call::issue_ticket(&alices).bearing(bearer)).parts(), no_credential());
        assert_eq!(world.host.asked, ["VerifyTenantCredential"], "{bearer}");
    }
    assert_eq!(world.check_exist(&own).status, 400);
    assert_eq!(world.send(&Call::refresh(&own)).parts(), invalid());
}

#[test]
fn a_form_must_be_one_and_say_all_three() {
    let mut world = World::new();
    let missing = |name| BodyFault::Member { name, problem: MemberProblem::Missing };
    for (body, fault) in [
        ("", missing("grant_type")),
        ("client_id=a&client_secret=b", missing("grant_type")),
        ("grant_type=client_credentials&client_secret=b", missing("client_id")),
        ("grant_type=client_credentials&client_id=+&client_secret=b", missing("client_id")),
        ("grant_type=client_credentials&client_id=a", missing("client_secret")),
        ("grant_type=client_credentials&client_id=a&client_secret=", missing("client_secret")),
        (
            "grant_type=password&client_id=a&client_secret=b",
            BodyFault::Member { name: "grant_type", problem: MemberProblem::NotClientCredentials },
        ),
        (
            "grant_type=client_credentials&client_id=a%00&client_secret=b",
            BodyFault::Member { name: "client_id", problem: MemberProblem::Malformed },
        ),
        (
            "grant_type=client_credentials&client_id=a&client_id=b&client_secret=b",
            BodyFault::Member { name: "client_id", problem: MemberProblem::Repeated },
        ),
        (
            "grant_type=client_credentials&client_id=a&client_secret=%ZZ",
            BodyFault::Member { name: "client_secret", problem: MemberProblem::Malformed },
        ),
    ] {
        let answer = world.send(&form(body));
        assert_eq!((answer.status, answer.text("error_code")), (400, "IDAAS.SDK.PARAM.0101"), "{body}");
        assert_eq!(world.outcome.as_ref().unwrap().events, [Event::BodyRefused(fault)], "{body}");
        assert!(world.host.asked.is_empty());
    }
    let json = form("{}").with_header("Content-Type", "application/json");
    let told = world.send(&json);
    assert!(
        told.text("error_msg").ends_with("Content-Type must be application/x-www-form-urlencoded"),
        "{told:?}"
    );
    let other = world.send(&form("grant_type=x&client_id=a&client_secret=b"));
    assert!(other.text("error_msg").ends_with("grant_type must be client_credentials"), "{other:?}");
    let encoded = CREDENTIAL.replace('-', "%2D");
    let body =
        format!("scope=x&client_secret={encoded}&client_id={}&grant_type=client%5Fcredentials", demo::ISV);
    assert_eq!(world.send(&form(&body)).status, 200);
    assert_eq!(
        world.send(&Call { method: "GET".into(), ..Call::tenant_token(demo::ISV, CREDENTIAL) }).status,
        405
    );
}

#[test]
fn a_tenants_server_has_a_sessions_tokens_made_anew() {
    for session_token_form in [SessionTokenForm::SelfContained, SessionTokenForm::Reference] {
        let mut world = World::with_policy(Policy { session_token_form, ..demo::policy() });
        let session = session(&mut world);
        let refreshed = world.send(&Call::refresh_for_tenant(&session));
        let found: &[_] =
            if session_token_form == SessionTokenForm::Reference { &["FindSession"] } else { &[] };
        let asked = ["CheckSession", "FindAccount", "DecideAccess"];
        assert_eq!(world.host.asked, [&["VerifyTenantCredential"], found, &asked].concat());
        let mut members: Vec<_> = refreshed.body.as_object().unwrap().keys().collect();
        members.sort();
        assert_eq!(members, ["expire", "id_token", "session_token"]);
        assert_eq!(world.check_exist(refreshed.id_token()).status, 200);
    }
}

#[test]
fn a_rotation_by_a_tenants_server_retires_the_token_as_any_other() {
    let mut world = World::with_policy(Policy { rotate_session_tokens: true, ..demo::policy() });
    let first = session(&mut world);
    let second = world.send(&Call::refresh_for_tenant(&first)).session_token().to_string();
    assert_ne!(first, second);
    assert_eq!(world.send(&Call::refresh(&second)).status, 200, "the device goes on with it");
    assert_eq!(world.send(&Call::refresh_for_tenant(&first)).parts(), invalid());
    assert_eq!(world.host.ended.len(), 1, "two had it");
}

#[test]
fn a_refresh_for_a_tenant_takes_the_device_and_the_subject_as_they_are() {
    type Change = (fn(&mut World), TokenRefusal);
    let changes: [Change; 3] = [
        (|world| world.host.ended.extend(world.host.sessions.keys().copied()), TokenRefusal::SessionEnded),
        (
            |world| world.change("alice", |it| it.status = AccountStatus::Disabled),
            TokenRefusal::AccountInactive,
        ),
        (|world| world.change("alice", |_| ()), TokenRefusal::AccountChanged),
    ];
    for (change, why) in changes {
        let mut world = World::new();
        let session = session(&mut world);
        change(&mut world);
        assert_eq!(world.send(&Call::refresh_for_tenant(&session)).parts(), invalid());
        assert_eq!(reason(&world), why);
    }
    let mut world = World::new();
    let session = session(&mut world);
    let elsewhere = Call::refresh_for_tenant(&session).with_fingerprint("another");
    assert_eq!(world.send(&elsewhere).parts(), invalid());
    world.host.denied = true;
    assert_eq!(world.send(&Call::refresh_for_tenant(&session)).parts(), invalid());
    world.host.denied = false;
    assert_eq!(world.send(&Call::refresh_for_tenant(&session).bearing("nonsense")).parts(), no_credential());
}

/// The page marks the address as required, and the agent as optional.
#[test]
fn the_address_must_be_there_and_the_agent_need_not() {
    let mut world = World::new();
    let session = session(&mut world);
    let without = |member: &str| {
        let mut body = Call::tenant_body("session_token", &session);
        body.as_object_mut().unwrap().remove(member);
        Call::refresh_for_tenant(&session).with_body(body.to_string())
    };
    let incomplete = refusal("IDAAS.SDK.PARAM.0001", "Device information is incomplete");
    let mut sent = |member: &str| -> Answer { world.send(&without(member)) };
    assert_eq!(sent("agent").status, 200);
    for member in ["device_ip", "operating_sys_version", "device_fingerprint"] {
        assert_eq!(sent(member).parts(), incomplete, "{member}");
    }
    assert_eq!(sent("session_token").parts(), invalid());
}

/// Here the server's credential stands for the signature.
#[test]
fn where_calls_must_be_signed_a_tenants_server_shows_the_token_as_it_is() {
    let setup = Setup { dialect: Dialect::OneAccess, call_key: Some(demo::call_key()), ..Setup::default() };
    let mut world = World::with_setup(setup);
    let session = session(&mut world);
    let refreshed = world.send(&Call::refresh_for_tenant(&session));
    assert_eq!((refreshed.status, refreshed.session_token().len()), (200, 125));
    assert_eq!(
        world.send(&Call::tenant_token(demo::ISV, "wrong")).parts(),
        refusal("COM.0101", "Access token invalid or expired.")
    );
}

#[test]
fn no_secret_and_no_token_of_a_server_is_printed() {
    let mut world = World::new();
    let step = world.begin(&Call::tenant_token(demo::ISV, CREDENTIAL));
    let printed = world.printed(step);
    assert!(printed.contains("VerifyClientSecret") && !printed.contains(CREDENTIAL), "{printed}");
    let token = token(&mut world);
    let session = session(&mut world);
    let step = world.begin(&Call::refresh_for_tenant(&session).bearing(&token));
    let printed = world.printed(step);
    assert!(!printed.contains(&token) && !printed.contains(&session));
}

/// A server refreshes only if the policy says so. Otherwise the server learns nothing, and nothing changes.
#[test]
fn no_server_refreshes_where_the_policy_does_not_say_so() {
    assert!(!Policy::default().refreshes_for_servers);
    let policy = Policy { refreshes_for_servers: false, rotate_session_tokens: true, ..demo::policy() };
    let mut world = World::with_policy(policy);
    let session = session(&mut world);
    assert_eq!(world.send(&Call::refresh_for_tenant(&session)).parts(), invalid());
    let Some(Event::TokenRefused { reason: TokenRefusal::NotForServers, .. }) =
        world.outcome.as_ref().unwrap().events.last()
    else {
        panic!()
    };
    assert!(world.host.ended.is_empty());
    assert_eq!(world.send(&Call::refresh(&session)).status, 200, "its client does");
}
