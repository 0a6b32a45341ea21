//! The reachable graph of a policy, by asking [`next`] and [`recovery`] about every kind of account.

use super::{
    Action, Next, PasswordStep, Progress, State, first_password, has_way_back, kinds::kinds_of_account, next,
    old_password, own_password, recovery,
};
use crate::{
    Timestamp,
    account::Account,
    contact::Channel,
    factor::{Factor, FactorSet},
    policy::Policy,
};
use alloc::collections::BTreeSet;

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

/// How one kind of account reached a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrival {
    pub(super) enrolled: FactorSet,
    pub(super) proved: FactorSet,
}

/// Everything that can happen under a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    edges: BTreeSet<Edge>,
    pub(super) arrivals: BTreeSet<Arrival>,
    /// The fewest characters of a new password.
    pub(super) min_length: u16,
    /// Some account that can be reached comes in by its password alone, and no channel resets that.
    pub(super) has_no_way_back: bool,
}

impl Graph {
    /// Every edge, in a fixed order.
    pub fn edges(&self) -> impl Iterator<Item = Edge> {
        self.edges.iter().copied()
    }

    /// Whether a code to this channel resets a password.
    pub(super) fn resets(&self, channel: Channel) -> bool {
        self.edges.iter().any(|edge| edge.action == Some(Action::ResetPassword(channel)))
    }

    /// What a client may do in a state.
    pub fn allowed(&self, state: State) -> impl Iterator<Item = Action> {
        let actions: BTreeSet<_> =
            self.edges.iter().filter(|edge| edge.from == state).filter_map(|edge| edge.action).collect();
        actions.into_iter()
    }
}

/// When the accounts of the enumeration are looked at. Any moment late enough for a password of every age will do.
pub(super) const NOW: Timestamp = Timestamp::from_unix(4_000_000_000);

/// The reachable graph of a policy, for active accounts of every kind.
pub fn graph(policy: &Policy) -> Graph {
    let mut graph = Graph::empty(policy);
    for account in kinds_of_account(policy) {
        graph.add(policy, &account, NOW);
    }
    graph
}

/// What can happen to one account, as it is now: the part of the [`graph`] of the policy that is its own.
///
/// ```
/// use authflow::{
///     contact::{Channel, Mobile}, flow::{Action, State, graph_of}, policy::Policy, testkit::demo::{self, START},
/// };
///
/// let mut nora = demo::account("nora");
/// nora.mobile = Mobile::new("+86-13800000001").ok();
/// let policy = Policy { recovery: [Channel::Sms].into_iter().collect(), ..Policy::default() };
/// let graph = graph_of(&policy, &nora, START);
/// let allowed: Vec<_> = graph.allowed(State::Start).collect();
/// assert_eq!(allowed, [Action::ResetPassword(Channel::Sms)], "she has no password to sign in with");
/// ```
pub fn graph_of(policy: &Policy, account: &Account, now: Timestamp) -> Graph {
    let mut graph = Graph::empty(policy);
    graph.add(policy, account, now);
    graph
}

impl Graph {
    fn empty(policy: &Policy) -> Self {
        let (edges, arrivals) = (BTreeSet::new(), BTreeSet::new());
        Self { edges, arrivals, min_length: policy.password_rules.min_length(), has_no_way_back: false }
    }

    /// Adds all that can happen to an account.
    fn add(&mut self, policy: &Policy, account: &Account, now: Timestamp) {
        let mut own = Self::empty(policy);
        for first in policy.first_factors.iter().filter(|factor| begins(*factor, account)) {
            let proved = Progress { factors: FactorSet::EMPTY.with(first), ..Progress::default() };
            own.explore(policy, account, now, State::Start, Some(Action::SignIn), proved);
        }
        for channel in Channel::ALL.into_iter().filter(|channel| recovery(policy, account, *channel).is_ok())
        {
            let action = Some(Action::ResetPassword(channel));
            own.edges.insert(Edge { from: State::Start, action, to: State::PasswordReset });
        }
        // Whoever has forgotten a password that every way in takes.
        let takes_it = own.arrivals.iter().all(|arrival| arrival.proved.contains(Factor::Password));
        let can_be_reached = Channel::ALL.into_iter().any(|channel| account.recipient(channel).is_some());
        let needs_it = takes_it && can_be_reached && !own.arrivals.is_empty();
        self.has_no_way_back |= needs_it && !has_way_back(policy, account);
        self.edges.extend(own.edges);
        self.arrivals.extend(own.arrivals);
    }

    /// What somebody who has signed in by these factors may do about their password.
    fn own_password(&mut self, account: &Account, session: FactorSet) {
        let by_code =
            Channel::ALL.into_iter().filter(|channel| own_password(account, session, *channel).is_ok());
        let by_code = by_code.map(Factor::of_channel);
        let by_old = old_password(account, session).then_some(Factor::Password);
        let first = account.password.is_none() && first_password(account, session).is_ok();
        let changes = by_code.chain(by_old).map(Action::ChangeOwnPassword);
        for action in changes.chain(first.then_some(Action::SetFirstPassword)) {
            let (from, to) = (State::SessionIssued, State::PasswordChanged);
            self.edges.insert(Edge { from, action: Some(action), to });
            self.edges.insert(Edge { from: to, action: None, to: from });
        }
    }
}

/// Whether an account can begin a login with a factor: there must be a call for it, and something to prove.
fn begins(factor: Factor, account: &Account) -> bool {
    match factor {
        Factor::Password => account.password.is_some(),
        Factor::Sms => account.mobile.is_some(),
        Factor::Email => account.email.is_some(),
        Factor::Totp => false,
    }
}

impl Graph {
    /// Follows `action` from `from`, and then every action that the answer allows. It ends: every action adds a factor or
    /// settles the password, and neither happens twice.
    fn explore(
        &mut self,
        policy: &Policy,
        account: &Account,
        now: Timestamp,
        from: State,
        action: Option<Action>,
        progress: Progress,
    ) {
        let answer = next(policy, account, progress, now);
        let to = match answer {
            Next::Deny(_) => State::Denied,
            Next::Wait(wait) => State::Pending(wait.stage()),
            Next::Issue => State::SessionIssued,
        };
        self.edges.insert(Edge { from, action, to });
        if answer == Next::Issue {
            self.arrivals.insert(Arrival { enrolled: account.enrolled, proved: progress.factors });
            self.own_password(account, progress.factors);
        }
        for action in answer.actions() {
            match action {
                Action::ProveFactor(factor) => {
                    let proved = Progress { factors: progress.factors.with(factor), ..progress };
                    self.explore(policy, account, now, to, Some(action), proved);
                }
                Action::ChangePassword(proof) => {
                    self.edges.insert(Edge { from: to, action: Some(action), to: State::PasswordChanged });
                    let factors = progress.factors.with(proof);
                    let changed = Progress { factors, password: PasswordStep::Changed };
                    self.explore(policy, account, now, State::PasswordChanged, None, changed);
                }
                Action::SkipPassword => {
                    self.edges.insert(Edge { from: to, action: Some(action), to: State::Skipped });
                    let skipped = Progress { password: PasswordStep::Skipped, ..progress };
                    self.explore(policy, account, now, State::Skipped, None, skipped);
                }
                // No pending login waits for these.
                Action::SignIn
                | Action::ResetPassword(_)
                | Action::ChangeOwnPassword(_)
                | Action::SetFirstPassword => {}
            }
        }
    }
}

#[cfg(test)]
#[path = "graph_tests.rs"]
mod tests;
