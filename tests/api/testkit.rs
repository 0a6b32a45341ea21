//! The test kit reaches every state, and every attack is withstood or reported.

use authflow::{
    Audience, Dialect, SessionId, TenantId,
    account::{FindAccount, Revision},
    factor::{Factor, FactorSet},
    flow::State,
    password::Ageing,
    policy::{Policy, SecondFactor, SessionTokenForm},
    step::{Commit, Question},
    testkit::{
        Attack, Call, Harm, HostFault, Login, Scenario, Setup, World,
        demo::{self, PASSWORD},
    },
    token::{IdTokenSigning, OutsideKey, OutsideKeys, SignatureAlgorithm, Stage},
};
use serde_json::json;

const STATES: [State; 7] = [
    State::Pending(Stage::FactorRequired),
    State::Pending(Stage::PasswordExpiring),
    State::Pending(Stage::PasswordExpired),
    State::Skipped,
    State::PasswordChanged,
    State::SessionIssued,
    State::Denied,
];
const SECOND: [Option<Factor>; 4] = [None, Some(Factor::Totp), Some(Factor::Sms), Some(Factor::Email)];

fn scenario(policy: Policy, second: Option<Factor>) -> Scenario {
    let scenario = Scenario::new(policy);
    match second {
        Some(factor) => scenario.with_second_factor(factor),
        None => scenario,
    }
}

fn reached(policy: Policy, second: Option<Factor>, state: State) -> Login {
    scenario(policy, second).reach(state).unwrap()
}

#[test]
fn every_state_is_reached_with_every_second_factor() {
    for second in SECOND {
        for state in STATES {
            let login = reached(demo::policy(), second, state);
            let (status, proved) = match state {
                State::Pending(Stage::FactorRequired) => ("MFA_AUTH", false),
                State::Pending(Stage::PasswordExpiring) => ("PASSWORD_WARN", second.is_some()),
                State::Pending(Stage::PasswordExpired) => ("PASSWORD_EXPIRED", second.is_some()),
                State::Denied => ("ACCESS_DENIED", false),
                _ => ("SUCCESS", second.is_some()),
            };
            assert_eq!(login.answer().find("status").unwrap_or_default(), status, "{state:?} {second:?}");
            let sessions: Vec<_> = login.world.host.sessions.values().collect();
            assert_eq!(sessions.len(), usize::from(status == "SUCCESS"));
            if let Some(session) = sessions.first() {
                let expected =
                    second.into_iter().fold(FactorSet::EMPTY.with(Factor::Password), FactorSet::with);
                assert_eq!((session.factors, proved), (expected, second.is_some()));
            }
        }
    }
    let nothing = reached(demo::policy(), None, State::Start);
    assert!(nothing.world.host.asked.is_empty());
}

#[test]
fn a_skip_is_counted_and_a_change_changes() {
    let mut skipped = reached(demo::policy(), None, State::Skipped);
    assert_eq!(skipped.world.account(Login::SUBJECT).password.as_ref().unwrap().skips_used, 1);
    let mut changed = reached(demo::policy(), None, State::PasswordChanged);
    let password = changed.world.account(Login::SUBJECT).password.clone().unwrap();
    assert_eq!(password.verifier.expose(), Login::NEW_PASSWORD);
}

#[test]
fn what_a_policy_does_not_lead_to_is_unreachable() {
    let plain = Policy::default();
    for (policy, state, instead) in [
        (plain, State::Pending(Stage::PasswordExpiring), State::SessionIssued),
        (plain, State::Skipped, State::SessionIssued),
        (
            Policy { second_factor: SecondFactor::Off, ..plain },
            State::Pending(Stage::FactorRequired),
            State::SessionIssued,
        ),
        (
            Policy { ageing: Some(Ageing::new(90, 14, 0).unwrap()), ..plain },
            State::Skipped,
            State::Pending(Stage::PasswordExpired),
        ),
    ] {
        let unreachable = Scenario::new(policy).reach(state).err().unwrap();
        assert_eq!((unreachable.wanted, unreachable.reached), (state, instead));
    }
    // Without ageing a password still expires by an administrator's word. Without passwords a subject signs in by code.
    assert_eq!(
        reached(plain, None, State::Pending(Stage::PasswordExpired)).state,
        State::Pending(Stage::PasswordExpired)
    );
    for factor in [Factor::Sms, Factor::Email] {
        let by_code = Policy { first_factors: FactorSet::EMPTY.with(factor), ..plain };
        let login = reached(by_code, None, State::SessionIssued);
        let session = login.world.host.sessions.values().next().unwrap();
        assert_eq!(session.factors, FactorSet::EMPTY.with(factor));
    }
    let always = Policy { second_factor: SecondFactor::Always, ..plain };
    assert_eq!(reached(always, None, State::SessionIssued).state, State::SessionIssued);
}

