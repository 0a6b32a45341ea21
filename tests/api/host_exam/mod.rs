//! The exam for hosts. A host that keeps its duties passes it, and a host that neglects one fails by that one.

mod administering;
mod at_once;
mod careless;
mod columns;
mod store;

use authflow::{
    ClientId,
    account::Account,
    contact::Mobile,
    factor::Factor,
    password::MustChange,
    step::{Commit, Question},
    testkit::{Clock, HostExam, HostFault, MemoryHost, NeglectedDuty, demo},
};
use careless::{Careless, Hosts, Way};
use columns::COLUMNS;
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

/// The accounts of the demo, and one that has all that an account can have.
fn host() -> MemoryHost {
    let mut host = MemoryHost::demo();
    let full = host.account("eve");
    demo::enrol(Factor::Totp, full);
    full.totp = full.totp.take().map(|totp| totp.with_last_used_step(Some(7)));
    full.factors_changed_at = demo::START.minus_seconds(demo::DAY);
    let password = full.password.as_mut().unwrap();
    (password.must_change, password.skips_used) = (Some(MustChange::Breached), 2);
    host.account("tom").mobile = Mobile::new(careless::TOMS).ok();
    host.account("dora").mobile = Mobile::new(careless::DORAS).ok();
    host
}

/// The exam of an account, as it is kept.
fn exam_of(name: &str, kept: &mut MemoryHost) -> HostExam {
    let (account, dora) = (kept.account(name).clone(), kept.account("dora").clone());
    HostExam::on(demo::audience(), account, dora, ClientId::new(demo::ORDINARY).unwrap())
}

fn examined(careless: Careless, name: &str) -> Result<(), NeglectedDuty> {
    let host = Hosts { inner: Mutex::new(host()), careless };
    let mut clock = Clock::at(demo::START);
    let exam = exam_of(name, &mut host.inner.lock().unwrap());
    block_on(exam.take(&host, clock.moment()))?;
    // The second exam is taken on what the first one left.
    clock.pass(1);
    let exam = exam_of(name, &mut host.inner.lock().unwrap());
    block_on(exam.take(&host, clock.moment()))
}

#[test]
fn a_careful_host_passes_as_often_as_it_is_examined() {
    for name in ["alice", "erin", "victor", "frank", "mona", "tom", "eve"] {
        assert_eq!(examined(Careless::Not, name), Ok(()), "{name}");
    }
}

/// Each column alone is forgotten, and the exam names that column.
#[test]
fn each_column_that_is_not_read_is_named() {
    for column in COLUMNS {
        let Err(NeglectedDuty::ReadAccount { by, field, expected, found }) =
            examined(Careless::Forgets(column), "eve")
        else {
            panic!("{column}");
        };
        assert_eq!(field, column);
        assert_ne!(expected, found, "{column}");
        assert_eq!(by, "id", "{column}");
    }
}

/// Each way to find an account has its own statement, and so its own columns to forget.
#[test]
fn each_way_to_find_an_account_is_examined() {
    for (way, name) in [
        (Way::UserName, "user name"),
        (Way::Mobile, "mobile"),
        (Way::AnyMobile, "mobile as any identifier"),
        (Way::Email, "e-mail address"),
        (Way::AnyEmail, "e-mail address as any identifier"),
    ] {
        assert_eq!(examined(Careless::FindsNotBy(way), "eve"), Err(NeglectedDuty::FindAccountBy(name)));
        let Err(NeglectedDuty::ReadAccount { by, field, .. }) = examined(Careless::ForgetsBy(way), "eve")
        else {
            panic!("{name}");
        };
        assert_eq!((by, field), (name, "enrolled"));
    }
}

#[test]
fn what_is_read_wrongly_is_told_without_secrets() {
    let told = |careless, name| examined(careless, name).unwrap_err().to_string();
    let status = told(Careless::Forgets("status"), "eve");
    assert_eq!(status, "of an account that is found by its id, status must be disabled, not active");
    let enrolled = told(Careless::Forgets("enrolled"), "tom");
    assert_eq!(enrolled, "of an account that is found by its id, enrolled must be {Totp}, not {}");
    for (careless, found) in [
        (Careless::Forgets("totp.secret"), "none"),
        (Careless::ReadsAnother("totp.secret"), "another one"),
        (Careless::ReadsAnother("password.verifier"), "another one"),
    ] {
        let told = told(careless, "tom");
        assert!(
            told.ends_with(&format!("must be the one that was given to the exam, not {found}")),
            "{told}"
        );
        assert!(!told.contains("1234567890") && !told.contains(demo::PASSWORD), "{told}");
    }
}

