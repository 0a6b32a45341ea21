//! An audit that finds the stored names which must be corrected before they can be looked up by their one spelling.

use super::{NameKind, UserName};
use crate::{
    AccountId, TenantId,
    contact::{EmailAddress, Mobile},
};
use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::fmt;

/// The names of an account, as the columns of its row hold them.
///
/// ```
/// use authflow::{
///     AccountId, TenantId,
///     account::{NamesOfRow, audit},
/// };
///
/// // Columns of a row; a NULL is None.
/// let (tenant, id, mobile) = (None::<&str>, "4711", Some("138 0000 0000"));
/// let row = NamesOfRow {
///     tenant: tenant.map(TenantId::new).transpose()?,
///     account: AccountId::new(id)?,
///     user_name: None,
///     mobile,
///     email: None,
/// };
/// assert_eq!(
///     audit([row])[0].to_string(),
///     "the mobile number of 4711 must begin with + and a calling code, and does not"
/// );
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NamesOfRow<'a> {
    /// Its tenant.
    pub tenant: Option<TenantId>,
    /// Its id.
    pub account: AccountId,
    /// Its user name.
    pub user_name: Option<&'a str>,
    /// Its mobile number.
    pub mobile: Option<&'a str>,
    /// Its e-mail address.
    pub email: Option<&'a str>,
}

/// A fault in stored names. It lists accounts, and never their names.
///
/// ```
/// use authflow::{
///     AccountId,
///     account::{NameKind, NamesOfRow, SpellingFinding, audit},
/// };
///
/// /// The accounts whose owners you must write to, because a migration stops at them.
/// fn stops(finding: &SpellingFinding) -> &[AccountId] {
///     match finding {
///         SpellingFinding::Shared { accounts, .. } => accounts,
///         SpellingFinding::Unreadable { account, .. } => core::slice::from_ref(account),
///         SpellingFinding::NumberWithoutCountry { .. } => &[],
///     }
/// }
///
/// let row = |id, user_name, mobile, email| NamesOfRow {
///     tenant: None,
///     account: AccountId::new(id).unwrap(),
///     user_name,
///     mobile,
///     email,
/// };
/// let found = audit([
///     row("1", Some("Erin@example.com"), None, None),
///     row("2", None, Some("138 0000 0000"), Some("erin@EXAMPLE.com")),
/// ]);
/// assert!(matches!(found[0], SpellingFinding::Shared { kind: NameKind::UserName, .. }));
/// let all: Vec<_> = found.iter().flat_map(stops).map(AccountId::as_str).collect();
/// assert_eq!((found.len(), all), (2, vec!["1", "2"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpellingFinding {
    /// These accounts of one tenant have one name in several spellings, or the user name of one is the number or address of
    /// another. Only the owners can say which account should have the name.
    Shared {
        /// The kind of the name. If it is of several kinds, this is the first of them.
        kind: NameKind,
        /// The accounts that have the name, in order.
        accounts: Box<[AccountId]>,
    },
    /// The text is not a name of that kind, so nobody can sign in with it.
    Unreadable {
        /// The kind of name that it should be.
        kind: NameKind,
        /// The account that has it.
        account: AccountId,
    },
    /// The number names no country, so no code can be sent to it.
    NumberWithoutCountry {
        /// The account that has it.
        account: AccountId,
    },
}

impl fmt::Display for SpellingFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared { kind, accounts } => {
                write!(f, "{kind} must be one account's, and is of {}", accounts.len())?;
                accounts.iter().try_for_each(|account| write!(f, " {account}"))
            }
            Self::Unreadable { kind, account } => {
                write!(f, "{kind} of {account} must be well-formed, and is not")
            }
            Self::NumberWithoutCountry { account } => {
                write!(f, "the mobile number of {account} must begin with + and a calling code, and does not")
            }
        }
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UserName => "a user name",
            Self::Mobile => "a mobile number",
            Self::Email => "an e-mail address",
        })
    }
}

/// The one spelling of a name, in its tenant.
type NameInTenant = (Option<TenantId>, Box<str>);

