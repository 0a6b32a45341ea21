//! The reachable graph of a policy. It comes from asking [`next`] and [`recovery`] about every kind of account.

use super::{
    Action, Next, PasswordStep, Progress, State, first_password, has_way_back,
    kinds::{kinds_of_account, newcomer},
    link::link_proofs_of,
    link_proofs, next, old_password, own_password, recovery, registers_linked,
    registration::{begins, registered, registers_anybody, registration, sends_sms_to_anybody},
    replace_contact,
};
use crate::{
    Timestamp,
    account::Account,
    contact::Channel,
    factor::{Factor, FactorSet},
    policy::Policy,
};
use alloc::vec::Vec;

/// One way from a state to another. An edge without an action is taken at once.
///
/// ```
/// use authflow::{
///     flow::{Action, Edge, State, graph},
///     testkit::demo,
///     token::Stage,
/// };
///
/// // In your test: what must be there, and what must never be.
/// let graph = graph(&demo::policy());
/// let skip = Edge {
///     from: State::Pending(Stage::PasswordExpiring),
///     action: Some(Action::SkipPassword),
///     to: State::Skipped,
/// };
/// assert!(graph.edges().any(|edge| edge == skip));
/// assert!(graph.edges().all(|edge| edge.to != State::Registered), "nobody registers");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The state in which the edge begins.
    pub from: State,
    /// The action of the client.
    pub action: Option<Action>,
    /// The state in which the edge ends.
    pub to: State,
}

/// The way in which one kind of account reached a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrival {
    pub(super) enrolled: FactorSet,
    pub(super) proved: FactorSet,
}

/// Everything that can happen under a policy.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     flow::{Finding, graph},
///     policy::{Policy, SecondFactor},
///     testkit::demo,
/// };
///
/// // In your test: the known findings are accepted, and no new one goes unseen.
/// let policy = Policy { second_factor: SecondFactor::WhenEnrolled, ..demo::policy() };
/// let found = graph(&policy).check(FactorSet::EMPTY);
/// assert!(found.contains(&Finding::SessionWithOneFactor));
/// assert!(!found.contains(&Finding::EnrolledFactorIgnored));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// In order, and each once.
    edges: Vec<Edge>,
    /// In order, and each once.
    pub(super) arrivals: Vec<Arrival>,
    /// The fewest characters of a new password.
    pub(super) min_length: u16,
    /// Whether some account that a code could reach needs its password for every way in but a linked identity, and no channel resets that password.
    pub(super) has_no_way_back: bool,
    /// The channels by which the policy registers people, although nobody can register.
    pub(super) registers_in_vain: Vec<Channel>,
    /// The proofs by which the policy links identities, although nobody can link one.
    pub(super) links_in_vain: FactorSet,
    /// Whether text messages go to numbers that nobody has proved, and nothing bounds how many.
    pub(super) sends_to_anybody: bool,
    /// Whether a provider's code signs in without a proof that its client asked for it.
    pub(super) takes_unbound_codes: bool,
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

    /// The actions that a client may take in a state.
    pub fn allowed(&self, state: State) -> impl Iterator<Item = Action> {
        let from = self.edges.iter().filter(move |edge| edge.from == state);
        let mut actions: Vec<_> = from.filter_map(|edge| edge.action).collect();
        // Edges of one state are in the order of their actions.
        actions.dedup();
        actions.into_iter()
    }
}

/// The time at which the enumerated accounts are judged. Any time will do that is late enough for a password of every
/// age.
pub(super) const NOW: Timestamp = Timestamp::from_unix(4_000_000_000);

/// The reachable graph of a policy, for active accounts of every kind.
///
/// ```
/// use authflow::{flow::{Action, State, graph}, policy::Policy, testkit::demo, token::Stage};
///
/// // By default nobody's password ages; by the demo's policy it does.
/// let expiring = State::Pending(Stage::PasswordExpiring);
/// assert!(!graph(&Policy::default()).edges().any(|edge| edge.to == expiring));
/// let allowed: Vec<_> = graph(&demo::policy()).allowed(expiring).collect();
/// assert!(allowed.contains(&Action::SkipPassword));
/// ```
pub fn graph(policy: &Policy) -> Graph {
    let mut graph = Graph::empty(policy);
    for account in kinds_of_account(policy) {
        graph.add(policy, &account, NOW);
    }
    for channel in Channel::ALL.into_iter().filter(|channel| registers_linked(policy, *channel)) {
        graph.add_linked_newcomers(policy, channel);
    }
    for channel in Channel::ALL.into_iter().filter(|channel| policy.registration.contains(*channel)) {
        graph.add_newcomers(policy, channel);
    }
    graph
}

