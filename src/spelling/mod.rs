//! One spelling for one thing. A text that people type in many ways is brought to its one spelling before it is looked up, counted or
//! compared.
//!
//! | what | its one spelling | source |
//! |---|---|---|
//! | user names, e-mail addresses | invisible characters dropped, width and case mapped, NFC | RFC 8265 §3.3 (UsernameCaseMapped) |
//! | user names that have the form of a number | that of mobile numbers, completed by no plan | ITU-T E.164 |
//! | passwords | spaces of other scripts to U+0020, NFC | RFC 8265 §4.2 (OpaqueString) |
//! | mobile numbers | `+`, calling code, national number, in ASCII digits | ITU-T E.164 |
//! | codes | their digits, in ASCII | – |
//!
//! One function makes each spelling. It is the same for typed, stored and new texts. A *new* name must pass a stricter test
//! ([`UserName::for_new_account`](crate::account::UserName::for_new_account)). An existing account is found, however odd its name is.
//!
//! The tables of Unicode come with the feature `unicode`, which is on by default. Without it, everything beyond ASCII is refused, and nothing
//! is passed through unmapped.

mod characters;
mod digits;
mod name;
mod new_name;
mod password;

pub(crate) use digits::{digits_alone, is_number, number};
pub(crate) use name::{canonical_name, canonical_user_name};
pub(crate) use new_name::is_fit_for_a_new_name;
pub(crate) use password::canonical_password;

/// The version of these spellings. A store that keeps canonical texts keeps this number with them, and makes the texts again if its number is
/// a different one. A later version may map a character that this one does not know.
pub const FORM: u32 = 2;

/// A text that has no one spelling: it has characters beyond ASCII and this is a build without the feature `unicode`, or repeated mapping
/// never ends in a stable text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text must have one spelling, and this one has none that this build can make")]
pub(crate) struct Unspellable;
