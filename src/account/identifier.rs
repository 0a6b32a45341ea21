//! The identifier that a client types at sign-in.

use super::UserName;
use crate::contact::{EmailAddress, Mobile, NumberingPlan, Recipient};

/// The identifier that a client typed at sign-in, and the kinds of name that it may be.
///
/// A host looks accounts up by its [`names`](Self::names) and by nothing else.
///
/// ```
/// use authflow::{
///     Credentials, Secret,
///     account::{Identifier, UserName},
/// };
///
/// // A form with one field, for a name, a number or an address.
/// let typed = Identifier::of_any(UserName::new("Erin@Example.com")?);
/// let names: Vec<_> = typed.names().map(|(_, text)| text).collect();
/// assert_eq!(
///     names,
///     ["erin@example.com", "erin@example.com"],
///     "a user name of old, or an address"
/// );
/// let credentials = Credentials { identifier: typed, password: Secret::new("Correct-Horse-7") };
/// # let _ = credentials;
/// # Ok::<(), authflow::account::InvalidUserName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    user_name: Option<UserName>,
    mobile: Option<Mobile>,
    email: Option<EmailAddress>,
}

/// The kind of a name of an account.
///
/// ```
/// use authflow::account::{Identifier, NameKind, UserName};
///
/// /// The column of your table that has the one spelling of such a name.
/// fn column(kind: NameKind) -> &'static str {
///     match kind {
///         NameKind::UserName => "user_name_key",
///         NameKind::Mobile => "mobile_key",
///         NameKind::Email => "email_key",
///     }
/// }
///
/// let typed = Identifier::of_any(UserName::new("Erin@Example.com")?);
/// let keys: Vec<_> = typed.names().map(|(kind, text)| (column(kind), text)).collect();
/// assert_eq!(keys, [("user_name_key", "erin@example.com"), ("email_key", "erin@example.com")]);
/// # Ok::<(), authflow::account::InvalidUserName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameKind {
    /// A user name.
    UserName,
    /// A mobile number, in full (ITU-T E.164).
    Mobile,
    /// An e-mail address.
    Email,
}

impl Identifier {
    /// A user name.
    pub fn of_user_name(user_name: UserName) -> Self {
        Self { user_name: Some(user_name), mobile: None, email: None }
    }

    /// A user name, which is also a mobile number or an e-mail address if it has the form of one.
    pub fn of_any(typed: UserName) -> Self {
        let (mobile, email) = (Mobile::new(typed.as_str()).ok(), EmailAddress::new(typed.as_str()).ok());
        Self { user_name: Some(typed), mobile, email }
    }

    /// The texts to look up, each in its one spelling, in the order of [`NameKind`]: one to three of them. There is no text if the identifier
    /// can only be a mobile number, the number names no country, and the tenant has no [`NumberingPlan`]. Such a number belongs to nobody.
    ///
    /// ```
    /// use authflow::account::{Identifier, NameKind, UserName};
    ///
    /// let names = |typed| {
    ///     let identifier = Identifier::of_any(UserName::new(typed).unwrap());
    ///     identifier.names().map(|(kind, text)| (kind, text.to_owned())).collect::<Vec<_>>()
    /// };
    /// assert_eq!(names("Erin"), [(NameKind::UserName, "erin".into())]);
    /// assert_eq!(
    ///     names("+86 138 0000 0000"),
    ///     [
    ///         (NameKind::UserName, "+8613800000000".into()),
    ///         (NameKind::Mobile, "+8613800000000".into())
    ///     ],
    ///     "a name that has the form of a number is spelled as one",
    /// );
    /// ```
    pub fn names(&self) -> impl Iterator<Item = (NameKind, &str)> {
        let Self { user_name, mobile, email } = self;
        let mobile = mobile.as_ref().filter(|mobile| mobile.is_international());
        let texts = [
            (NameKind::UserName, user_name.as_ref().map(UserName::normalised)),
            (NameKind::Mobile, mobile.map(Mobile::normalised)),
            (NameKind::Email, email.as_ref().map(EmailAddress::normalised)),
        ];
        texts.into_iter().filter_map(|(kind, text)| Some((kind, text?)))
    }

    /// The one text by which guesses are counted if no account has the identifier. A text that has the form of a number or an address is
    /// counted in that form, because no new user name has it.
    pub(crate) fn counted_as(&self) -> &str {
        let Self { user_name, mobile, email } = self;
        let contact =
            mobile.as_ref().map(Mobile::normalised).or(email.as_ref().map(EmailAddress::normalised));
        contact.or(user_name.as_ref().map(UserName::normalised)).unwrap_or_default()
    }

    /// The identifier as a client typed it, with its number completed by the tenant's plan.
    pub(crate) fn completed(self, plan: Option<&NumberingPlan>) -> Self {
        Self { mobile: self.mobile.map(|mobile| mobile.completed(plan)), ..self }
    }
}

impl From<UserName> for Identifier {
    fn from(name: UserName) -> Self {
        Self::of_user_name(name)
    }
}

impl From<Mobile> for Identifier {
    fn from(mobile: Mobile) -> Self {
        Self { user_name: None, mobile: Some(mobile), email: None }
    }
}

impl From<EmailAddress> for Identifier {
    fn from(email: EmailAddress) -> Self {
        Self { user_name: None, mobile: None, email: Some(email) }
    }
}

impl From<Recipient> for Identifier {
    fn from(recipient: Recipient) -> Self {
        match recipient {
            Recipient::Mobile(mobile) => mobile.into(),
            Recipient::Email(email) => email.into(),
        }
    }
}
