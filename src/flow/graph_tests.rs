use super::*;
use crate::{
    flow::{Finding, Gravity, kinds::kinds_of_password},
    password::{Age, Ageing, MustChange, PasswordRules},
    policy::{Recovery, SecondFactor},
    token::Stage,
};
use alloc::{collections::BTreeSet, format, string::ToString, vec::Vec};

const PASSWORD: FactorSet = FactorSet::EMPTY.with(Factor::Password);

fn by(channels: impl IntoIterator<Item = Channel>) -> Recovery {
    channels.into_iter().collect()
}

fn policy(second_factor: SecondFactor) -> Policy {
    Policy { ageing: Some(Ageing::new(90, 14, 3).unwrap()), second_factor, ..Policy::default() }
}

/// A policy that lets somebody without a password sign in.
fn by_sms() -> Policy {
    Policy { first_factors: FactorSet::EMPTY.with(Factor::Sms), ..Policy::default() }
}

fn has(graph: &Graph, from: State, action: Option<Action>, to: State) -> bool {
    graph.edges.contains(&Edge { from, action, to })
}

#[test]
fn the_main_road_of_the_seed_is_there() {
    let graph = graph(&policy(SecondFactor::WhenEnrolled));
    assert!(has(&graph, State::Start, Some(Action::SignIn), State::Pending(Stage::PasswordExpiring)));
    assert!(has(&graph, State::Pending(Stage::PasswordExpiring), Some(Action::SkipPassword), State::Skipped));
    assert!(has(&graph, State::Skipped, None, State::SessionIssued));
    let changes = [Factor::Password, Factor::Sms, Factor::Email].map(Action::ChangePassword);
    assert_eq!(
        graph.allowed(State::Pending(Stage::PasswordExpiring)).collect::<Vec<_>>(),
        [Action::SkipPassword].into_iter().chain(changes).collect::<Vec<_>>()
    );
    assert_eq!(graph.allowed(State::Pending(Stage::PasswordExpired)).collect::<Vec<_>>(), changes);
    let own = changes.map(|change| match change {
        Action::ChangePassword(proof) => Action::ChangeOwnPassword(proof),
        other => other,
    });
    assert_eq!(graph.allowed(State::SessionIssued).collect::<Vec<_>>(), own, "everybody has a password here");
    let replaces = Policy { replaces_contacts: Channel::ALL.into_iter().collect(), ..Policy::default() };
    let replaced = super::graph(&replaces);
    let own: Vec<_> = own.into_iter().chain(Channel::ALL.map(Action::ReplaceContact)).collect();
    assert_eq!(replaced.allowed(State::SessionIssued).collect::<Vec<_>>(), own);
    let first = super::graph(&Policy { session_sets_first_password: true, ..by_sms() });
    assert!(first.allowed(State::SessionIssued).any(|action| action == Action::SetFirstPassword));
    assert!(first.check(FactorSet::EMPTY).contains(&Finding::SessionSetsPassword));
    let default = super::graph(&by_sms());
    assert!(!default.allowed(State::SessionIssued).any(|action| action == Action::SetFirstPassword));
    assert_eq!(graph.allowed(State::PasswordReset).count(), 0);
}

/// The finding needs all three: an identity that signs in, a code that nothing binds, and a change that a session may make.
#[test]
fn a_session_by_an_unbound_code_that_changes_the_account_is_found() {
    let unbound = Policy { allows_unbound_codes: true, ..by_sms() };
    let by_identity = Policy { first_factors: by_sms().first_factors.with(Factor::Federated), ..unbound };
    let changes = |policy: &Policy| {
        [
            Policy { session_sets_first_password: true, ..*policy },
            Policy { replaces_contacts: [Channel::Email].into_iter().collect(), ..*policy },
        ]
    };
    let is_found = |policy: &Policy| {
        super::graph(policy).check(FactorSet::EMPTY).contains(&Finding::UnboundCodeChangesAccount)
    };
    assert!(changes(&by_identity).iter().all(is_found));
    let bound = Policy { allows_unbound_codes: false, ..by_identity };
    assert!(!is_found(&by_identity) && !changes(&bound).iter().any(is_found));
    assert!(!changes(&unbound).iter().any(is_found));
    let said = Finding::UnboundCodeChangesAccount.to_string();
    assert!(said.starts_with("a session by an unbound code changes the account in every application"));
}

