//! Time and entropy, which the host hands in with every request.
//!
//! Nothing in this crate reads a clock or draws a random number on its own. A request, its [`Moment`] and the answers
//! of the host determine every byte of the outcome, so a whole login can be replayed in a test.

mod entropy;
mod lifetime;
mod skew;
mod timestamp;

pub use entropy::Entropy;
pub use lifetime::{InvalidLifetime, Lifetime};
pub use timestamp::{InvalidTimestamp, Timestamp};

pub(crate) use skew::Skew;

/// The time of a request, and the entropy that the request may use.
///
/// ```
/// use authflow::{
///     Entropy, Moment,
///     testkit::{Call, World, demo},
/// };
///
/// // With the feature `os`: Moment::now()?
/// // 32 bytes of the operating system's generator
/// let moment = || Moment::new(demo::START, Entropy::from_bytes([7; 32]));
/// let (first, second) = (World::new(), World::new());
/// let call = Call::login("erin", demo::PASSWORD);
/// // The same request at the same moment, with the same answers, gives the same reply to the byte.
/// let [first, second] = [first, second].map(|mut world| {
///     let step = world.api.handle(&call.request(), moment());
///     world.finish(step).bytes
/// });
/// assert_eq!(first, second);
/// ```
///
/// A moment is neither `Clone` nor `Copy`, so using one for two requests does not compile:
///
/// ```compile_fail
/// use authflow::{Entropy, Moment, Timestamp};
/// let moment = Moment::new(Timestamp::from_unix(1_700_000_000), Entropy::from_bytes([7; 32]));
/// let first = moment;
/// let second = moment;
/// ```
#[derive(Debug)]
pub struct Moment {
    now: Timestamp,
    entropy: Entropy,
}

impl Moment {
    /// A moment from the host's own clock and generator.
    pub fn new(now: Timestamp, entropy: Entropy) -> Self {
        Self { now, entropy }
    }

    /// A moment from the operating system's clock and random numbers.
    ///
    /// # Errors
    /// When the system has no entropy to give. Refuse the request; do not go on with something weaker.
    #[cfg(feature = "os")]
    pub fn now() -> Result<Self, OsEntropyUnavailable> {
        #[allow(clippy::disallowed_methods, reason = "this feature exists to read the clock")]
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| OsEntropyUnavailable)?;
        let now = Timestamp::from_unix(since_epoch.map_or(0, |elapsed| elapsed.as_secs()));
        Ok(Self::new(now, Entropy::from_bytes(bytes)))
    }

    /// The time of the request.
    pub fn timestamp(&self) -> Timestamp {
        self.now
    }

    /// The same entropy at another time: for a host whose clock is set by a test or a flag.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    pub(crate) fn entropy(&self) -> &Entropy {
        &self.entropy
    }
}

/// The operating system gave no random numbers.
///
/// ```
/// use authflow::{Moment, OsEntropyUnavailable};
///
/// /// What a route answers before anything else.
/// fn moment() -> Result<Moment, u16> {
///     // Nothing weaker replaces the entropy.
///     Moment::now().map_err(|OsEntropyUnavailable| 503)
/// }
///
/// assert!(moment().is_ok());
/// ```
#[cfg(feature = "os")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random numbers")]
pub struct OsEntropyUnavailable;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_not_printed() {
        let moment = Moment::new(Timestamp::from_unix(1), Entropy::from_bytes([0xAB; 32]));
        let printed = alloc::format!("{moment:?}");
        assert!(printed.contains("Entropy(…)") && !printed.contains("171"), "{printed}");
    }
}
