//! A login engine for servers. It takes a login from the password to the session: lockout, second factor, expiring passwords, recovery,
//! sign-out. It does no I/O: a host hands in a request, the time and some entropy, and gets one question or the finished reply.
//!
#![doc = include_str!("../docs/states.svg")]
//!
//! A whole login in a test, against an in-memory host (the feature `testkit`):
//!
//! ```
//! use authflow::testkit::World;
//!
//! let mut world = World::new();
//! // erin's password is about to expire. She skips the change, and is in.
//! let warned = world.login("erin");
//! assert_eq!(warned.text("status"), "PASSWORD_WARN");
//! let signed_in = world.skip(warned.text("state_token"));
//! assert_eq!(signed_in.text("status"), "SUCCESS");
//! ```
//!
//! # Where to begin
//!
//! | you want to | begin with |
//! |---|---|
//! | test a login | `testkit` |
//! | run one, from packages | [`parts::Parts`], and the crates `authflow-sqlite`, `authflow-postgres`, `authflow-argon2`, `authflow-tower` |
//! | run one on your own database | [`Host`], or [`parts::Store`] |
//! | answer each question by hand | [`step`] |
//! | see which questions an operation asks | [the table of operations](Engine#operations) |
//! | serve your own routes, with cookies or bearers | [`web::Web`] |
//! | speak the family `/api/v2/sdk` | [`sdk::Api`] |
//! | protect a route | [`Engine::authenticate`] |
//! | say what a login demands | [`policy::Policy`], [`flow::graph`] |
//!
//! The guide, the threat model and the duties of a host are in `docs/` of the repository.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `std` (default) | SIMD base64 on x86-64 and AArch64, found at run time |
//! | `unicode` (default) | one spelling of names and passwords beyond ASCII; without it, they are refused |
//! | `os` | `Moment::now()`: the clock and random numbers of the operating system |
//! | `http` | `http::HeaderMap` as a source of headers, `Request::from_http` |
//! | `blocklist` | `parts::Blocklist`: common passwords that nobody should set (NIST SP 800-63B-4 §3.1.1.2), 80 KB |
//! | `testkit` | for tests: a clock that you set, an in-memory host, any state of a login, attacks, transcripts, exams for hosts and stores |
//!
//! Without features the crate is `no_std` with `alloc`. It has no `unsafe`, and the lints forbid panics, clocks, files, sockets and threads. The
//! default features build for 32 bits and for WebAssembly too.
//!
//! Do not build with fat LTO and `target-cpu=native` together. The compiler then mixes the SHA-256 instructions with 256-bit registers. That can make
//! the hash under all tokens many times slower on Intel's performance cores. Either setting alone does no harm. `benches/builds` shows which builds
//! are slow.
//!
//! # The house
//!
//! Each concept has one room. Everything about a code, a guess or a password is together there, from its policy to the questions about it. A room
//! imports only rooms that are below it in this table.
//!
//! | room | what lives there |
//! |---|---|
//! | `testkit` | with the feature of that name: a whole login in a unit test |
//! | [`web`] | our own routes, `/v1/…`, for browsers and apps that do not speak the family |
//! | [`sdk`] | the wire: routes, bodies, codes and messages |
//! | [`facade`] | request and reply, which all façades share |
//! | [`parts`] | a host made of its parts: store, hasher, rules, courier, signer |
//! | [`Host`], [`drive`], [`drive_blocking`] | sugar for hosts |
//! | [`Engine`] | one configuration, and one entry point for every operation |
//! | [`step`] | the table of questions, and the questions that belong to no concept |
//! | [`outcome`] | verdict, facts and events |
//! | [`flow`] | what a login needs next, and who may set a password: pure functions, and their graph |
//! | [`Application`], [`policy`] | everything that an application demands |
//! | [`code`], [`guess`], [`session`] | codes that are sent, guesses that are counted, sessions that are kept |
//! | [`captcha`] | what is shown to tell people from robots |
//! | [`device`] | who is calling |
//! | [`token`] | the key ring and every kind of token |
//! | [`account`], [`password`], [`factor`], [`contact`] | the subject, and what proves who they are |
//! | [`sealing`] | secrets that a host keeps and cannot read |
//! | [`Moment`], [`Secret`] and the ids | the foundation |

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
pub mod captcha;
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
pub mod signed_call;
pub mod social;
pub mod spelling;
pub mod step;
#[cfg(feature = "testkit")]
pub mod testkit;
mod text;
pub mod token;
pub mod web;

pub use application::{Application, Dialect, IdentityPlace, Tenancy};
pub use engine::{
    Applications, CaptchaSolution, ChangeProof, CodeCredentials, CodeRequest, Config, ConfigError,
    ContactChange, ContactCodeRequest, Credentials, Engine, FactorResponse, LinkProof, MobilePasswordUpdate,
    MobileToken, NamedIdentity, NewcomerProof, OwnPasswordChange, OwnPasswordCodeChange, PasswordChange,
    PasswordReset, PresentedSession, PresentedToken, Registrant, SocialCode, TenantCaller, TenantClient,
};
pub use host::{Host, HostWaits, drive, drive_blocking};
pub use id::{AccountId, Audience, ClientId, InvalidDrawnId, InvalidId, SessionId, TenantId, TokenId};
#[cfg(feature = "os")]
pub use moment::OsEntropyUnavailable;
pub use moment::{Entropy, InvalidLifetime, InvalidTimestamp, Lifetime, Moment, Timestamp};
pub use secret::Secret;
pub use text::words::UnknownWord;

/// The examples of the README, which belongs to no module.
#[cfg(all(doctest, feature = "testkit"))]
#[doc = include_str!("../README.md")]
struct Readme;
