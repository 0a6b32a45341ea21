//! CIAM's codes and messages.
//!
//! The rows marked *seed* are byte for byte those of the seed page "Check if Personal Password is Set". The rows without a mark are from
//! the family's other pages. *Inferred*: the number is one that a page shows for OneAccess, which counts alike without the prefix. *Ours*:
//! no page shows the row, and its number lies above 0100, where none of the family's was seen.

use super::{Entry, PasswordFlaw, ProfileRow, entry};
use crate::outcome::{Fault, NewPasswordRefusal, NotOurs};

#[rustfmt::skip]
pub(super) fn fault(fault: Fault) -> Entry {
    match fault {
        // seed
        Fault::DeviceIncomplete => entry("IDAAS.SDK.PARAM.0001", "Device information is incomplete", "设备信息不完整"),
        Fault::ClientIdMissing => entry("IDAAS.SDK.PARAM.0002", "clientId cannot be empty", "clientId不能为空"),
        Fault::ApplicationUnknown => entry("IDAAS.SDK.PARAM.0003", "The app is not registered, please register the app first", "应用未注册,请先注册应用"),
        Fault::IdTokenMissing => entry("IDAAS.SDK.PARAM.0015", "IdToken cannot be empty", "IdToken不能为空"),
        Fault::IdTokenInvalid => entry("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired", "IdToken无效或已过期"),
        Fault::UserUnknown => entry("IDAAS.SDK.USER.0001", "User not found", "用户未找到"),
        // the family's code and English; the Chinese is ours
        Fault::StateTokenInvalid => entry("IDAAS.SDK.PARAM.0014", "Invalid state token", "state_token无效"),
        Fault::SessionTokenInvalid => entry("IDAAS.SDK.PARAM.0023", "Invalid or expired session token", "session_token无效或已过期"),
        Fault::CodeNotSent => entry("IDAAS.SDK.CAPTCHA.0006", "Failed to send verification code", "验证码发送失败"),
        Fault::CodeInvalid(_) => entry("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code", "验证码错误"),
        // the family's code and English; the Chinese is OneAccess's
        Fault::CaptchaFailed => entry("IDAAS.SDK.CAPTCHA.0002", "Graphic verification code verification failed", "图形验证码校验失败"),
        // inferred; the English is ours
        Fault::CaptchaTokenExpired => entry("IDAAS.SDK.CAPTCHA.0003", "Graphic verification code token has expired", "图形验证码校验通过令牌已失效"),
        Fault::CaptchaTokenInvalid => entry("IDAAS.SDK.CAPTCHA.0004", "Invalid graphic verification code token", "图形验证码校验通过令牌校验失败"),
        // inferred; the texts are ours
        Fault::CredentialsInvalid => entry("IDAAS.SDK.LOGIN.0002", "Incorrect user name or password", "用户名或密码错误"),
        Fault::TicketInvalid => entry("IDAAS.SDK.PARAM.0032", "Invalid or expired sso_ticket", "sso_ticket无效或已过期"),
        // inferred; CIAM's pages have no signed calls
        Fault::SignatureInvalid => entry("IDAAS.SDK.PARAM.0030", "Invalid or expired signature", "签名无效或已过期"),
        // ours
        Fault::CodeNotYet { .. } => entry("IDAAS.SDK.CAPTCHA.0101", "Verification codes are sent too often, please try again in {0} minutes and {1} seconds", "验证码发送过于频繁,请在{0}分{1}秒后重试"),
        Fault::NoCaptcha => entry("IDAAS.SDK.CAPTCHA.0102", "No graphic verification code is available, please try again later", "暂无图形验证码,请稍后重试"),
        // No call of the family is refused for these reasons.
        Fault::CrossSite | Fault::TokensMisplaced => entry("IDAAS.SDK.PARAM.0101", "The request is malformed", "请求格式错误"),
        Fault::RequestMalformed(_) => entry("IDAAS.SDK.PARAM.0101", "The request body is malformed: {0}", "请求体格式错误:{0}"),
        Fault::OldPasswordInvalid => entry("IDAAS.SDK.PWD.0102", "Incorrect old password", "旧密码错误"),
        Fault::SignInNotRecent => entry("IDAAS.SDK.PWD.0103", "Please sign in again first", "请重新登录后再操作"),
        Fault::FactorUnproved(_) => entry("IDAAS.SDK.USER.0101", "Please sign in again with the second factor {0}", "请使用第二因素{0}重新登录"),
        Fault::ContactTaken => entry("IDAAS.SDK.USER.0102", "The mobile number or email is used by another user", "手机号或邮箱已被其他用户使用"),
        Fault::TenantCredentialInvalid => entry("IDAAS.TENANT.COM.0101", "The access token is invalid or expired", "access_token无效或已过期"),
        Fault::NoCallKey => entry("IDAAS.SDK.PARAM.0104", "The app has no public key", "应用没有公钥"),
        Fault::NewPasswordRefused(reason) => new_password(reason),
        // the family's code and English, from the calls that bind a social account; the Chinese is ours
        Fault::LinkTokenInvalid => entry("IDAAS.SDK.COMMON.1007", "state_token parameter error", "state_token参数错误"),
        // ours
        Fault::SocialCodeInvalid => entry("IDAAS.SDK.SOCIAL.0101", "The social sign-in failed", "社交账号登录失败"),
        Fault::IdentityNotLinked => entry("IDAAS.SDK.SOCIAL.0102", "User not bound", "用户未绑定"),
        Fault::MobileTokenInvalid => entry("IDAAS.SDK.SOCIAL.0103", "The mobile number was not verified", "手机号认证失败"),
        Fault::IdentityUnknown => entry("IDAAS.SDK.SOCIAL.0104", "No such social account is bound", "未绑定该社交账号"),
        Fault::LastWayIn => entry("IDAAS.SDK.SOCIAL.0105", "The last way to sign in cannot be removed", "不能解绑唯一的登录方式"),
        Fault::RegistrationRefused => entry("IDAAS.SDK.USER.0106", "Registration is not possible", "无法注册"),
        Fault::ProfileRefused(refusal) => profile(&ProfileRow::of(&refusal)),
    }
}

