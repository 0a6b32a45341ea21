//! The parts that the fuzz targets share.
//!
//! No fuzzer guesses a tag, and the library signs nothing but real claims. So the targets sign themselves, to reach the
//! readers behind the tag. [`keys`] is a second maker of tokens, written from the documented derivation and without the
//! library's code. If the two disagree, a target stops.

pub mod bodies;
pub mod captcha;
pub mod cast;
pub mod code_kinds;
pub mod codes;
pub mod differential;
pub mod edit;
pub mod family;
pub mod form;
pub mod given;
pub mod headers;
pub mod heard;
pub mod host;
pub mod id;
pub mod json;
pub mod keys;
pub mod model;
pub mod point;
pub mod posting;
pub mod reference;
pub mod replies;
pub mod scenario;
pub mod session;
pub mod signed_call;
pub mod spelling;
pub mod state;
pub mod ticket;
pub mod tokens;
pub mod values;
pub mod web;
pub mod world;
