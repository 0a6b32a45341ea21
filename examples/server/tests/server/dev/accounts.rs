//! `POST /dev/accounts`

use super::{WORLD, bad_request, get, make, refused, send_sms, status_of};
use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, World},
};
use authflow::{Timestamp, factor::TotpSecret, testkit::demo};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

fn pending(server: &Server, name: &str) -> String {
    let login = Call::login(WORLD, name, PASSWORD).send(server);
    assert_eq!(login.text("status"), "MFA_AUTH", "{login:?}");
    login.text("state_token")
}

fn prove(server: &Server, token: &str, path: &'static str, code: &str) -> super::Reply {
    let call = Call::post(WORLD, path, &json!({ "verify_code": code }));
    call.with("X-state-token", token).send(server)
}

#[test]
fn whoever_is_made_signs_in_by_every_name() {
    let home = Home::new();
    let server = home.start_double();
    let zoe = json!({
        "user_name": "zoe", "mobile": "+86-13900000009", "email": "zoe@example.com", "password": PASSWORD,
        "profile": { "name": "Zoe" },
    });
    let made = make(&server, &zoe);
    assert_eq!((made.status, made.members()), (201, vec!["id".to_owned()]));
    for name in ["zoe", "zoe@example.com", "+86-13900000009"] {
        let body = json!({ "user_name": name, "password": PASSWORD });
        let granted = Call::post(WORLD, "/api/v2/sdk/login/auth", &body).send(&server);
        assert!(granted.is_success(), "{name}: {granted:?}");
    }
    assert_eq!(send_sms(&server, "+86-13900000009").status, 200);
    assert_eq!(get(&server, "/dev/codes/last?to=+86-13900000009").status, 200);
}

#[test]
fn a_password_is_as_old_as_it_is_said_to_be() {
    let home = Home::new();
    let server = home.start_double();
    for (age, status) in [
        (0, "SUCCESS"),
        (75, "SUCCESS"),
        (77, "PASSWORD_WARN"),
        (89, "PASSWORD_WARN"),
        (91, "PASSWORD_EXPIRED"),
    ] {
        let name = format!("zoe-{age}");
        let made =
            make(&server, &json!({ "user_name": name, "password": PASSWORD, "password_age_days": age }));
        assert_eq!((made.status, status_of(&server, &name, PASSWORD).as_str()), (201, status), "{age}");
    }
    for reason in ["first_login", "administrator_reset", "breached"] {
        make(&server, &json!({ "user_name": reason, "password": PASSWORD, "must_change": reason }));
        assert_eq!(status_of(&server, reason, PASSWORD), "PASSWORD_EXPIRED", "{reason}");
    }
}

#[test]
fn second_factors_are_asked_for_and_proved() {
    let home = Home::new();
    let server = home.start_double();
    let made = make(
        &server,
        &json!({
            "user_name": "zoe", "mobile": "+86-13900000009", "password": PASSWORD, "second_factors": ["sms", "totp"],
        }),
    );
    let secret = made.text("totp_secret");
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    assert_eq!(secret.len(), 20);
    let token = pending(&server, "zoe");
    let send = Call::post(WORLD, "/api/v2/sdk/sms/send", &json!({ "type": "MFA_AUTH_SMS" }));
    assert_eq!(send.with("X-state-token", &token).send(&server).status, 200);
    let code = get(&server, "/dev/codes/last?to=+86-13900000009").text("code");
    assert!(prove(&server, &token, "/api/v2/sdk/mfa/sms", &code).is_success());

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let totp = demo::totp(&demo::account("tom"));
    let code = totp.code(&TotpSecret::new(secret).unwrap(), totp.step_at(Timestamp::from_unix(now)));
    assert!(prove(&server, &pending(&server, "zoe"), "/api/v2/sdk/mfa/totp", code.expose()).is_success());

    let yan = json!({ "user_name": "yan", "password": PASSWORD, "second_factors": ["totp"], "totp_secret": "MF2XI2DGNRXXOLLEMVWW6LLTMVRXEZLU" });
    assert_eq!(make(&server, &yan).text("totp_secret"), "MF2XI2DGNRXXOLLEMVWW6LLTMVRXEZLU");
    let code = totp
        .code(&TotpSecret::new(*b"authflow-demo-secret").unwrap(), totp.step_at(Timestamp::from_unix(now)));
    assert!(prove(&server, &pending(&server, "yan"), "/api/v2/sdk/mfa/totp", code.expose()).is_success());
}

