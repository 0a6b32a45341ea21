//! A sent code as the host keeps it.

use super::{CodeDigest, CodeKey};
use crate::Timestamp;

/// A sent code as the host keeps it: never the code, only its keyed digest.
///
/// ```
/// use authflow::{
///     code::{CodeDigest, StoredCode},
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// world.send(&Call::post(
///     "/api/v2/sdk/sms/send",
///     &json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" }),
/// ));
/// let stored = world.host.codes.values().next().unwrap();
///
/// // In a column of bytes and one of integers, and back.
/// let (digest, expires_at) = (stored.digest.to_bytes(), i64::from(stored.expires_at));
/// let read = StoredCode {
///     digest: CodeDigest::from_bytes(&digest)?,
///     expires_at: expires_at.try_into()?,
/// };
/// assert_eq!((read.digest.to_bytes(), read.expires_at), (digest, stored.expires_at));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StoredCode {
    /// The digest.
    pub digest: CodeDigest,
    /// The first second in which the code is no longer good.
    pub expires_at: Timestamp,
}

/// Which code was sent? The answer is `None` if no code is stored under the key.
///
/// In SQL: `SELECT digest, expires_at FROM codes WHERE key = :key`. Do not delete the row, because a wrong guess leaves the code good. The
/// library judges whether the code has expired and whether it is the one that was presented. [`UseCode`](crate::step::Write::UseCode) makes sure
/// that it counts once.
///
/// ```
/// use authflow::{
///     code::LoadCode,
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// world.send(&Call::post(
///     "/api/v2/sdk/sms/send",
///     &json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" }),
/// ));
/// let shows = json!({ "mobile": "+86-13800000001", "verify_code": world.code() });
/// let step = world.begin(&Call::post("/api/v2/sdk/login/mobile-verify-code", &shows));
/// let ask = world.until::<LoadCode>(step);
/// let stored = world.host.codes.get(&ask.key).cloned();
/// assert_eq!(world.finish(ask.answer(stored)).text("status"), "SUCCESS");
/// ```
///
/// **If you answer wrongly:** a code of another key matches nothing, because its digest is bound to its key. If you answer `None` for a code that
/// exists, its owner learns that the code is wrong, and a guess is counted. If you answer with an expired code, the library refuses it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadCode {
    /// The key under which the code was stored.
    pub key: CodeKey,
}
