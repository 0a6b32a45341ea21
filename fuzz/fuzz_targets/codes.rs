#![no_main]

use arbitrary::Unstructured;
use authflow_fuzz::codes::{self, Deed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut input = Unstructured::new(input);
    let deeds: Result<Vec<Deed>, _> = input.arbitrary();
    codes::run(&deeds.unwrap_or_default());
});
