//! The test kit: every state is reached, every attack is withstood or told of, every transcript plays again.

use authflow::{
    Applications, Audience, Config, Engine, Factor, FactorSet, Profile, Revision, SessionId, TenantId,
    flow::State,
    policy::{Ageing, Policy, SecondFactor},
    sdk::Api,
    step::{Commit, Deliver, FindAccount, Question},
    testkit::{
        Attack, Call, Diverged, HostFault, Login, MemoryHost, Scenario, SecretTranscript, Setup, World,
        demo::{self, PASSWORD},
    },
    token::{IdTokenSigning, Key, KeyRing, OutsideKey, OutsideKeys, SignatureAlgorithm},
};
use serde_json::json;

const STATES: [State; 7] = [
    State::FactorRequired,
    State::PasswordExpiring,
    State::PasswordExpired,
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
                State::FactorRequired => ("MFA_AUTH", false),
                State::PasswordExpiring => ("PASSWORD_WARN", second.is_some()),
                State::PasswordExpired => ("PASSWORD_EXPIRED", second.is_some()),
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
        (plain, State::PasswordExpiring, State::SessionIssued),
        (plain, State::Skipped, State::SessionIssued),
        (Policy { second_factor: SecondFactor::Off, ..plain }, State::FactorRequired, State::SessionIssued),
        (
            Policy { ageing: Some(Ageing::new(90, 14, 0).unwrap()), ..plain },
            State::Skipped,
            State::PasswordExpired,
        ),
    ] {
        let unreachable = Scenario::new(policy).reach(state).err().unwrap();
        assert_eq!((unreachable.wanted, unreachable.reached), (state, instead));
    }
    // Without ageing a password still expires by an administrator's word, and without passwords one signs in by code.
    assert_eq!(reached(plain, None, State::PasswordExpired).state, State::PasswordExpired);
    for factor in [Factor::Sms, Factor::Email] {
        let by_code = Policy { first_factors: FactorSet::EMPTY.with(factor), ..plain };
        let login = reached(by_code, None, State::SessionIssued);
        let session = login.world.host.sessions.values().next().unwrap();
        assert_eq!(session.factors, FactorSet::EMPTY.with(factor));
    }
    let always = Policy { second_factor: SecondFactor::Always, ..plain };
    assert_eq!(reached(always, None, State::SessionIssued).state, State::SessionIssued);
}

