//! The tokens of a session: every session token and id token that a client gets is made here.

use super::{admit::Admitted, ask::Then, commit::InApplication, id_token};
use crate::{
    SessionId, Timestamp,
    account::Account,
    factor::FactorSet,
    outcome::Grant,
    policy::SessionTokenForm,
    session::SessionRecord,
    step::Step,
    token::{IdClaims, ReferenceClaims, SessionClaims, SessionToken, TokenText},
};

/// The parts of a session's record that its tokens carry.
#[derive(Clone, Copy)]
pub(super) struct SessionTerms {
    pub(super) session: SessionId,
    pub(super) generation: u32,
    pub(super) auth_time: Timestamp,
    pub(super) factors: FactorSet,
    pub(super) expires_at: Timestamp,
}

impl SessionTerms {
    pub(super) fn of(record: &SessionRecord) -> Self {
        let SessionRecord { session, generation, auth_time, factors, expires_at, .. } = *record;
        Self { session, generation, auth_time, factors, expires_at }
    }
}

/// The tokens of a session that the host has stored, as far as the library makes them without the host.
pub(super) struct Tokens {
    session: SessionId,
    session_token: TokenText<SessionToken>,
    expires_in: u64,
    id_claims: IdClaims,
}

impl Tokens {
    pub(super) fn of(admitted: &Admitted, account: &Account, terms: SessionTerms) -> Self {
        Self {
            session: terms.session,
            session_token: session_token(admitted, account, terms),
            expires_in: terms.expires_at.seconds_since(admitted.now()),
            id_claims: id_token::claims(admitted, account, terms),
        }
    }

    /// Makes the id token, and goes on with `then`.
    pub(super) fn grant<T: InApplication>(self, carried: T, then: impl Then<T, Grant>) -> Step {
        let Self { session, session_token, expires_in, id_claims } = self;
        id_token::mint(carried, &id_claims, move |carried, id_token| {
            then(carried, Grant { session, session_token, expires_in, id_token })
        })
    }
}

/// The session token, in the form that the policy has now.
fn session_token(admitted: &Admitted, account: &Account, terms: SessionTerms) -> TokenText<SessionToken> {
    let (context, audience) = (&admitted.context, admitted.audience);
    let (ring, device) = (&context.core.ring, context.device_digest());
    let SessionTerms { session, generation, auth_time, factors, expires_at } = terms;
    // No other form fits into a seal.
    let must_be_sealed = admitted.application.call_key.is_some();
    let form =
        if must_be_sealed { SessionTokenForm::Reference } else { admitted.policy().session_token_form };
    match form {
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
