//! Times and durations in a form that people write.

use authflow::Timestamp;
use std::time::Duration;
use time::{
    Date, OffsetDateTime, Time, UtcOffset,
    format_description::well_known::{Iso8601, Rfc3339},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time must be spelt as in 2026-11-26T12:00:00Z, or as a day: 2026-11-26")]
pub(crate) struct InvalidTime;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a duration must be spelt as in 90d, 12h or 30m")]
pub(crate) struct InvalidDuration;

/// A time in the form of RFC 3339, with any offset, or a day, which begins at midnight in UTC.
pub(crate) fn time(text: &str) -> Result<Timestamp, InvalidTime> {
    let day = || {
        let day = Date::parse(text, &Iso8601::DATE).ok()?;
        Some(day.with_time(Time::MIDNIGHT).assume_offset(UtcOffset::UTC))
    };
    let at = OffsetDateTime::parse(text, &Rfc3339).ok().or_else(day).ok_or(InvalidTime)?;
    Timestamp::try_from(at).map_err(|_| InvalidTime)
}

/// One or several numbers, each with its unit.
pub(crate) fn duration(text: &str) -> Result<Duration, InvalidDuration> {
    humantime::parse_duration(text).map_err(|_| InvalidDuration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_rfc_3339_or_days() {
        for (text, told) in [
            ("2026-11-26T12:00:00Z", "2026-11-26T12:00:00Z"),
            ("2026-11-26T12:00:00+08:00", "2026-11-26T04:00:00Z"),
            ("2026-11-26", "2026-11-26T00:00:00Z"),
        ] {
            assert_eq!(time(text).unwrap().to_string(), told);
        }
        for wrong in ["", "1800000000", "yesterday", "2026-13-01", "1969-12-31", "26.11.2026"] {
            assert_eq!(time(wrong), Err(InvalidTime), "{wrong}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("90d").unwrap().as_secs(), 90 * 86_400);
        assert_eq!(duration("1h 30m").unwrap().as_secs(), 5_400);
        for wrong in ["", "90", "-1d", "d"] {
            assert_eq!(duration(wrong), Err(InvalidDuration), "{wrong}");
        }
    }
}
