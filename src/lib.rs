#![doc = include_str!("../README.md")]
//!
//! # The floors
//!
//! A module imports only what stands below it.
//!
//! | floor | what lives there |
//! |---|---|
//! | `testkit` | with the feature of that name: a whole login in a unit test |
//! | [`sdk`] | the wire: routes, bodies, codes and messages |
//! | [`Host`], [`drive`] | sugar for asynchronous hosts |
//! | [`engine`] | one file an operation |
//! | [`step`] | the questions |
//! | [`outcome`] | verdict, facts and events |
//! | [`flow`] | what a login needs next: one pure function, and its graph |
//! | [`policy`] | what an application demands |
//! | [`device`] | who is calling |
//! | [`token`] | the key ring and three kinds of token |
//! | [`Account`], [`Factor`], [`Moment`], [`Secret`] and the ids | the ground |

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

mod account;
mod application;
mod base64url;
mod code_purpose;
mod contact;
mod control;
pub mod device;
pub mod engine;
mod factor;
pub mod flow;
mod host;
mod id;
mod identifier;
mod json;
mod moment;
pub mod outcome;
pub mod policy;
mod profile;
pub mod sdk;
mod secret;
pub mod step;
mod subject;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod token;
mod totp;

pub use account::{Account, AccountStatus, MustChange, Password, Revision};
pub use application::{Application, Dialect, IdentityPlace, Tenancy};
pub use code_purpose::CodePurpose;
pub use contact::{Channel, EmailAddress, InvalidContact, Mobile, Recipient};
pub use engine::{
    Applications, ChangeProof, CodeCredentials, CodeRequest, Config, ConfigError, Credentials, Engine,
    FactorResponse, MobilePasswordUpdate, OwnPasswordChange, PasswordChange, PasswordReset, TenantCaller,
};
pub use factor::{Factor, FactorSet};
pub use host::{Host, drive};
pub use id::{AccountId, Audience, ClientId, InvalidDrawnId, InvalidId, Nonce, SessionId, TenantId, TokenId};
pub use identifier::{Identifier, InvalidUserName, UserName};
#[cfg(feature = "os")]
pub use moment::OsEntropyUnavailable;
pub use moment::{Entropy, InvalidLifetime, InvalidTimestamp, Lifetime, Moment, Timestamp};
pub use outcome::Outcome;
pub use profile::{Profile, ProfileError};
pub use secret::Secret;
pub use step::Step;
pub use subject::Subject;
pub use totp::{Totp, TotpAlgorithm, TotpError};
