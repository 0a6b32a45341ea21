//! A time in JSON, as RFC 3339, so that a person can read it.

use crate::Timestamp;
use alloc::string::String;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

#[derive(Clone, Copy)]
pub(super) struct DateTime(pub(super) Timestamp);

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let read = OffsetDateTime::parse(&written, &Rfc3339).map_err(|_| D::Error::custom("no RFC 3339"))?;
        Timestamp::try_from(read).map(Self).map_err(D::Error::custom)
    }
}
