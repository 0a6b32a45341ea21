use super::{
    config::{SmtpConfig, parse},
    mail_server::{Mail, accepts, mail_server, refuses_and_quotes},
    smtp::Smtp,
    *,
};
use authflow::contact::Channel;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::mpsc,
    time::{sleep, timeout},
};

const CODE: &str = "123456";

fn config(port: u16) -> SmtpConfig {
    let text = format!(
        "[smtp]\nhost = '127.0.0.1'\nport = {port}\nfrom = 'Login <login@example.com>'\ntls = 'none'"
    );
    parse(&text).unwrap()
}

fn smtp(port: u16) -> Outbox {
    Outbox::Smtp(Smtp::start(config(port)).unwrap())
}

struct Case {
    recipient: Recipient,
    code: Secret,
}

impl Case {
    fn email(address: &str) -> Self {
        Self { recipient: Recipient::new(Channel::Email, address).unwrap(), code: Secret::new(CODE) }
    }

    fn mobile() -> Self {
        Self { recipient: Recipient::new(Channel::Sms, "+86-13800000000").unwrap(), code: Secret::new(CODE) }
    }

    fn letter(&self) -> Letter<'_> {
        Letter {
            recipient: &self.recipient,
            purpose: CodePurpose::SignIn,
            code: &self.code,
            expires_in: Lifetime::of::<300>(),
            language: Language::En,
            decoy: false,
        }
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
    /// Of this thread, on which also the tasks of a test run.
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
    let outbox = smtp(port);
    let erin = Case::email("erin@example.org");
    assert_eq!(outbox.send(&erin.letter()).unwrap(), Delivery::Delivered);
    let mail = next(&mut received).await;
    assert!(mail.from.starts_with("MAIL FROM:<login@example.com>"), "{mail:?}");
    assert!(mail.to.starts_with("RCPT TO:<erin@example.org>"), "{mail:?}");
    let (headers, body) = mail.data.split_once("\n\n").unwrap();
    for header in ["Subject: Your code: sign in", "To: erin@example.org", "Auto-Submitted: auto-generated"] {
        assert!(headers.lines().any(|line| line == header), "{headers}");
    }
    assert!(!headers.contains(CODE));
    assert!(["123456", "sign in", "5 minutes"].iter().all(|words| body.contains(words)), "{body}");
    assert!(!format!("{outbox:?}").contains(CODE));
}

#[tokio::test]
async fn a_mail_speaks_chinese() {
    let (port, mut received) = mail_server(Some(accepts)).await;
    let outbox = smtp(port);
    let erin = Case::email("erin@example.org");
    let letter = Letter {
        language: Language::Zh,
        purpose: CodePurpose::ForgottenPassword,
        expires_in: Lifetime::of::<90>(),
        ..erin.letter()
    };
    outbox.send(&letter).unwrap();
    let data = next(&mut received).await.data;
    let (headers, body) = data.split_once("\n\n").unwrap();
    assert!(headers.contains("base64"), "{headers}");
    let body = String::from_utf8(STANDARD.decode(body.replace('\n', "")).unwrap()).unwrap();
    assert!(["123456", "重置密码", "90 秒"].iter().all(|words| body.contains(words)), "{body}");
}

#[tokio::test]
async fn a_decoy_is_answered_alike_and_sends_nothing() {
    let (port, mut received) = mail_server(Some(accepts)).await;
    let outbox = smtp(port);
    let (nobody, erin) = (Case::email("nobody@example.org"), Case::email("erin@example.org"));
    let decoy = Letter { decoy: true, ..nobody.letter() };
    assert_eq!(outbox.send(&decoy).unwrap(), Delivery::Delivered);
    outbox.send(&erin.letter()).unwrap();
    let first = next(&mut received).await;
    assert!(first.to.contains("erin@"), "{first:?}");
    assert!(received.try_recv().is_err());
}

#[tokio::test]
async fn a_full_queue_delivers_neither_codes_nor_decoys() {
    let (port, _received) = mail_server(None).await;
    let outbox = Outbox::Smtp(Smtp::start_with_queue(config(port), 1).unwrap());
    let erin = Case::email("erin@example.org");
    assert_eq!(outbox.send(&erin.letter()).unwrap(), Delivery::Delivered);
    let decoy = Letter { decoy: true, ..erin.letter() };
    for letter in [erin.letter(), decoy] {
        assert_eq!(outbox.send(&letter).unwrap(), Delivery::NotDelivered);
    }
}

