//! The courier, which sends codes.

use crate::{
    code::{Deliver, Delivery},
    host::asked,
};
use core::{convert::Infallible, error::Error, future::Future};

/// The part that sends codes, by SMS or e-mail.
///
/// ```
/// use authflow::{
///     code::{Deliver, Delivery},
///     contact::Recipient,
///     parts::Courier,
/// };
/// # struct Gateway;
/// # #[derive(Debug, thiserror::Error)]
/// # #[error("queue full")]
/// # struct QueueFull;
///
/// impl Courier for Gateway {
///     type Error = QueueFull;
///
///     async fn deliver(&self, ask: &Deliver) -> Result<Delivery, QueueFull> {
///         match &ask.recipient {
///             // yours: queue it, unless it is a decoy, and take the same time for both
///             Recipient::Mobile(_) => Ok(Delivery::Delivered),
///             Recipient::Email(_) => Ok(Delivery::NotDelivered),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` sends no codes",
    label = "it must implement `authflow::parts::Courier`",
    note = "a host that sends none says `NoCourier`; authflow-smtp has one for e-mail"
)]
pub trait Courier: Sync {
    /// The courier's error.
    type Error: Error + Send;

    asked! {
        /// See [`Deliver`]: a decoy takes the same time.
        deliver(Deliver) -> Delivery;
    }
}

/// A courier that sends nothing.
///
/// ```
/// use authflow::{
///     drive_blocking,
///     parts::{AllowAll, NoCourier, NoSigner, Parts},
///     testkit::{Call, MemoryHost, PlainHasher, World, demo},
/// };
/// use serde_json::json;
/// use std::{error::Error, sync::Mutex};
///
/// let store = Mutex::new(MemoryHost::demo());
/// let log = |question: &'static str, error: &dyn Error| eprintln!("{question}: {error}");
/// let (rules, courier, signer) = (AllowAll, NoCourier, NoSigner);
/// let host = Parts { store, hasher: PlainHasher, rules, courier, signer, log };
///
/// let World { api, mut clock, .. } = World::new();
/// let body = json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS" });
/// let send = Call::post("/api/v2/sdk/sms/send", &body);
/// let outcome = drive_blocking(api.handle(&send.request(), clock.moment()), &host)?;
/// assert_eq!(api.reply(&outcome).status(), 400, "nobody gets a code");
/// # Ok::<(), authflow::HostWaits>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCourier;

impl Courier for NoCourier {
    type Error = Infallible;

    async fn deliver(&self, _: &Deliver) -> Result<Delivery, Infallible> {
        Ok(Delivery::NotDelivered)
    }
}

/// `None` sends nothing.
impl<C: Courier> Courier for Option<C> {
    type Error = C::Error;

    async fn deliver(&self, ask: &Deliver) -> Result<Delivery, C::Error> {
        match self {
            Some(courier) => courier.deliver(ask).await,
            None => Ok(Delivery::NotDelivered),
        }
    }
}
