//! Token texts: those that a client presents, and those that this library mints for a client.

use super::{CaptchaToken, IdToken, LinkToken, SessionToken, StateToken, TenantToken, Ticket};
use alloc::{boxed::Box, string::String, vec::Vec};
use core::{fmt, marker::PhantomData};
use zeroize::Zeroizing;

mod sealed {
    pub trait Sealed {}
}

/// A kind of token, named by the type of a verified token. The trait is sealed: [`StateToken`], [`LinkToken`], [`SessionToken`], [`Ticket`],
/// [`TenantToken`], [`CaptchaToken`] and [`IdToken`].
///
/// ```
/// use authflow::{
///     testkit::World,
///     token::{Kind, SessionToken, Untrusted},
/// };
///
/// /// A line of a log that says whether a token was sent, but not what it is.
/// fn line<K: Kind>(presented: Untrusted<'_, K>) -> String {
///     format!("{}: {}", K::NAME, if presented.is_empty() { "none" } else { "sent" })
/// }
///
/// let signed_in = World::new().login("alice");
/// let presented = Untrusted::<SessionToken>::new(signed_in.session_token());
/// assert_eq!(line(presented), "session_token: sent");
/// ```
pub trait Kind: sealed::Sealed {
    /// The usual name of the kind, for messages and logs.
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($kind:ident = $name:literal;)*) => {
        $(impl sealed::Sealed for $kind {}

        impl Kind for $kind {
            const NAME: &'static str = $name;
        })*
    };
}

kinds! {
    StateToken = "state_token";
    LinkToken = "link_token";
    SessionToken = "session_token";
    Ticket = "sso_ticket";
    TenantToken = "access_token";
    CaptchaToken = "captcha_token";
    IdToken = "id_token";
}

/// Text that claims to be a token of kind `K`. Nothing is known about it until a verifier has judged it.
///
/// ```
/// use authflow::{
///     device::Caller,
///     outcome::Verdict,
///     testkit::{World, demo},
///     token::{StateToken, Untrusted},
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// // A header may hold any bytes; you need not look at them first.
/// for sent in [&b""[..], b"nonsense", &[0xff; 10_000]] {
///     let token = Untrusted::<StateToken>::new(sent);
///     let step =
///         engine.skip_password(Caller::from_headers(&demo::device())?, token, world.moment());
///     assert!(matches!(world.run(step).verdict, Verdict::Refused(_)));
/// }
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
pub struct Untrusted<'a, K> {
    bytes: &'a [u8],
    kind: PhantomData<fn(K)>,
}

impl<'a, K: Kind> Untrusted<'a, K> {
    /// Marks bytes from a request. Any bytes are allowed; the verifier judges them.
    pub fn new(bytes: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { bytes: bytes.as_ref(), kind: PhantomData }
    }

    /// Stands for a token that was sent but could not be read, for example in a header that was given twice. No verifier accepts it.
    pub fn unreadable() -> Self {
        Self { bytes: b"\0", kind: PhantomData }
    }

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// A copy that a question can carry. It has at most one byte more than the longest text that any verifier reads.
    pub(crate) fn to_owned(self) -> Kept<K> {
        let looked_at = self.bytes.get(..=LONGEST).unwrap_or(self.bytes);
        Kept { bytes: Zeroizing::new(looked_at.into()), kind: PhantomData }
    }
}

/// The length of the longest text that any verifier reads. It is an id token under the longest signature from outside, with all possible content in
/// the claim `api`. There, escapes are escaped again.
pub(crate) const LONGEST: usize = 9216;

/// Untrusted text that outlives its request.
pub(crate) struct Kept<K> {
    bytes: Zeroizing<Vec<u8>>,
    kind: PhantomData<fn(K)>,
}

impl<K: Kind> Kept<K> {
    pub(crate) fn presented(&self) -> Untrusted<'_, K> {
        Untrusted::new(&**self.bytes)
    }
}

impl<K> Clone for Untrusted<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Untrusted<'_, K> {}

impl<K: Kind> fmt::Debug for Untrusted<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted<{}>({} bytes)", K::NAME, self.bytes.len())
    }
}

/// A token that this library has minted, as the text for the client. It is a bearer secret. `Debug` does not print it, and its memory is wiped when
/// it is dropped.
///
/// ```
/// use authflow::{
///     Credentials, Secret,
///     account::UserName,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let credentials = Credentials {
///     identifier: UserName::new("alice")?.into(),
///     password: Secret::new(demo::PASSWORD),
/// };
/// let step =
///     engine.sign_in(Caller::from_headers(&demo::device())?, credentials, world.moment());
/// let Verdict::SignedIn(grant) = world.run(step).verdict else {
///     panic!("the password is right")
/// };
///
/// let sent = grant.session_token.expose(); // to the client, and nowhere else
/// assert!(sent.starts_with("LGT"));
/// assert!(!format!("{grant:?}").contains(sent), "an outcome may be logged");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TokenText<K> {
    text: Zeroizing<Box<str>>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> TokenText<K> {
    /// The text fills its allocation, so shrinking it leaves no copy behind. A token is always ASCII. A text that is not UTF-8 would become empty.
    pub(crate) fn new(text: Vec<u8>) -> Self {
        let text = String::from_utf8(text).unwrap_or_default();
        Self { text: Zeroizing::new(text.into_boxed_str()), kind: PhantomData }
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The same text, as a client would present it.
    pub fn presented(&self) -> Untrusted<'_, K> {
        Untrusted::new(self.expose())
    }
}

impl<K> Clone for TokenText<K> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}

impl<K: Kind> fmt::Debug for TokenText<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenText<{}>(…)", K::NAME)
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
        assert!(Untrusted::<StateToken>::new("").is_empty());
        assert!(
            !Untrusted::<StateToken>::new("a").is_empty()
                && !Untrusted::<StateToken>::unreadable().is_empty()
        );
        let (ring, now) =
            (KeyRing::new(Key::without_id(crate::token::known_secret(7)).unwrap()), Timestamp::from_unix(0));
        assert_eq!(
            ring.state_tokens().verify(Untrusted::unreadable(), now).err(),
            Some(TokenError::Malformed)
        );
        assert_eq!(
            ring.session_tokens().verify(Untrusted::unreadable(), now).err(),
            Some(TokenError::Malformed)
        );
        assert_eq!(ring.tickets().verify(Untrusted::unreadable(), now).err(), Some(TokenError::Malformed));
    }

    /// A copy of any text keeps no more than one byte beyond the longest token, which every verifier refuses.
    #[test]
    fn a_copy_is_the_text_up_to_one_byte_more_than_the_longest() {
        let kept = |text: &[u8]| Untrusted::<IdToken>::new(text).to_owned().presented().bytes().to_vec();
        let text = alloc::vec![b'A'; 1 << 20];
        for length in [0, 1, LONGEST, LONGEST + 1] {
            assert_eq!(kept(&text[..length]), text[..length], "{length}");
        }
        assert_eq!(kept(&text).len(), LONGEST + 1);
    }
}
