//! The signer, which signs and opens with keys that are kept outside.

use crate::{
    Secret,
    host::{asked, refused},
    signed_call::OpenSealed,
    step::{SignBytes, SignatureCheck, VerifyBytes},
};
use alloc::vec::Vec;
use core::{
    convert::Infallible,
    error::Error,
    future::{Future, ready},
};

/// The part that signs, verifies and opens with keys that are kept outside, in an HSM or a key service. It is asked only where id tokens are signed
/// outside ([`IdTokenSigning::Outside`](crate::token::IdTokenSigning::Outside)), and where an application's calls are [signed](crate::signed_call).
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
///         Ok(None) // there is no key with the id `ask.key_id`
///     }
///     async fn verify_bytes(&self, ask: &VerifyBytes) -> Result<SignatureCheck, NoSlot> {
///         Ok(SignatureCheck::Invalid)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` signs nothing",
    label = "it must implement `authflow::parts::Signer`",
    note = "a host without keys outside says `NoSigner`"
)]
pub trait Signer: Sync {
    /// The signer's error.
    type Error: Error + Send;

    asked! {
        /// See [`SignBytes`].
        sign_bytes(SignBytes) -> Option<Vec<u8>>;
        /// See [`VerifyBytes`].
        verify_bytes(VerifyBytes) -> SignatureCheck;
    }
    refused! {
        /// See [`OpenSealed`]; asked only where an application has a key for it. Nothing opens by default.
        open_sealed(OpenSealed) -> Option<Secret> = None;
    }
}

/// A signer without a key. It signs and opens nothing, and no signature is good. The example of [the module](super) uses it.
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

/// `None` is a signer without a key.
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

    async fn open_sealed(&self, ask: &OpenSealed) -> Result<Option<Secret>, G::Error> {
        match self {
            Some(signer) => signer.open_sealed(ask).await,
            None => Ok(None),
        }
    }
}
