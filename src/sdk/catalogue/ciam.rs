//! CIAM's codes and messages.
//!
//! The rows marked *seed* are byte for byte those of the seed page "Check if Personal Password is Set"; the other codes
//! and English texts are from the family's pages, except those marked *ours*, which no page shows.

use super::{Entry, entry};
use crate::outcome::{Fault, NotOurs};

#[rustfmt::skip]
pub(super) const fn fault(fault: Fault) -> Entry {
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
        Fault::CodeInvalid => entry("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code", "验证码错误"),
        // ours
        Fault::RequestMalformed => entry("IDAAS.SDK.PARAM.0101", "The request body is malformed", "请求体格式错误"),
        Fault::CredentialsInvalid => entry("IDAAS.SDK.LOGIN.0001", "Incorrect user name or password", "用户名或密码错误"),
        Fault::OldPasswordInvalid => entry("IDAAS.SDK.PWD.0002", "Incorrect old password", "旧密码错误"),
        Fault::NewPasswordRefused => entry("IDAAS.SDK.PWD.0001", "The new password does not meet the requirements", "新密码不符合要求"),
        Fault::SignInNotRecent => entry("IDAAS.SDK.PWD.0003", "Please sign in again to set a password", "请重新登录后再设置密码"),
        Fault::TenantCredentialInvalid => entry("IDAAS.TENANT.COM.0101", "The access token is invalid or expired", "access_token无效或已过期"),
        Fault::TicketInvalid => entry("IDAAS.SDK.PARAM.0104", "Invalid or expired sso_ticket", "sso_ticket无效或已过期"),
    }
}

/// Ours: the family's pages do not say what another path or method gets.
pub(super) const fn not_ours(reason: NotOurs) -> Entry {
    match reason {
        NotOurs::Path => entry("IDAAS.SDK.PARAM.0102", "No such API", "接口不存在"),
        NotOurs::Method { .. } => entry("IDAAS.SDK.PARAM.0103", "Method not allowed", "请求方法不支持"),
    }
}

/// The host cannot answer: the one failure of the family that is not a 400.
pub(super) const BUSY: Entry =
    entry("IDAAS.TENANT.COM.0002", "System busy, please try again later", "系统繁忙,请稍后重试");
