//! The device headers of one request, judged all at once.

use super::{Device, Header, Language, Problem, RequestHeaders, headers::Headers, read_address};
use crate::{ClientId, TenantId};
use alloc::vec::Vec;
use core::{fmt, net::IpAddr};

/// The caller of a request: a device, the application that it names and, for an ISV application, the tenant.
///
/// ```
/// use authflow::{
///     ClientId, Credentials, Secret,
///     account::UserName,
///     device::{Caller, Device},
///     outcome::Verdict,
///     testkit::{World, demo},
/// };
///
/// // At your own route, you name the application and describe the device from your own headers.
/// let device = Device::with_fingerprint("this phone", "Shop/3.1 (Android 15)", None)?;
/// let caller = Caller {
///     device,
///     client_id: ClientId::new(demo::ISV)?,
///     tenant: Some(demo::tenant()),
///     language: None,
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let credentials = Credentials {
///     identifier: UserName::new("alice")?.into(),
///     password: Secret::new(demo::PASSWORD),
/// };
/// let step = engine.sign_in(caller, credentials, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// Judges headers that have been picked out already.
    ///
    /// # Errors
    /// Everything that is wrong with them, together.
    pub fn from_request_headers(headers: &RequestHeaders<'_>) -> Result<Self, HeaderFaults> {
        let mut faults = Faults(Vec::new());
        let os = faults.required(Header::Os, headers.described(Header::Os));
        let agent = faults.required(Header::Agent, headers.described(Header::Agent));
        let fingerprint = faults.required(Header::Fingerprint, headers.get(Header::Fingerprint));
        let client_id = faults.required(Header::ClientId, headers.id::<ClientId>(Header::ClientId));
        let tenant = faults.optional(Header::TenantId, headers.id::<TenantId>(Header::TenantId));
        let language = faults.language(headers);
        let address = faults.address(headers);
        match (os, fingerprint, agent, client_id) {
            (Some(os), Some(fingerprint), Some(agent), Some(client_id)) if faults.0.is_empty() => Ok(Self {
                device: Device::of(&os, fingerprint, &agent, address),
                client_id,
                tenant,
                language,
            }),
            _ => Err(HeaderFaults { faults: faults.0, language }),
        }
    }
}

/// The faults that have been found in the headers so far, in the order of the headers.
struct Faults(Vec<HeaderFault>);

impl Faults {
    fn required<T>(&mut self, header: Header, judged: Result<T, Problem>) -> Option<T> {
        let found = |problem| {
            let at = self.0.partition_point(|fault| fault.header < header);
            self.0.insert(at, HeaderFault { header, problem });
        };
        judged.map_err(found).ok()
    }

    fn optional<T>(&mut self, header: Header, judged: Result<T, Problem>) -> Option<T> {
        match judged {
            Err(Problem::Missing) => None,
            judged => self.required(header, judged),
        }
    }

    /// The language of messages. A tag that cannot be read counts as a language without messages.
    fn language(&mut self, headers: &RequestHeaders<'_>) -> Option<Language> {
        match headers.get(Header::Language) {
            Err(Problem::TooLong | Problem::Malformed) => None,
            judged => self.optional(Header::Language, judged).and_then(Language::from_tag),
        }
    }

    /// The address. A text that is too long counts as none, like any other text that is no address.
    fn address(&mut self, headers: &RequestHeaders<'_>) -> Option<IpAddr> {
        if headers.bytes(Header::Ip) == Err(Problem::TooLong) {
            return None;
        }
        let described = self.optional(Header::Ip, headers.described(Header::Ip));
        described.and_then(|text| read_address(&text))
    }
}

