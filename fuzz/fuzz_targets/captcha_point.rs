#![no_main]

use authflow_fuzz::point;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| point::check(text));
