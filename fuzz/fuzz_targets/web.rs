#![no_main]

use arbitrary::Unstructured;
use authflow_fuzz::web;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // An input that is too short for its requests is a shorter life.
    let _ = web::run(&mut Unstructured::new(input));
});
