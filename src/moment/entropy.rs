//! The entropy of a request.

use core::fmt;
use zeroize::Zeroizing;

/// 32 bytes that nobody can guess, for one request.
///
/// These bytes never leave the library raw. Every id and code is an HMAC of them under a key of the ring, and is bound
/// to the moment, its purpose, the account, the application and the device. Weak or repeated entropy can therefore make
/// two logins of one account on one device in one second collide. It does not make an id predictable to someone without
/// the key.
///
/// ```
/// use authflow::{Entropy, Moment, Timestamp};
///
/// # fn fill(bytes: &mut [u8]) -> Result<(), std::io::Error> { bytes.fill(7); Ok(()) }
/// let mut bytes = [0; 32];
/// fill(&mut bytes)?; // yours: getrandom::fill, or the feature `os` and Moment::now
/// let entropy = Entropy::from_bytes(bytes);
/// assert_eq!(format!("{entropy:?}"), "Entropy(…)");
/// // one request, and no other
/// let moment = Moment::new(Timestamp::from_unix(1_700_000_000), entropy);
/// # let _ = moment;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Entropy(Zeroizing<[u8; 32]>);

impl Entropy {
    /// Wraps bytes from the operating system's generator (or, in a test, any bytes).
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(…)")
    }
}
