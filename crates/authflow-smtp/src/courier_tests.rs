//! Tests of the messages that a mail server gets, and of the log.

use super::*;
use crate::{
    StandardTexts, Text, Texts,
    mail_server::{Mail, accepts, mail_server, refuses_and_quotes},
};
use authflow::{Audience, ClientId, Lifetime, Secret, code::CodePurpose, contact::Channel, device::Language};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    io::Write,
    num::NonZeroUsize,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, time::sleep};

const CODE: &str = "123456";

fn settings(port: u16) -> Settings {
    Settings::new("127.0.0.1", port, Encryption::None, "Login <login@example.com>").unwrap()
}

fn smtp(port: u16) -> SmtpCourier {
    SmtpCourier::start(settings(port)).unwrap()
}

struct Case {
    recipient: Recipient,
    audience: Audience,
    code: Secret,
}

impl Case {
    fn to(channel: Channel, recipient: &str) -> Self {
        let recipient = Recipient::new(channel, recipient).unwrap();
        let audience = Audience { client_id: ClientId::new("web").unwrap(), tenant: None };
        Self { recipient, audience, code: Secret::new(CODE) }
    }

    fn email(address: &str) -> Self {
        Self::to(Channel::Email, address)
    }

    fn letter(&self) -> Letter<'_> {
        Letter {
            audience: &self.audience,
            purpose: CodePurpose::SignIn,
            code: &self.code,
            expires_in: Lifetime::of::<300>(),
            language: Language::En,
        }
    }

    fn send(&self, courier: &SmtpCourier) -> Delivery {
        courier.send(&self.letter(), &self.recipient, false).unwrap()
    }

    fn send_decoy(&self, courier: &SmtpCourier) -> Delivery {
        courier.send(&self.letter(), &self.recipient, true).unwrap()
    }
}

