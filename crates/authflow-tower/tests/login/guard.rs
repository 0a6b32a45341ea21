//! A guard lets a request pass only if its session is good at that route.

use crate::{
    bodies::Chunks,
    demo::{Demo, answer, request, request_with, stuck},
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

/// The answer, and the subject of the request if the guard let it pass.
struct Seen {
    answer: Answer,
    challenge: Option<String>,
    whose: Option<String>,
}

impl Seen {
    #[track_caller]
    fn is_refused(&self, status: u16) {
        assert_eq!((self.answer.status, &self.whose), (status, &None), "{:?}", self.answer);
    }

    #[track_caller]
    fn went_on(&self, user_name: &str) {
        assert_eq!((self.answer.status, self.whose.as_deref()), (200, Some(user_name)), "{:?}", self.answer);
    }
}

async fn pass<H: Host + Send + Sync + 'static>(guard: &RequireSession<Api, H>, call: &Call) -> Seen {
    let whose = Arc::<Mutex<Option<String>>>::default();
    let of_inner = Arc::clone(&whose);
    let inner = service_fn(move |request: Request<Full<Bytes>>| {
        let session = request.extensions().get::<Session>().unwrap();
        *of_inner.lock().unwrap() = session.subject.user_name.as_deref().map(Into::into);
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
    });
    let response = guard.layer(inner).oneshot(request(call)).await.unwrap();
    let challenge = response.headers().get("www-authenticate").map(|it| it.to_str().unwrap().to_owned());
    let whose = whose.lock().unwrap().clone();
    Seen { answer: answer(response).await, challenge, whose }
}

fn isv() -> ClientId {
    ClientId::new(demo::ISV).unwrap()
}

fn ordinary() -> ClientId {
    ClientId::new(demo::ORDINARY).unwrap()
}

fn orders() -> Call {
    Call::get("/orders")
}

#[tokio::test]
async fn a_session_goes_on_by_either_of_its_tokens() {
    let demo = Demo::new();
    let guard = demo.login.require_session(isv());
    let alice = demo.signed_in("alice").await;
    pass(&guard, &orders().bearing(alice.id_token())).await.went_on("alice");
    pass(&guard, &orders().in_session(alice.session_token())).await.went_on("alice");
}

#[tokio::test]
async fn whatever_is_no_session_is_refused_alike() {
    let demo = Demo::new();
    let guard = demo.login.require_session(isv());
    let alice = demo.signed_in("alice").await;
    let warned = demo.signed_in("erin").await;
    let (id, session) = (alice.id_token(), alice.session_token());
    let refused = [
        ("nothing", orders()),
        ("a state token", orders().pending(warned.state_token())),
        ("a state token as bearer", orders().bearing(warned.state_token())),
        ("tokens the wrong way round", orders().bearing(session)),
        ("tokens the other way round", orders().in_session(id)),
        ("both", orders().bearing(id).in_session(session)),
        ("another device", orders().bearing(id).with_fingerprint("another")),
        ("another device, in session", orders().in_session(session).with_fingerprint("another")),
        ("no device", orders().bearing(id).without_header("X-device-fingerprint")),
        ("another application", orders().bearing(id).with_header("X-client-id", demo::ORDINARY)),
        ("no application", orders().bearing(id).without_header("X-client-id")),
        ("another tenant", orders().bearing(id).with_header("X-tenant-id", "another")),
        ("another scheme", orders().with_header("Authorization", format!("Basic {id}"))),
        ("a token twice", {
            let call = orders().bearing(id);
            let headers = call.headers.clone().and("Authorization", format!("Bearer {id}"));
            Call { headers, ..call }
        }),
    ];
    let first = pass(&guard, &orders()).await;
    assert_eq!(first.challenge.as_deref(), Some("Bearer"));
    for (what, call) in refused {
        let seen = pass(&guard, &call).await;
        seen.is_refused(401);
        assert_eq!((&seen.answer, &seen.challenge), (&first.answer, &first.challenge), "{what}");
    }
}

#[tokio::test]
async fn a_session_that_is_over_is_refused() {
    let demo = Demo::new();
    let guard = demo.login.require_session(isv());
    let (alice, mona) = (demo.signed_in("alice").await, demo.signed_in("alice").await);
    assert_eq!(demo.send(&Call::sign_out(alice.session_token())).await.status, 200);
    pass(&guard, &orders().bearing(alice.id_token())).await.is_refused(401);
    pass(&guard, &orders().bearing(mona.id_token())).await.went_on("alice");
    let account = demo.memory().account("alice").clone();
    *demo.memory().account("alice") = authflow::account::Account {
        status: AccountStatus::Disabled,
        revision: account.revision.next(),
        ..account
    };
    pass(&guard, &orders().bearing(mona.id_token())).await.is_refused(401);
}

#[tokio::test]
async fn a_session_of_another_application_is_refused_unless_it_is_let_on_by_name() {
    let demo = Demo::new();
    let alice = demo.signed_in("alice").await;
    let call = orders().bearing(alice.id_token());
    let guard = demo.login.require_session(ordinary());
    pass(&guard, &call).await.is_refused(401);
    pass(&guard.or_of(isv()), &call).await.went_on("alice");
}

