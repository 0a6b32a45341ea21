//! One key of the ring, and every key derived from it.

use super::{
    AudienceDigest, DeviceDigest, Key, KeyId, RecipientDigest, VerifyWindow,
    mac::{MacKey, half, same_tag},
};
use crate::{Audience, Moment, contact::Recipient, text::base64url};
use alloc::{boxed::Box, format};
use core::fmt;
use zeroize::{Zeroize as _, Zeroizing};

/// The labels that tell derived keys apart. They are fixed for ever, because a changed label invalidates every token of its kind. A changed form
/// takes a new label. A token of the old form then counts as forged and is never misread.
mod label {
    pub(super) const STATE: &[u8] = b"authflow/v2/state";
    pub(super) const LINK: &[u8] = b"authflow/v1/link";
    pub(super) const SESSION: &[u8] = b"authflow/v1/session";
    pub(super) const REFERENCE: &[u8] = b"authflow/v2/session";
    pub(super) const AUDIENCE: &[u8] = b"authflow/v2/audience";
    pub(super) const MARK: &[u8] = b"authflow/v2/key";
    pub(super) const TICKET: &[u8] = b"authflow/v1/ticket";
    pub(super) const TENANT: &[u8] = b"authflow/v1/tenant";
    pub(super) const CODE: &[u8] = b"authflow/v1/code";
    pub(super) const DEVICE: &[u8] = b"authflow/v1/device";
    pub(super) const CAPTCHA: &[u8] = b"authflow/v1/captcha";
    pub(super) const RECIPIENT: &[u8] = b"authflow/v1/recipient";
    pub(super) const GUESS: &[u8] = b"authflow/v1/guess";
    pub(super) const SEND: &[u8] = b"authflow/v1/send";
    pub(super) const RANDOM: &[u8] = b"authflow/v1/random";
    /// The client id and the tenant follow this label, each behind its length.
    pub(super) const ID: &[u8] = b"authflow/v1/id/";
}

/// The key that signs the id tokens of one application. A relying party verifies them with it (HS256).
///
/// It is the only derived key that leaves the library. An HS256 key signs as well as it verifies. Anybody who has this key can forge this
/// application's id tokens for any session that still lives. Id tokens are also the bearer tokens of its post-login calls. The key cannot make a
/// session, a state token, or anything for another application or tenant.
///
/// ```
/// use authflow::testkit::{World, demo};
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let signed_in = world.login("alice");
/// let [key] = &engine.export_id_token_keys(&demo::audience()).collect::<Vec<_>>()[..] else {
///     panic!("the ring has one")
/// };
/// assert!(key.window().is_none(), "it signs");
///
/// // A relying party does this with its own library: HS256 over the first two parts.
/// use hmac::{Hmac, KeyInit as _, Mac as _};
/// let (signed, tag) = signed_in.id_token().rsplit_once('.').unwrap();
/// let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.expose()).unwrap();
/// mac.update(signed.as_bytes());
/// let tag = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, tag).unwrap();
/// assert!(mac.verify_slice(&tag).is_ok());
/// ```
#[derive(Clone)]
pub struct IdTokenKey {
    id: Option<KeyId>,
    secret: Zeroizing<[u8; 32]>,
    window: Option<VerifyWindow>,
}

impl IdTokenKey {
    /// The window in which the key counts, or `None` for the key that signs. A relying party forgets a key whose window is over.
    pub fn window(&self) -> Option<VerifyWindow> {
        self.window
    }

    pub(super) fn within(self, window: Option<VerifyWindow>) -> Self {
        Self { window, ..self }
    }

    /// The `kid` of the key's tokens.
    pub fn id(&self) -> Option<&KeyId> {
        self.id.as_ref()
    }

