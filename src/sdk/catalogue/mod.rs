//! Codes and messages: one neutral fault, three dialects, two languages. Each dialect has a table.

mod body_flaw;
mod ciam;
mod eiam;
mod one_access;
mod password_flaw;
mod profile_flaw;

use crate::{
    Dialect,
    account::ProfileRefusal,
    device::Language,
    factor::Factor,
    outcome::{BodyFault, Facts, Fault, MemberProblem, NewPasswordRefusal, NotOurs},
};
use alloc::{borrow::Cow, string::ToString as _};
use body_flaw::{named, what_must_be};
use core::fmt::Display;
use password_flaw::{PasswordFlaw, lacking};
use profile_flaw::ProfileRow;

/// A code and its message in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    code: &'static str,
    en: &'static str,
    zh: &'static str,
}

const fn entry(code: &'static str, en: &'static str, zh: &'static str) -> Entry {
    Entry { code, en, zh }
}

impl Entry {
    const fn template(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Zh => self.zh,
        }
    }

    fn plain(&self, language: Language) -> Message {
        Message { code: self.code, text: Cow::Borrowed(self.template(language)) }
    }

    /// The message with values in the places of `{0}` and `{1}`.
    fn filled(&self, language: Language, values: &[&dyn Display]) -> Message {
        let mut text = self.template(language).to_string();
        for (place, value) in ["{0}", "{1}"].into_iter().zip(values) {
            text = text.replace(place, &value.to_string());
        }
        Message { code: self.code, text: Cow::Owned(text) }
    }

    /// The message with how long a wait is: `{0}` minutes and `{1}` seconds.
    fn waiting(&self, language: Language, seconds: u64) -> Message {
        self.filled(language, &[&(seconds / 60), &(seconds % 60)])
    }
}

/// A code and its message in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) code: &'static str,
    pub(super) text: Cow<'static, str>,
}

/// The message about a fault.
pub(super) fn fault(fault: Fault, facts: &Facts) -> Message {
    match fault {
        Fault::CredentialsInvalid if facts.tells_attempts => refused_guess(facts),
        Fault::NewPasswordRefused(reason) => refused_password(reason, facts),
        Fault::RequestMalformed(wrong) => refused_body(wrong, facts),
        Fault::ProfileRefused(refusal) => refused_profile(&refusal, facts),
        Fault::CodeNotYet { wait } => {
            untold(fault, facts.dialect).waiting(facts.language, wait.as_seconds().into())
        }
        Fault::FactorUnproved(factor) => {
            untold(fault, facts.dialect).filled(facts.language, &[&named_factor(factor, facts.language)])
        }
        _ => untold(fault, facts.dialect).plain(facts.language),
    }
}

/// A factor, in words.
const fn named_factor(factor: Factor, language: Language) -> &'static str {
    match (factor, language) {
        (Factor::Password, Language::En) => "password",
        (Factor::Password, Language::Zh) => "密码",
        (Factor::Sms, Language::En) => "SMS",
        (Factor::Sms, Language::Zh) => "短信",
        (Factor::Email, Language::En) => "email",
        (Factor::Email, Language::Zh) => "邮箱",
        (Factor::Totp, Language::En) => "authenticator",
        (Factor::Totp, Language::Zh) => "动态口令",
        (Factor::Federated, Language::En) => "social account",
        (Factor::Federated, Language::Zh) => "社交账号",
    }
}

fn untold(fault: Fault, dialect: Dialect) -> Entry {
    match dialect {
        Dialect::Ciam => ciam::fault(fault),
        Dialect::Eiam => eiam::fault(fault),
        Dialect::OneAccess => one_access::fault(fault),
    }
}

/// The message about a wrong user name or password, in an application that tells how many guesses are left and when a lock ends.
fn refused_guess(facts: &Facts) -> Message {
    let Facts { dialect, language, attempts_left, locked_until, .. } = *facts;
    let seconds = locked_until.map(|until| until.seconds_since(facts.at));
    if let Some(seconds) = seconds {
        return locked(dialect).waiting(language, seconds);
    }
    match (dialect, attempts_left) {
        (Dialect::Eiam, Some(left)) => eiam::ATTEMPTS_LEFT.filled(language, &[&left]),
        (Dialect::OneAccess, Some(left)) => one_access::ATTEMPTS_LEFT.filled(language, &[&left]),
        // CIAM has no words for it.
        _ => untold(Fault::CredentialsInvalid, dialect).plain(language),
    }
}