/// The part of the policy's [`graph`] that applies to one account as it is now.
///
/// ```
/// use authflow::{
///     contact::{Channel, Mobile},
///     flow::{Action, State, graph_of},
///     policy::Policy,
///     testkit::demo::{self, START},
/// };
///
/// let mut nora = demo::account("nora");
/// nora.mobile = Mobile::new("+86-13800000001").ok();
/// let policy = Policy { recovery: [Channel::Sms].into_iter().collect(), ..Policy::default() };
/// let graph = graph_of(&policy, &nora, START);
/// let allowed: Vec<_> = graph.allowed(State::Start).collect();
/// assert_eq!(
///     allowed,
///     [Action::ResetPassword(Channel::Sms)],
///     "she has no password to sign in with"
/// );
/// ```
pub fn graph_of(policy: &Policy, account: &Account, now: Timestamp) -> Graph {
    let mut graph = Graph::empty(policy);
    graph.add(policy, account, now);
    graph
}

impl Graph {
    fn empty(policy: &Policy) -> Self {
        Self {
            edges: Vec::new(),
            arrivals: Vec::new(),
            min_length: policy.password_rules.min_length(),
            has_no_way_back: false,
            registers_in_vain: Vec::new(),
            links_in_vain: policy.unassociated.proofs().without(link_proofs(policy)),
            sends_to_anybody: sends_sms_to_anybody(policy)
                && !policy.demands_captcha
                && policy.sending.daily_in_all().is_none(),
            takes_unbound_codes: policy.allows_unbound_codes
                && policy.first_factors.contains(Factor::Federated),
        }
    }

    /// Adds people who register by a code to a channel, with a password and without.
    fn add_newcomers(&mut self, policy: &Policy, channel: Channel) {
        if !registers_anybody(policy, channel) {
            self.registers_in_vain.push(channel);
        }
        for has_password in [true, false] {
            let may = registration(policy, channel, has_password).is_ok();
            let Some(account) = newcomer(channel, has_password).filter(|_| may) else { continue };
            let (from, to) = (State::Start, State::Registered);
            insert(&mut self.edges, Edge { from, action: Some(Action::Register(channel)), to });
            self.explore(policy, &account, NOW, to, None, registered(channel, has_password));
        }
    }

    /// Adds people who register by a code to a channel, with an identity that is linked to the account.
    fn add_linked_newcomers(&mut self, policy: &Policy, channel: Channel) {
        let Some(account) = newcomer(channel, false) else { return };
        let (from, to) = (State::RegisterSocial, State::Registered);
        insert(&mut self.edges, Edge { from: State::Start, action: Some(Action::SignIn), to: from });
        insert(&mut self.edges, Edge { from, action: Some(Action::Register(channel)), to });
        self.explore(policy, &account, NOW, to, None, registered(channel, false));
    }

    /// Adds all that can happen to an account.
    fn add(&mut self, policy: &Policy, account: &Account, now: Timestamp) {
        let mut own = Self::empty(policy);
        // Any account may be linked to an identity.
        let may_begin = |factor: &Factor| *factor == Factor::Federated || begins(*factor, account);
        for first in policy.first_factors.iter().filter(may_begin) {
            let proved = Progress { factors: FactorSet::EMPTY.with(first), ..Progress::default() };
            own.explore(policy, account, now, State::Start, Some(Action::SignIn), proved);
        }
        for proof in link_proofs_of(policy, account).iter().filter(|proof| begins(*proof, account)) {
            let (from, to) = (State::Start, unlinked(policy));
            insert(&mut own.edges, Edge { from, action: Some(Action::SignIn), to });
            // The identity proves nothing about this account.
            let proved = Progress { factors: FactorSet::EMPTY.with(proof), ..Progress::default() };
            own.explore(policy, account, now, to, Some(Action::LinkIdentity(proof)), proved);
        }
        for channel in Channel::ALL.into_iter().filter(|channel| recovery(policy, account, *channel).is_ok())
        {
            let action = Some(Action::ResetPassword(channel));
            insert(&mut own.edges, Edge { from: State::Start, action, to: State::PasswordReset });
        }
        // This is a subject who has linked no identity and has forgotten the password, which every way in needs.
        let mut unlinked =
            own.arrivals.iter().filter(|arrival| !arrival.proved.contains(Factor::Federated)).peekable();
        let comes_in = unlinked.peek().is_some();
        let takes_it = unlinked.all(|arrival| arrival.proved.contains(Factor::Password));
        let can_be_reached = Channel::ALL.into_iter().any(|channel| account.recipient(channel).is_some());
        let needs_it = takes_it && can_be_reached && comes_in;
        self.has_no_way_back |= needs_it && !has_way_back(policy, account);
        own.edges.into_iter().for_each(|edge| insert(&mut self.edges, edge));
        own.arrivals.into_iter().for_each(|arrival| insert(&mut self.arrivals, arrival));
    }

