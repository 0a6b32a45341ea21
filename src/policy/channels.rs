//! Members of a policy that are sets of channels. They are empty by default, and hold nothing but channels.

/// Makes the type of such a member, and the error of a set that has another factor in it. `$member` is its name in a configuration.
macro_rules! channels {
    ($(#[$doc:meta])* $name:ident, $member:literal; $(#[$error_doc:meta])* $error:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "crate::factor::FactorSet", into = "crate::factor::FactorSet")]
        pub struct $name(crate::factor::FactorSet);

        impl $name {
            /// No channel.
            pub const NONE: Self = Self(crate::factor::FactorSet::EMPTY);

            /// A set of these factors, which must all be channels.
            ///
            /// # Errors
            /// When one of them is not a channel.
            pub fn new(factors: crate::factor::FactorSet) -> Result<Self, $error> {
                match factors.without(crate::factor::FactorSet::CHANNELS).iter().next() {
                    Some(other) => Err($error(other)),
                    None => Ok(Self(factors)),
                }
            }

            /// Whether this channel is one of them.
            pub const fn contains(self, channel: crate::contact::Channel) -> bool {
                self.0.contains(crate::factor::Factor::of_channel(channel))
            }

            /// The channels, as factors.
            pub const fn factors(self) -> crate::factor::FactorSet {
                self.0
            }
        }

        impl FromIterator<crate::contact::Channel> for $name {
            fn from_iter<I: IntoIterator<Item = crate::contact::Channel>>(channels: I) -> Self {
                Self(channels.into_iter().map(crate::factor::Factor::of_channel).collect())
            }
        }

        $(#[$error_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[error("{} must be by sms or email, not by {}", $member, .0.label())]
        pub struct $error(pub crate::factor::Factor);

        impl TryFrom<crate::factor::FactorSet> for $name {
            type Error = $error;

            fn try_from(factors: crate::factor::FactorSet) -> Result<Self, $error> {
                Self::new(factors)
            }
        }

        impl From<$name> for crate::factor::FactorSet {
            fn from(channels: $name) -> Self {
                channels.0
            }
        }
    };
}
pub(super) use channels;
