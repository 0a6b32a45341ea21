//! The exam for hosts: passed by one that keeps its duties, and failed for each that it neglects.

mod at_once;
mod careless;

use authflow::{
    ClientId,
    step::{Commit, Question},
    testkit::{Clock, HostExam, HostFault, MemoryHost, NeglectedDuty, demo},
};
use careless::{Careless, Hosts};
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

/// The exam of an account, with everything that it can see.
fn exam_of(name: &str) -> HostExam {
    let mut exam = HostExam::on(demo::audience(), demo::account(name).id);
    exam.other_account = Some(demo::account("dora").id);
    exam.other_application = ClientId::new(demo::ORDINARY).ok();
    exam
}

fn examined(careless: Careless, name: &str) -> Result<(), NeglectedDuty> {
    let host = Hosts { inner: Mutex::new(MemoryHost::demo()), careless };
    let exam = exam_of(name);
    let mut clock = Clock::at(demo::START);
    block_on(exam.take(&host, clock.moment()))?;
    // Once more, on what the first one left.
    clock.pass(1);
    block_on(exam.take(&host, clock.moment()))
}

#[test]
fn a_careful_host_passes_as_often_as_it_is_examined() {
    for name in ["alice", "erin", "victor", "frank", "mona", "tom", "eve"] {
        assert_eq!(examined(Careless::Not, name), Ok(()), "{name}");
    }
}

#[test]
fn each_carelessness_is_found_for_what_it_is() {
    for (careless, neglected) in [
        (Careless::FindsAcrossTenants, NeglectedDuty::FindAccount),
        (Careless::ForgetsClaims, NeglectedDuty::ClaimOnce),
        (Careless::NoLookAtTheRevision, NeglectedDuty::CompareRevision),
        (Careless::KeepsWhatWasRefused, NeglectedDuty::RollBack),
        (Careless::ClaimsWhatWasRefused, NeglectedDuty::RollBack),
        (Careless::SkipsWithoutEnd, NeglectedDuty::CountSkips),
        (Careless::SkipsUncounted, NeglectedDuty::CountSkips),
        (Careless::KeepsTheRevision, NeglectedDuty::StorePassword),
        (Careless::KeepsTheReason, NeglectedDuty::StorePassword),
        (Careless::StepsWithoutLook, NeglectedDuty::UseTotpStep),
        (Careless::LosesSessions, NeglectedDuty::KeepSession),
        (Careless::EndsNothing, NeglectedDuty::EndSession),
        (Careless::EndsTooMuch, NeglectedDuty::EndSession),
        (Careless::RotatesWithoutLook, NeglectedDuty::RotateSession),
        (Careless::RotatesUncounted, NeglectedDuty::RotateSession),
        (Careless::NotesNoUse, NeglectedDuty::NoteUse),
        (Careless::NotesTheUseOfWhatIsOver, NeglectedDuty::NoteUse),
        (Careless::OneCodeForAll, NeglectedDuty::KeepCode),
        (Careless::KeepsTheOldCode, NeglectedDuty::KeepCode),
        (Careless::SendsWithoutEnd, NeglectedDuty::KeepBudget),
        (Careless::CountsNothing, NeglectedDuty::CountGuesses),
        (Careless::ClearsNothing, NeglectedDuty::ClearGuesses),
        (Careless::EndsThoseOfOthers, NeglectedDuty::EndSession),
        (Careless::EndsThoseOfOneApplication, NeglectedDuty::EndSession),
        (Careless::RenewsNothing, NeglectedDuty::RenewSession),
        (Careless::WritesWhatWasReplayed, NeglectedDuty::RollBack),
        (Careless::WritesWhatWasChanged, NeglectedDuty::RollBack),
        (Careless::KeepsTheRefusedPassword, NeglectedDuty::RollBack),
        (Careless::LooksAtTheRevisionFirst, NeglectedDuty::ClaimOnce),
        (Careless::NeedsAnAccount, NeglectedDuty::KeepCode),
        (Careless::TakesAnyPassword, NeglectedDuty::VerifyPassword),
        (Careless::NeedsAVerifier, NeglectedDuty::VerifyPassword),
        (Careless::RehashesNothing, NeglectedDuty::Rehash),
        (Careless::RehashCountsUp, NeglectedDuty::Rehash),
        (Careless::RehashEndsSessions, NeglectedDuty::Rehash),
        (Careless::RehashClearsSkips, NeglectedDuty::Rehash),
        (Careless::RehashIsANewPassword, NeglectedDuty::Rehash),
        (Careless::RehashStaysWhenRefused, NeglectedDuty::RollBack),
    ] {
        // frank must change his password, tom has an authenticator.
        let name = if careless == Careless::KeepsTheReason { "frank" } else { "tom" };
        assert_eq!(examined(careless, name), Err(neglected), "{careless:?}");
    }
}

#[test]
fn what_is_not_examined_may_be_missing_and_what_is_not_answered_is_told() {
    let mut bare = MemoryHost::demo();
    bare.account("alice").password = None;
    let host = Mutex::new(bare);
    let mut exam = HostExam::on(demo::audience(), demo::account("alice").id);
    let mut clock = Clock::at(demo::START);
    let mut moment = || clock.moment();
    assert_eq!(block_on(exam.take(&host, moment())), Err(NeglectedDuty::CountSkips));
    host.lock().unwrap().claims.clear();
    (exam.passwords, exam.sessions, exam.codes) = (false, false, false);
    assert_eq!(block_on(exam.take(&host, moment())), Ok(()));
    host.lock().unwrap().fault = Some(HostFault::Unavailable(Commit::NAME));
    assert_eq!(block_on(exam.take(&host, moment())), Err(NeglectedDuty::Unanswered("Commit")));
}
