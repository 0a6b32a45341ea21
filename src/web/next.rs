//! The calls that a client may make next, by name, so that it needs no knowledge of the flow.

use super::routes::{Endpoint, Route};
use crate::{
    contact::Channel,
    factor::Factor,
    flow::Action,
    outcome::{Facts, Fault, NotOurs, Outcome, Verdict},
};
use alloc::{vec, vec::Vec};
use serde::Serialize;

/// A call that a client may make.
#[derive(Serialize)]
pub(super) struct Link {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    /// The members that its body must have.
    takes: Vec<&'static str>,
    /// The members that its body may also have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    may_take: Vec<&'static str>,
}

impl From<&'static Route> for Link {
    fn from(route: &'static Route) -> Self {
        let members = |is_required: bool| {
            let wanted = route.body.iter().filter(move |member| member.is_required == is_required);
            wanted.map(|member| member.name).collect()
        };
        let Route { name, method, path, .. } = *route;
        Self { name, method, path, takes: members(true), may_take: members(false) }
    }
}

/// The calls that the client of a request may make next.
pub(super) fn links(outcome: &Outcome, asked: Option<Endpoint>) -> Vec<Link> {
    let endpoints = after(outcome, asked);
    endpoints.into_iter().filter_map(Endpoint::route).map(Link::from).collect()
}

fn after(outcome: &Outcome, asked: Option<Endpoint>) -> Vec<Endpoint> {
    match &outcome.verdict {
        Verdict::Pending(_) => outcome.verdict.allowed().flat_map(calls).collect(),
        Verdict::SignedIn(_) | Verdict::Refreshed(_) | Verdict::Authenticated(_) => signed_in(&outcome.facts),
        Verdict::Done => match asked {
            Some(sends @ Endpoint::SendCode(..)) => sends.taker().into_iter().chain([sends]).collect(),
            Some(Endpoint::ChangeOwnPassword | Endpoint::ReplaceContact(_)) => signed_in(&outcome.facts),
            _ => start(&outcome.facts),
        },
        Verdict::Refused(fault) => after_refusal(*fault, &outcome.facts, asked),
        Verdict::Busy => asked.into_iter().collect(),
        Verdict::NotOurs(NotOurs::Path | NotOurs::Method { .. }) => vec![Endpoint::Begin],
        _ => start(&outcome.facts),
    }
}

/// The calls that the holder of a session may make, as the policy says.
fn signed_in(facts: &Facts) -> Vec<Endpoint> {
    let own = [Endpoint::WhoAmI, Endpoint::RefreshSession, Endpoint::ChangeOwnPassword, Endpoint::SignOut];
    let contacts = Channel::ALL.into_iter().filter(|channel| facts.replaces_contacts.contains(*channel));
    let contacts = contacts.map(Action::ReplaceContact).flat_map(calls);
    own.into_iter().chain(contacts).collect()
}

/// The calls that begin a sign-in under the policy. They are those that `flow::graph` allows at its start, for any account.
fn start(facts: &Facts) -> Vec<Endpoint> {
    let signs_in = facts.first_factors.iter().flat_map(|factor| match factor {
        Factor::Password => vec![Endpoint::SignIn],
        Factor::Sms => sent_and_taken(Endpoint::SignInByCode(Channel::Sms)),
        Factor::Email => sent_and_taken(Endpoint::SignInByCode(Channel::Email)),
        Factor::Totp | Factor::Federated => Vec::new(),
    });
    let resets = Channel::ALL.into_iter().filter(|channel| facts.recovery.contains(*channel));
    let resets = resets.map(Action::ResetPassword).flat_map(calls);
    let registers = Channel::ALL.into_iter().filter(|channel| facts.registration.contains(*channel));
    let registers = registers.map(Action::Register).flat_map(calls);
    let known: Vec<_> = signs_in.chain(resets).chain(registers).collect();
    if known.is_empty() { vec![Endpoint::Begin] } else { known }
}