const fn locked(dialect: Dialect) -> Entry {
    match dialect {
        Dialect::Ciam => ciam::LOCKED,
        Dialect::Eiam => eiam::LOCKED,
        Dialect::OneAccess => one_access::LOCKED,
    }
}

/// The message about a malformed body. EIAM's own texts name the parameter and say what is wrong with it. The texts of the other dialects are ours.
fn refused_body(wrong: BodyFault, facts: &Facts) -> Message {
    let Facts { dialect, language, .. } = *facts;
    if let Some(entry) = lacks_of_solution(wrong, dialect) {
        return entry.plain(language);
    }
    let entry = untold(Fault::RequestMalformed(wrong), dialect);
    match dialect {
        Dialect::Eiam => entry.filled(language, &[&named(wrong)]),
        Dialect::Ciam | Dialect::OneAccess => entry.filled(language, &[&what_must_be(wrong, language)]),
    }
}

/// The row about a member that the solution of a picture lacks, if the dialect has such a row.
fn lacks_of_solution(wrong: BodyFault, dialect: Dialect) -> Option<Entry> {
    let BodyFault::Member { name, problem: MemberProblem::Missing } = wrong else { return None };
    match (dialect, name) {
        (Dialect::Ciam, "point_json") => Some(ciam::NO_POINT),
        (Dialect::Ciam, "token") => Some(ciam::NO_PICTURE),
        (Dialect::OneAccess, "point_json") => Some(one_access::NO_POINT),
        (Dialect::OneAccess, "token") => Some(one_access::NO_PICTURE),
        _ => None,
    }
}

/// The message about a new password that was refused, with the bounds of its length or what it lacks.
fn refused_password(reason: NewPasswordRefusal, facts: &Facts) -> Message {
    let Facts { dialect, language, password_rules: rules, .. } = *facts;
    let entry = untold(Fault::NewPasswordRefused(reason), dialect);
    match PasswordFlaw::of(reason) {
        PasswordFlaw::Length => entry.filled(language, &[&rules.min_length(), &rules.max_length()]),
        PasswordFlaw::Plain => entry.filled(language, &[&lacking(reason, language)]),
        _ => entry.plain(language),
    }
}

/// The message about a member of a registration that was refused. EIAM names the parameter. The other dialects call it what their pages call it.
fn refused_profile(refusal: &ProfileRefusal, facts: &Facts) -> Message {
    let Facts { dialect, language, .. } = *facts;
    let entry = untold(Fault::ProfileRefused(*refusal), dialect);
    match dialect {
        Dialect::Eiam => entry.filled(language, &[&refusal.member]),
        Dialect::Ciam | Dialect::OneAccess => {
            entry.filled(language, &[&ProfileRow::of(refusal).subject(refusal, language)])
        }
    }
}

/// The message if no call has the path or method of the request.
pub(super) fn not_ours(reason: NotOurs, facts: &Facts) -> Message {
    let entry = match facts.dialect {
        Dialect::Ciam => ciam::not_ours(reason),
        Dialect::Eiam => eiam::not_ours(reason),
        Dialect::OneAccess => one_access::not_ours(reason),
    };
    entry.plain(facts.language)
}

