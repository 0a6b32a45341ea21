//! The address that a client says it has.

use core::net::{IpAddr, Ipv6Addr};

/// The address that a client says it has. It is only logged, unless an application binds logins to it; so one that cannot be read costs nobody a
/// login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Address {
    /// It says none.
    #[default]
    None,
    /// It says something that is no address. That counts as none, and as a difference where an application binds it.
    Unreadable,
    /// This.
    Of(IpAddr),
}

impl Address {
    /// Reads one, without its zone (RFC 4007 §11): `fe80::1%wlan0`, as Java, Android and iOS write it, means something to that device alone.
    pub(crate) fn read(text: &str) -> Self {
        let text = text.trim();
        let zoned = || {
            let (address, zone) = text.split_once('%')?;
            address.parse::<Ipv6Addr>().ok().filter(|_| !zone.is_empty()).map(IpAddr::V6)
        };
        match text.parse().ok().or_else(zoned) {
            Some(address) => Self::Of(address),
            None if text.is_empty() => Self::None,
            None => Self::Unreadable,
        }
    }

    pub(crate) fn ip(self) -> Option<IpAddr> {
        match self {
            Self::Of(ip) => Some(ip),
            Self::None | Self::Unreadable => None,
        }
    }
}

impl From<Option<IpAddr>> for Address {
    fn from(ip: Option<IpAddr>) -> Self {
        ip.map_or(Self::None, Self::Of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_without_their_zone_and_nothing_else_is_one() {
        let of = |text: &str| Address::Of(text.parse().unwrap());
        for (text, address) in [
            (" 10.0.0.1 ", of("10.0.0.1")),
            ("::ffff:10.0.0.1", of("::ffff:10.0.0.1")),
            ("fe80::1%wlan0", of("fe80::1")),
            ("fe80::1%6", of("fe80::1")),
            ("", Address::None),
            (" ", Address::None),
        ] {
            assert_eq!(Address::read(text), address, "{text:?}");
        }
        for text in [
            "unknown",
            "null",
            "10.0.0.1, 10.0.0.2",
            "10.0.0.1:80",
            "[::1]",
            "/10.0.0.1",
            "192.168.1",
            "10.0.0.1%eth0",
            "fe80::1%",
            "010.0.0.1",
        ] {
            assert_eq!(Address::read(text), Address::Unreadable, "{text:?}");
        }
    }
}
