//! The exam for hosts: what it does not see. Findings 2 and 11.

use crate::slipping_host::{Slip, SlippingHost};
use authflow::{
    ClientId,
    testkit::{Clock, HostExam, MemoryHost, demo},
};
use std::{
    future::Future,
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
};

fn block_on<F: Future>(future: F) -> F::Output {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Whether the exam of an account passes this host, with everything that it can be told to look at.
fn passes(slip: Slip, name: &str) -> bool {
    let mut exam = HostExam::on(demo::audience(), demo::account(name).id);
    let other = if name == "dora" { "alice" } else { "dora" };
    exam.other_account = Some(demo::account(other).id);
    exam.other_application = ClientId::new(demo::ORDINARY).ok();
    taken(exam, slip)
}

fn taken(exam: HostExam, slip: Slip) -> bool {
    let mut inner = MemoryHost::demo();
    let now = demo::START;
    inner.account("eve").factors_changed_at = now.minus_seconds(demo::DAY);
    let host = SlippingHost { inner: Mutex::new(inner), slip };
    block_on(exam.take(&host, Clock::at(now).moment())).is_ok()
}

#[test]
fn finding_11_the_exam_sees_records_that_are_deleted() {
    assert!(
        !passes(Slip::DeletesTheRecord, "alice"),
        "finding 11: the exam passed a host that settles a guess by deleting the record"
    );
}

#[test]
fn finding_11_the_exam_sees_later_guesses_that_are_forgotten() {
    assert!(
        !passes(Slip::ForgetsLaterGuesses, "alice"),
        "finding 11: the exam passed a host where one right guess forgets later wrong ones"
    );
}

#[test]
fn finding_11_the_exam_sees_guesses_that_are_not_given_back() {
    assert!(
        !passes(Slip::GivesNothingBack, "alice"),
        "finding 11: the exam passed a host that gives no guess back"
    );
}

/// Each column alone. eve has all of them but two: tom has an authenticator, and frank must change his password.
#[test]
#[should_panic(expected = "finding 11: the exam passed hosts that forget a column")]
fn finding_11_the_exam_sees_every_column_of_an_account() {
    let unseen: Vec<_> = [
        (Slip::NoEnrolled, "eve"),
        (Slip::NoMobile, "eve"),
        (Slip::NoEmail, "eve"),
        (Slip::NoUserName, "eve"),
        (Slip::NoFactorsChangedAt, "eve"),
        (Slip::NoTotp, "tom"),
        (Slip::NoMustChange, "frank"),
    ]
    .into_iter()
    .filter(|(slip, name)| passes(*slip, name))
    .collect();
    assert!(unseen.is_empty(), "finding 11: the exam passed hosts that forget a column: {unseen:?}");
}

/// The two columns that switch the second factor off.
#[test]
#[should_panic(expected = "finding 2: the exam passed a host that switches second factors off")]
fn finding_02_the_exam_sees_that_second_factors_are_forgotten() {
    let is_seen = !passes(Slip::NoEnrolled, "tom") && !passes(Slip::NoTotp, "tom");
    assert!(is_seen, "finding 2: the exam passed a host that switches second factors off");
}

/// dora is disabled. A host that never looks takes her for active.
#[test]
#[should_panic(expected = "finding 11: the exam passed a host that never reads the status")]
fn finding_11_the_exam_sees_a_status_that_is_never_read() {
    let seen = ["alice", "dora"].into_iter().any(|name| !passes(Slip::NoStatus, name));
    assert!(seen, "finding 11: the exam passed a host that never reads the status");
}

#[test]
#[should_panic(expected = "finding 11: the exam passed a host that ends one session of somebody else")]
fn finding_11_the_exam_sees_that_one_session_of_another_account_is_ended() {
    assert!(
        !passes(Slip::EndsSessionsOfOthers, "alice"),
        "finding 11: the exam passed a host that ends one session of somebody else"
    );
}

/// As it is taken by whoever names one account and no more.
#[test]
#[should_panic(expected = "finding 11: by default the exam does not look at another application")]
fn finding_11_the_exam_looks_at_another_application_without_being_told() {
    let exam = HostExam::on(demo::audience(), demo::account("alice").id);
    assert!(!passes(Slip::EndsThoseOfOneApplication, "alice"), "told of one, it sees it");
    assert!(
        !taken(exam, Slip::EndsThoseOfOneApplication),
        "finding 11: by default the exam does not look at another application"
    );
}
