//! Text as it travels: base64url, numbers and JSON that are written, the characters that no text here may have, and the words of a database.

pub(crate) mod base64url;
pub(crate) mod control;
pub(crate) mod decimal;
pub(crate) mod json;
pub(crate) mod words;
