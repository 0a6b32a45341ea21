//! Policies: what an application demands of a login. A policy is plain data. It is checked when it is made, and serde reads it from a configuration.
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
    /// No second factor is required, unless a breached password can be changed by nothing else
    /// ([`MustChange::Breached`](crate::password::MustChange::Breached)). [`flow::Graph::check`](crate::flow::Graph::check) says what that means.
    Off,
    /// A second factor is required of accounts that have one.
    #[default]
    WhenEnrolled,
    /// A second factor is required of everybody. An account without one is denied access.
    Always,
}

/// The policy of an application: everything that it demands of a login.
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
    /// The ageing of passwords. Off unless configured: NIST SP 800-63B-4 §3.1.1.2 says that verifiers shall not require
    /// periodic changes.
    pub ageing: Option<Ageing>,
    /// The rules for a new password.
    pub password_rules: PasswordRules,
    /// The factors that a login may begin with; a password alone, unless configured. A code that is sent is a first factor by itself: anybody who has
    /// the mobile gets in, unless a second factor is required. A set that is read from a configuration must have a factor, and none that no call
    /// begins a login with ([`Factor::Totp`]). A set that is made in code is not checked, but [`flow::Graph::check`](crate::flow::Graph::check)
    /// reports one that lets nobody in.
    #[serde(deserialize_with = "first_factors::deserialize")]
    pub first_factors: FactorSet,
    /// The treatment of a social identity that is linked to no account, if [`Factor::Federated`] is among the first factors. It is refused, unless
    /// configured otherwise.
    pub unassociated: Unassociated,
    /// Whether a provider's code is taken although nothing [binds](crate::social::CodeProof) it to the client that brings it. Off unless configured.
    /// **The family's social calls bring only such codes**, so they sign nobody in without this setting. An attacker who makes a client bring the
    /// attacker's code signs its user in as the attacker, or has the attacker's identity linked to the account that this user proves next. A stolen
    /// code signs its thief in (RFC 9700 §4.5, §4.7). Turn it on where clients get their codes from the provider's software on the device, and where
    /// no link or page can make them begin.
    pub allows_unbound_codes: bool,
    /// Whether a mobile counts as proved because somebody else vouches for it ([`ExchangeMobileToken`](crate::social::ExchangeMobileToken)): its
    /// carrier, WeChat or Alipay. Off unless configured. Such a token is then as good as a code by SMS wherever that code is taken: to sign in, to
    /// link an identity, to register.
    pub takes_vouched_mobiles: bool,
    /// The channels that reset a forgotten password; none, unless configured. Anybody who has the channel can then set the password of its
    /// account, so the channel is as good as a first factor. A channel that is a second factor of the account never resets its password.
    pub recovery: Recovery,
    /// The channels by whose codes people without an account register; none, unless configured. Anybody who has the channel then gets an account, if
    /// [`JudgeProfile`](crate::account::JudgeProfile) accepts them.
    pub registration: Registration,
    /// The contacts that people replace themselves while they are signed in; none, unless configured. A contact is a way in and a way back, so a
    /// replacement takes a sign-in after the code was sent to the new contact ([`flow::replace_contact`](crate::flow::replace_contact)).
    pub replaces_contacts: ReplacedContacts,
    /// Whether a recent sign-in alone sets the first password of an account that has none. Off unless configured, because the thief of a session that
    /// has just begun could set a password. A code to a contact of the account sets one in any case.
    pub session_sets_first_password: bool,
    /// When a second factor is required.
    pub second_factor: SecondFactor,
    /// The limits on guesses.
    pub attempts: AttemptPolicy,
    /// The greatest clock error of a TOTP device that is accepted.
    pub totp_skew: TotpSkew,
    /// The limits on sending codes.
    pub sending: SendPolicy,
    /// Whether a captcha is demanded of everybody who asks for a code and has proved nothing ([`captcha`](crate::captcha)). Off unless configured. A
    /// captcha token that a client sends is ignored while no captcha is demanded. Turn it on where codes cost you money, and answer the questions of
    /// its [kind](Self::captcha). A host that does not answer them sends no such code.
    pub demands_captcha: bool,
    /// The kind of captcha that is demanded, by this policy or because people have asked for half of all the codes that may be sent in a day. It is
    /// the host's own, unless configured otherwise. If it is a picture, pictures are shown whether a captcha is demanded or not, because the family's
    /// clients fetch one before each code.
    pub captcha: CaptchaKind,
    /// The lifetimes of tokens, codes and tickets.
    pub lifetimes: Lifetimes,
    /// The form in which clients get their session tokens: self-contained, unless configured.
    pub session_token_form: SessionTokenForm,
    /// Whether a refresh of a session hands out a new session token and retires the old one. An old one that is used
    /// again then ends the session. Off unless configured. RFC 9700 §4.14.2 demands this or a sender constraint for
    /// refresh tokens of public clients.
    pub rotate_session_tokens: bool,
    /// The seconds for which a skip or a refresh whose answer was lost is answered again: none, unless configured, and at most 60. The same call with
    /// the same token, from the same device, then ends in the same session. Nothing is written: no skip is counted, and a token that was rotated a
    /// moment ago ends no session. The grace is over as soon as a token of the first answer is used. Turn it on where the network repeats requests.
    /// The thief of a token and its fingerprint gains these seconds. The window is longer by the ring's skew, because the instance that answers again
    /// may be ahead of the one that answered.
    pub retry_grace: RetryGrace,
    /// Whether tickets show sessions of this application to servers of its tenant. On unless configured, because no ticket is issued without a
    /// server's credential that the host knows, and by default a host knows none. A ticket does not say on the wire how its subject signed in, and
    /// one credential serves all applications of a tenant. So turn it off where another application of the tenant demands more of a login than this
    /// one.
    pub issues_tickets: bool,
    /// Whether a server of the tenant that holds a session token may get new tokens for the session
    /// ([`Engine::refresh_session_for_tenant`](crate::Engine::refresh_session_for_tenant)). Off unless configured. Such a server says itself which
    /// device it calls about, and one credential serves all applications of a tenant. So anybody who has the credential, a session token and the
    /// fingerprint can go on with a session without its device. They also sign its client out where tokens [rotate](Self::rotate_session_tokens).
    pub refreshes_for_servers: bool,
    /// The traits that bind a pending login to its device, in addition to those by which the device is recognised.
    pub bindings: Bindings,
    /// Whether a caller may be bound to nothing ([`BindingKind::Unbound`](crate::device::BindingKind::Unbound)). Anybody who gets hold of a token of
    /// such a session has the session. Off unless configured. The family's routes never make such a caller.
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