#[tokio::test]
async fn a_failure_is_logged_without_the_code() {
    let log = Log::default();
    let _logging = log.start();
    let (port, _received) = mail_server(Some(refuses_and_quotes)).await;
    let erin = Case::email("erin@example.org");
    let outbox = smtp(port);
    assert_eq!(outbox.send(&erin.letter()).unwrap(), Delivery::Delivered);
    log.wait_for("the mail server answered 554").await;

    let nobody_listens = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    smtp(nobody_listens).send(&erin.letter()).unwrap();
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
    let outbox = smtp(port);
    let erin = Case::email("erin@example.org");
    outbox.send(&erin.letter()).unwrap();
    outbox.send(&Letter { expires_in: Lifetime::of::<5>(), ..erin.letter() }).unwrap();
    log.wait_for("longer than it lives").await;
    assert_eq!(log.text().matches("not sent").count(), 2, "{}", log.text());
}

#[tokio::test]
async fn there_is_no_provider_of_text_messages() {
    let (port, _received) = mail_server(Some(accepts)).await;
    let outbox = smtp(port);
    let mobile = Case::mobile();
    let decoy = Letter { decoy: true, ..mobile.letter() };
    for letter in [mobile.letter(), decoy] {
        assert_eq!(outbox.send(&letter).unwrap(), Delivery::NotDelivered);
    }
}

#[test]
fn a_demonstration_prints_codes_but_no_decoys_and_no_whole_recipients() {
    let log = Log::default();
    let _logging = log.start();
    let (mobile, erin) = (Case::mobile(), Case::email("erin@example.org"));
    Outbox::Log.send(&mobile.letter()).unwrap();
    assert!(log.text().contains("code for SMS to +86-138****0000 (sign in): 123456"), "{}", log.text());
    Outbox::Log.send(&erin.letter()).unwrap();
    assert!(log.text().contains("code for e-mail to e***@example.org (sign in): 123456"), "{}", log.text());
    let before = log.text();
    let decoy = Letter { decoy: true, ..erin.letter() };
    assert_eq!(Outbox::Log.send(&decoy).unwrap(), Delivery::Delivered);
    assert_eq!(log.text(), before);
}

#[tokio::test]
async fn a_configuration_sends_nothing_in_the_clear_beyond_loopback() {
    let text = |host: &str, rest: &str| {
        format!("[smtp]\nhost = '{host}'\nport = 587\nfrom = 'login@example.com'\n{rest}")
    };
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert!(parse(&text(host, "tls = 'none'")).is_ok(), "{host}");
    }
    for host in ["mail.example.com", "10.0.0.1", "127.0.0.1.example.com", "0.0.0.0"] {
        let refused = parse(&text(host, "tls = 'none'"));
        assert!(matches!(refused, Err(OutboxFileError::InTheClear)), "{host}");
    }
    for tls in ["tls = 'starttls'", "tls = 'implicit'\nuser = 'login'\npassword = 'hunter2'"] {
        let outbox = Outbox::Smtp(Smtp::start(parse(&text("mail.example.com", tls)).unwrap()).unwrap());
        let printed = format!("{outbox:?}");
        assert!(printed.contains("mail.example.com") && !printed.contains("hunter2"), "{printed}");
    }
    for wrong in
        ["", "tls = 'maybe'", "tls = 'implicit'\nuser = 'x'", "tls = 'implicit'\npassword = 'hunter2'"]
    {
        let told = parse(&text("mail.example.com", wrong)).err().unwrap();
        assert!(!format!("{told} {told:?}").contains("hunter2"), "{told}");
    }
    assert!(parse("[smtp]\nhost = 'localhost'\nport = 25\nfrom = 'login'\ntls = 'none'").is_err());
}

#[test]
fn the_example_of_the_readme_is_an_outbox() {
    let readme = include_str!("../../README.md");
    let example = readme.split("<!-- outbox -->\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(config::parse(example).is_ok());
}
