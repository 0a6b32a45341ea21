//! The device headers of one request, judged all at once.

use super::{Device, Header, Language, Problem, RequestHeaders, headers::Headers};
use crate::{ClientId, TenantId};
use alloc::vec::Vec;
use core::{fmt, net::IpAddr};

/// Who is calling: a device, the application it names and, for an ISV application, the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The device.
    pub device: Device,
    /// The application the caller says it is.
    pub client_id: ClientId,
    /// The tenant the caller names. An ordinary application ignores it.
    pub tenant: Option<TenantId>,
    /// The language the caller asks for, where messages exist in it.
    pub language: Option<Language>,
}

impl Caller {
    /// Judges the headers of a request.
    ///
    /// # Errors
    /// Everything that is wrong with them, together.
    pub fn from_headers(headers: &(impl Headers + ?Sized)) -> Result<Self, HeaderFaults> {
        Self::from_request_headers(&RequestHeaders::read(headers))
    }

    /// The same, where the headers have been picked out already.
    ///
    /// # Errors
    /// Everything that is wrong with them, together.
    pub fn from_request_headers(headers: &RequestHeaders<'_>) -> Result<Self, HeaderFaults> {
        let mut faults = Vec::new();
        let mut noted = |header, problem| {
            faults.push(HeaderFault { header, problem });
            None
        };
        let mut required = |header| headers.get(header).map_or_else(|problem| noted(header, problem), Some);
        let (os, fingerprint, agent) =
            (required(Header::Os), required(Header::Fingerprint), required(Header::Agent));
        let client_id = required(Header::ClientId).and_then(|text| ClientId::new(text).ok());
        let mut optional = |header| match headers.get(header) {
            Err(Problem::Missing) => None,
            other => other.map_or_else(|problem| noted(header, problem), Some),
        };
        let tenant = optional(Header::TenantId).and_then(|text| TenantId::new(text).ok());
        let language = optional(Header::Language).and_then(Language::from_tag);
        let ip = optional(Header::Ip)
            .map(|text| text.parse::<IpAddr>().map_err(|_| noted(Header::Ip, Problem::Malformed)));
        match (os, fingerprint, agent, client_id, ip.transpose()) {
            (Some(os), Some(fingerprint), Some(agent), Some(client_id), Ok(ip)) if faults.is_empty() => {
                Ok(Self { device: Device::of(os, fingerprint, agent, ip), client_id, tenant, language })
            }
            _ => {
                faults.sort_unstable_by_key(|fault| fault.header);
                Err(HeaderFaults { faults, language })
            }
        }
    }
}

/// One header and what is wrong with it. Never the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeaderFault {
    /// Which header.
    pub header: Header,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.header, self.problem)
    }
}

/// Everything that is wrong with the headers of a request; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} header(s) missing or malformed", faults.len())]
pub struct HeaderFaults {
    faults: Vec<HeaderFault>,
    language: Option<Language>,
}

impl HeaderFaults {
    /// A single one.
    pub(crate) fn one(fault: HeaderFault, language: Option<Language>) -> Self {
        Self { faults: Vec::from([fault]), language }
    }

    /// Every fault, in the order of [`Header`].
    pub fn iter(&self) -> impl Iterator<Item = &HeaderFault> {
        self.faults.iter()
    }

    /// Whether a device header is among them: the device is judged before the client id.
    pub fn concern_the_device(&self) -> bool {
        self.faults.iter().any(|fault| fault.header != Header::ClientId)
    }

