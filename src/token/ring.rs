//! The key ring: one key signs, any number still verify, each within its window.

use super::{IdTokens, Issuer, Key, KeyId, Keys, Sessions, States, Tickets, TokenError};
use crate::{Audience, Timestamp, token::IdTokenKey};
use alloc::{sync::Arc, vec::Vec};

/// When a verify-only key counts: `from <= now < until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyWindow {
    /// The first second.
    pub from: Timestamp,
    /// The first second after it.
    pub until: Timestamp,
}

/// The keys of a deployment. Cheap to clone; rotating means building a new ring (and a new engine) from configuration.
///
/// To rotate without refusing anyone: hand out the next signer as a verify-only key to every instance, then make it the
/// signer everywhere, and keep the old one as verify-only until the longest token it signed has expired.
///
/// ```
/// use authflow::{Timestamp, token::{Key, KeyRing, VerifyWindow}};
///
/// let ring = KeyRing::new(Key::new("2026-11", [11; 32]).unwrap())
///     .with_verifier(
///         Key::new("2026-10", [10; 32]).unwrap(),
///         VerifyWindow { from: Timestamp::from_unix(0), until: Timestamp::from_unix(1_800_000_000) },
///     )
///     .unwrap();
/// # let _ = ring;
/// ```
#[derive(Clone, Debug)]
pub struct KeyRing {
    signer: Arc<Keys>,
    /// Every key, in the order of their ids, so that a look-up costs the same for one key and for sixty-four.
    by_id: Vec<(Arc<Keys>, Option<VerifyWindow>)>,
    /// The same keys in the order of their headers: places in `by_id`.
    by_header: Vec<usize>,
    skew_seconds: u64,
}

impl KeyRing {
    const MAX_SKEW_SECONDS: u64 = 120;

    /// A ring of one key, which signs.
    pub fn new(signer: Key) -> Self {
        let signer = Arc::new(Keys::new(signer));
        Self {
            by_id: Vec::from([(Arc::clone(&signer), None)]),
            by_header: Vec::from([0]),
            signer,
            skew_seconds: 30,
        }
    }

    /// Adds a key that verifies within a window and never signs.
    ///
    /// # Errors
    /// When the ring has a key of that id already (or one without id), or the window is empty.
    pub fn with_verifier(mut self, key: Key, window: VerifyWindow) -> Result<Self, RingError> {
        if window.from >= window.until {
            return Err(RingError::EmptyWindow);
        }
        let keys = Keys::new(key);
        match self.by_id.binary_search_by(|(other, _)| other.id.cmp(&keys.id)) {
            Ok(_) => return Err(RingError::DuplicateId(keys.id)),
            Err(at) => self.by_id.insert(at, (Arc::new(keys), Some(window))),
        }
        let mut by_header: Vec<_> = self.by_id.iter().map(|(keys, _)| &keys.header).enumerate().collect();
        by_header.sort_unstable_by_key(|(_, header)| *header);
        self.by_header = by_header.into_iter().map(|(at, _)| at).collect();
        Ok(self)
    }

    /// Lets the clock of another instance be this far ahead of ours: 30 seconds by default, 120 at most.
    ///
    /// # Errors
    /// When it is more.
    pub fn with_clock_skew(mut self, seconds: u64) -> Result<Self, RingError> {
        if seconds > Self::MAX_SKEW_SECONDS {
            return Err(RingError::ClockSkew);
        }
        self.skew_seconds = seconds;
        Ok(self)
    }

    /// The rule of time for every kind of token: issued not (much) later than now, and expired from the very second of
    /// `expires_at` on (RFC 7519 §4.1.4).
    pub(super) fn check_time(
        &self,
        issued_at: Timestamp,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        if now >= expires_at {
            Err(TokenError::Expired)
        } else if issued_at > now.plus_seconds(self.skew_seconds) {
            Err(TokenError::NotYetValid)
        } else {
            Ok(())
        }
    }

    /// Mints and verifies state tokens.
    pub fn states(&self) -> States<'_> {
        States::new(self)
    }

    /// Mints and verifies session tokens.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions::new(self)
    }

    /// Mints and verifies tickets.
    pub fn tickets(&self) -> Tickets<'_> {
        Tickets::new(self)
    }

    /// Mints and verifies the id tokens of one application, in the name of `issuer`.
    pub fn id_tokens<'a>(&'a self, issuer: &'a Issuer, audience: &'a Audience) -> IdTokens<'a> {
        IdTokens::new(self, issuer, audience)
    }

    /// The keys with which a relying party verifies the id tokens of `audience`: one for each key of the ring, so that it
    /// can be told of the next one before a rotation. Each says [when it counts](IdTokenKey::window).
    pub fn export_id_token_keys(&self, audience: &Audience) -> impl Iterator<Item = IdTokenKey> {
        self.by_id.iter().map(|(keys, window)| keys.id_token_key(audience).within(*window))
    }

    pub(crate) fn signer(&self) -> &Arc<Keys> {
        &self.signer
    }

    /// The key whose JWT header (with its dot) the text begins with, if it counts at `now`. Nearly every text is of the key that
    /// signs: that one is tried first.
    pub(super) fn by_header(&self, text: &[u8], now: Timestamp) -> Result<&Arc<Keys>, TokenError> {
        if text.starts_with(self.signer.header.as_bytes()) {
            return Ok(&self.signer);
        }
        let header = |at: &usize| self.by_id.get(*at).map_or(&[][..], |(keys, _)| keys.header.as_bytes());
        // A header has one dot, at its end, so none begins another. The one that the text begins with is therefore the last of
        // those that do not sort behind the text.
        let behind = self.by_header.partition_point(|at| header(at) <= text);
        let last = behind.checked_sub(1).and_then(|place| self.by_header.get(place));
        self.usable(last.copied().filter(|at| text.starts_with(header(at))), now)
    }

    /// The key of this id, if it counts at `now`.
    pub(super) fn by_id(&self, id: Option<&[u8]>, now: Timestamp) -> Result<&Arc<Keys>, TokenError> {
        let found = self
            .by_id
            .binary_search_by(|(keys, _)| keys.id.as_ref().map(|id| id.as_str().as_bytes()).cmp(&id));
        self.usable(found.ok(), now)
    }

    fn usable(&self, at: Option<usize>, now: Timestamp) -> Result<&Arc<Keys>, TokenError> {
        match at.and_then(|at| self.by_id.get(at)).ok_or(TokenError::Malformed)? {
            (_, Some(window)) if !(window.from..window.until).contains(&now) => {
                Err(TokenError::KeyOutsideWindow)
            }
            (keys, _) => Ok(keys),
        }
    }
}

