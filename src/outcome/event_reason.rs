//! The reasons of refusals, as stable words for logs, counters and alerts.

use super::{
    BodyFault, CaptchaRefusal, Event, NewPasswordRefusal, NoCaptcha, ProofRefusal, SendFailure, TokenRefusal,
};
use crate::{
    code::SendRefusal,
    flow::{Denial, NoNewContact, NoRecovery},
    outcome::RegistrationRefusal,
    password::{PasswordRefusal, RuleViolation},
    sealing::NotOpened,
    token::TokenError,
};

impl Event {
    /// The reason, if the event has one: one of a fixed set of words, which are as stable as the [names](Self::name). The word leaves out the details
    /// of a reason, such as how long to wait.
    ///
    /// ```
    /// use authflow::{
    ///     factor::Factor,
    ///     outcome::{Event, ProofRefusal},
    /// };
    ///
    /// let event = Event::ProofRefused { account: None, factor: Factor::Password, reason: ProofRefusal::UnknownAccount };
    /// assert_eq!(event.reason(), Some("unknown_account"));
    /// assert_eq!(Event::CaptchaPassed.reason(), None);
    /// ```
    pub const fn reason(&self) -> Option<&'static str> {
        Some(match self {
            Self::BodyRefused(fault) => body(*fault),
            Self::ProofRefused { reason, .. } => reason.as_str(),
            Self::TokenRefused { reason, .. } => reason.as_str(),
            Self::AccessDenied { denial, .. } => match denial {
                None => "host",
                Some(Denial::Inactive) => "inactive",
                Some(Denial::NoFirstFactor) => "no_first_factor",
                Some(Denial::NoSecondFactor) => "no_second_factor",
            },
            Self::NewPasswordRefused { reason, .. } => new_password(*reason),
            Self::SecretNotOpened { reason, .. } => match reason {
                NotOpened::KeyMissing(_) => "key_missing",
                NotOpened::Foreign(_) => "foreign",
            },
            Self::ContactRefused { reason, .. } => match reason {
                NoNewContact::NotOffered => "not_offered",
                NoNewContact::NotSignedInSince => "not_signed_in_since",
                NoNewContact::Inactive => "inactive",
                NoNewContact::SecondFactorsAlone => "second_factors_alone",
                NoNewContact::Unproved(_) => "unproved",
            },
            Self::CodeNotSent { reason, .. } => send(*reason),
            Self::NoCaptcha { reason } => match reason {
                NoCaptcha::OtherKind => "other_kind",
                NoCaptcha::Host => "host",
            },
            Self::FirstPasswordRefused { reason, .. } => recovery(*reason),
            Self::RegistrationRefused { reason, .. } => match reason {
                RegistrationRefusal::ContactTaken => "contact_taken",
                RegistrationRefusal::Profile(_) => "profile",
                RegistrationRefusal::NotOffered => "not_offered",
            },
            Self::IdentityNotUnlinked { is_last: true, .. } => "last_way_in",
            Self::IdentityNotUnlinked { is_last: false, .. } => "not_linked",
            _ => return None,
        })
    }
}

impl ProofRefusal {
    /// The word for this reason in logs and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAccount => "unknown_account",
            Self::Inactive => "inactive",
            Self::NotEnrolled => "not_enrolled",
            Self::Locked => "locked",
            Self::Wrong => "wrong",
            Self::NoCode => "no_code",
            Self::OtherRecipient => "other_recipient",
            Self::Replayed => "replayed",
            Self::AccountChanged => "account_changed",
            Self::NoRecovery(reason) => recovery(reason),
            Self::NotOffered => "not_offered",
            Self::CodeUnbound => "code_unbound",
        }
    }
}

