#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::posting::Posted;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let posted = match input {
        // The readable form follows a line `t`.
        [b't', b'\n', text @ ..] => Posted::from_text(text),
        _ => Posted::arbitrary(&mut Unstructured::new(input)).ok(),
    };
    if let Some(posted) = posted {
        posted.check();
    }
});