    /// The 32 bytes, for the configuration of the relying party.
    pub fn expose(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for IdTokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A key of the ring with the keys derived from it, one for each purpose.
pub(crate) struct Keys {
    pub(super) id: Option<KeyId>,
    /// The encoded JWT header and its dot, a constant of the key.
    pub(super) header: Box<str>,
    pub(super) state: MacKey,
    pub(super) link: MacKey,
    pub(super) session: MacKey,
    pub(super) reference: MacKey,
    pub(super) ticket: MacKey,
    pub(super) tenant: MacKey,
    pub(super) device: MacKey,
    pub(super) captcha: MacKey,
    /// The name of the key in tokens that have no room for its id. Other keys may have the same mark.
    pub(super) mark: u8,
    audience: MacKey,
    recipient: MacKey,
    code: MacKey,
    guess: MacKey,
    send: MacKey,
    random: MacKey,
    root: MacKey,
}

impl Keys {
    /// The longest header segment with its dot: a key id of 20 characters.
    pub(super) const MAX_HEADER: usize = base64url::encoded_len(27 + 9 + KeyId::MAX_BYTES) + 1;

    pub(super) fn new(key: Key) -> Self {
        let root = MacKey::new(&key.secret);
        let derived = |label: &[u8]| {
            let mut secret = root.derive(&[label]);
            let prepared = MacKey::new(&secret);
            secret.zeroize();
            prepared
        };
        let [mark, ..] = root.derive(&[label::MARK]);
        Self {
            header: jwt_header("HS256", key.id.as_ref()),
            mark,
            state: derived(label::STATE),
            link: derived(label::LINK),
            session: derived(label::SESSION),
            reference: derived(label::REFERENCE),
            audience: derived(label::AUDIENCE),
            ticket: derived(label::TICKET),
            tenant: derived(label::TENANT),
            device: derived(label::DEVICE),
            captcha: derived(label::CAPTCHA),
            recipient: derived(label::RECIPIENT),
            code: derived(label::CODE),
            guess: derived(label::GUESS),
            send: derived(label::SEND),
            random: derived(label::RANDOM),
            root,
            id: key.id,
        }
    }

    pub(super) fn id_token_key(&self, audience: &Audience) -> IdTokenKey {
        let client_id = audience.client_id.as_str().as_bytes();
        let tenant = audience.tenant.as_ref().map_or(&[][..], |tenant| tenant.as_str().as_bytes());
        // Ids have at most 64 bytes, so a length is one byte. The length 0 stands for no tenant, because no tenant has it.
        let [client_length, tenant_length] = [client_id, tenant].map(|text| [text.len() as u8]);
        let parts = [label::ID, &client_length, client_id, &tenant_length, tenant];
        IdTokenKey { id: self.id, secret: Zeroizing::new(self.root.derive(&parts)), window: None }
    }

    /// The same key as a prepared MAC.
    pub(super) fn id_token_mac(&self, audience: &Audience) -> MacKey {
        MacKey::new(self.id_token_key(audience).expose())
    }

    /// The id by which tokens name the key, if they name it.
    pub(crate) fn id(&self) -> Option<&KeyId> {
        self.id.as_ref()
    }

    pub(super) fn id_bytes(&self) -> Option<&[u8]> {
        self.id.as_ref().map(|id| id.as_str().as_bytes())
    }

    /// Whether the other key has the same secret, as the derived keys show.
    pub(super) fn has_secret_of(&self, other: &Self) -> bool {
        same_tag(&self.state.tag(&[]), &other.state.tag(&[]))
    }

    /// Whether these keys are derived from `root`.
    pub(super) fn is_derived_from(&self, root: &MacKey) -> bool {
        same_tag(&self.root.tag(&[]), &root.tag(&[]))
    }

    /// The keyed hash of one value that a device sends; `what` says which value it is.
    pub(crate) fn device_digest(&self, what: &str, value: &[u8]) -> DeviceDigest {
        DeviceDigest::from_bytes(half(self.device.tag_list([what.as_bytes(), value])))
    }

    /// The keyed hash of an application and tenant.
    pub(super) fn audience_digest(&self, audience: &Audience) -> AudienceDigest {
        let tenant = audience.tenant.as_ref().map_or("", |tenant| tenant.as_str());
        let parts = [audience.client_id.as_str(), tenant].map(str::as_bytes);
        AudienceDigest::from_bytes(half(self.audience.tag_list(parts)))
    }

    /// The keyed hash of a number or address, in its one spelling.
    pub(super) fn recipient_digest(&self, recipient: &Recipient) -> RecipientDigest {
        let parts = [recipient.channel().label(), recipient.normalised()].map(str::as_bytes);
        RecipientDigest::from_bytes(half(self.recipient.tag_list(parts)))
    }

    /// The tag over a code and the values that it is bound to.
    pub(crate) fn code_tag(&self, bound: &[&[u8]], code: &str) -> [u8; 32] {
        self.code.tag_list(bound.iter().copied().chain([code.as_bytes()]))
    }

    /// The keyed hash of the name under which guesses are counted.
    pub(crate) fn guess_tag<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
        self.guess.tag_list(parts)
    }

    /// The keyed hash of a recipient that codes are sent to.
    pub(crate) fn send_tag<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
        self.send.tag_list(parts)
    }

