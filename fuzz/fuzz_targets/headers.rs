#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::headers::List;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| match input {
    // The readable form follows a line `t`.
    [b't', b'\n', text @ ..] => List::from_text(text).check(),
    _ => {
        if let Ok(list) = List::arbitrary(&mut Unstructured::new(input)) {
            list.check();
        }
    }
});
