//! The error table of the second seed, byte for byte, in both languages.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World, nora},
};

const DEVICE: [&str; 3] = ["IDAAS.SDK.PARAM.0001", "Device information is incomplete", "设备信息不完整"];
const CLIENT_ID: [&str; 3] = ["IDAAS.SDK.PARAM.0002", "clientId cannot be empty", "clientId不能为空"];
const APPLICATION: [&str; 3] = [
    "IDAAS.SDK.PARAM.0003",
    "The app is not registered, please register the app first",
    "应用未注册,请先注册应用",
];
const STATE_TOKEN: [&str; 3] = ["IDAAS.SDK.PARAM.0014", "Invalid state token", "state_token无效"];
const NO_ID_TOKEN: [&str; 3] = ["IDAAS.SDK.PARAM.0015", "IdToken cannot be empty", "IdToken不能为空"];
const ID_TOKEN: [&str; 3] = ["IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired", "IdToken无效或已过期"];
const USER: [&str; 3] = ["IDAAS.SDK.USER.0001", "User not found", "用户未找到"];

#[test]
fn every_row_of_the_table_in_both_languages() {
    let home = Home::new();
    let server = home.start();
    let told = |call: Call, [code, english, chinese]: [&str; 3]| {
        call.send(&server).assert_refused(code, english);
        for (tag, message) in [("en", english), ("zh", chinese), ("zh-CN", chinese), ("fr", english)] {
            call.clone().with("X-L", tag).send(&server).assert_refused(code, message);
        }
    };
    let world = World::Ordinary;
    let good = Call::check(world, &nora(&home, &server, world));
    let isvs = nora(&home, &server, World::Isv);
    assert_eq!(good.send(&server).status, 200, "but for one thing, every call below is right");

    for header in ["X-operating-sys-version", "X-device-fingerprint", "X-agent"] {
        told(good.clone().without(header), DEVICE);
    }
    told(good.clone().with("X-device-fingerprint", &"f".repeat(257)), DEVICE);
    assert_eq!(
        good.clone().with("X-device-ip", "not an address").send(&server).status,
        200,
        "it is only logged"
    );
    told(good.clone().without("X-client-id"), CLIENT_ID);
    told(good.clone().with("X-client-id", "nTo1eRIub60vPb54WeE6aojPwYwImtl5"), APPLICATION);
    told(Call::check(World::Isv, &isvs).without("X-tenant-id"), APPLICATION);
    told(Call::check(World::Isv, &isvs).with("X-tenant-id", "another"), APPLICATION);
    told(Call::skip(world, "nonsense"), STATE_TOKEN);
    told(Call::skip(world, "x").without("X-state-token"), STATE_TOKEN);
    told(good.clone().without("Authorization"), NO_ID_TOKEN);
    told(good.clone().with("Authorization", "Bearer"), NO_ID_TOKEN);
    told(Call::check(world, "nonsense"), ID_TOKEN);
    told(Call::check(world, &isvs), ID_TOKEN);

    assert_eq!(home.execute("DELETE FROM authflow_accounts WHERE id = 'demo-nora' AND tenant = ''"), 1);
    told(good, USER);
}

#[test]
fn of_several_faults_the_gravest_is_told() {
    let home = Home::new();
    let server = home.start();
    let all_wrong =
        Call::check(World::Ordinary, "").without("Authorization").without("X-client-id").without("X-agent");
    all_wrong.send(&server).assert_refused(DEVICE[0], DEVICE[1]);
    let with_device = all_wrong.with("X-agent", "curl");
    with_device.send(&server).assert_refused(CLIENT_ID[0], CLIENT_ID[1]);
    let with_client_id = with_device.with("X-client-id", "unknown");
    with_client_id.send(&server).assert_refused(APPLICATION[0], APPLICATION[1]);
    let with_application = with_client_id.with("X-client-id", "nTo1eRIub60vPb54WeE6aojPwYwImtl4");
    with_application.send(&server).assert_refused(NO_ID_TOKEN[0], NO_ID_TOKEN[1]);
}

#[test]
fn an_id_token_ends_with_its_time_and_with_its_session() {
    let home = Home::new();
    let server = home.start_double();
    let token = nora(&home, &server, World::Ordinary);
    server.stop();

    let almost = home.start_moved(7_000);
    assert_eq!(Call::check(World::Ordinary, &token).send(&almost).status, 200);
    almost.stop();
    let expired = home.start_moved(7_201);
    Call::check(World::Ordinary, &token).send(&expired).assert_id_token_refused();
    let renewed = nora(&home, &expired, World::Ordinary);
    assert_eq!(Call::check(World::Ordinary, &renewed).send(&expired).status, 200);
    assert_eq!(
        home.execute("UPDATE authflow_sessions SET ended_at = 1 WHERE account = 'demo-nora' AND tenant = ''"),
        2
    );
    Call::check(World::Ordinary, &renewed).send(&expired).assert_id_token_refused();
}

#[test]
fn an_id_token_counts_by_the_stored_sign_in_and_not_after_a_change_of_password() {
    let home = Home::new();
    let server = home.start();
    let granted = Call::login(World::Ordinary, "alice", PASSWORD).send(&server);
    let check = Call::check(World::Ordinary, &granted.text("id_token"));
    assert_eq!(check.send(&server).status, 200);
    let set = |sql: &str| assert_eq!(home.execute(sql), 1);
    set(
        "UPDATE authflow_accounts SET password_changed_at = unixepoch() + 5 WHERE id = 'demo-alice' AND tenant = ''",
    );
    check.send(&server).assert_id_token_refused();
    let renew = "UPDATE authflow_sessions SET auth_time = unixepoch() + 5,
            revision = (SELECT revision FROM authflow_accounts WHERE id = 'demo-alice' AND tenant = '')
        WHERE account = 'demo-alice'";
    set(renew);
    assert_eq!(check.send(&server).status, 200, "the token's own auth_time is the same as before");
}
