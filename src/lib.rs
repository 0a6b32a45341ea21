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
pub mod flow;
pub mod policy;
pub mod token;

pub use account::*;
pub use factor::{Factor, FactorSet};
pub use id::*;
pub use moment::*;
pub use profile::{Profile, ProfileError};
pub use secret::Secret;
