//! Writes the seeds of the token targets into `corpus/`: `cargo run --example seeds`.
//!
//! (The seeds of `device_headers_and_body`, `headers` and `bodies` are texts, written by hand.)

use authflow_fuzz::{
    captcha, id,
    keys::{KEYS, NOW},
    reference, session, state, ticket,
};
use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    state_tokens()?;
    session_tokens()?;
    references()?;
    tickets()?;
    captcha_tokens()?;
    captcha_points()?;
    id_tokens()
}

fn state_tokens() -> io::Result<()> {
    let sample = state::Claims::sample(NOW);
    let (payload, fields) = (sample.payload().into_bytes(), sample.fields());
    let expired = state::Claims::sample(NOW.minus_seconds(600)).payload().into_bytes();
    let first_form = concat!(
        r#"{"aud":"web","sub":"erin","rev":7,"dev":"AQEBAQEBAQEBAQEBAQEBAQ","step":"warn","done":1,"start":1700000000,"#,
        r#""jti":"BAQEBAQEBAQEBAQEBAQEBA","iat":1700000000,"exp":1700000600}"#
    );
    let bound =
        |bits: u8| fields.iter().map(|byte| if *byte == 5 { bits } else { *byte }).collect::<Vec<_>>();
    seeds(
        "state_token",
        &[
            ("token-without-key-id", b"v", KEYS[0].state_token(&payload).as_bytes()),
            ("token-with-key-id", b"v", KEYS[1].state_token(&payload).as_bytes()),
            ("alg-none", b"v", b"eyJhbGciOiJub25lIn0.e30."),
            ("payload", b"s", &payload),
            ("payload-with-key-id", b"k", &payload),
            ("payload-expired", b"s", &expired),
            ("payload-of-the-first-form", b"s", first_form.as_bytes()),
            ("payload-escaped-otherwise", b"s", &replaced(&payload, r#""exp""#, r#""\u0065xp""#)),
            ("payload-number-otherwise", b"s", &replaced(&payload, r#":17"#, r#":017"#)),
            ("payload-members-changed-round", b"s", br#"{"s":"","exp":1700000600}"#),
            ("fields", b"f", &fields),
            ("fields-bound-to-all", b"f", &bound(7)),
            ("fields-bound-to-the-unknown", b"f", &bound(13)),
            ("fields-longer", b"f", &[&fields[..], &[0]].concat()),
            ("claims", b"c", &[0x5A; 400]),
            ("claims-counted", b"c", &(0..=255).collect::<Vec<u8>>()),
        ],
    )
}

fn session_tokens() -> io::Result<()> {
    let signed = |key: usize| session::Claims::sample(NOW).signed(KEYS[key].id);
    let expired = session::Claims::sample(NOW.minus_seconds(43_200)).signed(None);
    seeds(
        "session_token",
        &[
            ("token-without-key-id", b"v", KEYS[0].session_token(&signed(0)).as_bytes()),
            ("token-with-key-id", b"v", KEYS[1].session_token(&signed(1)).as_bytes()),
            ("prefix-alone", b"v", b"LGT"),
            ("signed", b"s", &signed(0)),
            ("signed-with-key-id", b"k", &signed(1)),
            ("signed-with-the-other-key", b"k", &signed(0)),
            ("signed-expired", b"s", &expired),
            ("signed-of-another-tenant", b"s", &replaced(&signed(0), "租户", "租租")),
            (
                "signed-no-utf-8",
                b"s",
                &signed(0).iter().map(|byte| if *byte == b'w' { 0xFF } else { *byte }).collect::<Vec<_>>(),
            ),
            ("signed-longer", b"s", &[signed(0), vec![0]].concat()),
            ("claims", b"c", &[0x5A; 400]),
            ("claims-counted", b"c", &(0..=255).collect::<Vec<u8>>()),
        ],
    )
}

fn references() -> io::Result<()> {
    let signed = |key| reference::Claims::sample(NOW).signed(key);
    let expired = reference::Claims::sample(NOW.minus_seconds(43_200)).signed(0);
    let with = |at: usize, byte: u8| {
        let mut signed = signed(0);
        signed[at] = byte;
        signed
    };
    seeds(
        "session_reference",
        &[
            ("token-of-one-key", b"v", KEYS[0].reference(&signed(0)).as_bytes()),
            ("token-of-the-other", b"v", KEYS[1].reference(&signed(1)).as_bytes()),
            ("token-of-the-other-form", b"v", KEYS[0].session_token(&signed(0)).as_bytes()),
            ("prefix-alone", b"v", b"LGT"),
            ("signed", b"s", &signed(0)),
            ("signed-with-the-other-key", b"k", &signed(1)),
            ("signed-in-the-name-of-another", b"k", &signed(0)),
            ("signed-expired", b"s", &expired),
            ("signed-as-the-first-version", b"s", &with(0, 1)),
            ("signed-to-end-after-the-last-second", b"s", &with(22, 0xFF)),
            ("signed-longer", b"s", &[signed(0), vec![0]].concat()),
            ("signed-shorter", b"s", &signed(0)[..58]),
            ("claims", b"c", &[0x5A; 400]),
            ("claims-counted", b"c", &(0..=255).collect::<Vec<u8>>()),
        ],
    )
}

fn tickets() -> io::Result<()> {
    let signed = |key: usize| ticket::Claims::sample(NOW).signed(KEYS[key].id);
    let expired = ticket::Claims::sample(NOW.minus_seconds(300)).signed(None);
    seeds(
        "ticket",
        &[
            ("ticket-without-key-id", b"v", KEYS[0].ticket(&signed(0)).as_bytes()),
            ("ticket-with-key-id", b"v", KEYS[1].ticket(&signed(1)).as_bytes()),
            ("prefix-alone", b"v", b"ssoTicket-"),
            ("signed", b"s", &signed(0)),
            ("signed-with-key-id", b"k", &signed(1)),
            ("signed-with-the-other-key", b"k", &signed(0)),
            ("signed-expired", b"s", &expired),
            ("signed-longer", b"s", &[signed(0), vec![0]].concat()),
            ("claims", b"c", &[0x5A; 400]),
            ("claims-counted", b"c", &(0..=255).collect::<Vec<u8>>()),
        ],
    )
}

fn captcha_tokens() -> io::Result<()> {
    let signed = |key: usize| captcha::Claims::sample(NOW).signed(KEYS[key].id);
    let expired = captcha::Claims::sample(NOW.minus_seconds(180)).signed(None);
    seeds(
        "captcha_token",
        &[
            ("token-without-key-id", b"v", KEYS[0].captcha_token(&signed(0)).as_bytes()),
            ("token-with-key-id", b"v", KEYS[1].captcha_token(&signed(1)).as_bytes()),
            ("prefix-alone", b"v", b"captcha-"),
            ("signed", b"s", &signed(0)),
            ("signed-with-key-id", b"k", &signed(1)),
            ("signed-with-the-other-key", b"k", &signed(0)),
            ("signed-expired", b"s", &expired),
            ("signed-longer", b"s", &[signed(0), vec![0]].concat()),
            ("claims", b"c", &[0x5A; 400]),
            ("claims-counted", b"c", &(0..=255).collect::<Vec<u8>>()),
        ],
    )
}

/// These seeds are texts without a first byte.
fn captcha_points() -> io::Result<()> {
    let points: [(&str, &[u8]); 9] = [
        ("of-java", br#"{"x":237.0,"y":5.0}"#),
        ("of-javascript", br#"{"x":237,"y":5}"#),
        ("the-other-way-round", br#" { "y" : 5e0, "x" : 23.7e1 } "#),
        ("sealed", b"9KzWqGZ/0+4="),
        ("twice", br#"{"x":1,"x":2,"y":5}"#),
        ("one-more", br#"{"x":1,"y":5,"z":0}"#),
        ("without-end", br#"{"x":1e999,"y":5}"#),
        ("an-array", b"[1,5]"),
        ("escaped", br#"{"\u0078":1,"y":-0}"#),
    ];
    points.iter().try_for_each(|(name, point)| seed("captcha_point", name, point))
}

/// The id tokens of one application, for the target that reads them a second time and for the target in which `jsonwebtoken`
/// reads them.
fn id_tokens() -> io::Result<()> {
    let sample = id::Claims::sample(NOW);
    let (payload, (_, audience)) = (sample.payload().into_bytes(), sample.world());
    let expired = id::Claims::sample(NOW.minus_seconds(7_200)).payload().into_bytes();
    let with = |members: &[u8]| [b"{", members, b",", &payload[1..]].concat();
    let array =
        r#"["https://id.example.com","web","er\"in","AQEBAQEBAQEBAQEBAQEBAQ","租户",1800000000,1,1,1]"#;
    let counted: Vec<_> = (0..=255).collect();
    let tokens = KEYS.each_ref().map(|key| key.id_token(&audience, &payload));
    let common: [(&str, &[u8; 1], &[u8]); 7] = [
        ("token-without-key-id", b"v", tokens[0].as_bytes()),
        ("token-with-key-id", b"v", tokens[1].as_bytes()),
        ("payload-with-key-id", b"k", &payload),
        ("claims", b"c", &[0x5A; 900]),
        ("claims-counted", b"c", &[&counted[..]; 4].concat()),
        ("claims-of-zeros", b"c", &[0; 600]),
        ("claims-high", b"c", &[0xFF; 900]),
    ];
    let space = [b" ", &payload[..]].concat();
    let (ended, twice) = (replaced(&payload, "1700007200", "1699999999"), with(br#""sub":"erik""#));
    let (fraction, text) =
        (replaced(&payload, "1700007200", "1.7e99"), replaced(&payload, "1700007200", r#""1""#));
    let (deep, surrogate) =
        (with([&br#""x":"#[..], &[b'['; 200], &[b']'; 200]].concat().as_slice()), with(br#""x":"\ud800""#));
    let (null, no_utf_8) = (replaced(&payload, r#""租户""#, "null"), with(b"\"x\":\"\xFF\""));
    let unknown_twice = with(br#""x":1,"x":2"#);
    let payloads: [(&str, &[u8]); 14] = [
        ("payload", &payload),
        ("payload-expired", &expired),
        ("payload-ended", &ended),
        ("payload-array", array.as_bytes()),
        ("payload-behind-a-space", &space),
        ("payload-subject-twice", &twice),
        ("payload-unknown-twice", &unknown_twice),
        ("payload-expiry-a-fraction", &fraction),
        ("payload-expiry-a-text", &text),
        ("payload-deep", &deep),
        ("payload-half-a-surrogate-pair", &surrogate),
        ("payload-no-utf-8", &no_utf_8),
        ("payload-tenant-null", &null),
        ("payload-empty", b"{}"),
    ];
    for (target, kind) in [("id_token", b"s"), ("differential", b"i")] {
        seeds(target, &common)?;
        seeds(target, &payloads.map(|(name, payload)| (name, kind, payload)))?;
    }
    let state = state::Claims::sample(NOW).payload().into_bytes();
    seeds("differential", &[("state-payload", b"s", &state)])
}

/// The same bytes with one text replaced by another.
fn replaced(bytes: &[u8], text: &str, by: &str) -> Vec<u8> {
    let at =
        bytes.windows(text.len()).position(|window| window == text.as_bytes()).expect("the text is there");
    [&bytes[..at], by.as_bytes(), &bytes[at + text.len()..]].concat()
}

fn seeds(target: &str, seeds: &[(&str, &[u8; 1], &[u8])]) -> io::Result<()> {
    seeds.iter().try_for_each(|(name, kind, rest)| seed(target, name, &[*kind, *rest].concat()))
}

fn seed(target: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name).with_extension("seed"), bytes)
}
