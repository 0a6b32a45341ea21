use super::*;
use crate::{
    SessionId,
    outcome::{Facts, Grant, Pending},
    token::TokenText,
};
use alloc::format;

/// The reply of a host that serialises the body itself.
fn serialised(body: &Body<'_>) -> String {
    serde_json::to_string(body).unwrap()
}

fn grant() -> Grant {
    Grant {
        session: SessionId::from_bytes([1; 16]),
        session_token: TokenText::new("LGTx-_".into()),
        expires_in: 43_200,
        id_token: TokenText::new("e30.e30.-_".into()),
    }
}

fn check(verdict: Verdict, expected: &str) {
    let outcome = Outcome { verdict, facts: Facts::default(), events: Vec::new() };
    let reply = super::reply(&outcome);
    assert_eq!(core::str::from_utf8(reply.body()).unwrap(), expected);
    assert_eq!(serialised(&Body::of(&outcome)), expected);
}

#[test]
fn a_body_is_the_same_from_here_and_from_the_hosts_own_serialiser() {
    check(
        Verdict::SignedIn(grant()),
        r#"{"status":"SUCCESS","session_token":"LGTx-_","id_token":"e30.e30.-_","expire":43200}"#,
    );
    check(
        Verdict::Refreshed(grant()),
        r#"{"session_token":"LGTx-_","expire":43200,"id_token":"e30.e30.-_"}"#,
    );
    check(Verdict::AccessDenied, r#"{"status":"ACCESS_DENIED"}"#);
    let rules = PasswordRules::default();
    let wait = Wait::PasswordExpiring { expires_in: 1, skips_left: 1, by: crate::factor::FactorSet::EMPTY };
    let pending = Pending { state_token: TokenText::new("e30.e30.x".into()), expires_in: 600, wait, rules };
    let data = format!(
        r#"{{\"minLength\":{},\"maxLength\":{},\"regEx\":\"{}\"}}"#,
        rules.min_length(),
        rules.max_length(),
        rules.pattern().replace('\\', r"\\\\")
    );
    check(
        Verdict::Pending(pending),
        &format!(r#"{{"status":"PASSWORD_WARN","state_token":"e30.e30.x","data":"{data}"}}"#),
    );
}
