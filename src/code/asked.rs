//! The session in which a code was requested.

use crate::{SessionId, Timestamp, moment::Skew};

/// The session in which a code was requested, and the time. It is stored with the digest of a code that proves nothing in that same session.
/// The subject must have signed in again since.
///
/// The tag of the digest covers it as well, so that nobody who writes to the database can make a sign-in newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    session: SessionId,
    at: Timestamp,
}

impl Asked {
    pub(super) const BYTES: usize = 24;

    pub(crate) fn new(session: SessionId, at: Timestamp) -> Self {
        Self { session, at }
    }

    /// Whether `session` is another session, whose subject proved who they are after the code was asked for. The time may come from another
    /// clock. The comparison of the sessions depends on no clock.
    pub(crate) fn is_before(&self, session: SessionId, auth_time: Timestamp, skew: Skew) -> bool {
        session != self.session && !skew.is_surely_before(auth_time, self.at)
    }

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (session, at) = bytes.split_at_mut(16);
        session.copy_from_slice(self.session.as_bytes());
        at.copy_from_slice(&self.at.as_unix().to_be_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; Self::BYTES]) -> Option<Self> {
        let (session, at) = bytes.split_first_chunk()?;
        let at = Timestamp::from_unix(u64::from_be_bytes(at.try_into().ok()?));
        Some(Self { session: SessionId::from_bytes(*session), at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_newer_where_it_is_another_one_and_not_surely_older() {
        let (one, other) = (SessionId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
        let (skew, at) = (Skew::of_seconds(30), Timestamp::from_unix);
        let asked = Asked::new(one, at(1_000));
        for (session, auth_time, newer) in [
            (other, 1_000, true),
            (other, 1_600, true),
            (other, 970, true),
            (other, 969, false),
            (one, 1_000, false),
            (one, 1_030, false),
        ] {
            assert_eq!(asked.is_before(session, at(auth_time), skew), newer, "{session:?} {auth_time}");
        }
        assert_eq!(Asked::from_bytes(asked.to_bytes()), Some(asked));
    }
}
