//! The headers that every call has.

use axum::http::HeaderMap;
use std::net::IpAddr;

/// The client, and the device that it calls from.
pub(super) struct Caller {
    pub(super) client: String,
    pub(super) tenant: String,
    pub(super) fingerprint: String,
}

/// `None` if a header is missing, given twice, too long or malformed.
pub(super) fn caller(headers: &HeaderMap) -> Option<Caller> {
    let fingerprint = required(headers, "x-device-fingerprint", 256)?.to_owned();
    required(headers, "x-operating-sys-version", 64)?;
    required(headers, "x-agent", 1024)?;
    if headers.contains_key("x-device-ip") {
        required(headers, "x-device-ip", 45)?.parse::<IpAddr>().ok()?;
    }
    let client = required(headers, "x-client-id", 64)?.to_owned();
    let tenant = required(headers, "x-tenant-id", 64)?.to_owned();
    Some(Caller { client, tenant, fingerprint })
}

pub(super) fn required<'h>(headers: &'h HeaderMap, name: &str, most: usize) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?.trim();
    (values.next().is_none() && !value.is_empty() && value.len() <= most).then_some(value)
}
