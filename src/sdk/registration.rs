//! The body of a registration: what somebody proves and chooses, and what they say of themselves.
//!
//! The family knows these members of a profile. The library knows none of them and hands them on. A member of `extension` is handed on under a name
//! with a prefix, such as `extension.age`. An e-mail address beside the mobile number that is proved is a member of the profile like any other,
//! because nobody has proved it.

use super::body::{Member, VERIFY_CODE};
use crate::{
    Registrant, Secret,
    account::ProfileMembers,
    contact::Channel,
    device::RequestHeaders,
    facade::{
        member::{self, Read, optional, password, recipient, required, texts},
        object::with_texts,
    },
    outcome::MemberProblem,
};
use alloc::{format, string::String, vec::Vec};

const MOBILE: Member = required("mobile", "The mobile number to register, which the code was sent to");
const EMAIL: Member = required("email", "The e-mail address to register, which the code was sent to");
const USER_NAME: Member = optional("user_name", "A user name of one's choice");
const PWD: Member =
    optional("pwd", "The password, 1 to 1,024 bytes; needed where one does not sign in by such a code");
const EXTENSION: Member = texts("extension", "Attributes of the enterprise's own: texts by their names");
const NAME: Member = optional("name", "What one is called");
const OTHER_EMAIL: Member = optional("email", "An e-mail address; it is not proved, and no code goes there");
const HEAD_IMG: Member = optional("head_img", "A URL of a picture");
const GENDER: Member = optional("attr_gender", "female, male, or unknow (unknown)");
const BIRTHDAY: Member = optional("attr_birthday", "yyyy-MM-dd");
const NICK_NAME: Member = optional("attr_nick_name", "A nick name");
const FIRST_NAME: Member = optional("first_name", "A first name");
const MIDDLE_NAME: Member = optional("middle_name", "A middle name");
const LAST_NAME: Member = optional("last_name", "A last name");
const ADDRESS: Member = optional("mailing_address", "A mailing address (CIAM)");
const ZIP_CODE: Member = optional("zip_code", "A zip code (CIAM)");
const INDUSTRY: Member = optional("industry", "An industry (CIAM)");

#[rustfmt::skip]
pub(super) const SMS_REGISTRATION: [Member; 17] = [
    MOBILE, VERIFY_CODE, USER_NAME, PWD, NAME, OTHER_EMAIL, HEAD_IMG, GENDER, BIRTHDAY, NICK_NAME, FIRST_NAME, MIDDLE_NAME, LAST_NAME,
    ADDRESS, ZIP_CODE, INDUSTRY, EXTENSION,
];
/// No page says whether it takes a mobile number too.
#[rustfmt::skip]
pub(super) const EMAIL_REGISTRATION: [Member; 16] = [
    EMAIL, VERIFY_CODE, USER_NAME, PWD, NAME, HEAD_IMG, GENDER, BIRTHDAY, NICK_NAME, FIRST_NAME, MIDDLE_NAME, LAST_NAME, ADDRESS, ZIP_CODE,
    INDUSTRY, EXTENSION,
];

pub(super) fn registrant(headers: &RequestHeaders<'_>, body: &[u8], channel: Channel) -> Read<Registrant> {
    match channel {
        Channel::Sms => of(headers, body, channel, &SMS_REGISTRATION),
        Channel::Email => of(headers, body, channel, &EMAIL_REGISTRATION),
    }
}

