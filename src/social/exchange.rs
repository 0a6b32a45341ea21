//! Exchanges: the host turns a client's code or token from a provider into the identity or mobile that it proves.

use super::{CodeProof, Provider};
use crate::{Audience, Secret, device::Device};

/// The source of a client's code.
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
    /// Another provider, at one of the host's own routes.
    Other(Provider),
}

/// Whose code is this? The answer is `None` if the code belongs to nobody.
///
/// Exchange it at the provider, with your secret there: for WeChat `sns/oauth2/access_token` or `sns/jscode2session`, for Alipay
/// `alipay.system.oauth.token`. Take what the provider answers, and nothing else that the client says. The same person must have the same
/// [`SocialIdentity`](super::SocialIdentity) whichever way they come, so two sources may have one provider.
///
/// Make sure that the client that brings the code has asked for it ([`proof`](Self::proof)):
/// - [`CodeProof::Verifier`]: send it along as `code_verifier`. Make sure that your provider takes PKCE. A provider that does not ignores the
///   verifier, and then nothing was judged.
/// - [`CodeProof::State`]: answer `None` unless it is the state that you gave to this [`device`](Self::device), for this [`source`](Self::source),
///   and nobody has brought it back before. Keep the state for as long as a sign-in at the provider takes, ten minutes say. A device that a
///   [cookie](crate::device::BindingKind::Cookie) recognises is one browser. A fingerprint in a header is whatever its client says.
/// - [`CodeProof::Nothing`]: there is nothing to check. It comes only where the [policy](crate::policy::Policy::allows_unbound_codes) takes such
///   codes.
///
/// A wrong code stays [counted](crate::guess::ReserveAttempt) against the device, as a wrong guess does, so that one device cannot make you call the
/// provider without limit. A robot names another device each time, so limit the requests by address as well.
///
/// Have no answer ([`Ask::unavailable`](crate::step::Ask::unavailable)) where the provider cannot be reached in time. That counts against nobody.
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
/// policy.allows_unbound_codes = true; // the family's calls bring nothing but the code
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
/// **If you answer wrongly:** if you answer with an identity although the `state` was given to another device, somebody is signed in as the attacker
/// who slipped them the code. If the identity was linked to no account, they link their own account to it, and the attacker signs in to that account
/// from then on. If you answer with an identity although the `code_verifier` was not judged, the thief of a code is signed in as its owner. If you
/// answer with another identity than that of the code, somebody is signed in to the account of that identity. The same happens with a code that was
/// made for another application than yours, so check which application it is for. If you accept a code that was used before, anybody who has seen it
/// can sign in. Providers refuse such a code, but a host that keeps answers does not. If you answer `None`, nobody signs in by the code.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExchangeSocialCode {
    /// The application and tenant.
    pub audience: Audience,
    /// The device that the client names.
    pub device: Device,
    /// Where the client got the code.
    pub source: SocialSource,
    /// The code, as it came: at most 4,096 bytes.
    pub code: Secret,
    /// The proof that the client has asked for the code.
    pub proof: CodeProof,
}

/// The party that vouches for the number of the client's mobile.
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
    /// The carrier of the mobile's card ("one-click"), by way of Aliyun: the family's `login/aliyun-mobile-auth`.
    Carrier,
    /// WeChat, for its user's mobile: `social/wechat-mobile-bind`.
    Wechat,
    /// Alipay, likewise: `social/alipay-mini-mobile-bind`.
    Alipay,
}

/// Which mobile is this token for? The answer is `None` if the token vouches for no mobile.
///
/// It is asked only where the policy [takes](crate::policy::Policy::takes_vouched_mobiles) such tokens. Exchange the token at its source, with your
/// secret there, and answer with the number in full (ITU-T E.164). The token is as good a proof of the mobile as a code that was sent to it and
/// typed, and no better.
///
/// Nothing binds such a token to the client that brings it, because none of these providers has a `state` or a `code_verifier`. The thief of a token
/// is signed in as its owner, and an attacker can slip their own token to another's client. The only protection is that the providers' software hands
/// the token over within the device. A wrong token stays counted against the device, as a code of a [provider](ExchangeSocialCode) does.
///
/// Have no answer ([`Ask::unavailable`](crate::step::Ask::unavailable)) where the source cannot be reached in time.
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
/// **If you answer wrongly:** if you answer with another number, somebody is signed in as the owner of that number. If you accept a token that was
/// used before, anybody who has seen it can sign in. A number without a country code is a contradiction, and nobody is signed in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExchangeMobileToken {
    /// The application and tenant.
    pub audience: Audience,
    /// The device that the client names.
    pub device: Device,
    /// Where the token comes from.
    pub source: MobileSource,
    /// The token, as it came: at most 4,096 bytes.
    pub token: Secret,
}
