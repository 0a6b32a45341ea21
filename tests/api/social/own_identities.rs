//! The identities of a signed-in subject.

use super::*;
use authflow::account::AccountStatus;

fn list(world: &mut World, bearer: &str) -> Answer {
    world.send(&Call::get(LIST).bearing(bearer))
}

fn unbind(world: &mut World, bearer: &str, uid: &str) -> Answer {
    let body = json!({ "social_uid": uid, "social_type": "weixin" });
    world.send(&Call::post("/api/v2/sdk/social/unbind", &body).bearing(bearer))
}

fn bearer(world: &mut World, name: &str) -> String {
    world.login(name).id_token().to_owned()
}

#[test]
fn a_subject_sees_their_own_identities_and_nobody_elses() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    linked(&mut world, "n", "nora");
    let token = bearer(&mut world, "alice");
    let answer = list(&mut world, &token);
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "ListIdentities"]);
    let id = answer.body["social"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.body,
        json!({ "social": [{
            "id": id, "userId": "id-alice", "socialType": "weixin", "socialUid": "a", "socialChannelId": null, "idpId": null,
            "socialNickname": null, "socialHeadImage": null, "socialAccountDetails": null,
            "createdAt": "2023-11-14 22:13:20.000", "updatedAt": "2023-11-14 22:13:20.000",
        }] })
    );
    assert_eq!(list(&mut world, "x.y.z").text("error_code"), "IDAAS.SDK.PARAM.0016");
    let nora = bearer_of_nora(&mut world);
    assert_eq!(list(&mut world, &nora).body["social"][0]["socialUid"], "n");
}

/// The host keeps them by their ids. Here the one that was linked first has the last id.
#[test]
fn identities_are_listed_in_the_order_in_which_they_were_linked() {
    let mut world = world();
    for uid in ["c", "a", "b"] {
        linked(&mut world, uid, "alice");
        world.clock.pass(60);
    }
    let token = bearer(&mut world, "alice");
    let listed = list(&mut world, &token).body;
    let uids = ["c", "a", "b"].map(serde_json::Value::from);
    assert!(listed["social"].as_array().unwrap().iter().map(|one| &one["socialUid"]).eq(&uids), "{listed}");
}

fn bearer_of_nora(world: &mut World) -> String {
    wechat(world, "n").id_token().to_owned()
}

#[test]
fn a_link_is_taken_away_and_whoever_came_in_by_it_is_out() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    let elsewhere = wechat(&mut world, "a");
    let here = world.login("alice");
    let revision = world.account("alice").revision;
    assert_eq!(unbind(&mut world, here.id_token(), "a").status, 200);
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "ListIdentities", "Commit"]);
    assert_eq!(world.account("alice").revision, revision.next(), "what was judged before is over");
    assert!(owner(&world, "a").is_none());
    assert_eq!(world.check_exist(here.id_token()).status, 200, "the session in hand goes on");
    assert_eq!(world.check_exist(elsewhere.id_token()).status, 400);
    assert_eq!(wechat(&mut world, "a").text("status"), "SOCIAL_BIND");
}

/// A login that began with an identity opens no session once the identity is taken away.
#[test]
fn a_login_that_waits_is_over_when_its_identity_goes() {
    let mut world = world();
    linked(&mut world, "t", "tom");
    let waiting = wechat(&mut world, "t").state_token().to_owned();
    let pending = world.login("tom").state_token().to_owned();
    let totp = world.totp("tom", 0);
    let here = world.send(&Call::prove_totp(&pending, &totp));
    assert_eq!(unbind(&mut world, here.id_token(), "t").status, 200);
    let totp = world.totp("tom", 1);
    assert_eq!(world.send(&Call::prove_totp(&waiting, &totp)).status, 400);
    assert_eq!(token_refusal(&world), TokenRefusal::AccountChanged);
}

#[test]
fn a_link_is_taken_away_by_the_id_of_the_list_too() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    linked(&mut world, "n", "nora");
    let token = bearer(&mut world, "alice");
    let nora = bearer_of_nora(&mut world);
    let id = |world: &mut World, bearer: &str| {
        list(world, bearer).body["social"][0]["id"].as_str().unwrap().to_owned()
    };
    let (own, of_nora) = (id(&mut world, &token), id(&mut world, &nora));
    let by_id = |world: &mut World, id: &str| {
        world.send(&Call::post("/api/v2/sdk/social/unbind-account", &json!({ "id": id })).bearing(&token))
    };
    let unknown = refusal("IDAAS.SDK.SOCIAL.0104", "No such social account is bound");
    assert_eq!(by_id(&mut world, &of_nora).parts(), unknown, "another's");
    assert_eq!(by_id(&mut world, "x").parts(), unknown);
    assert!(owner(&world, "n").is_some());
    assert_eq!(by_id(&mut world, &own).status, 200);
    assert!(owner(&world, "a").is_none());
    assert_eq!(by_id(&mut world, &own).parts(), unknown, "it is gone");
}

