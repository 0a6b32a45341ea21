//! Nobody gets past a guard but who has a session that is good there.

use crate::{
    bodies::Chunks,
    demo::{Demo, Stuck, answer, login, request, request_with},
};
use authflow::{
    ClientId, Host,
    account::AccountStatus,
    factor::Factor,
    sdk::Api,
    testkit::{Answer, Call, HostFault, World, demo},
};
use authflow_tower::{Login, Refusal, RequireSession, Session};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::time::Instant;
use tower::{Layer as _, ServiceExt as _, service_fn};

fn isv() -> ClientId {
    ClientId::new(demo::ISV).unwrap()
}

fn orders() -> Call {
    Call::get("/orders")
}

/// The status and `WWW-Authenticate` of a request, and whose it was where it went on.
struct Seen {
    status: u16,
    challenge: Option<String>,
    whose: Option<String>,
    answer: Answer,
}

async fn pass<H: Host + Send + Sync + 'static>(guard: &RequireSession<Api, H>, call: &Call) -> Seen {
    let whose = Mutex::new(None);
    let inner = service_fn(|request: Request<Full<Bytes>>| {
        let session = request.extensions().get::<Session>().unwrap();
        *whose.lock().unwrap() = session.subject.user_name.clone();
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
    });
    // A service that lives as long as the test is what a guard takes.
    let inner: tower::util::BoxCloneSyncService<_, _, _> = unsafe_free(inner);
    let response = guard.layer(inner).oneshot(request(call)).await.unwrap();
    let challenge = response.headers().get("www-authenticate").map(|it| it.to_str().unwrap().to_owned());
    let answer = answer(response).await;
    Seen { status: answer.status, challenge, whose: whose.into_inner().unwrap(), answer }
}
