//! What a message with a code says, in English and Chinese.

use super::Letter;
use authflow::{code::CodePurpose, device::Language};

pub(super) struct Message {
    /// Without the code: subjects are shown on locked screens.
    pub(super) subject: String,
    pub(super) body: String,
}

pub(super) fn message(letter: &Letter<'_>) -> Message {
    let (code, lives) = (letter.code.expose(), letter.expires_in.as_seconds());
    match letter.language {
        Language::En => {
            let purpose = english(letter.purpose);
            let lives = match (lives / 60, lives % 60) {
                (1, 0) => "1 minute".to_owned(),
                (minutes, 0) => format!("{minutes} minutes"),
                _ => format!("{lives} seconds"),
            };
            Message {
                subject: format!("Your code: {purpose}"),
                body: format!(
                    "Your code is {code}.\n\nWhat for: {purpose}. Good for {lives}, once.\n\nTell it to nobody. If you did \
                     not ask for it, there is nothing to do: without it, nobody gets further.\n"
                ),
            }
        }
        Language::Zh => {
            let purpose = chinese(letter.purpose);
            let lives =
                if lives % 60 == 0 { format!("{} 分钟", lives / 60) } else { format!("{lives} 秒") };
            Message {
                subject: format!("{purpose}验证码"),
                body: format!(
                    "您的验证码是 {code}。\n\n用途：{purpose}。{lives}内有效，只能使用一次。\n\n请勿告诉任何人。如果不是您本人\
                     操作，请忽略此邮件。\n"
                ),
            }
        }
    }
}

pub(super) fn english(purpose: CodePurpose) -> &'static str {
    match purpose {
        CodePurpose::SignIn => "sign in",
        CodePurpose::SecondFactor => "second factor to sign in",
        CodePurpose::ChangePassword | CodePurpose::UpdatePassword => "change the password",
        CodePurpose::ForgottenPassword => "reset the forgotten password",
    }
}

fn chinese(purpose: CodePurpose) -> &'static str {
    match purpose {
        CodePurpose::SignIn => "登录",
        CodePurpose::SecondFactor => "登录二次验证",
        CodePurpose::ChangePassword | CodePurpose::UpdatePassword => "修改密码",
        CodePurpose::ForgottenPassword => "重置密码",
    }
}
