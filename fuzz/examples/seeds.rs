//! Writes the seeds of the token targets into `corpus/`: `cargo run --example seeds`.
//!
//! (Those of `device_headers_and_body` are texts, written by hand.)

use authflow_fuzz::{
    keys::{KEYS, NOW},
    session, state,
};
use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let payload = state::Claims::sample(NOW).payload().into_bytes();
    let expired = state::Claims::sample(NOW.minus_seconds(600)).payload().into_bytes();
    let without = |member: &str| String::from_utf8_lossy(&payload).replace(member, "").into_bytes();
    seeds(
        "state_token",
        &[
            ("token-without-key-id", b"v", KEYS[0].state_token(&payload).as_bytes()),
            ("token-with-key-id", b"v", KEYS[1].state_token(&payload).as_bytes()),
            ("alg-none", b"v", b"eyJhbGciOiJub25lIn0.e30."),
            ("payload", b"s", &payload),
            ("payload-with-key-id", b"k", &payload),
            ("payload-expired", b"s", &expired),
            ("payload-without-tenant", b"s", &without(r#","tid":"08f770f51f80d2f40f38c00cb199fd21""#)),
            ("payload-without-account", b"s", &without(r#","sub":"er\"in\\租""#)),
            ("payload-escaped-otherwise", b"s", &replaced(&payload, r#""web""#, r#""\u0077eb""#)),
            ("payload-number-otherwise", b"s", &replaced(&payload, r#""rev":7"#, r#""rev":07"#)),
            ("claims", b"c", &[0x5A; 400]),
            ("claims-counted", b"c", &(0..=255).collect::<Vec<u8>>()),
        ],
    )?;

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

/// The same bytes with one text in the place of another.
fn replaced(bytes: &[u8], text: &str, by: &str) -> Vec<u8> {
    let at =
        bytes.windows(text.len()).position(|window| window == text.as_bytes()).expect("the text is there");
    [&bytes[..at], by.as_bytes(), &bytes[at + text.len()..]].concat()
}

fn seeds(target: &str, seeds: &[(&str, &[u8; 1], &[u8])]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    for (name, kind, rest) in seeds {
        fs::write(folder.join(name).with_extension("seed"), [*kind, *rest].concat())?;
    }
    Ok(())
}
