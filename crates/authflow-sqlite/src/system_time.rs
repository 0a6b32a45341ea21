//! The operating system's clock.

use authflow::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The operating system's clock, for [`Settings`](crate::Settings). A clock of before 1970 is taken for 1970.
pub fn system_time() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from_unix(since_epoch.map_or(0, |elapsed| elapsed.as_secs()))
}
