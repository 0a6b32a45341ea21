#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::{keys::KEYS, reference};
use libfuzzer_sys::fuzz_target;

// The first byte says what the rest is.
fuzz_target!(|input: &[u8]| match input {
    // A text, presented as it stands.
    [b'v', text @ ..] => reference::presented(text),
    // The bytes to sign, under one key or the other.
    [b's', signed @ ..] => reference::presented(KEYS[0].reference(signed).as_bytes()),
    [b'k', signed @ ..] => reference::presented(KEYS[1].reference(signed).as_bytes()),
    // Any other input makes up real claims, and changes to them.
    _ => {
        if let Ok(case) = reference::Case::arbitrary(&mut Unstructured::new(input)) {
            case.check();
        }
    }
});