#[tokio::test]
async fn a_host_that_cannot_say_lets_nobody_on() {
    let demo = Demo::new();
    let guard = demo.login.require_session(isv());
    let alice = demo.signed_in("alice").await;
    for question in ["CheckSession", "FindAccount"] {
        for fault in [HostFault::Unavailable(question), HostFault::AnswerLost(question)] {
            demo.memory().fault = Some(fault);
            let seen = pass(&guard, &orders().bearing(alice.id_token())).await;
            seen.is_refused(503);
            assert_eq!(seen.challenge, None, "another sign-in would not help");
        }
    }
    demo.memory().fault = None;
    pass(&guard, &orders().bearing(alice.id_token())).await.went_on("alice");

    let host = Arc::clone(demo.login.host());
    let blind = Login::new(demo.login.facade().clone(), host, || Err("no entropy"));
    pass(&blind.require_session(isv()), &orders().bearing(alice.id_token())).await.is_refused(503);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_answer_lets_nobody_on_either() {
    let alice = Demo::new().signed_in("alice").await;
    let login = stuck();
    let began = Instant::now();
    pass(&login.require_session(isv()), &orders().bearing(alice.id_token())).await.is_refused(503);
    assert_eq!(began.elapsed().as_secs(), 20);
}

#[tokio::test]
async fn a_route_may_demand_a_sign_in_of_late() {
    let demo = Demo::new();
    let guard = demo.login.require_session(isv());
    let alice = demo.signed_in("alice").await;
    let call = orders().bearing(alice.id_token());
    pass(&guard.clone().recent(0), &call).await.is_refused(401);
    demo.clock.lock().unwrap().pass(299);
    pass(&guard.clone().recent(5), &call).await.went_on("alice");
    demo.clock.lock().unwrap().pass(1);
    let seen = pass(&guard.clone().recent(5), &call).await;
    seen.is_refused(401);
    assert_eq!(
        seen.challenge.as_deref(),
        Some(
            r#"Bearer error="insufficient_user_authentication", error_description="a sign-in within 5 minutes is required", max_age="300""#
        )
    );
    pass(&guard.clone().recent(5).recent(60), &call).await.is_refused(401);
    pass(&guard, &call).await.went_on("alice");
}

#[tokio::test]
async fn a_route_may_demand_factors() {
    let demo = Demo::new();
    let guard = demo.login.require_session(isv());
    let with_totp = guard.clone().with(Factor::Password).with(Factor::Totp);
    let alice = demo.signed_in("alice").await;
    let seen = pass(&with_totp, &orders().bearing(alice.id_token())).await;
    seen.is_refused(401);
    assert_eq!(
        seen.answer.text("detail"),
        "a sign-in with the factor totp is required",
        "{:?}",
        seen.challenge
    );

    let pending = demo.signed_in("tom").await;
    let code = World::new().totp("tom", 0);
    let tom = demo.send(&Call::prove_totp(pending.state_token(), &code)).await;
    pass(&with_totp, &orders().bearing(tom.id_token())).await.went_on("tom");
    pass(&with_totp.with(Factor::Sms), &orders().bearing(tom.id_token())).await.is_refused(401);
}

#[tokio::test]
async fn the_words_are_the_programs_and_let_nobody_on() {
    let demo = Demo::new();
    let guard = demo.login.require_session(isv()).in_words(|refusal| {
        assert_eq!(*refusal, Refusal::Unauthenticated);
        Response::new("come in".into())
    });
    let seen = pass(&guard, &orders()).await;
    assert_eq!((seen.answer.status, seen.answer.bytes, seen.whose), (200, b"come in".to_vec(), None));
}

#[tokio::test]
async fn a_refusal_is_a_problem_that_no_cache_keeps() {
    let demo = Demo::new();
    let inner = service_fn(|_: Request<Full<Bytes>>| async {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let response = demo.login.require_session(isv()).layer(inner).oneshot(request(&orders())).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let problem = serde_json::json!({
        "type": "about:blank", "title": "Unauthorized", "status": 401, "detail": "a session is required"
    });
    assert_eq!(answer(response).await.body, problem);
}

#[tokio::test]
async fn a_guard_reads_no_body() {
    let demo = Demo::new();
    let alice = demo.signed_in("alice").await;
    let call = Call::post("/upload", &7.into());
    for (call, status) in [(call.clone(), 401), (call.bearing(alice.id_token()), 200)] {
        let body = Chunks::new(vec![7; 100_000]);
        let (read, of_inner) = (Arc::clone(&body.read), Arc::new(AtomicUsize::new(usize::MAX)));
        let (at_inner, until_then) = (Arc::clone(&of_inner), Arc::clone(&read));
        let inner = service_fn(move |request: Request<Chunks>| {
            at_inner.store(until_then.load(Ordering::Relaxed), Ordering::Relaxed);
            async {
                Ok::<_, std::io::Error>(Response::new(Full::from(
                    request.into_body().collect().await?.to_bytes(),
                )))
            }
        });
        let guarded = demo.login.require_session(isv()).layer(inner);
        let response = guarded.oneshot(request_with(&call, body)).await.unwrap();
        assert_eq!(response.status(), status);
        match status {
            200 => assert_eq!(
                (of_inner.load(Ordering::Relaxed), answer(response).await.bytes.len()),
                (0, 100_000)
            ),
            _ => assert_eq!(read.load(Ordering::Relaxed), 0),
        }
    }
}
