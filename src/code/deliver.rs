//! Send this code.

use super::CodePurpose;
use crate::{Audience, Lifetime, Secret, contact::Recipient, device::Language};
use serde::{Deserialize, Serialize};

/// Send this code.
///
/// Do everything for a decoy except the sending, in the same time. No account has its recipient, and the client must not learn that. A code goes
/// to the contact as the account has it. A decoy goes to the recipient that was typed, in its one spelling, and so does a code to register with.
/// Refuse neither because of its spelling.
///
/// ```
/// use authflow::{
///     code::{Deliver, Delivery},
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// /// A queue answers at once, whoever the code is for. Its worker sends, and drops decoys.
/// fn deliver(ask: &Deliver, queue: &mut Vec<(String, String, bool)>) -> Delivery {
///     let text = format!("{} is your code, for {}", ask.code.expose(), ask.expires_in);
///     queue.push((ask.recipient.as_str().to_owned(), text, ask.decoy));
///     Delivery::Delivered
/// }
///
/// let (mut world, mut queue) = (World::new(), Vec::new());
/// for mobile in ["+86-13800000001", "+86-19900000000"] {
///     let call =
///         Call::post("/api/v2/sdk/sms/send", &json!({ "mobile": mobile, "type": "LOGIN_SMS" }));
///     let step = world.begin(&call);
///     let ask = world.until::<Deliver>(step);
///     let delivery = deliver(&ask, &mut queue);
///     assert_eq!(world.finish(ask.answer(delivery)).status, 200);
/// }
/// let decoys: Vec<_> = queue.iter().map(|(.., decoy)| *decoy).collect();
/// assert_eq!(decoys, [false, true], "nobody has the second number");
/// ```
///
/// **If you answer wrongly:**
/// - A decoy that is sent: strangers get codes that are good for nothing, at your cost.
/// - A decoy that is answered sooner than a code: the time shows who has an account.
/// - `Delivered` for a code that was not sent: its recipient waits for it, and the budget is spent.
/// - `NotDelivered` for a code that was sent: the client learns that, and asks again when the [budget](crate::code::SendBudget) allows it. The
///   code that was sent is good all the same.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deliver {
    /// The application and tenant.
    pub audience: Audience,
    /// The recipient of the code.
    pub recipient: Recipient,
    /// The purpose of the code. The text of the message should state it.
    pub purpose: CodePurpose,
    /// The code: six digits.
    pub code: Secret,
    /// The time for which the code is good.
    pub expires_in: Lifetime,
    /// The language of the message.
    pub language: Language,
    /// Whether this is a decoy, which the host must only pretend to send.
    pub decoy: bool,
}

/// Whether a code was sent.
///
/// ```
/// use authflow::{
///     code::{Deliver, Delivery},
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// /// The status of your message service. A message that is queued there counts as delivered.
/// fn delivery(status: u16) -> Delivery {
///     match status {
///         200..=299 => Delivery::Delivered,
///         _ => Delivery::NotDelivered,
///     }
/// }
///
/// let mut world = World::new();
/// let asks = json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" });
/// let step = world.begin(&Call::post("/api/v2/sdk/sms/send", &asks));
/// let ask = world.until::<Deliver>(step);
/// assert_ne!(world.finish(ask.answer(delivery(429))).status, 200, "the client is told");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// It was sent (or would have been, if it is a decoy).
    Delivered,
    /// It was not sent.
    NotDelivered,
}
