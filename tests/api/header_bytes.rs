//! Every byte in every header, and every header twice, through the door that requests come in by.

use authflow::testkit::{
    Call, World,
    demo::{self, ISV, TENANT},
};

/// The headers that say who is calling. Each has a good value, and says whether it is of the device.
const CALLER: [(&str, &str, bool); 7] = [
    ("X-operating-sys-version", "Android 10", true),
    ("X-device-fingerprint", "156aysdna213sac", true),
    ("X-agent", "Mozilla/5.0", true),
    ("X-device-ip", "10.10.10.1", true),
    ("X-L", "en", true),
    ("X-tenant-id", TENANT, true),
    ("X-client-id", ISV, false),
];

const DEVICE: &str = "IDAAS.SDK.PARAM.0001";
const CLIENT_ID: &str = "IDAAS.SDK.PARAM.0002";
const APPLICATION: &str = "IDAAS.SDK.PARAM.0003";
const STATE_TOKEN: &str = "IDAAS.SDK.PARAM.0014";

fn code(world: &mut World, call: &Call) -> String {
    let answer = world.send(call);
    assert_eq!(answer.status, 400);
    answer.text("error_code").into()
}

/// A value with one more byte: before, within or after.
fn values(good: &str, byte: u8) -> [(bool, Vec<u8>); 3] {
    let (good, half) = (good.as_bytes(), good.len() / 2);
    [
        (true, [&[byte], good].concat()),
        (false, [&good[..half], &[byte], &good[half..]].concat()),
        (true, [good, &[byte]].concat()),
    ]
}

/// The call is a skip without a state token, which is looked for last. So a value that is no header is named first, and a header of
/// another tenant or application second. Any language goes on to the missing token.
#[test]
fn every_byte_in_every_header_of_the_caller() {
    let mut world = World::new();
    for (name, good, is_of_device) in CALLER {
        for byte in 0..=u8::MAX {
            for (is_outside, value) in values(good, byte) {
                let is_space = is_outside && matches!(byte, b' ' | b'\t');
                let is_text = (b' '..=b'~').contains(&byte) || is_space;
                let text = String::from_utf8_lossy(&value).trim_matches([' ', '\t']).to_string();
                // A value that is only logged costs no login. All but a control character passes, and any language passes.
                let is_good = match name {
                    "X-L" => true,
                    "X-device-ip" | "X-operating-sys-version" | "X-agent" => is_text || byte >= 0x80,
                    _ => is_text,
                };
                let expected = match name {
                    _ if !is_good && is_of_device => DEVICE,
                    _ if !is_good => CLIENT_ID,
                    "X-client-id" | "X-tenant-id" if text != good => APPLICATION,
                    _ => STATE_TOKEN,
                };
                let call = Call::get("/api/v2/sdk/pwd/skip-update").with_header(name, &value);
                assert_eq!(code(&mut world, &call), expected, "{name} {byte:#04x} {value:?}");
                assert!(world.host.asked.is_empty());
            }
        }
    }
}

/// A good token with one byte more is another text, which is no token.
#[test]
fn every_byte_in_every_token() {
    let mut world = World::new();
    let warned = world.login("erin");
    let granted = world.login("alice");
    let bearer = format!("Bearer {}", granted.id_token());
    let calls = [
        ("X-state-token", warned.state_token(), Call::skip(""), STATE_TOKEN),
        ("X-session-token", granted.session_token(), Call::refresh(""), "IDAAS.SDK.PARAM.0023"),
        ("Authorization", &bearer, Call::check_exist(""), "IDAAS.SDK.PARAM.0016"),
    ];
    for (name, good, call, refused) in calls {
        for byte in 0..=u8::MAX {
            for (is_outside, value) in values(good, byte) {
                if is_outside && matches!(byte, b' ' | b'\t') {
                    continue;
                }
                let call = call.clone().with_header(name, &value);
                assert_eq!(code(&mut world, &call), refused, "{name} {byte:#04x}");
                assert!(world.host.asked.is_empty());
            }
        }
        let call = call.clone().with_header(name, format!("\t {good} \t"));
        assert_eq!(world.send(&call).status, 200, "{name}: the control");
    }
}

#[test]
fn no_header_stands_twice_whatever_its_case_and_order() {
    let mut world = World::new();
    for (name, good, is_of_device) in CALLER {
        for again in [name.to_string(), name.to_uppercase(), name.to_lowercase()] {
            for value in [good, "another", ""] {
                let mut call = Call::get("/api/v2/sdk/pwd/skip-update");
                call.headers = call.headers.and(&again, value);
                let expected = if is_of_device { DEVICE } else { CLIENT_ID };
                assert_eq!(code(&mut world, &call), expected, "{name} {again} {value:?}");
            }
        }
    }
    let reversed =
        demo::device().iter().map(|(name, value)| (name.to_uppercase(), value.to_vec())).collect::<Vec<_>>();
    let mut call = Call::login("alice", demo::PASSWORD);
    call.headers = reversed
        .into_iter()
        .rev()
        .collect::<authflow::testkit::HeaderList>()
        .with("CONTENT-TYPE", "application/json");
    assert_eq!(world.send(&call).text("status"), "SUCCESS", "the control");
}
