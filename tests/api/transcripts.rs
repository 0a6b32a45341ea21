//! Each transcript plays again to the same bytes, or says where it does not.

use authflow::{
    Applications, Config, Engine,
    account::{FindAccount, MemberName, Profile, ProfileFlaw, ProfileRefusal},
    code::Deliver,
    contact::Channel,
    policy::{Policy, RetryGrace, SessionTokenForm},
    sdk::Api,
    step::Question,
    testkit::{
        Call, Diverged, HostFault, MemoryHost, SecretTranscript, Setup, World,
        demo::{self, PASSWORD},
    },
    token::{IdTokenSigning, Key, KeyRing, OutsideKey, OutsideKeys, SignatureAlgorithm},
};
use serde_json::json;

/// Calls of many kinds, which ask the host many kinds of questions.
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
    let retry_grace = RetryGrace::try_from(20).unwrap();
    let mut patient = World::with_policy(Policy { retry_grace, ..demo::policy() });
    let erin = record(&mut patient, &Call::login("erin", PASSWORD));
    for _ in 0..2 {
        record(&mut patient, &Call::skip(erin.state_token()));
    }
    let session_token_form = SessionTokenForm::Reference;
    let mut referring = World::with_policy(Policy { session_token_form, ..demo::policy() });
    let alice = record(&mut referring, &Call::login("alice", PASSWORD));
    record(&mut referring, &Call::refresh(alice.session_token()));
    let mut demanding = World::with_policy(Policy { demands_captcha: true, ..demo::policy() });
    record(&mut demanding, &Call::post("/api/v2/sdk/sms/send", &sms));
    let registration = [Channel::Email].into_iter().collect();
    let mut open = World::with_policy(Policy { registration, ..demo::policy() });
    let zoe = "zoe@example.com";
    record(
        &mut open,
        &Call::post("/api/v2/sdk/email/send", &json!({ "email": zoe, "type": "REGISTER_EMS" })),
    );
    let code = open.code().to_owned();
    let unfit = ProfileRefusal { member: MemberName::new("name").unwrap(), flaw: ProfileFlaw::Missing };
    // The first is refused by the host, the second by the commit, and the third makes an account.
    for (user_name, unfit) in [("zoe", Some(unfit)), ("erin", None), ("zoe", None)] {
        open.host.unfit_profile = unfit;
        let chosen = json!({ "email": zoe, "verify_code": code, "user_name": user_name, "name": "Zoe" });
        record(&mut open, &Call::post("/api/v2/sdk/register/email-verify-code", &chosen));
    }
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
    // No transcript here asks for a picture, a sealed call, a social account, a vouched mobile, a client secret or an
    // application.
    assert_eq!(asked.len(), 17, "{asked:?}");
}

/// Every member that is a time is text. Neither a number nor a day that does not exist is a time.
#[test]
fn a_time_is_written_as_a_person_reads_it() {
    let mut seen = std::collections::BTreeSet::new();
    for (_, transcript) in transcripts() {
        let written: serde_json::Value = serde_json::from_str(transcript.to_json().expose()).unwrap();
        let mut times = Vec::new();
        times_in(&written, &mut times);
        for (name, value) in times {
            let text = value.as_str().unwrap_or_else(|| panic!("{name} is {value}"));
            assert!(text.len() == 20 && text.ends_with('Z'), "{name} is {text}");
            seen.insert(name.to_owned());
        }
    }
    let all = [
        "auth_time",
        "changed_at",
        "expires_at",
        "factors_changed_at",
        "now",
        "unseen_since",
        "until",
        "used_at",
    ];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), all);

    let (_, transcript) = World::new().record(&Call::login("erin", PASSWORD));
    let json = transcript.to_json();
    let now = r#""now": "2023-11-14T22:13:20Z""#;
    assert!(json.expose().contains(now), "the world begins at 1_700_000_000");
    for wrong in
        ["1700000000", r#""1969-12-31T23:59:59Z""#, r#""2023-02-29T00:00:00Z""#, r#""10000-01-01T00:00:00Z""#]
    {
        let wrong = json.expose().replace(now, &format!(r#""now": {wrong}"#));
        assert!(SecretTranscript::from_json(&wrong).is_err(), "{wrong}");
    }
}

fn times_in<'t>(written: &'t serde_json::Value, found: &mut Vec<(&'t str, &'t serde_json::Value)>) {
    match written {
        serde_json::Value::Array(items) => items.iter().for_each(|item| times_in(item, found)),
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                let is_time = name.ends_with("_at")
                    || ["now", "until", "auth_time", "unseen_since"].contains(&name.as_str());
                if is_time && !value.is_null() { found.push((name, value)) } else { times_in(value, found) }
            }
        }
        _ => {}
    }
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
        Diverged::Question { asked: "Commit", recorded: None }
    );
    assert_eq!(
        edited(&|it| it["answers"][0]["told"]["answer"]["mobile"] = "no number".into()),
        Diverged::Answer { question: "FindAccount" }
    );
    assert_eq!(edited(&|it| it["request"]["path"] = "/".into()), Diverged::LeftOver { left: 5 });
    assert_eq!(edited(&|it| it["now"] = "2023-11-14T22:13:21Z".into()), Diverged::Reply { status: 200 });
    assert_eq!(edited(&|it| it["entropy"] = "short".into()), Diverged::Entropy);
    let elsewhere =
        Setup::default().api(KeyRing::new(Key::new("next", authflow::testkit::demo::secret(8)).unwrap()));
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
