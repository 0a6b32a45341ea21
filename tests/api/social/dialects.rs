//! The differences between the three products.

use super::*;
use authflow::{Dialect, testkit::Setup};

fn speaking(dialect: Dialect) -> World {
    World::with_setup(Setup { dialect, ..Setup::new(policy()) })
}

#[test]
fn the_id_at_the_provider_is_in_snake_case_but_in_ciam() {
    for (dialect, name, others) in [
        (Dialect::Ciam, "socialUid", 2),
        (Dialect::Eiam, "social_uid", 0),
        (Dialect::OneAccess, "social_uid", 0),
    ] {
        let mut world = speaking(dialect);
        linked(&mut world, "a", "alice");
        let token = world.login("alice").id_token().to_owned();
        let answer = world.send(&Call::get(LIST).bearing(&token));
        let social = answer.body["social"][0].as_object().unwrap();
        assert_eq!((social[name].as_str(), social.len()), (Some("a"), 9 + others), "{dialect:?}");
    }
}

#[test]
fn a_link_token_that_does_not_do_is_the_familys_fault_of_binding() {
    for (dialect, code, message) in [
        (Dialect::Ciam, "IDAAS.SDK.COMMON.1007", "state_token parameter error"),
        (Dialect::Eiam, "SDK.COMMON.1007", "state_token parameter error"),
        (Dialect::OneAccess, "COMMON.1007", "State token parameter error."),
    ] {
        let mut world = speaking(dialect);
        assert_eq!(world.send(&by_password("x", "alice", demo::PASSWORD)).parts(), refusal(code, message));
    }
}

#[test]
fn an_identity_that_nobody_has_is_eiams_user_not_bound() {
    let refusing = Policy { unassociated: Unassociated::Refuse, ..policy() };
    let mut world = World::with_setup(Setup { dialect: Dialect::Eiam, ..Setup::new(refusing) });
    assert_eq!(wechat(&mut world, "a").parts(), refusal("SDK.LOGIN.1002", "User not bound"));
}