/// Each attack is tried as often as there are calls to try it with.
#[test]
fn every_attack_is_withstood_in_every_state() {
    let rotating = Policy { rotate_session_tokens: true, ..demo::policy() };
    let referring = Policy { session_token_form: SessionTokenForm::Reference, ..rotating };
    for policy in [demo::policy(), rotating, referring] {
        for second in SECOND {
            for state in STATES {
                let login = reached(policy, second, state);
                let withstood = Attack::ALL.map(|attack| {
                    attack.mount(&login).unwrap_or_else(|breach| panic!("{state:?} {second:?}: {breach}"))
                });
                let tried = withstood.map(|withstood| withstood.tried);
                // The proof of the second factor contains a guess, and a skip contains none. A token from before a change is not judged
                // that far.
                let is_proved = second.is_some() && state != STATES[0] && state != State::Denied;
                let guessed = usize::from(is_proved && state != State::PasswordChanged);
                assert_eq!(withstood[0].guesses, guessed, "{state:?} {second:?}");
                assert!(
                    withstood[2..].iter().all(|withstood| withstood.guesses == 0),
                    "{state:?} {second:?}"
                );
                // A sent code is claimed beside the state token with which it was presented.
                let by_code = is_proved && second != Some(Factor::Totp);
                let finished = login.world.host.claims.len() - usize::from(by_code);
                let expected = match state {
                    State::Denied => [0; 6],
                    State::Pending(Stage::FactorRequired)
                    | State::Pending(Stage::PasswordExpiring)
                    | State::Pending(Stage::PasswordExpired) => {
                        [finished + 1, 3 * finished, 3 + 1 + 1, 4, 4, 4]
                    }
                    _ => [finished + 1, 3 * finished, (4 + 1 + 1) + (4 + 3 + 1) + (4 + 3 + 1), 3 + 1, 5, 5],
                };
                assert_eq!(tried, expected, "{state:?} {second:?}");
            }
        }
    }
}

#[test]
fn what_a_forgetful_host_lets_through_is_told() {
    let mut login = reached(demo::policy(), Some(Factor::Totp), State::Skipped);
    assert!(Attack::Replay.mount(&login).is_ok() && Attack::Rewind.mount(&login).is_ok());
    login.world.host.claims.clear();
    for attack in [Attack::Replay, Attack::Rewind] {
        let breach = attack.mount(&login).unwrap_err();
        assert_eq!((breach.attack, breach.harm, breach.answer.status), (attack, Harm::NotRefused, 200));
        let printed = format!("{breach} {breach:?}");
        assert!(printed.contains(": it was not refused: "), "{printed}");
        let token = breach.answer.find("id_token").unwrap_or_else(|| breach.answer.state_token());
        assert!(printed.contains(breach.answer.text("status")) && !printed.contains(token), "{printed}");
    }
    assert_eq!(login.world.host.sessions.len(), 1, "an attack leaves the login as it was");
}

/// The code is new and right, so only the claim of the token stands against it.
#[test]
fn a_spent_token_of_a_second_factor_is_told_where_its_claim_is_forgotten() {
    for second in [Factor::Totp, Factor::Sms, Factor::Email] {
        let mut login = reached(demo::policy(), Some(second), State::SessionIssued);
        assert!(Attack::Rewind.mount(&login).is_ok());
        login.world.host.claims.clear();
        let breach = Attack::Rewind.mount(&login).unwrap_err();
        assert_eq!((breach.path.starts_with("/api/v2/sdk/mfa/"), breach.answer.status), (true, 200));
    }
}

