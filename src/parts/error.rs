//! Which part went wrong.

/// Which part of [`Parts`](super::Parts) went wrong, and what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError<S, H, R, C, G> {
    /// The store.
    #[error("store: {0}")]
    Store(S),
    /// The hasher.
    #[error("hasher: {0}")]
    Hasher(H),
    /// The rules.
    #[error("rules: {0}")]
    Rules(R),
    /// The courier.
    #[error("courier: {0}")]
    Courier(C),
    /// The signer.
    #[error("signer: {0}")]
    Signer(G),
}
