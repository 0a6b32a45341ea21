//! The missing parts of a refused request, in words, for a developer of a client who reads the log.

use authflow::outcome::{BodyFault, Event, Fault, MemberProblem, Outcome, TokenRefusal, Verdict};

/// Names the header or the member of the body that must be there. It quotes nothing of the request.
pub(crate) fn lacking(outcome: &Outcome) -> Vec<String> {
    let lacks = |event: &Event| match event {
        Event::HeadersRefused(faults) => faults.iter().map(ToString::to_string).collect(),
        Event::BodyRefused(fault) => of_body(fault).into_iter().collect(),
        Event::TokenRefused { reason: TokenRefusal::Token(_) | TokenRefusal::NotSigned, .. } => {
            token(&outcome.verdict).into_iter().collect()
        }
        _ => Vec::new(),
    };
    outcome.events.iter().flat_map(lacks).collect()
}

fn of_body(fault: &BodyFault) -> Option<String> {
    match fault {
        BodyFault::ContentType => Some("Content-Type must be application/json".to_owned()),
        BodyFault::FormContentType => {
            Some("Content-Type must be application/x-www-form-urlencoded".to_owned())
        }
        BodyFault::NotAnObject => Some("the body must be one JSON object".to_owned()),
        BodyFault::Member { name, problem: MemberProblem::Missing } => {
            Some(format!("the body lacks the member {name}"))
        }
        _ => None,
    }
}

/// A missing token is refused like one that is no token.
fn token(verdict: &Verdict) -> Option<String> {
    let Verdict::Refused(fault) = verdict else { return None };
    let told = match fault {
        Fault::IdTokenMissing => "Authorization is missing: it must be Bearer and the id token",
        Fault::IdTokenInvalid => "Authorization must be Bearer and the id token, and has none that is good",
        Fault::StateTokenInvalid => {
            "X-state-token must be the state token of a login, and is missing or none that is good"
        }
        Fault::SessionTokenInvalid => {
            "X-session-token must be a session token, and is missing or none that is good"
        }
        Fault::SignatureInvalid => "X-signature must be a signed call, and is missing or none that is good",
        _ => return None,
    };
    Some(told.to_owned())
}
