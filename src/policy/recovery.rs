//! The channels that reset a forgotten password.

super::channels::channels! {
    /// The channels that reset a forgotten password. There are none by default, so there is no reset.
    ///
    /// Only channels reset passwords, so no other factor can be in this set. [`flow::recovery`](crate::flow::recovery)
    /// says whether a channel resets the password of a certain account.
    ///
    /// ```
    /// use authflow::{
    ///     contact::Channel,
    ///     factor::{Factor, FactorSet},
    ///     policy::Recovery,
    /// };
    ///
    /// let by_sms: Recovery = serde_json::from_str(r#"["sms"]"#).unwrap();
    /// assert_eq!(by_sms, [Channel::Sms].into_iter().collect());
    /// assert!(by_sms.contains(Channel::Sms) && !Recovery::NONE.contains(Channel::Sms));
    ///
    /// let refused =
    ///     Recovery::new(FactorSet::EMPTY.with(Factor::Sms).with(Factor::Totp)).unwrap_err();
    /// assert_eq!(refused.to_string(), "recovery must be by sms or email, not by totp");
    /// ```
    Recovery, "recovery";
    /// The error of a set with a factor that is not a channel, because such a factor cannot reset passwords. The example of [`Recovery`] has the text
    /// of this error.
    RecoveryError
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::FactorSet;
    use alloc::string::ToString as _;

    #[test]
    fn channels_are_taken_and_read_back_and_nothing_else_is() {
        for bits in 0..32 {
            let factors = FactorSet::from_bits(bits).unwrap();
            let others = !factors.without(FactorSet::CHANNELS).is_empty();
            assert_eq!(Recovery::new(factors).is_err(), others, "{factors:?}");
            let written = serde_json::to_string(&factors).unwrap();
            match serde_json::from_str::<Recovery>(&written) {
                Ok(read) => assert_eq!(serde_json::to_string(&read).unwrap(), written),
                Err(error) => {
                    assert!(others && error.to_string().contains("recovery must be by sms or email"))
                }
            }
        }
        assert_eq!(Recovery::default(), Recovery::NONE);
    }
}
