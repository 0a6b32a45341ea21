//! EIAM's codes and messages. The codes up to 1014 and their English are from its pages, with the name that a message is about filled in.
//! The codes from 1101 on, and most of the Chinese, are ours. The texts about a new password are those of its tenant's call.

use super::{Entry, PasswordFlaw, ProfileRow, entry};
use crate::{
    factor::Factor,
    outcome::{BodyFault, Fault, MemberProblem, NewPasswordRefusal, NotOurs},
};

#[rustfmt::skip]
pub(super) fn fault(fault: Fault) -> Entry {
    match fault {
        Fault::DeviceIncomplete => entry("SDK.COMMON.1003", "Device information is incomplete", "设备信息不完整"),
        Fault::ClientIdMissing => entry("SDK.COMMON.1001", "Parameter X-client-id cannot be left blank.", "参数X-client-id不能为空"),
        Fault::ApplicationUnknown => entry("SDK.COMMON.1012", "The x-client-ID is incorrect and the corresponding application cannot be found", "x-client-id错误,找不到对应的应用"),
        Fault::RequestMalformed(wrong) => body(wrong),
        // No call of the family is refused for these reasons.
        Fault::CrossSite | Fault::TokensMisplaced => entry("SDK.COMMON.1002", "The request format is incorrect", "请求格式错误"),
        Fault::StateTokenInvalid => entry("SDK.COMMON.1006", "The state_token parameter error", "state_token参数错误"),
        Fault::IdTokenMissing => entry("SDK.COMMON.1001", "Parameter id_token cannot be left blank.", "参数id_token不能为空"),
        Fault::IdTokenInvalid => entry("SDK.COMMON.1005", "id_token has expired", "id_token已过期"),
        Fault::SessionTokenInvalid => entry("SDK.COMMON.1005", "session_token has expired", "session_token已过期"),
        Fault::TicketInvalid => entry("SDK.COMMON.1005", "sso_ticket has expired", "sso_ticket已过期"),
        Fault::UserUnknown => entry("SDK.COMMON.1013", "The corresponding user is not found", "找不到对应的用户"),
        Fault::CredentialsInvalid => entry("SDK.LOGIN.1005", "Invalid user name or password.", "无效的用户名或密码。"),
        Fault::CodeInvalid(Factor::Email) => entry("SDK.SMS.1006", "The email verification code is incorrect", "邮箱验证码错误"),
        Fault::CodeInvalid(_) => entry("SDK.SMS.1005", "Incorrect verification code", "验证码错误"),
        Fault::CodeNotSent => entry("SDK.SMS.1101", "Failed to send verification code", "验证码发送失败"),
        Fault::CodeNotYet { .. } => entry("SDK.SMS.1102", "Verification codes are sent too often, please try again in {0} minutes and {1} seconds", "验证码发送过于频繁,请在{0}分{1}秒后重试"),
        Fault::CaptchaFailed => entry("SDK.CAPTCHA.1101", "Graphic verification code verification failed", "图形验证码校验失败"),
        Fault::NoCaptcha => entry("SDK.CAPTCHA.1102", "No graphic verification code is available, please try again later", "暂无图形验证码,请稍后重试"),
        Fault::CaptchaTokenExpired => entry("SDK.COMMON.1005", "captcha_token has expired", "captcha_token已过期"),
        Fault::CaptchaTokenInvalid => entry("SDK.COMMON.1006", "The captcha_token parameter error", "captcha_token参数错误"),
        Fault::OldPasswordInvalid => entry("SDK.PWD.1102", "Incorrect old password", "旧密码错误"),
        Fault::SignInNotRecent => entry("SDK.PWD.1103", "Please sign in again first", "请重新登录后再操作"),
        Fault::FactorUnproved(_) => entry("SDK.USER.1101", "Please sign in again with the second factor {0}", "请使用第二因素{0}重新登录"),
        Fault::ContactTaken => entry("SDK.USER.1102", "The mobile number or email is used by another user", "手机号或邮箱已被其他用户使用"),
        Fault::TenantCredentialInvalid => entry("SDK.COMMON.1103", "The access token is invalid or expired", "access_token无效或已过期"),
        // The page of codes has both, but no page has a call that answers with them.
        Fault::SignatureInvalid => entry("SDK.COMMON.1004", "Signature decryption error", "签名解密错误"),
        Fault::NoCallKey => entry("SDK.COMMON.1014", "Application private key not found", "找不到应用私钥"),
        Fault::NewPasswordRefused(reason) => new_password(reason),
        // The pages' code and English, from every call about social accounts.
        Fault::LinkTokenInvalid => entry("SDK.COMMON.1007", "state_token parameter error", "state_token参数无效"),
        Fault::IdentityNotLinked => entry("SDK.LOGIN.1002", "User not bound", "用户未绑定"),
        Fault::SocialCodeInvalid => entry("SDK.SOCIAL.1101", "The social sign-in failed", "社交账号登录失败"),
        Fault::MobileTokenInvalid => entry("SDK.SOCIAL.1103", "The mobile number was not verified", "手机号认证失败"),
        Fault::IdentityUnknown => entry("SDK.SOCIAL.1104", "No such social account is bound", "未绑定该社交账号"),
        Fault::LastWayIn => entry("SDK.SOCIAL.1105", "The last way to sign in cannot be removed", "不能解绑唯一的登录方式"),
        // No call of this dialect registers people.
        Fault::RegistrationRefused => entry("SDK.USER.1104", "Registration is not possible", "无法注册"),
        Fault::ProfileRefused(refusal) => profile(&ProfileRow::of(&refusal)),
    }
}

