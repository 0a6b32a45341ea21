//! The tokens, signatures and codes that a step uses up for good.

use crate::{
    SessionId, Timestamp, TokenId,
    code::{Asked, StoredCode},
    contact::Channel,
    factor::Factor,
    moment::Skew,
    outcome::Fault,
    signed_call::Frame,
    step::{Claim, Write},
    token::{CaptchaClaims, LinkClaims, StateClaims, TicketClaims},
};

/// A claim outlives its token, signature or code by this much, for databases whose clocks are fast.
const CLAIM_GRACE_SECONDS: u64 = 300;

/// The use of a token, signature or code that has this id and lives until `expires_at`. Its answer is never given again.
fn claim(id: TokenId, expires_at: Timestamp) -> Claim {
    Claim { id, opens: None, keep_until: expires_at.plus_seconds(CLAIM_GRACE_SECONDS) }
}

/// A token that a step uses up: its use is a claim in the step's commit.
#[derive(Clone, Copy)]
pub(super) struct Spent {
    kind: Kind,
    id: TokenId,
    expires_at: Timestamp,
}

/// What is used up. A [`Fault`] is several times as large, and every login carries this.
#[derive(Clone, Copy)]
enum Kind {
    StateToken,
    LinkToken,
    Ticket,
    Signature,
    CaptchaToken,
}

impl Spent {
    pub(super) fn state_token(claims: &StateClaims) -> Self {
        Self { kind: Kind::StateToken, id: claims.id, expires_at: claims.expires_at }
    }

    pub(super) fn link_token(claims: &LinkClaims) -> Self {
        Self { kind: Kind::LinkToken, id: claims.id, expires_at: claims.expires_at }
    }

    pub(super) fn ticket(claims: &TicketClaims) -> Self {
        Self { kind: Kind::Ticket, id: claims.id, expires_at: claims.expires_at }
    }

    /// The signature of a call, which shows this session.
    pub(super) fn signature(frame: &Frame<'_>, session: &SessionId, skew: Skew) -> Self {
        Self { kind: Kind::Signature, id: frame.id(session), expires_at: frame.over_at(skew) }
    }

    pub(super) fn captcha_token(claims: &CaptchaClaims) -> Self {
        Self { kind: Kind::CaptchaToken, id: claims.id, expires_at: claims.expires_at }
    }

    pub(super) fn id(&self) -> &TokenId {
        &self.id
    }

    /// The fault if it was used before, or can no longer be used.
    pub(super) fn fault(&self) -> Fault {
        match self.kind {
            Kind::StateToken => Fault::StateTokenInvalid,
            Kind::LinkToken => Fault::LinkTokenInvalid,
            Kind::Ticket => Fault::TicketInvalid,
            Kind::Signature => Fault::SignatureInvalid,
            Kind::CaptchaToken => Fault::CaptchaTokenInvalid,
        }
    }

    /// Its use.
    pub(super) fn claim(&self) -> Claim {
        claim(self.id, self.expires_at)
    }
}

/// A code that was found right and that a step uses up: its use is a write of the step's commit, which may use up a token as well.
#[derive(Clone, Copy)]
pub(super) struct UsedCode {
    /// The factor that the code proves.
    pub(super) factor: Factor,
    /// The session in which the code was asked for, if that was kept.
    pub(super) asked: Option<Asked>,
    id: TokenId,
    expires_at: Timestamp,
}

impl UsedCode {
    pub(super) fn new(stored: &StoredCode, channel: Channel) -> Self {
        let factor = Factor::of_channel(channel);
        Self {
            factor,
            asked: stored.digest.asked(),
            id: stored.digest.claim_id(),
            expires_at: stored.expires_at,
        }
    }

    /// Its use.
    pub(super) fn write(&self) -> Write {
        Write::UseCode(claim(self.id, self.expires_at))
    }
}
