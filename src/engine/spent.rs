//! What a step uses up, once and for all.

use crate::{
    Timestamp, TokenId,
    code::StoredCode,
    contact::Channel,
    factor::Factor,
    step::Claim,
    token::{StateClaims, TicketClaims},
};

/// A claim outlives what it is of by this much, for databases whose clocks are fast.
const CLAIM_GRACE_SECONDS: u64 = 300;

/// What a step uses up: its use is a claim in the step's commit.
#[derive(Clone, Copy)]
pub(super) struct Spent {
    pub(super) what: Spendable,
    id: TokenId,
    expires_at: Timestamp,
}

/// The kinds of thing that are used once.
#[derive(Clone, Copy)]
pub(super) enum Spendable {
    StateToken,
    Code(Factor),
    Ticket,
}

impl Spent {
    pub(super) fn state_token(claims: &StateClaims) -> Self {
        Self { what: Spendable::StateToken, id: claims.id, expires_at: claims.expires_at }
    }

    pub(super) fn code(stored: &StoredCode, channel: Channel) -> Self {
        let what = Spendable::Code(Factor::of_channel(channel));
        Self { what, id: stored.digest.claim_id(), expires_at: stored.expires_at }
    }

    pub(super) fn ticket(claims: &TicketClaims) -> Self {
        Self { what: Spendable::Ticket, id: claims.id, expires_at: claims.expires_at }
    }

    pub(super) fn id(&self) -> &TokenId {
        &self.id
    }

    /// Its use, which is never answered again.
    pub(super) fn claim(&self) -> Claim {
        let keep_until = self.expires_at.plus_seconds(CLAIM_GRACE_SECONDS);
        Claim { id: self.id, opens: None, keep_until }
    }
}
