//! The columns of a mapping, by name.

use authflow::{
    TenantId,
    account::{AccountStatus, NewAccount, Profile},
    contact::Channel,
};
use std::collections::BTreeSet;

/// The columns of a [`UsersTable`](crate::UsersTable), by name.
///
/// ```
/// use authflow::{account::AccountStatus, contact::Channel};
/// use authflow_users_table::{UsersTable, quoted};
///
/// let users = UsersTable::named("users").id("id").tenant_is(None).no_user_name().email("mail");
/// let users = users.no_mobile().verifier("hash").status("state", [("on", AccountStatus::Active)]);
/// let users = users.no_password_set_at();
///
/// // A store of your own can use it like this.
/// let columns = users.columns();
/// assert_eq!(columns.finding(), None);
/// let names: Vec<_> = columns.named().into_iter().map(|(_, column)| quoted(column)).collect();
/// let sql = format!("SELECT {} FROM {}", names.join(", "), quoted(&columns.table));
/// assert_eq!(sql, r#"SELECT "id", "mail", "hash", "state" FROM "users""#);
/// assert_eq!(
///     columns.contact(Channel::Email).unwrap_err(),
///     "must be mapped with `takes_new_contacts`, since a policy replaces contacts"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The table's schema, if one was named.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// The account's id.
    pub id: String,
    /// The source of a row's tenant.
    pub tenant: TenantColumn,
    /// The user name, if there is such a column.
    pub user_name: Option<String>,
    /// The verified e-mail address, if there is such a column.
    pub email: Option<String>,
    /// The verified mobile number, if there is such a column.
    pub mobile: Option<String>,
    /// The verifiers of passwords.
    pub verifier: String,
    /// The column that says whether an account may sign in, with the words that mean each status. With `None`, every account may sign in.
    pub status: Option<(String, Vec<(String, AccountStatus)>)>,
    /// The time when the password was set, if there is such a column.
    pub password_set_at: Option<String>,
    /// Claims for id tokens, if there is such a column.
    pub profile: Option<String>,
    /// Whether the store may make rows, for people who register.
    pub takes_new_accounts: bool,
    /// Whether the store may write a number or an address, for people who replace their contact.
    pub takes_new_contacts: bool,
}

/// The source of a row's tenant.
///
/// ```
/// use authflow_users_table::{TenantColumn, quoted};
///
/// /// The condition by which a store of your own selects an account's tenant.
/// fn condition(tenant: &TenantColumn) -> String {
///     match tenant {
///         TenantColumn::Is(_) => "TRUE".to_owned(), // compared before anything is asked
///         TenantColumn::Named(column) => format!("{} = :tenant", quoted(column)),
///     }
/// }
///
/// assert_eq!(condition(&TenantColumn::Named("customer".to_owned())), r#""customer" = :tenant"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantColumn {
    /// All rows are of this tenant, or of an application without tenants.
    Is(Option<TenantId>),
    /// This column has the tenant.
    Named(String),
}

impl Default for TenantColumn {
    fn default() -> Self {
        Self::Is(None)
    }
}

impl Columns {
    /// The table as it was named, for an error message.
    pub fn table_as_named(&self) -> String {
        self.schema.iter().chain([&self.table]).map(String::as_str).collect::<Vec<_>>().join(".")
    }

    /// Every named column, with its meaning.
    pub fn named(&self) -> Vec<(&'static str, &str)> {
        let tenant = match &self.tenant {
            TenantColumn::Named(column) => Some(column),
            TenantColumn::Is(_) => None,
        };
        let named = [
            ("id", Some(&self.id)),
            ("tenant", tenant),
            ("user_name", self.user_name.as_ref()),
            ("email", self.email.as_ref()),
            ("mobile", self.mobile.as_ref()),
            ("verifier", Some(&self.verifier)),
            ("status", self.status.as_ref().map(|(column, _)| column)),
            ("password_set_at", self.password_set_at.as_ref()),
            ("profile", self.profile.as_ref()),
        ];
        named.into_iter().filter_map(|(what, column)| Some((what, column?.as_str()))).collect()
    }

    /// The column to which a contact is written.
    ///
    /// # Errors
    /// When the mapping takes no new contacts, or names no such column. The text states the condition that is not met, for an error of the store.
    pub fn contact(&self, channel: Channel) -> Result<&str, String> {
        let (what, column) = match channel {
            Channel::Sms => ("mobile", &self.mobile),
            Channel::Email => ("email", &self.email),
        };
        if !self.takes_new_contacts {
            return Err("must be mapped with `takes_new_contacts`, since a policy replaces contacts".into());
        }
        column.as_deref().ok_or_else(|| format!("must have a column for {what}, to keep a new one in"))
    }

    /// The column and the word that are written for a status.
    ///
    /// # Errors
    /// When the mapping has no word for the status. The text states the condition that is not met, for an error of the store.
    pub fn word_for(&self, status: AccountStatus) -> Result<(&str, &str), String> {
        let said = self.status.as_ref().and_then(|(column, words)| {
            let (word, _) = words.iter().find(|(_, means)| *means == status)?;
            Some((column.as_str(), word.as_str()))
        });
        said.ok_or_else(|| format!("must have a word for `{}`, and its mapping names none", status.as_str()))
    }

