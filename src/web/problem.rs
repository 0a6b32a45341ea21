//! Problems (RFC 9457): one table of types, and the type that each outcome has.

use crate::{
    account::{ProfileFlaw, ProfileRefusal},
    outcome::{BodyFault, Facts, Fault, MemberProblem, NewPasswordRefusal, NotOurs},
    password::{PasswordRefusal, RuleViolation},
};
use alloc::{borrow::Cow, format, string::String, vec::Vec};
use serde::Serialize;

/// A type of problem. Title and detail are always the same, so they reveal nothing about anybody.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) status: u16,
    pub(super) title: &'static str,
    pub(super) detail: &'static str,
}

impl Kind {
    /// The URI of the type. It leads to the entry of [`problems`](super::routes::Endpoint::Problems) for this type. A client compares it as it
    /// stands.
    pub(super) fn uri(&self) -> String {
        format!("/v1/problems#{}", self.name)
    }
}

macro_rules! kinds {
    ($($kind:ident = $status:literal $name:literal $title:literal $detail:literal;)*) => {
        $(pub(super) const $kind: Kind = Kind { name: $name, status: $status, title: $title, detail: $detail };)*
        pub(super) const KINDS: &[&Kind] = &[$(&$kind,)*];
    };
}

#[rustfmt::skip]
kinds! {
    REQUEST_MALFORMED = 400 "request-malformed" "The request is malformed"
        "The body must be a JSON object of at most 16384 bytes, sent as application/json, with the members that this call takes. The member reason says what is wrong.";
    DEVICE_INCOMPLETE = 400 "device-incomplete" "The device is not recognised"
        "A request with a bearer's token must have the header X-Device-Fingerprint, of at most 256 bytes.";
    TOKENS_MISPLACED = 400 "tokens-misplaced" "Tokens are taken from one place"
        "A request must show its token in a cookie or as Authorization: Bearer, where this service allows that, and not in both.";
    STATE_INVALID = 401 "state-invalid" "The sign-in is over"
        "The pending sign-in has ended, has gone on elsewhere or belongs to another device. Begin again.";
    SESSION_INVALID = 401 "session-invalid" "Nobody is signed in"
        "The session has ended, was never begun or belongs to another device. Sign in.";
    CREDENTIALS_INVALID = 403 "credentials-invalid" "The sign-in is refused"
        "Who you say you are, or the password, is wrong; or there have been too many guesses.";
    CODE_INVALID = 403 "code-invalid" "The code is refused"
        "The code is wrong, has expired or has been used; or there have been too many guesses.";
    OLD_PASSWORD_INVALID = 403 "old-password-invalid" "The old password is refused"
        "The old password is wrong or missing; or there have been too many guesses.";
    SIGN_IN_NOT_RECENT = 403 "sign-in-not-recent" "A recent sign-in is needed"
        "A password is set without an old one, and a contact is replaced, within 10 minutes of a sign-in, by more than a second factor; a contact after one that is newer than its code, in that session. Sign in again: the code is still good.";
    FACTOR_UNPROVED = 403 "factor-unproved" "A second factor is needed"
        "A contact that is a second factor is replaced by who has signed in with it. The member factor says which one. Sign in again.";
    CONTACT_TAKEN = 409 "contact-taken" "The contact is another account's"
        "The number or address belongs to another account. Sign in to that, or take another one.";
    ACCESS_DENIED = 403 "access-denied" "Access is denied"
        "Who you are is proved, and you may not sign in here.";
    CROSS_SITE = 403 "cross-site" "Another site may have made this request"
        "A request that changes something and goes with cookies must have Sec-Fetch-Site: same-origin, or a header X-Requested-By.";
    NOT_FOUND = 404 "not-found" "There is no such call"
        "The path is none of this service's.";
    METHOD_NOT_ALLOWED = 405 "method-not-allowed" "The path has another method"
        "The header Allow says which methods the path has.";
    CODE_NOT_YET = 429 "code-not-yet" "No code is sent now"
        "A code was sent a moment ago, or as many as there are. The member wait_seconds says when one may be asked for again.";
    CODE_NOT_SENT = 422 "code-not-sent" "The code was not sent"
        "The code could not be sent. Try again later, or prove yourself by something else.";
    CAPTCHA_REFUSED = 403 "captcha-refused" "The captcha is refused"
        "A captcha is demanded here. Its token is missing, has expired or been used, or is for another recipient or device; or none is to be had now.";
    NEW_PASSWORD_REFUSED = 422 "new-password-refused" "The new password is refused"
        "The new password does not do. The member reason says why.";
    PROFILE_REFUSED = 422 "profile-refused" "What was chosen for the account does not do"
        "The member that is named must be there, be otherwise or be no other account's. The member reason says which.";
    REGISTRATION_REFUSED = 403 "registration-refused" "Nobody is registered here"
        "No account is made for this contact.";
    APPLICATION_UNKNOWN = 500 "application-unknown" "The service is not set up"
        "The application that this service signs in to is not registered.";
    BUSY = 503 "busy" "The service is busy"
        "The service cannot answer now. Try again in a moment.";
}

