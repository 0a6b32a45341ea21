//! A record of the audit stream. `OPERATIONS.md` has the schema, and the meaning of each event.

use super::RequestId;
use authflow::{
    AccountId, ClientId, SessionId, TenantId,
    contact::Channel,
    factor::{Factor, FactorSet},
    outcome::{Event, Outcome},
    step::AccessPurpose,
};
use serde::Serialize;

/// The version of the schema. It goes up when a member is removed or changes its meaning. A new member leaves it.
const VERSION: u32 = 1;
/// An event as it is recorded. Members that an event does not have are left out.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    v: u32,
    at: String,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(flatten)]
    more: More<'a>,
}

/// The members that only some events have.
#[derive(Default, Serialize)]
struct More<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<Factor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factors: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<AccessPurpose>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skips_left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<&'static str>,
}

impl<'a> Record<'a> {
    pub(super) fn of(event: &'a Event, outcome: &Outcome) -> Self {
        let facts = &outcome.facts;
        let (client_id, tenant) = match event {
            Event::ApplicationUnknown { client_id, tenant } => (Some(*client_id), *tenant),
            _ => facts.audience.map_or((None, None), |audience| (Some(audience.client_id), audience.tenant)),
        };
        Self {
            v: VERSION,
            at: facts.at.to_string(),
            event: event.name(),
            request: RequestId::current().map(|id| id.to_string()),
            client_id,
            tenant,
            account: event.account(),
            session: event.session(),
            reason: event.reason(),
            more: More::of(event),
        }
    }

    pub(super) fn line(&self) -> Option<Vec<u8>> {
        let mut line = serde_json::to_vec(self).ok()?;
        line.push(b'\n');
        Some(line)
    }
}

impl<'a> More<'a> {
    fn of(event: &'a Event) -> Self {
        let none = Self::default();
        match event {
            Event::ProofRefused { factor, .. } => Self { factor: Some(*factor), ..none },
            Event::SignedIn { factors, .. } => Self { factors: Some(amr(*factors)), ..none },
            Event::AccessDenied { about, .. } => Self { about: Some(*about), ..none },
            Event::LoginPending { stage, .. } => Self { stage: Some(stage.as_str()), ..none },
            Event::PasswordSkipped { skips_left, .. } => Self { skips_left: Some(*skips_left), ..none },
            Event::CodeSent { channel, purpose, .. } => {
                Self { channel: Some(*channel), purpose: Some(purpose.as_str()), ..none }
            }
            Event::ContactReplaced { channel, .. }
            | Event::ContactRefused { channel, .. }
            | Event::ContactTaken { channel, .. }
            | Event::Registered { channel, .. } => Self { channel: Some(*channel), ..none },
            Event::LinkPending { provider }
            | Event::IdentityNotLinked { provider }
            | Event::IdentityLinked { provider, .. }
            | Event::IdentityUnlinked { provider, .. }
            | Event::LinkTooWeak { provider, .. } => Self { provider: Some(provider.as_str()), ..none },
            Event::Unavailable { question } | Event::Contradiction { question } => {
                Self { question: Some(question), ..none }
            }
            _ => none,
        }
    }
}

fn amr(factors: FactorSet) -> Vec<&'static str> {
    factors.iter().map(Factor::as_str).collect()
}
