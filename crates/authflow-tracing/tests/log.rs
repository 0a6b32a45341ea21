//! The lines that a login leaves in the log.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use authflow::{
    Secret, drive_blocking,
    parts::{AllowAll, Hasher, NoCourier, NoSigner, Parts},
    password::{PasswordMatch, Verifier},
    testkit::{Call, MemoryHost, PlainHasher, World, demo},
};
use authflow_tracing::TracingLog;
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that are logged while alice signs in with this password.
fn logged(hasher: impl Hasher, password: &str) -> Vec<String> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).without_time();
    tracing::subscriber::with_default(subscriber.finish(), || {
        let host = Parts {
            store: Mutex::new(MemoryHost::demo()),
            hasher,
            rules: AllowAll,
            courier: NoCourier,
            signer: NoSigner,
            log: TracingLog,
        };
        let World { api, mut clock, .. } = World::new();
        let step = api.handle(&Call::login("alice", password).request(), clock.moment());
        let _ = drive_blocking(step, &host).unwrap();
    });
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap().lines().map(|line| line.trim().to_owned()).collect()
}

/// A hasher that is overloaded.
struct Overloaded;

impl Hasher for Overloaded {
    type Error = io::Error;
    type Permit = ();

    async fn permit(&self) -> io::Result<()> {
        Ok(())
    }

    async fn verify(&self, _: Option<&Verifier>, _: &Secret, _: Arc<()>) -> io::Result<PasswordMatch> {
        Err(io::Error::other("too many passwords"))
    }

    async fn hash(&self, _: &Secret) -> io::Result<Verifier> {
        Err(io::Error::other("too many passwords"))
    }
}

#[test]
fn a_login_is_told_by_its_account_and_without_its_password() {
    let lines = logged(PlainHasher, demo::PASSWORD);
    let signed_in = lines.iter().find(|line| line.contains("SignedIn")).unwrap();
    assert!(
        signed_in.starts_with("INFO authflow_tracing: event=\"signed_in\" detail=SignedIn { account: "),
        "{signed_in}"
    );
    assert!(lines.iter().all(|line| line.starts_with("INFO") && !line.contains(demo::PASSWORD)), "{lines:?}");
}

#[test]
fn a_wrong_password_is_an_event_and_no_alarm() {
    let lines = logged(PlainHasher, "hunter2");
    assert!(
        lines.iter().any(|line| line.contains("event=\"proof_refused\" detail=ProofRefused")),
        "{lines:?}"
    );
    assert!(lines.iter().all(|line| line.starts_with("INFO") && !line.contains("hunter2")), "{lines:?}");
}

#[test]
fn what_went_unanswered_is_an_error_with_what_the_part_said() {
    let lines = logged(Overloaded, demo::PASSWORD);
    let errors: Vec<_> = lines.iter().filter(|line| line.starts_with("ERROR")).collect();
    assert!(
        matches!(&errors[..], [question, event]
            if question.contains("a question went unanswered event=\"question_unanswered\" question=\"VerifyPassword\" error=") && question.contains("too many passwords")
            && event.contains("event=\"unavailable\" detail=Unavailable { question: \"VerifyPassword\" }")),
        "{lines:?}"
    );
}
