//! The operations of an administrator on accounts: unlock, disable, enable or delete them, require a change of password, set a password, enrol
//! an authenticator, end sessions, and end links to social identities. The sweep deletes what has expired.
//!
//! No client starts these operations, and they need no token, so they are not steps of the engine. A store offers them in addition to the
//! questions that it answers. A console needs the store and no keys. Each operation is a value that carries what the library decides about it:
//! which slots, which revision, and when something has expired. Its documentation says what to do in SQL.
//!
//! ```
//! use authflow::{administration::{Administered, SetStatus, Unlock}, testkit::{Call, World}};
//!
//! let mut world = World::new();
//! let session = world.login("alice");
//! let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
//!
//! // A call to the help desk: she has guessed too often.
//! for _ in 0..5 {
//!     world.send(&Call::login("alice", "a guess"));
//! }
//! assert_eq!(world.host.unlock(&Unlock { tenant, account }), Administered::Done);
//! assert_eq!(world.login("alice").status, 200);
//!
//! // She leaves. Every session of hers is over by the revision.
//! assert_eq!(world.host.set_status(&SetStatus::disable(tenant, account)), Administered::Done);
//! assert_ne!(world.check_exist(session.id_token()).status, 200);
//! ```
//!
//! | operation | changes the revision | what it leaves |
//! |---|---|---|
//! | [`Unlock`] | no | the records of guesses, which are cleared and keep their receipts |
//! | [`SetStatus`] | yes | sessions and pending logins, ended by the new revision |
//! | [`RequireChange`] | yes | likewise |
//! | [`SetPassword`] | yes | likewise |
//! | [`EnrolAuthenticator`] | yes | likewise |
//! | [`EndSessions`](crate::session::EndSessions), in an [`EndSessionsOf`] | no | the rows of the sessions, ended |
//! | [`EndLinks`](crate::social::EndLinks), in an [`EndLinksOf`] | yes | the links to other providers, if it names one provider |
//! | [`DeletePerson`] | – | nothing |
//! | [`Sweep`] | no | what any clock may still need |

mod delete_person;
mod end_links_of;
mod end_sessions_of;
mod enrol_authenticator;
mod require_change;
mod set_password;
mod set_status;
mod sweep;
mod unlock;

pub use delete_person::DeletePerson;
pub use end_links_of::EndLinksOf;
pub use end_sessions_of::EndSessionsOf;
pub use enrol_authenticator::EnrolAuthenticator;
pub use require_change::RequireChange;
pub use set_password::SetPassword;
pub use set_status::SetStatus;
pub use sweep::{Sweep, Swept};
pub use unlock::Unlock;

use core::future::Future;

/// Whether the operation found its account.
///
/// ```
/// use authflow::{
///     AccountId,
///     administration::{Administered, Unlock},
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let mut unlock = |id| {
///     let unlock = Unlock { tenant: Some(demo::tenant()), account: AccountId::new(id).unwrap() };
///     match world.host.unlock(&unlock) {
///         Administered::Done => format!("{id} is unlocked"),
///         Administered::Nobody => format!("there is no account {id} in this tenant"),
///     }
/// };
/// assert_eq!(unlock("id-alice"), "id-alice is unlocked");
/// assert_eq!(unlock("id-alcie"), "there is no account id-alcie in this tenant");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administered {
    /// The operation is done, durably, or had been done before.
    Done,
    /// There is no such account in this tenant. Nothing has changed.
    Nobody,
}

/// A store that an administrator can work with. Write the methods as `async fn`, each as one transaction.
///
/// No method has a default, because a store that cannot unlock accounts would keep people locked out. The futures are `Send`, as those of
/// [`Host`](crate::Host) are.
///
/// ```
/// use authflow::{
///     AccountId,
///     administration::{
///         Administer, Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator,
///         RequireChange, SetPassword, SetStatus, Sweep, Swept, Unlock,
///     },
/// };
///
/// /// Keeps nothing.
/// struct Empty;
///
/// impl Administer for Empty {
///     type Error = std::io::Error;
///
///     async fn unlock(&self, _: &Unlock) -> Result<Administered, Self::Error> {
///         Ok(Administered::Nobody)
///     }
///     async fn set_status(&self, _: &SetStatus) -> Result<Administered, Self::Error> {
///         Ok(Administered::Nobody)
///     }
///     async fn require_change(&self, _: &RequireChange) -> Result<Administered, Self::Error> {
///         Ok(Administered::Nobody)
///     }
///     async fn set_password(&self, _: &SetPassword) -> Result<Administered, Self::Error> {
///         Ok(Administered::Nobody)
///     }
///     async fn enrol_authenticator(
///         &self,
///         _: &EnrolAuthenticator,
///     ) -> Result<Administered, Self::Error> {
///         Ok(Administered::Nobody)
///     }
///     async fn end_sessions_of(&self, _: &EndSessionsOf) -> Result<Administered, Self::Error> {
///         Ok(Administered::Nobody)
///     }
///     async fn end_links_of(&self, _: &EndLinksOf) -> Result<Administered, Self::Error> {
///         Ok(Administered::Nobody)
///     }
///     async fn delete_person(&self, _: &DeletePerson) -> Result<Administered, Self::Error> {
///         Ok(Administered::Nobody)
///     }
///     async fn sweep(&self, _: &Sweep) -> Result<Swept, Self::Error> {
///         Ok(Swept::default())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "no administrator can work with `{Self}`",
    label = "it must implement `authflow::administration::Administer`",
    note = "`Parts` can where its store can"
)]
pub trait Administer: Sync {
    /// The error of the store.
    type Error: Send;

    /// See [`Unlock`].
    fn unlock(&self, ask: &Unlock) -> impl Future<Output = Result<Administered, Self::Error>> + Send;

    /// See [`SetStatus`].
    fn set_status(&self, ask: &SetStatus) -> impl Future<Output = Result<Administered, Self::Error>> + Send;

    /// See [`RequireChange`].
    fn require_change(
        &self,
        ask: &RequireChange,
    ) -> impl Future<Output = Result<Administered, Self::Error>> + Send;

    /// See [`SetPassword`].
    fn set_password(
        &self,
        ask: &SetPassword,
    ) -> impl Future<Output = Result<Administered, Self::Error>> + Send;

    /// See [`EnrolAuthenticator`].
    fn enrol_authenticator(
        &self,
        ask: &EnrolAuthenticator,
    ) -> impl Future<Output = Result<Administered, Self::Error>> + Send;

    /// See [`EndSessionsOf`].
    fn end_sessions_of(
        &self,
        ask: &EndSessionsOf,
    ) -> impl Future<Output = Result<Administered, Self::Error>> + Send;

    /// See [`EndLinksOf`].
    fn end_links_of(
        &self,
        ask: &EndLinksOf,
    ) -> impl Future<Output = Result<Administered, Self::Error>> + Send;

    /// See [`DeletePerson`].
    fn delete_person(
        &self,
        ask: &DeletePerson,
    ) -> impl Future<Output = Result<Administered, Self::Error>> + Send;

    /// See [`Sweep`].
    fn sweep(&self, ask: &Sweep) -> impl Future<Output = Result<Swept, Self::Error>> + Send;
}