impl TokenRefusal {
    /// The word for this reason in logs and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token(error) => token(error),
            Self::WrongStage(_) => "wrong_stage",
            Self::Device(_) => "device",
            Self::AccountGone => "account_gone",
            Self::AccountChanged => "account_changed",
            Self::AccountInactive => "account_inactive",
            Self::StepClosed => "step_closed",
            Self::Replayed => "replayed",
            Self::SessionEnded => "session_ended",
            Self::Rotated => "rotated",
            Self::OtherTenant => "other_tenant",
            Self::CredentialsChanged => "credentials_changed",
            Self::NoTickets => "no_tickets",
            Self::NotForServers => "not_for_servers",
            Self::Refused => "refused",
            Self::NotSigned => "not_signed",
            Self::NotOpened => "not_opened",
            Self::FrameMalformed => "frame_malformed",
            Self::OutsideWindow => "outside_window",
            Self::IdentityTaken => "identity_taken",
        }
    }
}

const fn recovery(reason: NoRecovery) -> &'static str {
    match reason {
        NoRecovery::NotOffered => "not_offered",
        NoRecovery::Inactive => "inactive",
        NoRecovery::NoContact => "no_contact",
        NoRecovery::SecondFactor => "second_factor",
        NoRecovery::SecondFactorsAlone => "second_factors_alone",
    }
}

const fn token(error: TokenError) -> &'static str {
    match error {
        TokenError::Malformed => "malformed",
        TokenError::Forged => "forged",
        TokenError::KeyOutsideWindow => "key_outside_window",
        TokenError::Expired => "expired",
        TokenError::NotYetValid => "not_yet_valid",
        TokenError::WrongAudience => "wrong_audience",
    }
}

const fn send(reason: SendFailure) -> &'static str {
    match reason {
        SendFailure::NoRecipient => "no_recipient",
        SendFailure::Refused(SendRefusal::TooSoon { .. }) => "too_soon",
        SendFailure::Refused(SendRefusal::BudgetSpent { .. }) => "budget_spent",
        SendFailure::Refused(SendRefusal::CaptchaDemanded) => "captcha_demanded",
        SendFailure::Refused(SendRefusal::SumSpent { .. }) => "sum_spent",
        SendFailure::AccountChanged => "account_changed",
        SendFailure::NotDelivered => "not_delivered",
        SendFailure::Captcha(reason) => match reason {
            CaptchaRefusal::Host => "captcha_failed",
            CaptchaRefusal::Missing => "captcha_missing",
            CaptchaRefusal::Token(_) => "captcha_token",
            CaptchaRefusal::OtherApplication => "captcha_of_another_application",
            CaptchaRefusal::OtherRecipient => "captcha_of_another_recipient",
            CaptchaRefusal::OtherDevice => "captcha_of_another_device",
            CaptchaRefusal::Replayed => "captcha_replayed",
        },
    }
}

const fn new_password(reason: NewPasswordRefusal) -> &'static str {
    match reason {
        NewPasswordRefusal::Rule(violation) => match violation {
            RuleViolation::TooShort => "too_short",
            RuleViolation::TooLong => "too_long",
            RuleViolation::ControlCharacter => "control_character",
            RuleViolation::UnknownCharacter => "unknown_character",
            RuleViolation::NoLowerCase => "no_lower_case",
            RuleViolation::NoUpperCase => "no_upper_case",
            RuleViolation::NoDigit => "no_digit",
            RuleViolation::NoSymbol => "no_symbol",
            RuleViolation::UserName => "user_name",
            RuleViolation::OldPassword => "old_password",
        },
        NewPasswordRefusal::Host(refusal) => match refusal {
            PasswordRefusal::Reused => "reused",
            PasswordRefusal::Breached => "breached",
            PasswordRefusal::Personal => "personal",
            PasswordRefusal::Expected => "expected",
            PasswordRefusal::NotOffered => "not_offered",
        },
        NewPasswordRefusal::BreachedProof => "breached_proof",
    }
}

const fn body(fault: BodyFault) -> &'static str {
    match fault {
        BodyFault::ContentType | BodyFault::FormContentType => "content_type",
        BodyFault::TooLong { .. } => "too_long",
        BodyFault::NotAnObject => "not_an_object",
        BodyFault::Member { .. } => "member",
    }
}
