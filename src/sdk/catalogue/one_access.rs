//! OneAccess's codes and messages.
//!
//! Rows that are not marked are from its pages. *Inferred*: the number is CIAM's, which counts alike behind a prefix. *Ours*: no page of
//! either product shows the row, and its number lies above 0100. English texts end in a full stop and Chinese ones do not, as on the pages.

use super::{Entry, PasswordFlaw, ProfileRow, entry};
use crate::outcome::{Fault, NewPasswordRefusal, NotOurs};

#[rustfmt::skip]
pub(super) fn fault(fault: Fault) -> Entry {
    match fault {
        Fault::ApplicationUnknown => entry("APP.0001", "Application does not exist.", "应用不存在"),
        Fault::CredentialsInvalid => entry("LOGIN.0002", "Invalid account name or password.", "无效的账号或密码。"),
        Fault::CaptchaFailed => entry("CAPTCHA.0002", "Invalid CAPTCHA code.", "图形验证码校验失败"),
        Fault::CaptchaTokenExpired => entry("CAPTCHA.0003", "CAPTCHA token expired.", "图形验证码校验通过令牌已失效"),
        Fault::CaptchaTokenInvalid => entry("CAPTCHA.0004", "Invalid CAPTCHA token.", "图形验证码校验通过令牌校验失败"),
        // the number of the Chinese row was not seen, and is inferred
        Fault::ClientIdMissing => entry("PARAM.0002", "Client ID required.", "clientId不能为空"),
        // the number follows from its neighbours' on the page; the English is ours
        Fault::SignatureInvalid => entry("PARAM.0030", "Signature invalid or expired.", "签名无效或已过期"),
        // the Chinese is ours
        Fault::TicketInvalid => entry("PARAM.0032", "SSO ticket invalid or expired.", "一次性令牌无效或已过期"),
        // inferred, with CIAM's texts or our own
        Fault::DeviceIncomplete => entry("PARAM.0001", "Device information is incomplete.", "设备信息不完整"),
        Fault::StateTokenInvalid => entry("PARAM.0014", "Invalid state token.", "state_token无效"),
        Fault::IdTokenMissing => entry("PARAM.0015", "ID token required.", "id_token不能为空"),
        Fault::IdTokenInvalid => entry("PARAM.0016", "ID token invalid or expired.", "id_token无效或已过期"),
        Fault::SessionTokenInvalid => entry("PARAM.0023", "Session token invalid or expired.", "session_token无效或已过期"),
        Fault::CodeNotSent => entry("CAPTCHA.0006", "Failed to send verification code.", "验证码发送失败"),
        Fault::CodeInvalid(_) => entry("CAPTCHA.0007", "Incorrect verification code.", "验证码错误"),
        Fault::UserUnknown => entry("USER.0001", "User not found.", "用户未找到"),
        // ours
        Fault::CodeNotYet { .. } => entry("CAPTCHA.0101", "Verification codes are sent too often. Try again in {0} minutes and {1} seconds.", "验证码发送过于频繁,请在{0}分{1}秒后重试"),
        Fault::NoCaptcha => entry("CAPTCHA.0102", "No CAPTCHA is available. Try again later.", "暂无图形验证码,请稍后重试"),
        // No call of the family is refused for these reasons.
        Fault::CrossSite | Fault::TokensMisplaced => entry("PARAM.0101", "The request is malformed.", "请求格式错误"),
        Fault::RequestMalformed(_) => entry("PARAM.0101", "The request body is malformed: {0}.", "请求体格式错误:{0}"),
        Fault::OldPasswordInvalid => entry("PWD.0102", "Incorrect old password.", "旧密码错误"),
        Fault::SignInNotRecent => entry("PWD.0103", "Sign in again first.", "请重新登录后再操作"),
        Fault::FactorUnproved(_) => entry("USER.0101", "Sign in again with the second factor {0}.", "请使用第二因素{0}重新登录"),
        Fault::ContactTaken => entry("USER.0102", "The mobile number or email is used by another user.", "手机号或邮箱已被其他用户使用"),
        Fault::TenantCredentialInvalid => entry("COM.0101", "Access token invalid or expired.", "access_token无效或已过期"),
        Fault::NoCallKey => entry("PARAM.0104", "The application has no public key.", "应用没有公钥"),
        Fault::NewPasswordRefused(reason) => new_password(reason),
        // inferred, from the others' pages
        Fault::LinkTokenInvalid => entry("COMMON.1007", "State token parameter error.", "state_token参数错误"),
        // ours
        Fault::SocialCodeInvalid => entry("SOCIAL.0101", "The social sign-in failed.", "社交账号登录失败"),
        Fault::IdentityNotLinked => entry("SOCIAL.0102", "User not bound.", "用户未绑定"),
        Fault::MobileTokenInvalid => entry("SOCIAL.0103", "The mobile number was not verified.", "手机号认证失败"),
        Fault::IdentityUnknown => entry("SOCIAL.0104", "No such social account is bound.", "未绑定该社交账号"),
        Fault::LastWayIn => entry("SOCIAL.0105", "The last way to sign in cannot be removed.", "不能解绑唯一的登录方式"),
        Fault::RegistrationRefused => entry("USER.0106", "Registration is not possible.", "无法注册"),
        Fault::ProfileRefused(refusal) => profile(&ProfileRow::of(&refusal)),
    }
}

