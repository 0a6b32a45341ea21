use super::*;
use crate::{
    ClientId, TenantId,
    contact::Channel,
    token::{Key, VerifyWindow, opaque::sealed_bytes},
};
use alloc::{string::ToString, vec::Vec};

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap())
}

fn claims() -> CaptchaClaims {
    CaptchaClaims {
        id: TokenId::from_bytes([3; 16]),
        audience: AudienceDigest::from_bytes([4; 16]),
        recipient: RecipientDigest::from_bytes([5; 16]),
        device: DeviceDigest::from_bytes([2; 16]),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(180),
    }
}

fn verify(text: &[u8], now: Timestamp) -> Result<CaptchaClaims, TokenError> {
    ring().captcha_tokens().verify(Untrusted::new(text), now).map(|token| *token.claims())
}

fn audience(client: &str, tenant: Option<&str>) -> Audience {
    Audience {
        client_id: ClientId::new(client).unwrap(),
        tenant: tenant.map(|it| TenantId::new(it).unwrap()),
    }
}

fn recipient(channel: Channel, text: &str) -> Recipient {
    Recipient::new(channel, text).unwrap()
}

fn device(fingerprint: &str) -> Device {
    Device::new("Android 10", fingerprint, "app", None).unwrap()
}

#[test]
fn a_captcha_token_verifies_for_three_minutes() {
    let text = ring().captcha_tokens().mint(&claims());
    let at = |now| verify(text.expose().as_bytes(), now);
    assert_eq!(at(NOW), Ok(claims()));
    assert_eq!(at(NOW.plus_seconds(179)), Ok(claims()));
    assert_eq!(at(NOW.plus_seconds(180)), Err(TokenError::Expired));
    assert_eq!(at(NOW.minus_seconds(31)), Err(TokenError::NotYetValid));
    let web = audience("web", None);
    let made = CaptchaClaims::new(
        &ring(),
        TokenId::from_bytes([3; 16]),
        &web,
        &recipient(Channel::Sms, "+86-13800000000"),
        &device("f"),
        NOW,
    );
    assert_eq!((made.issued_at, made.expires_at), (NOW, NOW.plus_seconds(180)));
}

/// The values were computed independently of this library. A changed label or layout would be a new version of the token.
#[test]
fn a_captcha_token_is_what_it_has_always_been() {
    assert_eq!(
        ring().captcha_tokens().mint(&claims()).expose(),
        "captcha-AQcyMDI2LTExAwMDAwMDAwMDAwMDAwMDAwQEBAQEBAQEBAQEBAQEBAQFBQUFBQUFBQUFBQUFBQUFAgICAgICAgICAgICAgICAgAA\
         AABlU_EAAAAAAGVT8bRqc32gKtWogvvmWhOsyIbq-3nLQiJOuCR0mXwlLoM9Bg"
    );
    let digest = ring().signer().recipient_digest(&recipient(Channel::Sms, "+86-13800000000"));
    assert_eq!(
        digest.0,
        [0xf4, 0x47, 0x63, 0xab, 0xb7, 0xdb, 0xfc, 0x59, 0xbd, 0x6a, 0xaa, 0xfc, 0xad, 0x97, 0x76, 0xda]
    );
}

#[test]
fn every_changed_bit_and_every_prefix_is_refused() {
    let text = ring().captcha_tokens().mint(&claims()).expose().to_string();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            assert!(verify(&bytes, NOW).is_err(), "{at} {bit}");
        }
        assert!(verify(&text.as_bytes()[..at], NOW).is_err(), "a prefix of {at}");
    }
}

#[test]
fn a_right_tag_over_a_wrong_body_is_malformed() {
    let ring = ring();
    let keys = ring.signer();
    let body = opaque::signed_bytes(keys, &claims());
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = body.clone();
        change(&mut bytes);
        let tag = keys.captcha.tag(&[&bytes]);
        verify(sealed_bytes::<CaptchaClaims>(&bytes, tag).as_bytes(), NOW).map(|_| ())
    };
    assert_eq!(refused(&|_| ()), Ok(()), "the control");
    assert_eq!(refused(&|bytes| bytes.push(0)), Err(TokenError::Malformed));
    assert_eq!(refused(&|bytes| bytes.truncate(bytes.len() - 1)), Err(TokenError::Malformed));
    assert_eq!(refused(&|bytes| bytes[0] = 2), Err(TokenError::Malformed));
}

/// The token matches every spelling of the recipient, also after a rotation of keys, but never under another ring.
#[test]
fn a_token_is_of_what_it_was_made_for() {
    let (web, mona) = (audience("web", Some("acme")), recipient(Channel::Sms, "+86-13800000000"));
    let made = |ring: &KeyRing| {
        let claims = CaptchaClaims::new(ring, TokenId::from_bytes([3; 16]), &web, &mona, &device("f"), NOW);
        ring.captcha_tokens().mint(&claims)
    };
    let (old, new) =
        (|| Key::new("2026-11", crate::token::known_secret(7)).unwrap(), crate::token::known_secret(8));
    let always = VerifyWindow { from: Timestamp::from_unix(0), until: Timestamp::MAX };
    let rotated = KeyRing::new(Key::new("2026-12", new).unwrap()).with_verifier(old(), always).unwrap();
    for ring in [ring(), rotated.clone()] {
        let text = made(&self::ring());
        let token = ring.captcha_tokens().verify(text.presented(), NOW).unwrap();
        assert!(token.is_for_audience(&web, &ring) && device("f").holds_captcha(&token, &ring));
        for same in ["+86-13800000000", "+86 138 0000 0000", "+8613800000000"] {
            assert!(token.is_for_recipient(&recipient(Channel::Sms, same), &ring), "{same}");
        }
        for other in [audience("app", Some("acme")), audience("web", None), audience("web", Some("acm"))] {
            assert!(!token.is_for_audience(&other, &ring), "{other:?}");
        }
        for (channel, other) in [(Channel::Sms, "+86-13800000001"), (Channel::Email, "mona@example.com")] {
            assert!(!token.is_for_recipient(&recipient(channel, other), &ring), "{other}");
        }
        assert!(!device("g").holds_captcha(&token, &ring));
    }
    let token = ring().captcha_tokens().verify(made(&ring()).presented(), NOW).unwrap();
    let other = KeyRing::new(Key::new("2026-11", crate::token::known_secret(9)).unwrap());
    assert!(!token.is_for_audience(&web, &other) && !token.is_for_recipient(&mona, &other));
    assert!(!device("f").holds_captcha(&token, &other));
}

/// The token names no person: it contains neither the number nor the application.
#[test]
fn a_token_of_any_audience_and_recipient_has_one_length() {
    let ring = KeyRing::new(Key::new(&"k".repeat(20), crate::token::known_secret(7)).unwrap());
    let made = |client: &str, text: &str| {
        let (id, recipient) = (TokenId::from_bytes([3; 16]), recipient(Channel::Email, text));
        let claims = CaptchaClaims::new(&ring, id, &audience(client, None), &recipient, &device("f"), NOW);
        ring.captcha_tokens().mint(&claims)
    };
    let (short, long) =
        (made("w", "a@b.example"), made(&"w".repeat(64), &alloc::format!("{}@example.com", "a".repeat(60))));
    assert_eq!(short.expose().len(), long.expose().len());
    let longer = alloc::format!("{}A", long.expose());
    let refused = ring.captcha_tokens().verify(Untrusted::new(&longer), NOW);
    assert_eq!(refused.unwrap_err(), TokenError::Malformed);
}
