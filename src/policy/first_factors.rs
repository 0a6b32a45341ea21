//! The factors that a login may begin with, read from a configuration.

use crate::factor::{Factor, FactorSet};
use serde::{Deserialize as _, Deserializer, de::Error as _};

/// Refuses sets that let nobody in, and factors that no call begins a login with.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FactorSet, D::Error> {
    let factors = FactorSet::deserialize(deserializer)?;
    if factors.is_empty() {
        Err(D::Error::custom(
            "first_factors must have one of password, sms, email and federated, or nobody gets in",
        ))
    } else if factors.contains(Factor::Totp) {
        Err(D::Error::custom(
            "first_factors must be of password, sms, email and federated: no call signs in with totp",
        ))
    } else {
        Ok(factors)
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;
    use alloc::{format, string::ToString as _};

    #[test]
    fn what_lets_nobody_in_is_not_read() {
        let read =
            |factors: &str| serde_json::from_str::<Policy>(&format!(r#"{{"first_factors":{factors}}}"#));
        for factors in
            [r#"["password"]"#, r#"["sms"]"#, r#"["email"]"#, r#"["password","sms","email","federated"]"#]
        {
            assert!(read(factors).is_ok(), "{factors}");
        }
        for (factors, said) in
            [("[]", "nobody gets in"), (r#"["totp"]"#, "totp"), (r#"["password","totp"]"#, "totp")]
        {
            assert!(read(factors).unwrap_err().to_string().contains(said), "{factors}");
        }
        assert!(serde_json::from_str::<Policy>("{}").is_ok(), "what is left out is the default");
    }
}
