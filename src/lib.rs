#![doc = include_str!("../README.md")]
//!
//! # The house
//!
//! One concept, one room: what a code, a guess or a password is stands together, from the policy that rules it to the question about it. A room
//! imports only rooms that stand below it here.
//!
//! | room | what lives there |
//! |---|---|
//! | `testkit` | with the feature of that name: a whole login in a unit test |
//! | [`web`] | routes of our own, `/v1/…`: for browsers and apps that do not speak the family |
//! | [`sdk`] | the wire: routes, bodies, codes and messages |
//! | [`facade`] | what a façade is: request and reply, whatever it spells |
//! | [`parts`] | a host made of its parts: store, hasher, rules, courier, signer |
//! | [`Host`], [`drive`], [`drive_blocking`] | sugar for hosts |
//! | [`Engine`] | one configuration, and one entry point for every operation |
//! | [`step`] | the table of questions, and those that belong to no concept |
//! | [`outcome`] | verdict, facts and events |
//! | [`flow`] | what a login needs next, and who may set a password: pure functions, and their graph |
//! | [`Application`], [`policy`] | what an application demands, in all |
//! | [`code`], [`guess`], [`session`] | codes that are sent, guesses that are counted, sessions that are kept |
//! | [`device`] | who is calling |
//! | [`token`] | the key ring and four kinds of token |
//! | [`account`], [`password`], [`factor`], [`contact`] | whom it is about, and what proves it |
//! | [`sealing`] | secrets that a host keeps and cannot read |
//! | [`Moment`], [`Secret`] and the ids | the ground |

#![no_std]
#![forbid(unsafe_code)]
// Nothing in the library may panic. Its tests may.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::dbg_macro,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod account;
pub mod administration;
mod application;
pub mod code;
pub mod contact;
pub mod device;
mod engine;
pub mod facade;
pub mod factor;
pub mod flow;
pub mod guess;
mod host;
mod id;
mod key;
mod mac;
mod moment;
pub mod outcome;
pub mod parts;
pub mod password;
pub mod policy;
pub mod sdk;
pub mod sealing;
mod secret;
pub mod session;
pub mod spelling;
pub mod step;
#[cfg(feature = "testkit")]
pub mod testkit;
mod text;
pub mod token;
pub mod web;

pub use application::{Application, Dialect, IdentityPlace, Tenancy};
pub use engine::{
    Applications, ChangeProof, CodeCredentials, CodeRequest, Config, ConfigError, Credentials, Engine,
    FactorResponse, MobilePasswordUpdate, OwnPasswordChange, PasswordChange, PasswordReset, PresentedToken,
    TenantCaller,
};
pub use host::{Host, HostWaits, drive, drive_blocking};
pub use id::{AccountId, Audience, ClientId, InvalidDrawnId, InvalidId, SessionId, TenantId, TokenId};
#[cfg(feature = "os")]
pub use moment::OsEntropyUnavailable;
pub use moment::{Entropy, InvalidLifetime, InvalidTimestamp, Lifetime, Moment, Timestamp};
pub use secret::Secret;
pub use text::words::UnknownWord;
