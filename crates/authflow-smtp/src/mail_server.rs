//! A mail server for tests. It speaks only the SMTP that a client needs to hand over a message (RFC 5321 §4.1).

use std::{io, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::sleep,
};

/// A message that a mail server was given.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) data: String,
}

/// The mail server's answer to a message. With `None` it answers nothing at all.
pub(crate) type Answer = Option<fn(&Mail) -> String>;

pub(crate) async fn mail_server(answer: Answer) -> (u16, mpsc::Receiver<Mail>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (mails, received) = mpsc::channel(16);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(talk(stream, answer, mails.clone()));
        }
    });
    (port, received)
}

async fn talk(stream: TcpStream, answer: Answer, mails: mpsc::Sender<Mail>) -> io::Result<()> {
    let Some(answer) = answer else {
        sleep(Duration::from_secs(3_600)).await;
        drop(stream);
        return Ok(());
    };
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    let mut mail = Mail::default();
    writing.write_all(b"220 mail.test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let reply = match line.get(..4).unwrap_or_default() {
            "EHLO" => "250-mail.test\r\n250 8BITMIME".to_owned(),
            "MAIL" => {
                mail.from = line;
                "250 ok".to_owned()
            }
            "RCPT" => {
                mail.to = line;
                "250 ok".to_owned()
            }
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.data.push_str(&line);
                    mail.data.push('\n');
                }
                let reply = answer(&mail);
                mails.send(std::mem::take(&mut mail)).await.unwrap();
                reply
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "502 no".to_owned(),
        };
        writing.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
    Ok(())
}

pub(crate) fn accepts(_: &Mail) -> String {
    "250 ok".to_owned()
}

pub(crate) fn refuses_and_quotes(mail: &Mail) -> String {
    format!("554 spam: {}", mail.data.replace('\n', " "))
}
