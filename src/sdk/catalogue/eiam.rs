//! EIAM's codes and messages. The codes up to 1013 and their English are from its pages, with the name that a message is about put
//! in; those from 1101 on, and most of the Chinese, are ours. The texts about a new password are those of its tenant's call.

use super::{Entry, PasswordFlaw, entry};
use crate::{
    factor::Factor,
    outcome::{BodyFault, Fault, MemberProblem, NewPasswordRefusal, NotOurs},
};

#[rustfmt::skip]
pub(super) const fn fault(fault: Fault) -> Entry {
    match fault {
        Fault::DeviceIncomplete => entry("SDK.COMMON.1003", "Device information is incomplete", "设备信息不完整"),
        Fault::ClientIdMissing => entry("SDK.COMMON.1001", "Parameter X-client-id cannot be left blank.", "参数X-client-id不能为空"),
        Fault::ApplicationUnknown => entry("SDK.COMMON.1012", "The x-client-ID is incorrect and the corresponding application cannot be found", "x-client-id错误,找不到对应的应用"),
        Fault::RequestMalformed(wrong) => body(wrong),
        // No call of the family is refused so.
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
        Fault::OldPasswordInvalid => entry("SDK.PWD.1102", "Incorrect old password", "旧密码错误"),
        Fault::SignInNotRecent => entry("SDK.PWD.1103", "Please sign in again to set a password", "请重新登录后再设置密码"),
        Fault::TenantCredentialInvalid => entry("SDK.COMMON.1103", "The access token is invalid or expired", "access_token无效或已过期"),
        Fault::NewPasswordRefused(reason) => new_password(reason),
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

/// Where the application tells how many guesses are left: `{0}`.
pub(super) const ATTEMPTS_LEFT: Entry = entry(
    "SDK.LOGIN.1005",
    "Invalid user name or password. Remaining login attempts: {0}",
    "无效的用户名或密码。 剩余登录尝试次数:{0}",
);

/// Where the application tells when the lock ends: in `{0}` minutes and `{1}` seconds.
pub(super) const LOCKED: Entry = entry(
    "SDK.LOGIN.1003",
    "The user has been locked due to too many unsuccessful login attempts. It will be unlocked in {0} minutes and {1} seconds",
    "用户已被锁定,{0}分{1}秒后解锁",
);