/// The calls that carry out an action.
fn calls(action: Action) -> Vec<Endpoint> {
    match action {
        Action::SignIn => vec![Endpoint::Begin],
        Action::ProveFactor(Factor::Totp) => vec![Endpoint::ProveTotp],
        Action::ProveFactor(Factor::Sms) => sent_and_taken(Endpoint::ProveCode(Channel::Sms)),
        Action::ProveFactor(Factor::Email) => sent_and_taken(Endpoint::ProveCode(Channel::Email)),
        Action::SkipPassword => vec![Endpoint::SkipPassword],
        Action::ChangePassword(Factor::Password) => vec![Endpoint::ChangePassword],
        Action::ChangePassword(Factor::Sms) => sent_and_taken(Endpoint::ChangePasswordByCode(Channel::Sms)),
        Action::ChangePassword(Factor::Email) => {
            sent_and_taken(Endpoint::ChangePasswordByCode(Channel::Email))
        }
        Action::ResetPassword(channel) => sent_and_taken(Endpoint::ResetPassword(channel)),
        Action::Register(channel) => sent_and_taken(Endpoint::Register(channel)),
        Action::ChangeOwnPassword(Factor::Password) | Action::SetFirstPassword => {
            vec![Endpoint::ChangeOwnPassword]
        }
        Action::ReplaceContact(channel) => sent_and_taken(Endpoint::ReplaceContact(channel)),
        // A password cannot be a second factor. A one-time password cannot prove a change of password, and here no code changes the password of a
        // session. No call here links an identity.
        Action::ProveFactor(Factor::Password | Factor::Federated)
        | Action::ChangePassword(Factor::Totp | Factor::Federated)
        | Action::ChangeOwnPassword(Factor::Sms | Factor::Email | Factor::Totp | Factor::Federated)
        | Action::LinkIdentity(_) => Vec::new(),
    }
}

/// A call that takes a code, after the one that sends it.
fn sent_and_taken(takes: Endpoint) -> Vec<Endpoint> {
    takes.sender().into_iter().chain([takes]).collect()
}

/// The next calls after a refusal. If the refusal leaves the step open, this is the call itself, and the calls that the previous answer allowed are
/// still allowed. Otherwise these are the calls that begin a sign-in.
fn after_refusal(fault: Fault, facts: &Facts, asked: Option<Endpoint>) -> Vec<Endpoint> {
    match fault {
        Fault::StateTokenInvalid
        | Fault::SessionTokenInvalid
        | Fault::IdTokenMissing
        | Fault::IdTokenInvalid
        | Fault::UserUnknown
        | Fault::SignatureInvalid
        | Fault::SignInNotRecent
        | Fault::FactorUnproved(_)
        | Fault::CredentialsInvalid
        | Fault::SocialCodeInvalid
        | Fault::IdentityNotLinked
        | Fault::LinkTokenInvalid
        | Fault::MobileTokenInvalid
        | Fault::RegistrationRefused => start(facts),
        // The owner of the contact has an account, so they may want to sign in.
        Fault::ContactTaken if matches!(asked, Some(Endpoint::Register(_))) => start(facts),
        Fault::ApplicationUnknown | Fault::ClientIdMissing => Vec::new(),
        Fault::RequestMalformed(_)
        | Fault::DeviceIncomplete
        | Fault::TokensMisplaced
        | Fault::CrossSite
        | Fault::CodeNotSent
        | Fault::CodeNotYet { .. }
        | Fault::NoCaptcha
        | Fault::CaptchaFailed
        | Fault::CaptchaTokenInvalid
        | Fault::CaptchaTokenExpired
        | Fault::CodeInvalid(_)
        | Fault::OldPasswordInvalid
        | Fault::NewPasswordRefused(_)
        | Fault::ProfileRefused(_)
        | Fault::ContactTaken
        | Fault::TenantCredentialInvalid
        | Fault::TicketInvalid
        | Fault::IdentityUnknown
        | Fault::LastWayIn
        | Fault::NoCallKey => asked.into_iter().flat_map(sent_and_taken).collect(),
    }
}
