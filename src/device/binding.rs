//! Whether a token was made for this device.

use super::Device;
use crate::token::{BoundToDevice, DeviceDigest, DeviceDigests, KeyRing, Keys, Verified};
use alloc::vec::Vec;
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// The effect of a difference from the device that began a login.
///
/// ```
/// use authflow::{
///     device::{Binding, Bindings},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
///
/// for (os, status) in [(Binding::Ignore, 200), (Binding::Log, 200), (Binding::Refuse, 400)] {
///     let bindings = Bindings { os, ..Bindings::default() };
///     let mut world = World::with_policy(Policy { bindings, ..demo::policy() });
///     let warned = world.login("erin");
///     let elsewhere =
///         Call::skip(warned.state_token()).with_header("X-operating-sys-version", "iOS 26");
///     assert_eq!(world.send(&elsewhere).status, status, "{os:?}");
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// The difference has no effect, and the trait is not even in the token.
    #[default]
    Ignore,
    /// The difference makes an event for the host's log.
    Log,
    /// The token is refused.
    Refuse,
}

/// Further traits that bind a pending login to its device. The [fingerprint or cookie](super::BindingKind) by which the device is recognised
/// always binds it.
///
/// A mobile network changes addresses and an update changes versions, so all three are ignored unless configured.
///
/// ```
/// use authflow::{
///     device::{Binding, Bindings},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
///
/// let bindings = Bindings { os: Binding::Refuse, ..Bindings::default() };
/// let mut world = World::with_policy(Policy { bindings, ..demo::policy() });
/// let warned = world.login("erin");
/// let elsewhere =
///     Call::skip(warned.state_token()).with_header("X-operating-sys-version", "iOS 26");
/// assert_eq!(world.send(&elsewhere).status, 400);
/// assert_eq!(
///     world.skip(warned.state_token()).text("status"),
///     "SUCCESS",
///     "the login goes on where it began"
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bindings {
    /// `X-device-ip`; in `/v1` the [address that the host says](crate::facade::Request::peer). A missing address, or one that cannot be read,
    /// counts as a different one. So under `Refuse`, a login from such a device never goes beyond its first step.
    pub ip: Binding,
    /// `X-operating-sys-version`.
    pub os: Binding,
    /// `X-agent`.
    pub agent: Binding,
}

/// A trait that a device reports about itself.
///
/// ```
/// use authflow::{
///     device::{Binding, Bindings, DeviceTrait},
///     outcome::Event,
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
///
/// let bindings = Bindings { os: Binding::Log, ..Bindings::default() };
/// let mut world = World::with_policy(Policy { bindings, ..demo::policy() });
/// let warned = world.login("erin");
/// world.send(&Call::skip(warned.state_token()).with_header("X-operating-sys-version", "iOS 26"));
/// // For your log: the trait in which the two devices differ.
/// let drifted = world.outcome.unwrap().events.into_iter().find_map(|event| match event {
///     Event::DeviceDrifted { device_trait, .. } => Some(device_trait),
///     _ => None,
/// });
/// assert_eq!(drifted, Some(DeviceTrait::Os));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceTrait {
    /// The value by which the device is recognised: see [`BindingKind`](super::BindingKind).
    Binding,
    /// `X-device-ip`.
    Ip,
    /// `X-operating-sys-version`.
    Os,
    /// `X-agent`.
    Agent,
}

/// The differences between a device and the one that began the login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drift {
    /// The first difference that refuses the token, if there is one.
    pub(crate) refused: Option<DeviceTrait>,
    /// The differences to log.
    pub(crate) logged: Vec<DeviceTrait>,
}

impl Bindings {
    /// The digests of a device for a new state token, under its signing key.
    pub(crate) fn digests(self, device: &Device, keys: &Keys) -> DeviceDigests {
        let bound = |binding, digest: &dyn Fn() -> DeviceDigest| (binding != Binding::Ignore).then(digest);
        DeviceDigests {
            fingerprint: device.digest(keys),
            ip: bound(self.ip, &|| ip_digest(device, keys)),
            os: bound(self.os, &|| keys.device_digest("os", device.os().as_bytes())),
            agent: bound(self.agent, &|| keys.device_digest("agent", device.agent().as_bytes())),
        }
    }

