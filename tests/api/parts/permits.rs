//! The place at the hasher is taken before a guess at a password is counted, and held until the password is judged.

use super::{Memory, call, kept, parts};
use authflow::{
    Secret,
    account::{Account, FindAccount},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    outcome::Event,
    parts::{AllowAll, Hasher, Parts, Store},
    password::{PasswordMatch, Verifier},
    step::{Commit, Committed, Step},
    testkit::{Call, MemoryHost, PlainHasher, Planned, World, demo},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

/// A hasher with so many places.
struct Places {
    all: usize,
    taken: Arc<AtomicUsize>,
    /// How many places were taken when each password was verified or hashed.
    seen: Mutex<Vec<(&'static str, usize)>>,
}

impl Places {
    fn new(all: usize) -> Self {
        Self { all, taken: Arc::default(), seen: Mutex::default() }
    }

    fn taken(&self) -> usize {
        self.taken.load(SeqCst)
    }

    fn see(&self, what: &'static str) {
        self.seen.lock().unwrap().push((what, self.taken()));
    }
}

/// Gives its place back.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no place")]
struct Full;

impl Hasher for Places {
    type Error = Full;
    type Permit = Place;

    async fn permit(&self) -> Result<Place, Full> {
        if self.taken() == self.all {
            return Err(Full);
        }
        self.taken.fetch_add(1, SeqCst);
        Ok(Place(Arc::clone(&self.taken)))
    }

    async fn verify(
        &self,
        verifier: Option<&Verifier>,
        presented: &Secret,
        place: Arc<Place>,
    ) -> Result<PasswordMatch, Full> {
        self.see("verify");
        let verified = PlainHasher.verify(verifier, presented, Arc::default()).await;
        drop(place);
        verified.map_err(|never| match never {})
    }

    async fn hash(&self, password: &Secret) -> Result<Verifier, Full> {
        self.see("hash");
        PlainHasher.hash(password).await.map_err(|never| match never {})
    }
}

/// Every call that proves a password, prepared on this host. Each call presents a wrong one.
fn proofs(
    host: &Parts<Memory, Places, AllowAll, super::NoCourier, super::NoSigner, super::Unheard>,
) -> Vec<Call> {
    let mut world = World::new();
    let (_, warned, _) = call(&mut world, host, &Call::login("erin", demo::PASSWORD));
    let (_, signed_in, _) = call(&mut world, host, &Call::login("alice", demo::PASSWORD));
    let change = serde_json::json!({ "old_password": "wrong", "new_password": "Battery-Staple-8" });
    let change = Call::post("/api/v2/sdk/pwd/change", &change);
    vec![
        Call::login("alice", "wrong"),
        Call::login("nobody", "wrong"),
        Call::update(warned["state_token"].as_str().unwrap(), "wrong", "Battery-Staple-8"),
        change.bearing(signed_in["id_token"].as_str().unwrap()),
    ]
}

#[test]
fn a_call_that_is_shed_writes_nothing_and_costs_no_guess() {
    let mut host = parts(Places::new(1), AllowAll);
    let calls = proofs(&host);
    host.hasher.all = 0;
    for (number, proof) in calls.into_iter().enumerate() {
        host.store.lock().unwrap().asked.clear();
        let before = format!("{:?}", kept(&host));
        let (status, _, outcome) = call(&mut World::new(), &host, &proof);
        assert_eq!(status, 500, "{number}");
        let asked = kept(&host).asked;
        assert!(
            !asked.iter().any(|it| ["ReserveAttempt", "SettleAttempt", "Commit"].contains(it)),
            "{asked:?}"
        );
        host.store.lock().unwrap().asked.clear();
        assert_eq!(format!("{:?}", kept(&host)), before, "nothing is written");
        assert_eq!(outcome.events, [Event::Unavailable { question: "ReserveAttempt" }]);
    }
}

#[test]
fn a_place_is_held_while_the_password_is_judged_and_by_nothing_after_it() {
    let host = parts(Places::new(1), AllowAll);
    for (number, proof) in proofs(&host).into_iter().enumerate() {
        host.hasher.seen.lock().unwrap().clear();
        let _judged = call(&mut World::new(), &host, &proof);
        assert_eq!(*host.hasher.seen.lock().unwrap(), [("verify", 1)], "one place for one guess: {number}");
        assert_eq!(host.hasher.taken(), 0, "{number}");
    }
    // A rehash waits for no second place, and no longer holds the first one.
    host.store.lock().unwrap().outdate("alice");
    host.hasher.seen.lock().unwrap().clear();
    assert_eq!(call(&mut World::new(), &host, &Call::login("alice", demo::PASSWORD)).0, 200);
    assert_eq!(*host.hasher.seen.lock().unwrap(), [("verify", 1), ("hash", 0)]);
}

#[test]
fn a_request_that_ends_before_gives_its_place_up() {
    // A locked account is answered like every other, and its request gives the place back.
    let host = parts(Places::new(1), AllowAll);
    for _ in 0..7 {
        let _refused = call(&mut World::new(), &host, &Call::login("alice", "wrong"));
        assert_eq!(host.hasher.taken(), 0);
    }
    // The client or its host is gone, so the step is dropped with its question.
    let mut world = World::new();
    let (login, moment) = (Call::login("erin", "wrong"), world.moment());
    let mut step = world.api.handle(&login.request(), moment);
    let waiting = loop {
        step = match step {
            Step::ReserveAttempt(ask) => {
                let reservation = super::poll(authflow::Host::reserve_attempt(&host, &ask));
                let std::task::Poll::Ready(reservation) = reservation else { panic!() };
                ask.resolve(reservation)
            }
            Step::VerifyPassword(ask) => break ask,
            step => host.store.lock().unwrap().answer(step).unwrap(),
        }
    };
    assert_eq!(host.hasher.taken(), 1);
    drop(waiting);
    assert_eq!(host.hasher.taken(), 0);
}

/// A store that counts nothing.
struct Down;

impl Store for Down {
    type Error = Planned;

    async fn find_account(&self, _: &FindAccount) -> Result<Option<Account>, Planned> {
        Ok(None)
    }

    async fn reserve_attempt(&self, _: &ReserveAttempt) -> Result<Reservation, Planned> {
        Err(Planned)
    }

    async fn settle_attempt(&self, _: &SettleAttempt) -> Result<(), Planned> {
        Ok(())
    }

    async fn commit(&self, _: &Commit<Verifier>) -> Result<Committed, Planned> {
        Ok(Committed::Changed)
    }
}

#[test]
fn a_guess_that_could_not_be_counted_gives_its_place_up() {
    let Parts { hasher, rules, courier, signer, log, .. } = parts(Places::new(1), AllowAll);
    let host = Parts { store: Down, hasher, rules, courier, signer, log };
    assert_eq!(call(&mut World::new(), &host, &Call::login("alice", demo::PASSWORD)).0, 500);
    assert_eq!(host.hasher.taken(), 0);
}

/// A code or a one-time password is compared at once, so an overload of the hasher stops neither.
#[test]
fn other_factors_wait_for_no_place() {
    let mut host = parts(Places::new(1), AllowAll);
    let mut world = World::with_policy(demo::policy());
    world.host = MemoryHost::demo();
    let (_, pending, _) = call(&mut world, &host, &Call::login("tom", demo::PASSWORD));
    host.hasher.all = 0;
    let totp = world.totp("tom", 0);
    let proof = Call::prove_totp(pending["state_token"].as_str().unwrap(), &totp);
    assert_eq!(call(&mut world, &host, &proof).1["status"], "SUCCESS");
}
