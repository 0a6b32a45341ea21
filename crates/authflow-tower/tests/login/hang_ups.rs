//! Clients that hang up, and more calls than there are places.

use crate::demo::{Demo, answer, request};
use authflow::testkit::{Call, demo};
use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::{task::yield_now, time::Instant};
use tower::{Layer as _, ServiceExt as _};

fn now<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

async fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if is_so() {
            return;
        }
        yield_now().await;
    }
    panic!("it never is");
}

/// Begins a call, and waits until its guess is reserved.
async fn reserved(demo: &Demo, call: &Call) -> impl Future<Output: Sized> + Unpin + use<> {
    let before = demo.asked("ReserveAttempt");
    let mut answer = demo.login.service().oneshot(request(call));
    assert!(now(&mut answer).is_pending());
    until(|| demo.asked("ReserveAttempt") > before).await;
    answer
}

#[tokio::test(start_paused = true)]
async fn a_wrong_guess_is_settled_when_its_client_has_hung_up() {
    let demo = Demo::with_gate();
    drop(reserved(&demo, &Call::login("alice", "Wrong-Horse-7")).await);
    assert_eq!(demo.asked("SettleAttempt"), 0);
    demo.gate.add_permits(1);
    until(|| demo.asked("SettleAttempt") == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_right_one_opens_its_session_all_the_same() {
    let demo = Demo::with_gate();
    drop(reserved(&demo, &Call::login("alice", demo::PASSWORD)).await);
    demo.gate.add_permits(1);
    until(|| demo.memory().sessions.len() == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_client_has_hung_up_keeps_its_place_until_it_ends() {
    let mut demo = Demo::with_gate();
    demo.login = demo.login.clone().with_most_calls(1);
    drop(reserved(&demo, &Call::login("alice", demo::PASSWORD)).await);

    let began = Instant::now();
    let shed = demo.signed_in("erin").await;
    assert_eq!((shed.status, shed.text("error_code")), (500, "IDAAS.TENANT.COM.0002"));
    assert_eq!(began.elapsed(), Duration::from_secs(5));
    assert_eq!(demo.asked("ReserveAttempt"), 1, "nothing is counted for who is shed");

    demo.gate.add_permits(2);
    assert_eq!(demo.signed_in("erin").await.status, 200);
    assert_eq!(demo.asked("ReserveAttempt"), 2);
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_while_it_waits_for_a_place_has_asked_nothing() {
    let mut demo = Demo::with_gate();
    demo.login = demo.login.clone().with_most_calls(1);
    let first = reserved(&demo, &Call::login("alice", demo::PASSWORD)).await;
    let mut second = demo.login.service().oneshot(request(&Call::login("erin", demo::PASSWORD)));
    assert!(now(&mut second).is_pending());
    drop(second);
    demo.gate.add_permits(2);
    first.await;
    for _ in 0..100 {
        yield_now().await;
    }
    assert_eq!(demo.asked("ReserveAttempt"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_services_and_layers_of_one_login_share_their_places() {
    let mut demo = Demo::with_gate();
    demo.login = demo.login.clone().with_most_calls(1);
    let first = reserved(&demo, &Call::login("alice", demo::PASSWORD)).await;
    let layered = demo.login.layer().layer(demo.login.service());
    let second = layered.oneshot(request(&Call::login("erin", demo::PASSWORD))).await.unwrap();
    assert_eq!((answer(second).await.status, demo.asked("ReserveAttempt")), (500, 1));
    drop(first);
}

#[tokio::test(start_paused = true)]
async fn who_is_told_that_the_system_is_busy_after_a_guess_was_reserved_has_it_settled() {
    let demo = Demo::with_gate();
    let busy = demo.send(&Call::login("alice", "Wrong-Horse-7")).await;
    assert_eq!((busy.status, demo.asked("ReserveAttempt"), demo.asked("SettleAttempt")), (500, 1, 0));
    demo.gate.add_permits(1);
    until(|| demo.asked("SettleAttempt") == 1).await;
}
