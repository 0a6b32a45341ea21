#![doc = "wip"]
#![no_std]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod account;
mod application;
pub mod device;
pub mod engine;
mod factor;
pub mod flow;
mod host;
mod id;
mod moment;
pub mod outcome;
pub mod policy;
mod profile;
pub mod sdk;
mod secret;
pub mod step;
pub mod token;

pub use account::*;
pub use application::{Application, Tenancy};
pub use engine::{Applications, Config, ConfigError, Credentials, Engine};
pub use factor::{Factor, FactorSet};
pub use host::{Host, drive};
pub use id::*;
pub use moment::*;
pub use outcome::Outcome;
pub use profile::{Profile, ProfileError};
pub use secret::Secret;
pub use step::Step;