#[test]
fn nobody_takes_anothers_link_away() {
    let mut world = world();
    linked(&mut world, "n", "nora");
    let token = bearer(&mut world, "alice");
    assert_eq!(unbind(&mut world, &token, "n").status, 400);
    assert!(!world.host.asked.contains(&"Commit"));
    assert!(owner(&world, "n").is_some());
}

/// nora has neither a password nor a contact, only identities.
#[test]
fn the_last_way_in_stays() {
    let mut world = world();
    world.change("nora", |nora| nora.mobile = None);
    linked(&mut world, "n", "nora");
    linked(&mut world, "second", "nora");
    let token = bearer_of_nora(&mut world);
    assert_eq!(unbind(&mut world, &token, "second").status, 200, "one is left");
    let last = unbind(&mut world, &token, "n");
    assert_eq!(last.parts(), refusal("IDAAS.SDK.SOCIAL.0105", "The last way to sign in cannot be removed"));
    assert!(owner(&world, "n").is_some());
    assert_eq!(wechat(&mut world, "n").text("status"), "SUCCESS");
    // If codes sign in, a number that codes go to is another way in.
    world.change("nora", |nora| nora.mobile = Mobile::new(NORA).ok());
    let token = bearer_of_nora(&mut world);
    assert_eq!(unbind(&mut world, &token, "n").status, 200);

    // If codes begin no login, the identity is the last way in.
    let first_factors = FactorSet::EMPTY.with(Factor::Password).with(Factor::Federated);
    let mut world = World::with_policy(Policy { first_factors, ..policy() });
    linked(&mut world, "n", "nora");
    let token = bearer_of_nora(&mut world);
    assert_eq!(unbind(&mut world, &token, "n").text("error_code"), "IDAAS.SDK.SOCIAL.0105");
}

/// A link signs nobody in if it was made by less than is demanded, or before links named their proofs.
#[test]
fn a_link_that_counts_for_nothing_is_no_way_in() {
    let mut world = world();
    world.change("nora", |nora| nora.mobile = None);
    linked(&mut world, "n", "nora");
    linked(&mut world, "weak", "nora");
    let key = (Some(demo::tenant()), identity("weak"));
    world.host.identities.get_mut(&key).unwrap().linked_by = LinkedBy::NOTHING;
    let token = bearer_of_nora(&mut world);
    let last = unbind(&mut world, &token, "n");
    assert_eq!(last.parts(), refusal("IDAAS.SDK.SOCIAL.0105", "The last way to sign in cannot be removed"));
    assert_eq!(unbind(&mut world, &token, "weak").status, 200);
    assert_eq!(wechat(&mut world, "n").text("status"), "SUCCESS");
}

/// Two links are taken away at once, from an account that has nothing else.
#[test]
fn two_links_that_are_taken_away_at_once_leave_one() {
    let mut world = world();
    world.change("nora", |nora| nora.mobile = None);
    linked(&mut world, "n", "nora");
    linked(&mut world, "second", "nora");
    let token = bearer_of_nora(&mut world);
    let call = |uid: &str| {
        let body = json!({ "social_uid": uid, "social_type": "weixin" });
        Call::post("/api/v2/sdk/social/unbind", &body).bearing(&token)
    };
    let steps = ["n", "second"].map(|uid| {
        let step = world.begin(&call(uid));
        world.until_commit(step)
    });
    let statuses = steps.map(|step| world.finish(step).status);
    assert_eq!(statuses, [200, 400]);
    assert_eq!(owner(&world, "second").as_deref(), Some("id-nora"));
}

#[test]
fn a_link_is_taken_away_within_ten_minutes_of_the_sign_in() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    let token = bearer(&mut world, "alice");
    world.clock.pass(631);
    let stale = unbind(&mut world, &token, "a");
    assert_eq!(stale.parts(), refusal("IDAAS.SDK.PWD.0103", "Please sign in again first"));
    assert!(owner(&world, "a").is_some());
    assert_eq!(list(&mut world, &token).status, 200, "to look takes no recent one");
}

#[test]
fn an_account_that_changes_meanwhile_keeps_its_link() {
    let mut world = world();
    linked(&mut world, "a", "alice");
    let token = bearer(&mut world, "alice");
    let body = json!({ "social_uid": "a", "social_type": "weixin" });
    let step = world.begin(&Call::post("/api/v2/sdk/social/unbind", &body).bearing(&token));
    let step = world.until_commit(step);
    world.change("alice", |alice| alice.status = AccountStatus::Disabled);
    assert_eq!(world.finish(step).text("error_code"), "IDAAS.SDK.PARAM.0016");
    assert!(owner(&world, "a").is_some());
}

#[test]
fn the_only_link_stays_though_it_counts_for_nothing_here() {
    let mut world = world();
    world.change("nora", |nora| nora.mobile = None);
    linked(&mut world, "n", "nora");
    let token = bearer_of_nora(&mut world);
    let key = (Some(demo::tenant()), identity("n"));
    world.host.identities.get_mut(&key).unwrap().linked_by = LinkedBy::NOTHING;
    assert_eq!(unbind(&mut world, &token, "n").text("error_code"), "IDAAS.SDK.SOCIAL.0105");
}
