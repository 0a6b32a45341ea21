#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::signed_call;
use libfuzzer_sys::fuzz_target;

// The first byte says what the rest is.
fuzz_target!(|input: &[u8]| match input {
    // The text that a host has opened. TOKEN stands for a good session token.
    [b'o', text @ ..] => signed_call::opened(text),
    // Any other input makes up a frame, and changes to it.
    _ => {
        if let Ok(case) = signed_call::Case::arbitrary(&mut Unstructured::new(input)) {
            case.check();
        }
    }
});
