//! The reachable graph of a policy, by asking [`next`] about every kind of account.

use super::{Action, Next, PasswordStep, Progress, State, next};
use crate::{
    AccountId, Secret, Timestamp,
    account::{Account, AccountStatus, Profile, Revision},
    contact::{EmailAddress, Mobile},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm},
    password::{Age, MustChange, Password},
    policy::Policy,
};
use alloc::{collections::BTreeSet, vec::Vec};

/// One way from a state to another; without a action, it is taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Where it begins.
    pub from: State,
    /// What the client does.
    pub action: Option<Action>,
    /// Where it ends.
    pub to: State,
}

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
}

/// How one kind of account reached a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    enrolled: FactorSet,
    proved: FactorSet,
}

/// Everything that can happen under a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    edges: BTreeSet<Edge>,
    arrivals: BTreeSet<Arrival>,
}

impl Graph {
    /// Every edge, in a fixed order.
    pub fn edges(&self) -> impl Iterator<Item = Edge> {
        self.edges.iter().copied()
    }

    /// What a client may do in a state.
    pub fn allowed(&self, state: State) -> impl Iterator<Item = Action> {
        let actions: BTreeSet<_> =
            self.edges.iter().filter(|edge| edge.from == state).filter_map(|edge| edge.action).collect();
        actions.into_iter()
    }

    /// What the owner of the policy should know, given the factors that no session may be without.
    ///
    /// ```
    /// use authflow::{factor::{Factor, FactorSet}, flow::{Finding, graph}, policy::{Policy, SecondFactor}};
    ///
    /// let demanded = FactorSet::EMPTY.with(Factor::Password);
    /// let off = Policy { second_factor: SecondFactor::Off, ..Policy::default() };
    /// assert_eq!(
    ///     graph(&off).check(demanded),
    ///     [Finding::SessionWithOneFactor, Finding::EnrolledFactorIgnored],
    /// );
    /// let always = Policy { second_factor: SecondFactor::Always, ..Policy::default() };
    /// assert_eq!(graph(&always).check(demanded), [Finding::SomeAreDenied], "those without a second factor");
    /// ```
    pub fn check(&self, demanded: FactorSet) -> Vec<Finding> {
        let any = |found: &dyn Fn(&Arrival) -> bool| self.arrivals.iter().any(found);
        let mut findings: Vec<_> = demanded
            .iter()
            .filter(|factor| any(&|arrival| !arrival.proved.contains(*factor)))
            .map(Finding::SessionWithout)
            .collect();
        if any(&|arrival| arrival.proved.len() < 2) {
            findings.push(Finding::SessionWithOneFactor);
        }
        if any(&|arrival| !arrival.enrolled.is_empty() && arrival.proved.len() < 2) {
            findings.push(Finding::EnrolledFactorIgnored);
        }
        if self.edges.iter().any(|edge| edge.to == State::Denied) {
            findings.push(Finding::SomeAreDenied);
        }
        findings
    }
}

/// The reachable graph of a policy, for active accounts of every kind.
pub fn graph(policy: &Policy) -> Graph {
    let mut graph = Graph { edges: BTreeSet::new(), arrivals: BTreeSet::new() };
    for account in kinds_of_account(policy) {
        for first in policy.first_factors.iter() {
            if first == Factor::Password && account.password.is_none() {
                continue;
            }
            let proved = Progress { factors: FactorSet::EMPTY.with(first), ..Progress::default() };
            graph.explore(policy, &account, State::Start, Some(Action::SignIn), proved);
        }
    }
    graph
}

/// When the accounts of the enumeration are looked at. Any moment late enough for a password of every age will do.
const NOW: Timestamp = Timestamp::from_unix(4_000_000_000);

