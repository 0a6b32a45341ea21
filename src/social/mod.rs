//! Social accounts: identities that a provider vouches for, and the accounts that they are linked to.
//!
//! ```text
//!                                ┌── linked to an account ──────────────> the login goes on
//! a code ── ExchangeSocialCode ──┤
//!                                └── linked to nobody ─┬─ by default ───> refused
//!                                                      │
//!                                                      └─ configured ───> LinkPending
//!                                                                              │
//!                   the session links the two <── the login goes on <── an account is proved
//! ```
//!
//! ```
//! use authflow::{
//!     Secret,
//!     factor::{Factor, FactorSet},
//!     policy::Policy,
//!     social::{LinkProofs, Provider, SocialIdentity, SocialSource, Unassociated},
//!     testkit::{Call, World, demo},
//! };
//! use serde_json::json;
//!
//! let demo = demo::policy();
//! let mut world = World::with_policy(Policy {
//!     first_factors: demo.first_factors.with(Factor::Federated),
//!     unassociated: Unassociated::Bind(LinkProofs::new(
//!         FactorSet::EMPTY.with(Factor::Password),
//!     )?),
//!     allows_unbound_codes: true, // the family's calls bring nothing but the code
//!     ..demo
//! });
//! let identity = SocialIdentity::new(Provider::new("weixin")?, "oWgGz1FmK9")?;
//! for code in ["first", "second"] {
//!     world.host.social_codes.push((SocialSource::Wechat, Secret::new(code), identity.clone()));
//! }
//! let by_wechat = |code: &str| Call::post("/api/v2/sdk/login/wechat", &json!({ "code": code }));
//!
//! let pending = world.send(&by_wechat("first"));
//! assert_eq!(
//!     pending.text("status"),
//!     "SOCIAL_BIND",
//!     "WeChat knows them, and no account is linked"
//! );
//! let proof = json!({ "user_name": "alice", "password": demo::PASSWORD });
//! let bind = Call::post("/api/v2/sdk/social/username-password-bind", &proof)
//!     .pending(pending.state_token());
//! assert_eq!(world.send(&bind).text("status"), "SUCCESS");
//!
//! assert_eq!(
//!     world.send(&by_wechat("second")).text("status"),
//!     "SUCCESS",
//!     "from now on WeChat alone signs alice in"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A client brings a code from a provider. The host exchanges it for an identity ([`ExchangeSocialCode`]). A linked identity signs in to its account,
//! by the factor [`Federated`](crate::factor::Factor::Federated). Everything else that the policy demands is demanded after that. The code must be
//! bound to the client that brings it ([`CodeProof`]), unless the policy takes unbound codes. [`Unassociated`] decides about an identity that is
//! linked to no account. It is refused by default. If so configured, the client proves its account, and the two are linked with the session that the
//! login ends in.
//!
//! The state of a pending link is a separate kind of token ([`LinkToken`](crate::token::LinkToken)), which names the identity and no account. No step
//! of a pending login takes it.

mod code_proof;
mod end_links;
mod exchange;
mod identity;
mod linked;
mod linked_by;
pub(crate) mod pending;
mod unassociated;

pub use code_proof::{CodeProof, CodeVerifier, InvalidVerifier};
pub use end_links::EndLinks;
pub use exchange::{ExchangeMobileToken, ExchangeSocialCode, MobileSource, SocialSource};
pub use identity::{InvalidIdentity, Provider, SocialIdentity};
pub use linked::{LinkedIdentity, ListIdentities};
pub use linked_by::LinkedBy;
pub use unassociated::{LinkProofs, LinkProofsError, Unassociated};