    /// Adds what somebody who has signed in by these factors may do about their password.
    fn own_password(&mut self, policy: &Policy, account: &Account, session: FactorSet) {
        let by_code =
            Channel::ALL.into_iter().filter(|channel| own_password(account, session, *channel).is_ok());
        let by_code = by_code.map(Factor::of_channel);
        let by_old = old_password(account, session).then_some(Factor::Password);
        let first = account.password.is_none() && first_password(policy, account, session).is_ok();
        let changes = by_code.chain(by_old).map(Action::ChangeOwnPassword);
        for action in changes.chain(first.then_some(Action::SetFirstPassword)) {
            let (from, to) = (State::SessionIssued, State::PasswordChanged);
            insert(&mut self.edges, Edge { from, action: Some(action), to });
            insert(&mut self.edges, Edge { from: to, action: None, to: from });
        }
    }
}

/// Puts a value in its place among others that are in order, if it is not there.
fn insert<T: Ord>(ordered: &mut Vec<T>, value: T) {
    if let Err(place) = ordered.binary_search(&value) {
        ordered.insert(place, value);
    }
}

/// The state of a login whose identity is linked to nobody.
fn unlinked(policy: &Policy) -> State {
    let registers = Channel::ALL.into_iter().any(|channel| registers_linked(policy, channel));
    if registers { State::RegisterSocial } else { State::BindSocial }
}

impl Graph {
    /// Adds the contacts that somebody who has signed in by these factors may replace.
    fn own_contacts(&mut self, policy: &Policy, account: &Account, session: FactorSet) {
        let (from, to) = (State::SessionIssued, State::ContactReplaced);
        let replaced =
            Channel::ALL.into_iter().filter(|it| replace_contact(policy, account, session, *it).is_ok());
        for action in replaced.map(Action::ReplaceContact) {
            insert(&mut self.edges, Edge { from, action: Some(action), to });
            insert(&mut self.edges, Edge { from: to, action: None, to: from });
        }
    }
}

impl Graph {
    /// Follows `action` from `from`, and then every action that the answer allows. This ends, because every action adds a
    /// factor or settles the password, and neither happens twice.
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
        insert(&mut self.edges, Edge { from, action, to });
        if answer == Next::Issue {
            insert(&mut self.arrivals, Arrival { enrolled: account.enrolled, proved: progress.factors });
            self.own_password(policy, account, progress.factors);
            self.own_contacts(policy, account, progress.factors);
        }
        for action in answer.actions() {
            match action {
                Action::ProveFactor(factor) => {
                    let proved = Progress { factors: progress.factors.with(factor), ..progress };
                    self.explore(policy, account, now, to, Some(action), proved);
                }
                Action::ChangePassword(proof) => {
                    insert(
                        &mut self.edges,
                        Edge { from: to, action: Some(action), to: State::PasswordChanged },
                    );
                    let factors = progress.factors.with(proof);
                    let changed = Progress { factors, password: PasswordStep::Changed };
                    self.explore(policy, account, now, State::PasswordChanged, None, changed);
                }
                Action::SkipPassword => {
                    insert(&mut self.edges, Edge { from: to, action: Some(action), to: State::Skipped });
                    let skipped = Progress { password: PasswordStep::Skipped, ..progress };
                    self.explore(policy, account, now, State::Skipped, None, skipped);
                }
                // No pending login waits for these actions.
                Action::SignIn
                | Action::ResetPassword(_)
                | Action::ChangeOwnPassword(_)
                | Action::SetFirstPassword
                | Action::ReplaceContact(_)
                | Action::Register(_)
                | Action::LinkIdentity(_) => {}
            }
        }
    }
}

#[cfg(test)]
#[path = "graph_tests.rs"]
mod tests;
