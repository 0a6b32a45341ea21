//! The form in which an application's clients get their session tokens.

use serde::{Deserialize, Serialize};

/// The form in which an application's clients get their session tokens: one that says whose session it is, or one that refers to the
/// session (RFC 6749 §1.4 has both). Both are accepted wherever a session token is accepted, whatever the policy says now, because a session outlives
/// a change of the policy.
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
    /// A token of up to 427 characters. It says whose it is, so [middleware](crate::token::SessionVerifier) needs no database.
    #[default]
    SelfContained,
    /// A token of exactly 125 characters, for clients that must seal it with a public key. RSA-2048 with OAEP leaves room for 134. The session's
    /// record says whose it is, so each call that takes it asks one more question, [`FindSession`](crate::session::FindSession). A host that does not
    /// answer it refuses every such token.
    Reference,
}
