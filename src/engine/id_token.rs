//! Id tokens. They are signed and verified here, or by the host if the keys are outside.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    commit::InApplication,
    grant::SessionTerms,
};
use crate::{
    IdentityPlace,
    account::{Account, Subject},
    step::{SignBytes, SignatureCheck, Step, VerifyBytes},
    token::{IdClaims, IdToken, IdTokenSigning, IdentityClaims, TokenError, TokenText, Untrusted},
};

/// The content of a session's id token.
pub(super) fn claims(admitted: &Admitted, account: &Account, terms: SessionTerms) -> IdClaims {
    let (application, now) = (&admitted.application, admitted.now());
    let identity = match application.identity {
        IdentityPlace::TopLevel => IdentityClaims::TopLevel(account.profile.clone()),
        IdentityPlace::Flat => IdentityClaims::Flat(Subject::of(account)),
        IdentityPlace::Api => IdentityClaims::Api(Subject::of(account)),
    };
    IdClaims {
        account: account.id,
        session: terms.session,
        auth_time: terms.auth_time,
        factors: terms.factors,
        issued_at: now,
        expires_at: now.plus(application.policy.lifetimes.id_token()).min(terms.expires_at),
        identity,
    }
}

/// Mints the id token that says `claims`, and goes on with `then`.
pub(super) fn mint<T: InApplication>(
    mut carried: T,
    claims: &IdClaims,
    then: impl Then<T, TokenText<IdToken>>,
) -> Step {
    let Admitted { context, audience, .. } = carried.admitted();
    let core = &context.core;
    let unsigned = match &core.id_token_signing {
        IdTokenSigning::ApplicationKey => {
            let minted = core.ring.id_tokens(&core.issuer, audience).mint(claims);
            return then(carried, minted);
        }
        IdTokenSigning::Outside(keys) => keys.id_tokens(&core.ring, &core.issuer, audience).prepare(claims),
    };
    let question = SignBytes { key_id: unsigned.key_id().as_str().into(), bytes: unsigned.bytes().into() };
    carried.ask(question, |carried, _, signature| {
        match signature.and_then(|signature| unsigned.signed(&signature)) {
            Some(minted) => then(carried, minted),
            // The configuration names a key that the host does not have, or that is of another kind there.
            None => carried.into_admitted().context.contradiction::<SignBytes>(),
        }
    })
}

/// Verifies an id token of this application, and goes on with `then`.
pub(super) fn verify(
    admitted: Admitted,
    presented: Untrusted<'_, IdToken>,
    then: impl Then<Admitted, Result<IdToken, TokenError>>,
) -> Step {
    let core = &admitted.context.core;
    let now = admitted.context.moment.timestamp();
    let opened = match &core.id_token_signing {
        IdTokenSigning::ApplicationKey => {
            let verified = core.ring.id_tokens(&core.issuer, &admitted.audience).verify(presented, now);
            return then(admitted, verified);
        }
        IdTokenSigning::Outside(keys) => {
            keys.id_tokens(&core.ring, &core.issuer, &admitted.audience).open(presented, now)
        }
    };
    let unverified = match opened {
        Ok(unverified) => unverified,
        Err(error) => return then(admitted, Err(error)),
    };
    let question = VerifyBytes {
        key_id: unverified.key_id().as_str().into(),
        bytes: unverified.bytes().into(),
        signature: unverified.signature().into(),
    };
    admitted.ask(question, move |admitted, _, check| {
        let core = &admitted.context.core;
        let accepted = match (check, &core.id_token_signing) {
            (SignatureCheck::Valid, IdTokenSigning::Outside(keys)) => {
                keys.id_tokens(&core.ring, &core.issuer, &admitted.audience).accept(unverified, now)
            }
            _ => Err(TokenError::Forged),
        };
        then(admitted, accepted)
    })
}
