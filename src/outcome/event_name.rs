//! The name of an event, and the account and session that it concerns.

use super::Event;
use crate::{AccountId, SessionId};

macro_rules! names {
    ($($variant:ident => $name:literal,)*) => {
        impl Event {
            /// The names of all events.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The event's name. A name stays the same throughout one major version, so alerts may be built on it.
            ///
            /// ```
            /// use authflow::outcome::Event;
            ///
            /// assert_eq!(Event::CaptchaPassed.name(), "captcha_passed");
            /// assert!(Event::NAMES.contains(&"captcha_passed"));
            /// ```
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $name,)*
                }
            }
        }
    };
}

names! {
    HeadersRefused => "headers_refused",
    CrossSiteRefused => "cross_site_refused",
    MisplacedTokensRefused => "misplaced_tokens_refused",
    BodyRefused => "body_refused",
    ApplicationUnknown => "application_unknown",
    UnboundRefused => "unbound_refused",
    ProofRefused => "proof_refused",
    GuessContended => "guess_contended",
    TokenRefused => "token_refused",
    DeviceDrifted => "device_drifted",
    AccessDenied => "access_denied",
    LoginPending => "login_pending",
    PasswordSkipped => "password_skipped",
    NewPasswordRefused => "new_password_refused",
    PasswordChanged => "password_changed",
    PasswordRehashed => "password_rehashed",
    SecretResealed => "secret_resealed",
    SecretNotOpened => "secret_not_opened",
    BreachedPasswordSufficed => "breached_password_sufficed",
    NoWayBack => "no_way_back",
    NumberWithoutCountry => "number_without_country",
    ContactReplaced => "contact_replaced",
    ContactRefused => "contact_refused",
    ContactTaken => "contact_taken",
    CodeSent => "code_sent",
    CodeNotSent => "code_not_sent",
    CaptchaDemanded => "captcha_demanded",
    CaptchaShown => "captcha_shown",
    NoCaptcha => "no_captcha",
    CaptchaPassed => "captcha_passed",
    CaptchaFailed => "captcha_failed",
    SessionRefreshed => "session_refreshed",
    AnsweredAgain => "answered_again",
    SessionReused => "session_reused",
    SessionsEnded => "sessions_ended",
    TicketIssued => "ticket_issued",
    TicketRedeemed => "ticket_redeemed",
    TenantCredentialRefused => "tenant_credential_refused",
    TenantTokenIssued => "tenant_token_issued",
    NoCallKey => "no_call_key",
    SignInNotRecent => "sign_in_not_recent",
    FirstPasswordRefused => "first_password_refused",
    RegistrationRefused => "registration_refused",
    Registered => "registered",
    SignedIn => "signed_in",
    LinkPending => "link_pending",
    IdentityNotLinked => "identity_not_linked",
    IdentityLinked => "identity_linked",
    IdentityUnlinked => "identity_unlinked",
    IdentityNotUnlinked => "identity_not_unlinked",
    LinksEnded => "links_ended",
    LinkTooWeak => "link_too_weak",
    Unavailable => "unavailable",
    Contradiction => "contradiction",
}

impl Event {
    /// The account that the event concerns, if there is one.
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::ProofRefused { account, .. }
            | Self::GuessContended { account }
            | Self::TokenRefused { account, .. }
            | Self::NewPasswordRefused { account, .. }
            | Self::CodeSent { account, .. }
            | Self::CodeNotSent { account, .. }
            | Self::RegistrationRefused { account, .. } => *account,
            Self::DeviceDrifted { account, .. }
            | Self::AccessDenied { account, .. }
            | Self::LoginPending { account, .. }
            | Self::PasswordSkipped { account, .. }
            | Self::PasswordChanged { account }
            | Self::PasswordRehashed { account }
            | Self::SecretResealed { account }
            | Self::SecretNotOpened { account, .. }
            | Self::BreachedPasswordSufficed { account }
            | Self::NoWayBack { account }
            | Self::NumberWithoutCountry { account }
            | Self::ContactReplaced { account, .. }
            | Self::ContactRefused { account, .. }
            | Self::ContactTaken { account, .. }
            | Self::SessionRefreshed { account, .. }
            | Self::AnsweredAgain { account, .. }
            | Self::SessionReused { account, .. }
            | Self::SessionsEnded { account, .. }
            | Self::TicketIssued { account, .. }
            | Self::TicketRedeemed { account, .. }
            | Self::SignInNotRecent { account }
            | Self::FirstPasswordRefused { account, .. }
            | Self::Registered { account, .. }
            | Self::SignedIn { account, .. }
            | Self::IdentityLinked { account, .. }
            | Self::IdentityUnlinked { account, .. }
            | Self::IdentityNotUnlinked { account, .. }
            | Self::LinksEnded { account }
            | Self::LinkTooWeak { account, .. } => Some(*account),
            Self::HeadersRefused(_)
            | Self::CrossSiteRefused
            | Self::MisplacedTokensRefused
            | Self::BodyRefused(_)
            | Self::ApplicationUnknown { .. }
            | Self::UnboundRefused
            | Self::CaptchaDemanded
            | Self::CaptchaShown
            | Self::NoCaptcha { .. }
            | Self::CaptchaPassed
            | Self::CaptchaFailed
            | Self::TenantCredentialRefused
            | Self::TenantTokenIssued { .. }
            | Self::NoCallKey
            | Self::LinkPending { .. }
            | Self::IdentityNotLinked { .. }
            | Self::Unavailable { .. }
            | Self::Contradiction { .. } => None,
        }
    }

    /// The session that the event concerns, if there is one.
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Self::SessionRefreshed { session, .. }
            | Self::AnsweredAgain { session, .. }
            | Self::SessionReused { session, .. }
            | Self::TicketIssued { session, .. }
            | Self::TicketRedeemed { session, .. }
            | Self::SignedIn { session, .. } => Some(*session),
            Self::SessionsEnded { session, .. } => *session,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn names_are_words_and_each_is_one_events() {
        let names: BTreeSet<_> = Event::NAMES.iter().collect();
        assert_eq!(names.len(), Event::NAMES.len());
        let is_word = |name: &&str| name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'));
        assert!(Event::NAMES.iter().all(is_word));
    }
}
