//! The texts about a malformed body: which member is wrong, and what must be there. The texts are ours.

use crate::{
    device::{Header, Language},
    outcome::{BodyFault, MemberProblem},
};
use alloc::{format, string::String};

/// The description of a fault, which fills the placeholder of a message.
pub(super) fn what_must_be(fault: BodyFault, language: Language) -> String {
    let (en, zh) = match fault {
        BodyFault::ContentType => {
            ("Content-Type must be application/json".into(), "Content-Type须为application/json".into())
        }
        BodyFault::FormContentType => (
            "Content-Type must be application/x-www-form-urlencoded".into(),
            "Content-Type须为application/x-www-form-urlencoded".into(),
        ),
        BodyFault::TooLong { most } => {
            (format!("it must have at most {most} bytes"), format!("不能超过{most}字节"))
        }
        BodyFault::NotAnObject => ("it must be a JSON object".into(), "须为JSON对象".into()),
        BodyFault::Member { name, problem } => of_member(name, problem),
    };
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}

fn of_member(name: &str, problem: MemberProblem) -> (String, String) {
    let (en, zh) = match problem {
        MemberProblem::Missing => ("must be there", "不能为空"),
        MemberProblem::NotText => ("must be a string", "须为字符串"),
        MemberProblem::NotTexts => ("must be an object of at most 32 strings", "须为最多32个字符串的对象"),
        MemberProblem::Repeated => ("must be given once", "只能出现一次"),
        MemberProblem::TooLong { most } => {
            return (format!("{name} must have at most {most} bytes"), format!("{name}不能超过{most}字节"));
        }
        MemberProblem::Malformed => ("must be well-formed", "格式须正确"),
        MemberProblem::NotAMobile => ("must be a mobile number", "须为手机号"),
        MemberProblem::NotAnEmail => ("must be an e-mail address", "须为邮箱地址"),
        MemberProblem::NotTaken => ("must be one that this application takes", "须为该应用支持的类型"),
        MemberProblem::NotOfLogins => ("must be one of a pending login", "须为登录过程中的类型"),
        MemberProblem::NotClientCredentials => ("must be client_credentials", "须为client_credentials"),
        MemberProblem::UnknownCharacter => ("must have no characters beyond ASCII", "只能包含ASCII字符"),
    };
    (format!("{name} {en}"), format!("{name}{zh}"))
}

/// The name of what is wrong, where the family's own text says the rest.
pub(super) const fn named(fault: BodyFault) -> &'static str {
    match fault {
        BodyFault::ContentType | BodyFault::FormContentType => Header::ContentType.name(),
        BodyFault::TooLong { .. } | BodyFault::NotAnObject => "body",
        BodyFault::Member { name, .. } => name,
    }
}
