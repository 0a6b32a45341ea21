#![doc = include_str!("../README.md")]

mod error;
mod hexadecimal;
pub mod key_ring;
pub mod private_file;
pub mod rotation;
pub mod sealing_keys;

pub use error::KeyFileError;
