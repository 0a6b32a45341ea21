//! What sends codes.

use crate::{
    code::{Deliver, Delivery},
    host::asked,
};
use core::{convert::Infallible, error::Error, future::Future};

/// What sends codes: by SMS, by e-mail.
///
/// ```
/// use authflow::{code::{Deliver, Delivery}, contact::Recipient, parts::Courier};
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
///             Recipient::Mobile(_) => Ok(Delivery::Delivered), // handed to a queue, unless it is a decoy: in the same time
///             Recipient::Email(_) => Ok(Delivery::NotDelivered),
///         }
///     }
/// }
/// ```
pub trait Courier: Sync {
    /// What goes wrong when the courier goes wrong.
    type Error: Error + Send;

    asked! {
        /// See [`Deliver`]: a decoy takes the same time.
        deliver(Deliver) -> Delivery;
    }
}

/// Nothing is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCourier;

impl Courier for NoCourier {
    type Error = Infallible;

    async fn deliver(&self, _: &Deliver) -> Result<Delivery, Infallible> {
        Ok(Delivery::NotDelivered)
    }
}

/// Nothing is sent where there is none.
impl<C: Courier> Courier for Option<C> {
    type Error = C::Error;

    async fn deliver(&self, ask: &Deliver) -> Result<Delivery, C::Error> {
        match self {
            Some(courier) => courier.deliver(ask).await,
            None => Ok(Delivery::NotDelivered),
        }
    }
}
