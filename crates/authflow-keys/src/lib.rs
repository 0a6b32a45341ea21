#![doc = include_str!("../README.md")]

mod hexadecimal;
pub mod key_ring;
pub mod private_file;
pub mod sealing_keys;