/// The message if the host could not answer.
pub(super) fn busy(facts: &Facts) -> Message {
    let entry = match facts.dialect {
        Dialect::Ciam => ciam::BUSY,
        Dialect::Eiam => eiam::BUSY,
        Dialect::OneAccess => one_access::BUSY,
    };
    entry.plain(facts.language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Lifetime, Timestamp,
        account::{MemberName, ProfileFlaw},
        factor::Factor,
        password::{PasswordRefusal, PasswordRules, RuleViolation},
    };
    use alloc::{collections::BTreeSet, vec::Vec};

    fn faults() -> Vec<Fault> {
        let refused = |member, flaw| {
            Fault::ProfileRefused(ProfileRefusal { member: MemberName::new(member).unwrap(), flaw })
        };
        let of_registration = [
            Fault::ContactTaken,
            Fault::RegistrationRefused,
            refused("user_name", ProfileFlaw::Missing),
            refused("user_name", ProfileFlaw::Malformed),
            refused("user_name", ProfileFlaw::Taken),
            refused("mobile", ProfileFlaw::Malformed),
            refused("industry", ProfileFlaw::Missing),
            refused("extension.age", ProfileFlaw::Missing),
            refused("extension.age", ProfileFlaw::Malformed),
        ];
        FAULTS.into_iter().chain(of_registration).collect()
    }

    const FAULTS: [Fault; 36] = [
        Fault::DeviceIncomplete,
        Fault::ClientIdMissing,
        Fault::ApplicationUnknown,
        Fault::RequestMalformed(BodyFault::NotAnObject),
        Fault::StateTokenInvalid,
        Fault::IdTokenMissing,
        Fault::IdTokenInvalid,
        Fault::SessionTokenInvalid,
        Fault::UserUnknown,
        Fault::CredentialsInvalid,
        Fault::CodeNotSent,
        Fault::CodeNotYet { wait: Lifetime::of::<125>() },
        Fault::CodeInvalid(Factor::Sms),
        Fault::OldPasswordInvalid,
        Fault::NewPasswordRefused(NewPasswordRefusal::Rule(RuleViolation::TooShort)),
        Fault::NewPasswordRefused(NewPasswordRefusal::Rule(RuleViolation::NoDigit)),
        Fault::NewPasswordRefused(NewPasswordRefusal::Rule(RuleViolation::UserName)),
        Fault::NewPasswordRefused(NewPasswordRefusal::Rule(RuleViolation::OldPassword)),
        Fault::NewPasswordRefused(NewPasswordRefusal::Host(PasswordRefusal::Breached)),
        Fault::NewPasswordRefused(NewPasswordRefusal::BreachedProof),
        Fault::SignInNotRecent,
        Fault::TenantCredentialInvalid,
        Fault::TicketInvalid,
        Fault::FactorUnproved(Factor::Sms),
        Fault::SignatureInvalid,
        Fault::NoCallKey,
        Fault::NoCaptcha,
        Fault::CaptchaFailed,
        Fault::CaptchaTokenInvalid,
        Fault::CaptchaTokenExpired,
        Fault::SocialCodeInvalid,
        Fault::IdentityNotLinked,
        Fault::LinkTokenInvalid,
        Fault::MobileTokenInvalid,
        Fault::IdentityUnknown,
        Fault::LastWayIn,
    ];

    fn facts(dialect: Dialect, language: Language) -> Facts {
        Facts { dialect, language, ..Facts::default() }
    }

    const DIALECTS: [Dialect; 3] = [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess];

    #[test]
    fn no_message_stands_for_two_things_and_no_code_but_where_the_family_says_so() {
        for dialect in DIALECTS {
            for language in [Language::En, Language::Zh] {
                let facts = facts(dialect, language);
                let others = [NotOurs::Path, NotOurs::Method { allowed: "" }].map(|it| not_ours(it, &facts));
                let all: Vec<_> = faults()
                    .into_iter()
                    .map(|it| fault(it, &facts))
                    .chain(others)
                    .chain([busy(&facts), locked(dialect).plain(language)])
                    .collect();
                let texts: BTreeSet<_> = all.iter().map(|it| it.text.clone()).collect();
                assert_eq!(texts.len(), all.len());
                assert!(all.iter().all(|it| it.text.is_ascii() == (language == Language::En)), "{all:?}");
                let codes: BTreeSet<_> = all.iter().map(|it| it.code).collect();
                // EIAM says "blank", "expired", "error" and "incorrect" of several parameters under one code.
                let shared = if dialect == Dialect::Eiam { 11 } else { 0 };
                assert_eq!(codes.len() + shared, all.len());
                assert!(all.iter().all(|it| it.code.starts_with("IDAAS.") == (dialect == Dialect::Ciam)));
            }
        }
    }

    /// CIAM and OneAccess have the same numbers. They differ only for an application that is not registered.
    #[test]
    fn a_number_means_the_same_in_ciam_and_one_access() {
        fn number(entry: Entry) -> &'static str {
            let prefixes = ["IDAAS.SDK.", "IDAAS.TENANT."];
            prefixes.iter().find_map(|it| entry.code.strip_prefix(it)).unwrap_or(entry.code)
        }
        for fault in faults().into_iter().filter(|it| *it != Fault::ApplicationUnknown) {
            assert_eq!(number(ciam::fault(fault)), number(one_access::fault(fault)), "{fault:?}");
        }
        for reason in [NotOurs::Path, NotOurs::Method { allowed: "" }] {
            assert_eq!(number(ciam::not_ours(reason)), number(one_access::not_ours(reason)));
        }
        assert_eq!(number(ciam::BUSY), number(one_access::BUSY));
        assert_eq!(number(ciam::LOCKED), number(one_access::LOCKED));
        assert_eq!(one_access::ATTEMPTS_LEFT.code, one_access::fault(Fault::CredentialsInvalid).code);
    }

    /// The pages' numbers for a new password: 0001 history, 0003 the identity, 0004 the classes, 0005 weak, 0007 the length.
    #[test]
    fn a_refused_password_is_told_by_its_reason() {
        let facts = |language| Facts {
            password_rules: PasswordRules::new(9, 70).unwrap(),
            ..facts(Dialect::Ciam, language)
        };
        for (reason, code, en, zh) in [
            (
                NewPasswordRefusal::Rule(RuleViolation::TooLong),
                "IDAAS.SDK.PWD.0007",
                "The password must contain 9 to 70 characters",
                "密码长度为9~70个字符",
            ),
            (
                NewPasswordRefusal::Rule(RuleViolation::NoUpperCase),
                "IDAAS.SDK.PWD.0004",
                "Your password complexity is low, it must have an upper-case letter",
                "密码复杂度低,须包含大写字母",
            ),
            (
                NewPasswordRefusal::Host(PasswordRefusal::Reused),
                "IDAAS.SDK.PWD.0001",
                "The password is used before, cannot be used again",
                "不允许使用历史密码",
            ),
            (
                NewPasswordRefusal::Host(PasswordRefusal::NotOffered),
                "IDAAS.SDK.PWD.0101",
                "The new password does not meet the requirements",
                "新密码不符合要求",
            ),
        ] {
            let told =
                [Language::En, Language::Zh].map(|it| fault(Fault::NewPasswordRefused(reason), &facts(it)));
            assert_eq!(told.clone().map(|it| it.code), [code; 2]);
            assert_eq!(told.map(|it| it.text.into_owned()), [en, zh]);
        }
    }

    /// The message has nothing that was sent.
    #[test]
    fn a_malformed_body_is_told_by_its_member_and_what_must_be() {
        let wrong = |name, problem: MemberProblem| problem.of(name);
        let missing = wrong("user_name", MemberProblem::Missing);
        let number = wrong("mobile", MemberProblem::NotAMobile);
        let long = wrong("password", MemberProblem::TooLong { most: 1_024 });
        let mistyped = wrong("verify_code", MemberProblem::NotText);
        for (dialect, fault_of_body, code, en, zh) in [
            (
                Dialect::Ciam,
                missing,
                "IDAAS.SDK.PARAM.0101",
                "The request body is malformed: user_name must be there",
                "请求体格式错误:user_name不能为空",
            ),
            (
                Dialect::Ciam,
                BodyFault::NotAnObject,
                "IDAAS.SDK.PARAM.0101",
                "The request body is malformed: it must be a JSON object",
                "请求体格式错误:须为JSON对象",
            ),
            (
                Dialect::OneAccess,
                number,
                "PARAM.0101",
                "The request body is malformed: mobile must be a mobile number.",
                "请求体格式错误:mobile须为手机号",
            ),
            (
                Dialect::OneAccess,
                long,
                "PARAM.0101",
                "The request body is malformed: password must have at most 1024 bytes.",
                "请求体格式错误:password不能超过1024字节",
            ),
            (
                Dialect::Eiam,
                missing,
                "SDK.COMMON.1001",
                "Parameter user_name cannot be left blank.",
                "参数user_name不能为空",
            ),
            (
                Dialect::Eiam,
                mistyped,
                "SDK.COMMON.1007",
                "The verify_code parameter type error",
                "verify_code参数类型错误",
            ),
            (
                Dialect::Eiam,
                number,
                "SDK.COMMON.1002",
                "The mobile parameter format is incorrect",
                "mobile参数格式错误",
            ),
            (
                Dialect::Eiam,
                BodyFault::NotAnObject,
                "SDK.COMMON.1002",
                "The body parameter format is incorrect",
                "body参数格式错误",
            ),
        ] {
            let told = [Language::En, Language::Zh]
                .map(|it| fault(Fault::RequestMalformed(fault_of_body), &facts(dialect, it)));
            assert_eq!(told.clone().map(|it| it.code), [code; 2]);
            assert_eq!(told.map(|it| it.text.into_owned()), [en, zh]);
        }
    }

    #[test]
    fn a_wait_is_told_in_minutes_and_seconds() {
        let wait = Lifetime::of::<86_399>();
        for (dialect, code, en) in [
            (
                Dialect::Ciam,
                "IDAAS.SDK.CAPTCHA.0101",
                "Verification codes are sent too often, please try again in 1439 minutes and 59 seconds",
            ),
            (
                Dialect::Eiam,
                "SDK.SMS.1102",
                "Verification codes are sent too often, please try again in 1439 minutes and 59 seconds",
            ),
            (
                Dialect::OneAccess,
                "CAPTCHA.0101",
                "Verification codes are sent too often. Try again in 1439 minutes and 59 seconds.",
            ),
        ] {
            let told =
                [Language::En, Language::Zh].map(|it| fault(Fault::CodeNotYet { wait }, &facts(dialect, it)));
            assert_eq!(told.clone().map(|it| it.code), [code; 2]);
            assert_eq!(told.map(|it| it.text.into_owned()), [en, "验证码发送过于频繁,请在1439分59秒后重试"]);
        }
    }

    #[test]
    fn eiam_tells_a_mailed_code_from_one_sent_by_sms() {
        let facts = facts(Dialect::Eiam, Language::En);
        let code = |factor| fault(Fault::CodeInvalid(factor), &facts).code;
        assert_eq!(
            [Factor::Email, Factor::Sms, Factor::Totp].map(code),
            ["SDK.SMS.1006", "SDK.SMS.1005", "SDK.SMS.1005"]
        );
    }

    #[test]
    fn attempts_are_told_where_the_application_asks_and_the_dialect_can() {
        let at = Timestamp::from_unix(1_000);
        let told = |dialect, language, attempts_left, locked_until| {
            let facts =
                Facts { at, tells_attempts: true, attempts_left, locked_until, ..facts(dialect, language) };
            let Message { code, text } = fault(Fault::CredentialsInvalid, &facts);
            (code, text.into_owned())
        };
        let locked = Some(at.plus_seconds(125));
        for (dialect, language, left, until, code, text) in [
            (
                Dialect::Eiam,
                Language::Zh,
                Some(8),
                None,
                "SDK.LOGIN.1005",
                "无效的用户名或密码。 剩余登录尝试次数:8",
            ),
            (Dialect::Eiam, Language::Zh, Some(0), locked, "SDK.LOGIN.1003", "用户已被锁定,2分5秒后解锁"),
            (
                Dialect::OneAccess,
                Language::En,
                Some(8),
                None,
                "LOGIN.0002",
                "Invalid account name or password. Remaining attempts: 8.",
            ),
            (
                Dialect::Ciam,
                Language::En,
                Some(8),
                None,
                "IDAAS.SDK.LOGIN.0002",
                "Incorrect user name or password",
            ),
            (
                Dialect::Ciam,
                Language::En,
                Some(0),
                locked,
                "IDAAS.SDK.LOGIN.0001",
                "The user has been locked due to too many unsuccessful login attempts. It will be unlocked in 2 minutes and 5 seconds",
            ),
            (
                Dialect::OneAccess,
                Language::Zh,
                Some(0),
                locked,
                "LOGIN.0001",
                "由于多次登录失败,用户已被锁定。 它将在 2 分钟和 5 秒内解锁",
            ),
            (Dialect::Eiam, Language::En, None, None, "SDK.LOGIN.1005", "Invalid user name or password."),
        ] {
            assert_eq!(told(dialect, language, left, until), (code, text.into()));
        }
        let silent = Facts { attempts_left: Some(8), ..facts(Dialect::Eiam, Language::Zh) };
        assert_eq!(fault(Fault::CredentialsInvalid, &silent).text, "无效的用户名或密码。");
    }
}
