//! A signed call: its signature is opened, and the contents are judged. Every fault in it ends in one fault for the client.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    commit::{Writing, commit},
    spent::Spent,
};
use crate::{
    Secret,
    outcome::{Fault, TokenRefusal},
    signed_call::{Frame, OpenSealed},
    step::{Commit, Committed, Step},
    token::VerifiedSession,
};
use alloc::vec::Vec;

/// Opens a signature, and goes on with `then`, which gets the session token that is sealed in it.
pub(super) fn open(
    mut admitted: Admitted,
    sealed: Option<Vec<u8>>,
    then: impl Then<Admitted, VerifiedSession>,
) -> Step {
    admitted.context.is_signed = true;
    let Some(key) = &admitted.application.call_key else {
        return refuse(admitted, TokenRefusal::NotSigned);
    };
    let Some(sealed) = sealed.filter(|sealed| sealed.len() == key.sealed_bytes()) else {
        return refuse(admitted, TokenRefusal::NotOpened);
    };
    let question = OpenSealed { audience: admitted.audience, key: *key.id(), sealed };
    admitted.ask(question, |mut admitted, _, opened| match read(&admitted, opened) {
        Ok((token, used)) => {
            admitted.context.signature = Some(used);
            then(admitted, token)
        }
        Err(reason) => refuse(admitted, reason),
    })
}

fn read(admitted: &Admitted, opened: Option<Secret>) -> Result<(VerifiedSession, Spent), TokenRefusal> {
    let (ring, now) = (&admitted.context.core.ring, admitted.now());
    let opened = opened.ok_or(TokenRefusal::NotOpened)?;
    let frame = Frame::read(opened.expose()).ok_or(TokenRefusal::FrameMalformed)?;
    if !frame.is_fresh(now, ring.skew()) {
        return Err(TokenRefusal::OutsideWindow);
    }
    let token = VerifiedSession::verify(ring, frame.session_token(), now).map_err(TokenRefusal::Token)?;
    let used = Spent::signature(&frame, &token.session(), ring.skew());
    Ok((token, used))
}

fn refuse(admitted: Admitted, reason: TokenRefusal) -> Step {
    admitted.refuse_token(Fault::SignatureInvalid, None, reason)
}

/// A signature shows a session, and gets no session token.
pub(super) fn refuse_refresh(admitted: Admitted) -> Step {
    refuse(admitted, TokenRefusal::NotSigned)
}

impl Admitted {
    /// Uses up the signature of the call, if it is signed, and goes on with `then`. It is for an operation that must not happen twice and has no
    /// commit that is sure to claim the signature. The commit refuses a signature that was used before.
    pub(super) fn use_signature(self, then: impl FnOnce(Self) -> Step + Send + Sync + 'static) -> Step {
        if self.context.signature.is_none() {
            return then(self);
        }
        let account = self.context.outcome.facts.account;
        let writing = Writing { claim: None, account, expected: None, writes: Vec::new() };
        commit(self, writing, |admitted, _, committed| match committed {
            Committed::Done => then(admitted),
            // Nothing was expected, and nothing can be refused.
            _ => admitted.context.contradiction::<Commit>(),
        })
    }

    /// Goes on with `then` if the application takes calls that are not signed.
    pub(super) fn unsigned(self, then: impl FnOnce(Self) -> Step) -> Step {
        match self.application.call_key {
            Some(_) => refuse(self, TokenRefusal::NotSigned),
            None => then(self),
        }
    }
}