/// The type of problem with which a client is answered for a fault.
pub(super) const fn kind(fault: Fault) -> &'static Kind {
    match fault {
        // None of these calls takes a credential or a ticket, or hands out a key.
        Fault::RequestMalformed(_)
        | Fault::TenantCredentialInvalid
        | Fault::TicketInvalid
        | Fault::NoCallKey => &REQUEST_MALFORMED,
        // None of these calls signs in with an identity, links one or removes one.
        Fault::SocialCodeInvalid
        | Fault::IdentityNotLinked
        | Fault::LinkTokenInvalid
        | Fault::MobileTokenInvalid
        | Fault::IdentityUnknown
        | Fault::LastWayIn => &REQUEST_MALFORMED,
        Fault::DeviceIncomplete => &DEVICE_INCOMPLETE,
        Fault::TokensMisplaced => &TOKENS_MISPLACED,
        Fault::StateTokenInvalid => &STATE_INVALID,
        // If calls must be signed, none of these calls can show a session.
        Fault::SessionTokenInvalid
        | Fault::IdTokenMissing
        | Fault::IdTokenInvalid
        | Fault::UserUnknown
        | Fault::SignatureInvalid => &SESSION_INVALID,
        Fault::CredentialsInvalid => &CREDENTIALS_INVALID,
        Fault::CodeInvalid(_) => &CODE_INVALID,
        Fault::OldPasswordInvalid => &OLD_PASSWORD_INVALID,
        Fault::SignInNotRecent => &SIGN_IN_NOT_RECENT,
        Fault::FactorUnproved(_) => &FACTOR_UNPROVED,
        Fault::ContactTaken => &CONTACT_TAKEN,
        Fault::CrossSite => &CROSS_SITE,
        Fault::CodeNotSent => &CODE_NOT_SENT,
        Fault::CodeNotYet { .. } => &CODE_NOT_YET,
        Fault::NoCaptcha | Fault::CaptchaFailed | Fault::CaptchaTokenInvalid | Fault::CaptchaTokenExpired => {
            &CAPTCHA_REFUSED
        }
        Fault::NewPasswordRefused(_) => &NEW_PASSWORD_REFUSED,
        Fault::ProfileRefused(_) => &PROFILE_REFUSED,
        Fault::RegistrationRefused => &REGISTRATION_REFUSED,
        Fault::ApplicationUnknown | Fault::ClientIdMissing => &APPLICATION_UNKNOWN,
    }
}

/// The type of problem if no call has that path or method.
pub(super) const fn not_ours(reason: NotOurs) -> &'static Kind {
    match reason {
        NotOurs::Path => &NOT_FOUND,
        NotOurs::Method { .. } => &METHOD_NOT_ALLOWED,
    }
}

