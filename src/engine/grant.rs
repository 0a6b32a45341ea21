//! The tokens of a session: every session token and id token that a client gets is made here.

use super::{admit::Admitted, ask::Then, id_token};
use crate::{account::Account, outcome::Grant, session::SessionRecord, step::Step, token::SessionClaims};

/// Makes the tokens of a session that the host has stored, and goes on with `then`.
pub(super) fn grant(
    admitted: Admitted,
    account: &Account,
    record: SessionRecord,
    then: impl Then<Admitted, Grant>,
) -> Step {
    let context = &admitted.context;
    let (ring, now) = (&context.core.ring, context.moment.timestamp());
    let SessionRecord { session, generation, auth_time, factors, expires_at, .. } = record;
    let session_token = ring.session_tokens().mint(&SessionClaims {
        session,
        generation,
        account: account.id,
        audience: admitted.audience,
        device: context.device_digest(),
        revision: account.revision,
        auth_time,
        factors,
        issued_at: now,
        expires_at,
    });
    let expires_in = expires_at.seconds_since(now);
    id_token::mint(admitted, account, &record, move |admitted, id_token| {
        then(admitted, Grant { session, session_token, expires_in, id_token })
    })
}