/// Each write may lose a column that it should not touch.
#[test]
fn an_account_is_read_again_after_each_write_that_changes_it() {
    for (write, name) in [("UseTotpStep", "tom"), ("RecordSkip", "erin"), ("StorePassword", "alice")] {
        let Err(NeglectedDuty::ReadAccount { field, .. }) = examined(Careless::LosesTheProfile(write), name)
        else {
            panic!("{write}");
        };
        assert_eq!(field, "profile", "{write}");
    }
}

#[test]
fn an_exam_that_cannot_be_taken_says_so() {
    let mut host = MemoryHost::demo();
    let right = exam_of("alice", &mut host);
    let (alice, dora) = (right.expected.clone(), right.other_account.clone());
    let ordinary = ClientId::new(demo::ORDINARY).unwrap();
    let elsewhere = Account { tenant: None, ..dora.clone() };
    let bare = Account { password: None, ..alice.clone() };
    host.account("alice").password = None;
    let host = Mutex::new(host);
    for (account, other, application, told) in [
        (&dora, &dora, ordinary, "the account must be active"),
        (&alice, &alice, ordinary, "the other account must be locked or disabled"),
        (
            &alice,
            &Account { id: alice.id, ..dora.clone() },
            ordinary,
            "the other account must have another id",
        ),
        (&alice, &elsewhere, ordinary, "both accounts must be of the audience's tenant"),
        (&alice, &dora, demo::audience().client_id, "the other application must have another client id"),
        (&bare, &dora, ordinary, "the account must have a password"),
    ] {
        let exam = HostExam::on(demo::audience(), account.clone(), other.clone(), application);
        let taken = block_on(exam.take(&host, Clock::at(demo::START).moment()));
        assert_eq!(taken, Err(NeglectedDuty::UnfitExam(told)));
    }
}

const SHARED: &str = "have a contact and a user name that no account has";

