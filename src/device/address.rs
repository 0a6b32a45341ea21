//! The address that a client says it has.

use core::net::{IpAddr, Ipv6Addr};

/// Reads an address, without its zone (RFC 4007 §11): `fe80::1%wlan0`, as Java, Android and iOS write it, means something to that device alone.
///
/// The address is only logged, unless an application binds logins to it. So a text that is no address counts as none, and costs nobody a login.
pub(crate) fn read_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let zoned = || {
        let (address, zone) = text.split_once('%')?;
        address.parse::<Ipv6Addr>().ok().filter(|_| !zone.is_empty()).map(IpAddr::V6)
    };
    text.parse().ok().or_else(zoned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_without_their_zone_and_nothing_else_is_one() {
        for (text, address) in [
            (" 10.0.0.1 ", "10.0.0.1"),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
            ("fe80::1%wlan0", "fe80::1"),
            ("fe80::1%6", "fe80::1"),
        ] {
            assert_eq!(read_address(text), address.parse().ok(), "{text:?}");
        }
        for text in [
            "",
            " ",
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
            assert_eq!(read_address(text), None, "{text:?}");
        }
    }
}
