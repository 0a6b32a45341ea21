//! The links of an account that a write ends.

use super::Provider;
use serde::{Deserialize, Serialize};

/// The links of an account to identities that a write ends.
///
/// ```
/// use authflow::social::{EndLinks, Provider};
///
/// /// What a store adds to `DELETE FROM identities WHERE tenant = … AND account = …`.
/// fn condition(which: EndLinks) -> &'static str {
///     match which {
///         EndLinks::All => "",
///         EndLinks::Of(_) => " AND provider = :provider",
///     }
/// }
///
/// let (weixin, alipay) = (Provider::new("weixin")?, Provider::new("alipay")?);
/// assert_eq!(condition(EndLinks::Of(weixin)), " AND provider = :provider");
/// // In a store without SQL.
/// assert!(EndLinks::All.ends(alipay) && !EndLinks::Of(weixin).ends(alipay));
/// # Ok::<(), authflow::social::InvalidIdentity>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndLinks {
    /// All links.
    All,
    /// The links to identities of this provider.
    Of(Provider),
}

impl EndLinks {
    /// Whether a link to an identity of this provider ends.
    pub fn ends(&self, provider: Provider) -> bool {
        match self {
            Self::All => true,
            Self::Of(one) => *one == provider,
        }
    }
}
