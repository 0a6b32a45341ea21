//! The codes and messages of the family (CIAM), in English and Chinese, as one table.
//!
//! The rows marked *seed* are byte for byte those of the seed page "Check if Personal Password is Set"; the other codes
//! and English texts are from the family's pages, except those marked *ours*, which no page shows.

use crate::{
    device::Language,
    outcome::{Fault, NotOurs},
};

/// A code and its message in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) code: &'static str,
    en: &'static str,
    zh: &'static str,
}

impl Entry {
    pub(super) const fn message(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Zh => self.zh,
        }
    }
}

const fn entry(code: &'static str, en: &'static str, zh: &'static str) -> Entry {
    Entry { code, en, zh }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    const FAULTS: [Fault; 14] = [
        Fault::DeviceIncomplete,
        Fault::ClientIdMissing,
        Fault::ApplicationUnknown,
        Fault::RequestMalformed,
        Fault::StateTokenInvalid,
        Fault::IdTokenMissing,
        Fault::IdTokenInvalid,
        Fault::SessionTokenInvalid,
        Fault::UserUnknown,
        Fault::CredentialsInvalid,
        Fault::CodeNotSent,
        Fault::CodeInvalid,
        Fault::OldPasswordInvalid,
        Fault::NewPasswordRefused,
    ];

    #[test]
    fn no_code_and_no_message_stands_for_two_things() {
        let others = [NotOurs::Path, NotOurs::Method { allowed: "" }].map(not_ours);
        let all: alloc::vec::Vec<_> = FAULTS.map(fault).into_iter().chain(others).chain([BUSY]).collect();
        for part in [(|it| it.code) as fn(&Entry) -> &'static str, |it| it.en, |it| it.zh] {
            assert_eq!(all.iter().map(part).collect::<BTreeSet<_>>().len(), all.len());
        }
        for it in FAULTS.map(fault) {
            assert!(
                it.code.starts_with("IDAAS.SDK.")
                    && !it.en.is_empty()
                    && it.en.is_ascii()
                    && !it.zh.is_ascii()
            );
        }
    }
}
