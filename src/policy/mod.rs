//! What an application demands of a login. Plain data, checked when it is made, read from configuration by serde.
//!
//! ```
//! use authflow::policy::Policy;
//!
//! let policy: Policy = serde_json::from_value(serde_json::json!({
//!     "ageing": { "max_age_days": 90, "warn_before_days": 14, "max_skips": 3 },
//!     "attempts": { "threshold": 5 },
//! })).unwrap();
//! assert_eq!(policy.ageing.unwrap().max_skips(), 3);
//! assert!(serde_json::from_str::<Policy>(r#"{ "attempts": { "threshold": 0 } }"#).is_err());
//! ```

mod first_factors;
mod lifetimes;
mod recovery;
mod retry_grace;
mod session_token_form;

pub use lifetimes::{Lifetimes, LifetimesError};
pub use recovery::{Recovery, RecoveryError};
pub use retry_grace::{RetryGrace, RetryGraceError};
pub use session_token_form::SessionTokenForm;

use crate::{
    code::SendPolicy,
    device::Bindings,
    factor::{Factor, FactorSet, TotpSkew},
    guess::AttemptPolicy,
    password::{Ageing, PasswordRules},
};
use serde::{Deserialize, Serialize};

/// When a second factor is required.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// Never – but where a breached password can be changed by nothing else: see [`MustChange::Breached`](crate::password::MustChange::Breached).
    /// [`flow::Graph::check`](crate::flow::Graph::check) will say what that means.
    Off,
    /// From accounts that have one.
    #[default]
    WhenEnrolled,
    /// From everybody; an account without one is denied.
    Always,
}

/// Everything an application demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How passwords age. Off unless configured: NIST SP 800-63B-4 §3.1.1.2 says that verifiers shall not require
    /// periodic changes.
    pub ageing: Option<Ageing>,
    /// What a new password must be like.
    pub password_rules: PasswordRules,
    /// What one may sign in with; a password alone, unless configured. A code that is sent is a first factor of its own: whoever has
    /// the mobile is in, as far as no second factor is required. When it is read, it must have a factor, and none that no call begins a
    /// login with ([`Factor::Totp`]); of one that is made otherwise [`flow::Graph::check`](crate::flow::Graph::check) says that nobody gets in.
    #[serde(deserialize_with = "first_factors::deserialize")]
    pub first_factors: FactorSet,
    /// By which channels a forgotten password is reset; none, unless configured. Whoever has the channel then sets the password of its
    /// account, so it is as good as a first factor. Never by a channel that the account has as a second factor.
    pub recovery: Recovery,
    /// When a second factor is required.
    pub second_factor: SecondFactor,
    /// How many guesses there are.
    pub attempts: AttemptPolicy,
    /// How far the clock of a TOTP device may be off.
    pub totp_skew: TotpSkew,
    /// How often codes are sent to one recipient.
    pub sending: SendPolicy,
    /// Whether a captcha is demanded of whoever asks for a code and has proved nothing ([`JudgeCaptcha`](crate::code::JudgeCaptcha)). Off
    /// unless configured, because the family's clients need not send one; a token that one sends is passed over then. Turn it on where
    /// codes cost you money, and answer the question: a host that does not sends no such code.
    pub demands_captcha: bool,
    /// How long tokens live.
    pub lifetimes: Lifetimes,
    /// In which form clients get their session tokens: self-contained, unless configured.
    pub session_token_form: SessionTokenForm,
    /// Whether a refresh of a session hands out a new session token and retires the old one; an old one that is used
    /// again then ends the session. Off unless configured; of refresh tokens of public clients RFC 9700 §4.14.2 demands
    /// this or a sender constraint.
    pub rotate_session_tokens: bool,
    /// For how many seconds a skip or a refresh whose answer was lost is answered again: none, unless configured; at most 60. The same call
    /// with the same token, from the same device, then ends in the same session, and nothing is written: no skip is counted, and a token
    /// that was rotated a moment ago ends no session. It is over as soon as a token of the first answer is used. A network that repeats
    /// requests wants it; whoever has stolen a token, and the fingerprint, gains these seconds. By the clocks the window is this long and the ring's
    /// skew longer: the instance that answers again may be ahead of the one that answered.
    pub retry_grace: RetryGrace,
    /// Whether sessions of this application are shown to servers of its tenant by tickets. On unless configured: no ticket leaves without a
    /// credential that the host knows as a server's, and by default it knows none. A ticket does not say on the wire how its subject signed
    /// in, and one credential serves all applications of a tenant: turn it off where others of them demand more of a login than this one.
    pub issues_tickets: bool,
    /// What binds a pending login to its device, beside what that is recognised by.
    pub bindings: Bindings,
    /// Whether a caller may be bound to nothing ([`BindingKind::Unbound`](crate::device::BindingKind::Unbound)): whoever comes by a token of
    /// such a session has the session. Off unless configured. The family's routes make no such caller, with this or without.
    pub allows_unbound: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            ageing: None,
            password_rules: PasswordRules::default(),
            first_factors: FactorSet::EMPTY.with(Factor::Password),
            recovery: Recovery::NONE,
            second_factor: SecondFactor::default(),
            attempts: AttemptPolicy::default(),
            sending: SendPolicy::default(),
            totp_skew: TotpSkew::default(),
            demands_captcha: false,
            lifetimes: Lifetimes::default(),
            session_token_form: SessionTokenForm::default(),
            rotate_session_tokens: false,
            retry_grace: RetryGrace::default(),
            issues_tickets: true,
            bindings: Bindings::default(),
            allows_unbound: false,
        }
    }
}
