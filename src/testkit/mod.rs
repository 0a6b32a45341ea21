//! A whole login in a unit test: a clock that the test advances, an in-memory host, the family's calls, attacks, and transcripts.
//!
//! ```
//! use authflow::{policy::Policy, testkit::{Attack, Scenario, demo}, token::Stage};
//!
//! // Your policy, fast-forwarded to a state.
//! let mut login = Scenario::new(demo::policy()).reach(Stage::PasswordExpiring).unwrap();
//! assert_eq!(login.answer().text("status"), "PASSWORD_WARN");
//!
//! // An attacker tries this with the tokens that the client holds now.
//! for attack in Attack::ALL {
//!     attack.mount(&login).unwrap();
//! }
//!
//! // The login goes on.
//! assert_eq!(login.skip().text("status"), "SUCCESS");
//! ```
//!
//! [`SecretTranscript`] writes down a request with its answers, and replays it to the same bytes. [`HostExam`] examines your host, and
//! [`StoreExam`] your store, on a database for tests.
//!
//! Nothing here belongs in a service. The keys and the entropy are public, and passwords are kept in the clear. A fault of the test itself panics, as
//! an assertion would. Examples are a member that is missing and an account that does not exist.

#![allow(clippy::panic, clippy::arithmetic_side_effects, reason = "this is for tests, which fail by a panic")]

mod administer;
mod answer;
mod attack;
mod call;
mod clock;
mod commit;
pub mod demo;
mod exam;
pub mod forge;
mod header_list;
mod host_fault;
mod link;
mod login;
mod memory_host;
mod plain_hasher;
mod ready;
mod scenario;
mod setup;
mod shared_host;
mod transcript;
mod world;

pub use answer::{Answer, invalid_state_token, refusal};
pub use attack::{Attack, Breach, Harm, Withstood};
pub use call::Call;
pub use clock::Clock;
pub use exam::{HostExam, NeglectedDuty, StoreExam};
pub use header_list::HeaderList;
pub use host_fault::{HostFault, Planned};
pub use link::Link;
pub use login::Login;
pub use memory_host::{MemoryHost, Message, Picture, stand_in_sealed, stand_in_signature};
pub use plain_hasher::PlainHasher;
pub use scenario::{Scenario, Unreachable};
pub use setup::Setup;
pub use transcript::{Diverged, InvalidTranscript, SecretTranscript};
pub use world::World;
