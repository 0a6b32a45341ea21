//! Registration: a code to a contact that nobody has makes an account, and signs in to it.

mod accounts;
mod own_routes;
mod races;
mod refusals;
mod uniform;

use authflow::testkit::{Answer, Call, Setup, World, demo};
use authflow::{
    Dialect,
    account::{Account, NewAccount},
    contact::Channel,
    outcome::Event,
    password::Verifier,
    policy::Policy,
    step::{Commit, Write},
};
use serde_json::{Value, json};

const BY_SMS: &str = "/api/v2/sdk/register/mobile-verify-code";
const BY_EMAIL: &str = "/api/v2/sdk/register/email-verify-code";
/// A number that nobody has.
const ZOE: &str = "+86-13800000009";
const ZOES_MAIL: &str = "zoe@example.com";

/// The demo's policy, which registers by both channels.
fn policy() -> Policy {
    Policy { registration: Channel::ALL.into_iter().collect(), ..demo::policy() }
}

fn world() -> World {
    World::with_policy(policy())
}

fn world_of(dialect: Dialect, policy: Policy) -> World {
    World::with_setup(Setup { dialect, ..Setup::new(policy) })
}

fn ask(world: &mut World, contact: &str) -> Answer {
    world.send(&send(contact))
}

fn send(contact: &str) -> Call {
    match contact.contains('@') {
        true => Call::post("/api/v2/sdk/email/send", &json!({ "email": contact, "type": "REGISTER_EMS" })),
        false => Call::post("/api/v2/sdk/sms/send", &json!({ "mobile": contact, "type": "REGISTER_SMS" })),
    }
}

/// A registration with this code and these chosen members.
fn registration(contact: &str, code: &str, chosen: Value) -> Call {
    let (path, member) = if contact.contains('@') { (BY_EMAIL, "email") } else { (BY_SMS, "mobile") };
    let mut body = json!({ member: contact, "verify_code": code });
    for (name, value) in chosen.as_object().unwrap() {
        body[name] = value.clone();
    }
    Call::post(path, &body)
}

fn register(world: &mut World, contact: &str, chosen: Value) -> Answer {
    assert_eq!(ask(world, contact).status, 200);
    let code = world.code();
    world.send(&registration(contact, &code, chosen))
}

fn newest(world: &World) -> &Account {
    world.host.accounts.last().unwrap()
}

fn last_event(world: &World) -> &Event {
    world.outcome.as_ref().unwrap().events.last().unwrap()
}

/// The account that a commit makes.
fn made<P>(commit: &Commit<P>) -> &NewAccount<P> {
    let made = commit.writes.iter().find_map(|write| match write {
        Write::CreateAccount(new) => Some(&**new),
        _ => None,
    });
    made.expect("an account is made")
}

fn verifier(account: &Account) -> Option<&str> {
    account.password.as_ref().map(|password| Verifier::expose(&password.verifier))
}
