#![no_main]

use arbitrary::Unstructured;
use authflow_fuzz::web;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // If an input is too short for its requests, the life is shorter.
    let _ = web::run(&mut Unstructured::new(input));
});
