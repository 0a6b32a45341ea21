//! OneAccess's codes and messages: `APP.0001`, `APP.0002` and `LOGIN.0002` are from its pages; the others are ours, in its style.

use super::{Entry, entry};
use crate::outcome::{Fault, NotOurs};

#[rustfmt::skip]
pub(super) const fn fault(fault: Fault) -> Entry {
    match fault {
        Fault::ApplicationUnknown => entry("APP.0001", "The application does not exist", "应用不存在"),
        Fault::ClientIdMissing => entry("APP.0002", "The application ID is required", "应用ID不能为空"),
        Fault::CredentialsInvalid => entry("LOGIN.0002", "Invalid account name or password.", "账号或密码错误。"),
        Fault::DeviceIncomplete => entry("PARAM.0101", "Device information is incomplete", "设备信息不完整"),
        Fault::RequestMalformed => entry("PARAM.0102", "The request body is malformed", "请求体格式错误"),
        Fault::StateTokenInvalid => entry("TOKEN.0101", "Invalid state token", "state_token无效"),
        Fault::IdTokenMissing => entry("TOKEN.0102", "The id_token is required", "id_token不能为空"),
        Fault::IdTokenInvalid => entry("TOKEN.0103", "The id_token is invalid or expired", "id_token无效或已过期"),
        Fault::SessionTokenInvalid => entry("TOKEN.0104", "The session_token is invalid or expired", "session_token无效或已过期"),
        Fault::TicketInvalid => entry("TOKEN.0105", "The sso_ticket is invalid or expired", "sso_ticket无效或已过期"),
        Fault::TenantCredentialInvalid => entry("TOKEN.0106", "The access token is invalid or expired", "access_token无效或已过期"),
        Fault::UserUnknown => entry("USER.0101", "User not found", "用户不存在"),
        Fault::CodeNotSent => entry("CODE.0101", "Failed to send verification code", "验证码发送失败"),
        Fault::CodeInvalid => entry("CODE.0102", "Incorrect verification code", "验证码错误"),
        Fault::NewPasswordRefused => entry("PWD.0101", "The new password does not meet the requirements", "新密码不符合要求"),
        Fault::OldPasswordInvalid => entry("PWD.0102", "Incorrect old password", "旧密码错误"),
        Fault::SignInNotRecent => entry("PWD.0103", "Please sign in again to set a password", "请重新登录后再设置密码"),
    }
}

pub(super) const fn not_ours(reason: NotOurs) -> Entry {
    match reason {
        NotOurs::Path => entry("PARAM.0103", "No such API", "接口不存在"),
        NotOurs::Method { .. } => entry("PARAM.0104", "Method not allowed", "请求方法不支持"),
    }
}

/// HTTP 500, as in every dialect.
pub(super) const BUSY: Entry =
    entry("COMMON.0101", "System busy, please try again later", "系统繁忙,请稍后重试");

/// Where the application tells how many guesses are left: `{0}`.
pub(super) const ATTEMPTS_LEFT: Entry = entry(
    "LOGIN.0002",
    "Invalid account name or password. Remaining attempts: {0}.",
    "账号或密码错误。剩余尝试次数:{0}。",
);
