//! Under a right tag, every field of the binary forms is left out, doubled, moved or put out of range.

use super::{keys::Keys, opaque::sealed_bytes, *};
use crate::{
    AccountId, Audience, ClientId, SessionId, TenantId, Timestamp, TokenId,
    account::Revision,
    factor::{Factor, FactorSet},
    social::{Provider, SocialIdentity, pending::PendingIdentity},
    text::base64url,
};
use alloc::{borrow::ToOwned as _, boxed::Box, format, string::String, vec, vec::Vec};

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

type Field = (&'static str, Vec<u8>);

fn ring() -> KeyRing {
    KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap())
}

fn audience() -> Audience {
    Audience { client_id: ClientId::new("web").unwrap(), tenant: TenantId::new("acme").ok() }
}

fn text(text: &[u8]) -> Vec<u8> {
    [&[text.len() as u8], text].concat()
}

fn number(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

fn session() -> SessionClaims {
    SessionClaims {
        session: SessionId::from_bytes([1; 16]),
        generation: 5,
        account: AccountId::new("erin").unwrap(),
        audience: audience(),
        device: DeviceDigest::from_bytes([2; 16]),
        revision: Revision::new(3).unwrap(),
        auth_time: NOW.minus_seconds(7),
        factors: FactorSet::EMPTY.with(Factor::Password).with(Factor::Totp),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(60),
    }
}

fn session_fields() -> Vec<Field> {
    vec![
        ("version", vec![1]),
        ("key id", text(b"2026-11")),
        ("session", vec![1; 16]),
        ("generation", vec![0, 0, 0, 5]),
        ("account", text(b"erin")),
        ("application", text(b"web")),
        ("tenant", text(b"acme")),
        ("device", vec![2; 16]),
        ("revision", number(3)),
        ("time", number(1_699_999_993)),
        ("factors", vec![9]),
        ("time", number(1_700_000_000)),
        ("time", number(1_700_000_060)),
    ]
}

fn reference() -> ReferenceClaims {
    let SessionClaims { session, generation, device, expires_at, .. } = session();
    let audience = AudienceDigest::from_bytes([3; 16]);
    ReferenceClaims { session, generation, expires_at, audience, device }
}

fn reference_fields() -> Vec<Field> {
    vec![
        ("second version", vec![2]),
        ("mark", vec![ring().signer().mark]),
        ("session", vec![1; 16]),
        ("generation", vec![0, 0, 0, 5]),
        ("seconds", vec![0, 0x65, 0x53, 0xF1, 0x3C]),
        ("audience", vec![3; 16]),
        ("device", vec![2; 16]),
    ]
}

fn ticket() -> TicketClaims {
    let SessionClaims { session, account, audience, device, issued_at, expires_at, .. } = session();
    TicketClaims {
        id: TokenId::from_bytes([9; 16]),
        session,
        account,
        audience,
        device,
        issued_at,
        expires_at,
    }
}

fn ticket_fields() -> Vec<Field> {
    vec![
        ("version", vec![1]),
        ("key id", text(b"2026-11")),
        ("id", vec![9; 16]),
        ("session", vec![1; 16]),
        ("account", text(b"erin")),
        ("application", text(b"web")),
        ("tenant", text(b"acme")),
        ("device", vec![2; 16]),
        ("time", number(1_700_000_000)),
        ("time", number(1_700_000_060)),
    ]
}

fn state() -> StateClaims {
    let SessionClaims { account, audience, device, revision, factors, issued_at, expires_at, .. } = session();
    StateClaims {
        audience,
        account,
        revision,
        link: None,
        device: DeviceDigests {
            fingerprint: device,
            ip: Some(DeviceDigest::from_bytes([0x44; 16])),
            os: None,
            agent: Some(DeviceDigest::from_bytes([0x66; 16])),
        },
        stage: Stage::FactorRequired,
        factors,
        auth_start: NOW.minus_seconds(7),
        id: TokenId::from_bytes([9; 16]),
        issued_at,
        expires_at,
    }
}

fn state_fields() -> Vec<Field> {
    vec![
        ("account", text(b"erin")),
        ("application", text(b"web")),
        ("tenant", text(b"acme")),
        ("revision", number(3)),
        ("device", vec![2; 16]),
        ("bound", vec![5]),
        ("address", vec![0x44; 16]),
        ("agent", vec![0x66; 16]),
        ("stage", vec![3]),
        ("factors", vec![9]),
        ("time", number(1_699_999_993)),
        ("id", vec![9; 16]),
        ("time", number(1_700_000_000)),
    ]
}

/// Values that a field may not have.
fn out_of_range(name: &str) -> Vec<Vec<u8>> {
    match name {
        "version" => vec![vec![0], vec![2], vec![255]],
        "second version" => vec![vec![0], vec![1], vec![3], vec![255]],
        // These are marks of no key of the ring.
        "mark" => vec![vec![ring().signer().mark ^ 1], vec![ring().signer().mark ^ 0x80]],
        // This is the second after the last possible one.
        "seconds" => vec![vec![0x3A, 0xFF, 0xF4, 0x41, 0x80], vec![0xFF; 5]],
        // No key of the ring has these ids, and the ring has no key without an id.
        "key id" => vec![text(b""), text(b"2026-12"), text(b"2026-1"), text(b"2026-111"), text(&[b'k'; 21])],
        "account" | "application" => {
            vec![
                text(b""),
                text(&[b'x'; 65]),
                text(b"\xFF"),
                text(b"a\nb"),
                text(b"a\0"),
                text("\u{85}".as_bytes()),
            ]
        }
        // A token without a tenant has another audience, but is not malformed.
        "tenant" => vec![text(&[b'x'; 65]), text(b"\xC3"), text(b"\t"), text(b"a\x7F")],
        "time" => vec![number(Timestamp::MAX.as_unix() + 1), number(u64::MAX), number(1 << 63)],
        "factors" => vec![vec![32], vec![33], vec![128], vec![255]],
        // If all bits are known, the number of digests must match them.
        "bound" => vec![vec![0], vec![1], vec![7], vec![8], vec![13], vec![37], vec![255]],
        "bound, and linked" => vec![vec![5], vec![8], vec![15], vec![21], vec![53], vec![77], vec![255]],
        "provider" => vec![text(b""), text(b"WeiXin"), text(b"a b"), text(&[b'x'; 33]), text(b"\xFF")],
        "uid" => vec![text(b""), text(&[b'x'; 129]), text(b"a\nb"), text(b"\xFF")],
        "stage" => vec![vec![0], vec![4], vec![255]],
        // Any bytes are a valid id, digest or number.
        _ => vec![],
    }
}

/// `verify` returns the claims of a token of this kind. They equal `claims` only if every field is in its place.
fn check<T: Clone + PartialEq + core::fmt::Debug>(
    claims: T,
    fields: &[Field],
    sealed: impl Fn(&Keys, &[u8]) -> String,
    verify: impl Fn(&[u8]) -> Result<T, TokenError>,
) {
    let ring = ring();
    let signed = |fields: &[Field]| {
        let bytes: Vec<u8> = fields.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        verify(sealed(ring.signer(), &bytes).as_bytes())
    };
    assert_eq!(signed(fields), Ok(claims.clone()), "the control");
    for at in 0..fields.len() {
        let name = fields[at].0;
        let mut without = fields.to_owned();
        without.remove(at);
        assert_eq!(signed(&without), Err(TokenError::Malformed), "without {name}");
        let mut doubled = fields.to_owned();
        doubled.insert(at, fields[at].clone());
        assert_eq!(signed(&doubled), Err(TokenError::Malformed), "twice {name}");
        for other in out_of_range(name) {
            let mut changed = fields.to_owned();
            changed[at].1 = other.clone();
            assert_eq!(signed(&changed), Err(TokenError::Malformed), "{name}: {other:?}");
        }
        // One byte more or less moves all later fields.
        for (what, bytes) in
            [("shorter", fields[at].1[1..].to_vec()), ("longer", [&fields[at].1[..], &[0]].concat())]
        {
            let mut changed = fields.to_owned();
            changed[at].1 = bytes;
            assert!(signed(&changed).is_err(), "{what}: {name}");
        }
        for other in at + 1..fields.len() {
            let mut moved = fields.to_owned();
            moved.swap(at, other);
            // Two fields of the same length are told apart only by their places, so swapped fields give other claims.
            assert_ne!(signed(&moved), Ok(claims.clone()), "{name} and {} changed round", fields[other].0);
        }
    }
}

#[test]
fn every_field_of_a_session_token() {
    check(
        session(),
        &session_fields(),
        |keys, signed| sealed_bytes::<SessionClaims>(signed, keys.session.tag(&[signed])),
        |text| {
            let (ring, audience) = (ring(), audience());
            let verified = ring.session_tokens().for_application(&audience).verify(Untrusted::new(text), NOW);
            verified.map(|token| *token.claims())
        },
    );
}

#[test]
fn every_field_of_a_ticket() {
    check(
        ticket(),
        &ticket_fields(),
        |keys, signed| sealed_bytes::<TicketClaims>(signed, keys.ticket.tag(&[signed])),
        |text| ring().tickets().verify(Untrusted::new(text), NOW).map(|token| *token.claims()),
    );
}

/// A payload of this form under the given key, as for a state token.
fn sealed_payload(keys: &Keys, key: &mac::MacKey, fields: &[u8]) -> String {
    let payload = format!(r#"{{"exp":1700000060,"s":"{}"}}"#, base64url::text(fields));
    jwt::sealed(&keys.header, key, payload.as_bytes())
}

/// The token is checked with an identity to link, and without one.
#[test]
fn every_field_of_a_state_token() {
    let link = PendingIdentity { identity: identity(), is_bound: true, is_vouched: false };
    let linking = StateClaims { link: Some(Box::new(link)), ..state() };
    let mut linking_fields = state_fields();
    let at = linking_fields.iter().position(|(name, _)| *name == "bound").unwrap();
    linking_fields[at] = ("bound, and linked", vec![61]);
    let after = linking_fields.iter().position(|(name, _)| *name == "stage").unwrap();
    linking_fields.splice(after..after, [("provider", text(b"weixin")), ("uid", text(b"erin-at-weixin"))]);
    for (claims, fields) in [(state(), state_fields()), (linking, linking_fields)] {
        check(
            claims,
            &fields,
            |keys, fields| sealed_payload(keys, &keys.state, fields),
            |text| {
                ring().state_tokens().verify(Untrusted::new(text), NOW).map(|token| token.claims().clone())
            },
        );
    }
}

/// An earlier version, which did not record how a link came about, minted this token a moment ago.
#[test]
fn a_link_of_which_nothing_is_said_is_the_least_that_it_may_be() {
    let mut fields = state_fields();
    let at = fields.iter().position(|(name, _)| *name == "bound").unwrap();
    fields[at].1 = vec![13];
    let after = fields.iter().position(|(name, _)| *name == "stage").unwrap();
    fields.splice(after..after, [("provider", text(b"weixin")), ("uid", text(b"erin-at-weixin"))]);
    let bytes: Vec<u8> = fields.into_iter().flat_map(|(_, bytes)| bytes).collect();
    let sealed = sealed_payload(ring().signer(), &ring().signer().state, &bytes);
    let verified = ring().state_tokens().verify(Untrusted::new(&sealed), NOW).unwrap();
    let least = PendingIdentity { identity: identity(), is_bound: false, is_vouched: true };
    assert_eq!(verified.claims().link.as_deref(), Some(&least));
}

fn identity() -> SocialIdentity {
    SocialIdentity::new(Provider::new("weixin").unwrap(), "erin-at-weixin").unwrap()
}

#[test]
fn every_field_of_a_link_token() {
    let StateClaims { audience, device, id, issued_at, expires_at, .. } = state();
    let fields = state_fields();
    let of = |wanted: &'static str| fields.iter().filter(move |(name, _)| *name == wanted).cloned();
    let mut all: Vec<Field> = of("application").chain(of("tenant")).collect();
    all.extend([("provider", text(b"weixin")), ("uid", text(b"erin-at-weixin"))]);
    all.extend(["device", "bound", "address", "agent", "id"].into_iter().flat_map(of));
    all.push(("time", number(issued_at.as_unix())));
    check(
        LinkClaims { audience, identity: identity(), is_bound: false, device, id, issued_at, expires_at },
        &all,
        |keys, fields| sealed_payload(keys, &keys.link, fields),
        |text| ring().link_tokens().verify(Untrusted::new(text), NOW).map(|token| token.claims().clone()),
    );
}

#[test]
fn every_field_of_a_reference() {
    check(
        reference(),
        &reference_fields(),
        |keys, signed| sealed_bytes::<SessionClaims>(signed, keys.reference.tag(&[signed])),
        |text| ring().session_references().verify(Untrusted::new(text), NOW).map(|token| *token.claims()),
    );
}

#[test]
fn every_field_of_a_captcha_token() {
    let TicketClaims { id, device, issued_at, expires_at, .. } = ticket();
    let (audience, recipient) = (AudienceDigest::from_bytes([3; 16]), RecipientDigest::from_bytes([4; 16]));
    let fields = vec![
        ("version", vec![1]),
        ("key id", text(b"2026-11")),
        ("id", vec![9; 16]),
        ("audience", vec![3; 16]),
        ("recipient", vec![4; 16]),
        ("device", vec![2; 16]),
        ("time", number(1_700_000_000)),
        ("time", number(1_700_000_060)),
    ];
    check(
        CaptchaClaims { id, audience, recipient, device, issued_at, expires_at },
        &fields,
        |keys, signed| sealed_bytes::<CaptchaClaims>(signed, keys.captcha.tag(&[signed])),
        |text| ring().captcha_tokens().verify(Untrusted::new(text), NOW).map(|token| *token.claims()),
    );
}
