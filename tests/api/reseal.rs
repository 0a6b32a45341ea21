//! The sealed secret of an authenticator: its proofs, when it is sealed again, and what happens if it does not open.

use authflow::{
    Application, Applications, ClientId, Config, ConfigError, Engine,
    factor::{Totp, TotpSecret},
    outcome::{Event, ProofRefusal},
    sdk::Api,
    sealing::{NotOpened, Owner, SealedSecret, SealingKey, SealingKeys},
    step::{Commit, Write},
    testkit::{
        Answer, Call, HostFault, World,
        demo::{self, PASSWORD, START},
    },
    token::KeyId,
};

/// A world in which tom's secret is sealed under an earlier key.
fn earlier() -> World {
    let mut world = World::new();
    world.host.seal_under_earlier_key("tom");
    world
}

fn pending(world: &mut World) -> String {
    world.login("tom").state_token().into()
}

fn prove(world: &mut World) -> Answer {
    let (token, code) = (pending(world), world.totp("tom", 0));
    world.send(&Call::prove_totp(&token, &code))
}

fn sealed(world: &mut World) -> SealedSecret {
    world.account("tom").totp.as_ref().unwrap().secret().clone()
}

fn key(world: &mut World) -> String {
    sealed(world).key_id().as_str().into()
}

/// The engine of the demo, with these sealing keys.
fn with_keys(keys: Option<SealingKeys>) -> World {
    let mut world = World::new();
    let applications = authflow::testkit::Setup::default().applications();
    let mut config = Config::new(demo::issuer(), demo::ring(), Applications::Fixed(applications));
    config.sealing = keys;
    world.api = Api::new(Engine::new(config).unwrap());
    world
}

fn events(world: &World) -> &[Event] {
    &world.outcome.as_ref().unwrap().events
}

fn assert_unavailable(world: &mut World, expected: &NotOpened) {
    let (token, code) = (pending(world), world.totp("tom", 0));
    let counted = world.host.attempts.clone();
    let answer = world.send(&Call::prove_totp(&token, &code));
    assert_eq!((answer.status, answer.text("error_code")), (500, "IDAAS.TENANT.COM.0002"));
    assert_eq!(world.host.asked, ["FindAccount"], "nothing is counted");
    assert_eq!(world.host.attempts, counted);
    let tom = world.account("tom").id;
    assert_eq!(events(world), [Event::SecretNotOpened { account: tom, reason: expected.clone() }]);
    assert!(world.host.sessions.is_empty() && world.host.claims.is_empty());
}

#[test]
fn a_right_one_time_password_seals_its_secret_anew_and_its_session_lives() {
    let mut world = earlier();
    let revision = world.account("tom").revision;
    let other = world.login("alice");
    let granted = prove(&mut world);
    assert_eq!(granted.text("status"), "SUCCESS");
    let tom = world.account("tom").id;
    assert!(events(&world).contains(&Event::SecretResealed { account: tom }));
    assert_eq!(key(&mut world), "seal-2");
    assert_eq!(world.account("tom").revision, revision, "it is the same secret");
    assert_eq!(world.check_exist(granted.id_token()).status, 200);
    assert_eq!(world.check_exist(other.id_token()).status, 200);

    // The next proof seals nothing, and the earlier key is no longer needed.
    world.clock.now = START.plus_seconds(Totp::STEP_SECONDS);
    let before = sealed(&mut world);
    assert_eq!(prove(&mut world).text("status"), "SUCCESS");
    assert_eq!(sealed(&mut world), before);
}

#[test]
fn the_commit_says_so_beside_the_step_that_is_used() {
    let mut world = earlier();
    let (token, code) = (pending(&mut world), world.totp("tom", 0));
    let step = world.begin(&Call::prove_totp(&token, &code));
    let ask = world.until::<Commit>(step);
    let commit: &Commit = &ask;
    let [Write::UseTotpStep { .. }, Write::Reseal { secret }, Write::OpenSession(_), Write::ClearGuesses(_)] =
        &commit.writes[..]
    else {
        panic!("{:?}", commit.writes)
    };
    assert_eq!(secret.key_id().as_str(), "seal-2");
    assert_eq!(commit.revision_after(), commit.expected);
    let printed = format!("{ask:?}");
    assert!(!printed.contains(secret.as_str()), "{printed}");
}

