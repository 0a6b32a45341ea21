//! What signs with keys that are outside.

use crate::{
    host::asked,
    step::{SignBytes, SignatureCheck, VerifyBytes},
};
use alloc::vec::Vec;
use core::{convert::Infallible, error::Error, future::Future};

/// What signs with keys that are outside, and verifies: an HSM, a key service. Asked only where id tokens are signed outside
/// ([`IdTokenSigning::Outside`](crate::token::IdTokenSigning::Outside)).
///
/// ```
/// use authflow::{parts::Signer, step::{SignBytes, SignatureCheck, VerifyBytes}};
/// # struct Hsm;
/// # #[derive(Debug, thiserror::Error)]
/// # #[error("no slot")]
/// # struct NoSlot;
///
/// impl Signer for Hsm {
///     type Error = NoSlot;
///
///     async fn sign_bytes(&self, ask: &SignBytes) -> Result<Option<Vec<u8>>, NoSlot> {
///         Ok(None) // there is no key of the id `ask.key_id`
///     }
///     async fn verify_bytes(&self, ask: &VerifyBytes) -> Result<SignatureCheck, NoSlot> {
///         Ok(SignatureCheck::Invalid)
///     }
/// }
/// ```
pub trait Signer: Sync {
    /// What goes wrong when the signer goes wrong.
    type Error: Error + Send;

    asked! {
        /// See [`SignBytes`].
        sign_bytes(SignBytes) -> Option<Vec<u8>>;
        /// See [`VerifyBytes`].
        verify_bytes(VerifyBytes) -> SignatureCheck;
    }
}

/// There is no key outside: nothing is signed, and no signature is good.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSigner;

impl Signer for NoSigner {
    type Error = Infallible;

    async fn sign_bytes(&self, _: &SignBytes) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(None)
    }

    async fn verify_bytes(&self, _: &VerifyBytes) -> Result<SignatureCheck, Infallible> {
        Ok(SignatureCheck::Invalid)
    }
}

/// There is no key where there is no signer.
impl<G: Signer> Signer for Option<G> {
    type Error = G::Error;

    async fn sign_bytes(&self, ask: &SignBytes) -> Result<Option<Vec<u8>>, G::Error> {
        match self {
            Some(signer) => signer.sign_bytes(ask).await,
            None => Ok(None),
        }
    }

    async fn verify_bytes(&self, ask: &VerifyBytes) -> Result<SignatureCheck, G::Error> {
        match self {
            Some(signer) => signer.verify_bytes(ask).await,
            None => Ok(SignatureCheck::Invalid),
        }
    }
}
