//! A second judgement of a request's headers, from the wire contract's own words.

use crate::cast::{APPLICATIONS, TENANT};
use authflow::device::{Caller, Header, Language, Problem};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
};

/// A list of headers, as a framework hands it over.
pub type HeaderList = [(String, Vec<u8>)];

/// Every header of the family: its name, the most bytes of its value, and whether it is required.
pub const FAMILY: [(Header, &str, usize, bool); 11] = [
    (Header::Os, "x-operating-sys-version", 256, true),
    (Header::Fingerprint, "x-device-fingerprint", 256, true),
    (Header::Agent, "x-agent", 1024, true),
    (Header::ClientId, "x-client-id", 64, true),
    (Header::TenantId, "x-tenant-id", 64, false),
    (Header::Language, "x-l", 35, false),
    (Header::Ip, "x-device-ip", 64, false),
    (Header::StateToken, "x-state-token", 982, false),
    (Header::Authorization, "authorization", 9216 + "Bearer ".len(), false),
    (Header::ContentType, "content-type", 256, false),
    (Header::SessionToken, "x-session-token", 512, false),
];

/// The number of headers that describe the caller.
const CALLER: usize = 7;

/// The most bytes that the value of a header may have.
pub fn longest(name: &str) -> usize {
    FAMILY.into_iter().find(|row| is_named(row.0, row.1, name)).unwrap().2
}

/// Whether a header has this name. The session token has two names.
fn is_named(header: Header, name: &str, other: &str) -> bool {
    let other = other.to_ascii_lowercase();
    other == name || header == Header::SessionToken && other == "session-token"
}

/// The value of a header, or its fault.
pub fn value(headers: &HeaderList, header: Header) -> Result<&str, Problem> {
    let (_, _, longest, _) = FAMILY.into_iter().find(|row| row.0 == header).unwrap();
    let value = bytes(headers, header)?;
    if value.len() > longest {
        return Err(Problem::TooLong);
    }
    match std::str::from_utf8(value) {
        Ok(text) if !text.contains(char::is_control) => Ok(text),
        _ => Err(Problem::Malformed),
    }
}

/// The value of a header that decides nothing. A value that is too long is cut, and bytes of another encoding are
/// replaced.
pub fn described(headers: &HeaderList, header: Header) -> Result<String, Problem> {
    let (_, _, longest, _) = FAMILY.into_iter().find(|row| row.0 == header).unwrap();
    let value = bytes(headers, header)?;
    let text = String::from_utf8_lossy(&value[..value.len().min(longest)]).into_owned();
    if text.contains(char::is_control) { Err(Problem::Malformed) } else { Ok(text) }
}

/// The address that the caller names, without its zone. `None` if it cannot be read.
pub fn address(headers: &HeaderList) -> Option<IpAddr> {
    let text = value(headers, Header::Ip).ok()?;
    let zoned = || text.split_once('%').filter(|(_, zone)| !zone.is_empty())?.0.parse::<Ipv6Addr>().ok();
    text.parse().ok().or_else(|| zoned().map(IpAddr::V6))
}

fn bytes(headers: &HeaderList, header: Header) -> Result<&[u8], Problem> {
    let (_, name, ..) = FAMILY.into_iter().find(|row| row.0 == header).unwrap();
    let mut values =
        headers.iter().filter(|(other, _)| is_named(header, name, other)).map(|(_, value)| value);
    let value = values.next().ok_or(Problem::Missing)?;
    if values.next().is_some() {
        return Err(Problem::Repeated);
    }
    let is_content = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = value.iter().position(is_content).ok_or(Problem::Missing)?;
    let end = value.iter().rposition(is_content).ok_or(Problem::Missing)?;
    Ok(&value[start..=end])
}

/// All faults of the headers that describe the caller.
pub fn faults(headers: &HeaderList) -> BTreeMap<Header, Problem> {
    let wrong = |&(header, _, _, required): &(Header, &str, usize, bool)| {
        let judged = match header {
            Header::Os | Header::Agent => described(headers, header).map(drop),
            // An address that is too long is unreadable, which is no fault.
            Header::Ip if value(headers, header) == Err(Problem::TooLong) => Ok(()),
            Header::Ip => described(headers, header).map(drop),
            Header::Language => match value(headers, header) {
                Err(Problem::Repeated) => Err(Problem::Repeated),
                _ => Ok(()),
            },
            _ => value(headers, header).map(drop),
        };
        match judged {
            Err(Problem::Missing) if !required => None,
            judged => judged.err().map(|problem| (header, problem)),
        }
    };
    FAMILY[..CALLER].iter().filter_map(wrong).collect()
}

/// Whether the headers name an application that exists.
pub fn names_application(headers: &HeaderList) -> bool {
    match value(headers, Header::ClientId) {
        Ok(id) if id == APPLICATIONS[0] => value(headers, Header::TenantId) == Ok(TENANT),
        Ok(id) => id == APPLICATIONS[1],
        Err(_) => false,
    }
}

/// The language of the answer. The default here is always English.
pub fn language(headers: &HeaderList) -> Language {
    match value(headers, Header::Language).map(str::to_ascii_lowercase) {
        Ok(tag) if tag == "zh" || tag.starts_with("zh-") || tag.starts_with("zh_") => Language::Zh,
        _ => Language::En,
    }
}

/// Judges headers with the library, and compares.
pub fn judge(headers: &HeaderList) -> Option<Caller> {
    let expected = faults(headers);
    match Caller::from_headers(headers) {
        Ok(caller) => {
            assert!(expected.is_empty(), "accepted in spite of {expected:?}");
            let given = |header| value(headers, header).ok();
            assert_eq!(Some(caller.device.os().into()), described(headers, Header::Os).ok());
            assert_eq!(caller.device.fingerprint(), given(Header::Fingerprint));
            assert_eq!(Some(caller.device.agent().into()), described(headers, Header::Agent).ok());
            assert_eq!(Some(caller.client_id.as_str()), given(Header::ClientId));
            assert_eq!(caller.tenant.as_ref().map(|tenant| tenant.as_str()), given(Header::TenantId));
            assert_eq!(caller.device.ip(), address(headers));
            assert_eq!(caller.language.unwrap_or_default(), language(headers));
            Some(caller)
        }
        Err(refused) => {
            let reported: Vec<_> = refused.iter().map(|fault| (fault.header, fault.problem)).collect();
            assert!(!reported.is_empty(), "refused for no reason");
            assert_eq!(reported.len(), expected.len(), "each fault once: {reported:?}");
            assert_eq!(reported.into_iter().collect::<BTreeMap<_, _>>(), expected);
            let of_device = expected.keys().any(|header| *header != Header::ClientId);
            assert_eq!(refused.concern_the_device(), of_device);
            assert_eq!(refused.language().unwrap_or_default(), language(headers));
            None
        }
    }
}
