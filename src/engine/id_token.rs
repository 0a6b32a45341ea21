//! Id tokens, signed and verified here or, where the keys are outside, by the host.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
};
use crate::{
    IdentityPlace,
    account::{Account, Subject},
    session::SessionRecord,
    step::{SignBytes, SignatureCheck, Step, VerifyBytes},
    token::{IdClaims, IdToken, IdTokenSigning, IdentityClaims, TokenError, TokenText, Untrusted},
};

/// Mints an id token for a session, and goes on with `then`.
pub(super) fn mint(
    admitted: Admitted,
    account: &Account,
    record: &SessionRecord,
    then: impl Then<Admitted, TokenText<IdToken>>,
) -> Step {
    let Admitted { context, application, audience } = &admitted;
    let now = context.moment.timestamp();
    let identity = match application.identity {
        IdentityPlace::TopLevel => IdentityClaims::TopLevel(account.profile.clone()),
        IdentityPlace::Api => IdentityClaims::Api(Subject::of(account)),
    };
    let claims = IdClaims {
        account: account.id,
        session: record.session,
        auth_time: record.auth_time,
        factors: record.factors,
        issued_at: now,
        expires_at: now.plus(application.policy.lifetimes.id_token()).min(record.expires_at),
        identity,
    };
    let core = &context.core;
    let unsigned = match &core.id_token_signing {
        IdTokenSigning::ApplicationKey => {
            let minted = core.ring.id_tokens(&core.issuer, audience).mint(&claims);
            return then(admitted, minted);
        }
        IdTokenSigning::Outside(keys) => keys.id_tokens(&core.ring, &core.issuer, audience).prepare(&claims),
    };
    let question = SignBytes { key_id: unsigned.key_id().as_str().into(), bytes: unsigned.bytes().into() };
    admitted.ask(question, |admitted, _, signature| {
        match signature.and_then(|signature| unsigned.signed(&signature)) {
            Some(minted) => then(admitted, minted),
            // The configuration names a key that the host does not have, or has another kind of.
            None => admitted.context.contradiction::<SignBytes>(),
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