/// The pages' texts about any parameter.
#[rustfmt::skip]
fn profile(row: &ProfileRow) -> Entry {
    match row {
        ProfileRow::Missing(_) | ProfileRow::OtherMissing => entry("SDK.COMMON.1001", "Parameter {0} cannot be left blank.", "参数{0}不能为空"),
        ProfileRow::Invalid(_) | ProfileRow::OtherInvalid => entry("SDK.COMMON.1002", "The {0} parameter format is incorrect", "{0}参数格式错误"),
        ProfileRow::NameTaken => entry("SDK.USER.1103", "The user name is taken", "用户名已被使用"),
    }
}

/// The pages' texts, with the name that each is about in the place of `{0}`.
#[rustfmt::skip]
const fn body(wrong: BodyFault) -> Entry {
    match wrong {
        BodyFault::Member { problem: MemberProblem::Missing, .. } => entry("SDK.COMMON.1001", "Parameter {0} cannot be left blank.", "参数{0}不能为空"),
        BodyFault::Member { problem: MemberProblem::NotText, .. } => entry("SDK.COMMON.1007", "The {0} parameter type error", "{0}参数类型错误"),
        _ => entry("SDK.COMMON.1002", "The {0} parameter format is incorrect", "{0}参数格式错误"),
    }
}

#[rustfmt::skip]
const fn new_password(reason: NewPasswordRefusal) -> Entry {
    match PasswordFlaw::of(reason) {
        PasswordFlaw::Unsaid => entry("SDK.PWD.1101", "The new password does not meet the requirements", "新密码不符合要求"),
        PasswordFlaw::Length => entry("SDK.PWD.1104", "The password must contain {0} to {1} characters", "密码长度为{0}~{1}个字符"),
        PasswordFlaw::Identity => entry("SDK.PWD.1105", "The password must not be the user name", "密码不能与用户名一致"),
        PasswordFlaw::Plain => entry("SDK.PWD.1106", "The password does not meet the rules, {0}", "密码不符合校验规则,{0}"),
        PasswordFlaw::Weak => entry("SDK.PWD.1107", "The password is weak", "该密码为弱密码"),
        PasswordFlaw::Used => entry("SDK.PWD.1108", "The password was used before", "不允许使用历史密码"),
    }
}

pub(super) const fn not_ours(reason: NotOurs) -> Entry {
    match reason {
        NotOurs::Path => entry("SDK.COMMON.1101", "No such API", "接口不存在"),
        NotOurs::Method { .. } => entry("SDK.COMMON.1102", "Method not allowed", "请求方法不支持"),
    }
}

/// HTTP 500, as in every dialect.
pub(super) const BUSY: Entry =
    entry("SDK.COMMON.1008", "System busy, please try again later", "系统繁忙,请稍后重试");

/// For an application that tells how many guesses are left: `{0}`.
pub(super) const ATTEMPTS_LEFT: Entry = entry(
    "SDK.LOGIN.1005",
    "Invalid user name or password. Remaining login attempts: {0}",
    "无效的用户名或密码。 剩余登录尝试次数:{0}",
);

/// For an application that tells when the lock ends: in `{0}` minutes and `{1}` seconds.
pub(super) const LOCKED: Entry = entry(
    "SDK.LOGIN.1003",
    "The user has been locked due to too many unsuccessful login attempts. It will be unlocked in {0} minutes and {1} seconds",
    "用户已被锁定,{0}分{1}秒后解锁",
);
