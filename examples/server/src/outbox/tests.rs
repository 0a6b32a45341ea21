use super::{config::parse, *};
use authflow::contact::Channel;
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

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
    /// Logs this thread, which also runs the tasks of a test.
    fn start(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let lines = tracing_subscriber::fmt().with_writer(move || log.clone()).with_ansi(false);
        tracing::subscriber::set_default(lines.finish())
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[test]
fn a_configuration_is_whole_and_its_password_is_not_told() {
    let text = |rest: &str| {
        format!("[smtp]\nhost = 'mail.example.com'\nport = 587\nfrom = 'login@example.com'\n{rest}")
    };
    for right in ["tls = 'starttls'", "tls = 'implicit'\nuser = 'login'\npassword = 'hunter2'"] {
        let told = format!("{:?}", parse(&text(right)).unwrap());
        assert!(told.contains("mail.example.com") && !told.contains("hunter2"), "{told}");
    }
    for wrong in [
        "",
        "tls = 'maybe'",
        "tls = 'none'",
        "tls = 'implicit'\nuser = 'x'",
        "tls = 'implicit'\npassword = 'hunter2'",
    ] {
        let told = parse(&text(wrong)).err().unwrap();
        assert!(!format!("{told} {told:?}").contains("hunter2"), "{told}");
    }
    assert!(parse("[smtp]\nhost = 'localhost'\nport = 25\nfrom = 'login@example.com'\ntls = 'none'").is_ok());
    assert!(parse("[smtp]\nhost = 'localhost'\nport = 25\nfrom = 'login'\ntls = 'none'").is_err());
}

#[test]
fn the_example_of_the_readme_is_an_outbox() {
    let readme = include_str!("../../README.md");
    let example = readme.split("<!-- outbox -->\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(parse(example).is_ok());
}

#[test]
fn a_demonstration_prints_codes_and_no_whole_recipients() {
    let log = Log::default();
    let _logging = log.start();
    for (channel, recipient, told) in [
        (Channel::Sms, "+86-13800000000", "code for SMS to +86-138****0000 (sign in): 123456"),
        (Channel::Email, "erin@example.org", "code for e-mail to e***@example.org (sign in): 123456"),
    ] {
        print(&Recipient::new(channel, recipient).unwrap(), CodePurpose::SignIn, &Secret::new("123456"));
        assert!(log.text().contains(told), "{}", log.text());
    }
}
