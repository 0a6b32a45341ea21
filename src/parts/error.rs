//! The error of a part.

/// The error of one of the [`Parts`](super::Parts): which part failed, and its own error.
///
/// ```
/// use authflow::parts::PartError;
/// use std::{convert::Infallible, io};
///
/// // What a host whose store is down says to its log.
/// let failure: PartError<io::Error, Infallible, Infallible, Infallible, Infallible> =
///     PartError::Store(io::Error::other("no connection"));
/// assert_eq!(failure.to_string(), "store: no connection");
/// assert!(
///     matches!(failure, PartError::Store(error) if error.kind() == io::ErrorKind::Other),
///     "which part, and its own error"
/// );
/// ```
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
