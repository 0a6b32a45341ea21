//! The key ring. One key signs. Any number of other keys still verify, each within its window.

use super::{
    CaptchaTokens, IdTokenKey, IdTokens, Issuer, Key, KeyId, Keys, LinkTokens, SessionReferences,
    SessionTokens, StateTokens, TenantTokens, Tickets, TokenError, beginning::Begun, mac::MacKey,
};
use crate::{Audience, Timestamp, moment::Skew};
use alloc::{borrow::Cow, collections::BTreeMap, sync::Arc, vec::Vec};
use core::fmt;

/// The time in which a verify-only key counts: `from <= now < until`.
///
/// ```
/// use authflow::{
///     Timestamp,
///     testkit::{MemoryHost, Setup, World, demo},
///     token::{Key, KeyRing, VerifyWindow},
/// };
///
/// // This login began under the earlier key, which still verifies after the rotation.
/// let (old, next) =
///     (|| Key::without_id(demo::secret(7)).unwrap(), Key::new("next", demo::secret(8))?);
/// let mut before = World::of(Setup::default().api(KeyRing::new(old())), MemoryHost::demo());
/// let warned = before.login("erin");
///
/// let until = demo::START.plus_seconds(300);
/// let ring = KeyRing::new(next)
///     .with_verifier(old(), VerifyWindow { from: Timestamp::from_unix(0), until })?;
/// let mut after = World::of(Setup::default().api(ring), before.host.clone());
/// assert_eq!(after.skip(warned.state_token()).text("status"), "SUCCESS");
/// let mut late = World::of(after.api.clone(), before.host);
/// late.clock.pass(300);
/// assert_eq!(late.skip(warned.state_token()).status, 400, "to the second");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyWindow {
    /// The first second.
    pub from: Timestamp,
    /// The first second after the window.
    pub until: Timestamp,
}

/// The keys of a deployment. A ring is cheap to clone. To rotate, build a new ring (and a new engine) from configuration.
///
/// To rotate without refusing any token, first give the next signer to every instance as a verify-only key. Then make it the signer everywhere. Keep
/// the old key as verify-only until the longest session that was opened under it has ended, because the [binding](crate::device::DeviceBinding) of
/// a session is hashed under it too.
///
/// ```
/// use authflow::{
///     Timestamp,
///     token::{Key, KeyRing, VerifyWindow},
/// };
///
/// # let [october, november] = [10, 11].map(authflow::testkit::demo::secret); // 32 random bytes each, from your secret store
/// let ring = KeyRing::new(Key::new("2026-11", november).unwrap())
///     .with_verifier(
///         Key::new("2026-10", october).unwrap(),
///         VerifyWindow {
///             from: Timestamp::from_unix(0),
///             until: Timestamp::from_unix(1_800_000_000),
///         },
///     )
///     .unwrap();
/// # let _ = ring;
/// ```
#[derive(Clone, Debug)]
pub struct KeyRing {
    signer: Arc<Keys>,
    /// Every other key, in the order of ids, so that a look-up among sixty-four keys costs the same as one.
    verifiers: Vec<(Arc<Keys>, VerifyWindow)>,
    /// The same keys in the order of headers, as places in `verifiers`.
    by_header: Vec<usize>,
    /// The prepared beginnings, under the signer, of the id tokens of audiences that were known beforehand.
    id_tokens: Arc<BTreeMap<Audience, Begun>>,
    skew: Skew,
}

/// The place of a key in its ring. In another ring, the same place has another key or none. A hash under that key differs, so a place that is used
/// with the wrong ring leads to a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Signer,
    Verifier(usize),
}

impl KeyRing {
    const MAX_SKEW_SECONDS: u64 = 120;

    /// A ring of one key, which signs.
    pub fn new(signer: Key) -> Self {
        Self {
            signer: Arc::new(Keys::new(signer)),
            verifiers: Vec::new(),
            by_header: Vec::new(),
            id_tokens: Arc::default(),
            skew: Skew::of_seconds(30),
        }
    }

    /// Adds a key that verifies within a window and never signs.
    ///
    /// # Errors
    /// When the ring already has a key of the same secret or the same id (no id counts as an id), or the window is empty.
    pub fn with_verifier(mut self, key: Key, window: VerifyWindow) -> Result<Self, RingError> {
        if window.from >= window.until {
            return Err(RingError::EmptyWindow);
        }
        let keys = Keys::new(key);
        let mut known = core::iter::once(&self.signer).chain(self.verifiers.iter().map(|(keys, _)| keys));
        if let Some(same) = known.find(|known| known.id != keys.id && known.has_secret_of(&keys)) {
            return Err(RingError::DuplicateSecret(same.id, keys.id));
        }
        match self.verifiers.binary_search_by(|(other, _)| other.id.cmp(&keys.id)) {
            Err(at) if keys.id != self.signer.id => self.verifiers.insert(at, (Arc::new(keys), window)),
            _ => return Err(RingError::DuplicateId(keys.id)),
        }
        let mut by_header: Vec<_> = self.verifiers.iter().map(|(keys, _)| &keys.header).enumerate().collect();
        by_header.sort_unstable_by_key(|(_, header)| *header);
        self.by_header = by_header.into_iter().map(|(at, _)| at).collect();
        Ok(self)
    }