    /// 16 bytes for one use in one request: half of an HMAC over the moment, the purpose of the bytes, and the values that they are bound to.
    pub(crate) fn draw(&self, moment: &Moment, purpose: &str, bound: &[&[u8]]) -> [u8; 16] {
        let now = moment.timestamp().as_unix().to_be_bytes();
        let fixed = [&moment.entropy().as_bytes()[..], &now, purpose.as_bytes()];
        half(self.random.tag_list(fixed.into_iter().chain(bound.iter().copied())))
    }
}

/// The encoded header segment of a JWT (RFC 7515 §4), with its dot.
pub(super) fn jwt_header(algorithm: &str, id: Option<&KeyId>) -> Box<str> {
    let json = match id {
        Some(id) => format!(r#"{{"alg":"{algorithm}","kid":"{}","typ":"JWT"}}"#, id.as_str()),
        None => format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#),
    };
    format!("{}.", base64url::text(json.as_bytes())).into()
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientId, Entropy, TenantId, Timestamp};

    #[test]
    fn a_key_without_id_has_the_header_of_the_seed() {
        let keys = Keys::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        assert_eq!(&*keys.header, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.");
    }

    #[test]
    fn keys_are_printed_by_their_ids_and_nothing_of_a_secret_is() {
        let key = || Key::new("2026-11", crate::token::known_secret(171)).unwrap();
        let audience = Audience { client_id: ClientId::new("web").unwrap(), tenant: None };
        let keys = Keys::new(key());
        let id = r#"id: Some(KeyId("2026-11"))"#;
        assert_eq!(format!("{:?}", key()), format!("Key {{ {id}, .. }}"));
        assert_eq!(format!("{keys:?}"), format!("Keys {{ {id}, .. }}"));
        let exported = keys.id_token_key(&audience);
        assert_eq!(format!("{exported:?}"), format!("IdTokenKey {{ {id}, .. }}"));
    }

    #[test]
    fn the_longest_header_is_the_longest() {
        let keys = Keys::new(Key::new(&"k".repeat(20), crate::token::known_secret(1)).unwrap());
        assert_eq!(keys.header.len(), Keys::MAX_HEADER);
    }

    /// No signature of one purpose is good for another purpose, whatever the signed bytes are.
    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let keys = Keys::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        let Keys { state, link, session, reference, ticket, tenant, device, captcha, .. } = &keys;
        let Keys { audience, recipient, code, guess, send, random, root, .. } = &keys;
        let tags = [
            state, link, session, reference, ticket, tenant, device, captcha, audience, recipient, code,
            guess, send, random, root,
        ]
        .map(|key| key.tag(&[b"text"]));
        for (at, one) in tags.iter().enumerate() {
            assert!(tags[at + 1..].iter().all(|other| other != one), "{at}");
        }
    }

    #[test]
    fn id_token_keys_of_two_audiences_differ_even_where_their_texts_join_alike() {
        let keys = Keys::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        let key = |client: &str, tenant: Option<&str>| {
            let tenant = tenant.map(|tenant| TenantId::new(tenant).unwrap());
            *keys.id_token_key(&Audience { client_id: ClientId::new(client).unwrap(), tenant }).expose()
        };
        let all = [key("ab", None), key("a", Some("b")), key("ab", Some("b")), key("a", None)];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other != one));
        }
    }

    #[test]
    fn a_draw_depends_on_everything_it_is_given() {
        let keys = Keys::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        let draw = |entropy, now, purpose: &str, bound: &[&[u8]]| {
            let moment = Moment::new(Timestamp::from_unix(now), Entropy::from_bytes([entropy; 32]));
            keys.draw(&moment, purpose, bound)
        };
        let base = draw(1, 1, "session", &[b"ab", b"c"]);
        assert_eq!(base, draw(1, 1, "session", &[b"ab", b"c"]));
        assert_ne!(base, draw(2, 1, "session", &[b"ab", b"c"]));
        assert_ne!(base, draw(1, 2, "session", &[b"ab", b"c"]));
        assert_ne!(base, draw(1, 1, "state", &[b"ab", b"c"]));
        assert_ne!(base, draw(1, 1, "session", &[b"a", b"bc"]));
    }
}
