//! Findings: what the owner of a policy should know about it.

use super::{Action, Graph, State, graph::Arrival};
use crate::{
    contact::Channel,
    factor::{Factor, FactorSet},
};
use alloc::vec::Vec;

/// Something about a policy that its owner should know.
///
/// ```
/// use authflow::{
///     factor::FactorSet,
///     flow::{Finding, graph},
///     policy::Policy,
/// };
///
/// // Check each of your policies before it goes out, for findings that its owner has not accepted.
/// let policy: Policy = serde_json::from_str(r#"{ "recovery": ["email"] }"#)?;
/// let decided = [Finding::SessionWithOneFactor, Finding::ShortPasswordAlone(8), Finding::NoWayBack];
/// let found = graph(&policy).check(FactorSet::EMPTY);
/// let new: Vec<_> = found.iter().filter(|it| !decided.contains(it)).map(Finding::to_string).collect();
/// assert_eq!(new, ["a code by email alone resets a password"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Finding {
    /// A session can be reached without this factor.
    #[error("a session can be reached without {}", .0.amr())]
    SessionWithout(Factor),
    /// A session can be reached with a single factor, by some account at least.
    #[error("a session can be reached with one factor")]
    SessionWithOneFactor,
    /// An account that has a second factor can reach a session without that factor.
    #[error("an enrolled second factor is not asked for")]
    EnrolledFactorIgnored,
    /// An account of some kind can never sign in.
    #[error("some accounts are always denied")]
    SomeAreDenied,
    /// No account of any kind can sign in.
    #[error("nobody gets in: first_factors must have one of password, sms, email and federated")]
    NobodyGetsIn,
    /// A code to this channel alone sets a new password.
    #[error("a code by {} alone resets a password", Factor::of_channel(*.0).amr())]
    RecoveryByOneFactor(Channel),
    /// There are accounts that a code could be sent to, whose every way in but a linked identity needs the password, and whose password no channel
    /// resets. Either the policy has no [`recovery`](crate::policy::Policy::recovery) by the channel, or every contact of theirs is a second factor.
    /// A subject who forgets such a password needs an administrator to get back in.
    #[error("some accounts have no way back but an administrator when their password is forgotten")]
    NoWayBack,
    /// A password that may be this short is the only factor of a session. NIST SP 800-63B-4 §3.1.1.2 demands at least 15 characters of a
    /// password that is used as the only factor.
    #[error("a password that is the only factor must have at least 15 characters, and min_length is {0}")]
    ShortPasswordAlone(u16),
    /// The policy registers people by this channel, but no account that is made in this way could sign in. Either a second factor is demanded of
    /// everybody, or the account has none of the first factors. So nobody is registered by this channel.
    #[error("nobody can register by {}: the account could not sign in", Factor::of_channel(*.0).amr())]
    NobodyRegisters(Channel),
    /// The policy links identities by this proof, but nobody can. Either identities begin no login, or the proof begins none.
    #[error("nobody links an identity by {name}: first_factors must have federated and {name}", name = .0.label())]
    LinksInVain(Factor),
    /// Anybody can have text messages sent to any number, as many as they like: by [registering](crate::policy::Policy::registration), or by naming
    /// the number as [their own](crate::policy::Policy::replaces_contacts) new contact. The owner of expensive numbers earns money by this, which is
    /// toll fraud. A captcha or a daily sum bounds the number of messages.
    #[error(
        "anybody has text messages sent to any number: demands_captcha must be true, or sending.daily_in_all be set"
    )]
    SmsToAnybody,
    /// A recent sign-in sets the first password of an account that has none, without any other proof. So a thief who has stolen that session can set
    /// a password.
    #[error("a session alone sets a first password: session_sets_first_password should be false")]
    SessionSetsPassword,
    /// A session that began with an [unbound code](crate::policy::Policy::allows_unbound_codes) of a provider sets a first password or replaces a
    /// contact. An attacker can have begun such a session in a victim's client. All applications of the tenant share the password and the contacts,
    /// so the change also counts in those applications that accept no unbound code.
    #[error(
        "a session by an unbound code changes the account in every application: session_sets_first_password should be false and replaces_contacts empty"
    )]
    UnboundCodeChangesAccount,
}

/// The gravity of a [`Finding`].
///
/// ```
/// use authflow::{
///     factor::FactorSet,
///     flow::{Gravity, graph},
///     policy::Policy,
/// };
///
/// /// Your service does not start with such a policy.
/// fn stops(policy: &Policy) -> bool {
///     let found = graph(policy).check(FactorSet::EMPTY);
///     found.iter().any(|finding| finding.gravity() >= Gravity::Error)
/// }
///
/// assert!(!stops(&Policy::default()), "there are warnings at most");
/// let nobody = Policy { first_factors: FactorSet::EMPTY, ..Policy::default() };
/// assert!(stops(&nobody));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravity {
    /// The owner of the policy should know about it, and may have intended it.
    Warning,
    /// The policy must be corrected. One of its settings has no effect, or has a cost that nothing bounds.
    Error,
}