/// The enumeration covers every set of factors to enrol, with and without a password, and every state that a password can be
/// in.
#[test]
fn every_kind_of_account_is_looked_at() {
    let policy = policy(SecondFactor::Off);
    let accounts = kinds_of_account(&policy);
    for bits in 0..8_u8 {
        let wanted = [Factor::Sms, Factor::Email, Factor::Totp];
        let wanted = wanted.into_iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
        let enrolled: FactorSet = wanted.map(|(_, factor)| factor).collect();
        let of_kind = accounts.iter().filter(|account| account.enrolled == enrolled);
        let contacts: BTreeSet<_> = of_kind
            .filter(|account| account.password.is_none())
            .map(|account| (account.mobile.is_some(), account.email.is_some(), account.totp.is_some()))
            .collect();
        let all = [(false, false), (false, true), (true, false), (true, true)].into_iter().filter(
            |(mobile, email)| {
                (*mobile || !enrolled.contains(Factor::Sms)) && (*email || !enrolled.contains(Factor::Email))
            },
        );
        let all = all.map(|(mobile, email)| (mobile, email, enrolled.contains(Factor::Totp)));
        assert_eq!(contacts, all.collect(), "{enrolled:?}");
    }
    let ageing = policy.ageing.unwrap();
    let states = kinds_of_password(&policy).into_iter().map(|password| {
        let age = match ageing.age(password.changed_at, NOW) {
            Age::Current => "current",
            Age::Expiring { .. } => "expiring",
            Age::Expired => "expired",
        };
        (age, password.must_change, password.skips_used)
    });
    assert_eq!(
        states.collect::<Vec<_>>(),
        [
            ("current", None, 0),
            ("current", Some(MustChange::AdministratorReset), 0),
            ("current", Some(MustChange::Breached), 0),
            ("current", Some(MustChange::FirstLogin), 0),
            ("expiring", None, 0),
            ("expiring", None, 3),
            ("expired", None, 0),
        ]
    );
}

#[test]
fn there_is_no_way_round() {
    for second_factor in [SecondFactor::Off, SecondFactor::WhenEnrolled, SecondFactor::Always] {
        let graph = graph(&policy(second_factor));
        assert!(
            !graph.edges().any(|edge| edge.from == State::Pending(Stage::PasswordExpired)
                && edge.to != State::PasswordChanged)
        );
        assert!(!graph.edges().any(|edge| edge.from == State::Skipped && edge.to != State::SessionIssued));
        assert!(!graph.edges().any(|edge| edge.from == State::Denied || edge.from == State::PasswordReset));
        let from_a_session = [State::PasswordChanged, State::ContactReplaced];
        assert!(
            !graph
                .edges()
                .any(|edge| edge.from == State::SessionIssued && !from_a_session.contains(&edge.to))
        );
    }
    assert!(graph(&policy(SecondFactor::Always)).arrivals.iter().all(|arrival| arrival.proved.len() >= 2));
}

#[test]
fn without_ageing_nothing_is_about_to_expire() {
    let graph = graph(&Policy::default());
    assert!(!graph.edges().any(|edge| edge.to == State::Pending(Stage::PasswordExpiring)));
    assert!(
        graph.edges().any(|edge| edge.to == State::Pending(Stage::PasswordExpired)),
        "an administrator's reset"
    );
    let unskippable = Policy { ageing: Some(Ageing::new(90, 14, 0).unwrap()), ..Policy::default() };
    assert!(
        !super::graph(&unskippable).edges().any(|edge| edge.to == State::Pending(Stage::PasswordExpiring))
    );
}

/// If a code is a first factor, the findings say that no password is needed.
#[test]
fn a_way_in_without_a_password_is_found() {
    let by_code = Policy {
        first_factors: FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms),
        ..policy(SecondFactor::Always)
    };
    assert_eq!(
        graph(&by_code).check(PASSWORD),
        [Finding::SessionWithout(Factor::Password), Finding::SomeAreDenied, Finding::NoWayBack]
    );
    assert_eq!(
        graph(&policy(SecondFactor::Always)).check(PASSWORD),
        [Finding::SomeAreDenied, Finding::NoWayBack]
    );
}

#[test]
fn findings() {
    let findings = graph(&policy(SecondFactor::WhenEnrolled)).check(PASSWORD.with(Factor::Totp));
    assert_eq!(
        findings,
        [
            Finding::SessionWithout(Factor::Totp),
            Finding::SessionWithOneFactor,
            Finding::NoWayBack,
            Finding::ShortPasswordAlone(8),
        ]
    );
    assert_eq!(findings[0].to_string(), "a session can be reached without otp");
    assert_eq!(
        graph(&policy(SecondFactor::Off)).check(PASSWORD),
        [
            Finding::SessionWithOneFactor,
            Finding::EnrolledFactorIgnored,
            Finding::NoWayBack,
            Finding::ShortPasswordAlone(8),
        ]
    );
}

