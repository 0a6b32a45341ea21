//! The exam for hosts that open signatures, and the faults that it finds.

use super::*;
use authflow::{
    ClientId, Host, Secret,
    parts::{AllowAll, NoCourier, NoSigner, Parts, Signer},
    step::{SignBytes, SignatureCheck, VerifyBytes},
    testkit::{HostExam, MemoryHost, NeglectedDuty, PlainHasher},
};
use std::{
    convert::Infallible,
    error::Error,
    future::Future,
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
};

const TEXT: &str = "session_token=LGT&timestamp=1&nonce=n";

/// A signer that opens in this way, carefully or not.
struct Careless(Opens);

type Opens = fn(&OpenSealed) -> Option<&'static str>;

impl Signer for Careless {
    type Error = Infallible;

    async fn sign_bytes(&self, _: &SignBytes) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(None)
    }

    async fn verify_bytes(&self, _: &VerifyBytes) -> Result<SignatureCheck, Infallible> {
        Ok(SignatureCheck::Invalid)
    }

    async fn open_sealed(&self, ask: &OpenSealed) -> Result<Option<Secret>, Infallible> {
        Ok((self.0)(ask).map(Secret::new))
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(it) => it,
        Poll::Pending => panic!("it waits"),
    }
}

fn host<G: Signer>(store: &Mutex<MemoryHost>, signer: G) -> impl Host {
    let log = |_: &'static str, _: &dyn Error| {};
    Parts { store, hasher: PlainHasher, rules: AllowAll, courier: NoCourier, signer, log }
}

fn is_right(ask: &OpenSealed) -> bool {
    ask.sealed == stand_in_sealed(demo::call_key().id(), TEXT)
}

#[test]
fn the_exam_tells_a_host_that_opens_from_careless_ones() {
    let hosts: [(Opens, bool); 5] = [
        (|ask| (is_right(ask) && ask.key == *demo::call_key().id()).then_some(TEXT), true),
        (|_| None, false),
        (|_| Some(TEXT), false),
        (|ask| is_right(ask).then_some(TEXT), false),
        (|ask| is_right(ask).then_some("session_token=LGT"), false),
    ];
    for (at, (opens, keeps_its_duty)) in hosts.into_iter().enumerate() {
        let mut demo = MemoryHost::demo();
        let (erin, dora) = (demo.account("erin").clone(), demo.account("dora").clone());
        let exam = HostExam::on(demo::audience(), erin, dora, ClientId::new(demo::ORDINARY).unwrap());
        let store = Mutex::new(demo);
        let host = host(&store, Careless(opens));
        let sealed = stand_in_sealed(demo::call_key().id(), TEXT);
        let taken = block_on(exam.take_sealed(&host, *demo::call_key().id(), &sealed, &Secret::new(TEXT)));
        let expected = if keeps_its_duty { Ok(()) } else { Err(NeglectedDuty::OpenSealed) };
        assert_eq!(taken, expected, "{at}");
    }
}

/// If nobody signs or opens outside, every signature is refused.
#[test]
fn nothing_opens_by_default() {
    fn refused(signer: impl Signer) {
        let mut world = signing();
        let token = session(&mut world);
        let call = Call::get(CHECK).signed(&token, NOW, "n");
        let store = Mutex::new(world.host.clone());
        let host = host(&store, signer);
        let reply = block_on(world.api.serve(&call.request(), world.clock.moment(), &host));
        assert_eq!(Answer::from(&reply).parts(), invalid());
    }
    refused(NoSigner);
    refused(None::<Careless>);
}

/// The request and the host's answers are played again to the same bytes.
#[test]
fn a_signed_call_is_written_down_and_played_again() {
    let mut world = signing();
    let token = session(&mut world);
    for call in calls().into_iter().take(4) {
        let (answer, transcript) = world.record(&sign(&world, call, &token, "n"));
        assert_eq!(answer.status, 200);
        let json = transcript.to_json();
        assert!(json.expose().contains("OpenSealed"));
        let read = authflow::testkit::SecretTranscript::from_json(json.expose()).unwrap();
        read.replay(&world.api).unwrap();
        world = signing();
        session(&mut world);
    }
}
