//! The proof that a client has itself asked for the code that it brings.

use crate::Secret;
use core::fmt;

/// The proof that the client that brings a provider's code has itself asked for the code.
///
/// A code says whose it is, but not who brings it. Two attacks use that (RFC 9700 §4.5 and §4.7):
/// - **A code that was stolen** is brought by the thief, who is signed in as its owner.
/// - **The attacker's own code** is slipped to a victim's client. The victim is signed in as the attacker. Or, if the attacker's identity
///   is linked to no account, the victim proves their own account next, and links it to the attacker's identity for good.
///
/// So a code goes to the host with a proof that binds it to the client. An application takes a code without a proof only where its policy
/// [says so](crate::policy::Policy::allows_unbound_codes).
///
/// ```
/// use authflow::social::{CodeProof, CodeVerifier};
///
/// let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")?; // RFC 7636, appendix B
/// let proof = CodeProof::Verifier(verifier);
/// assert!(proof.binds() && !CodeProof::Nothing.binds());
/// # Ok::<(), authflow::social::InvalidVerifier>(())
/// ```
#[derive(Clone, Debug)]
pub enum CodeProof {
    /// There is no proof: the code comes alone. The family's wire carries no more, so each of its social calls brings this.
    Nothing,
    /// The `code_verifier` of PKCE, for a provider that takes one. The provider judges it (RFC 7636 §4.6).
    Verifier(CodeVerifier),
    /// The `state` that came back with the code (RFC 6749 §10.12). The host judges it: see [`ExchangeSocialCode`](super::ExchangeSocialCode).
    State(Secret),
}

impl CodeProof {
    /// Whether it binds the code to a client.
    pub const fn binds(&self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// The `code_verifier` of PKCE: 43 to 128 characters of `A-Z`, `a-z`, `0-9`, `-`, `.`, `_` and `~` (RFC 7636 §4.1).
///
/// ```
/// use authflow::social::CodeVerifier;
///
/// // What the client drew before it went to the provider, as it came with the code.
/// let sent = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636, appendix B
/// let verifier = CodeVerifier::new(sent)?;
/// // What the host sends along to the provider.
/// let form = format!("grant_type=authorization_code&code_verifier={}", verifier.expose());
/// assert!(form.ends_with(sent));
/// assert!(!format!("{verifier:?}").contains(sent), "it is not printed");
/// # Ok::<(), authflow::social::InvalidVerifier>(())
/// ```
#[derive(Clone)]
pub struct CodeVerifier(Secret);

impl CodeVerifier {
    /// # Errors
    /// When the text is shorter or longer, or has another character.
    pub fn new(text: &str) -> Result<Self, InvalidVerifier> {
        let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let is_verifier = (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved);
        if is_verifier { Ok(Self(Secret::new(text))) } else { Err(InvalidVerifier { bytes: text.len() }) }
    }

    /// The text, for the provider.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(…)")
    }
}

/// A text is no `code_verifier`.
///
/// ```
/// use authflow::social::CodeVerifier;
///
/// let refused = CodeVerifier::new("short").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "a code_verifier must be 43 to 128 characters of A-Z, a-z, 0-9, -, ., _ and ~, not 5 bytes"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code_verifier must be 43 to 128 characters of A-Z, a-z, 0-9, -, ., _ and ~, not {bytes} bytes")]
pub struct InvalidVerifier {
    bytes: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_verifier_has_the_length_and_characters_of_pkce() {
        for good in ["a".repeat(43), "~".repeat(128), "-._~".repeat(11)] {
            assert_eq!(CodeVerifier::new(&good).unwrap().expose(), good);
        }
        for wrong in [
            "a".repeat(42),
            "a".repeat(129),
            "=".repeat(43),
            format!("{} ", "a".repeat(43)),
            format!("{}é", "a".repeat(43)),
        ] {
            assert_eq!(CodeVerifier::new(&wrong).unwrap_err(), InvalidVerifier { bytes: wrong.len() });
        }
    }

    #[test]
    fn no_proof_is_printed() {
        let verifier = "v".repeat(43);
        let proofs = [
            CodeProof::Verifier(CodeVerifier::new(&verifier).unwrap()),
            CodeProof::State(Secret::new("state-text")),
        ];
        let printed = format!("{proofs:?}");
        assert!(!printed.contains(&verifier) && !printed.contains("state-text"), "{printed}");
    }
}