#[test]
fn a_factor_that_is_never_asked_for_is_not_proved() {
    let policy = Policy { second_factor: SecondFactor::Off, ..demo::policy() };
    for second in [Factor::Totp, Factor::Sms] {
        let login = reached(policy, Some(second), State::Skipped);
        assert_eq!(Attack::Rewind.mount(&login).unwrap().tried, 3);
    }
}

#[test]
fn a_code_that_signed_in_is_tried_again() {
    let by_code = Policy { first_factors: FactorSet::EMPTY.with(Factor::Sms), ..Policy::default() };
    let mut login = reached(by_code, None, State::SessionIssued);
    assert_eq!(Attack::Replay.mount(&login).unwrap().tried, 2);
    login.world.host.claims.clear();
    assert_eq!(Attack::Replay.mount(&login).unwrap_err().answer.status, 200);
}

#[test]
fn a_host_that_is_out_of_order_withstands_nothing() {
    let mut login = reached(demo::policy(), None, State::Skipped);
    login.world.host.fault = Some(HostFault::Unavailable(FindAccount::NAME));
    let breach = Attack::Rewind.mount(&login).unwrap_err();
    assert_eq!((breach.harm, breach.answer.status), (Harm::NotRefused, 500));
}

#[test]
fn every_attack_is_withstood_in_every_dialect_whoever_signs() {
    let outside = OutsideKeys::new(OutsideKey::new("rsa-1", SignatureAlgorithm::Rs256).unwrap());
    for dialect in [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess] {
        for signing in [IdTokenSigning::ApplicationKey, IdTokenSigning::Outside(outside.clone())] {
            let setup = Setup { dialect, signing, tells_attempts: true, ..Setup::default() };
            for state in STATES {
                let login = Scenario::with_setup(setup.clone()).reach(state).unwrap();
                for attack in Attack::ALL {
                    assert!(attack.mount(&login).is_ok(), "{dialect:?} {state:?} {attack:?}");
                }
            }
        }
    }
}

#[test]
fn tenants_may_have_accounts_of_one_id() {
    let mut world = World::new();
    let mut twin = demo::account("erin");
    (twin.tenant, twin.revision) = (TenantId::new("another").ok(), Revision::new(9).unwrap());
    world.host.accounts.insert(0, twin);
    let warned = world.login("erin");
    let session = SessionId::from_bytes([1; 16]);
    let account = demo::account("erin").id;
    let audience = Audience { tenant: TenantId::new("another").ok(), ..demo::audience() };
    let skipped = world.skip(warned.state_token());
    assert_eq!(skipped.text("status"), "SUCCESS");
    let mut record = *world.host.sessions.values().next().unwrap();
    (record.session, record.audience) = (session, audience);
    world.host.sessions.insert(session, record);
    let before = world.host.accounts.iter().find(|it| it.id == account && it.tenant != audience.tenant);
    let after = before.unwrap().revision.next().as_u64();
    let changed = json!({ "old_password": PASSWORD, "new_password": "Battery-Staple-8" });
    let change = Call::post("/api/v2/sdk/pwd/change", &changed).bearing(skipped.id_token());
    assert_eq!(world.send(&change).status, 200);
    let revisions: Vec<_> =
        world.host.accounts.iter().filter(|it| it.id == account).map(|it| it.revision.as_u64()).collect();
    assert_eq!((revisions, world.host.ended.contains(&session)), (vec![9, after], false));
}

#[test]
fn a_fault_is_before_or_after_the_deed() {
    let busy = |world: &mut World, fault| {
        world.host.fault = Some(fault);
        let answer = world.login("alice");
        world.host.fault = None;
        assert_eq!(answer.status, 500);
        world.host.sessions.len()
    };
    let mut world = World::new();
    assert_eq!(busy(&mut world, HostFault::Unavailable(Commit::NAME)), 0);
    assert_eq!(busy(&mut world, HostFault::AnswerLost(Commit::NAME)), 1);
    assert_eq!(busy(&mut world, HostFault::Unavailable(FindAccount::NAME)), 1);
}
