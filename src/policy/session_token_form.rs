//! In which form an application's clients get their session tokens.

use serde::{Deserialize, Serialize};

/// In which form an application's clients get their session tokens: one that says whose session it is, or one that refers to the session
/// (RFC 6749 §1.4 has both). Either is taken wherever a session token is, whatever the policy says now: a session outlives a change of it.
///
/// ```
/// use authflow::policy::{Policy, SessionTokenForm};
///
/// let policy: Policy =
///     serde_json::from_str(r#"{ "session_token_form": "reference" }"#).unwrap();
/// assert_eq!(policy.session_token_form, SessionTokenForm::Reference);
/// assert_eq!(Policy::default().session_token_form, SessionTokenForm::SelfContained);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionTokenForm {
    /// Of up to 427 characters: it says whose it is, so that [middleware](crate::token::SessionVerifier) needs no database.
    #[default]
    SelfContained,
    /// Of exactly 125 characters, for clients that must seal it with a public key: RSA-2048 with OAEP leaves 134. The session's
    /// record says whose it is, so each call that takes it asks one question more, [`FindSession`](crate::session::FindSession). A host that does
    /// not answer that refuses every such token.
    Reference,
}
