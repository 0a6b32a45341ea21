#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use authflow_fuzz::{captcha, keys::KEYS};
use libfuzzer_sys::fuzz_target;

// The first byte says what the rest is.
fuzz_target!(|input: &[u8]| match input {
    // A text, presented as it stands.
    [b'v', text @ ..] => captcha::presented(text),
    // The bytes to sign, under the key without an id or under the key with one.
    [b's', signed @ ..] => captcha::presented(KEYS[0].captcha_token(signed).as_bytes()),
    [b'k', signed @ ..] => captcha::presented(KEYS[1].captcha_token(signed).as_bytes()),
    // Any other input makes up real claims, and changes to them.
    _ => {
        if let Ok(case) = captcha::Case::arbitrary(&mut Unstructured::new(input)) {
            case.check();
        }
    }
});
