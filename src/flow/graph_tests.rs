use super::*;
use crate::token::Stage;
use crate::{password::Ageing, policy::SecondFactor};
use alloc::string::ToString;

fn policy(second_factor: SecondFactor) -> Policy {
    Policy { ageing: Some(Ageing::new(90, 14, 3).unwrap()), second_factor, ..Policy::default() }
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
    assert_eq!(
        graph.allowed(State::Pending(Stage::PasswordExpiring)).collect::<Vec<_>>(),
        [Action::SkipPassword, Action::ChangePassword]
    );
    assert_eq!(
        graph.allowed(State::Pending(Stage::PasswordExpired)).collect::<Vec<_>>(),
        [Action::ChangePassword]
    );
    assert_eq!(graph.allowed(State::SessionIssued).count(), 0);
}

/// What is enumerated: every set of factors to enrol, with and without a password, and every state that a password can be in.
#[test]
fn every_kind_of_account_is_looked_at() {
    let policy = policy(SecondFactor::Off);
    let accounts = kinds_of_account(&policy);
    for bits in 0..8_u8 {
        let wanted = [Factor::Sms, Factor::Email, Factor::Totp];
        let wanted = wanted.into_iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
        let enrolled: FactorSet = wanted.map(|(_, factor)| factor).collect();
        let of_kind = accounts.iter().filter(|account| account.enrolled == enrolled);
        assert_eq!(of_kind.filter(|account| account.password.is_none()).count(), 1, "{enrolled:?}");
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
        assert!(!graph.edges().any(|edge| edge.from == State::Denied || edge.from == State::SessionIssued));
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

/// Where a code is a first factor, the findings say that no password is needed.
#[test]
fn a_way_in_without_a_password_is_found() {
    let by_code = Policy {
        first_factors: FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms),
        ..policy(SecondFactor::Always)
    };
    let password = FactorSet::EMPTY.with(Factor::Password);
    assert_eq!(
        graph(&by_code).check(password),
        [Finding::SessionWithout(Factor::Password), Finding::SomeAreDenied]
    );
    assert_eq!(graph(&policy(SecondFactor::Always)).check(password), [Finding::SomeAreDenied]);
}

#[test]
fn findings() {
    let demanded = FactorSet::EMPTY.with(Factor::Password).with(Factor::Totp);
    let findings = graph(&policy(SecondFactor::WhenEnrolled)).check(demanded);
    assert_eq!(findings, [Finding::SessionWithout(Factor::Totp), Finding::SessionWithOneFactor]);
    assert_eq!(findings[0].to_string(), "a session can be reached without otp");
    let password = FactorSet::EMPTY.with(Factor::Password);
    assert_eq!(
        graph(&policy(SecondFactor::Off)).check(password),
        [Finding::SessionWithOneFactor, Finding::EnrolledFactorIgnored]
    );
}

/// The drawing at the top of `flow` is this one, with the calls that prove a factor drawn as one.
#[test]
fn the_module_shows_the_graph_it_describes() {
    let drawn = super::super::graph(&policy(SecondFactor::Always)).mermaid().to_string()
        + &graph(&policy(SecondFactor::WhenEnrolled)).mermaid().to_string();
    let merge = |line: &str| match line.split_once(": prove ") {
        Some((edge, _)) => alloc::format!("{edge}: prove a factor"),
        None => line.to_string(),
    };
    let computed: BTreeSet<_> = drawn.lines().map(|line| merge(line).trim().to_string()).collect();
    let shown = include_str!("mod.rs").lines().skip_while(|line| !line.contains("```mermaid")).skip(1);
    let shown =
        shown.take_while(|line| !line.contains("```")).map(|line| line.trim_start_matches("//!").trim());
    assert_eq!(shown.map(ToString::to_string).collect::<BTreeSet<_>>(), computed);
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
fn the_front_page_shows_the_same_graph() {
    let drawn = |text: &str| -> Vec<_> {
        let block = text.lines().map(|line| line.trim_start_matches("//!").trim().to_string());
        block.skip_while(|line| line != "```mermaid").skip(1).take_while(|line| line != "```").collect()
    };
    assert_eq!(drawn(include_str!("../../README.md")), drawn(include_str!("mod.rs")));
}
