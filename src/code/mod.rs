//! Codes that are sent, from request to use.
//!
//! ```text
//! ──> Asked ─┬─ captcha, budget, sum ──> Refused
//!            │                                             ┌── the next takes its place ──┐
//!            │                                             v                              │
//!            └─ counted, digest stored, handed over ───> Sent ────────────────────────────┘
//!                                                          │
//!                expired, account changed, key retired     │     right, and its commit is done
//!                                Over <────────────────────┴──────────────────────> Used
//! ```
//!
//! ```
//! use authflow::testkit::{Call, World};
//! use serde_json::json;
//!
//! let mut world = World::new(); // nora has no password, only a mobile
//! let asks = json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" });
//! let ask = Call::post("/api/v2/sdk/sms/send", &asks);
//! assert_eq!(world.send(&ask).status, 200);
//! assert_eq!(world.send(&ask).status, 400, "the next one takes a minute");
//!
//! let code = world.code();
//! assert_eq!(code.len(), 6);
//! let kept = format!("{:?}", world.host.codes.values().next().unwrap());
//! assert!(!kept.contains(&code), "a digest, under a key that the database does not have");
//!
//! let shows = json!({ "mobile": "+86-13800000001", "verify_code": code });
//! let show = Call::post("/api/v2/sdk/login/mobile-verify-code", &shows);
//! assert_eq!(world.send(&show).text("status"), "SUCCESS");
//! assert_eq!(world.send(&show).status, 400, "no code counts twice");
//! ```
//!
//! 1. **Asked for.** A client names a [`CodePurpose`] and a recipient. If the client has proved nothing and the policy demands a captcha, the
//!    captcha is judged first ([`captcha`](crate::captcha)). The [flow](crate::flow) says whether the account has a recipient for this purpose.
//! 2. **Made.** Six digits are drawn from the request's entropy. They are bound to the [`CodeKey`] (application, tenant, purpose, recipient,
//!    device), to the account and to its revision. A keyed [`CodeDigest`] is kept, never the code.
//! 3. **Counted and stored**, in one [`Commit`](crate::step::Commit). The [`SendBudget`] of the recipient is spent by a [`SendPolicy`] over a
//!    [`SendRecord`], and the [`StoredCode`] takes the place of an earlier one under the same key. If the client has proved nothing and the
//!    policy bounds what is sent in all, the [`SendSum`] of the application is spent as well. Once half of that sum has been requested, a captcha
//!    is judged, unless one was judged already.
//! 4. **Sent**: [`Deliver`]. A recipient that no account has is treated in the same way. The code is then a decoy, whose digest nothing will
//!    match. A code to register with is sent to any recipient, and bound to no account.
//! 5. **Presented.** A guess is counted first ([`guess`](crate::guess)). Then [`LoadCode`] fetches the stored code, and the digests are compared.
//! 6. **Used.** The step that accepts the code [uses it up](crate::step::Write::UseCode) in its commit. No code counts twice, in one login or in
//!    two.
//!
//! This module decides, and operations of the engine carry its decisions out. [`Engine::send_code`](crate::Engine::send_code) performs the steps
//! 1 to 4. So does [`send_contact_code`](crate::Engine::send_contact_code), whose recipient belongs to no account yet. Its code is really sent,
//! so it spends the budget of the recipient and that of the subject who is signed in. Every operation that takes a code performs the steps 5 and
//! 6: [`sign_in_with_code`](crate::Engine::sign_in_with_code), [`prove_factor`](crate::Engine::prove_factor),
//! [`change_password`](crate::Engine::change_password), [`reset_password`](crate::Engine::reset_password), [`register`](crate::Engine::register),
//! [`change_contact`](crate::Engine::change_contact).

mod asked;
mod binding;
mod code_owner;
mod deliver;
mod digest;
mod key;
mod purpose;
mod send_budget;
mod send_policy;
mod send_record;
mod send_refusal;
mod send_slot;
mod send_sum;
mod stored;
mod sum_record;

pub use code_owner::CodeOwner;
pub use deliver::{Deliver, Delivery};
pub use digest::{CodeDigest, InvalidCodeDigest};
pub use key::CodeKey;
pub use purpose::CodePurpose;
pub use send_budget::SendBudget;
pub use send_policy::{SendPolicy, SendPolicyError};
pub use send_record::{InvalidSendRecord, SendRecord};
pub use send_refusal::SendRefusal;
pub use send_slot::SendSlot;
pub use send_sum::SendSum;
pub use stored::{LoadCode, StoredCode};
pub use sum_record::{InvalidSumRecord, SumRecord};

pub(crate) use asked::Asked;
pub(crate) use binding::CodeBinding;
