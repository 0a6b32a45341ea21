#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::{given, model, scenario::Scenario, world};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut scenario = match input {
        // The readable form follows a line `t`.
        [b't', b'\n', text @ ..] => Scenario::from_text(text),
        _ => Scenario::arbitrary(&mut Unstructured::new(input)).unwrap_or_default(),
    };
    scenario.requests.retain(|request| given::is_known(&request.path));
    for request in &scenario.requests {
        model::judge(&request.headers);
    }
    world::run(&scenario);
});