impl Finding {
    /// The gravity of this finding.
    ///
    /// ```
    /// use authflow::{contact::Channel, factor::FactorSet, flow::{Finding, Gravity, graph}, policy::Policy};
    ///
    /// let by_sms = Policy { registration: [Channel::Sms].into_iter().collect(), ..Policy::default() };
    /// let found = graph(&by_sms).check(FactorSet::EMPTY);
    /// let errors: Vec<_> = found.into_iter().filter(|finding| finding.gravity() == Gravity::Error).collect();
    /// assert_eq!(errors, [Finding::SmsToAnybody]);
    ///
    /// let bounded = Policy { sending: by_sms.sending.with_daily_in_all(2_000)?, ..by_sms };
    /// assert!(!graph(&bounded).check(FactorSet::EMPTY).contains(&Finding::SmsToAnybody));
    /// # Ok::<(), authflow::code::SendPolicyError>(())
    /// ```
    pub const fn gravity(&self) -> Gravity {
        match self {
            Self::SessionWithout(_)
            | Self::NobodyGetsIn
            | Self::NobodyRegisters(_)
            | Self::LinksInVain(_)
            | Self::SmsToAnybody => Gravity::Error,
            Self::SessionWithOneFactor
            | Self::EnrolledFactorIgnored
            | Self::SomeAreDenied
            | Self::RecoveryByOneFactor(_)
            | Self::NoWayBack
            | Self::ShortPasswordAlone(_)
            | Self::SessionSetsPassword
            | Self::UnboundCodeChangesAccount => Gravity::Warning,
        }
    }
}

/// The fewest characters of a password that is the only factor (NIST SP 800-63B-4 §3.1.1.2).
const ONLY_FACTOR: u16 = 15;

impl Graph {
    /// Lists what the owner of the policy should know. `demanded` are the factors that every session must have.
    ///
    /// ```
    /// use authflow::{
    ///     factor::{Factor, FactorSet},
    ///     flow::{Finding, graph},
    ///     password::PasswordRules,
    ///     policy::{Policy, SecondFactor},
    /// };
    ///
    /// let demanded = FactorSet::EMPTY.with(Factor::Password);
    /// let off = Policy { second_factor: SecondFactor::Off, ..Policy::default() };
    /// assert_eq!(
    ///     graph(&off).check(demanded),
    ///     [
    ///         Finding::SessionWithOneFactor,
    ///         Finding::EnrolledFactorIgnored,
    ///         Finding::NoWayBack,
    ///         Finding::ShortPasswordAlone(8),
    ///     ],
    /// );
    /// let always = Policy { second_factor: SecondFactor::Always, ..Policy::default() };
    /// let denied = [Finding::SomeAreDenied, Finding::NoWayBack];
    /// assert_eq!(graph(&always).check(demanded), denied, "those without a second factor");
    /// ```
    pub fn check(&self, demanded: FactorSet) -> Vec<Finding> {
        let any = |found: &dyn Fn(&Arrival) -> bool| self.arrivals.iter().any(found);
        let leads = |to| self.edges().any(|edge| edge.to == to);
        let sets_password = self.edges().any(|edge| edge.action == Some(Action::SetFirstPassword));
        let replaces = self.edges().any(|edge| matches!(edge.action, Some(Action::ReplaceContact(_))));
        let mut findings: Vec<_> = demanded
            .iter()
            .filter(|factor| any(&|arrival| !arrival.proved.contains(*factor)))
            .map(Finding::SessionWithout)
            .collect();
        let alone = FactorSet::EMPTY.with(Factor::Password);
        let is_short = self.min_length < ONLY_FACTOR;
        let others = [
            (any(&|arrival| arrival.proved.len() < 2), Finding::SessionWithOneFactor),
            (
                any(&|arrival| !arrival.enrolled.is_empty() && arrival.proved.len() < 2),
                Finding::EnrolledFactorIgnored,
            ),
            (leads(State::Denied), Finding::SomeAreDenied),
            (!leads(State::SessionIssued), Finding::NobodyGetsIn),
            (self.resets(Channel::Sms), Finding::RecoveryByOneFactor(Channel::Sms)),
            (self.resets(Channel::Email), Finding::RecoveryByOneFactor(Channel::Email)),
            (self.has_no_way_back, Finding::NoWayBack),
            (
                is_short && any(&|arrival| arrival.proved == alone),
                Finding::ShortPasswordAlone(self.min_length),
            ),
            (self.sends_to_anybody, Finding::SmsToAnybody),
            (sets_password, Finding::SessionSetsPassword),
            (self.takes_unbound_codes && (sets_password || replaces), Finding::UnboundCodeChangesAccount),
        ];
        findings.extend(self.links_in_vain.iter().map(Finding::LinksInVain));
        findings.extend(others.into_iter().filter_map(|(found, finding)| found.then_some(finding)));
        findings.extend(self.registers_in_vain.iter().copied().map(Finding::NobodyRegisters));
        findings
    }
}
