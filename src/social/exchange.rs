//! What a client has got from a provider, exchanged for what it proves.

use super::{CodeProof, Provider};
use crate::{Audience, Secret, device::Device};

/// Where a client has got its code.
///
/// ```
/// use authflow::social::{Provider, SocialSource};
///
/// /// Where your server exchanges a code.
/// fn address(source: SocialSource) -> Option<&'static str> {
///     match source {
///         SocialSource::Wechat => Some("https://api.weixin.qq.com/sns/oauth2/access_token"),
///         SocialSource::WechatMiniProgram => Some("https://api.weixin.qq.com/sns/jscode2session"),
///         SocialSource::Alipay => Some("https://openapi.alipay.com/gateway.do"),
///         SocialSource::Other(provider) => match provider.as_str() {
///             "github" => Some("https://github.com/login/oauth/access_token"),
///             _ => None, // a provider that you do not know: nobody's code
///         },
///     }
/// }
/// assert!(address(SocialSource::Other(Provider::new("github")?)).is_some());
/// assert_eq!(address(SocialSource::Other(Provider::new("gitlab")?)), None);
/// # Ok::<(), authflow::social::InvalidIdentity>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SocialSource {
    /// The WeChat app, by its authorisation: the family's `login/wechat`.
    Wechat,
    /// A WeChat mini-program: `login/wechat-miniprogram`.
    WechatMiniProgram,
    /// Alipay: `/api/v3/sdk/login/alipay`.
    Alipay,
    /// Another one, at a route of the host's own.
    Other(Provider),
}

/// Whose code is this? `None` where it is nobody's.
///
/// Exchange it at the provider, with your secret there: for WeChat `sns/oauth2/access_token` or `sns/jscode2session`, for Alipay
/// `alipay.system.oauth.token`. Take what the provider answers you and nothing that the client says besides. The same person must have the same
/// [`SocialIdentity`](super::SocialIdentity) whichever way they come; so two sources may have one provider.
///
/// See that the client that brings the code has asked for it ([`proof`](Self::proof)):
/// - [`CodeProof::Verifier`]: send it along as `code_verifier`. Look that your provider takes PKCE: one that does not passes it over, and then
///   nothing was judged.
/// - [`CodeProof::State`]: answer `None` unless it is the one that you gave to this [`device`](Self::device), for this
///   [`source`](Self::source), and nobody has brought it back before. Keep it for as long as a sign-in at the provider takes, ten minutes say.
///   A device that a [cookie](crate::device::BindingKind::Cookie) recognises is one browser. A fingerprint that a header says is whatever its client says.
/// - [`CodeProof::Nothing`]: there is nothing to see. It comes only where the [policy](crate::policy::Policy::allows_unbound_codes) takes such codes.
///
/// A wrong code stays [counted](crate::guess::ReserveAttempt) against the device, as a wrong guess does, so that nobody makes you call the provider as often as
/// they like from one device. A robot says another device each time: limit by address in front as well.
///
/// Have no answer ([`Ask::unavailable`](crate::step::Ask::unavailable)) where the provider cannot be reached in time: that is counted against nobody.
///
/// ```
/// use authflow::{
///     factor::Factor,
///     social::{ExchangeSocialCode, Provider, SocialIdentity, SocialSource},
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// /// `session` is what the provider answers to your server: `sns/oauth2/access_token`, say.
/// fn exchange(
///     ask: &ExchangeSocialCode,
///     session: impl Fn(&str) -> Option<String>,
/// ) -> Option<SocialIdentity> {
///     let provider = match ask.source {
///         // one person, one identity
///         SocialSource::Wechat | SocialSource::WechatMiniProgram => "weixin",
///         SocialSource::Alipay => "alipay",
///         SocialSource::Other(_) => return None,
///     };
///     let unionid = session(ask.code.expose())?;
///     SocialIdentity::new(Provider::new(provider).ok()?, &unionid).ok()
/// }
///
/// let mut policy = demo::policy();
/// policy.first_factors = policy.first_factors.with(Factor::Federated);
/// policy.allows_unbound_codes = true; // the family's calls bring nothing besides the code
/// let mut world = World::with_policy(policy);
/// let step =
///     world.begin(&Call::post("/api/v2/sdk/login/wechat", &json!({ "code": "from WeChat" })));
/// let ask = world.until::<ExchangeSocialCode>(step);
/// let identity =
///     exchange(&ask, |code| (code == "from WeChat").then(|| "oWgGz1FmK9".to_owned()));
/// assert_eq!(identity.as_ref().unwrap().uid(), "oWgGz1FmK9");
/// assert_eq!(world.finish(ask.answer(identity)).status, 400, "it is linked to nobody");
/// ```
///
/// **If you answer wrongly:** with an identity though the `state` was another device's, somebody is signed in as whoever slipped them the code; and where
/// the identity was linked to nobody, they link their own account to it, and whoever slipped them the code signs in to it from then on. With an identity though
/// the `code_verifier` was not judged, whoever has stolen a code is signed in as its owner. With another identity than the code is of, somebody is signed in as its account; so with a code that was made for
/// another application than yours: check the one that it is for. With a code that was used before, whoever has seen it signs in: providers refuse
/// it, and a host that keeps answers does not. With `None`, nobody signs in by it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExchangeSocialCode {
    /// The application and tenant.
    pub audience: Audience,
    /// The device that the client says.
    pub device: Device,
    /// Where it has got the code.
    pub source: SocialSource,
    /// The code, as it came: at most 4,096 bytes.
    pub code: Secret,
    /// What shows that the client has asked for the code.
    pub proof: CodeProof,
}

