//! Why no code is sent now, and how long that lasts.

use crate::{Lifetime, Timestamp};
use serde::{Deserialize, Serialize};

/// Why no code is sent, and when one may be sent again.
///
/// A `wait` is the time for which the same request is refused for this reason, to the second, if nothing else is sent meanwhile. It is the
/// same for a recipient that no account has, because its sends are counted alike.
///
/// ```
/// use authflow::{
///     Lifetime,
///     code::{SendPolicy, SendRecord, SendRefusal},
///     testkit::demo::{DAY, START},
/// };
///
/// let once_a_day = SendPolicy::new(Lifetime::of::<60>(), 1)?;
/// let sent = SendRecord::default().spend(&once_a_day, START).unwrap();
/// let refused = sent.spend(&once_a_day, START.plus_seconds(90)).unwrap_err();
/// assert!(matches!(refused, SendRefusal::BudgetSpent { .. }));
///
/// // To the second: for a header `Retry-After`, say.
/// let wait = refused.wait().unwrap();
/// assert_eq!(u64::from(wait.as_seconds()), DAY - 90);
/// assert!(sent.spend(&once_a_day, START.plus_seconds(DAY)).is_ok());
/// # Ok::<(), authflow::code::SendPolicyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendRefusal {
    /// The latest send was too short a time ago.
    TooSoon {
        /// The time until a code may be sent again.
        wait: Lifetime,
    },
    /// The day has had all of its sends.
    BudgetSpent {
        /// The time until the day is over and the latest send is long enough ago.
        wait: Lifetime,
    },
    /// Half of what may be sent in all has been requested, decoys included, so a captcha is needed. Only a [`SendSum`](super::SendSum) refuses
    /// for this reason.
    CaptchaDemanded,
    /// The whole sum has been sent. Only a [`SendSum`](super::SendSum) refuses for this reason.
    SumSpent {
        /// The time until an hour has given one send back. The first request after that takes it.
        wait: Lifetime,
    },
}

impl SendRefusal {
    /// The time that a client must wait, or `None` if waiting does not help.
    pub const fn wait(&self) -> Option<Lifetime> {
        match self {
            Self::TooSoon { wait } | Self::BudgetSpent { wait } | Self::SumSpent { wait } => Some(*wait),
            Self::CaptchaDemanded => None,
        }
    }
}

/// The part of `seconds` that is left, counted from `since`, which another instance's clock may have written. `None` if nothing is left.
pub(super) fn left(seconds: u64, since: Timestamp, now: Timestamp) -> Option<Lifetime> {
    let end = seconds.saturating_add(since.seconds_since(now));
    Lifetime::left(end.saturating_sub(now.seconds_since(since)))
}
