#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::signed_call;
use libfuzzer_sys::fuzz_target;

// The first byte says what the rest is.
fuzz_target!(|input: &[u8]| match input {
    // What a host has opened; TOKEN stands for a good session token.
    [b'o', text @ ..] => signed_call::opened(text),
    // Anything else makes up a frame, and changes to make.
    _ => {
        if let Ok(case) = signed_call::Case::arbitrary(&mut Unstructured::new(input)) {
            case.check();
        }
    }
});