/// The numbers 0036 to 0038 are from its pages. The others are CIAM's, and are inferred or ours.
#[rustfmt::skip]
fn profile(row: &ProfileRow) -> Entry {
    match row {
        ProfileRow::Missing(named) => entry(named.one_access_code(), "{0} required.", "{0}不能为空"),
        ProfileRow::Invalid(named) => entry(named.one_access_code(), "Invalid {0}.", "{0}不符合校验规则"),
        ProfileRow::NameTaken => entry("USER.0103", "Username taken.", "用户名已被使用"),
        ProfileRow::OtherMissing => entry("USER.0104", "Attribute {0} required.", "属性{0}不能为空"),
        ProfileRow::OtherInvalid => entry("USER.0105", "Invalid attribute {0}.", "属性{0}不符合校验规则"),
    }
}

/// Number 0001 is from its pages. The others are inferred, with CIAM's texts.
#[rustfmt::skip]
const fn new_password(reason: NewPasswordRefusal) -> Entry {
    match PasswordFlaw::of(reason) {
        PasswordFlaw::Used => entry("PWD.0001", "Historical passwords cannot be used.", "不允许使用历史密码"),
        PasswordFlaw::Identity => entry("PWD.0003", "Password cannot contain the username, mobile number, or email prefix.", "密码中不允许包含:用户名、手机号、邮箱前缀、姓名拼音"),
        PasswordFlaw::Plain => entry("PWD.0004", "Password complexity is low: {0}.", "密码复杂度低,{0}"),
        PasswordFlaw::Weak => entry("PWD.0005", "Password is weak.", "该密码为弱密码"),
        PasswordFlaw::Length => entry("PWD.0007", "Password must contain {0} to {1} characters.", "密码长度为{0}~{1}个字符"),
        // ours
        PasswordFlaw::Unsaid => entry("PWD.0101", "The new password does not meet the requirements.", "新密码不符合要求"),
    }
}

/// Ours.
pub(super) const fn not_ours(reason: NotOurs) -> Entry {
    match reason {
        NotOurs::Path => entry("PARAM.0102", "No such API.", "接口不存在"),
        NotOurs::Method { .. } => entry("PARAM.0103", "Method not allowed.", "请求方法不支持"),
    }
}

/// The solution of a picture lacks the point.
pub(super) const NO_POINT: Entry = entry("PARAM.0004", "Coordinates required.", "坐标信息不能为空");
/// The solution of a picture lacks the picture's token.
pub(super) const NO_PICTURE: Entry = entry("PARAM.0005", "Token required.", "图形验证码身份令牌不能为空");

/// HTTP 500, as in every dialect. Inferred.
pub(super) const BUSY: Entry = entry("COM.0002", "System busy. Try again later.", "系统繁忙,请稍后重试");

/// For an application that tells how many guesses are left: `{0}`. The full stop is from the page's sample of an answer. The page's table
/// has none.
pub(super) const ATTEMPTS_LEFT: Entry = entry(
    "LOGIN.0002",
    "Invalid account name or password. Remaining attempts: {0}.",
    "无效的账号或密码。 剩余次数:{0}",
);

/// For an application that tells when the lock ends: in `{0}` minutes and `{1}` seconds. The English is EIAM's.
pub(super) const LOCKED: Entry = entry(
    "LOGIN.0001",
    "The user has been locked due to too many unsuccessful login attempts. It will be unlocked in {0} minutes and {1} seconds.",
    "由于多次登录失败,用户已被锁定。 它将在 {0} 分钟和 {1} 秒内解锁",
);
