//! The user names that would lead to a contact.

use crate::contact::{EmailAddress, Mobile, NumberingPlan, Recipient};
use alloc::boxed::Box;

/// The user names that would lead to a contact, as somebody could type them in some application. They are the contact in its one spelling and,
/// for a number, the texts that the tenant's [`NumberingPlan`] completes to it. If another account has one of them as its user name, the contact
/// is taken, because that text would find two accounts.
///
/// A store compares them with the keys of user names ([`UserName::normalised`](super::UserName::normalised)), with one parameter for each:
///
/// ```
/// use authflow::{account::{ContactNames, UserName}, contact::{Channel, NumberingPlan, Recipient}};
///
/// let germany = NumberingPlan::new(49)?.with_trunk_prefix("0")?;
/// let names = ContactNames::of(&Recipient::new(Channel::Sms, "+49 171 0000000")?, Some(&germany));
/// assert_eq!(names.texts(), [Some("+491710000000"), Some("1710000000"), Some("01710000000"), None]);
/// // WHERE user_name_key IN (?, ?, ?, ?): NULL is equal to no key.
/// assert!(names.contains(UserName::new("0171-0000000")?.normalised()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactNames([Option<Name>; ContactNames::MOST]);

/// A name is personal data, so `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
struct Name(Box<str>);

impl core::fmt::Debug for Name {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("…")
    }
}

impl ContactNames {
    /// The highest number of such names: three for a mobile number, and one for an e-mail address.
    pub const MOST: usize = 4;

    /// The names of one contact, under the plan of its tenant.
    pub fn of(contact: &Recipient, plan: Option<&NumberingPlan>) -> Self {
        match contact {
            Recipient::Mobile(mobile) => Self::of_both(Some(mobile), None, plan),
            Recipient::Email(email) => Self::of_both(None, Some(email), plan),
        }
    }

    /// The names of a number and of an address, if there are any.
    pub fn of_both(
        mobile: Option<&Mobile>,
        email: Option<&EmailAddress>,
        plan: Option<&NumberingPlan>,
    ) -> Self {
        let full = mobile.filter(|mobile| mobile.is_international()).map(Mobile::normalised);
        let [national, dialled] = full.zip(plan).map_or([None, None], |(full, plan)| plan.nationals(full));
        let name = |text: &str| Name(text.into());
        Self([
            full.map(name),
            national.as_deref().map(name),
            dialled.as_deref().map(name),
            email.map(EmailAddress::normalised).map(name),
        ])
    }

    /// All names, as parameters of a statement.
    pub fn texts(&self) -> [Option<&str>; Self::MOST] {
        self.0.each_ref().map(|name| name.as_ref().map(|name| &*name.0))
    }

    /// Whether a user name, in its one spelling, is one of them.
    pub fn contains(&self, user_name: &str) -> bool {
        self.texts().contains(&Some(user_name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::{Identifier, NameKind, UserName},
        contact::Channel,
    };
    use alloc::{borrow::ToOwned as _, vec::Vec};

    fn number(text: &str) -> Recipient {
        Recipient::new(Channel::Sms, text).unwrap()
    }

    /// Each typed text that finds the number, under whatever plan, is one of the user names that lead to the number.
    #[test]
    fn whatever_text_leads_to_a_contact_is_one_of_its_names() {
        let china = NumberingPlan::new(86).unwrap();
        let germany = NumberingPlan::new(49).unwrap().with_trunk_prefix("0").unwrap();
        for (plan, full, texts) in [
            (Some(&china), "+8613800000000", &["138 0000 0000", "13800000000", "+86-138-0000-0000"][..]),
            (
                Some(&germany),
                "+491710000000",
                &["0171 0000000", "171/0000000", "171-000 0000", "0049 1710000000"],
            ),
            (None, "+8613800000000", &["+86 138 0000 0000", "008613800000000", "13800000000"]),
        ] {
            let names = ContactNames::of(&number(full), plan);
            for text in texts {
                let typed = UserName::new(text).unwrap();
                let found: Vec<_> = Identifier::of_any(typed.clone())
                    .completed(plan)
                    .names()
                    .map(|(kind, text)| (kind, text.to_owned()))
                    .collect();
                let leads = found.contains(&(NameKind::Mobile, full.into()));
                assert_eq!(names.contains(typed.normalised()), leads, "{text} {plan:?}");
            }
        }
    }

    #[test]
    fn nothing_else_is_one_and_none_is_printed() {
        let china = NumberingPlan::new(86).unwrap();
        let names = ContactNames::of(&number("+491710000000"), Some(&china));
        assert_eq!(names.texts(), [Some("+491710000000"), None, None, None], "of another country");
        let email = Recipient::new(Channel::Email, "Erin@example.com").unwrap();
        let names = ContactNames::of(&email, Some(&china));
        assert_eq!(names.texts(), [None, None, None, Some("erin@example.com")]);
        assert!(!alloc::format!("{names:?}").contains("erin"));
        assert_eq!(ContactNames::of(&number("13800000000"), None), ContactNames::default(), "it is nobody's");
        // A significant number that begins with the trunk prefix has no national form: one form loses the prefix, and the other begins with `00`.
        let odd = NumberingPlan::new(49).unwrap().with_trunk_prefix("0").unwrap();
        let names = ContactNames::of(&number("+4901710000"), Some(&odd));
        assert_eq!(names.texts(), [Some("+4901710000"), None, None, None]);
    }
}
