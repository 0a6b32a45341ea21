//! The values that a store gets in place of a password.

use super::{Memory, NoCourier, NoSigner, call, kept, parts};
use authflow::{
    Secret,
    parts::{AllowAll, Hasher, Parts},
    password::{PasswordMatch, Verifier},
    testkit::{Call, World, demo},
};
use std::{
    error::Error,
    sync::{Arc, Mutex},
};

/// "Hashes" by reversing the text, and can be out of order.
#[derive(Default)]
struct TurnedRound {
    is_broken: bool,
}

fn turned(text: &str) -> String {
    text.chars().rev().collect()
}

#[derive(Debug, thiserror::Error)]
#[error("out of memory")]
struct OutOfMemory;

impl Hasher for TurnedRound {
    type Error = OutOfMemory;
    type Permit = ();

    async fn permit(&self) -> Result<(), OutOfMemory> {
        Ok(())
    }

    async fn verify(
        &self,
        verifier: Option<&Verifier>,
        presented: &Secret,
        _: Arc<()>,
    ) -> Result<PasswordMatch, OutOfMemory> {
        Ok(match verifier.map(Verifier::expose) {
            Some(known) if known == turned(presented.expose()) => PasswordMatch::Matches,
            Some(known) if known == presented.expose() => PasswordMatch::MatchesOutdated,
            _ => PasswordMatch::Differs,
        })
    }

    async fn hash(&self, password: &Secret) -> Result<Verifier, OutOfMemory> {
        if self.is_broken { Err(OutOfMemory) } else { Ok(Verifier::new(turned(password.expose()))) }
    }
}

fn verifier<H, R, C, G, L>(host: &Parts<Memory, H, R, C, G, L>, name: &str) -> String {
    kept(host).account(name).password.clone().unwrap().verifier.expose().to_owned()
}

#[test]
fn a_new_password_and_one_that_is_hashed_anew_reach_the_store_as_verifiers() {
    let (mut world, host) = (World::new(), parts(TurnedRound::default(), AllowAll));
    // The demo keeps the old form of this hasher.
    let (_, warned, _) = call(&mut world, &host, &Call::login("erin", demo::PASSWORD));
    assert_eq!(verifier(&host, "erin"), turned(demo::PASSWORD));
    let update = Call::update(warned["state_token"].as_str().unwrap(), demo::PASSWORD, "Battery-Staple-8");
    assert_eq!(call(&mut world, &host, &update).1["status"], "SUCCESS");
    assert_eq!(verifier(&host, "erin"), turned("Battery-Staple-8"));
}

#[test]
fn a_password_that_cannot_be_hashed_is_not_stored_and_the_log_says_which_part_it_was() {
    let told = Mutex::new(Vec::new());
    let Parts { store, rules, .. } = parts(TurnedRound::default(), AllowAll);
    let log =
        |question: &'static str, error: &dyn Error| told.lock().unwrap().push(format!("{question}: {error}"));
    let hasher = TurnedRound { is_broken: true };
    let host = Parts { store, hasher, rules, courier: NoCourier, signer: NoSigner, log };
    assert_eq!(call(&mut World::new(), &host, &Call::login("alice", demo::PASSWORD)).0, 500);
    assert_eq!(verifier(&host, "alice"), demo::PASSWORD);
    assert!(kept(&host).sessions.is_empty() && kept(&host).claims.is_empty());
    assert_eq!(*told.lock().unwrap(), ["Commit: hasher: out of memory"]);
}
