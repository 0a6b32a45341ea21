//! Headers that a test changes one at a time.

use crate::device::Headers;
use alloc::{string::String, vec::Vec};

/// Headers that a test changes one at a time. Names are compared without regard to case. Values are any bytes.
///
/// The values may be tokens, so there is no `Debug`.
///
/// ```
/// use authflow::testkit::{Call, World, demo};
///
/// let mut world = World::new();
/// let device = demo::device().without("X-device-fingerprint");
/// assert_eq!(world.send(&Call::login("alice", demo::PASSWORD).on(&device)).status, 400);
/// let twice = demo::device().and("X-client-id", demo::ORDINARY);
/// assert_eq!(world.send(&Call::login("alice", demo::PASSWORD).on(&twice)).status, 400);
/// ```
#[derive(Clone, Default)]
pub struct HeaderList(Vec<(String, Vec<u8>)>);

impl HeaderList {
    /// A list without headers.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds this value in place of the values that the header had before.
    #[must_use]
    pub fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds this value after the values that the header has already.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.0.push((name.into(), value.as_ref().into()));
        self
    }

    /// Removes this header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// The first value of a header, if it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        core::str::from_utf8(value).ok()
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> FromIterator<(N, V)> for HeaderList {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        headers.into_iter().fold(Self::new(), |list, (name, value)| list.and(name.as_ref(), value))
    }
}

impl Headers for HeaderList {
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8])) {
        self.0.for_each(visit);
    }
}