/// The members of a problem beyond those of its type.
#[derive(Default, Serialize)]
pub(super) struct Extension {
    /// Why a new password was refused, or what is wrong with a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The factor that the session must have been opened with.
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<&'static str>,
    /// The member of the body that the problem is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    most_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_for_seconds: Option<u64>,
}

impl Extension {
    pub(super) fn of(fault: Fault, facts: &Facts) -> Self {
        match fault {
            Fault::NewPasswordRefused(reason) => Self { reason: Some(word(reason)), ..Self::default() },
            Fault::RequestMalformed(wrong) => Self::of_body(wrong),
            Fault::FactorUnproved(factor) => Self { factor: Some(factor.label()), ..Self::default() },
            Fault::ProfileRefused(refusal) => Self::of_profile(refusal),
            Fault::CodeNotYet { wait } => Self { wait_seconds: Some(wait.as_seconds()), ..Self::default() },
            Fault::CredentialsInvalid if facts.tells_attempts => Self {
                attempts_left: facts.attempts_left,
                locked_for_seconds: facts.locked_until.map(|until| until.seconds_since(facts.at)),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }
}

impl Extension {
    /// The host names the member.
    fn of_profile(refusal: ProfileRefusal) -> Self {
        let reason = match refusal.flaw {
            ProfileFlaw::Missing => "missing",
            ProfileFlaw::Malformed => "malformed",
            ProfileFlaw::Taken => "taken",
        };
        let member = Cow::Owned(refusal.member.as_str().into());
        Self { reason: Some(reason), member: Some(member), ..Self::default() }
    }

    fn of_body(wrong: BodyFault) -> Self {
        let of = |reason| Self { reason: Some(reason), ..Self::default() };
        match wrong {
            // No call here takes a form.
            BodyFault::ContentType | BodyFault::FormContentType => of("content_type"),
            BodyFault::TooLong { most } => Self { most_bytes: Some(most), ..of("too_long") },
            BodyFault::NotAnObject => of("not_an_object"),
            BodyFault::Member { name, problem } => {
                let (reason, most_bytes) = flaw(problem);
                // Here the path says the purpose of a code, so no member is named.
                let is_of_path = matches!(problem, MemberProblem::NotTaken | MemberProblem::NotOfLogins);
                Self { member: (!is_of_path).then_some(Cow::Borrowed(name)), most_bytes, ..of(reason) }
            }
        }
    }
}

/// The fault of a member, and the largest number of bytes that the member may have if it has more.
const fn flaw(problem: MemberProblem) -> (&'static str, Option<usize>) {
    match problem {
        MemberProblem::Missing => ("missing", None),
        MemberProblem::NotText => ("not_text", None),
        MemberProblem::NotTexts => ("not_an_object_of_texts", None),
        MemberProblem::Repeated => ("repeated", None),
        MemberProblem::TooLong { most } => ("too_long", Some(most)),
        MemberProblem::Malformed => ("malformed", None),
        MemberProblem::NotAMobile => ("not_a_mobile", None),
        MemberProblem::NotAnEmail => ("not_an_email", None),
        MemberProblem::NotTaken | MemberProblem::NotOfLogins | MemberProblem::NotClientCredentials => {
            ("not_offered", None)
        }
        MemberProblem::UnknownCharacter => ("unknown_character", None),
    }
}

/// Every word of `reason`, for the OpenAPI document. The words for a new password come first.
pub(super) const REASONS: [&str; 26] = [
    "too_short",
    "too_long",
    "control_character",
    "unknown_character",
    "no_lower_case",
    "no_upper_case",
    "no_digit",
    "no_symbol",
    "user_name",
    "old_password",
    "reused",
    "breached",
    "personal",
    "expected",
    "not_offered",
    "breached_proof",
    "content_type",
    "not_an_object",
    "missing",
    "not_text",
    "repeated",
    "malformed",
    "not_a_mobile",
    "not_an_email",
    "not_an_object_of_texts",
    "taken",
];

const fn word(reason: NewPasswordRefusal) -> &'static str {
    match reason {
        NewPasswordRefusal::Rule(RuleViolation::TooShort) => "too_short",
        NewPasswordRefusal::Rule(RuleViolation::TooLong) => "too_long",
        NewPasswordRefusal::Rule(RuleViolation::ControlCharacter) => "control_character",
        NewPasswordRefusal::Rule(RuleViolation::UnknownCharacter) => "unknown_character",
        NewPasswordRefusal::Rule(RuleViolation::NoLowerCase) => "no_lower_case",
        NewPasswordRefusal::Rule(RuleViolation::NoUpperCase) => "no_upper_case",
        NewPasswordRefusal::Rule(RuleViolation::NoDigit) => "no_digit",
        NewPasswordRefusal::Rule(RuleViolation::NoSymbol) => "no_symbol",
        NewPasswordRefusal::Rule(RuleViolation::UserName) => "user_name",
        NewPasswordRefusal::Rule(RuleViolation::OldPassword) => "old_password",
        NewPasswordRefusal::Host(PasswordRefusal::Reused) => "reused",
        NewPasswordRefusal::Host(PasswordRefusal::Breached) => "breached",
        NewPasswordRefusal::Host(PasswordRefusal::Personal) => "personal",
        NewPasswordRefusal::Host(PasswordRefusal::Expected) => "expected",
        NewPasswordRefusal::Host(PasswordRefusal::NotOffered) => "not_offered",
        NewPasswordRefusal::BreachedProof => "breached_proof",
    }
}

/// The meaning of a type, as an entry of the list.
#[derive(Serialize)]
pub(super) struct Documented {
    #[serde(rename = "type")]
    uri: String,
    title: &'static str,
    status: u16,
    detail: &'static str,
}

pub(super) fn documented() -> Vec<Documented> {
    let of = |kind: &&Kind| Documented {
        uri: kind.uri(),
        title: kind.title,
        status: kind.status,
        detail: kind.detail,
    };
    KINDS.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn no_type_stands_twice_and_every_one_says_what_to_do_in_a_sentence() {
        let names: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
        let titles: BTreeSet<_> = KINDS.iter().map(|kind| kind.title).collect();
        assert_eq!((names.len(), titles.len()), (KINDS.len(), KINDS.len()));
        for kind in KINDS {
            assert!((400..600).contains(&kind.status) && kind.detail.ends_with('.'), "{}", kind.name);
            assert!(kind.name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()), "{}", kind.name);
        }
    }