    /// The language to answer in, if the caller asked for one that exists.
    pub fn language(&self) -> Option<Language> {
        self.language
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    const COMPLETE: [(&str, &str); 7] = [
        ("X-operating-sys-version", "Android 10"),
        ("X-device-fingerprint", "156aysdna213sac"),
        ("X-agent", "Mozilla/5.0"),
        ("X-device-ip", "10.10.10.1"),
        ("X-L", "zh"),
        ("X-tenant-id", "08f770f51f80d2f40f38c00cb199fd21"),
        ("X-client-id", "DRrYIqauawN0I8myTMoDTPys6ezGZxnm"),
    ];

    /// The complete headers with one of them replaced, or left out.
    fn with(name: &str, value: Option<&'static str>) -> Result<Caller, HeaderFaults> {
        let others = COMPLETE.into_iter().filter(|(other, _)| *other != name);
        let given: Vec<_> = others.chain(value.map(|value| (name, value))).collect();
        Caller::from_headers(&given)
    }

    fn faults(result: Result<Caller, HeaderFaults>) -> Vec<(Header, Problem)> {
        result.unwrap_err().iter().map(|fault| (fault.header, fault.problem)).collect()
    }

    #[test]
    fn the_seeds_headers_are_complete() {
        let caller = Caller::from_headers(&COMPLETE).unwrap();
        assert_eq!(caller.device.os(), "Android 10");
        assert_eq!(caller.device.fingerprint(), Some("156aysdna213sac"));
        assert_eq!(caller.device.agent(), "Mozilla/5.0");
        assert_eq!(caller.device.ip(), Some("10.10.10.1".parse().unwrap()));
        assert_eq!(caller.language, Some(Language::Zh));
        assert_eq!(caller.client_id.as_str(), "DRrYIqauawN0I8myTMoDTPys6ezGZxnm");
        assert_eq!(caller.tenant.unwrap().as_str(), "08f770f51f80d2f40f38c00cb199fd21");
    }

    #[test]
    fn all_faults_are_reported_together() {
        let headers = [("X-device-ip", "localhost"), ("X-L", "zh"), ("X-agent", "a"), ("X-agent", "a")];
        let result = Caller::from_headers(&headers);
        assert_eq!(result.as_ref().unwrap_err().language(), Some(Language::Zh));
        assert!(result.as_ref().unwrap_err().concern_the_device());
        assert_eq!(
            faults(result),
            vec![
                (Header::Os, Problem::Missing),
                (Header::Fingerprint, Problem::Missing),
                (Header::Agent, Problem::Repeated),
                (Header::Ip, Problem::Malformed),
                (Header::ClientId, Problem::Missing),
            ]
        );
    }

    #[test]
    fn each_required_header_is_required_and_each_optional_one_is_not() {
        for header in [Header::Os, Header::Fingerprint, Header::Agent, Header::ClientId] {
            let result = with(header.name(), None);
            assert_eq!(result.as_ref().unwrap_err().concern_the_device(), header != Header::ClientId);
            assert_eq!(faults(result), [(header, Problem::Missing)]);
        }
        for header in [Header::Ip, Header::Language, Header::TenantId] {
            assert!(with(header.name(), None).is_ok());
            assert!(with(header.name(), Some(" ")).is_ok(), "blank is not there");
            assert_eq!(faults(with(header.name(), Some("a\u{7}b"))), [(header, Problem::Malformed)]);
        }
    }

    #[test]
    fn addresses_are_addresses_and_unknown_languages_are_not_faults() {
        for ip in ["10.10.10.1", "::1", "2001:db8::7", "::ffff:10.0.0.1"] {
            assert!(with("X-device-ip", Some(ip)).is_ok(), "{ip}");
        }
        for ip in ["10.10.10", "10.10.10.256", "fe80::1%eth0", "10.0.0.1:80", "[::1]", "010.0.0.1"] {
            assert_eq!(faults(with("X-device-ip", Some(ip))), [(Header::Ip, Problem::Malformed)], "{ip}");
        }
        assert_eq!(with("X-L", Some("fr")).unwrap().language, None);
    }

    #[test]
    fn a_fault_names_the_header_and_never_its_value() {
        let faults = with("X-device-ip", Some("localhost")).unwrap_err();
        let told: Vec<_> = faults.iter().map(alloc::string::ToString::to_string).collect();
        assert_eq!(told, ["X-device-ip is malformed"]);
    }

    #[test]
    fn a_device_does_not_print_its_fingerprint() {
        let printed = alloc::format!("{:?}", Caller::from_headers(&COMPLETE).unwrap());
        assert!(printed.contains("Android 10") && !printed.contains("156aysdna213sac"), "{printed}");
    }
}
