//! A signature as a client presents it.

use alloc::vec::Vec;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use core::fmt;

/// The text of `X-signature`, before anything about it has been verified.
///
/// ```
/// use authflow::{
///     Dialect, PresentedToken,
///     device::Caller,
///     outcome::Verdict,
///     signed_call::CallSignature,
///     testkit::{Call, Setup, World, demo},
/// };
///
/// let (dialect, call_key) = (Dialect::OneAccess, Some(demo::call_key()));
/// let mut world = World::with_setup(Setup { dialect, call_key, ..Setup::default() });
/// let signed_in = world.login("alice");
/// let milliseconds = world.clock.now.as_unix() * 1_000;
/// let call = Call::get("/orders").signed(signed_in.session_token(), milliseconds, "n-1");
///
/// // One of your own routes.
/// let sent = call.headers.text("X-signature").unwrap();
/// let presented = PresentedToken::Signed(CallSignature::new(sent));
/// let caller = Caller::from_headers(&demo::device())?;
/// assert!(matches!(world.authenticate(caller, presented), Verdict::Authenticated(_)));
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Copy)]
pub struct CallSignature<'a>(&'a [u8]);

impl<'a> CallSignature<'a> {
    /// Base64 of 512 bytes: RSA of 4,096 bits.
    pub(crate) const MAX_BYTES: usize = 684;

    /// Marks bytes from a request. Any bytes will do; empty ones stand for a signature that is missing.
    pub fn new(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self(text.as_ref())
    }

    /// Stands for a signature that was sent but could not be read, in a header given twice, say. It never opens.
    pub fn unreadable() -> Self {
        Self(b"\0")
    }

    /// The sealed bytes. `None` where the text is too long, or is not standard base64 (RFC 4648 §4) in its one spelling, with padding.
    pub(crate) fn sealed(self) -> Option<Vec<u8>> {
        let text = Some(self.0).filter(|text| text.len() <= Self::MAX_BYTES);
        BASE64_STANDARD.decode(text?).ok()
    }
}

impl fmt::Debug for CallSignature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallSignature({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};

    #[test]
    fn a_signature_has_one_spelling_and_a_bound() {
        let sealed = |text: &str| CallSignature::new(text).sealed();
        assert_eq!(sealed("AAEC"), Some(alloc::vec![0, 1, 2]));
        assert_eq!(sealed("AA=="), Some(alloc::vec![0]));
        for wrong in ["AA", "AB==", "AA=", "AA==\n", " AAEC", "AAE-", "A", "\0"] {
            assert_eq!(sealed(wrong), None, "{wrong:?}");
        }
        let longest = BASE64_STANDARD.encode([7; 512]);
        assert_eq!((longest.len(), sealed(&longest)), (CallSignature::MAX_BYTES, Some(alloc::vec![7; 512])));
        assert_eq!(sealed(&BASE64_STANDARD.encode([7; 514])), None);
        assert_eq!(sealed(&String::from("A").repeat(1 << 20)), None);
        assert_eq!(CallSignature::unreadable().sealed(), None);
    }

    #[test]
    fn a_signature_is_not_printed() {
        assert_eq!(format!("{:?}", CallSignature::new("secret")), "CallSignature(6 bytes)");
    }
}
