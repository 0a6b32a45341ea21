#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::{differential, keys::KEYS};
use libfuzzer_sys::fuzz_target;

// The first byte says what the rest is.
fuzz_target!(|input: &[u8]| match input {
    // A text, presented as it stands.
    [b'v', text @ ..] => differential::presented(text),
    // The payload of an id token, under the key without an id or under the key with one.
    [b'i', payload @ ..] => differential::signed_id_token(0, payload),
    [b'k', payload @ ..] => differential::signed_id_token(1, payload),
    // The payload of a state token.
    [b's', payload @ ..] => differential::presented(KEYS[0].state_token(payload).as_bytes()),
    // Any other input makes up real claims, and changes to them.
    _ => {
        if let Ok(case) = differential::Case::arbitrary(&mut Unstructured::new(input)) {
            case.check();
        }
    }
});
