//! A host made of its parts.

mod absent;
mod permits;
mod verifiers;

use authflow::{
    ClientId, Host, drive_blocking,
    outcome::Outcome,
    parts::{AllowAll, Hasher, NoCourier, NoSigner, Parts, Rules},
    testkit::{Call, HostExam, MemoryHost, PlainHasher, World, demo},
};
use std::{
    error::Error,
    future::{Future, pending},
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
};

type Memory = Mutex<MemoryHost>;

fn unheard(_: &'static str, _: &dyn Error) {}

type Unheard = fn(&'static str, &dyn Error);

/// The demo's store with these parts, and nothing else.
fn parts<H: Hasher, R: Rules>(hasher: H, rules: R) -> Parts<Memory, H, R, NoCourier, NoSigner, Unheard> {
    let store = Mutex::new(MemoryHost::demo());
    Parts { store, hasher, rules, courier: NoCourier, signer: NoSigner, log: unheard }
}

fn kept<H, R, C, G, L>(host: &Parts<Memory, H, R, C, G, L>) -> MemoryHost {
    host.store.lock().unwrap().clone()
}

/// Makes a world's call on another host.
fn call(world: &mut World, host: &impl Host, call: &Call) -> (u16, serde_json::Value, Outcome) {
    let moment = world.moment();
    let outcome = drive_blocking(world.api.handle(&call.request(), moment), host).unwrap();
    let reply = world.api.reply(&outcome);
    (reply.status(), serde_json::from_slice(reply.body()).unwrap_or_default(), outcome)
}

fn poll<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn parts_over_the_kits_store_pass_the_exam() {
    let mut demo = MemoryHost::demo();
    let (tom, dora) = (demo.account("tom").clone(), demo.account("dora").clone());
    let another = ClientId::new(demo::ORDINARY).unwrap();
    let exam = HostExam::on(demo::audience(), tom, dora, another);
    let host = parts(PlainHasher, AllowAll);
    let Poll::Ready(passed) = poll(exam.take(&host, World::new().moment())) else { panic!("it waits") };
    assert_eq!(passed, Ok(()));
}

#[test]
fn a_whole_login_with_a_change_of_the_password() {
    let (mut world, host) = (World::new(), parts(PlainHasher, AllowAll));
    let (status, warned, _) = call(&mut world, &host, &Call::login("erin", demo::PASSWORD));
    assert_eq!((status, &warned["status"]), (200, &"PASSWORD_WARN".into()));
    let state_token = warned["state_token"].as_str().unwrap();
    let update = Call::update(state_token, demo::PASSWORD, "Battery-Staple-8");
    assert_eq!(call(&mut world, &host, &update).1["status"], "SUCCESS");
    assert_eq!(call(&mut world, &host, &Call::login("erin", demo::PASSWORD)).0, 400);
    assert_eq!(call(&mut world, &host, &Call::login("erin", "Battery-Staple-8")).1["status"], "SUCCESS");
}

#[test]
fn parts_are_a_host_on_any_executor() {
    let (mut world, host) = (World::new(), parts(PlainHasher, AllowAll));
    let (login, moment) = (Call::login("alice", demo::PASSWORD), world.moment());
    let request = login.request();
    fn moves<T: Send>(future: T) -> T {
        future
    }
    let Poll::Ready(reply) = poll(moves(world.api.serve(&request, moment, &host))) else {
        panic!("it waits")
    };
    assert_eq!(reply.status(), 200);
}

/// A hasher that is never done.
struct Endless;

impl Hasher for Endless {
    type Error = std::convert::Infallible;
    type Permit = ();

    async fn permit(&self) -> Result<(), Self::Error> {
        pending().await
    }

    async fn verify(
        &self,
        _: Option<&authflow::password::Verifier>,
        _: &authflow::Secret,
        _: std::sync::Arc<()>,
    ) -> Result<authflow::password::PasswordMatch, Self::Error> {
        pending().await
    }

    async fn hash(&self, _: &authflow::Secret) -> Result<authflow::password::Verifier, Self::Error> {
        pending().await
    }
}

#[test]
fn a_host_that_waits_is_not_driven_without_a_runtime() {
    let (mut world, host) = (World::new(), parts(Endless, AllowAll));
    let (login, moment) = (Call::login("alice", demo::PASSWORD), world.moment());
    let waits = drive_blocking(world.api.handle(&login.request(), moment), &host).unwrap_err();
    assert!(waits.to_string().contains("answers are there at once"), "{waits}");
}