/// A wrong password, a used one, and one whose step comes to nothing all seal nothing.
#[test]
fn nothing_else_seals_anew() {
    let mut world = earlier();
    let token = pending(&mut world);
    world.send(&Call::prove_totp(&token, "000000"));
    assert_eq!(key(&mut world), "seal-1");

    let (token, code) = (pending(&mut world), world.totp("tom", 0));
    world.host.denied = true;
    let denied = world.send(&Call::prove_totp(&token, &code));
    assert_eq!(denied.text("status"), "ACCESS_DENIED");
    assert_eq!(key(&mut world), "seal-1");
    world.host.denied = false;
    let (token, used) = (pending(&mut world), world.totp("tom", 0));
    world.send(&Call::prove_totp(&token, &used));
    assert_eq!(key(&mut world), "seal-1", "its step was used up by the denial");

    world.clock.now = START.plus_seconds(Totp::STEP_SECONDS);
    let (token, code) = (pending(&mut world), world.totp("tom", 0));
    world.host.fault = Some(HostFault::Unavailable("Commit"));
    assert_eq!(world.send(&Call::prove_totp(&token, &code)).status, 500);
    world.host.fault = None;
    assert_eq!(key(&mut world), "seal-1");
    world.clock.now = START.plus_seconds(2 * Totp::STEP_SECONDS);
    assert_eq!(prove(&mut world).text("status"), "SUCCESS");
    assert_eq!(key(&mut world), "seal-2");
}

#[test]
fn a_secret_whose_key_is_missing_is_unavailable() {
    let missing = NotOpened::KeyMissing(KeyId::new("seal-2").unwrap());
    assert_unavailable(&mut with_keys(None), &missing);
    assert_unavailable(&mut with_keys(Some(demo::earlier_sealing_keys())), &missing);
    // With its key the secret opens again.
    let mut world = with_keys(Some(demo::sealing_keys()));
    assert_eq!(prove(&mut world).text("status"), "SUCCESS");
}

/// A thief who writes to the database and has an authenticator does not get into another account by it.
#[test]
fn a_secret_that_was_moved_from_another_account_is_unavailable() {
    let foreign = NotOpened::Foreign(KeyId::new("seal-2").unwrap());
    let own = |world: &mut World| {
        let tom = world.account("tom");
        Owner { tenant: tom.tenant, account: tom.id }
    };
    let mut world = World::new();
    let tom = own(&mut world);
    let moment = || authflow::Moment::new(START, authflow::Entropy::from_bytes([3; 32]));
    let secret = TotpSecret::new(*demo::TOTP_SECRET).unwrap();
    let mona = world.account("mona").id;
    for owner in [Owner { account: mona, ..tom }, Owner { tenant: None, ..tom }] {
        let moved = secret.seal(&demo::sealing_keys(), owner, &moment());
        let mut world = World::new();
        let (token, code) = (pending(&mut world), world.totp("tom", 0));
        let totp = world.account("tom").totp.take().unwrap();
        world.account("tom").totp = Some(totp.with_secret(moved));
        let answer = world.send(&Call::prove_totp(&token, &code));
        assert_eq!(answer.status, 500);
        assert_eq!(
            events(&world),
            [Event::SecretNotOpened { account: tom.account, reason: foreign.clone() }]
        );
    }
}

/// The library distinguishes an account without a secret from an account whose secret does not open.
#[test]
fn what_does_not_open_is_still_enrolled() {
    let mut world = with_keys(None);
    assert_eq!(world.login("tom").text("status"), "MFA_AUTH", "it is asked for");
    let token = world.login("mona").state_token().to_owned();
    world.send(&Call::prove_totp(&token, "123456"));
    assert!(matches!(events(&world), [Event::ProofRefused { reason: ProofRefusal::NotEnrolled, .. }]));
    assert_eq!(
        world.send(&Call::login("alice", PASSWORD)).text("status"),
        "SUCCESS",
        "nobody else is concerned"
    );
}

#[test]
fn a_sealing_key_is_no_key_of_the_ring() {
    let key = SealingKey::new("copied", demo::secret(7)).unwrap();
    let web = Application::new(ClientId::new("web").unwrap());
    let mut config = Config::new(demo::issuer(), demo::ring(), Applications::Fixed(vec![web]));
    config.sealing = Some(demo::sealing_keys().with_opener(key).unwrap());
    let refused = Engine::new(config).unwrap_err();
    assert_eq!(refused, ConfigError::SealingKeyInRing(KeyId::new("copied").unwrap()));
    let text = r#"a sealing key must have a secret of its own, and that of "copied" is in the ring"#;
    assert_eq!(refused.to_string(), text);
}

#[test]
fn of_two_proofs_at_once_one_seals_and_the_other_is_used() {
    let mut world = earlier();
    let tokens = [(); 2].map(|()| pending(&mut world));
    let code = world.totp("tom", 0);
    let taken = tokens.map(|token| {
        let step = world.begin(&Call::prove_totp(&token, &code));
        world.until_commit(step)
    });
    let [one, other] = taken.map(|step| world.finish(step));
    assert_eq!((one.text("status"), other.status), ("SUCCESS", 400));
    assert_eq!(key(&mut world), "seal-2");
}
