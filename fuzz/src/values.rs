//! Claims that real tokens can have, and the rule of time that judges them.

use crate::keys::{KEYS, NOW, WINDOW_ENDS};
use arbitrary::{Arbitrary, Result, Unstructured};
use authflow::{
    Audience, ClientId, TenantId, Timestamp,
    account::Revision,
    factor::{Factor, FactorSet},
    token::TokenError,
};

/// A text that is an id: 1 to 64 bytes without control characters, rich in what JSON has to escape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub String);

impl<'a> Arbitrary<'a> for Name {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        const PALETTE: [char; 12] = ['"', '\\', 'a', 'Z', '0', ' ', '.', '{', '/', 'é', '租', '😀'];
        let length = u.int_in_range(1..=64)?;
        let mut text = String::new();
        loop {
            let next = if u.ratio(3, 4)? { *u.choose(&PALETTE)? } else { u.arbitrary()? };
            let next = if next.is_control() { 'x' } else { next };
            if text.len() + next.len_utf8() > length {
                text.extend(text.is_empty().then_some('x'));
                return Ok(Self(text));
            }
            text.push(next);
        }
    }
}

/// A second, most of them near [`NOW`].
#[derive(Clone, Copy, Debug)]
pub struct Second(pub Timestamp);

impl<'a> Arbitrary<'a> for Second {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        const EDGES: [Timestamp; 3] = [Timestamp::from_unix(0), WINDOW_ENDS, Timestamp::MAX];
        let seconds = match u.int_in_range(0..=4)? {
            0 => u.choose(&EDGES)?.as_unix().saturating_add_signed(u.int_in_range(-1..=1)?),
            1 => u.int_in_range(0..=Timestamp::MAX.as_unix())?,
            2 => NOW.as_unix().saturating_add_signed(u.arbitrary::<i16>()?.into()),
            _ => NOW.as_unix().saturating_add_signed(u.int_in_range(-40..=40)?),
        };
        Ok(Self(Timestamp::from_unix(seconds)))
    }
}

/// A number that is a revision.
#[derive(Clone, Copy, Debug)]
pub struct Bits63(pub u64);

impl Bits63 {
    pub fn revision(self) -> Revision {
        Revision::new(self.0).unwrap()
    }
}

impl<'a> Arbitrary<'a> for Bits63 {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(u64::arbitrary(u)? & i64::MAX.unsigned_abs()))
    }
}

/// An application and perhaps a tenant.
#[derive(Arbitrary, Clone, Debug, PartialEq, Eq)]
pub struct For {
    pub client_id: Name,
    pub tenant: Option<Name>,
}

impl For {
    pub fn audience(&self) -> Audience {
        let tenant = self.tenant.as_ref().map(|tenant| TenantId::new(&tenant.0).unwrap());
        Audience { client_id: ClientId::new(&self.client_id.0).unwrap(), tenant }
    }
}

/// The set of the factors whose bits are set: password 1, SMS 2, e-mail 4, one-time password 8, federated 16.
pub fn factors(bits: u8) -> FactorSet {
    let bit = |factor: &Factor| match factor {
        Factor::Password => 1,
        Factor::Sms => 2,
        Factor::Email => 4,
        Factor::Totp => 8,
        Factor::Federated => 16,
    };
    Factor::ALL.into_iter().filter(|factor| bits & bit(factor) != 0).collect()
}

/// The verdict about a good token of the key at `key` at `now`, by a ring that signs with the key at `ring`.
pub fn judged(
    key: usize,
    ring: usize,
    issued_at: Second,
    expires_at: Second,
    now: Second,
) -> Result<(), TokenError> {
    let (issued_at, expires_at, now) = (issued_at.0, expires_at.0, now.0);
    if key % KEYS.len() != ring % KEYS.len() && now >= WINDOW_ENDS {
        Err(TokenError::KeyOutsideWindow)
    } else if now >= expires_at {
        Err(TokenError::Expired)
    } else if issued_at.seconds_since(now) > 30 {
        Err(TokenError::NotYetValid)
    } else {
        Ok(())
    }
}
