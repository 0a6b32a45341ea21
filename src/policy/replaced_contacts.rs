//! The contacts that people replace themselves.

super::channels::channels! {
    /// The contacts that people replace themselves while they are signed in. There are none by default, so only an administrator replaces
    /// contacts.
    ///
    /// Only channels have contacts, so no other factor can be in this set. [`flow::replace_contact`](crate::flow::replace_contact) says who may
    /// replace one, and what it takes.
    ///
    /// ```
    /// use authflow::{contact::Channel, factor::{Factor, FactorSet}, policy::ReplacedContacts};
    ///
    /// let mobiles: ReplacedContacts = serde_json::from_str(r#"["sms"]"#).unwrap();
    /// assert_eq!(mobiles, [Channel::Sms].into_iter().collect());
    /// assert!(mobiles.contains(Channel::Sms) && !ReplacedContacts::NONE.contains(Channel::Sms));
    ///
    /// let refused = ReplacedContacts::new(FactorSet::EMPTY.with(Factor::Totp)).unwrap_err();
    /// assert_eq!(refused.to_string(), "replaces_contacts must be by sms or email, not by totp");
    /// ```
    ReplacedContacts, "replaces_contacts";
    /// The error of a set with a factor that is not a channel, because such a factor has no contact to replace. The example of [`ReplacedContacts`]
    /// has the text of this error.
    ReplacedContactsError
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    #[test]
    fn a_policy_that_does_not_say_so_replaces_nothing() {
        let policy: Policy = serde_json::from_str("{}").unwrap();
        assert_eq!(
            (policy.replaces_contacts, Policy::default().replaces_contacts),
            (ReplacedContacts::NONE, ReplacedContacts::NONE)
        );
        assert!(!policy.session_sets_first_password && !Policy::default().session_sets_first_password);
    }
}
