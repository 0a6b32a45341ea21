//! Passwords that an attacker tries first.

use super::Rules;
use crate::{
    Application,
    account::{JudgeProfile, ProfileJudgement, UserName},
    captcha::{Captcha, CaptchaPicture, IssueCaptcha, JudgeCaptcha, JudgeCaptchaPoint},
    contact::{EmailAddress, Mobile},
    password::{JudgePassword, Judgement, PasswordRefusal},
    social::{ExchangeMobileToken, ExchangeSocialCode, SocialIdentity},
    step::{
        AccessDecision, CredentialOwner, DecideAccess, FindApplication, VerifyClientSecret,
        VerifyTenantCredential,
    },
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::cmp::Ordering;

/// The common passwords, in lower case and in order, without those that are too short to be set (fewer than 8 characters).
///
/// They are from the list that Django 5.2 ships: the 20,000 commonest passwords of breaches, by Royce Williams
/// (gist.github.com/roycewilliams/226886fd01572964e1431ac8afc999ce), without the lines that are not ASCII. Django's
/// licence (BSD, three clauses) is kept with it.
const COMMON: &str = include_str!("common_passwords.txt");

/// The fewest letters of a word whose derivatives are refused. A shorter word occurs in too many good passwords.
const SHORTEST_WORD: usize = 4;
/// The most digits and symbols that a derivative of a word has. A password with more of them only contains the word.
const MOST_AROUND: usize = 6;

/// Rules with a list of passwords that an attacker tries first: the 8,346 commonest of breaches, and words that are expected of this service and this
/// subject. NIST SP 800-63B-4 §3.1.1.2 demands such a list. The other rules judge a password that is not on it, and answer every other question.
///
/// The whole password is compared, as that clause says, and not its parts. Case is ignored. A word is also refused with up to 6 digits and symbols
/// in, before and after it (`Acme-2026!`), and when it is repeated (`acmeacme`).
///
/// The list is used where a password is set, never where somebody signs in. A subject with a listed password keeps it
/// until it is changed ([`MustChange::Breached`](crate::password::MustChange::Breached) demands that).
///
/// ```
/// use authflow::parts::{AllowAll, Blocklist};
///
/// let rules = Blocklist::new(["Acme", "Acme Travel"], AllowAll);
/// assert!(
///     rules.is_listed("Password123")
///         && rules.is_listed("Acme-2026!")
///         && rules.is_listed("acmetravel")
/// );
/// assert!(!rules.is_listed("a password of acme's"));
/// ```
#[derive(Clone, Debug)]
pub struct Blocklist<R> {
    names: Vec<Box<str>>,
    rules: R,
}

impl<R> Blocklist<R> {
    /// The common passwords, the names that this service goes by, and the other rules.
    pub fn new<N: Into<Box<str>>>(names: impl IntoIterator<Item = N>, rules: R) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), rules }
    }

    /// Whether attackers try this password first, anywhere or at this service.
    pub fn is_listed(&self, password: &str) -> bool {
        is_common(password) || self.is_made_of_a_name(password)
    }

    /// The reason to refuse a password for somebody with this name and address, if there is one. Ask this wherever a password is set outside the
    /// engine, by an administrator, for example.
    ///
    /// ```
    /// use authflow::{
    ///     account::UserName,
    ///     parts::{AllowAll, Blocklist},
    ///     password::PasswordRefusal,
    /// };
    ///
    /// let (rules, erin) =
    ///     (Blocklist::new(["Acme"], AllowAll), UserName::new("erin.smith").unwrap());
    /// assert_eq!(rules.refuses("Erin-Smith-7", Some(&erin), None), Some(PasswordRefusal::Personal));
    /// assert_eq!(rules.refuses("correct horse battery", Some(&erin), None), None);
    /// ```
    pub fn refuses(
        &self,
        password: &str,
        user_name: Option<&UserName>,
        email: Option<&EmailAddress>,
    ) -> Option<PasswordRefusal> {
        if is_common(password) {
            Some(PasswordRefusal::Breached)
        } else if self.is_made_of_a_name(password) {
            Some(PasswordRefusal::Expected)
        } else if is_personal(user_name, email, password) {
            Some(PasswordRefusal::Personal)
        } else {
            None
        }
    }

    fn is_made_of_a_name(&self, password: &str) -> bool {
        self.names.iter().any(|name| is_made_of(name, password))
    }
}

fn is_personal(user_name: Option<&UserName>, email: Option<&EmailAddress>, password: &str) -> bool {
    let local_part = email.and_then(|email| email.normalised().rsplit_once('@')).map(|(local, _)| local);
    let words = [user_name.map(UserName::normalised), local_part, email.map(EmailAddress::normalised)];
    words.into_iter().flatten().any(|word| is_made_of(word, password))
}

/// It works letter by letter, because a copy of the password would stay in memory.
fn lower_case(text: &str) -> impl Iterator<Item = char> + Clone {
    text.chars().flat_map(char::to_lowercase)
}

/// A binary search in the text itself.
fn is_common(password: &str) -> bool {
    let mut rest = COMMON;
    while let Some((before, line, after)) = middle_line(rest) {
        rest = match line.chars().cmp(lower_case(password)) {
            Ordering::Equal => return true,
            Ordering::Less => after,
            Ordering::Greater => before,
        };
    }
    false
}

/// The lines before the middle line, that line, and the lines after it. Each line ends with a line feed.
fn middle_line(lines: &str) -> Option<(&str, &str, &str)> {
    let (half, _) = lines.as_bytes().split_at_checked(lines.len() / 2)?;
    let start = half.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
    let (before, from) = lines.split_at_checked(start)?;
    let (line, after) = from.split_once('\n')?;
    Some((before, line, after))
}

