//! The texts of messages with a code.

use authflow::{
    Audience, Lifetime, Secret,
    code::{CodePurpose, Deliver},
    device::Language,
};
use std::fmt;

/// The parts of a [`Deliver`] from which its [text](Texts) is made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Letter<'a> {
    /// The application and tenant of the sign-in.
    pub audience: &'a Audience,
    /// The purpose of the code.
    pub purpose: CodePurpose,
    /// The code.
    pub code: &'a Secret,
    /// The time for which the code is valid.
    pub expires_in: Lifetime,
    /// The language of the message.
    pub language: Language,
}

impl<'a> From<&'a Deliver> for Letter<'a> {
    fn from(ask: &'a Deliver) -> Self {
        Self {
            audience: &ask.audience,
            purpose: ask.purpose,
            code: &ask.code,
            expires_in: ask.expires_in,
            language: ask.language,
        }
    }
}

/// The text of a message. It contains a code, so it is not printed.
///
/// ```
/// use authflow_smtp::Text;
///
/// let text = Text {
///     subject: "Sign in to Example".to_owned(),
///     body: "123456 signs you in to Example.\n".to_owned(),
/// };
/// assert_eq!(format!("{text:?}"), "Text(…)", "no log has the code");
/// ```
#[derive(Clone)]
pub struct Text {
    /// Put no code here: subjects are shown on locked screens.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(…)")
    }
}

/// The texts of messages, for each purpose and language.
///
/// ```
/// use authflow::code::CodePurpose;
/// use authflow_smtp::{Encryption, Letter, Settings, StandardTexts, Text, Texts};
///
/// struct Ours;
///
/// impl Texts for Ours {
///     fn text(&self, letter: &Letter<'_>) -> Text {
///         match letter.purpose {
///             CodePurpose::SignIn => Text {
///                 subject: "Sign in to Example".to_owned(),
///                 body: format!("{} signs you in to Example.\n", letter.code.expose()),
///             },
///             _ => StandardTexts.text(letter),
///         }
///     }
/// }
///
/// let settings =
///     Settings::new("localhost", 25, Encryption::None, "login@example.com")?.with_texts(Ours);
/// # Ok::<(), authflow_smtp::SettingsError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` says nothing in messages",
    label = "it must implement `authflow_smtp::Texts`",
    note = "`StandardTexts` are in English and Chinese"
)]
pub trait Texts: Send + Sync + 'static {
    /// Returns the text of this letter. The courier also calls it for decoys.
    fn text(&self, letter: &Letter<'_>) -> Text;
}

/// The standard texts, in English and Chinese. They contain the code, its purpose, the time for which it is valid, and the advice to share it with
/// nobody.
///
/// ```
/// use authflow::{code::CodePurpose, device::Language};
/// use authflow_smtp::StandardTexts;
///
/// // A text of your own may name the purpose in these words.
/// assert_eq!(StandardTexts::purpose(CodePurpose::SignIn, Language::En), "sign in");
/// assert_eq!(StandardTexts::purpose(CodePurpose::SignIn, Language::Zh), "登录");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardTexts;

impl StandardTexts {
    /// The purpose of a code, in a few words.
    pub const fn purpose(purpose: CodePurpose, language: Language) -> &'static str {
        match (language, purpose) {
            (Language::En, CodePurpose::SignIn) => "sign in",
            (Language::En, CodePurpose::SecondFactor) => "second factor to sign in",
            (Language::En, CodePurpose::ChangePassword | CodePurpose::UpdatePassword) => {
                "change the password"
            }
            (Language::En, CodePurpose::ForgottenPassword) => "reset the forgotten password",
            (Language::En, CodePurpose::UpdateContact) => "take this contact for an account",
            (Language::En, CodePurpose::Register) => "register",
            (Language::En, CodePurpose::LinkIdentity) => "bind a social account",
            (Language::Zh, CodePurpose::SignIn) => "登录",
            (Language::Zh, CodePurpose::SecondFactor) => "登录二次验证",
            (Language::Zh, CodePurpose::ChangePassword | CodePurpose::UpdatePassword) => "修改密码",
            (Language::Zh, CodePurpose::ForgottenPassword) => "重置密码",
            (Language::Zh, CodePurpose::UpdateContact) => "绑定新的联系方式",
            (Language::Zh, CodePurpose::Register) => "注册",
            (Language::Zh, CodePurpose::LinkIdentity) => "绑定社交账号",
        }
    }
}

impl Texts for StandardTexts {
    fn text(&self, letter: &Letter<'_>) -> Text {
        let (code, lives) = (letter.code.expose(), letter.expires_in.as_seconds());
        let purpose = Self::purpose(letter.purpose, letter.language);
        match letter.language {
            Language::En => {
                let lives = match (lives / 60, lives % 60) {
                    (1, 0) => "1 minute".to_owned(),
                    (minutes, 0) => format!("{minutes} minutes"),
                    _ => format!("{lives} seconds"),
                };
                Text {
                    subject: format!("Your code: {purpose}"),
                    body: format!(
                        "Your code is {code}.\n\nWhat for: {purpose}. Good for {lives}, once.\n\nTell it to nobody. If you did \
                         not ask for it, there is nothing to do: without it, nobody gets further.\n"
                    ),
                }
            }
            Language::Zh => {
                let lives =
                    if lives % 60 == 0 { format!("{} 分钟", lives / 60) } else { format!("{lives} 秒") };
                Text {
                    subject: format!("{purpose}验证码"),
                    body: format!(
                        "您的验证码是 {code}。\n\n用途：{purpose}。{lives}内有效，只能使用一次。\n\n请勿告诉任何人。如果不是您本人\
                         操作，请忽略此邮件。\n"
                    ),
                }
            }
        }
    }
}
