//! Tags that tell guessers apart.

/// A tag for who is guessing, as far as the record may know. It is 63 bits of a hash of the name as it was typed, under a key
/// that the host's store does not have. Guesses at one account by two of its names have two tags, so that a burst does not
/// reveal that both names belong to one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GuessTag(pub(super) u64);

impl GuessTag {
    /// The tag of somebody who has proved something already: in a pending login, or signed in.
    pub(crate) const KNOWN_SUBJECT: Self = Self(1);

    /// The bit that is never set in a hash.
    pub(super) const REFUSED: u64 = 1 << 63;

    /// The tag of a refused guess.
    pub(super) fn refused(self) -> Self {
        Self(self.0 | Self::REFUSED)
    }

    pub(super) fn is_refused(self) -> bool {
        self.0 & Self::REFUSED != 0
    }

    /// The tag of a keyed hash.
    pub(crate) fn new(bytes: [u8; 8]) -> Self {
        // Nought stands for a guess that was wrong.
        Self((u64::from_be_bytes(bytes) & !Self::REFUSED).max(2))
    }
}
