//! Mail with codes (RFC 5321). A request only composes the mail, and a separate task sends it. So a code and a decoy are answered equally fast, and a
//! slow mail server delays no request.

use crate::{
    message::compose,
    settings::{Encryption, Settings, SettingsError},
    texts::{Letter, Text},
};
use authflow::{
    code::{Deliver, Delivery},
    contact::{EmailAddress, Recipient},
    parts::Courier,
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{
        self,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use std::{error::Error as _, fmt, io, time::Duration};
use tokio::{
    runtime::Handle,
    sync::mpsc::{self, error::TrySendError},
    time::{Instant, timeout},
};

const LONGEST_CONNECT: Duration = Duration::from_secs(10);
/// The longest time for one message, including the connection.
const LONGEST_SEND: Duration = Duration::from_secs(20);
const LONGEST_NOTICE: Duration = Duration::from_secs(3600);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A [`Courier`] that sends e-mail.
///
/// ```
/// use authflow::contact::EmailAddress;
/// use authflow_smtp::{Encryption, Settings, SmtpCourier, Text};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let settings = Settings::new("localhost", 25, Encryption::None, "Shop <login@shop.example>")?;
/// let courier = SmtpCourier::start(settings)?; // `courier` of your `Parts`
///
/// // A message without a code: tell the old address that a new one has replaced it
/// // (`Event::ContactReplaced`).
/// let text = Text {
///     subject: "Your address was replaced".to_owned(),
///     body: "If it was not you, call us.\n".to_owned(),
/// };
/// courier.notify(&EmailAddress::new("erin@example.com")?, text)?;
/// # Ok(()) }
/// ```
///
/// - **A code and a decoy are answered alike and equally fast.** The message is composed and put into a queue, and a task sends the messages in it.
///   A decoy waits in the queue like a code, and then the task drops it. So a queue of decoys empties sooner than a queue of codes. An attacker who
///   keeps the queue full can see this difference.
/// - **A full queue delivers nothing**, neither codes nor decoys. A message that waits longer than its code lives is dropped.
/// - **An address to which no mail can go is answered like any other.** A code goes to an address as it is stored, and a decoy to the address's one
///   spelling. Sometimes mail can go to only one of these two spellings.
/// - The courier sends no text messages: a code to a mobile is not delivered.
/// - A message that cannot be sent is logged with the masked address, but never with a code, or with the mail server's words, which may quote the
///   message.
#[derive(Clone)]
pub struct SmtpCourier {
    settings: Settings,
    queue: mpsc::Sender<Queued>,
}

/// It has no `Debug`, because the message contains the code.
struct Queued {
    /// `None` for a decoy, or if no mail can go to the address.
    message: Option<Message>,
    masked: String,
    good_until: Instant,
}

/// The error of a message that could not be put into the queue.
///
/// ```
/// use authflow::contact::EmailAddress;
/// use authflow_smtp::{Encryption, Settings, SmtpCourier, SmtpError, Text};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let settings = Settings::new("localhost", 25, Encryption::None, "login@shop.example")?;
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// let courier = runtime.block_on(async { SmtpCourier::start(settings) })?;
/// drop(runtime); // and with it the task that sends
///
/// let text = Text { subject: "Hello".to_owned(), body: "Hello.\n".to_owned() };
/// let refused = courier.notify(&EmailAddress::new("erin@example.com")?, text).unwrap_err();
/// assert_eq!(refused, SmtpError::WorkerEnded);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpError {
    /// The task that sends mail has ended with its runtime.
    #[error("the task that sends mail has ended")]
    WorkerEnded,
    /// The text cannot be put into a message.
    #[error("a message cannot be composed: {0}")]
    Compose(String),
    /// There are no random numbers.
    #[error("the id of a message takes random numbers, and there are none: {0}")]
    NoEntropy(String),
}

impl SmtpCourier {
    /// Starts the task that sends. When all clones of the courier are dropped, the task ends after the last message.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up, or there is no tokio runtime.
    pub fn start(settings: Settings) -> Result<Self, SettingsError> {
        let runtime = Handle::try_current().map_err(|_| SettingsError::NoRuntime)?;
        let transport = transport(&settings)?;
        let (queue, waiting) = mpsc::channel(settings.queue.get());
        runtime.spawn(send_all(transport, waiting));
        Ok(Self { settings, queue })
    }

    /// Sends a message without a code, for example that an address was [replaced](authflow::outcome::Event::ContactReplaced). It waits in the same
    /// queue, for an hour at most.
    ///
    /// # Errors
    /// When the message cannot be composed, or the task that sends has ended.
    pub fn notify(&self, to: &EmailAddress, text: Text) -> Result<Delivery, SmtpError> {
        let Ok(address) = to.as_str().parse() else { return Ok(Delivery::NotDelivered) };
        let message = Some(compose(text, self.settings.from.clone(), address)?);
        self.put(Queued { message, masked: to.masked(), good_until: Instant::now() + LONGEST_NOTICE })
    }

    fn send(&self, letter: &Letter<'_>, to: &Recipient, decoy: bool) -> Result<Delivery, SmtpError> {
        match to {
            Recipient::Email(address) => self.send_mail(letter, address, decoy),
            Recipient::Mobile(_) => Ok(Delivery::NotDelivered),
        }
    }

    fn send_mail(&self, letter: &Letter<'_>, to: &EmailAddress, decoy: bool) -> Result<Delivery, SmtpError> {
        let text = self.settings.texts.text(letter);
        let message = match to.as_str().parse() {
            Ok(address) => Some(compose(text, self.settings.from.clone(), address)?),
            Err(_) => {
                tracing::warn!(to = to.masked(), "message not sent: no mail goes to such an address");
                None
            }
        };
        let lives = Duration::from_secs(letter.expires_in.as_seconds().into());
        let message = message.filter(|_| !decoy);
        self.put(Queued { message, masked: to.masked(), good_until: Instant::now() + lives })
    }

    fn put(&self, queued: Queued) -> Result<Delivery, SmtpError> {
        match self.queue.try_send(queued) {
            Ok(()) => Ok(Delivery::Delivered),
            Err(TrySendError::Full(_)) => {
                tracing::warn!("message not sent: too many wait for the mail server");
                Ok(Delivery::NotDelivered)
            }
            Err(TrySendError::Closed(_)) => Err(SmtpError::WorkerEnded),
        }
    }
}

impl Courier for SmtpCourier {
    type Error = SmtpError;

    /// A decoy takes the same path as a code until the code would be sent, and gets the same answer.
    async fn deliver(&self, ask: &Deliver) -> Result<Delivery, SmtpError> {
        self.send(&Letter::from(ask), &ask.recipient, ask.decoy)
    }
}

fn transport(settings: &Settings) -> Result<Transport, SettingsError> {
    let parameters =
        || TlsParameters::new(settings.host.clone()).map_err(|error| SettingsError::Tls(error.to_string()));
    let tls = match settings.encryption {
        Encryption::None => Tls::None,
        Encryption::StartTls => Tls::Required(parameters()?),
        Encryption::Implicit => Tls::Wrapper(parameters()?),
    };
    let builder = Transport::builder_dangerous(&settings.host)
        .port(settings.port)
        .tls(tls)
        .timeout(Some(LONGEST_CONNECT))
        .hello_name(ClientId::Domain(settings.from.email.domain().to_owned()));
    Ok(match &settings.login {
        Some((user, password)) => {
            builder.credentials(Credentials::new(user.clone(), password.expose().to_owned())).build()
        }
        None => builder.build(),
    })
}

async fn send_all(transport: Transport, mut waiting: mpsc::Receiver<Queued>) {
    while let Some(Queued { message, masked, good_until }) = waiting.recv().await {
        let Some(message) = message else { continue };
        if good_until <= Instant::now() {
            tracing::warn!(to = masked, "message not sent: it waited for longer than it lives");
            continue;
        }
        let why = match timeout(LONGEST_SEND, transport.send(message)).await {
            Ok(Ok(_)) => continue,
            Ok(Err(error)) => reason(&error),
            Err(_) => format!("it took longer than {} s", LONGEST_SEND.as_secs()),
        };
        tracing::warn!(to = masked, "message not sent: {why}");
    }
}

/// The reason does not have the server's own words, which may quote the message.
fn reason(error: &smtp::Error) -> String {
    let io_error = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match (error.status(), io_error) {
        (Some(status), _) => format!("the mail server answered {status}"),
        (None, Some(error)) => format!("the mail server cannot be talked to: {}", error.kind()),
        (None, None) if error.is_tls() => format!("{error}"),
        (None, None) if error.is_client() => "the mail server cannot do what is asked of it".to_owned(),
        (None, None) => "the mail server cannot be talked to".to_owned(),
    }
}

impl fmt::Debug for SmtpCourier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpCourier").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "courier_tests.rs"]
mod tests;
