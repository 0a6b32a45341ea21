//! What does this open to?

use crate::{Audience, token::KeyId};
use alloc::vec::Vec;
use core::fmt;

/// What does this open to, under one of your keys? It is asked about a signed call, before anything else.
///
/// Decrypt with RSAES-OAEP (RFC 8017 §7.1.2), with SHA-256 as the hash **and** as the hash of MGF1, and with no label. This is BouncyCastle's reading
/// of `OAEPWithSHA-256AndMGF1Padding`, as the family documents. Answer with the text, or with `None` where it does not open, there is no such key, or
/// the text is not UTF-8. Have no answer ([`Ask::unavailable`](crate::step::Ask::unavailable)) where the key service is down.
///
/// The sealed text has exactly as many bytes as the key's modulus, and 512 at most. Anything else is refused before this is asked.
///
/// Answer alike whatever is wrong, and in the same time. An attacker who learns *why* a text does not open can open texts without the key (J. Manger,
/// "A Chosen Ciphertext Attack on RSA Optimal Asymmetric Encryption Padding", 2001). So take an implementation that is written for that, such as
/// aws-lc, BoringSSL or a KMS. Log none of its reasons, and look at nothing of the text, because the library judges it.
///
/// ```
/// use authflow::{
///     Dialect, Secret,
///     signed_call::OpenSealed,
///     testkit::{Call, Setup, World, demo},
/// };
///
/// let setup = Setup {
///     dialect: Dialect::OneAccess,
///     call_key: Some(demo::call_key()),
///     ..Setup::default()
/// };
/// let mut world = World::with_setup(setup);
/// let signed_in = world.login("alice");
/// let milliseconds = world.clock.now.as_unix() * 1_000;
/// let call = Call::sign_out("").without_header("X-session-token").signed(
///     signed_in.session_token(),
///     milliseconds,
///     "n-1",
/// );
///
/// let step = world.begin(&call);
/// let ask = world.until::<OpenSealed>(step);
/// assert_eq!((ask.key, ask.sealed.len()), (*demo::call_key().id(), 256));
/// let text =
///     // yours: RSAES-OAEP
///     format!("session_token={}&timestamp={milliseconds}&nonce=n-1", signed_in.session_token());
/// assert_eq!(world.finish(ask.answer(Some(Secret::new(text)))).status, 200);
/// ```
///
/// **If you answer wrongly:**
/// - A text that was sealed under another application's key: its clients would pass for this application's only with session tokens of this
///   application, and they have none.
/// - A text that is not the sealed one: the call is refused, unless the text holds a session token that is good now. Then the caller has that
///   session.
/// - `None` for a good signature: the call is refused, and its client signs anew.
#[derive(Clone)]
#[non_exhaustive]
pub struct OpenSealed {
    /// The application and tenant that the call is for.
    pub audience: Audience,
    /// The [id](super::CallKey::id) of the application's key.
    pub key: KeyId,
    /// The sealed text.
    pub sealed: Vec<u8>,
}

/// The sealed text is not printed, because anybody who can open it has a session token.
impl fmt::Debug for OpenSealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { audience, key, .. } = self;
        f.debug_struct("OpenSealed").field("audience", audience).field("key", key).finish_non_exhaustive()
    }
}
