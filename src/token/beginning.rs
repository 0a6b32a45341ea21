//! The beginning of an audience's id tokens, which is the same in all of them: the header, and the claims `iss`, `aud` and `tenant`.

use super::{IdClaims, IdentityClaims, Issuer, Keys, jwt, mac::MacKey};
use crate::{
    Audience,
    text::{
        base64url, fixed,
        json::{Object, name},
    },
};
use alloc::{boxed::Box, vec::Vec};
use arrayvec::ArrayVec;

/// An id token becomes valid this many seconds before its issue time, for relying parties whose clocks are slow. The products' samples also have 120.
const NOT_BEFORE_LEEWAY_SECONDS: u64 = 120;

/// The number of bytes that base64 encodes at a time.
const GROUP: usize = 3;

/// The beginning of every id token of an audience, under one header.
#[derive(Clone)]
pub(super) struct Beginning {
    /// The encoded header, and the encoded claims up to the last whole group.
    text: Box<[u8]>,
    /// The remaining bytes of the claims. At least one byte remains, so that the next member is not written as the first one.
    rest: ArrayVec<u8, GROUP>,
}

impl Beginning {
    pub(super) fn new(header: &str, issuer: &Issuer, audience: &Audience) -> Self {
        let mut object = Object::with_room(512);
        object.text(name!("iss"), issuer.as_str());
        object.text(name!("aud"), audience.client_id.as_str());
        if let Some(tenant) = &audience.tenant {
            object.text(name!("tenant"), tenant.as_str());
        }
        let claims = object.unfinished();
        let whole = (claims.len().saturating_sub(1) / GROUP).saturating_mul(GROUP);
        let (whole, rest) = claims.split_at_checked(whole).unwrap_or_default();
        let mut text = Vec::from(header);
        base64url::push(whole, &mut text);
        Self { text: text.into(), rest: ArrayVec::try_from(rest).unwrap_or_default() }
    }

    /// Header and payload of the token with these `claims`, with room for the tag of an HMAC.
    pub(super) fn with(&self, claims: &IdClaims) -> Vec<u8> {
        let mut object = Object::after(&self.rest, 512);
        object.text(name!("sub"), claims.account.as_str());
        object.number(name!("exp"), claims.expires_at.as_unix());
        object.number(name!("iat"), claims.issued_at.as_unix());
        object.number(name!("nbf"), claims.issued_at.minus_seconds(NOT_BEFORE_LEEWAY_SECONDS).as_unix());
        object.number(name!("auth_time"), claims.auth_time.as_unix());
        object.plain_list(name!("amr"), claims.factors.amr());
        object.plain(name!("sid"), fixed::encode::<16, 22>(claims.session.as_bytes()));
        match &claims.identity {
            IdentityClaims::TopLevel(profile) => object.members(profile.members()),
            IdentityClaims::Flat(subject) => {
                let written = serde_json::to_string(subject).unwrap_or_default();
                let members = written.strip_prefix('{').and_then(|members| members.strip_suffix('}'));
                object.members(members.unwrap_or_default());
            }
            IdentityClaims::Api(subject) => {
                object.text(name!("api"), &serde_json::to_string(subject).unwrap_or_default());
            }
        }
        let payload = object.end();
        let mut text = Vec::with_capacity(jwt::sealed_len(&self.text, &payload));
        text.extend_from_slice(&self.text);
        base64url::push(&payload, &mut text);
        text
    }
}

/// The key and the beginning with which the ring signs the id tokens of an audience.
#[derive(Clone)]
pub(super) struct Begun {
    issuer: Issuer,
    beginning: Beginning,
    key: MacKey,
    /// The key, with the beginning hashed already.
    begun: MacKey,
}

impl Begun {
    pub(super) fn new(keys: &Keys, issuer: &Issuer, audience: &Audience) -> Self {
        let (key, beginning) = (keys.id_token_mac(audience), Beginning::new(&keys.header, issuer, audience));
        let begun = key.begun(&beginning.text);
        Self { issuer: issuer.clone(), beginning, key, begun }
    }

    /// The issuer of these tokens.
    pub(super) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    pub(super) fn key(&self) -> &MacKey {
        &self.key
    }

    /// The token with these `claims`.
    pub(super) fn mint(&self, claims: &IdClaims) -> Vec<u8> {
        let mut text = self.beginning.with(claims);
        let after = text.get(self.beginning.text.len()..).unwrap_or_default();
        let tag = self.begun.tag(&[after]);
        jwt::push_tag(&tag, &mut text);
        text
    }
}

/// Keys are not printed.
impl core::fmt::Debug for Begun {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Begun").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