async fn next(received: &mut mpsc::Receiver<Mail>) -> Mail {
    timeout(Duration::from_secs(10), received.recv()).await.unwrap().unwrap()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Collects the log of this thread, on which the tasks of a test also run.
    fn start(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let lines = tracing_subscriber::fmt().with_writer(move || log.clone()).with_ansi(false);
        tracing::subscriber::set_default(lines.finish())
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    async fn wait_for(&self, words: &str) {
        let waiting = async {
            while !self.text().contains(words) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(30), waiting).await.unwrap_or_else(|_| panic!("{}", self.text()));
    }
}

#[tokio::test]
async fn a_mail_says_the_code_what_for_and_how_long() {
    let (port, mut received) = mail_server(Some(accepts)).await;
    let courier = smtp(port);
    assert_eq!(Case::email("erin@example.org").send(&courier), Delivery::Delivered);
    let mail = next(&mut received).await;
    assert!(mail.from.starts_with("MAIL FROM:<login@example.com>"), "{mail:?}");
    assert!(mail.to.starts_with("RCPT TO:<erin@example.org>"), "{mail:?}");
    let (headers, body) = mail.data.split_once("\n\n").unwrap();
    for header in ["Subject: Your code: sign in", "To: erin@example.org", "Auto-Submitted: auto-generated"] {
        assert!(headers.lines().any(|line| line == header), "{headers}");
    }
    assert!(!headers.contains(CODE));
    assert!(["123456", "sign in", "5 minutes"].iter().all(|words| body.contains(words)), "{body}");
    assert!(!format!("{courier:?}").contains(CODE));
}

/// A message without a code goes the same way.
#[tokio::test]
async fn a_notice_is_sent_to_an_address_that_mail_goes_to() {
    let (port, mut received) = mail_server(Some(accepts)).await;
    let courier = smtp(port);
    let notify = |address: &str| {
        let text = Text { subject: "Replaced".to_owned(), body: "It was replaced.\n".to_owned() };
        courier.notify(&EmailAddress::new(address).unwrap(), text).unwrap()
    };
    assert_eq!(notify("erin@example.org"), Delivery::Delivered);
    let mail = next(&mut received).await;
    assert!(mail.data.contains("Subject: Replaced") && mail.data.contains("It was replaced."), "{mail:?}");
    assert_eq!(notify("erin\u{ff20}example.com"), Delivery::NotDelivered);
}

/// The body of a message that is not ASCII.
fn decoded(mail: &Mail) -> String {
    let (headers, body) = mail.data.split_once("\n\n").unwrap();
    assert!(headers.contains("base64"), "{headers}");
    String::from_utf8(STANDARD.decode(body.replace('\n', "")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_mail_speaks_chinese() {
    let (port, mut received) = mail_server(Some(accepts)).await;
    let courier = smtp(port);
    let erin = Case::email("erin@example.org");
    let letter = Letter {
        language: Language::Zh,
        purpose: CodePurpose::ForgottenPassword,
        expires_in: Lifetime::of::<90>(),
        ..erin.letter()
    };
    courier.send(&letter, &erin.recipient, false).unwrap();
    let body = decoded(&next(&mut received).await);
    assert!(["123456", "重置密码", "90 秒"].iter().all(|words| body.contains(words)), "{body}");
}

struct Ours;

impl Texts for Ours {
    fn text(&self, letter: &Letter<'_>) -> Text {
        match letter.language {
            Language::En => StandardTexts.text(letter),
            Language::Zh => Text {
                subject: "Bonjour".to_owned(),
                body: format!("Voilà {} pour {}", letter.code.expose(), letter.audience.client_id),
            },
        }
    }
}

#[tokio::test]
async fn texts_are_ones_own_for_some_and_the_standard_ones_for_others() {
    let (port, mut received) = mail_server(Some(accepts)).await;
    let courier = SmtpCourier::start(settings(port).with_texts(Ours)).unwrap();
    let erin = Case::email("erin@example.org");
    erin.send(&courier);
    assert!(next(&mut received).await.data.contains("Subject: Your code: sign in"));
    courier.send(&Letter { language: Language::Zh, ..erin.letter() }, &erin.recipient, false).unwrap();
    let mail = next(&mut received).await;
    assert!(mail.data.contains("Subject: Bonjour"), "{mail:?}");
    assert!(mail.data.contains("123456 pour web") || decoded(&mail) == "Voilà 123456 pour web", "{mail:?}");
    assert_eq!(format!("{:?}", Ours.text(&erin.letter())), "Text(…)");
}

#[tokio::test]
async fn a_decoy_is_answered_alike_and_sends_nothing() {
    let (port, mut received) = mail_server(Some(accepts)).await;
    let courier = smtp(port);
    assert_eq!(Case::email("nobody@example.org").send_decoy(&courier), Delivery::Delivered);
    Case::email("erin@example.org").send(&courier);
    let first = next(&mut received).await;
    assert!(first.to.contains("erin@"), "{first:?}");
    assert!(received.try_recv().is_err());
}

#[tokio::test]
async fn a_full_queue_delivers_neither_codes_nor_decoys() {
    let (port, _received) = mail_server(None).await;
    let courier = SmtpCourier::start(settings(port).with_queue(NonZeroUsize::MIN)).unwrap();
    let erin = Case::email("erin@example.org");
    assert_eq!(erin.send(&courier), Delivery::Delivered);
    assert_eq!(erin.send(&courier), Delivery::NotDelivered);
    assert_eq!(erin.send_decoy(&courier), Delivery::NotDelivered);
}

#[tokio::test]
async fn a_failure_is_logged_without_the_code() {
    let log = Log::default();
    let _logging = log.start();
    let (port, _received) = mail_server(Some(refuses_and_quotes)).await;
    let erin = Case::email("erin@example.org");
    assert_eq!(erin.send(&smtp(port)), Delivery::Delivered);
    log.wait_for("the mail server answered 554").await;

    let nobody_listens = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    erin.send(&smtp(nobody_listens));
    log.wait_for("refused").await;
    let text = log.text();
    assert!(!text.contains(CODE) && !text.contains("erin@"), "{text}");
    assert!(text.contains("e***@example.org"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_and_a_stale_code_is_not_sent() {
    let log = Log::default();
    let _logging = log.start();
    let (port, _received) = mail_server(None).await;
    let courier = smtp(port);
    let erin = Case::email("erin@example.org");
    erin.send(&courier);
    courier
        .send(&Letter { expires_in: Lifetime::of::<5>(), ..erin.letter() }, &erin.recipient, false)
        .unwrap();
    log.wait_for("longer than it lives").await;
    assert_eq!(log.text().matches("not sent").count(), 2, "{}", log.text());
}

#[tokio::test]
async fn there_is_no_provider_of_text_messages() {
    let (port, _received) = mail_server(Some(accepts)).await;
    let courier = smtp(port);
    let mobile = Case::to(Channel::Sms, "+86-13800000000");
    assert_eq!([mobile.send(&courier), mobile.send_decoy(&courier)], [Delivery::NotDelivered; 2]);
}

#[test]
fn it_starts_in_a_runtime_alone() {
    assert!(matches!(SmtpCourier::start(settings(25)), Err(SettingsError::NoRuntime)));
}

#[tokio::test]
async fn a_password_of_the_mail_server_is_not_printed() {
    let settings = Settings::new("mail.example.com", 465, Encryption::Implicit, "login@example.com").unwrap();
    let courier = SmtpCourier::start(settings.with_login("login", Secret::new("hunter2"))).unwrap();
    let told = format!("{courier:?}");
    assert!(told.contains("mail.example.com") && !told.contains("hunter2"), "{told}");
}

/// A code goes to an address as it is stored, and a decoy to its one spelling. The library accepts some spellings to which no mail can go. Such an
/// address is answered like any other.
#[tokio::test]
async fn every_spelling_of_an_address_is_answered_like_the_stored_one() {
    let (port, _received) = mail_server(Some(accepts)).await;
    let courier = smtp(port);
    for spelling in [
        "erin@example.com",
        "erin\u{ff20}example.com",
        "ｅｒｉｎ@example.com",
        "erin@ｅｘａｍｐｌｅ.com",
        "erin@example\u{ff0e}com",
        "er\u{ad}in@example.com",
        "er\u{200b}in@example.com",
        "erin@exam\u{200b}ple.com",
        "erin@\u{200d}example.com",
    ] {
        let erin = Case::email(spelling);
        assert_eq!(
            erin.recipient,
            Case::email("erin@example.com").recipient,
            "{}",
            spelling.escape_unicode()
        );
        let answers = [erin.send(&courier), erin.send_decoy(&courier)];
        assert_eq!(answers, [Delivery::Delivered; 2], "{}", spelling.escape_unicode());
    }
}

/// A decoy must keep its place in the queue. Otherwise the next answer would reveal it while the mail server is slow.
#[tokio::test]
async fn what_comes_after_a_decoy_is_answered_like_what_comes_after_a_code() {
    let (port, _received) = mail_server(None).await;
    let mut answers = Vec::new();
    for decoy in [false, true] {
        let courier = SmtpCourier::start(settings(port).with_queue(NonZeroUsize::MIN)).unwrap();
        let (own, target) = (Case::email("mallory@example.com"), Case::email("erin@example.com"));
        assert_eq!(own.send(&courier), Delivery::Delivered);
        // The task has taken the message, and waits for the server.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(courier.send(&target.letter(), &target.recipient, decoy), Ok(Delivery::Delivered));
        answers.push(own.send_decoy(&courier));
    }
    assert_eq!(answers[0], answers[1], "after a code, and after a decoy");
}
