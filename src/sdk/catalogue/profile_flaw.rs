//! The reasons not to register somebody, as far as the family has words for them.

use crate::{
    account::{ProfileFlaw, ProfileRefusal},
    device::Language,
};
use alloc::string::String;

/// A member that has a separate row: CIAM's code, and what the member is called in each language.
pub(super) struct Named {
    code: &'static str,
    en: &'static str,
    zh: &'static str,
}

/// A fault of a registration, as far as the family distinguishes faults.
pub(super) enum ProfileRow {
    /// One of the members of the pages must be there.
    Missing(Named),
    /// A user name, a name or a mobile number is not acceptable.
    Invalid(Named),
    /// A user name belongs to another account.
    NameTaken,
    /// Another member must be there.
    OtherMissing,
    /// Another member is not acceptable, or belongs to another account.
    OtherInvalid,
}

const fn named(code: &'static str, en: &'static str, zh: &'static str) -> Named {
    Named { code, en, zh }
}

impl ProfileRow {
    /// The text for the placeholder in a message of CIAM or OneAccess: the words for the member, or its name as the client spells it.
    pub(super) fn subject(&self, refusal: &ProfileRefusal, language: Language) -> String {
        match self {
            Self::Missing(named) | Self::Invalid(named) => match language {
                Language::En => named.en.into(),
                Language::Zh => named.zh.into(),
            },
            Self::NameTaken | Self::OtherMissing | Self::OtherInvalid => refusal.member.as_str().into(),
        }
    }

    /// The numbers 0002 to 0015 are those of CIAM's tenant call, and 0036 to 0038 are those of OneAccess.
    pub(super) fn of(refusal: &ProfileRefusal) -> Self {
        let member = refusal.member.as_str();
        match refusal.flaw {
            ProfileFlaw::Missing => missing(member).map_or(Self::OtherMissing, Self::Missing),
            ProfileFlaw::Malformed => invalid(member).map_or(Self::OtherInvalid, Self::Invalid),
            ProfileFlaw::Taken if member == "user_name" => Self::NameTaken,
            ProfileFlaw::Taken => Self::OtherInvalid,
        }
    }
}

#[rustfmt::skip]
fn missing(member: &str) -> Option<Named> {
    Some(match member {
        "user_name" => named("IDAAS.SDK.USER.0002", "Username", "用户名"),
        "name" => named("IDAAS.SDK.USER.0003", "Name", "姓名"),
        "mobile" => named("IDAAS.SDK.USER.0004", "Mobile number", "手机号"),
        "email" => named("IDAAS.SDK.USER.0005", "E-mail", "邮箱"),
        "pwd" => named("IDAAS.SDK.USER.0006", "Password", "密码"),
        "attr_gender" => named("IDAAS.SDK.USER.0007", "Gender", "性别"),
        "attr_birthday" => named("IDAAS.SDK.USER.0008", "Birthday", "生日"),
        "attr_nick_name" => named("IDAAS.SDK.USER.0009", "Nick name", "昵称"),
        "mailing_address" => named("IDAAS.SDK.USER.0010", "Mailing address", "邮寄地址"),
        "zip_code" => named("IDAAS.SDK.USER.0011", "Zip code", "邮政编码"),
        "first_name" => named("IDAAS.SDK.USER.0012", "First name", "名字"),
        "middle_name" => named("IDAAS.SDK.USER.0013", "Middle name", "中间名"),
        "last_name" => named("IDAAS.SDK.USER.0014", "Last name", "姓氏"),
        "industry" => named("IDAAS.SDK.USER.0015", "Industry", "所属行业"),
        _ => return None,
    })
}

#[rustfmt::skip]
fn invalid(member: &str) -> Option<Named> {
    Some(match member {
        "user_name" => named("IDAAS.SDK.USER.0036", "username", "用户名"),
        "name" => named("IDAAS.SDK.USER.0037", "name", "姓名"),
        "mobile" => named("IDAAS.SDK.USER.0038", "mobile number", "手机号"),
        _ => return None,
    })
}

impl Named {
    pub(super) const fn ciams_code(&self) -> &'static str {
        self.code
    }

    /// OneAccess has the same numbers, without the prefix.
    pub(super) fn one_access_code(&self) -> &'static str {
        self.code.strip_prefix("IDAAS.SDK.").unwrap_or(self.code)
    }
}