    /// Compares a device with the one a token is bound to, under the bindings in force now.
    ///
    /// A trait that must not differ but was not put into the token (the policy was looser then) counts as different.
    /// The ring is the one that verified the token. With another ring, every device counts as different.
    pub(crate) fn drift<T: BoundToDevice>(
        self,
        token: &Verified<T>,
        device: &Device,
        ring: &KeyRing,
    ) -> Drift {
        let mut drift = Drift::default();
        let Some(keys) = ring.at(token.key()) else {
            drift.refused = Some(DeviceTrait::Binding);
            return drift;
        };
        let (then, now) = (token.claims().device(), self.digests(device, keys));
        if then.fingerprint != now.fingerprint {
            drift.refused = Some(DeviceTrait::Binding);
        }
        // An address that is missing cannot be known to be the same.
        let is_nowhere = device.ip().is_none();
        for (device_trait, binding, then, differs) in [
            (DeviceTrait::Ip, self.ip, then.ip, is_nowhere || then.ip != now.ip),
            (DeviceTrait::Os, self.os, then.os, then.os != now.os),
            (DeviceTrait::Agent, self.agent, then.agent, then.agent != now.agent),
        ] {
            match binding {
                Binding::Refuse if differs => drift.refused = drift.refused.or(Some(device_trait)),
                Binding::Log if then.is_some() && differs => drift.logged.push(device_trait),
                Binding::Refuse | Binding::Log | Binding::Ignore => {}
            }
        }
        drift
    }
}

