//! Token text: what a client presents, and what we hand to a client.

use alloc::{string::String, vec::Vec};
use core::{fmt, marker::PhantomData};
use zeroize::Zeroizing;

mod sealed {
    pub trait Sealed {}
}

/// What a token is for. Sealed: the kinds are [`State`], [`Session`], [`Ticket`] and [`Id`].
pub trait Purpose: sealed::Sealed {
    /// The field's name for the kind, for messages and logs.
    const NAME: &'static str;
}

macro_rules! purpose {
    ($(#[$doc:meta])* $name:ident = $text:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl Purpose for $name {
            const NAME: &'static str = $text;
        }
    };
}

purpose! {
    /// The purpose of a state token: to finish one step of a pending login.
    State = "state_token"
}
purpose! {
    /// The purpose of a session token: to show that a login has finished.
    Session = "session_token"
}
purpose! {
    /// The purpose of a ticket: to show a session to the server of a tenant, once.
    Ticket = "sso_ticket"
}
purpose! {
    /// The purpose of an id token: to tell an application who signed in.
    Id = "id_token"
}

/// Text that claims to be a token of purpose `P`. Nothing is known about it until a verifier has looked.
pub struct Untrusted<'a, P> {
    bytes: &'a [u8],
    purpose: PhantomData<fn(P)>,
}

impl<'a, P: Purpose> Untrusted<'a, P> {
    /// Marks bytes from a request. Any bytes will do; judging them is the verifier's work.
    pub fn new(bytes: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { bytes: bytes.as_ref(), purpose: PhantomData }
    }

    /// Stands for a token that was sent but could not be read, in a header given twice, say. No verifier takes it.
    pub fn unreadable() -> Self {
        Self { bytes: b"\0", purpose: PhantomData }
    }

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// A copy that a question can carry: of as much as any verifier would look at.
    pub(crate) fn to_owned(self) -> Kept<P> {
        let looked_at = self.bytes.get(..=LONGEST).unwrap_or(self.bytes);
        Kept { bytes: Zeroizing::new(looked_at.into()), purpose: PhantomData }
    }
}

/// The length of the longest text that any verifier reads: an id token that says all it can in the claim `api`, where what
/// is escaped is escaped twice, under the longest signature from outside.
pub(crate) const LONGEST: usize = 9216;

/// Untrusted text that outlives its request.
pub(crate) struct Kept<P> {
    bytes: Zeroizing<Vec<u8>>,
    purpose: PhantomData<fn(P)>,
}

impl<P: Purpose> Kept<P> {
    pub(crate) fn presented(&self) -> Untrusted<'_, P> {
        Untrusted::new(&**self.bytes)
    }
}

impl<P> Clone for Untrusted<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Untrusted<'_, P> {}

impl<P: Purpose> fmt::Debug for Untrusted<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted<{}>({} bytes)", P::NAME, self.bytes.len())
    }
}

/// A token we minted, as the text to hand to the client. A bearer secret: `Debug` does not print it, and its memory is
/// wiped when it is dropped.
pub struct TokenText<P> {
    text: Zeroizing<String>,
    purpose: PhantomData<fn() -> P>,
}

impl<P: Purpose> TokenText<P> {
    pub(crate) fn new(text: String) -> Self {
        Self { text: Zeroizing::new(text), purpose: PhantomData }
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The same text as a client would present it.
    pub fn presented(&self) -> Untrusted<'_, P> {
        Untrusted::new(self.expose())
    }
}

impl<P> Clone for TokenText<P> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), purpose: PhantomData }
    }
}

impl<P: Purpose> fmt::Debug for TokenText<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenText<{}>(…)", P::NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Timestamp,
        token::{Key, KeyRing, TokenError},
    };

    #[test]
    fn what_cannot_be_read_was_still_sent_and_no_verifier_takes_it() {
        assert!(Untrusted::<State>::new("").is_empty());
        assert!(!Untrusted::<State>::new("a").is_empty() && !Untrusted::<State>::unreadable().is_empty());
        let (ring, now) = (KeyRing::new(Key::without_id([7; 32]).unwrap()), Timestamp::from_unix(0));
        assert_eq!(ring.states().verify(Untrusted::unreadable(), now).err(), Some(TokenError::Malformed));
        assert_eq!(ring.sessions().verify(Untrusted::unreadable(), now).err(), Some(TokenError::Malformed));
        assert_eq!(ring.tickets().verify(Untrusted::unreadable(), now).err(), Some(TokenError::Malformed));
    }

    /// However long it is, no more is kept than what makes every verifier refuse it.
    #[test]
    fn a_copy_is_the_text_up_to_one_byte_more_than_the_longest() {
        let kept = |text: &[u8]| Untrusted::<Id>::new(text).to_owned().presented().bytes().to_vec();
        let text = alloc::vec![b'A'; 1 << 20];
        for length in [0, 1, LONGEST, LONGEST + 1] {
            assert_eq!(kept(&text[..length]), text[..length], "{length}");
        }
        assert_eq!(kept(&text).len(), LONGEST + 1);
    }
}
