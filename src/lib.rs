#![doc = "wip"]
#![no_std]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod account;
mod factor;
mod id;
mod moment;
mod profile;
mod secret;
pub mod device;
mod application;
pub mod flow;
mod host;
pub mod outcome;
pub mod step;
pub mod policy;
pub mod token;

pub use account::*;
pub use factor::{Factor, FactorSet};
pub use id::*;
pub use moment::*;
pub use profile::{Profile, ProfileError};
pub use application::{Application, Tenancy};
pub use host::{Host, drive};
pub use outcome::Outcome;
pub use secret::Secret;
