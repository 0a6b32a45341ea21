//! Codes that are sent: what one is, from request to use.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Asked: a client asks for a code
//!     Asked --> Refused: captcha, budget, sum
//!     Asked --> Sent: counted, digest stored, handed over
//!     Sent --> Sent: the next one takes its place
//!     Sent --> Used: presented right, claimed in the commit
//!     Sent --> Over: expired, account changed, key retired
//! ```
//!
//! 1. **Asked for.** A client says a [`CodePurpose`] and a recipient. Of somebody who has proved nothing, a captcha is judged first where
//!    the policy demands one ([`JudgeCaptcha`]). Whether the account has a recipient for this purpose says the flow.
//! 2. **Made.** Six digits are drawn from the request's entropy. They are bound to the [`CodeKey`] – application, tenant, purpose,
//!    recipient, device – and to the account and its revision. Kept is a keyed [`CodeDigest`], never the code.
//! 3. **Counted and stored**, in one [`Commit`](crate::step::Commit): the [`SendBudget`] of the recipient is spent by a [`SendPolicy`] over
//!    a [`SendRecord`], and the [`StoredCode`] takes the place of an earlier one under the same key. Of somebody who has proved nothing, the
//!    [`SendSum`] of the application is spent as well, where the policy has one. At half of it a captcha is judged, if none was.
//! 4. **Sent**: [`Deliver`]. A recipient that is nobody's goes the same way with a decoy, whose digest nothing will match.
//! 5. **Presented.** A guess is counted first ([`guess`](crate::guess)); then [`LoadCode`] fetches what was stored, and the digests are compared.
//! 6. **Used.** The step that the code proves [uses it up](crate::step::Write::UseCode), in its commit: no code counts twice, in one login or in two.
//!
//! What is here decides. The operations that ask are [`Engine::send_code`](crate::Engine::send_code) for 1 to 4 and, for 5 and 6, whatever a
//! code proves: [`sign_in_with_code`](crate::Engine::sign_in_with_code), [`prove_factor`](crate::Engine::prove_factor),
//! [`change_password`](crate::Engine::change_password), [`reset_password`](crate::Engine::reset_password).

mod binding;
mod captcha;
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

pub use captcha::{Captcha, JudgeCaptcha};
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

pub(crate) use binding::CodeBinding;