#[test]
fn each_carelessness_is_found_for_what_it_is() {
    for (careless, neglected) in [
        (Careless::FindsAcrossTenants, NeglectedDuty::FindAccount),
        (Careless::ForgetsClaims, NeglectedDuty::ClaimOnce),
        (Careless::TrustsRowCounts, NeglectedDuty::ClaimOnce),
        (Careless::NoLookAtTheRevision, NeglectedDuty::CompareRevision),
        (Careless::KeepsWhatWasRefused, NeglectedDuty::RollBack),
        (Careless::ClaimsWhatWasRefused, NeglectedDuty::RollBack),
        (Careless::SkipsWithoutEnd, NeglectedDuty::CountSkips),
        (Careless::SkipsUncounted, NeglectedDuty::CountSkips),
        (Careless::StepsWithoutLook, NeglectedDuty::UseTotpStep),
        (Careless::LosesSessions, NeglectedDuty::KeepSession),
        (Careless::EndsNothing, NeglectedDuty::EndSession),
        (Careless::EndsTooMuch, NeglectedDuty::EndSession),
        (Careless::RotatesWithoutLook, NeglectedDuty::RotateSession),
        (Careless::RotatesUncounted, NeglectedDuty::RotateSession),
        (Careless::FindsNoSession, NeglectedDuty::FindSession),
        (Careless::FindsAnEndedSession, NeglectedDuty::FindSession),
        (Careless::FindsAnySession, NeglectedDuty::FindSession),
        (Careless::FindsWithoutGeneration, NeglectedDuty::FindSession),
        (Careless::FindsWithoutSight, NeglectedDuty::FindSession),
        (Careless::FindsWithoutUse, NeglectedDuty::FindSession),
        (Careless::NotesNoUse, NeglectedDuty::NoteUse),
        (Careless::NotesTheUseOfWhatIsOver, NeglectedDuty::NoteUse),
        (Careless::NotesTheUseOfAnotherDevice, NeglectedDuty::NoteUse),
        (Careless::NotesTheUseOfAnotherApplication, NeglectedDuty::NoteUse),
        (Careless::NotesTheUseOfAnotherGeneration, NeglectedDuty::NoteUse),
        (Careless::KeepsTheBinding, NeglectedDuty::BindAnew),
        (Careless::RotatesWithTheOldBinding, NeglectedDuty::BindAnew),
        (Careless::OneCodeForAll, NeglectedDuty::KeepCode),
        (Careless::KeepsTheOldCode, NeglectedDuty::KeepCode),
        (Careless::UsesCodesTwice, NeglectedDuty::UseCode),
        (Careless::FindsNobodyByIdentity, NeglectedDuty::FindIdentity),
        (Careless::FindsIdentitiesAcrossTenants, NeglectedDuty::FindIdentity),
        (Careless::LinksNothing, NeglectedDuty::FindIdentity),
        (Careless::LinksOver, NeglectedDuty::LinkOnce),
        (Careless::LinksOverByRefusing, NeglectedDuty::LinkOnce),
        (Careless::ListsNothing, NeglectedDuty::ListIdentities),
        (Careless::ListsEverybodys, NeglectedDuty::ListIdentities),
        (Careless::KeepsTheFirstProofs, NeglectedDuty::KeepLinkProofs),
        (Careless::KeepsTheLastProofs, NeglectedDuty::KeepLinkProofs),
        (Careless::EndsNoLinks, NeglectedDuty::EndLinks),
        (Careless::EndsEverybodysLinks, NeglectedDuty::EndLinks),
        (Careless::EndsAllLinksForOneProvider, NeglectedDuty::EndLinks),
        (Careless::UnlinksNothing, NeglectedDuty::UnlinkIdentity),
        (Careless::UnlinksAnybodys, NeglectedDuty::UnlinkIdentity),
        (Careless::UnlinksTheLast, NeglectedDuty::KeepLastWayIn),
        (Careless::UnlinkKeepsTheRevision, NeglectedDuty::UnlinkIdentity),
        (Careless::UsesUpWhatWasRefused, NeglectedDuty::UseCode),
        (Careless::SendsWithoutEnd, NeglectedDuty::KeepBudget),
        (Careless::SumsWithoutEnd, NeglectedDuty::KeepSum),
        (Careless::OneSumForAll, NeglectedDuty::KeepSum),
        (Careless::NoSumOfDecoys, NeglectedDuty::KeepSum),
        (Careless::CountsNothing, NeglectedDuty::CountGuesses),
        (Careless::ClearsNothing, NeglectedDuty::ClearGuesses),
        (Careless::SettlesNothing, NeglectedDuty::SettleGuess),
        (Careless::SettlingForgets, NeglectedDuty::SettleGuess),
        (Careless::GivesBackTheLatest, NeglectedDuty::SettleGuess),
        (Careless::ClearsMore, NeglectedDuty::ClearGuesses),
        (Careless::DeletesCounts, NeglectedDuty::KeepReceipts),
        (Careless::ClearsByItself, NeglectedDuty::RollBack),
        (Careless::EndsThoseOfOthers, NeglectedDuty::EndSession),
        (Careless::EndsThoseOfOneApplication, NeglectedDuty::EndSession),
        (Careless::RenewsNothing, NeglectedDuty::RenewSession),
        (Careless::RenewsTimeAlone, NeglectedDuty::RenewSession),
        (Careless::WritesWhatWasReplayed, NeglectedDuty::RollBack),
        (Careless::WritesWhatWasChanged, NeglectedDuty::RollBack),
        (Careless::KeepsTheRefusedPassword, NeglectedDuty::RollBack),
        (Careless::LooksAtTheRevisionFirst, NeglectedDuty::ClaimOnce),
        (Careless::NeedsAnAccount, NeglectedDuty::KeepCode),
        (Careless::TakesAnyPassword, NeglectedDuty::VerifyPassword),
        (Careless::NeedsAVerifier, NeglectedDuty::VerifyPassword),
        (Careless::NoLookAtTheStatus, NeglectedDuty::CompareStatus),
        (Careless::EndsOneOfAnybody, NeglectedDuty::EndSession),
        (Careless::OpensOver, NeglectedDuty::KeepSession),
        (Careless::OpensOverWhatHasEnded, NeglectedDuty::KeepSession),
        (Careless::KeepsWhatWasThere, NeglectedDuty::KeepSession),
        (Careless::RehashesNothing, NeglectedDuty::Rehash),
        (Careless::RehashCountsUp, NeglectedDuty::Rehash),
        (Careless::RehashEndsSessions, NeglectedDuty::Rehash),
        (Careless::RehashClearsSkips, NeglectedDuty::Rehash),
        (Careless::RehashIsANewPassword, NeglectedDuty::Rehash),
        (Careless::RehashStaysWhenRefused, NeglectedDuty::RollBack),
        (Careless::ResealsNothing, NeglectedDuty::Reseal),
        (Careless::ResealCountsUp, NeglectedDuty::Reseal),
        (Careless::ResealEndsSessions, NeglectedDuty::Reseal),
        (Careless::ResealForgetsTheStep, NeglectedDuty::Reseal),
        (Careless::ResealStaysWhenRefused, NeglectedDuty::RollBack),
        (Careless::NotesNoClaim, NeglectedDuty::NoteClaim),
        (Careless::FindsWhatHasEnded, NeglectedDuty::NoteClaim),
        (Careless::ReplaysWithoutNote, NeglectedDuty::NoteClaim),
        (Careless::NotesEveryClaim, NeglectedDuty::NoteClaim),
        (Careless::RotatesWithoutTime, NeglectedDuty::RotateSession),
        (Careless::SaysWhatWasBeforeTheRotation, NeglectedDuty::RotateSession),
        (Careless::OverlooksTheFirstSight, NeglectedDuty::NoteFirstSight),
        (Careless::SeesTheOldToken, NeglectedDuty::NoteFirstSight),
        (Careless::RenewsWithoutSight, NeglectedDuty::RenewSession),
        (Careless::AsksWithoutEnd, NeglectedDuty::KeepBudget),
        (Careless::ReplacesNothing, NeglectedDuty::ReplaceContact),
        (Careless::ReplacesUncounted, NeglectedDuty::ReplaceContact),
        (Careless::IsStillKnownByTheOld, NeglectedDuty::ReplaceContact),
        (Careless::GivesWhatIsTaken, NeglectedDuty::RefuseTaken),
        (Careless::ContactStaysWhenRefused, NeglectedDuty::RollBack),
        (Careless::MakesOverWhoIsThere, NeglectedDuty::CreateAccount("have an id that no account has")),
        (Careless::SharesContacts, NeglectedDuty::CreateAccount(SHARED)),
        (Careless::SharesUserNames, NeglectedDuty::CreateAccount(SHARED)),
        (
            Careless::OverlooksNationalNames,
            NeglectedDuty::CreateAccount("have a number that is nobody's user name, in whatever spelling"),
        ),
        (Careless::KeepsTheUnmade, NeglectedDuty::RollBack),
        (Careless::ClaimsNothingOfNobody, NeglectedDuty::ClaimCaptcha),
        (Careless::ClaimsOfNobodyWhatWasRefused, NeglectedDuty::ClaimCaptcha),
        (Careless::KeepsPictures, NeglectedDuty::JudgePicture),
        (Careless::TakesAnyPoint, NeglectedDuty::JudgePicture),
        (Careless::TakesAnyPicture, NeglectedDuty::JudgePicture),
    ] {
        // tom has an authenticator.
        assert_eq!(examined(careless, "tom"), Err(neglected), "{careless:?}");
    }
}