/// A code alone resets a password, and the findings say so. Without a recovery, no code resets one.
#[test]
fn recovery_is_in_the_graph_by_the_channels_of_the_policy() {
    let sets = [by([]), by([Channel::Sms]), by([Channel::Email]), by(Channel::ALL)];
    for (second_factor, recovery) in
        sets.into_iter().flat_map(|it| [(SecondFactor::Off, it), (SecondFactor::Always, it)])
    {
        let graph = graph(&Policy { recovery, ..policy(second_factor) });
        let findings = graph.check(FactorSet::EMPTY);
        for channel in Channel::ALL {
            let reset = has(&graph, State::Start, Some(Action::ResetPassword(channel)), State::PasswordReset);
            assert_eq!(reset, recovery.contains(channel));
            assert_eq!(findings.contains(&Finding::RecoveryByOneFactor(channel)), reset);
        }
        let drawn = graph.mermaid().to_string();
        assert_eq!(drawn.contains("[*] --> PasswordReset: code by sms\n"), recovery.contains(Channel::Sms));
        assert_eq!(drawn.contains("PasswordReset --> [*]\n"), recovery != Recovery::NONE);
    }
}

/// A subject whose only contacts are second factors gets no new password. Nobody does where there is no recovery.
#[test]
fn accounts_without_a_way_back_are_found() {
    let lost = |policy: &Policy| graph(policy).check(FactorSet::EMPTY).contains(&Finding::NoWayBack);
    assert!(
        lost(&Policy { recovery: by(Channel::ALL), ..policy(SecondFactor::Off) }),
        "second factors alone"
    );
    let codes = Policy { first_factors: FactorSet::CHANNELS, ..policy(SecondFactor::WhenEnrolled) };
    for account in kinds_of_account(&codes) {
        let must = account.password.as_ref().is_some_and(|password| password.must_change.is_some());
        let findings = graph_of(&codes, &account, NOW).check(FactorSet::EMPTY);
        assert!(must || !findings.contains(&Finding::NoWayBack), "needs no password: {account:?}");
    }

    let both = Policy { recovery: by(Channel::ALL), ..policy(SecondFactor::WhenEnrolled) };
    let by_sms = Policy { recovery: by([Channel::Sms]), ..both };
    for account in kinds_of_account(&both) {
        let lost =
            |policy| graph_of(policy, &account, NOW).check(FactorSet::EMPTY).contains(&Finding::NoWayBack);
        let is_free = |factor, contact| contact && !account.enrolled.contains(factor);
        let (sms, email) = (account.mobile.is_some(), account.email.is_some());
        let (free_sms, free_email) = (is_free(Factor::Sms, sms), is_free(Factor::Email, email));
        let has_password = account.password.is_some() && (sms || email);
        assert_eq!(lost(&both), has_password && !free_sms && !free_email, "{account:?}");
        assert_eq!(lost(&by_sms), has_password && !free_sms, "{account:?}");
        assert_eq!(lost(&policy(SecondFactor::WhenEnrolled)), has_password, "{account:?}");
    }
}

#[test]
fn a_short_password_is_found_only_where_it_is_the_only_factor() {
    let short = |second_factor, min_length| {
        let password_rules = PasswordRules::new(min_length, 64).unwrap();
        let findings = graph(&Policy { password_rules, ..policy(second_factor) }).check(FactorSet::EMPTY);
        findings.contains(&Finding::ShortPasswordAlone(min_length))
    };
    for (second_factor, min_length, expected) in [
        (SecondFactor::Off, 14, true),
        (SecondFactor::WhenEnrolled, 14, true),
        (SecondFactor::WhenEnrolled, 15, false),
        (SecondFactor::Always, 8, false),
    ] {
        assert_eq!(short(second_factor, min_length), expected, "{second_factor:?} {min_length}");
    }
}

/// The policy has no first factor, or only one that begins no login. Such a policy cannot be read. If it is made in code, the
/// graph shows the fault.
#[test]
fn a_policy_that_lets_nobody_in_is_found() {
    for first_factors in [FactorSet::EMPTY, FactorSet::EMPTY.with(Factor::Totp)] {
        let graph = graph(&Policy { first_factors, ..policy(SecondFactor::WhenEnrolled) });
        assert_eq!(graph.edges().count(), 0);
        assert_eq!(graph.check(PASSWORD), [Finding::NobodyGetsIn]);
    }
    assert!(!graph(&Policy::default()).check(PASSWORD).contains(&Finding::NobodyGetsIn));
}