#[test]
fn an_account_has_a_tenant_a_status_and_need_not_have_a_password() {
    let home = Home::new();
    let server = home.start_double();
    let isv = World::Isv.tenant();
    assert_eq!(
        make(&server, &json!({ "tenant": isv, "user_name": "zoe", "password": PASSWORD })).status,
        201
    );
    assert!(Call::login(World::Isv, "zoe", PASSWORD).send(&server).is_success());
    Call::login(WORLD, "zoe", PASSWORD).send(&server).assert_credentials_refused();
    for status in ["locked", "disabled"] {
        make(&server, &json!({ "user_name": status, "password": PASSWORD, "status": status }));
        Call::login(WORLD, status, PASSWORD).send(&server).assert_credentials_refused();
    }
    assert_eq!(make(&server, &json!({ "email": "yan@example.com" })).status, 201);
    let missing = make(&server, &json!({ "tenant": "another", "user_name": "yan" }));
    bad_request(&missing, "tenant must be one that an application serves, not another");
}

#[test]
fn what_makes_no_account_is_told() {
    let home = Home::new();
    let server = home.start_double();
    let nameless =
        "an account must have something to be found by: a user name, a mobile number or an e-mail address";
    for (account, detail) in [
        (json!({ "password": PASSWORD }), nameless),
        (
            json!({ "mobile": "13900000009" }),
            "a mobile number must be +, a calling code and the number, as in +86-13800000000",
        ),
        (
            json!({ "user_name": "z", "second_factors": ["sms"] }),
            "mobile must be given for the second factor sms",
        ),
        (
            json!({ "user_name": "z", "second_factors": ["email"] }),
            "email must be given for the second factor email",
        ),
        (
            json!({ "user_name": "z", "second_factors": ["password"] }),
            "second_factors must be sms, email or totp",
        ),
        (
            json!({ "user_name": "z", "totp_secret": "MFRGG" }),
            "totp_secret must stand beside the second factor totp",
        ),
        (
            json!({ "user_name": "z", "second_factors": ["totp"], "totp_secret": "mfrgg" }),
            "totp_secret must be base 32, in capitals",
        ),
        (json!({ "user_name": "z", "password_age_days": 1 }), "password_age_days must stand beside password"),
        (json!({ "user_name": "z", "must_change": "breached" }), "must_change must stand beside password"),
    ] {
        bad_request(&make(&server, &account), detail);
    }
    for (account, begins) in [
        (json!({ "user_name": "z", "password": "short" }), "password: "),
        (
            json!({ "user_name": "z", "password": "password" }),
            "password: a password must be none that everybody",
        ),
        (json!({ "user_name": "z", "profile": { "sub": "x" } }), "profile: "),
        (json!({ "user_name": "z", "second_factors": ["totp"], "totp_secret": "MFRGG" }), "totp_secret: "),
        (json!({ "user_name": "z", "pass": "x" }), "the body: unknown field `pass`"),
        (json!({ "user_name": "z", "status": "gone" }), "the body: "),
        (json!([]), "the body: "),
    ] {
        let reply = make(&server, &account);
        assert!(reply.status == 400 && reply.text("detail").starts_with(begins), "{account}: {reply:?}");
    }
    let taken = make(&server, &json!({ "user_name": "ALICE" }));
    refused(&taken, 409, "Conflict", "user_name must be no other account's");
    let taken = make(&server, &json!({ "user_name": "zoe", "mobile": "+86 138 0000 0001" }));
    refused(&taken, 409, "Conflict", "mobile must be no other account's");
    let too_long = json!({ "user_name": "z", "profile": { "name": "x".repeat(20 << 10) } });
    let detail = "the body must have fewer than 20480 bytes";
    refused(&make(&server, &too_long), 413, "Payload Too Large", detail);
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts"), 18, "none of them was made");
}
