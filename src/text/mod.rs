//! Text as it travels: base64url, JSON that is written, the characters that no text here may have, and the words of a database.

pub(crate) mod base64url;
pub(crate) mod control;
pub(crate) mod fixed;
pub(crate) mod json;
pub(crate) mod words;
