//! The store, which keeps accounts, counts, sessions and codes.

use crate::{
    account::{Account, FindAccount},
    code::{LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    host::{asked, refused},
    password::Verifier,
    session::{CheckSession, FindSession, SessionRecord},
    social::{LinkedIdentity, ListIdentities},
    step::{Commit, Committed, FindClaim},
};
use alloc::vec::Vec;
use core::{
    error::Error,
    future::{Future, ready},
};

/// The part that keeps accounts, counts, sessions and codes: a database. A store crate implements this and no more.
///
/// It never sees a password: its [`Commit`] has a [`Verifier`] in place of one. The four methods without a body are all that sign-in and
/// skip need. The others find nothing by default.
///
/// The exam of the test kit, `testkit::StoreExam`, says whether a store does its duties.
///
/// ```
/// use authflow::{
///     account::{Account, FindAccount},
///     guess::{Reservation, ReserveAttempt, SettleAttempt},
///     parts::Store,
///     password::Verifier,
///     step::{Commit, Committed, Write},
/// };
/// # struct Database;
/// # #[derive(Debug, thiserror::Error)]
/// # #[error("no connection")]
/// # struct DatabaseError;
///
/// impl Store for Database {
///     type Error = DatabaseError;
///
///     async fn find_account(
///         &self,
///         ask: &FindAccount,
///     ) -> Result<Option<Account>, DatabaseError> {
///         // SELECT * FROM accounts WHERE …
/// #       Ok(None)
///     }
///     async fn reserve_attempt(
///         &self,
///         ask: &ReserveAttempt,
///     ) -> Result<Reservation, DatabaseError> {
///         // In one transaction: read the record of ask.slot, put it through ask.reserve, store
///         // what comes out.
/// #       Ok(ask.reserve(None))
///     }
///     async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), DatabaseError> {
///         // The same with ask.settle.
/// #       Ok(())
///     }
///     async fn commit(&self, commit: &Commit<Verifier>) -> Result<Committed, DatabaseError> {
///         for write in &commit.writes {
///             if let Write::StorePassword { new_password, .. } = write {
///                 let verifier: &Verifier = new_password; // UPDATE accounts SET verifier = …
/// #               let _ = verifier;
///             }
///         }
/// #       Ok(Committed::Changed)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no store",
    label = "it must implement `authflow::parts::Store`",
    note = "a store has four methods at least; authflow-sqlite and authflow-postgres have one",
    note = "a `MemoryHost` of the test kit is one behind a `Mutex`"
)]
pub trait Store: Sync {
    /// The store's error.
    type Error: Error + Send;

    asked! {
        /// See [`FindAccount`].
        find_account(FindAccount) -> Option<Account>;
        /// See [`ReserveAttempt`]: one atomic read-modify-write with [`ReserveAttempt::reserve`].
        reserve_attempt(ReserveAttempt) -> Reservation;
        /// See [`SettleAttempt`]: one atomic read-modify-write with [`SettleAttempt::settle`].
        settle_attempt(SettleAttempt) -> ();
        /// See [`Commit`]: one transaction. Passwords have been hashed already.
        commit(Commit<Verifier>) -> Committed;
    }
    refused! {
        /// See [`FindSession`]; asked only about references to sessions. There is no session by default.
        find_session(FindSession) -> Option<SessionRecord> = None;
        /// See [`CheckSession`]. By default, every session counts as ended.
        check_session(CheckSession) -> Option<SessionRecord> = None;
        /// See [`FindClaim`]; asked only where a policy has a `retry_grace`. No claim has opened a session by default.
        find_claim(FindClaim) -> Option<SessionRecord> = None;
        /// See [`LoadCode`]. There is no code by default.
        load_code(LoadCode) -> Option<StoredCode> = None;
        /// See [`ListIdentities`]. There are no identities by default.
        list_identities(ListIdentities) -> Vec<LinkedIdentity> = Vec::new();
    }
}
