//! The tokens of a session: every session token and id token that a client gets is made here.

use super::{admit::Admitted, ask::Then, id_token};
use crate::{
    account::Account,
    outcome::Grant,
    policy::SessionTokenForm,
    session::SessionRecord,
    step::Step,
    token::{ReferenceClaims, SessionClaims, SessionToken, TokenText},
};

/// Makes the tokens of a session that the host has stored, and goes on with `then`.
pub(super) fn grant(
    admitted: Admitted,
    account: &Account,
    record: SessionRecord,
    then: impl Then<Admitted, Grant>,
) -> Step {
    let (session, expires_at) = (record.session, record.expires_at);
    let session_token = session_token(&admitted, account, &record);
    let expires_in = expires_at.seconds_since(admitted.now());
    id_token::mint(admitted, account, &record, move |admitted, id_token| {
        then(admitted, Grant { session, session_token, expires_in, id_token })
    })
}

/// In the form that the policy has now.
fn session_token(admitted: &Admitted, account: &Account, record: &SessionRecord) -> TokenText<SessionToken> {
    let (context, audience) = (&admitted.context, admitted.audience);
    let (ring, device) = (&context.core.ring, context.device_digest());
    let SessionRecord { session, generation, auth_time, factors, expires_at, .. } = *record;
    match admitted.policy().session_token_form {
        SessionTokenForm::SelfContained => ring.session_tokens().mint(&SessionClaims {
            session,
            generation,
            account: account.id,
            audience,
            device,
            revision: account.revision,
            auth_time,
            factors,
            issued_at: admitted.now(),
            expires_at,
        }),
        SessionTokenForm::Reference => {
            let references = ring.session_references();
            let audience = references.digest(&audience);
            references.mint(&ReferenceClaims { session, generation, expires_at, audience, device })
        }
    }
}