/// A breached password is changed by something else, in every kind of account that has something else.
#[test]
fn a_breached_password_changes_nothing_alone() {
    for second_factor in [SecondFactor::Off, SecondFactor::WhenEnrolled] {
        let policy = policy(second_factor);
        for account in kinds_of_account(&policy) {
            let must = account.password.as_ref().and_then(|password| password.must_change);
            if must != Some(MustChange::Breached) {
                continue;
            }
            let graph = graph_of(&policy, &account, NOW);
            let has_more = account.mobile.is_some() || account.email.is_some() || account.totp.is_some();
            assert!(
                graph.arrivals.iter().all(|arrival| arrival.proved.len() > 1 || !has_more),
                "{account:?}"
            );
            assert!(!graph.arrivals.is_empty(), "{account:?}");
        }
    }
}

/// An action that leads from one state to several is allowed once.
#[test]
fn allowed_actions_are_in_order_and_each_is_there_once() {
    let graph = graph(&policy(SecondFactor::WhenEnrolled));
    for state in State::ALL {
        let allowed: Vec<_> = graph.allowed(*state).collect();
        assert!(allowed.is_sorted_by(|one, next| one < next), "{state}: {allowed:?}");
    }
    let ways = graph.edges().filter(|edge| (edge.from, edge.action) == (State::Start, Some(Action::SignIn)));
    assert!(ways.count() > 1);
}

#[test]
fn a_drawing_ends_where_the_graph_does() {
    let drawn = |second_factor| graph(&policy(second_factor)).mermaid().to_string();
    for second_factor in [SecondFactor::Off, SecondFactor::Always] {
        assert!(drawn(second_factor).contains("SessionIssued --> [*]\n"));
    }
    assert!(drawn(SecondFactor::Always).contains("Denied --> [*]\n"));
    assert!(!drawn(SecondFactor::Off).contains("Denied"), "nobody is");
}

#[test]
fn a_picture_has_every_way_and_every_state() {
    for second_factor in [SecondFactor::Off, SecondFactor::WhenEnrolled, SecondFactor::Always] {
        let graph = graph(&policy(second_factor));
        let picture = graph.svg().to_string();
        for Edge { from, to, .. } in graph.edges() {
            assert_eq!(picture.matches(&format!(r#"data-from="{from}" data-to="{to}""#)).count(), 1);
            assert!(picture.contains(&format!(r#"data-state="{from}""#)), "{from}");
            assert!(picture.contains(&format!(r#"data-state="{to}""#)), "{to}");
        }
        let states: BTreeSet<_> = graph.edges().flat_map(|edge| [edge.from, edge.to]).collect();
        assert_eq!(picture.matches("data-state").count(), states.len());
    }
}

/// `cargo run --example states > docs/states.svg` draws it again.
#[test]
fn the_front_page_shows_the_same_graph() {
    let policy = Policy {
        ageing: Some(Ageing::new(90, 14, 3).unwrap()),
        second_factor: SecondFactor::WhenEnrolled,
        recovery: by([Channel::Sms]),
        registration: [Channel::Sms].into_iter().collect(),
        replaces_contacts: Channel::ALL.into_iter().collect(),
        ..Policy::default()
    };
    assert_eq!(graph(&policy).svg().to_string(), include_str!("../../docs/states.svg"));
}

#[test]
fn text_messages_to_anybody_are_an_error_where_nothing_bounds_them() {
    let found = |policy: &Policy| {
        let mut found = graph(policy).check(FactorSet::EMPTY).into_iter();
        found.any(|finding| finding == Finding::SmsToAnybody && finding.gravity() == Gravity::Error)
    };
    let first_factors = FactorSet::EMPTY.with(Factor::Sms).with(Factor::Email);
    let none = Policy { first_factors, ..Policy::default() };
    let sending = none.sending.with_daily_in_all(2_000).unwrap();
    for (policy, sends) in [
        (none, false),
        (Policy { registration: [Channel::Sms].into_iter().collect(), ..none }, true),
        (Policy { registration: [Channel::Email].into_iter().collect(), ..none }, false),
        (Policy { replaces_contacts: [Channel::Sms].into_iter().collect(), ..none }, true),
        (Policy { replaces_contacts: [Channel::Email].into_iter().collect(), ..none }, false),
    ] {
        assert_eq!(found(&policy), sends, "{policy:?}");
        assert!(!found(&Policy { sending, ..policy }) && !found(&Policy { demands_captcha: true, ..policy }));
    }
}