/// Lists the faults in stored names, in order. An empty list means that every name belongs to one account.
///
/// Run it over all rows before a migration that stores the one spelling with each name. Such a migration stops if a name is
/// [shared](SpellingFinding::Shared) or [unreadable](SpellingFinding::Unreadable), because it cannot decide which account
/// should have the name.
///
/// ```
/// use authflow::{
///     AccountId,
///     account::{NamesOfRow, SpellingFinding, audit},
/// };
///
/// let row = |id, user_name| NamesOfRow {
///     tenant: None,
///     account: AccountId::new(id).unwrap(),
///     user_name: Some(user_name),
///     mobile: None,
///     email: None,
/// };
/// let found = audit([row("1", "Bob"), row("2", "erin"), row("3", "bob")]);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].to_string(), "a user name must be one account's, and is of 2 1 3");
/// ```
pub fn audit<'a>(rows: impl IntoIterator<Item = NamesOfRow<'a>>) -> Vec<SpellingFinding> {
    let mut found = Vec::new();
    // One text belongs to one account, whatever kind of name it is, because a client may type any of them.
    let mut owners: BTreeMap<NameInTenant, (NameKind, BTreeSet<AccountId>)> = BTreeMap::new();
    for NamesOfRow { tenant, account, user_name, mobile, email } in rows {
        let mut owns = |kind, text: &str| {
            let (first, accounts) = owners.entry((tenant, text.into())).or_insert((kind, BTreeSet::new()));
            *first = kind.min(*first);
            accounts.insert(account);
        };
        let mut unreadable = |kind| found.push(SpellingFinding::Unreadable { kind, account });
        match user_name.map(UserName::new) {
            Some(Ok(name)) => {
                owns(NameKind::UserName, name.normalised());
            }
            Some(Err(_)) => unreadable(NameKind::UserName),
            None => {}
        }
        match email.map(EmailAddress::new) {
            Some(Ok(email)) => owns(NameKind::Email, email.normalised()),
            Some(Err(_)) => unreadable(NameKind::Email),
            None => {}
        }
        match mobile.map(Mobile::new) {
            Some(Ok(mobile)) if mobile.is_international() => owns(NameKind::Mobile, mobile.normalised()),
            Some(Ok(_)) => found.push(SpellingFinding::NumberWithoutCountry { account }),
            Some(Err(_)) => unreadable(NameKind::Mobile),
            None => {}
        }
    }
    let shared = owners.into_values().filter(|(_, accounts)| accounts.len() > 1);
    found.extend(
        shared.map(|(kind, accounts)| SpellingFinding::Shared {
            kind,
            accounts: accounts.into_iter().collect(),
        }),
    );
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> AccountId {
        AccountId::new(text).unwrap()
    }

    fn row<'a>(
        account: &str,
        user_name: &'a str,
        mobile: Option<&'a str>,
        email: Option<&'a str>,
    ) -> NamesOfRow<'a> {
        NamesOfRow { tenant: None, account: id(account), user_name: Some(user_name), mobile, email }
    }

    #[test]
    fn names_that_are_apart_are_in_order() {
        let elsewhere = NamesOfRow { tenant: TenantId::new("t").ok(), ..row("a", "erin", None, None) };
        let rows = [
            row("a", "erin", Some("+86-13800000000"), Some("erin@example.com")),
            row("b", "eve", Some("+86-13800000001"), Some("eve@example.com")),
            // One account may have a text twice, and two tenants may have the same text.
            row("c", "c@example.com", None, Some("C@example.com")),
            elsewhere,
        ];
        assert_eq!(audit(rows), []);
    }

    #[test]
    fn what_is_shared_unreadable_or_reaches_nobody_is_listed() {
        let rows = [
            row("a", "Bob", Some("13800000000"), None),
            row("b", "bob", Some("+86 138 0000 0000"), Some("x@y")),
            row("c", "0086-13800000000", Some("12"), Some("d")),
            row("d", "X@Y", None, None),
        ];
        let shared = |kind, accounts: &[&str]| SpellingFinding::Shared {
            kind,
            accounts: accounts.iter().map(|account| id(account)).collect(),
        };
        let mut expected = [
            shared(NameKind::UserName, &["a", "b"]),
            shared(NameKind::UserName, &["b", "c"]),
            shared(NameKind::UserName, &["b", "d"]),
            SpellingFinding::Unreadable { kind: NameKind::Mobile, account: id("c") },
            SpellingFinding::Unreadable { kind: NameKind::Email, account: id("c") },
            SpellingFinding::NumberWithoutCountry { account: id("a") },
        ];
        expected.sort();
        assert_eq!(audit(rows), expected);
    }
}
