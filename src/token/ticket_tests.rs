use super::*;
use crate::{
    ClientId, TenantId,
    token::{Key, SessionToken, opaque::sealed_bytes},
};
use alloc::{string::ToString, vec::Vec};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap())
}

fn claims() -> TicketClaims {
    TicketClaims {
        id: TokenId::from_bytes([3; 16]),
        session: SessionId::from_bytes([1; 16]),
        account: AccountId::new("erin").unwrap(),
        audience: Audience { client_id: ClientId::new("web").unwrap(), tenant: TenantId::new("acme").ok() },
        device: DeviceDigest::from_bytes([2; 16]),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(300),
    }
}

fn verify(text: &[u8], now: Timestamp) -> Result<TicketClaims, TokenError> {
    ring().tickets().verify(Untrusted::new(text), now).map(|token| *token.claims())
}

#[test]
fn a_ticket_begins_as_the_familys_do_and_verifies_until_its_expiry() {
    let text = ring().tickets().mint(&claims());
    assert!(text.expose().starts_with("ssoTicket-"));
    let at = |now| verify(text.expose().as_bytes(), now);
    assert_eq!(at(NOW.plus_seconds(299)), Ok(claims()));
    assert_eq!(at(NOW.plus_seconds(300)), Err(TokenError::Expired));
    assert_eq!(at(NOW.minus_seconds(31)), Err(TokenError::NotYetValid));
}

/// The values were computed independently of this library. A changed label or layout would be a new version of the token.
#[test]
fn a_ticket_is_what_it_has_always_been() {
    assert_eq!(
        ring().tickets().mint(&claims()).expose(),
        "ssoTicket-AQcyMDI2LTExAwMDAwMDAwMDAwMDAwMDAwEBAQEBAQEBAQEBAQEBAQEEZXJpbgN3ZWIEYWNtZQICAgICAgICAgICAgICAgIAAAAA\
         ZVPxAAAAAABlU_IsryDdfmP_ZfDJH37fkh9YtQFLIq7_eZoEZ1thzKOYPI8"
    );
}

#[test]
fn every_changed_bit_and_every_prefix_is_refused() {
    let text = ring().tickets().mint(&claims()).expose().to_string();
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
        let tag = keys.ticket.tag(&[&bytes]);
        verify(sealed_bytes::<TicketClaims>(&bytes, tag).as_bytes(), NOW).map(|_| ())
    };
    assert_eq!(refused(&|_| ()), Ok(()), "the control");
    assert_eq!(refused(&|bytes| bytes.push(0)), Err(TokenError::Malformed));
    assert_eq!(refused(&|bytes| bytes.truncate(bytes.len() - 1)), Err(TokenError::Malformed));
    assert_eq!(refused(&|bytes| bytes[0] = 2), Err(TokenError::Malformed));
}

/// The body of each kind is put under the prefix of the other kind. The derived keys tell the two kinds apart.
#[test]
fn a_ticket_is_no_session_token_and_a_session_token_no_ticket() {
    let ring = ring();
    let ticket = ring.tickets().mint(&claims()).expose().replacen("ssoTicket-", "LGT", 1);
    let as_session = ring.session_tokens().verify(Untrusted::<SessionToken>::new(&ticket), NOW);
    assert_eq!(as_session.unwrap_err(), TokenError::Forged);
    let keys = ring.signer();
    let body = opaque::signed_bytes(keys, &claims());
    let tagged = sealed_bytes::<TicketClaims>(&body, keys.session.tag(&[&body]));
    assert_eq!(verify(tagged.as_bytes(), NOW), Err(TokenError::Forged));
}

#[test]
fn the_longest_claims_fit() {
    let id = "x".repeat(64);
    let ring = KeyRing::new(Key::new(&"k".repeat(20), crate::token::known_secret(7)).unwrap());
    let longest = TicketClaims {
        account: AccountId::new(&id).unwrap(),
        audience: Audience { client_id: ClientId::new(&id).unwrap(), tenant: TenantId::new(&id).ok() },
        ..claims()
    };
    let text = ring.tickets().mint(&longest);
    assert_eq!(*ring.tickets().verify(text.presented(), NOW).unwrap().claims(), longest);
    let longer = alloc::format!("{}A", text.expose());
    assert_eq!(ring.tickets().verify(Untrusted::new(&longer), NOW).unwrap_err(), TokenError::Malformed);
}

proptest! {
    #[test]
    fn all_claims_are_read_back(
        id: [u8; 16], session: [u8; 16], account in "[\\PC]{1,16}", tenant in proptest::option::of("[\\PC]{1,16}"),
        device: [u8; 16],
    ) {
        let claims = TicketClaims {
            id: TokenId::from_bytes(id),
            session: SessionId::from_bytes(session),
            account: AccountId::new(&account).unwrap(),
            audience: Audience { tenant: tenant.map(|it| TenantId::new(&it).unwrap()), ..claims().audience },
            device: DeviceDigest::from_bytes(device),
            ..claims()
        };
        let text = ring().tickets().mint(&claims);
        prop_assert_eq!(verify(text.expose().as_bytes(), NOW).unwrap(), claims);
    }
}