/// Who vouches for the number of a mobile that is at hand.
///
/// ```
/// use authflow::social::MobileSource;
///
/// /// Whom your server asks for the number.
/// fn asked(source: MobileSource) -> &'static str {
///     match source {
///         MobileSource::Carrier => "GetMobile of Aliyun's dypnsapi",
///         MobileSource::Wechat => "wxa/business/getuserphonenumber",
///         MobileSource::Alipay => "the encrypted answer of getPhoneNumber",
///     }
/// }
///
/// assert!(asked(MobileSource::Wechat).starts_with("wxa/"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MobileSource {
    /// The carrier of its card ("one-click"), by way of Aliyun: the family's `login/aliyun-mobile-auth`.
    Carrier,
    /// WeChat, of the mobile of its user: `social/wechat-mobile-bind`.
    Wechat,
    /// Alipay, likewise: `social/alipay-mini-mobile-bind`.
    Alipay,
}

/// Of which mobile is this token? `None` where it is of none.
///
/// Asked only where the policy [takes](crate::policy::Policy::takes_vouched_mobiles) such tokens. Exchange it where it comes from, with your secret there,
/// and answer with the number in full (ITU-T E.164). It proves the mobile as a code that was sent to it and typed, and no more than that.
///
/// Nothing binds such a token to the client that brings it: no provider of them has a `state` or a `code_verifier`. Whoever has stolen one is signed in as its
/// owner; whoever has one of their own can slip it to another's client. The providers' software hands it over within the device, which is what keeps
/// others from it. A wrong one stays counted against the device, as a code of a [provider](ExchangeSocialCode) does.
///
/// Have no answer ([`Ask::unavailable`](crate::step::Ask::unavailable)) where nobody can be reached in time.
///
/// ```
/// use authflow::{
///     contact::Mobile,
///     policy::Policy,
///     social::{ExchangeMobileToken, MobileSource},
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let mut world =
///     World::with_policy(Policy { takes_vouched_mobiles: true, ..demo::policy() });
/// let step = world.begin(&Call::post(
///     "/api/v2/sdk/login/aliyun-mobile-auth",
///     &json!({ "access_token": "of the carrier" }),
/// ));
/// let ask = world.until::<ExchangeMobileToken>(step);
/// assert_eq!(ask.source, MobileSource::Carrier);
/// // nora's: what the carrier answers to your server
/// let mobile = Mobile::new("+86-13800000001").ok();
/// assert_eq!(world.finish(ask.answer(mobile)).text("status"), "SUCCESS");
/// ```
///
/// **If you answer wrongly:** with another number, somebody is signed in as its owner. With a token that was used before, whoever has seen it signs
/// in. A number that says no country is a contradiction, and nobody is signed in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExchangeMobileToken {
    /// The application and tenant.
    pub audience: Audience,
    /// The device that the client says.
    pub device: Device,
    /// Where the token comes from.
    pub source: MobileSource,
    /// The token, as it came: at most 4,096 bytes.
    pub token: Secret,
}