#[test]
fn a_new_password_with_something_of_the_old_one_is_found() {
    for (careless, name, kept) in [
        (Careless::KeepsTheRevision, "alice", "revision"),
        (Careless::CountsTwice, "alice", "revision"),
        (Careless::KeepsTheReason, "frank", "password.must_change"),
        (Careless::KeepsTheSkips, "erin", "password.skips_used"),
        (Careless::KeepsTheTime, "erin", "password.changed_at"),
        (Careless::KeepsTheForm, "erin", "password.form"),
    ] {
        let Err(NeglectedDuty::ReadAccount { field, .. }) = examined(careless, name) else {
            panic!("{careless:?}");
        };
        assert_eq!(field, kept, "{careless:?}");
    }
}

#[test]
fn what_is_not_examined_may_be_missing_and_what_is_not_answered_is_told() {
    let mut bare = MemoryHost::demo();
    bare.account("alice").password = None;
    let mut exam = exam_of("alice", &mut bare);
    let host = Mutex::new(bare);
    let mut clock = Clock::at(demo::START);
    let mut moment = || clock.moment();
    (exam.passwords, exam.sessions, exam.retries, exam.codes) = (false, false, false, false);
    exam.contacts = false;
    exam.identities = false;
    assert_eq!(block_on(exam.take(&host, moment())), Ok(()));
    host.lock().unwrap().fault = Some(HostFault::Unavailable(Commit::NAME));
    assert_eq!(block_on(exam.take(&host, moment())), Err(NeglectedDuty::Unanswered("Commit")));
}

/// A host whose policies give no references says so, and has every other duty.
#[test]
fn references_are_left_out_visibly() {
    for (references, taken) in [(true, Err(NeglectedDuty::FindSession)), (false, Ok(()))] {
        let host = Hosts { inner: Mutex::new(host()), careless: Careless::FindsNoSession };
        let mut exam = exam_of("alice", &mut host.inner.lock().unwrap());
        exam.references = references;
        assert_eq!(block_on(exam.take(&host, Clock::at(demo::START).moment())), taken);
    }
}

/// A host with only one application says so. The exam then cannot check the sessions of another application.
#[test]
fn another_application_is_left_out_visibly() {
    let careless = Careless::EndsThoseOfOneApplication;
    let host = Hosts { inner: Mutex::new(host()), careless };
    let mut exam = exam_of("alice", &mut host.inner.lock().unwrap());
    exam.other_application = None;
    assert_eq!(block_on(exam.take(&host, Clock::at(demo::START).moment())), Ok(()));
}

#[test]
fn an_account_that_is_not_made_as_it_says_is_found() {
    for (careless, wrong) in
        [(Careless::MakesAnotherRevision, "revision"), (Careless::MakesWithoutPassword, "password.verifier")]
    {
        let Err(NeglectedDuty::ReadAccount { field, .. }) = examined(careless, "tom") else {
            panic!("{careless:?}");
        };
        assert_eq!(field, wrong);
    }
}
