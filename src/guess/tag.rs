//! Who is guessing.

/// Who is guessing, as far as the record may know: 63 bits under a key that the host's store does not have, of the name as it was
/// typed. Guesses at one account by two of its names bear two tags, so that a burst does not tell that they are one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GuessTag(pub(super) u64);

impl GuessTag {
    /// Of somebody who has proved something already: in a pending login, or signed in.
    pub(crate) const KNOWN_SUBJECT: Self = Self(1);

    /// The bit that no hash has.
    pub(super) const REFUSED: u64 = 1 << 63;

    /// The same of a guess that there was none for.
    pub(super) fn refused(self) -> Self {
        Self(self.0 | Self::REFUSED)
    }

    pub(super) fn is_refused(self) -> bool {
        self.0 & Self::REFUSED != 0
    }

    /// Of a keyed hash.
    pub(crate) fn new(bytes: [u8; 8]) -> Self {
        // Nought stands for a guess that was wrong.
        Self((u64::from_be_bytes(bytes) & !Self::REFUSED).max(2))
    }
}
