//! What the owner of a policy should know about it.

use super::{Graph, State, graph::Arrival};
use crate::{
    contact::Channel,
    factor::{Factor, FactorSet},
};
use alloc::vec::Vec;

/// Something about a policy that its owner should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Finding {
    /// A session can be reached without this factor.
    #[error("a session can be reached without {}", .0.amr())]
    SessionWithout(Factor),
    /// A session can be reached with a single factor, by some account at least.
    #[error("a session can be reached with one factor")]
    SessionWithOneFactor,
    /// A session can be reached by an account that has a second factor, without it.
    #[error("an enrolled second factor is not asked for")]
    EnrolledFactorIgnored,
    /// An account of some kind can never sign in.
    #[error("some accounts are always denied")]
    SomeAreDenied,
    /// No account of any kind can sign in.
    #[error("nobody gets in: first_factors must have one of password, sms and email")]
    NobodyGetsIn,
    /// A code to this channel alone sets a new password.
    #[error("a code by {} alone resets a password", Factor::of_channel(*.0).amr())]
    RecoveryByOneFactor(Channel),
    /// Some accounts that a code could be sent to sign in with their password alone, and no channel resets it: because the policy has
    /// no [`recovery`](crate::policy::Policy::recovery) by it, or because every contact of theirs is a second factor. Who forgets such
    /// a password has no way back but an administrator.
    #[error("some accounts have no way back but an administrator when their password is forgotten")]
    NoWayBack,
    /// A password that may be this short is the only factor of a session. NIST SP 800-63B-4 §3.1.1.2 demands at least 15 characters of a
    /// password that is used as the only factor.
    #[error("a password that is the only factor must have at least 15 characters, and min_length is {0}")]
    ShortPasswordAlone(u16),
}

/// The fewest characters of a password that is the only factor (NIST SP 800-63B-4 §3.1.1.2).
const ONLY_FACTOR: u16 = 15;

impl Graph {
    /// What the owner of the policy should know, given the factors that no session may be without.
    ///
    /// ```
    /// use authflow::{factor::{Factor, FactorSet}, flow::{Finding, graph}, password::PasswordRules, policy::{Policy, SecondFactor}};
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
        ];
        findings.extend(others.into_iter().filter_map(|(found, finding)| found.then_some(finding)));
        findings
    }
}