/// The rows about a missing member have the numbers and texts of the tenant's call. The rows about an invalid member have OneAccess's, and are
/// inferred. The rows that no page shows are ours.
#[rustfmt::skip]
fn profile(row: &ProfileRow) -> Entry {
    match row {
        ProfileRow::Missing(named) => entry(named.ciams_code(), "{0} cannot be empty", "{0}不能为空"),
        ProfileRow::Invalid(named) => entry(named.ciams_code(), "Invalid {0}", "{0}不符合校验规则"),
        ProfileRow::NameTaken => entry("IDAAS.SDK.USER.0103", "The username is taken", "用户名已被使用"),
        ProfileRow::OtherMissing => entry("IDAAS.SDK.USER.0104", "The attribute {0} cannot be empty", "属性{0}不能为空"),
        ProfileRow::OtherInvalid => entry("IDAAS.SDK.USER.0105", "Invalid attribute {0}", "属性{0}不符合校验规则"),
    }
}

/// The numbers and texts of the tenant's call that changes a password.
#[rustfmt::skip]
const fn new_password(reason: NewPasswordRefusal) -> Entry {
    match PasswordFlaw::of(reason) {
        PasswordFlaw::Used => entry("IDAAS.SDK.PWD.0001", "The password is used before, cannot be used again", "不允许使用历史密码"),
        PasswordFlaw::Identity => entry("IDAAS.SDK.PWD.0003", "Password cannot contain :username, mobile number, email prefix, name in PinYing", "密码中不允许包含:用户名、手机号、邮箱前缀、姓名拼音"),
        PasswordFlaw::Plain => entry("IDAAS.SDK.PWD.0004", "Your password complexity is low, {0}", "密码复杂度低,{0}"),
        PasswordFlaw::Weak => entry("IDAAS.SDK.PWD.0005", "The password is weak", "该密码为弱密码"),
        // the end of the Chinese is ours
        PasswordFlaw::Length => entry("IDAAS.SDK.PWD.0007", "The password must contain {0} to {1} characters", "密码长度为{0}~{1}个字符"),
        // ours
        PasswordFlaw::Unsaid => entry("IDAAS.SDK.PWD.0101", "The new password does not meet the requirements", "新密码不符合要求"),
    }
}

/// Ours, because the family's pages do not say what another path or method gets.
pub(super) const fn not_ours(reason: NotOurs) -> Entry {
    match reason {
        NotOurs::Path => entry("IDAAS.SDK.PARAM.0102", "No such API", "接口不存在"),
        NotOurs::Method { .. } => entry("IDAAS.SDK.PARAM.0103", "Method not allowed", "请求方法不支持"),
    }
}

/// Inferred; the English is OneAccess's.
pub(super) const NO_POINT: Entry = entry("IDAAS.SDK.PARAM.0004", "Coordinates required", "坐标信息不能为空");
/// Inferred; the English is OneAccess's.
pub(super) const NO_PICTURE: Entry =
    entry("IDAAS.SDK.PARAM.0005", "Token required", "图形验证码身份令牌不能为空");

/// The host cannot answer. This is the one failure of the family that is not a 400.
pub(super) const BUSY: Entry =
    entry("IDAAS.TENANT.COM.0002", "System busy, please try again later", "系统繁忙,请稍后重试");

/// For an application that tells when the lock ends: in `{0}` minutes and `{1}` seconds. The number is inferred, and the English is EIAM's.
pub(super) const LOCKED: Entry = entry(
    "IDAAS.SDK.LOGIN.0001",
    "The user has been locked due to too many unsuccessful login attempts. It will be unlocked in {0} minutes and {1} seconds",
    "由于多次登录失败,用户已被锁定。 它将在 {0} 分钟和 {1} 秒内解锁",
);
