//! Every field of a state token, changed one at a time and signed again with the right key. The library compares
//! everything that the token is bound to.

use authflow::testkit::forge::{Forge, StateClaims};
use authflow::testkit::{
    Call, World,
    demo::{self, PASSWORD, START},
    invalid_state_token,
};
use authflow::{
    AccountId, ClientId, TenantId, Timestamp, TokenId,
    account::Revision,
    device::{Binding, Bindings},
    factor::FactorSet,
    policy::Policy,
    token::{DeviceDigest, Stage, Untrusted},
};
use serde_json::{Value, json};

const OTHER: DeviceDigest = DeviceDigest::from_bytes([0x55; 16]);

/// A change of one field, with its name.
type Change<C> = (&'static str, fn(&mut C));
const SKIP: &str = "/api/v2/sdk/pwd/skip-update";

fn client(id: &str) -> ClientId {
    ClientId::new(id).unwrap()
}

fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

/// A world that binds a pending login to everything a device says.
fn world() -> World {
    let bindings = Bindings { ip: Binding::Refuse, os: Binding::Refuse, agent: Binding::Refuse };
    World::with_policy(Policy { bindings, ..demo::policy() })
}

fn state_claims(text: &str) -> StateClaims {
    Forge::of(&demo::ring()).state_tokens().verify(Untrusted::new(text), START).unwrap().claims().clone()
}

fn state_token(claims: &StateClaims) -> String {
    Forge::of(&demo::ring()).state_tokens().mint(claims).expose().into()
}

#[test]
fn a_state_token_is_bound_to_all_that_it_says() {
    let login = |world: &mut World| state_claims(world.login("erin").state_token());
    let changes: [Change<StateClaims>; 24] = [
        ("application", |it| it.audience.client_id = client(demo::ORDINARY)),
        ("application, another spelling", |it| it.audience.client_id = client(&demo::ISV.to_lowercase())),
        ("no tenant", |it| it.audience.tenant = None),
        ("tenant", |it| it.audience.tenant = TenantId::new("another").ok()),
        ("account", |it| it.account = account("id-nobody")),
        ("account that may not skip", |it| it.account = account("id-victor")),
        ("account, another spelling", |it| it.account = account("id-Erin")),
        ("revision before", |it| it.revision = Revision::new(0).unwrap()),
        ("revision after", |it| it.revision = it.revision.next()),
        ("fingerprint", |it| it.device.fingerprint = OTHER),
        ("address", |it| it.device.ip = Some(OTHER)),
        ("no address", |it| it.device.ip = None),
        ("system", |it| it.device.os = Some(OTHER)),
        ("no system", |it| it.device.os = None),
        ("agent", |it| it.device.agent = Some(OTHER)),
        ("no agent", |it| it.device.agent = None),
        ("system and agent", |it| (it.device.os, it.device.agent) = (it.device.agent, it.device.os)),
        ("password expired", |it| it.stage = Stage::PasswordExpired),
        ("factor required", |it| it.stage = Stage::FactorRequired),
        ("no factor", |it| it.factors = FactorSet::EMPTY),
        ("issued in the future", |it| it.issued_at = START.plus_seconds(31)),
        ("issued at the end of time", |it| it.issued_at = Timestamp::MAX),
        ("expired", |it| it.expires_at = START),
        ("expired before it was issued", |it| it.expires_at = Timestamp::from_unix(0)),
    ];
    for (what, change) in changes {
        let mut world = world();
        let mut claims = login(&mut world);
        change(&mut claims);
        assert_eq!(world.skip(&state_token(&claims)).parts(), invalid_state_token(), "{what}");
        assert!(world.host.sessions.is_empty() && world.host.claims.is_empty(), "{what}");
    }
    let mut world = world();
    let claims = login(&mut world);
    assert_eq!(world.skip(&state_token(&claims)).text("status"), "SUCCESS", "the control");
    assert_eq!(world.skip(&state_token(&claims)).parts(), invalid_state_token(), "the id, used");
    let fresh = StateClaims { id: TokenId::from_bytes([7; 16]), ..claims.clone() };
    assert_eq!(
        world.skip(&state_token(&fresh)).text("status"),
        "SUCCESS",
        "the id alone says that it was used"
    );
}

/// The whole login must end within half an hour of its first step, whatever times its tokens have.
#[test]
fn a_state_token_does_not_lengthen_the_login() {
    for (ago, left) in [(0, 600), (1200, 600), (1201, 599), (1799, 1)] {
        let mut world = world();
        let mut claims = state_claims(world.login("eve").state_token());
        claims.auth_start = START.minus_seconds(ago);
        let token = state_token(&claims);
        let send = json!({ "type": "MFA_AUTH_SMS" });
        assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &send).pending(&token)).status, 200);
        let code = json!({ "verify_code": world.code() });
        let warned = world.send(&Call::post("/api/v2/sdk/mfa/sms", &code).pending(&token));
        let next = state_claims(warned.state_token());
        assert_eq!(
            (next.auth_start, next.expires_at),
            (claims.auth_start, START.plus_seconds(left)),
            "{ago}"
        );
    }
}

/// Each stage against each call that takes a state token.
#[test]
fn a_state_token_serves_the_calls_of_its_own_stage() {
    let new_password = json!({ "old_password": PASSWORD, "new_password": "Battery-Staple-8" });
    let by_code = json!({ "verify_code": "012345", "new_password": "Battery-Staple-8" });
    let code = json!({ "verify_code": "012345" });
    let of_type = |of_type: &str| json!({ "type": of_type });
    let (warn, expired, factor) = (Stage::PasswordExpiring, Stage::PasswordExpired, Stage::FactorRequired);
    let calls: [(&str, Value, &[Stage]); 11] = [
        (SKIP, Value::Null, &[warn]),
        ("/api/v2/sdk/pwd/update", new_password, &[warn, expired]),
        ("/api/v2/sdk/after-login/pwd/update-by-mobile", by_code.clone(), &[warn, expired]),
        ("/api/v2/sdk/after-login/pwd/update-by-email", by_code, &[warn, expired]),
        ("/api/v2/sdk/mfa/sms", code.clone(), &[factor]),
        ("/api/v2/sdk/mfa/email", code.clone(), &[factor]),
        ("/api/v2/sdk/mfa/totp", code, &[factor]),
        ("/api/v2/sdk/sms/send", of_type("MFA_AUTH_SMS"), &[factor]),
        ("/api/v2/sdk/email/send", of_type("MFA_AUTH_EMS"), &[factor]),
        ("/api/v2/sdk/sms/send", of_type("CHANGE_PWD_SMS"), &[warn, expired]),
        ("/api/v2/sdk/email/send", of_type("CHANGE_PWD_EMS"), &[warn, expired]),
    ];
    let mut world = world();
    let claims = state_claims(world.login("eve").state_token());
    for (path, body, takes) in &calls {
        for stage in Stage::ALL {
            let call = Call::post(path, body)
                .pending(&state_token(&StateClaims { stage: *stage, ..claims.clone() }));
            world.send(&call);
            // A call that is not for this stage is refused before the account is looked for.
            assert_eq!(world.host.asked.is_empty(), !takes.contains(stage), "{path} {stage:?}");
        }
    }
}