    /// Checks that the table has a place for the status, the names and the claims of an account that a store will make.
    ///
    /// # Errors
    /// When there is no place for one of them. The text states the condition that is not met, for an error of the store.
    pub fn place_for<P>(&self, new: &NewAccount<P>) -> Result<(), &'static str> {
        let is_written = self.status.is_some() || new.status != AccountStatus::Active;
        let missing = [
            (
                is_written && self.word_for(new.status).is_err(),
                "must have a word for the status of who registers",
            ),
            (
                new.user_name.is_some() && self.user_name.is_none(),
                "must have a column for user_name, since somebody registers with one",
            ),
            (
                new.mobile.is_some() && self.mobile.is_none(),
                "must have a column for mobile, since people register by it",
            ),
            (
                new.email.is_some() && self.email.is_none(),
                "must have a column for email, since people register by it",
            ),
            (
                new.profile != Profile::default() && self.profile.is_none(),
                "must have a column for profile, since `JudgeProfile` has given claims",
            ),
        ];
        missing.into_iter().find(|(is_missing, _)| *is_missing).map_or(Ok(()), |(_, must)| Err(must))
    }

    /// A fault of the mapping itself, whatever the table is like. Either a status has no words, or a word means two statuses, or new accounts have no
    /// word for `active`. A store refuses such a mapping.
    pub fn finding(&self) -> Option<&'static str> {
        let (_, words) = self.status.as_ref()?;
        let different: BTreeSet<_> = words.iter().map(|(word, _)| word).collect();
        let is_wrong = words.is_empty() || different.len() < words.len();
        let is_unwritable = self.takes_new_accounts && self.word_for(AccountStatus::Active).is_err();
        let wrong = is_wrong.then_some("must have a status for each of some words, and each word once");
        wrong.or(is_unwritable.then_some("must have a word for `active`, to make accounts with"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UsersTable;
    use authflow::{
        AccountId, Timestamp,
        account::{ContactNames, Revision, UserName},
        contact::{EmailAddress, Mobile},
        factor::FactorSet,
    };

    fn columns(words: &[(&'static str, AccountStatus)]) -> Columns {
        let users = UsersTable::in_schema("crm", "people").id("id").tenant("of").no_user_name().email("mail");
        let users = users.no_mobile().verifier("hash").status("state", words.iter().copied());
        users.no_password_set_at().columns().clone()
    }

    #[test]
    fn each_column_is_named_with_what_it_is_for() {
        let named = columns(&[("on", AccountStatus::Active)]);
        let expected =
            [("id", "id"), ("tenant", "of"), ("email", "mail"), ("verifier", "hash"), ("status", "state")];
        assert_eq!(named.named(), expected);
        assert_eq!(named.table_as_named(), "crm.people");
    }

    #[test]
    fn a_word_means_one_status_and_the_first_of_a_status_is_written() {
        use AccountStatus::{Active, Disabled, Locked};
        let right = columns(&[("on", Active), ("off", Disabled), ("out", Disabled)]);
        assert_eq!(right.finding(), None);
        assert_eq!(right.word_for(Disabled), Ok(("state", "off")));
        assert_eq!(
            right.word_for(Locked).unwrap_err(),
            "must have a word for `locked`, and its mapping names none"
        );
        assert_eq!(columns(&[("off", Disabled)]).finding(), None);
        let unwritable = Columns { takes_new_accounts: true, ..columns(&[("off", Disabled)]) };
        assert_eq!(unwritable.finding(), Some("must have a word for `active`, to make accounts with"));
        for wrong in [columns(&[]), columns(&[("on", Active), ("on", Disabled)])] {
            assert!(wrong.finding().is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn an_account_is_made_where_each_of_its_parts_has_a_place() {
        use AccountStatus::{Active, Disabled, Locked};
        let all = Columns {
            user_name: Some("login".to_owned()),
            mobile: Some("phone".to_owned()),
            profile: Some("claims".to_owned()),
            ..columns(&[("on", Active), ("off", Disabled)])
        };
        let new: NewAccount<()> = NewAccount {
            id: AccountId::new("zoe").unwrap(),
            revision: Revision::try_from(7_u64).unwrap(),
            status: Active,
            user_name: Some(UserName::new("Zoe").unwrap()),
            mobile: Some(Mobile::new("+86-13800000009").unwrap()),
            email: Some(EmailAddress::new("zoe@example.com").unwrap()),
            contact_names: ContactNames::default(),
            password: None,
            created_at: Timestamp::from_unix(1),
            enrolled: FactorSet::EMPTY,
            profile: Profile::from_json(r#"{"name":"Zoe"}"#).unwrap(),
        };
        assert_eq!(all.place_for(&new), Ok(()));
        let without = [
            (
                Columns { user_name: None, ..all.clone() },
                "must have a column for user_name, since somebody registers with one",
            ),
            (
                Columns { mobile: None, ..all.clone() },
                "must have a column for mobile, since people register by it",
            ),
            (
                Columns { email: None, ..all.clone() },
                "must have a column for email, since people register by it",
            ),
            (
                Columns { profile: None, ..all.clone() },
                "must have a column for profile, since `JudgeProfile` has given claims",
            ),
        ];
        for (columns, must) in without {
            assert_eq!(columns.place_for(&new), Err(must));
        }
        assert_eq!(Columns { status: None, ..all.clone() }.place_for(&new), Ok(()));
        let locked = NewAccount { status: Locked, ..new };
        let no_word = Err("must have a word for the status of who registers");
        assert_eq!(all.place_for(&locked), no_word);
        assert_eq!(Columns { status: None, ..all }.place_for(&locked), no_word);
    }
}
