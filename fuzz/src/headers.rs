//! Lists of headers, and the properties of every reading of them.

use crate::{
    cast::{API, APPLICATIONS, TENANT},
    keys::NOW,
    model,
    scenario::{Request, any_case},
};
use arbitrary::{Arbitrary, Result, Unstructured};
use authflow::{
    Entropy, Moment,
    device::{Caller, Device, Header, Language, RequestHeaders},
    facade, sdk,
    step::Step,
};
use serde_json::Value;
use std::sync::LazyLock;

/// The headers of a request.
#[derive(Debug)]
pub struct List(Vec<(String, Vec<u8>)>);

/// A good value of each header, under its usual name.
const USUAL: [(&str, &str); 12] = [
    ("X-operating-sys-version", "Android 10"),
    ("X-device-fingerprint", "156aysdna213sac"),
    ("X-agent", "Mozilla/5.0 (Linux; Android 10)"),
    ("X-client-id", APPLICATIONS[0]),
    ("X-tenant-id", TENANT),
    ("X-L", "zh-CN"),
    ("X-device-ip", "2001:db8::7"),
    ("X-state-token", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30."),
    ("Authorization", "Bearer e30.e30."),
    ("Content-Type", "application/json"),
    ("X-session-token", "LGTA"),
    ("session-token", "LGTA"),
];

/// The methods and paths of a device's calls, from the document.
static CALLS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let document = sdk::openapi();
    let paths = document["paths"].as_object().unwrap().iter();
    let calls = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(|method| (method.to_ascii_uppercase(), path.clone()))
    });
    calls.filter(|(_, path)| path.starts_with("/api/v2/sdk/")).collect()
});

impl<'a> Arbitrary<'a> for List {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut headers = Vec::new();
        // Mostly there are one or two faults. In a list with many, each fault is only one among others.
        let one_in = u.int_in_range(2..=20)?;
        for (name, usual) in USUAL {
            let name = any_case(u, name)?;
            if u.ratio(1, one_in)? {
                spoil(u, &mut headers, name, usual)?;
            } else if !name.eq_ignore_ascii_case("session-token") {
                headers.push((name, usual.into()));
            }
        }
        if u.ratio(1, 8)? {
            headers.extend(u.arbitrary::<Vec<(String, Vec<u8>)>>()?);
        }
        for at in 1..headers.len() {
            let other = u.int_in_range(0..=at)?;
            headers.swap(at, other);
        }
        Ok(Self(headers))
    }
}

/// Gives a header another value than the usual one.
fn spoil(
    u: &mut Unstructured<'_>,
    headers: &mut Vec<(String, Vec<u8>)>,
    name: String,
    usual: &str,
) -> Result<()> {
    let mut value = usual.as_bytes().to_vec();
    let at = u.int_in_range(0..=value.len())?;
    match u.int_in_range(0..=8)? {
        0 => return Ok(()),
        1 => headers.push((any_case(u, &name)?, value.clone())),
        2 => headers.push((any_case(u, &name)?, u.arbitrary()?)),
        3 => value.insert(at, u.arbitrary()?),
        4 => value.truncate(at),
        5 => value = vec![u.int_in_range(b' '..=b'~')?; model::longest(&name) - 1 + u.int_in_range(0..=2)?],
        6 => value.splice(at..at, u.arbitrary::<char>()?.to_string().into_bytes()).for_each(drop),
        7 => {
            let space = *u.choose(&[b" ", b"\t", b"\n"])?;
            value = [space, &value[..], space].concat();
        }
        _ => value = u.arbitrary()?,
    }
    headers.push((name, value));
    Ok(())
}

impl List {
    /// Reads the text form: a line for each header, with a colon between its name and its value.
    pub fn from_text(text: &[u8]) -> Self {
        Self(Request::from_text(&[b"GET /\n", text].concat()).headers)
    }

    /// Every reading agrees with the model's, in any order, and all calls judge alike.
    pub fn check(&self) {
        let Self(headers) = self;
        let read = RequestHeaders::read(headers);
        for (header, ..) in model::FAMILY {
            assert_eq!(read.get(header), model::value(headers, header), "{header}");
        }
        assert_eq!(format!("{read:?}"), "RequestHeaders(…)");

        let caller = model::judge(headers);
        let reversed: Vec<_> = headers.iter().rev().cloned().collect();
        assert_eq!(Caller::from_headers(&reversed).ok(), caller, "the order does not count");
        if let Some(caller) = &caller {
            self.check_device(&caller.device);
        }
        for (method, path) in &*CALLS {
            self.check_call(method, path);
        }
    }

    /// The same texts make the same device, which does not print its fingerprint.
    fn check_device(&self, device: &Device) {
        let (os, fingerprint, agent) = (device.os(), device.fingerprint().unwrap(), device.agent());
        // An address that cannot be read counts as a difference of devices, and no text alone makes such an address.
        let names_address = self.0.iter().any(|(name, _)| name.eq_ignore_ascii_case("X-device-ip"));
        if device.ip().is_some() || !names_address {
            assert_eq!(Device::new(os, fingerprint, agent, device.ip()).as_ref(), Ok(device));
        }
        let printed = format!("{device:?}");
        let elsewhere = [os, agent].iter().any(|text| text.contains(fingerprint));
        assert!(fingerprint.len() < 8 || elsewhere || !printed.contains(fingerprint), "printed: {printed}");
    }

    /// The device is judged before the client id, and the client id before the application. The host is asked nothing
    /// until they are right.
    fn check_call(&self, method: &str, path: &str) {
        let Self(headers) = self;
        let request = facade::Request { method, path, headers, body: b"", peer: None };
        let step = API.handle(&request, Moment::new(NOW, Entropy::from_bytes([1; 32])));
        let faults = model::faults(headers);
        let of_device = faults.keys().any(|header| *header != Header::ClientId);
        let refusals = ["IDAAS.SDK.PARAM.0001", "IDAAS.SDK.PARAM.0002", "IDAAS.SDK.PARAM.0003"];
        let expected = match (faults.is_empty(), of_device) {
            (false, true) => Some(refusals[0]),
            (false, false) => Some(refusals[1]),
            (true, _) if !model::names_application(headers) => Some(refusals[2]),
            (true, _) => None,
        };
        // Every token here is nonsense and every body is missing, so no call reaches a question.
        let Step::Done(outcome) = step else { panic!("{path} asks {step:?}") };
        let reply = API.reply(&outcome);
        let body: Value = serde_json::from_slice(reply.body()).unwrap();
        // Every client that names a device and an application gets the time.
        if expected.is_none() && path.ends_with("/server-date") {
            assert_eq!((reply.status(), body["timestamp"].is_string()), (200, true));
            return;
        }
        let code = body["error_code"].as_str().unwrap();
        assert_eq!(Some(code).filter(|code| refusals.contains(code)), expected, "{path}");
        let message = body["error_msg"].as_str().unwrap();
        assert_eq!((reply.status(), message.is_ascii()), (400, model::language(headers) == Language::En));
    }
}
