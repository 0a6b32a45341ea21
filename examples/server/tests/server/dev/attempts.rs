//! `DELETE /dev/attempts/{user}`

use super::{WORLD, bad_request, delete, refused, status_of};
use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, World},
};

fn lock(server: &Server, world: World, name: &str) {
    for _ in 0..5 {
        Call::login(world, name, "wrong").send(server).assert_credentials_refused();
    }
    Call::login(world, name, PASSWORD).send(server).assert_credentials_refused();
}

#[test]
fn whoever_is_locked_out_gets_guesses_back_by_any_name() {
    let home = Home::new();
    let server = home.start_double();
    lock(&server, WORLD, "alice");
    let unlocked = delete(&server, "/dev/attempts/ALICE");
    assert_eq!((unlocked.status, unlocked.body.as_str()), (204, ""));
    assert_eq!(status_of(&server, "alice", PASSWORD), "SUCCESS");
    for name in ["victor@example.com", "+86-13800000003", "%2B86-13800000003"] {
        lock(&server, WORLD, "victor");
        assert_eq!(delete(&server, &format!("/dev/attempts/{name}")).status, 204, "{name}");
        assert_eq!(status_of(&server, "victor", PASSWORD), "PASSWORD_EXPIRED");
    }
}

#[test]
fn a_tenants_accounts_are_its_own() {
    let home = Home::new();
    let server = home.start_double();
    lock(&server, World::Isv, "alice");
    assert_eq!(delete(&server, "/dev/attempts/alice").status, 204, "her namesake's");
    Call::login(World::Isv, "alice", PASSWORD).send(&server).assert_credentials_refused();
    let path = format!("/dev/attempts/alice?tenant={}", World::Isv.tenant());
    assert_eq!(delete(&server, &path).status, 204);
    assert!(Call::login(World::Isv, "alice", PASSWORD).send(&server).is_success());
}

#[test]
fn nobody_has_none() {
    let home = Home::new();
    let server = home.start_double();
    let nobody = delete(&server, "/dev/attempts/zoe");
    refused(&nobody, 404, "Not Found", "nobody is called \"zoe\" among accounts without a tenant");
    let nobody = delete(&server, "/dev/attempts/alice?tenant=another");
    refused(&nobody, 404, "Not Found", "nobody is called \"alice\" in the tenant another");
    assert_eq!(delete(&server, "/dev/attempts/%20").status, 404);
    let reply = delete(&server, "/dev/attempts/alice?tenant=");
    assert!(reply.status == 400 && reply.text("detail").starts_with("tenant: "), "{reply:?}");
    bad_request(&delete(&server, "/dev/attempts/alice?tenant=%ff"), "tenant must be UTF-8, percent-encoded");
    bad_request(&delete(&server, "/dev/attempts/%ff"), "user must be UTF-8, percent-encoded");
}