/// The contact, the code, the user name and the password come first.
fn of<const N: usize>(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    channel: Channel,
    wanted: &[Member; N],
) -> Read<Registrant> {
    let (members, extension) = with_texts(headers, body, wanted)?;
    let mut members = wanted.iter().zip(members);
    let mut next = || members.next().and_then(|(_, member)| member);
    let (contact, typed, user_name, chosen) = (next(), next(), next(), next());
    let mut said: Vec<(String, Secret)> = Vec::new();
    for (member, text) in members {
        let Some(text) = text else { continue };
        if text.expose().len() > ProfileMembers::MOST_BYTES {
            return Err(MemberProblem::TooLong { most: ProfileMembers::MOST_BYTES }.of(member.name));
        }
        said.push((member.name.into(), text));
    }
    said.extend(extension.into_iter().map(|(name, text)| (format!("{}.{name}", EXTENSION.name), text)));
    let contact_member = match channel {
        Channel::Sms => MOBILE,
        Channel::Email => EMAIL,
    };
    Ok(Registrant {
        recipient: recipient(contact, channel, contact_member)?,
        code: member::code(typed, VERIFY_CODE)?,
        user_name,
        password: chosen.map(|chosen| password(Some(chosen), PWD)).transpose()?,
        members: member::profile(said.iter().map(|(name, text)| (&**name, text.expose())), EXTENSION)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::BodyFault;
    use alloc::string::ToString as _;
    use serde_json::{Value, json};

    fn read(channel: Channel, body: Value) -> Read<Registrant> {
        let headers = [("Content-Type", "application/json")];
        registrant(&RequestHeaders::read(&headers), body.to_string().as_bytes(), channel)
    }

    fn wrong(body: Value) -> BodyFault {
        read(Channel::Sms, body).unwrap_err()
    }

    #[test]
    fn what_one_says_of_oneself_is_handed_on_as_it_is() {
        let whole = json!({
            "mobile": "+86-13800000009", "verify_code": "123456", "user_name": "zoe", "pwd": " Correct-Horse-7 ", "name": "Zoe",
            "email": "zoe@example.com", "attr_gender": "unknow", "attr_birthday": "", "zip_code": null, "unknown": { "a": 1 },
            "extension": { "age": "18", "empty": "", "none": null },
        });
        let registrant = read(Channel::Sms, whole).unwrap();
        assert_eq!(registrant.recipient.normalised(), "+8613800000009");
        assert_eq!(registrant.password.unwrap().expose(), " Correct-Horse-7 ", "never trimmed");
        let members: Vec<_> = registrant.members.iter().collect();
        let expected = [
            ("name", "Zoe"),
            ("email", "zoe@example.com"),
            ("attr_gender", "unknow"),
            ("extension.age", "18"),
        ];
        assert_eq!(members, expected);
    }

    #[test]
    fn only_the_contact_and_the_code_must_be_there() {
        let least = json!({ "email": "zoe@example.com", "verify_code": "1" });
        let registrant = read(Channel::Email, least).unwrap();
        assert!(registrant.password.is_none() && registrant.user_name.is_none());
        assert_eq!(registrant.members.iter().count(), 0);
        assert_eq!(wrong(json!({ "verify_code": "1" })), MemberProblem::Missing.of("mobile"));
        assert_eq!(wrong(json!({ "mobile": "13800000009" })), MemberProblem::Missing.of("verify_code"));
    }

    #[test]
    fn what_is_too_much_or_of_another_type_is_refused_by_its_name() {
        let with = |name: &str, value: Value| {
            let mut body = json!({ "mobile": "13800000009", "verify_code": "1" });
            body[name] = value;
            wrong(body)
        };
        let most = ProfileMembers::MOST_BYTES;
        let many: Value =
            (0..33).map(|at| (format!("m{at}"), json!("x"))).collect::<serde_json::Map<_, _>>().into();
        for (name, value, problem) in [
            ("name", json!("x".repeat(most + 1)), MemberProblem::TooLong { most }),
            ("name", json!(1), MemberProblem::NotText),
            ("extension", json!("x"), MemberProblem::NotTexts),
            ("extension", json!([]), MemberProblem::NotTexts),
            ("extension", json!({ "age": 18 }), MemberProblem::NotTexts),
            ("extension", json!({ "x".repeat(64): "1" }), MemberProblem::NotTexts),
            ("extension", json!({ "age": "x".repeat(most + 1) }), MemberProblem::TooLong { most }),
            ("extension", many, MemberProblem::NotTexts),
        ] {
            assert_eq!(with(name, value.clone()), problem.of(name), "{value}");
        }
        let headers = [("Content-Type", "application/json")];
        let twice = br#"{"mobile":"13800000009","verify_code":"1","extension":{"a":"1","a":"2"}}"#;
        let refused = registrant(&RequestHeaders::read(&headers), twice, Channel::Sms).unwrap_err();
        assert_eq!(refused, MemberProblem::NotTexts.of("extension"));
    }
}
