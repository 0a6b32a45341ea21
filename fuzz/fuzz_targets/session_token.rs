#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::{keys::KEYS, session};
use libfuzzer_sys::fuzz_target;

// The first byte says what the rest is.
fuzz_target!(|input: &[u8]| match input {
    // A text, presented as it stands.
    [b'v', text @ ..] => session::presented(text),
    // The bytes to sign, under the key without an id or under the key with one.
    [b's', signed @ ..] => session::presented(KEYS[0].session_token(signed).as_bytes()),
    [b'k', signed @ ..] => session::presented(KEYS[1].session_token(signed).as_bytes()),
    // Any other input makes up real claims, and changes to them.
    _ => {
        if let Ok(case) = session::Case::arbitrary(&mut Unstructured::new(input)) {
            case.check();
        }
    }
});
