#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::{keys::KEYS, state};
use libfuzzer_sys::fuzz_target;

// The first byte says what the rest is.
fuzz_target!(|input: &[u8]| match input {
    // A text, presented as it stands.
    [b'v', text @ ..] => state::presented(text),
    // The bytes to sign, under the key without an id or under the key with one.
    [b's', signed @ ..] => state::presented(KEYS[0].state_token(signed).as_bytes()),
    [b'k', signed @ ..] => state::presented(KEYS[1].state_token(signed).as_bytes()),
    // The fields of a payload that is otherwise good.
    [b'f', fields @ ..] => state::presented_fields(0, fields),
    // Any other input makes up real claims, and changes to them.
    _ => {
        if let Ok(case) = state::Case::arbitrary(&mut Unstructured::new(input)) {
            case.check();
        }
    }
});
