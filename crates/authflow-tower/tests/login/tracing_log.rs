//! What `tracing` is told.

use authflow::{
    drive_blocking,
    parts::{AllowAll, NoCourier, NoSigner, Parts},
    testkit::{Call, HostFault, MemoryHost, PlainHasher, World, demo},
};
use authflow_tower::TracingLog;
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u8>>>);

impl io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Told {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is told of a login, line by line.
fn told_of(host: MemoryHost) -> Vec<String> {
    let told = Told::default();
    let subscriber =
        tracing_subscriber::fmt().without_time().with_ansi(false).with_writer(told.clone()).finish();
    let store = Mutex::new(host);
    let (rules, courier, signer, log) = (AllowAll, NoCourier, NoSigner, TracingLog);
    let host = Parts { store, hasher: PlainHasher, rules, courier, signer, log };
    tracing::subscriber::with_default(subscriber, || {
        let mut world = World::new();
        let moment = world.moment();
        let step = world.api.handle(&Call::login("alice", demo::PASSWORD).request(), moment);
        let _ = drive_blocking(step, &host).unwrap();
    });
    let told = String::from_utf8(told.0.lock().unwrap().clone()).unwrap();
    told.lines().map(str::to_owned).collect()
}

#[test]
fn an_event_is_information_and_an_answer_that_is_not_there_an_error() {
    let told = told_of(MemoryHost::demo());
    assert!(!told.is_empty() && told.iter().all(|line| line.trim_start().starts_with("INFO")), "{told:#?}");
    assert!(told.iter().all(|line| !line.contains(demo::PASSWORD)), "{told:#?}");

    let fault = Some(HostFault::Unavailable("FindAccount"));
    let told = told_of(MemoryHost { fault, ..MemoryHost::demo() });
    let [failed, event] = &*told else { panic!("{told:#?}") };
    assert!(failed.starts_with("ERROR") && failed.contains(r#"question="FindAccount""#), "{failed}");
    assert!(event.starts_with("ERROR") && event.contains("Unavailable"), "{event}");
}