fn ip_digest(device: &Device, keys: &Keys) -> DeviceDigest {
    match device.ip().map(|ip| ip.to_canonical()) {
        None => keys.device_digest("ip", &[]),
        Some(IpAddr::V4(ip)) => keys.device_digest("ip", &ip.octets()),
        Some(IpAddr::V6(ip)) => keys.device_digest("ip", &ip.octets()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AccountId, Audience, ClientId, SessionId, Timestamp, TokenId,
        account::Revision,
        factor::FactorSet,
        token::{
            Key, KeyRing, SessionClaims, Stage, StateClaims, StateToken, TicketClaims, TokenText,
            VerifyWindow,
        },
    };

    const ALL: Bindings = Bindings { ip: Binding::Refuse, os: Binding::Refuse, agent: Binding::Refuse };

    fn device() -> Device {
        Device::of("Android 10", "f", "a", "10.0.0.1".parse().ok())
    }

    fn ring() -> KeyRing {
        KeyRing::new(Key::without_id(crate::token::known_secret(7)).unwrap())
    }

    const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

    fn token(device: &Device, bindings: Bindings) -> StateToken {
        ring().state_tokens().verify(bound_token(&ring(), device, bindings).presented(), NOW).unwrap()
    }

    fn bound_token(ring: &KeyRing, device: &Device, bindings: Bindings) -> TokenText<StateToken> {
        let claims = StateClaims {
            audience: Audience { client_id: ClientId::new("web").unwrap(), tenant: None },
            account: AccountId::new("erin").unwrap(),
            revision: Revision::new(0).unwrap(),
            device: bindings.digests(device, ring.signer()),
            link: None,
            stage: Stage::PasswordExpiring,
            factors: FactorSet::EMPTY,
            auth_start: NOW,
            id: TokenId::from_bytes([0; 16]),
            issued_at: NOW,
            expires_at: NOW.plus_seconds(1),
        };
        ring.state_tokens().mint(&claims)
    }

    fn changed() -> [(DeviceTrait, Device); 4] {
        [
            (DeviceTrait::Ip, Device::of("Android 10", "f", "a", "10.0.0.2".parse().ok())),
            (DeviceTrait::Ip, Device::of("Android 10", "f", "a", None)),
            (DeviceTrait::Os, Device::of("Android 11", "f", "a", device().ip())),
            (DeviceTrait::Agent, Device::of("Android 10", "f", "b", device().ip())),
        ]
    }

    #[test]
    fn the_same_device_does_not_drift() {
        assert_eq!(ALL.drift(&token(&device(), ALL), &device(), &ring()), Drift::default());
        let mapped = Device::of("Android 10", "f", "a", "::ffff:10.0.0.1".parse().ok());
        assert_eq!(
            ALL.drift(&token(&device(), ALL), &mapped, &ring()),
            Drift::default(),
            "one address, two spellings"
        );
    }

    #[test]
    fn another_fingerprint_refuses_under_every_binding() {
        let other = Device::of("Android 10", "g", "a", device().ip());
        for bindings in [ALL, Bindings::default()] {
            let drift = bindings.drift(&token(&device(), bindings), &other, &ring());
            assert_eq!(drift.refused, Some(DeviceTrait::Binding));
        }
    }

    #[test]
    fn a_session_token_and_a_ticket_are_held_by_the_fingerprint_they_were_made_for_and_by_nothing_else() {
        let (ring, now) = (ring(), NOW);
        let audience = Audience { client_id: ClientId::new("web").unwrap(), tenant: None };
        let (account, session) = (AccountId::new("erin").unwrap(), SessionId::from_bytes([1; 16]));
        let (issued_at, expires_at) = (now, now.plus_seconds(1));
        let digest = device().digest(ring.signer());
        let text = ring.session_tokens().mint(&SessionClaims {
            session,
            generation: 0,
            account,
            audience,
            device: digest,
            revision: Revision::new(0).unwrap(),
            auth_time: now,
            factors: FactorSet::EMPTY,
            issued_at,
            expires_at,
        });
        let token = ring.session_tokens().for_application(&audience).verify(text.presented(), now).unwrap();
        let id = TokenId::from_bytes([2; 16]);
        let claims = TicketClaims { id, session, account, audience, device: digest, issued_at, expires_at };
        let ticket = ring.tickets().verify(ring.tickets().mint(&claims).presented(), now).unwrap();
        assert!(device().holds(&token, &ring) && device().holds_ticket(&ticket, &ring));
        for (_, other) in changed() {
            assert!(
                other.holds(&token, &ring) && other.holds_ticket(&ticket, &ring),
                "another trait, the same device"
            );
        }
        let other = Device::of("Android 10", "g", "a", device().ip());
        assert!(!other.holds(&token, &ring) && !other.holds_ticket(&ticket, &ring));
        let foreign = KeyRing::new(Key::without_id(crate::token::known_secret(8)).unwrap());
        assert!(!device().holds(&token, &foreign) && !device().holds_ticket(&ticket, &foreign));
    }

    /// A token holds the position of its key in the ring. In a ring with another key at that position, or with none, no device matches the
    /// token.
    #[test]
    fn in_another_ring_no_device_is_the_one() {
        let key = |id, byte| Key::new(id, crate::token::known_secret(byte)).unwrap();
        let always = VerifyWindow { from: Timestamp::from_unix(0), until: Timestamp::MAX };
        let rotated = KeyRing::new(key("new", 8)).with_verifier(key("old", 7), always).unwrap();
        let minted = bound_token(&KeyRing::new(key("old", 7)), &device(), ALL);
        let token = rotated.state_tokens().verify(minted.presented(), NOW).unwrap();
        assert_eq!(ALL.drift(&token, &device(), &rotated), Drift::default());
        let (one, other) = (KeyRing::new(key("old", 7)), KeyRing::new(key("new", 8)));
        let swapped = one.clone().with_verifier(key("new", 8), always).unwrap();
        for ring in [one, other, swapped] {
            assert_eq!(ALL.drift(&token, &device(), &ring).refused, Some(DeviceTrait::Binding));
        }
    }

    #[test]
    fn a_changed_trait_does_what_its_binding_says() {
        for (device_trait, other) in changed() {
            let refused = ALL.drift(&token(&device(), ALL), &other, &ring());
            assert_eq!(refused, Drift { refused: Some(device_trait), logged: Vec::new() });
            let log = Bindings { ip: Binding::Log, os: Binding::Log, agent: Binding::Log };
            let logged = log.drift(&token(&device(), log), &other, &ring());
            assert_eq!(logged, Drift { refused: None, logged: Vec::from([device_trait]) });
            let ignored = Bindings::default().drift(&token(&device(), Bindings::default()), &other, &ring());
            assert_eq!(ignored, Drift::default());
        }
    }

    #[test]
    fn a_binding_made_stricter_meanwhile_refuses_and_one_made_looser_does_not() {
        let loose = token(&device(), Bindings::default());
        assert_eq!(ALL.drift(&loose, &device(), &ring()).refused, Some(DeviceTrait::Ip));
        let log = Bindings { ip: Binding::Log, ..Bindings::default() };
        assert_eq!(log.drift(&loose, &device(), &ring()), Drift::default());
        let strict = token(&device(), ALL);
        assert_eq!(Bindings::default().drift(&strict, &changed()[0].1, &ring()), Drift::default());
    }
}
