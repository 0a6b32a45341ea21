//! A link that somebody else has made does not outlive the proof by which its owner gets the account back.

use super::*;
use authflow::{
    administration::{Administered, EndLinksOf, RequireChange, SetPassword},
    password::{MustChange, Verifier},
    social::EndLinks,
};

const RESET: &str = "/api/v2/sdk/pwd/update-by-mobile";

/// A world in which a code by SMS resets a password, as OneAccess has it.
fn resetting() -> World {
    let setup = authflow::testkit::Setup {
        policy: policy(),
        dialect: authflow::Dialect::OneAccess,
        ..authflow::testkit::Setup::default()
    };
    World::with_setup(setup)
}

fn ended(world: &World) -> bool {
    events(world).iter().any(|event| matches!(event, Event::LinksEnded { .. }))
}

/// A thief knows nora's password and links an identity. Then she resets the password.
#[test]
fn a_reset_ends_every_link_and_no_other_accounts() {
    let mut world = resetting();
    reachable(&mut world, "nora");
    let token = link_token(&mut world, "thief");
    assert_eq!(world.send(&by_password(&token, "nora", demo::PASSWORD)).text("status"), "SUCCESS");
    linked(&mut world, "a", "alice");
    let ask = json!({ "mobile": NORA, "type": "FORGET_PWD_SMS" });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &ask)).status, 200);
    let code = world.host.outbox.last().unwrap().code.expose().to_owned();
    let body = json!({ "mobile": NORA, "verify_code": code, "password": "Battery-Staple-8" });
    assert_eq!(world.send(&Call::post(RESET, &body)).status, 200);
    assert!(ended(&world));
    assert_eq!((owner(&world, "thief"), owner(&world, "a").as_deref()), (None, Some("id-alice")));
    assert_eq!(wechat(&mut world, "thief").text("status"), "SOCIAL_BIND");
    assert_eq!(world.host.sessions.len(), 1, "the thief's, which has ended");
}

/// The password may have been in other hands, and so may everything that was linked by it.
#[test]
fn the_change_of_a_breached_password_ends_every_link() {
    let mut world = world();
    linked(&mut world, "thief", "nora");
    reachable(&mut world, "nora");
    world.change("nora", |it| it.password.as_mut().unwrap().must_change = Some(MustChange::Breached));
    let pending = world.login("nora").state_token().to_owned();
    let ask = json!({ "mobile": NORA, "type": "CHANGE_PWD_SMS" });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &ask).pending(&pending)).status, 200);
    let code = world.host.outbox.last().unwrap().code.expose().to_owned();
    let body = json!({ "verify_code": code, "new_password": "Battery-Staple-8" });
    let changed = Call::post("/api/v2/sdk/after-login/pwd/update-by-mobile", &body).pending(&pending);
    assert_eq!(world.send(&changed).text("status"), "SUCCESS");
    assert!(ended(&world) && owner(&world, "thief").is_none());
}

/// A thief with the breached password and a linked identity changes nothing by the two, because the one may have made the other.
#[test]
fn a_link_and_a_breached_password_are_no_two_proofs() {
    let mut world = world();
    linked(&mut world, "thief", "nora");
    reachable(&mut world, "nora");
    world.change("nora", |it| it.password.as_mut().unwrap().must_change = Some(MustChange::Breached));
    let pending = wechat(&mut world, "thief").state_token().to_owned();
    let body = json!({ "old_password": demo::PASSWORD, "new_password": "Battery-Staple-8" });
    let refused = world.send(&Call::post("/api/v2/sdk/pwd/update", &body).pending(&pending));
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(world.host.sessions.is_empty());
}

/// A subject's own change says nothing of anybody else.
#[test]
fn a_change_for_no_such_reason_leaves_links() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    let bearer = world.login("alice").id_token().to_owned();
    let body = json!({ "old_password": demo::PASSWORD, "new_password": "Battery-Staple-8" });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/pwd/change", &body).bearing(&bearer)).status, 200);
    assert!(!ended(&world) && owner(&world, "a").is_some());
    linked(&mut world, "f", "frank");
    let pending = world.login("frank").state_token().to_owned();
    let changed = world.send(&Call::post("/api/v2/sdk/pwd/update", &body).pending(&pending));
    assert_eq!(changed.text("status"), "SUCCESS");
    assert!(owner(&world, "f").is_some());
}

#[test]
fn an_administrator_ends_links_and_so_do_a_given_and_a_breached_password() {
    type Deed = fn(&mut World, Option<authflow::TenantId>, authflow::AccountId) -> Administered;
    let deeds: [(Deed, bool); 5] = [
        (
            |world, tenant, account| {
                world.host.end_links_of(&EndLinksOf { tenant, account, which: EndLinks::All })
            },
            true,
        ),
        (
            |world, tenant, account| {
                let which = EndLinks::Of(Provider::new("alipay").unwrap());
                world.host.end_links_of(&EndLinksOf { tenant, account, which })
            },
            false,
        ),
        (
            |world, tenant, account| {
                world.host.require_change(&RequireChange { tenant, account, reason: MustChange::Breached })
            },
            true,
        ),
        (
            |world, tenant, account| {
                let reason = MustChange::AdministratorReset;
                world.host.require_change(&RequireChange { tenant, account, reason })
            },
            false,
        ),
        (
            |world, tenant, account| {
                let (verifier, changed_at) = (Verifier::new("given"), world.clock.now);
                world.host.set_password(&SetPassword {
                    tenant,
                    account,
                    verifier,
                    changed_at,
                    must_change: None,
                })
            },
            true,
        ),
    ];
    for (at, (deed, ends)) in deeds.into_iter().enumerate() {
        let mut world = world();
        linked(&mut world, "a", "alice");
        linked(&mut world, "n", "nora");
        let session = wechat(&mut world, "a");
        let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
        assert_eq!(deed(&mut world, tenant, account), Administered::Done);
        assert_eq!((owner(&world, "a").is_none(), owner(&world, "n").is_some()), (ends, true), "{at}");
        assert_eq!(world.check_exist(session.id_token()).status, 400, "{at}: who came in by it is out");
    }
}
