#![doc = include_str!("../README.md")]

mod accepted;
mod algorithm;
mod argon2id;
mod error;
mod hasher;
mod memory;
mod parameters;
mod stored;
mod work;

pub use argon2id::Argon2id;
pub use error::HasherError;
pub use hasher::{Argon2Hasher, HasherLoad};
pub use parameters::{InvalidParameters, ParameterSet};