/// One header and its fault. The value of the header is never included.
///
/// ```
/// use authflow::device::{Device, Header, HeaderFault, Problem};
///
/// let HeaderFault { header, problem } =
///     Device::new("Android 10", &"x".repeat(257), "Mozilla/5.0", None).unwrap_err();
/// assert_eq!((header, problem), (Header::Fingerprint, Problem::TooLong));
///
/// let refused = Device::with_fingerprint("", "Shop/3.1", None).unwrap_err();
/// assert_eq!(refused.to_string(), "X-device-fingerprint is missing");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeaderFault {
    /// The header.
    pub header: Header,
    /// The problem with it.
    pub problem: Problem,
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.header, self.problem)
    }
}

impl core::error::Error for HeaderFault {}

/// Everything that is wrong with the headers of a request; at least one thing.
///
/// ```
/// use authflow::device::Caller;
///
/// let faults = Caller::from_headers(&[("X-client-id", "shop")]).unwrap_err();
/// assert!(faults.concern_the_device());
/// let all: Vec<_> = faults.iter().map(ToString::to_string).collect();
/// assert!(all.contains(&"X-agent is missing".to_owned()), "all at once, and no value: {all:?}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} header(s) missing or malformed", faults.len())]
pub struct HeaderFaults {
    faults: Vec<HeaderFault>,
    language: Option<Language>,
}

impl HeaderFaults {
    /// A single fault.
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

    /// The complete headers with one of them replaced or removed.
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
        let headers = [("X-device-ip", "local\u{7}host"), ("X-L", "zh"), ("X-agent", "a"), ("X-agent", "a")];
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
        }
        for header in [Header::Ip, Header::TenantId, Header::ClientId, Header::Fingerprint] {
            assert_eq!(faults(with(header.name(), Some("a\u{7}b"))), [(header, Problem::Malformed)]);
        }
    }

    #[test]
    fn what_is_only_logged_is_never_at_fault() {
        for ip in ["10.10.10.1", "::1", "2001:db8::7", "::ffff:10.0.0.1"] {
            assert!(with("X-device-ip", Some(ip)).is_ok(), "{ip}");
        }
        let long = "1".repeat(65).leak();
        for ip in ["10.10.10", "10.10.10.256", "10.0.0.1:80", "[::1]", "010.0.0.1", "unknown", long] {
            assert_eq!(with("X-device-ip", Some(ip)).unwrap().device.ip(), None, "{ip}");
        }
        let zoned = with("X-device-ip", Some("fe80::1%eth0")).unwrap().device;
        assert_eq!(zoned.ip(), "fe80::1".parse().ok());
        for tag in ["fr", "a\u{7}b", "zh-CN,zh;q=0.9,en;q=0.8,en-GB;q=0.7,en-US;q=0.6"] {
            assert_eq!(with("X-L", Some(tag)).unwrap().language, None, "{tag}");
        }
        let long: &str = "é".repeat(130).leak();
        let cut = with("X-operating-sys-version", Some(long)).unwrap().device;
        assert_eq!(cut.os(), "é".repeat(128));
        let (bytes, of_device) = (&b"Caf\xe9/1.0"[..], "f".as_bytes());
        let headers = [
            ("X-operating-sys-version", bytes),
            ("X-agent", bytes),
            ("X-device-fingerprint", of_device),
            ("X-client-id", b"web"),
        ];
        let device = Caller::from_headers(&headers).unwrap().device;
        assert_eq!((device.os(), device.agent()), ("Caf\u{fffd}/1.0", "Caf\u{fffd}/1.0"));
    }

    #[test]
    fn a_fault_names_the_header_and_never_its_value() {
        let faults = with("X-device-ip", Some("local\u{7}host")).unwrap_err();
        let told: Vec<_> = faults.iter().map(alloc::string::ToString::to_string).collect();
        assert_eq!(told, ["X-device-ip is malformed"]);
    }

    #[test]
    fn a_device_does_not_print_its_fingerprint() {
        let printed = alloc::format!("{:?}", Caller::from_headers(&COMPLETE).unwrap());
        assert!(printed.contains("Android 10") && !printed.contains("156aysdna213sac"), "{printed}");
    }
}
