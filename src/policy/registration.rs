//! The channels by whose codes people register.

super::channels::channels! {
    /// The channels by whose codes people register. There are none by default, so nobody registers.
    ///
    /// People register only by channels, so no other factor can be in this set.
    /// [`flow::registration`](crate::flow::registration) says whether the channels have any effect under a policy.
    ///
    /// ```
    /// use authflow::{contact::Channel, factor::{Factor, FactorSet}, policy::Registration};
    ///
    /// let by_email: Registration = serde_json::from_str(r#"["email"]"#).unwrap();
    /// assert_eq!(by_email, [Channel::Email].into_iter().collect());
    /// assert!(by_email.contains(Channel::Email) && !Registration::NONE.contains(Channel::Email));
    ///
    /// let refused = Registration::new(FactorSet::EMPTY.with(Factor::Password)).unwrap_err();
    /// assert_eq!(refused.to_string(), "registration must be by sms or email, not by password");
    /// ```
    Registration, "registration";
    /// The error of a set with a factor that is not a channel, because nobody can register by such a factor. The example of [`Registration`] has the
    /// text of this error.
    RegistrationError
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{factor::FactorSet, policy::Policy};

    #[test]
    fn channels_are_taken_and_read_back_and_nothing_else_is() {
        for bits in 0..32 {
            let factors = FactorSet::from_bits(bits).unwrap();
            let others = !factors.without(FactorSet::CHANNELS).is_empty();
            assert_eq!(Registration::new(factors).is_err(), others, "{factors:?}");
            let written = serde_json::to_string(&factors).unwrap();
            let read = serde_json::from_str::<Registration>(&written);
            assert_eq!(read.is_err(), others, "{factors:?}");
            assert!(read.is_err() || serde_json::to_string(&read.unwrap()).unwrap() == written);
        }
    }

    #[test]
    fn a_policy_that_does_not_say_so_registers_nobody() {
        let policy: Policy = serde_json::from_str("{}").unwrap();
        assert_eq!(
            (policy.registration, Policy::default().registration),
            (Registration::NONE, Registration::NONE)
        );
    }
}