    /// Sets how far the clock of another instance may be ahead of this one's: 30 seconds by default, 120 at most.
    ///
    /// # Errors
    /// When `seconds` is more than 120.
    pub fn with_clock_skew(mut self, seconds: u64) -> Result<Self, RingError> {
        if seconds > Self::MAX_SKEW_SECONDS {
            return Err(RingError::ClockSkew);
        }
        self.skew = Skew::of_seconds(seconds);
        Ok(self)
    }

    /// Prepares the parts that all id tokens of an audience share, for these audiences, so that no token needs to prepare them again. The shared
    /// parts are the key, which is a prepared MAC, and the token's beginning, which is already written and hashed.
    pub(crate) fn with_audiences(
        self,
        issuer: &Issuer,
        audiences: impl IntoIterator<Item = Audience>,
    ) -> Self {
        let begun = |audience| (audience, Begun::new(&self.signer, issuer, &audience));
        // One by one, as in `Application::isv`.
        let mut id_tokens = BTreeMap::new();
        id_tokens.extend(audiences.into_iter().map(begun));
        Self { id_tokens: Arc::new(id_tokens), ..self }
    }

    /// The key and the beginning with which the signer signs the id tokens of an audience.
    pub(super) fn begun_id_tokens(&self, issuer: &Issuer, audience: &Audience) -> Cow<'_, Begun> {
        match self.id_tokens.get(audience).filter(|begun| begun.issuer() == issuer) {
            Some(begun) => Cow::Borrowed(begun),
            None => Cow::Owned(Begun::new(&self.signer, issuer, audience)),
        }
    }

    /// The MAC with which one of the ring's keys signs the id tokens of an audience.
    pub(super) fn id_token_mac(&self, keys: &Keys, audience: &Audience) -> Cow<'_, MacKey> {
        let known = Some(&self.id_tokens).filter(|_| core::ptr::eq(keys, &*self.signer));
        match known.and_then(|known| known.get(audience)) {
            Some(begun) => Cow::Borrowed(begun.key()),
            None => Cow::Owned(keys.id_token_mac(audience)),
        }
    }

    /// The rule of time for every kind of token. The issue time must not be later than now, beyond the clock skew. The token is expired from the very
    /// second of `expires_at` (RFC 7519 §4.1.4).
    pub(super) fn check_time(
        &self,
        issued_at: Timestamp,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        if now >= expires_at {
            Err(TokenError::Expired)
        } else if self.skew.is_impossible(issued_at, now) {
            Err(TokenError::NotYetValid)
        } else {
            Ok(())
        }
    }

    /// Mints and verifies state tokens.
    pub(crate) fn state_tokens(&self) -> StateTokens<'_> {
        StateTokens::new(self)
    }

    /// Mints and verifies link tokens.
    pub(crate) fn link_tokens(&self) -> LinkTokens<'_> {
        LinkTokens::new(self)
    }

    /// Mints and verifies session tokens.
    pub(crate) fn session_tokens(&self) -> SessionTokens<'_> {
        SessionTokens::new(self)
    }

    /// Mints and verifies references to sessions.
    pub(crate) fn session_references(&self) -> SessionReferences<'_> {
        SessionReferences::new(self)
    }

    /// Mints and verifies tickets.
    pub(crate) fn tickets(&self) -> Tickets<'_> {
        Tickets::new(self)
    }

    /// Mints and verifies the tokens of tenants' servers.
    pub(crate) fn tenant_tokens(&self) -> TenantTokens<'_> {
        TenantTokens::new(self)
    }

    /// Mints and verifies captcha tokens.
    pub(crate) fn captcha_tokens(&self) -> CaptchaTokens<'_> {
        CaptchaTokens::new(self)
    }

    /// Mints and verifies the id tokens of one application, in the name of `issuer`.
    pub(crate) fn id_tokens<'a>(&'a self, issuer: &'a Issuer, audience: &'a Audience) -> IdTokens<'a> {
        IdTokens::new(self, issuer, audience)
    }

    /// The keys with which a relying party verifies the id tokens of `audience`, one for each key of the ring. They include verify-only keys, so the
    /// relying party can learn the next key before a rotation. Each key says [when it counts](IdTokenKey::window).
    pub(crate) fn export_id_token_keys(&self, audience: &Audience) -> impl Iterator<Item = IdTokenKey> {
        let verifiers = self.verifiers.iter().map(|(keys, window)| (keys, Some(*window)));
        let all = core::iter::once((&self.signer, None)).chain(verifiers);
        all.map(|(keys, window)| keys.id_token_key(audience).within(window))
    }

    /// Whether one of the ring's keys is derived from `root`.
    pub(crate) fn has_secret(&self, root: &MacKey) -> bool {
        let mut keys = core::iter::once(&self.signer).chain(self.verifiers.iter().map(|(keys, _)| keys));
        keys.any(|keys| keys.is_derived_from(root))
    }

    /// The accepted difference between the clock of another instance and this one's.
    pub(crate) fn skew(&self) -> Skew {
        self.skew
    }

    pub(crate) fn signer(&self) -> &Arc<Keys> {
        &self.signer
    }

    /// The key whose JWT header, with its dot, is the beginning of the text, if the key counts at `now`. The signer is tried first, because it has
    /// signed nearly every text.
    pub(super) fn by_header(&self, text: &[u8], now: Timestamp) -> Result<(Place, &Keys), TokenError> {
        if text.starts_with(self.signer.header.as_bytes()) {
            return Ok((Place::Signer, &self.signer));
        }
        let header = |at: &usize| self.verifiers.get(*at).map_or(&[][..], |(keys, _)| keys.header.as_bytes());
        // A header has one dot, at its end, so no header is the beginning of another. The header that the text begins with is therefore the last
        // one that does not sort after the text.
        let behind = self.by_header.partition_point(|at| header(at) <= text);
        let last = behind.checked_sub(1).and_then(|place| self.by_header.get(place));
        self.usable(last.copied().filter(|at| text.starts_with(header(at))), now)
    }

    /// The key of this id, if the key counts at `now`.
    pub(crate) fn by_id(&self, id: Option<&[u8]>, now: Timestamp) -> Result<(Place, &Keys), TokenError> {
        if self.signer.id_bytes() == id {
            return Ok((Place::Signer, &self.signer));
        }
        let found = self.verifiers.binary_search_by(|(keys, _)| keys.id_bytes().cmp(&id));
        self.usable(found.ok(), now)
    }

    /// The place of the key for which `is_right` holds, among the keys that have this mark and count at `now`.
    pub(super) fn by_mark(
        &self,
        mark: u8,
        is_right: impl Fn(&Keys) -> bool,
        now: Timestamp,
    ) -> Result<Place, TokenError> {
        let others = self.verifiers.iter().enumerate().filter(|(_, (keys, _))| keys.mark == mark);
        let signer = Some(Ok((Place::Signer, &*self.signer))).filter(|_| self.signer.mark == mark);
        let mut refused = TokenError::Malformed;
        for found in signer.into_iter().chain(others.map(|(at, _)| self.usable(Some(at), now))) {
            match found {
                Ok((place, keys)) if is_right(keys) => return Ok(place),
                Ok(_) => refused = TokenError::Forged,
                Err(error) if refused == TokenError::Malformed => refused = error,
                Err(_) => {}
            }
        }
        Err(refused)
    }

    /// The key at this place. A place from another ring gives another key or none.
    pub(crate) fn at(&self, place: Place) -> Option<&Keys> {
        match place {
            Place::Signer => Some(&self.signer),
            Place::Verifier(at) => self.verifiers.get(at).map(|(keys, _)| &**keys),
        }
    }

    fn usable(&self, at: Option<usize>, now: Timestamp) -> Result<(Place, &Keys), TokenError> {
        let at = at.ok_or(TokenError::Malformed)?;
        let (keys, window) = self.verifiers.get(at).ok_or(TokenError::Malformed)?;
        if (window.from..window.until).contains(&now) {
            Ok((Place::Verifier(at), keys))
        } else {
            Err(TokenError::KeyOutsideWindow)
        }
    }
}

