//! Codes and messages: one neutral fault, three dialects, two languages. A table for each dialect.

mod ciam;
mod eiam;
mod one_access;

use crate::{
    Dialect,
    device::Language,
    outcome::{Facts, Fault, NotOurs},
};
use alloc::{borrow::Cow, string::ToString as _};

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

    /// The message with numbers in the places of `{0}` and `{1}`.
    fn filled(&self, language: Language, numbers: &[u64]) -> Message {
        let mut text = self.template(language).to_string();
        for (place, number) in ["{0}", "{1}"].into_iter().zip(numbers) {
            text = text.replace(place, &number.to_string());
        }
        Message { code: self.code, text: Cow::Owned(text) }
    }
}

/// A code and its message in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) code: &'static str,
    pub(super) text: Cow<'static, str>,
}

/// What is said about a fault.
pub(super) fn fault(fault: Fault, facts: &Facts) -> Message {
    if fault == Fault::CredentialsInvalid && facts.tells_attempts {
        return refused_guess(facts);
    }
    untold(fault, facts.dialect).plain(facts.language)
}

const fn untold(fault: Fault, dialect: Dialect) -> Entry {
    match dialect {
        Dialect::Ciam => ciam::fault(fault),
        Dialect::Eiam => eiam::fault(fault),
        Dialect::OneAccess => one_access::fault(fault),
    }
}

/// Wrong user name or password, by an application that tells how many guesses are left and when a lock ends.
fn refused_guess(facts: &Facts) -> Message {
    let Facts { dialect, language, attempts_left, locked_until, .. } = *facts;
    let seconds = locked_until.map(|until| until.seconds_since(facts.at));
    match (dialect, seconds, attempts_left) {
        (Dialect::Eiam, Some(seconds), _) => eiam::LOCKED.filled(language, &[seconds / 60, seconds % 60]),
        (Dialect::Eiam, None, Some(left)) => eiam::ATTEMPTS_LEFT.filled(language, &[left.into()]),
        (Dialect::OneAccess, _, Some(left)) => one_access::ATTEMPTS_LEFT.filled(language, &[left.into()]),
        // CIAM has no words for it.
        _ => untold(Fault::CredentialsInvalid, dialect).plain(language),
    }
}

/// What is said where no call has that path or method.
pub(super) fn not_ours(reason: NotOurs, facts: &Facts) -> Message {
    let entry = match facts.dialect {
        Dialect::Ciam => ciam::not_ours(reason),
        Dialect::Eiam => eiam::not_ours(reason),
        Dialect::OneAccess => one_access::not_ours(reason),
    };
    entry.plain(facts.language)
}

/// What is said where the host could not answer.
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
    use crate::Timestamp;
    use alloc::{collections::BTreeSet, vec::Vec};

    const FAULTS: [Fault; 17] = [
        Fault::DeviceIncomplete,
        Fault::ClientIdMissing,
        Fault::ApplicationUnknown,
        Fault::RequestMalformed,
        Fault::StateTokenInvalid,
        Fault::IdTokenMissing,
        Fault::IdTokenInvalid,
        Fault::SessionTokenInvalid,
        Fault::UserUnknown,
        Fault::CredentialsInvalid,
        Fault::CodeNotSent,
        Fault::CodeInvalid,
        Fault::OldPasswordInvalid,
        Fault::NewPasswordRefused,
        Fault::SignInNotRecent,
        Fault::TenantCredentialInvalid,
        Fault::TicketInvalid,
    ];

    fn facts(dialect: Dialect, language: Language) -> Facts {
        Facts { dialect, language, ..Facts::default() }
    }

    #[test]
    fn no_message_stands_for_two_things_and_no_code_but_where_the_family_says_so() {
        for dialect in [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess] {
            for language in [Language::En, Language::Zh] {
                let facts = facts(dialect, language);
                let others = [NotOurs::Path, NotOurs::Method { allowed: "" }].map(|it| not_ours(it, &facts));
                let all: Vec<_> = FAULTS
                    .map(|it| fault(it, &facts))
                    .into_iter()
                    .chain(others)
                    .chain([busy(&facts)])
                    .collect();
                let texts: BTreeSet<_> = all.iter().map(|it| it.text.clone()).collect();
                assert_eq!(texts.len(), all.len());
                assert!(all.iter().all(|it| it.text.is_ascii() == (language == Language::En)), "{all:?}");
                let codes: BTreeSet<_> = all.iter().map(|it| it.code).collect();
                // EIAM says "blank" and "expired" of several parameters under one code.
                let shared = if dialect == Dialect::Eiam { 3 } else { 0 };
                assert_eq!(codes.len() + shared, all.len());
                assert!(all.iter().all(|it| it.code.starts_with("IDAAS.") == (dialect == Dialect::Ciam)));
            }
        }
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
                "IDAAS.SDK.LOGIN.0001",
                "Incorrect user name or password",
            ),
            (Dialect::Eiam, Language::En, None, None, "SDK.LOGIN.1005", "Invalid user name or password."),
        ] {
            assert_eq!(told(dialect, language, left, until), (code, text.into()));
        }
        let silent = Facts { attempts_left: Some(8), ..facts(Dialect::Eiam, Language::Zh) };
        assert_eq!(fault(Fault::CredentialsInvalid, &silent).text, "无效的用户名或密码。");
    }
}
