//! The exam for hosts: the faults that it did not see, and those that it does not look for. Findings 2 and 11.

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

/// Whether this host passes the exam of an account, which looks at all that it can be given.
fn passes(slip: Slip, name: &str) -> bool {
    let mut inner = MemoryHost::demo();
    let now = demo::START;
    inner.account("eve").factors_changed_at = now.minus_seconds(demo::DAY);
    let (account, dora) = (inner.account(name).clone(), inner.account("dora").clone());
    let exam = HostExam::on(demo::audience(), account, dora, ClientId::new(demo::ORDINARY).unwrap());
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

/// Each column alone. eve has all of them but two. So tom is asked for an authenticator, and frank for a
/// password that must be changed.
#[test]
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
fn finding_02_the_exam_sees_that_second_factors_are_forgotten() {
    let is_seen = !passes(Slip::NoEnrolled, "tom") && !passes(Slip::NoTotp, "tom");
    assert!(is_seen, "finding 2: the exam passed a host that switches second factors off");
}

/// dora is disabled. A host that never looks takes her for active.
#[test]
fn finding_11_the_exam_sees_a_status_that_is_never_read() {
    assert!(passes(Slip::Nowhere, "alice"), "dora is disabled, and a host that looks passes");
    let seen = !passes(Slip::NoStatus, "alice");
    assert!(seen, "finding 11: the exam passed a host that never reads the status");
}

#[test]
fn finding_11_the_exam_sees_that_one_session_of_another_account_is_ended() {
    assert!(
        !passes(Slip::EndsSessionsOfOthers, "alice"),
        "finding 11: the exam passed a host that ends one session of somebody else"
    );
}

/// An exam without another application does not compile. `passes` gives it the two accounts and the application.
#[test]
fn finding_11_the_exam_looks_at_another_application_without_being_told() {
    assert!(
        !passes(Slip::EndsThoseOfOneApplication, "alice"),
        "finding 11: by default the exam does not look at another application"
    );
}
