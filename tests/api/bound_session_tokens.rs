//! Every field of the tokens of a session, changed one at a time and signed again with the right key. The library compares
//! everything that a token is bound to. It ignores what a token says about facts that only the host's record decides.

use authflow::testkit::forge::{Forge, IdClaims, IdentityClaims, TicketClaims};
use authflow::testkit::{
    Answer, Call, World,
    demo::{self, START},
    refusal,
};
use authflow::{
    AccountId, Audience, ClientId, SessionId, TenantId, Timestamp,
    account::{Profile, Revision},
    factor::{Factor, FactorSet},
    token::{DeviceDigest, IdToken, SessionClaims, TokenText, Untrusted},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const OTHER: DeviceDigest = DeviceDigest::from_bytes([0x55; 16]);

/// A change of one field, with its name.
type Change<C> = (&'static str, fn(&mut C));

fn client(id: &str) -> ClientId {
    ClientId::new(id).unwrap()
}

fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

fn session_claims(text: &str) -> SessionClaims {
    let audience = demo::audience();
    let ring = demo::ring();
    let verified =
        Forge::of(&ring).session_tokens().for_application(&audience).verify(Untrusted::new(text), START);
    *verified.unwrap().claims()
}

#[test]
fn a_session_token_is_bound_to_application_device_account_and_session() {
    let invalid = refusal("IDAAS.SDK.PARAM.0023", "Invalid or expired session token");
    let changes: [Change<SessionClaims>; 9] = [
        ("session", |it| it.session = SessionId::from_bytes([7; 16])),
        ("generation", |it| it.generation = 1),
        ("account", |it| it.account = account("id-erin")),
        ("application", |it| it.audience.client_id = client(demo::ORDINARY)),
        ("no tenant", |it| it.audience.tenant = None),
        ("tenant", |it| it.audience.tenant = TenantId::new("another").ok()),
        ("device", |it| it.device = OTHER),
        ("issued in the future", |it| it.issued_at = START.plus_seconds(31)),
        ("expired", |it| it.expires_at = START),
    ];
    let calls: [fn(&str) -> Call; 3] = [Call::refresh, Call::sign_out, Call::issue_ticket];
    for (what, change) in &changes {
        for call in calls {
            let mut world = World::new();
            let mut claims = session_claims(world.login("alice").session_token());
            let session = claims.session;
            change(&mut claims);
            let text = Forge::of(&demo::ring()).session_tokens().mint(&claims);
            let call = call(text.expose());
            let answer = world.send(&call);
            // A sign-out ends the named session if it is the named account's, and its answer is the same if it is not. The device and
            // the generation of the token do not matter.
            let no_matter = ["generation", "device"];
            if call.path.ends_with("/logout")
                && (no_matter.contains(what) || ["session", "account"].contains(what))
            {
                let named = no_matter.contains(what);
                assert_eq!((answer.status, world.host.ended.contains(&session)), (200, named), "{what}");
            } else {
                assert_eq!(answer.parts(), invalid, "{what} {}", call.path);
                assert!(world.host.ended.is_empty(), "{what} {}", call.path);
            }
        }
    }
}

/// The host's record counts: a token cannot make its session newer, better proved or of another revision.
#[test]
fn a_session_tokens_word_on_proof_and_revision_is_not_taken() {
    let mut world = World::new();
    let granted = world.login("alice");
    let claims = session_claims(granted.session_token());
    let boasting = SessionClaims {
        revision: Revision::new(99).unwrap(),
        auth_time: START.plus_seconds(1_000_000),
        factors: Factor::ALL.into_iter().collect(),
        ..claims
    };
    world.clock.pass(100);
    let answer =
        world.send(&Call::refresh(Forge::of(&demo::ring()).session_tokens().mint(&boasting).expose()));
    let said = payload(&answer, "id_token");
    assert_eq!((&said["auth_time"], &said["amr"]), (&json!(START.as_unix()), &json!(["pwd"])));
}

/// The claims of a compact token.
fn payload(answer: &Answer, member: &str) -> Value {
    let payload = answer.text(member).split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn id_token(claims: &IdClaims, audience: &Audience) -> TokenText<IdToken> {
    Forge::of(&demo::ring()).id_tokens(&demo::issuer(), audience).mint(claims)
}

#[test]
fn an_id_token_is_bound_to_application_account_session_and_time() {
    let invalid = refusal("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired");
    let changes: [Change<(IdClaims, Audience)>; 8] = [
        ("account", |it| it.0.account = account("id-erin")),
        ("session", |it| it.0.session = SessionId::from_bytes([7; 16])),
        ("application", |it| it.1.client_id = client(demo::ORDINARY)),
        ("no tenant", |it| it.1.tenant = None),
        ("tenant", |it| it.1.tenant = TenantId::new("another").ok()),
        ("issued in the future", |it| it.0.issued_at = START.plus_seconds(31)),
        ("not before the future", |it| it.0.issued_at = START.plus_seconds(121)),
        ("expired", |it| it.0.expires_at = START),
    ];
    let granted = |world: &mut World| {
        let session = session_claims(world.login("alice").session_token());
        let claims = IdClaims {
            account: session.account,
            session: session.session,
            auth_time: START,
            factors: session.factors,
            issued_at: START,
            expires_at: START.plus_seconds(60),
            identity: IdentityClaims::TopLevel(Profile::default()),
        };
        (claims, demo::audience())
    };
    for (what, change) in &changes {
        let mut world = World::new();
        let mut claims = granted(&mut world);
        change(&mut claims);
        let answer = world.send(&Call::check_exist(id_token(&claims.0, &claims.1).expose()));
        assert_eq!(answer.parts(), invalid, "{what}");
    }
    let mut world = World::new();
    let (claims, audience) = granted(&mut world);
    let boasting = IdClaims { auth_time: Timestamp::MAX, factors: FactorSet::EMPTY, ..claims };
    let answer = world.send(&Call::check_exist(id_token(&boasting, &audience).expose()));
    assert_eq!(answer.body, json!({ "is_set_pwd": true }), "the control; the record says when and how");
    // Here the token's time must not be taken. The password was changed after the sign-in, and that ends the session.
    world.account("alice").password.as_mut().unwrap().changed_at = START.plus_seconds(31);
    world.clock.now = START.plus_seconds(31);
    let answer = world.send(&Call::check_exist(id_token(&boasting, &audience).expose()));
    assert_eq!(answer.parts(), invalid);
}

#[test]
fn a_ticket_is_bound_to_tenant_device_account_and_session() {
    let changes: [Change<TicketClaims>; 9] = [
        ("session", |it| it.session = SessionId::from_bytes([7; 16])),
        ("account", |it| it.account = account("id-erin")),
        ("application", |it| it.audience.client_id = client(demo::ORDINARY)),
        ("unknown application", |it| it.audience.client_id = client("unregistered")),
        ("no tenant", |it| it.audience.tenant = None),
        ("tenant", |it| it.audience.tenant = TenantId::new("another").ok()),
        ("device", |it| it.device = OTHER),
        ("issued in the future", |it| it.issued_at = START.plus_seconds(31)),
        ("expired", |it| it.expires_at = START),
    ];
    let issued = |world: &mut World| {
        let session = world.login("alice");
        let issued = world.send(&Call::issue_ticket(session.session_token()));
        let ring = demo::ring();
        let ticket =
            Forge::of(&ring).tickets().verify(Untrusted::new(issued.text("sso_ticket")), START).unwrap();
        *ticket.claims()
    };
    let redeem = |world: &mut World, claims: &TicketClaims| {
        world.send(&Call::redeem_ticket(Forge::of(&demo::ring()).tickets().mint(claims).expose()))
    };
    for (what, change) in &changes {
        let mut world = World::new();
        let mut claims = issued(&mut world);
        change(&mut claims);
        let answer = redeem(&mut world, &claims);
        assert_eq!(answer.status, 400, "{what}");
        assert!(world.host.claims.is_empty(), "{what}");
    }
    let mut world = World::new();
    let claims = issued(&mut world);
    assert_eq!(redeem(&mut world, &claims).text("id"), "id-alice", "the control");
    assert_eq!(redeem(&mut world, &claims).status, 400, "the id, used");
}
