//! The frame, which is the text that a signature opens to.

use crate::{
    Lifetime, SessionId, Timestamp, TokenId,
    mac::half,
    moment::Skew,
    token::{SessionToken, Untrusted},
};
use sha2::{Digest as _, Sha256};

/// How far the time of a signature may lie from now, before or after, in addition to the clock skew.
pub const WINDOW: Lifetime = Lifetime::of::<300>();

/// The label that the use of a signature is claimed under. The claim has no key of the ring in it, because a rotation would make the
/// signature good once more.
const LABEL: &[u8] = b"authflow/v1/signed call";

/// The last millisecond of the year 9999 has so many digits.
const MOST_DIGITS: usize = 15;
const LONGEST_NONCE: usize = 128;

/// The text that a signature opens to, in its one spelling.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Frame<'a> {
    session_token: &'a str,
    milliseconds: u64,
    nonce: &'a str,
}

impl<'a> Frame<'a> {
    /// `None` where a part is missing, is in another place, or could be spelt otherwise.
    pub(crate) fn read(opened: &'a str) -> Option<Self> {
        let parts = opened.strip_prefix("session_token=")?;
        let (session_token, parts) = parts.split_once("&timestamp=")?;
        let (digits, nonce) = parts.split_once("&nonce=")?;
        let is_nonce = |byte: u8| byte.is_ascii_graphic() && byte != b'&';
        let is_canonical = nonce.bytes().all(is_nonce) && (1..=LONGEST_NONCE).contains(&nonce.len());
        let milliseconds = milliseconds(digits)?;
        (is_canonical && !session_token.contains('&')).then_some(Self { session_token, milliseconds, nonce })
    }

    /// The session token in it.
    pub(crate) fn session_token(&self) -> Untrusted<'a, SessionToken> {
        Untrusted::new(self.session_token)
    }

    /// When it was sealed, by the clock of the client or of the server that told it the time.
    fn sealed_at(&self) -> Timestamp {
        Timestamp::from_unix(self.milliseconds / 1_000)
    }

    /// Whether its time is near enough to now, whichever of the two clocks is ahead.
    pub(crate) fn is_fresh(&self, now: Timestamp, skew: Skew) -> bool {
        let sealed_at = self.sealed_at();
        !skew.has_surely_ended(sealed_at.plus(WINDOW), now)
            && !skew.is_impossible(sealed_at, now.plus(WINDOW))
    }

    /// The time from which no instance takes the signature any more.
    pub(crate) fn over_at(&self, skew: Skew) -> Timestamp {
        skew.end_of(self.sealed_at().plus(WINDOW))
    }

    /// The id of the one use of the signature, in the session of its token.
    pub(crate) fn id(&self, session: &SessionId) -> TokenId {
        let mut hash = Sha256::new_with_prefix(LABEL);
        hash.update(session.as_bytes());
        hash.update(self.milliseconds.to_be_bytes());
        hash.update(self.nonce);
        TokenId::from_bytes(half(hash.finalize().into()))
    }
}

/// A number without leading zeros.
fn milliseconds(digits: &str) -> Option<u64> {
    let is_canonical = digits.len() <= MOST_DIGITS && !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|_| is_canonical)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};

    const AT: u64 = 1_628_496_895_102;

    fn opened(token: &str, milliseconds: &str, nonce: &str) -> String {
        format!("session_token={token}&timestamp={milliseconds}&nonce={nonce}")
    }

    fn frame(milliseconds: u64) -> Frame<'static> {
        Frame { session_token: "LGT", milliseconds, nonce: "n" }
    }

    /// The sample of the page, with its own nonce.
    #[test]
    fn a_frame_is_read_in_its_one_spelling() {
        let text = opened("LGTx", "1628496895102", "17b29fa9c7e");
        let expected = Frame { session_token: "LGTx", milliseconds: AT, nonce: "17b29fa9c7e" };
        assert_eq!(Frame::read(&text), Some(expected));
        assert_eq!(format!("{AT:x}"), "17b29fa9c7e", "which is the time in hexadecimal");
        for nonce in ["x", "a=b", "==", &"~".repeat(128)] {
            assert!(Frame::read(&opened("", "1", nonce)).is_some(), "{nonce}");
        }
    }

    #[test]
    fn another_spelling_is_none() {
        for text in [
            "",
            "session_token=a",
            "session_token=a&timestamp=1",
            "timestamp=1&session_token=a&nonce=n",
            "session_token=a&nonce=n&timestamp=1",
            "Session_token=a&timestamp=1&nonce=n",
            " session_token=a&timestamp=1&nonce=n",
            "session_token=a&x=1&timestamp=1&nonce=n",
            "session_token=a&timestamp=1&timestamp=2&nonce=n",
            "session_token=a&timestamp=1&nonce=n&nonce=m",
            "session_token=a&timestamp=1&nonce=n&x=1",
            "session_token=a&timestamp=1&nonce=",
            "session_token=a&timestamp=&nonce=n",
        ] {
            assert_eq!(Frame::read(text), None, "{text}");
        }
        for digits in ["01", "+1", "-1", "0", "1.0", "1e3", "0x1", "1 ", " 1", "１", &"9".repeat(16)] {
            assert_eq!(Frame::read(&opened("a", digits, "n")), None, "{digits}");
        }
        assert!(Frame::read(&opened("a", &"9".repeat(15), "n")).is_some());
        for nonce in [" ", "a b", "a\n", "\0", "é", "\u{7f}", &"n".repeat(129)] {
            assert_eq!(Frame::read(&opened("a", "1", nonce)), None, "{nonce:?}");
        }
    }

    #[test]
    fn its_time_is_near_enough_to_the_second_on_both_sides() {
        let now = Timestamp::from_unix(1_700_000_000);
        for ahead in [0, 30, 120] {
            let skew = Skew::of_seconds(ahead);
            let seconds = |seconds: u64| frame(seconds * 1_000 + 999).is_fresh(now, skew);
            let (oldest, newest) = (now.as_unix() - 300 - ahead + 1, now.as_unix() + 300 + ahead);
            assert_eq!([oldest - 1, oldest, newest, newest + 1].map(seconds), [false, true, true, false]);
            let over_at = frame(oldest * 1_000).over_at(skew);
            assert_eq!(over_at, now.plus_seconds(1), "the first second in which it is not taken");
        }
        assert!(!frame(999_999_999_999_999).is_fresh(now, Skew::of_seconds(120)));
    }

    #[test]
    fn its_use_is_of_session_time_and_nonce() {
        let session = SessionId::from_bytes([7; 16]);
        let id = frame(AT).id(&session);
        assert_eq!(id, frame(AT).id(&session));
        assert_eq!(Frame { session_token: "of another generation", ..frame(AT) }.id(&session), id);
        for other in [
            frame(AT + 1).id(&session),
            Frame { nonce: "m", ..frame(AT) }.id(&session),
            frame(AT).id(&SessionId::from_bytes([8; 16])),
        ] {
            assert_ne!(other, id);
        }
    }
}