/// And each is tried as often as there are calls to try it with.
#[test]
fn every_attack_is_withstood_in_every_state() {
    let rotating = Policy { rotate_session_tokens: true, ..demo::policy() };
    for policy in [demo::policy(), rotating] {
        for second in SECOND {
            for state in STATES {
                let login = reached(policy, second, state);
                let tried = Attack::ALL.map(|attack| {
                    attack
                        .mount(&login)
                        .unwrap_or_else(|breach| panic!("{state:?} {second:?}: {breach}"))
                        .tried
                });
                let finished = login.world.host.claims.len();
                let expected = match state {
                    State::Denied => [0; 6],
                    State::FactorRequired | State::PasswordExpiring | State::PasswordExpired => {
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
        assert_eq!((breach.attack, breach.answer.status), (attack, 200));
        let printed = format!("{breach} {breach:?}");
        assert!(printed.contains("SUCCESS") && !printed.contains(breach.answer.id_token()), "{printed}");
    }
    assert_eq!(login.world.host.sessions.len(), 1, "an attack leaves the login as it was");
}

#[test]
fn tenants_may_have_accounts_of_one_id() {
    let mut world = World::new();
    let mut twin = demo::account("erin");
    (twin.tenant, twin.revision) = (TenantId::new("another").ok(), Revision::new(9));
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
    let changed = json!({ "old_password": PASSWORD, "new_password": "Battery-Staple-8" });
    let change = Call::post("/api/v2/sdk/pwd/change", &changed).bearing(skipped.id_token());
    assert_eq!(world.send(&change).status, 200);
    let revisions: Vec<_> =
        world.host.accounts.iter().filter(|it| it.id == account).map(|it| it.revision.as_u64()).collect();
    assert_eq!((revisions, world.host.ended.contains(&session)), (vec![9, 2], false));
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

/// Calls of every kind, with what the host is asked only then.
fn transcripts() -> Vec<(World, SecretTranscript)> {
    let mut all = Vec::new();
    let mut record = |world: &mut World, call: &Call| {
        let (answer, transcript) = world.record(call);
        all.push((world.clone(), transcript));
        answer
    };
    let mut world = World::new();
    let erin = record(&mut world, &Call::login("erin", PASSWORD));
    let changed = record(&mut world, &Call::update(erin.state_token(), PASSWORD, "Battery-Staple-8"));
    record(&mut world, &Call::check_exist(changed.id_token()));
    record(&mut world, &Call::refresh(changed.session_token()));
    let issued = record(&mut world, &Call::issue_ticket(changed.session_token()));
    record(&mut world, &Call::redeem_ticket(issued.text("sso_ticket")));
    record(&mut world, &Call::sign_out(changed.session_token()));
    let sms = json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS" });
    record(&mut world, &Call::post("/api/v2/sdk/sms/send", &sms));
    let by_code = json!({ "mobile": demo::MOBILE, "verify_code": world.code() });
    record(&mut world, &Call::post("/api/v2/sdk/login/mobile-verify-code", &by_code));
    let tom = record(&mut world, &Call::login("tom", PASSWORD));
    let code = world.totp("tom", 0);
    record(&mut world, &Call::prove_totp(tom.state_token(), &code));
    record(&mut world, &Call::login("nobody", "wrong"));
    record(&mut world, &Call::get("/").with_header("X-agent", [0xFF, 0x00]).with_body([0xC0, 0x80]));
    for _ in 0..6 {
        record(&mut world, &Call::login("mona", "wrong"));
    }
    for fault in [HostFault::Unavailable(FindAccount::NAME), HostFault::AnswerLost(Deliver::NAME)] {
        world.clock.pass(3600);
        world.host.fault = Some(fault);
        record(&mut world, &Call::post("/api/v2/sdk/sms/send", &sms));
    }
    let key = OutsideKey::new("rsa-1", SignatureAlgorithm::Rs256).unwrap();
    let mut outside = World::with_setup(Setup {
        signing: IdTokenSigning::Outside(OutsideKeys::new(key)),
        ..Setup::default()
    });
    let granted = record(&mut outside, &Call::login("alice", PASSWORD));
    record(&mut outside, &Call::check_exist(granted.id_token()));
    all
}

#[test]
fn every_transcript_is_written_read_and_played_again_to_the_same_bytes() {
    let mut asked = std::collections::BTreeSet::new();
    for (world, transcript) in transcripts() {
        let written = transcript.to_json();
        let read = SecretTranscript::from_json(written.expose()).unwrap();
        assert_eq!(read.to_json().expose(), written.expose());
        let played = read.replay(&world.api).unwrap();
        let recorded: serde_json::Value = serde_json::from_str(written.expose()).unwrap();
        assert_eq!(played.status(), recorded["reply"]["status"]);
        asked.extend(read.questions().map(str::to_string));
    }
    // All but the one that an engine with a fixed list never asks.
    assert_eq!(asked.len(), 14, "{asked:?}");
}

/// Such a claim is part of an id token, byte for byte.
#[test]
fn a_number_that_is_no_integer_is_read_back_as_it_was() {
    let mut world = World::new();
    world.account("alice").profile = Profile::new(&json!({ "latitude": 37.433125956118964 })).unwrap();
    let (_, transcript) = world.record(&Call::login("alice", PASSWORD));
    let read = SecretTranscript::from_json(transcript.to_json().expose()).unwrap();
    assert_eq!(read.replay(&world.api).map(|reply| reply.status()), Ok(200));
}

#[test]
fn a_transcript_is_of_an_engine_that_asks_for_its_applications_as_well() {
    let config = Config::new(demo::issuer(), demo::ring(), Applications::Asked);
    let host = MemoryHost { applications: Setup::default().applications(), ..MemoryHost::demo() };
    let mut world = World::of(Api::new(Engine::new(config).unwrap()), host);
    let (_, transcript) = world.record(&Call::login("alice", PASSWORD));
    let read = SecretTranscript::from_json(transcript.to_json().expose()).unwrap();
    assert_eq!(read.questions().next(), Some("FindApplication"));
    assert_eq!(read.replay(&world.api).map(|reply| reply.status()), Ok(200));
}

#[test]
fn a_replay_that_parts_from_its_transcript_says_where() {
    let mut world = World::new();
    let (_, transcript) = world.record(&Call::login("erin", PASSWORD));
    let edited = |edit: &dyn Fn(&mut serde_json::Value)| {
        let mut written = serde_json::from_str(transcript.to_json().expose()).unwrap();
        edit(&mut written);
        let read = SecretTranscript::from_json(&written.to_string()).unwrap();
        read.replay(&world.api).map(|reply| reply.status()).unwrap_err()
    };
    let recorded = |name: &str| Some(name.to_string());
    assert_eq!(
        edited(&|it| drop(it["answers"].as_array_mut().unwrap().remove(0))),
        Diverged::Question { asked: "FindAccount", recorded: recorded("ReserveAttempt") }
    );
    assert_eq!(
        edited(&|it| drop(it["answers"].as_array_mut().unwrap().pop())),
        Diverged::Question { asked: "DecideAccess", recorded: None }
    );
    assert_eq!(
        edited(&|it| it["answers"][0]["told"]["answer"]["mobile"] = "no number".into()),
        Diverged::Answer { question: "FindAccount" }
    );
    assert_eq!(edited(&|it| it["request"]["path"] = "/".into()), Diverged::LeftOver { left: 5 });
    assert_eq!(edited(&|it| it["now"] = 1_700_000_001.into()), Diverged::Reply { status: 200 });
    assert_eq!(edited(&|it| it["entropy"] = "short".into()), Diverged::Entropy);
    let elsewhere = Setup::default().api(KeyRing::new(Key::new("next", [8; 32]).unwrap()));
    assert_eq!(transcript.replay(&elsewhere).unwrap_err(), Diverged::Reply { status: 200 });
    for torn in ["", "{}", r#"{"version":"authflow/2"}"#] {
        assert!(SecretTranscript::from_json(torn).is_err());
    }
}

#[test]
fn no_error_of_a_transcript_prints_what_stands_in_it() {
    let (_, transcript) = World::new().record(&Call::login("erin", PASSWORD));
    let torn = transcript.to_json().expose().replace("\"status\": 200", "\"status\": \"Correct-Horse-7\"");
    let error = SecretTranscript::from_json(&torn).err().unwrap();
    let printed = format!("{error} {error:?} {:?}", transcript.to_json());
    assert!(printed.contains("line") && !printed.contains("Horse"), "{printed}");
}
