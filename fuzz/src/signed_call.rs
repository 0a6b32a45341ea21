//! A second reading of the text that a signature opens to.

use crate::edit::Edit;
use arbitrary::Arbitrary;
use authflow::{
    Dialect, Secret,
    outcome::{Fault, Verdict},
    step::Step,
    testkit::{Call, Setup, World, demo},
};
use std::sync::LazyLock;

const NOW: u64 = demo::START.as_unix();
/// Five minutes, and the most that two clocks may differ.
const SECONDS: u64 = 330;

/// A world in which alice is signed in to an application whose calls must be signed, and her session token.
static SIGNED_IN: LazyLock<(World, String)> = LazyLock::new(|| {
    let setup = Setup { dialect: Dialect::OneAccess, call_key: Some(demo::call_key()), ..Setup::default() };
    let mut world = World::with_setup(setup);
    let token = world.login("alice").session_token().to_owned();
    (world, token)
});

/// A frame, and changes to it.
#[derive(Arbitrary, Debug)]
pub struct Case {
    seconds: i16,
    milliseconds: u16,
    nonce: Vec<u8>,
    edits: Vec<Edit>,
}

impl Case {
    pub fn check(&self) {
        let at =
            NOW.saturating_add_signed(self.seconds.into()) * 1_000 + u64::from(self.milliseconds % 1_000);
        let nonce = String::from_utf8_lossy(&self.nonce);
        let frame = format!("session_token={}&timestamp={at}&nonce={nonce}", SIGNED_IN.1);
        let few = self.edits.iter().take(4);
        opened(&few.fold(frame.into_bytes(), |text, edit| edit.apply(&text)));
    }
}

/// A text that the host opens is taken if and only if a second reading takes it, and it writes once.
pub fn opened(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else { return };
    let text = text.replace("TOKEN", &SIGNED_IN.1);
    let is_good = reads(&text);
    let mut world = SIGNED_IN.0.clone();
    let read = answer(&mut world, "/api/v2/sdk/pwd/check-exist", &text);
    assert_eq!(matches!(read, Verdict::PasswordPresence { is_set: true }), is_good, "{text}");
    assert!(is_good || matches!(read, Verdict::Refused(Fault::SignatureInvalid)), "{text}: {read:?}");
    let claims = world.host.claims.len();
    let wrote = answer(&mut world, "/api/v2/sdk/logout", &text);
    assert_eq!(matches!(wrote, Verdict::Done), is_good, "{text}");
    assert_eq!((world.host.claims.len() - claims, world.host.ended.len()), (is_good.into(), is_good.into()));
    // The session lives again, so only the used signature can refuse the call.
    world.host.ended.clear();
    let again = answer(&mut world, "/api/v2/sdk/logout", &text);
    assert!(matches!(again, Verdict::Refused(Fault::SignatureInvalid)), "{text}: {again:?}");
    assert!(world.host.ended.is_empty());
}

fn answer(world: &mut World, path: &str, text: &str) -> Verdict {
    match world.begin(&Call::get(path).signed_as("")) {
        Step::OpenSealed(ask) => world.run(ask.answer(Some(Secret::new(text)))).verdict,
        other => panic!("{other:?}"),
    }
}

/// The text has exactly these three members, each after its name, and cannot be read otherwise.
fn reads(text: &str) -> bool {
    let parts: Vec<_> = text.split('&').collect();
    let [token, time, nonce] = parts[..] else { return false };
    let value = |part: &'_ str, name: &str| part.strip_prefix(name).map(str::to_owned);
    let (Some(token), Some(time), Some(nonce)) =
        (value(token, "session_token="), value(time, "timestamp="), value(nonce, "nonce="))
    else {
        return false;
    };
    let is_number = (1..=15).contains(&time.len()) && time.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = time.parse::<u64>().unwrap_or_default() / 1_000;
    let is_near = seconds + SECONDS > NOW && seconds <= NOW + SECONDS;
    let is_nonce = (1..=128).contains(&nonce.len()) && nonce.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    token == SIGNED_IN.1 && is_number && !time.starts_with('0') && is_near && is_nonce
}
