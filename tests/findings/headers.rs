//! Values that are only logged, and yet cost a login. K6 and D6.

use authflow::{
    device::{Binding, Bindings},
    policy::Policy,
    testkit::{Call, World, demo, invalid_state_token},
};

/// The status of a right login with this header.
fn login_with(name: &str, value: impl AsRef<[u8]>) -> u16 {
    World::new().send(&Call::login("alice", demo::PASSWORD).with_header(name, value)).status
}

#[test]
fn kind_06_an_address_with_a_zone_costs_no_login() {
    for address in ["fe80::1%wlan0", "fe80::1%6"] {
        let status = login_with("X-device-ip", address);
        assert_eq!(status, 200, "kind 6: an address with a zone cost a login");
    }
}

#[test]
fn kind_06_an_address_that_cannot_be_read_costs_no_login() {
    for address in ["unknown", "undefined", "10.0.0.1, 10.0.0.2", "10.0.0.1:8080", "/10.0.0.1", "192.168.1"] {
        let status = login_with("X-device-ip", address);
        assert_eq!(status, 200, "kind 6: an address that cannot be read cost a login");
    }
}

/// If the application binds the address, an unreadable address counts as another one.
#[test]
fn kind_06_an_address_that_cannot_be_read_is_a_difference_where_it_binds() {
    let bindings = Bindings { ip: Binding::Refuse, ..Bindings::default() };
    let mut world = World::with_policy(Policy { bindings, ..demo::policy() });
    let warned = world.login("erin");
    let skip = Call::skip(warned.state_token());
    assert_eq!(
        world.clone().send(&skip.clone().with_header("X-device-ip", "10.0.0.9")).parts(),
        invalid_state_token()
    );
    let answer = world.send(&skip.with_header("X-device-ip", "unknown"));
    assert_eq!(
        answer.parts(),
        invalid_state_token(),
        "kind 6: an address that cannot be read was no difference of the device"
    );
}

/// The output of `uname -srv`, the fingerprint of an Android build, and 22 Chinese characters.
#[test]
fn kind_06_a_long_name_of_an_operating_system_costs_no_login() {
    for os in [
        "Linux 6.8.0-1021-generic #23~22.04.1-Ubuntu SMP PREEMPT_DYNAMIC Tue Jan 7 16:11:07 UTC",
        "Redmi/picasso/picasso:10/QKQ1.190825.002/V12.0.6.0.QGICNXM:user/release-keys",
        "安卓系统版本十点零点一正式发布长期支持维护版本",
    ] {
        assert!(os.len() > 64, "{} bytes", os.len());
        let status = login_with("X-operating-sys-version", os);
        assert_eq!(status, 200, "kind 6: a long name of an operating system cost a login");
    }
}

/// One byte of Latin-1, and two of GBK.
#[test]
fn kind_06_bytes_that_are_not_utf_8_cost_no_login() {
    for header in ["X-agent", "X-operating-sys-version"] {
        for value in [&b"Caf\xe9/1.0"[..], b"\xb0\xb2/1.0"] {
            let status = login_with(header, value);
            assert_eq!(status, 200, "kind 6: bytes of another encoding cost a login");
        }
    }
}

#[test]
fn kind_06_a_long_tag_of_a_language_costs_no_login() {
    let status = login_with("X-L", "zh-CN,zh;q=0.9,en;q=0.8,en-GB;q=0.7,en-US;q=0.6");
    assert_eq!(status, 200, "kind 6: a long tag of a language cost a login");
}

/// The server of a tenant sends the address of a device in a body.
#[test]
fn kind_06_an_address_with_a_zone_costs_no_ticket() {
    let mut world = World::new();
    let session_token = world.login("alice").session_token().to_owned();
    let mut body = Call::tenant_body("session_token", &session_token);
    body["device_ip"] = "fe80::1%wlan0".into();
    let issued = world.send(&Call::issue_ticket(&session_token).with_body(body.to_string()));
    assert_eq!(issued.status, 200, "kind 6: an address with a zone cost a ticket");
}

/// Java, Android and iOS write a link-local address in this form.
#[test]
fn from_outside_6_an_optional_address_costs_no_login() {
    for address in ["fe80::1%en0", "fe80::a00:27ff:fe4e:66a1%wlan0"] {
        let status = login_with("X-device-ip", address);
        assert_eq!(status, 200, "from outside 6: an optional address cost a login");
    }
}

/// An unknown language is never an error, and 36 bytes are an unknown language.
#[test]
fn from_outside_6_an_optional_language_costs_no_login() {
    let status = login_with("X-L", "x".repeat(36));
    assert_eq!(status, 200, "from outside 6: an optional language cost a login");
}