/// Whether a password is a word, or a derivative of it.
fn is_made_of(word: &str, password: &str) -> bool {
    if lower_case(word).eq(lower_case(password)) {
        return true;
    }
    let is_letter = |character: &char| character.is_alphabetic();
    let letters = |text: &str| lower_case(text).filter(is_letter).count();
    let (of_word, of_password) = (letters(word), letters(password));
    let around = password.chars().count().saturating_sub(of_password);
    let is_repeated = of_password.checked_rem(of_word) == Some(0) && of_password > 0;
    if of_word < SHORTEST_WORD || around > MOST_AROUND || !is_repeated {
        return false;
    }
    let repeated = lower_case(word).filter(is_letter).cycle().take(of_password);
    repeated.eq(lower_case(password).filter(is_letter))
}

impl<R: Rules> Rules for Blocklist<R> {
    type Error = R::Error;

    async fn judge_password(&self, ask: &JudgePassword) -> Result<Judgement, R::Error> {
        let (password, user_name, email) = (&ask.new_password, ask.user_name.as_ref(), ask.email.as_ref());
        match self.refuses(password.expose(), user_name, email) {
            Some(refusal) => Ok(Judgement::Refused(refusal)),
            None => self.rules.judge_password(ask).await,
        }
    }

    async fn decide_access(&self, ask: &DecideAccess) -> Result<AccessDecision, R::Error> {
        self.rules.decide_access(ask).await
    }

    async fn judge_captcha(&self, ask: &JudgeCaptcha) -> Result<Captcha, R::Error> {
        self.rules.judge_captcha(ask).await
    }

    async fn issue_captcha(&self, ask: &IssueCaptcha) -> Result<Option<CaptchaPicture>, R::Error> {
        self.rules.issue_captcha(ask).await
    }

    async fn judge_captcha_point(&self, ask: &JudgeCaptchaPoint) -> Result<Captcha, R::Error> {
        self.rules.judge_captcha_point(ask).await
    }

    async fn exchange_social_code(
        &self,
        ask: &ExchangeSocialCode,
    ) -> Result<Option<SocialIdentity>, R::Error> {
        self.rules.exchange_social_code(ask).await
    }

    async fn exchange_mobile_token(&self, ask: &ExchangeMobileToken) -> Result<Option<Mobile>, R::Error> {
        self.rules.exchange_mobile_token(ask).await
    }

    async fn verify_tenant_credential(
        &self,
        ask: &VerifyTenantCredential,
    ) -> Result<CredentialOwner, R::Error> {
        self.rules.verify_tenant_credential(ask).await
    }

    async fn verify_client_secret(&self, ask: &VerifyClientSecret) -> Result<CredentialOwner, R::Error> {
        self.rules.verify_client_secret(ask).await
    }

    async fn find_application(&self, ask: &FindApplication) -> Result<Option<Arc<Application>>, R::Error> {
        self.rules.find_application(ask).await
    }

    async fn judge_profile(&self, ask: &JudgeProfile) -> Result<ProfileJudgement, R::Error> {
        self.rules.judge_profile(ask).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::AllowAll;

    #[test]
    fn the_list_is_in_order_in_lower_case_and_of_passwords_that_could_be_set() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert_eq!(lines.len(), 8_346);
        assert!(lines.is_sorted_by(|one, next| one < next), "in order, each once");
        for line in lines {
            assert!(line.len() >= 8 && line.is_ascii() && line.to_ascii_lowercase() == line, "{line}");
        }
        assert!(COMMON.ends_with('\n'));
    }

    #[test]
    fn every_one_is_found_in_any_case_and_nothing_between_them() {
        for line in COMMON.lines() {
            assert!(is_common(line) && is_common(&line.to_ascii_uppercase()), "{line}");
            assert!(!is_common(&alloc::format!("{line}\u{1}")), "{line}");
        }
        for absent in ["", "\n", "p", "password\npassword1", "Correct-Horse-7", "\u{0}", "\u{10ffff}"] {
            assert!(!is_common(absent), "{absent:?}");
        }
    }

    #[test]
    fn a_name_is_refused_with_what_is_put_around_it_and_no_more() {
        let rules = Blocklist::new(["Acme Travel", "Ätna", "abc", "4711"], AllowAll);
        for listed in [
            "AcmeTravel",
            "acme travel",
            "acme-travel-26",
            "12acmetravel!",
            "ätnaÄTNA",
            "ÄTNA.2026",
            "ABC",
            "4711",
        ] {
            assert!(rules.is_listed(listed), "{listed}");
        }
        for good in [
            "acme-travel-2026-11",
            "acmetravels",
            "travelacme",
            "abc-7391",
            "ätnaätn",
            "",
            "47114711",
            "!!!!!!",
        ] {
            assert!(!rules.is_listed(good), "{good}");
        }
    }

    #[test]
    fn the_subjects_own_words_are_personal() {
        let (erin, email) =
            (UserName::new("Erin.Smith").unwrap(), EmailAddress::new("e.smithson@example.com").unwrap());
        let is_personal = |password| is_personal(Some(&erin), Some(&email), password);
        assert!(
            ["erinsmith-1", "ErinSmith!", "ESmithson99", "e.smithson@example.com"]
                .into_iter()
                .all(is_personal)
        );
        assert!(!["smith-erin-1", "examplecom"].into_iter().any(is_personal));
        assert!(!super::is_personal(None, None, "erinsmith-1"));
    }

    #[test]
    fn a_long_password_costs_no_more_than_its_length() {
        let long = "a".repeat(256);
        assert!(!is_made_of("acme", &long) && is_made_of("aaaa", &long) && !is_common(&long));
    }
}
