//! The rows that are read and written, on either database.

pub(crate) type Id = [u8; 16];

/// A row of sessions.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) client_id: String,
    pub(crate) tenant: String,
    pub(crate) account: String,
    pub(crate) auth_time: i64,
    pub(crate) factors: String,
    pub(crate) generation: u32,
    pub(crate) used_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) revision: i64,
    pub(crate) device_kind: String,
    pub(crate) device_key: Option<String>,
    pub(crate) device_digest: Id,
}

/// The columns of an account that these calls look at. The other columns are read as well.
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) revision: i64,
    pub(crate) status: String,
    pub(crate) verifier: Option<String>,
    pub(crate) password_changed_at: Option<i64>,
    pub(crate) must_change: Option<String>,
    pub(crate) skips_used: u32,
    pub(crate) enrolled: String,
    pub(crate) factors_changed_at: i64,
    pub(crate) profile: String,
}

/// The rows that a skip writes.
pub(crate) struct Skip {
    pub(crate) claim: Id,
    pub(crate) keep_until: i64,
    pub(crate) budget: u32,
    pub(crate) session_id: Id,
    pub(crate) session: Session,
    pub(crate) now: i64,
}

/// A person whose password is about to expire, with a session.
pub(crate) struct Person {
    pub(crate) user_name: String,
    pub(crate) verifier: &'static str,
    pub(crate) password_changed_at: i64,
    pub(crate) profile: &'static str,
    pub(crate) session_id: Id,
    pub(crate) session: Session,
}