    #[test]
    fn every_reason_is_documented() {
        use NewPasswordRefusal::{BreachedProof, Host, Rule};
        let all = [
            Rule(RuleViolation::TooShort),
            Rule(RuleViolation::TooLong),
            Rule(RuleViolation::ControlCharacter),
            Rule(RuleViolation::UnknownCharacter),
            Rule(RuleViolation::NoLowerCase),
            Rule(RuleViolation::NoUpperCase),
            Rule(RuleViolation::NoDigit),
            Rule(RuleViolation::NoSymbol),
            Rule(RuleViolation::UserName),
            Rule(RuleViolation::OldPassword),
            Host(PasswordRefusal::Reused),
            Host(PasswordRefusal::Breached),
            Host(PasswordRefusal::Personal),
            Host(PasswordRefusal::Expected),
            Host(PasswordRefusal::NotOffered),
            BreachedProof,
        ];
        assert_eq!(all.map(word), REASONS[..16]);
        for problem in [
            MemberProblem::Missing,
            MemberProblem::NotText,
            MemberProblem::NotTexts,
            MemberProblem::Repeated,
            MemberProblem::TooLong { most: 1 },
            MemberProblem::Malformed,
            MemberProblem::NotAMobile,
            MemberProblem::NotAnEmail,
            MemberProblem::NotTaken,
            MemberProblem::NotOfLogins,
            MemberProblem::NotClientCredentials,
            MemberProblem::UnknownCharacter,
        ] {
            assert!(REASONS.contains(&flaw(problem).0), "{problem:?}");
        }
    }
}