/// Why a key cannot join a ring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    /// The ring has a key of this id, or already one without.
    #[error("the ring already has a key with the id {0:?}")]
    DuplicateId(Option<KeyId>),
    /// The window ends before it begins, so the key would never count.
    #[error("the key's window is empty")]
    EmptyWindow,
    /// Clocks that differ so much want mending, not tolerance.
    #[error("a clock skew is at most 120 seconds")]
    ClockSkew,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const ALWAYS: VerifyWindow = VerifyWindow { from: Timestamp::from_unix(0), until: Timestamp::MAX };

    fn ring(verifiers: usize) -> KeyRing {
        (0..verifiers).fold(KeyRing::new(Key::without_id([0; 32]).unwrap()), |ring, at| {
            // Ids of many lengths, so that headers and ids sort differently.
            let id = format!("{}{at}", "z".repeat(at % 7));
            ring.with_verifier(Key::new(&id, [at as u8 + 1; 32]).unwrap(), ALWAYS).unwrap()
        })
    }

    #[test]
    fn every_key_is_found_by_header_and_by_id_and_nothing_else_is() {
        let ring = ring(64);
        let now = Timestamp::from_unix(1);
        for (keys, _) in &ring.by_id {
            let id = keys.id.as_ref().map(|id| id.as_str().as_bytes());
            for rest in ["", "e30", "\u{FF}", "."] {
                let text = format!("{}{rest}", keys.header);
                assert!(Arc::ptr_eq(ring.by_header(text.as_bytes(), now).unwrap(), keys), "{text}");
            }
            for other in
                [keys.header.replace('.', ""), keys.header.replace('.', "A."), format!("A{}", keys.header)]
            {
                assert_eq!(
                    ring.by_header(other.as_bytes(), now).unwrap_err(),
                    TokenError::Malformed,
                    "{other}"
                );
            }
            assert!(Arc::ptr_eq(ring.by_id(id, now).unwrap(), keys));
        }
        for other in ["", ".", "eyJhbGciOiJub25lIn0.", "AAAA", "zzzz"] {
            assert_eq!(ring.by_header(other.as_bytes(), now).unwrap_err(), TokenError::Malformed, "{other}");
        }
        assert_eq!(ring.by_id(Some(b"unknown"), now).unwrap_err(), TokenError::Malformed);
        assert_eq!(ring.by_id(Some(b""), now).unwrap_err(), TokenError::Malformed);
    }

    #[test]
    fn a_window_counts_from_its_first_second_to_before_its_last() {
        let window = VerifyWindow { from: Timestamp::from_unix(10), until: Timestamp::from_unix(20) };
        let ring = ring(0).with_verifier(Key::new("k", [9; 32]).unwrap(), window).unwrap();
        for (now, counts) in [(9, false), (10, true), (19, true), (20, false)] {
            assert_eq!(ring.by_id(Some(b"k"), Timestamp::from_unix(now)).is_ok(), counts, "{now}");
        }
        assert!(ring.by_id(None, Timestamp::from_unix(0)).is_ok(), "the signer has no window");
    }

    #[test]
    fn the_skew_is_half_a_minute_unless_told_and_two_minutes_at_most() {
        let now = Timestamp::from_unix(1000);
        let issued_ahead =
            |ring: &KeyRing, seconds| ring.check_time(now.plus_seconds(seconds), Timestamp::MAX, now).is_ok();
        assert!(issued_ahead(&ring(0), 30) && !issued_ahead(&ring(0), 31));
        let tolerant = ring(0).with_clock_skew(120).unwrap();
        assert!(issued_ahead(&tolerant, 120) && !issued_ahead(&tolerant, 121));
        assert_eq!(ring(0).with_clock_skew(121).unwrap_err(), RingError::ClockSkew);
        assert_eq!(
            tolerant.check_time(now, now, now),
            Err(TokenError::Expired),
            "no skew at the end of a life"
        );
    }

    #[test]
    fn an_id_stands_once_and_a_window_is_not_empty() {
        let again = ring(3).with_verifier(Key::new("z1", [9; 32]).unwrap(), ALWAYS);
        assert_eq!(again.unwrap_err(), RingError::DuplicateId(Some(KeyId::new("z1").unwrap())));
        let again = ring(0).with_verifier(Key::without_id([9; 32]).unwrap(), ALWAYS);
        assert_eq!(again.unwrap_err(), RingError::DuplicateId(None));
        let empty = VerifyWindow { from: Timestamp::from_unix(5), until: Timestamp::from_unix(5) };
        let refused = ring(0).with_verifier(Key::new("k", [9; 32]).unwrap(), empty);
        assert_eq!(refused.unwrap_err(), RingError::EmptyWindow);
    }
}
