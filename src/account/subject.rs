//! The identity of a subject, for the server of a tenant or for an application.

use crate::{
    AccountId,
    account::{Account, UserName},
    contact::{EmailAddress, Mobile},
};
use alloc::boxed::Box;
use core::fmt;
use serde::Serialize;

/// The identity of a subject. Its members are serialised under the family's names, here and in the claim `api` of an
/// id token.
///
/// ```
/// use authflow::{account::Subject, testkit::demo};
///
/// let mona =
///     demo::accounts().into_iter().find(|account| account.id.as_str() == "id-mona").unwrap();
/// let subject = Subject::of(&mona);
/// assert_eq!(subject.email.as_deref(), Some("mona@example.com"));
/// assert!(!format!("{subject:?}").contains("mona@"), "it may stand in a log");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Subject {
    /// The account's id.
    pub id: AccountId,
    /// Its user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<Box<str>>,
    /// The subject's name: the claim `name` of the account's profile, if that is a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    /// Its mobile number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<Box<str>>,
    /// Its e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Box<str>>,
}

impl Subject {
    /// The subject of an account.
    pub fn of(account: &Account) -> Self {
        Self {
            id: account.id,
            user_name: account.user_name.as_ref().map(UserName::as_str).map(Box::from),
            name: account.profile.text("name"),
            mobile: account.mobile.as_ref().map(Mobile::as_str).map(Box::from),
            email: account.email.as_ref().map(EmailAddress::as_str).map(Box::from),
        }
    }
}

/// Personal data: `Debug` shows only the id.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Profile;
    use serde_json::json;

    #[test]
    fn a_subject_has_the_familys_names_and_no_member_that_does_not_apply() {
        let mut account = Account::bare("4711");
        assert_eq!(serde_json::to_value(Subject::of(&account)).unwrap(), json!({ "id": "4711" }));
        account.user_name = UserName::new("erin").ok();
        account.profile = Profile::new(&json!({ "name": "Erin", "locale": "zh" })).unwrap();
        account.mobile = Mobile::new("+86-13800000000").ok();
        account.email = EmailAddress::new("erin@example.com").ok();
        let all = json!({
            "id": "4711", "userName": "erin", "name": "Erin", "mobile": "+86-13800000000", "email": "erin@example.com",
        });
        assert_eq!(serde_json::to_value(Subject::of(&account)).unwrap(), all);
        assert_eq!(alloc::format!("{:?}", Subject::of(&account)), "Subject { id: AccountId(\"4711\"), .. }");
    }
}
