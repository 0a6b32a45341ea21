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

mod channels;
mod first_factors;
mod lifetimes;
mod recovery;
mod registration;
mod replaced_contacts;
mod retry_grace;
mod session_token_form;

pub use lifetimes::{Lifetimes, LifetimesError};
pub use recovery::{Recovery, RecoveryError};
pub use registration::{Registration, RegistrationError};
pub use replaced_contacts::{ReplacedContacts, ReplacedContactsError};
pub use retry_grace::{RetryGrace, RetryGraceError};
pub use session_token_form::SessionTokenForm;

use crate::{
    captcha::CaptchaKind,
    code::SendPolicy,
    device::Bindings,
    factor::{Factor, FactorSet, TotpSkew},
    guess::AttemptPolicy,
    password::{Ageing, PasswordRules},
    social::Unassociated,
};
use serde::{Deserialize, Serialize};

/// When a second factor is required.
///
/// ```
/// use authflow::{
///     policy::{Policy, SecondFactor},
///     testkit::World,
/// };
///
/// let told = |second_factor, name: &str| {
///     let mut world = World::with_policy(Policy { second_factor, ..Policy::default() });
///     world.login(name).text("status").to_owned()
/// };
/// assert_eq!(told(SecondFactor::Off, "tom"), "SUCCESS", "though he has an authenticator");
/// assert_eq!(told(SecondFactor::WhenEnrolled, "tom"), "MFA_AUTH");
/// assert_eq!(told(SecondFactor::WhenEnrolled, "alice"), "SUCCESS");
/// assert_eq!(told(SecondFactor::Always, "alice"), "ACCESS_DENIED");
/// ```
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
///
/// ```
/// use authflow::{
///     password::{Ageing, PasswordRules}, policy::{Policy, SecondFactor}, testkit::World,
/// };
///
/// let policy = Policy {
///     ageing: Some(Ageing::new(90, 14, 3)?),
///     password_rules: PasswordRules::new(15, 64)?,
///     second_factor: SecondFactor::Always,
///     ..Policy::default()
/// };
/// let mut world = World::with_policy(policy);
/// assert_eq!(world.login("tom").text("status"), "MFA_AUTH");
/// assert_eq!(world.login("alice").text("status"), "ACCESS_DENIED", "she has no second factor");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// What becomes of a social identity that is linked to nobody, where [`Factor::Federated`] is among the first factors: it is refused, unless
    /// configured.
    pub unassociated: Unassociated,
    /// Whether a code of a provider is taken though nothing [binds](crate::social::CodeProof) it to the client that brings it. Off unless configured; **the
    /// family's social calls bring no other**, so they sign nobody in without it. Whoever makes a client bring a code of theirs signs its user in as
    /// themselves, or has their own identity linked to the account that this user proves next; and a stolen code signs its thief in (RFC 9700 §4.5, §4.7).
    /// Turn it on where clients get their codes from software of the provider's on the device, and where no link or page can make
    /// them begin.
    pub allows_unbound_codes: bool,
    /// Whether a mobile is taken for proved because somebody else vouches for it ([`ExchangeMobileToken`](crate::social::ExchangeMobileToken)): its
    /// carrier, WeChat, Alipay. Off unless configured. Such a token is then as good as a code by SMS wherever one is: to sign in, to link an
    /// identity, to register.
    pub takes_vouched_mobiles: bool,
    /// By which channels a forgotten password is reset; none, unless configured. Whoever has the channel then sets the password of its
    /// account, so it is as good as a first factor. Never by a channel that the account has as a second factor.
    pub recovery: Recovery,
    /// By a code to which channels people register who have no account; nobody does, unless configured. Whoever has the channel then has an account,
    /// as far as [`JudgeProfile`](crate::account::JudgeProfile) accepts them.
    pub registration: Registration,
    /// Which of their own contacts people replace while they are signed in; none, unless configured. A contact is a way in and a way back, so this takes
    /// a sign-in after the code was sent to the new one ([`flow::replace_contact`](crate::flow::replace_contact)).
    pub replaces_contacts: ReplacedContacts,
    /// Whether a recent sign-in alone sets the first password of an account that has none. Off unless configured: whoever has stolen the session of a
    /// moment ago would have a password of their own. A code to a contact of the account sets one in any case.
    pub session_sets_first_password: bool,
    /// When a second factor is required.
    pub second_factor: SecondFactor,
    /// How many guesses there are.
    pub attempts: AttemptPolicy,
    /// How far the clock of a TOTP device may be off.
    pub totp_skew: TotpSkew,
    /// How often codes are sent to one recipient.
    pub sending: SendPolicy,
    /// Whether a captcha is demanded of whoever asks for a code and has proved nothing ([`captcha`](crate::captcha)). Off
    /// unless configured; a token that a client sends is passed over then. Turn it on where codes cost you money, and answer the questions of its
    /// [kind](Self::captcha): a host that does not sends no such code.
    pub demands_captcha: bool,
    /// Which captcha it is that is demanded, by this policy or because half of what is sent in all has been asked for: the host's own, unless
    /// configured. Pictures are shown where it is a picture, whether one is demanded or not: the family's clients fetch one before each code.
    pub captcha: CaptchaKind,
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
    /// Whether a server of the tenant that holds a session token has the session's tokens made anew
    /// ([`Engine::refresh_session_for_tenant`](crate::Engine::refresh_session_for_tenant)). Off unless configured. Such a server says itself which device it
    /// calls about, and one credential serves all applications of a tenant. So whoever has the credential, a session token and the fingerprint goes on with a session
    /// without ever being its device; and where tokens [rotate](Self::rotate_session_tokens), they sign its client out.
    pub refreshes_for_servers: bool,
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
            unassociated: Unassociated::default(),
            allows_unbound_codes: false,
            takes_vouched_mobiles: false,
            recovery: Recovery::NONE,
            registration: Registration::NONE,
            replaces_contacts: ReplacedContacts::NONE,
            session_sets_first_password: false,
            second_factor: SecondFactor::default(),
            attempts: AttemptPolicy::default(),
            sending: SendPolicy::default(),
            totp_skew: TotpSkew::default(),
            demands_captcha: false,
            captcha: CaptchaKind::default(),
            lifetimes: Lifetimes::default(),
            session_token_form: SessionTokenForm::default(),
            rotate_session_tokens: false,
            retry_grace: RetryGrace::default(),
            issues_tickets: true,
            refreshes_for_servers: false,
            bindings: Bindings::default(),
            allows_unbound: false,
        }
    }
}
