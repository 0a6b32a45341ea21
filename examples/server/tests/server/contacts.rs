//! A new number is kept in the database, the old number gets a notice, and only one account gets the new number,
//! however many ask at once.

use crate::{
    process::{Home, PASSWORD, Server},
    races::at_once,
    wire::{Call, World, nora},
};
use serde_json::json;

const NEW: &str = "+86-13900000007";
const CHOSEN: &str = "Battery-Staple-8";

fn send(world: World, id_token: &str, mobile: &str) -> Call {
    let body = json!({ "mobile": mobile, "type": "UPDATE_MOBILE_SMS" });
    Call::post(world, "/api/v2/sdk/sms/send", &body).with("Authorization", &format!("Bearer {id_token}"))
}

fn replace(world: World, id_token: &str, mobile: &str, code: &str) -> Call {
    let body = json!({ "mobile": mobile, "verify_code": code });
    Call::post(world, "/api/v2/sdk/profile/update-mobile", &body)
        .with("Authorization", &format!("Bearer {id_token}"))
}

fn asked(home: &Home, server: &Server, world: World, id_token: &str) -> String {
    let sent = send(world, id_token, NEW).send(server);
    assert_eq!((sent.status, &*sent.body), (200, ""), "{sent:?}");
    home.code()
}

#[test]
fn a_new_number_is_kept_and_the_old_one_is_told() {
    let home = Home::new();
    let server = home.start();
    let mut last = String::new();
    for world in World::BOTH {
        let asker = nora(&home, &server, world);
        let body = json!({ "new_password": CHOSEN });
        let set = Call::post(world, "/api/v2/sdk/pwd/change", &body);
        assert_eq!(set.with("Authorization", &format!("Bearer {asker}")).send(&server).status, 200);
        let code = asked(&home, &server, world, &asker);
        let unproved = replace(world, &asker, NEW, &code).send(&server);
        unproved.assert_refused("IDAAS.SDK.PWD.0103", "Please sign in again first");
        let id_token = Call::login(world, "nora", CHOSEN).send(&server).text("id_token");
        let replaced = replace(world, &id_token, NEW, &code).send(&server);
        assert_eq!((replaced.status, &*replaced.body), (200, ""), "{replaced:?}");
        assert!(home.log().contains("notice for SMS to +86-138****0001: it was replaced"));
        assert_eq!(Call::check(world, &id_token).send(&server).status, 200, "her session goes on");
        let kept = format!(
            "SELECT count(*) FROM authflow_accounts
            WHERE tenant = '{}' AND user_name = 'nora' AND mobile = '+8613900000007' AND mobile_key = mobile",
            world.tenant()
        );
        assert_eq!(home.number(&kept), 1);
        let again = replace(world, &id_token, NEW, &code).send(&server);
        again.assert_refused("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code");
        last = id_token;
    }
    server.stop();
    let server = home.start();
    let [.., world] = World::BOTH;
    assert_eq!(send(world, &last, NEW).send(&server).status, 400, "counted");
}

/// One code, presented sixteen times at once, counts once.
#[test]
fn a_code_for_it_counts_once() {
    let home = Home::new();
    let server = home.start();
    let world = World::Ordinary;
    let signed_in = || Call::login(world, "alice", PASSWORD).send(&server).text("id_token");
    let code = asked(&home, &server, world, &signed_in());
    let id_token = signed_in();
    let replies = at_once(&server, &vec![replace(world, &id_token, NEW, &code); 16]);
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1, "{replies:?}");
    assert_eq!(Call::check(world, &id_token).send(&server).status, 200);
}