/// Why a key cannot join a ring.
///
/// ```
/// use authflow::{
///     Timestamp,
///     token::{Key, KeyRing, RingError, VerifyWindow},
/// };
///
/// # let secret = authflow::testkit::demo::secret(7); // 32 random bytes, from your secret store
/// let ring = KeyRing::new(Key::new("2026-12", secret)?);
/// let until = Timestamp::from_unix(1_800_000_000);
/// let window = VerifyWindow { from: Timestamp::from_unix(0), until };
/// // Somebody has changed the id, but not the secret.
/// let refused = ring.clone().with_verifier(Key::new("2026-11", secret)?, window).unwrap_err();
/// assert!(matches!(refused, RingError::DuplicateSecret(..)));
/// assert_eq!(
///     ring.with_clock_skew(600).unwrap_err().to_string(),
///     "a clock skew must be at most 120 seconds"
/// );
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    /// The ring has a key of this id already, or already has a key without an id.
    #[error("each key must have an id of its own, and the ring has one {}", WithId(.0))]
    DuplicateId(Option<KeyId>),
    /// The ring has a key of the same secret under another id. A rotation to the same secret is no rotation.
    #[error(
        "each key must have a secret of its own, and the one {} has that of the one {}", WithId(.0), WithId(.1)
    )]
    DuplicateSecret(Option<KeyId>, Option<KeyId>),
    /// The window does not end after it begins, so the key would never count.
    #[error("the window of a key must end after it begins, and this one does not")]
    EmptyWindow,
    /// The skew is over 120 seconds. Clocks that differ so much must be repaired, not tolerated.
    #[error("a clock skew must be at most 120 seconds")]
    ClockSkew,
}

struct WithId<'a>(&'a Option<KeyId>);

impl fmt::Display for WithId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(f, "with the id {:?}", id.as_str()),
            None => f.write_str("without an id"),
        }
    }
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
