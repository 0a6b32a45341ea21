#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::id;
use libfuzzer_sys::fuzz_target;

// The first byte says what the rest is.
fuzz_target!(|input: &[u8]| match input {
    // A text, presented as it stands.
    [b'v', text @ ..] => id::presented(text),
    // The bytes to sign, under the key without an id or under the key with one.
    [b's', payload @ ..] => id::signed(0, payload),
    [b'k', payload @ ..] => id::signed(1, payload),
    // Any other input makes up real claims, and changes to them.
    _ => {
        if let Ok(case) = id::Case::arbitrary(&mut Unstructured::new(input)) {
            case.check();
        }
    }
});
