#![no_main]

use authflow_fuzz::form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| form::posted(body));
