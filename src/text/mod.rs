//! Text as it travels: base64url, JSON that is written, and the characters that no text here may have.

pub(crate) mod base64url;
pub(crate) mod control;
pub(crate) mod json;