impl Graph {
    /// Follows `action` from `from`, and then every action that the answer allows. It ends: every action adds a factor or
    /// settles the password, and neither happens twice.
    fn explore(
        &mut self,
        policy: &Policy,
        account: &Account,
        from: State,
        action: Option<Action>,
        progress: Progress,
    ) {
        let answer = next(policy, account, progress, NOW);
        let to = match answer {
            Next::Deny(_) => State::Denied,
            Next::Wait(wait) => State::Pending(wait.stage()),
            Next::Issue => State::SessionIssued,
        };
        self.edges.insert(Edge { from, action, to });
        if answer == Next::Issue {
            self.arrivals.insert(Arrival { enrolled: account.enrolled, proved: progress.factors });
        }
        for action in answer.actions() {
            match action {
                Action::SignIn => {}
                Action::ProveFactor(factor) => {
                    let proved = Progress { factors: progress.factors.with(factor), ..progress };
                    self.explore(policy, account, to, Some(action), proved);
                }
                Action::ChangePassword => self.change(policy, account, to, progress),
                Action::SkipPassword => {
                    self.edges.insert(Edge { from: to, action: Some(action), to: State::Skipped });
                    let skipped = Progress { password: PasswordStep::Skipped, ..progress };
                    self.explore(policy, account, State::Skipped, None, skipped);
                }
            }
        }
    }

    fn change(&mut self, policy: &Policy, account: &Account, from: State, progress: Progress) {
        self.edges.insert(Edge { from, action: Some(Action::ChangePassword), to: State::PasswordChanged });
        let changed = Progress { password: PasswordStep::Changed, ..progress };
        self.explore(policy, account, State::PasswordChanged, None, changed);
    }
}

/// An account for every set of enrolled factors and every state a password can be in under the policy.
fn kinds_of_account(policy: &Policy) -> Vec<Account> {
    let enrolled = (0..8).map(|bits: u32| {
        let factors = [Factor::Sms, Factor::Email, Factor::Totp].into_iter().enumerate();
        factors.filter(|(at, _)| bits >> at & 1 == 1).map(|(_, factor)| factor).collect::<FactorSet>()
    });
    let mut passwords: Vec<_> = kinds_of_password(policy).into_iter().map(Some).collect();
    passwords.push(None);
    let account = |enrolled, password: &Option<Password>| {
        Some(Account {
            id: AccountId::new("any").ok()?,
            tenant: None,
            revision: Revision::new(1).ok()?,
            status: AccountStatus::Active,
            user_name: None,
            password: password.clone(),
            mobile: Mobile::new("12345").ok(),
            email: EmailAddress::new("any@example").ok(),
            totp: Totp::new([0; 20], TotpAlgorithm::Sha1, 6, None).ok(),
            enrolled,
            factors_changed_at: Timestamp::from_unix(0),
            profile: Profile::default(),
        })
    };
    enrolled
        .flat_map(|enrolled| passwords.iter().filter_map(move |password| account(enrolled, password)))
        .collect()
}

fn kinds_of_password(policy: &Policy) -> Vec<Password> {
    let current = Password { verifier: Secret::new(""), changed_at: NOW, must_change: None, skips_used: 0 };
    let mut kinds = Vec::from([current.clone()]);
    for must in [MustChange::AdministratorReset, MustChange::Breached, MustChange::FirstLogin] {
        kinds.push(Password { must_change: Some(must), ..current.clone() });
    }
    if let Some(ageing) = &policy.ageing {
        // The youngest password of each age, day by day: at most ten years of them.
        let aged = |days: u64| Password {
            changed_at: NOW.minus_seconds(days.saturating_mul(86_400)),
            ..current.clone()
        };
        let of_age = |wanted: fn(Age) -> bool| {
            (0..=3650).map(aged).find(|password| wanted(ageing.age(password.changed_at, NOW)))
        };
        let expiring = of_age(|age| matches!(age, Age::Expiring { .. }));
        let spent = expiring.clone().map(|password| Password { skips_used: ageing.max_skips(), ..password });
        kinds.extend(expiring.into_iter().chain(spent).chain(of_age(|age| age == Age::Expired)));
    }
    kinds
}

#[cfg(test)]
#[path = "graph_tests.rs"]
mod tests;
