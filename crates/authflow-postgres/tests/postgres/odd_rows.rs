//! Rows that the library cannot read, made by somebody with a SQL prompt. Each row causes an error that names what was expected, and nobody signs in.

use crate::{
    server::server,
    setting::{api, call, host, like, settings_at, store_of},
};
use authflow::testkit::{Call, demo};
use std::{error::Error, sync::Mutex};

static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note(question: &'static str, error: &dyn Error) {
    SAID.lock().unwrap().push(format!("{question}: {error}"));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_lets_nobody_in() {
    let Some(server) = server() else { return };
    for (sql, said) in [
        (
            "ALTER TABLE authflow.accounts DROP CONSTRAINT accounts_status_check; UPDATE authflow.accounts SET status = 'Active'",
            "the stored status must be a word",
        ),
        ("UPDATE authflow.accounts SET enrolled = 'sms,otp'", "the stored enrolled must be names of factors"),
        ("UPDATE authflow.accounts SET skips_used = -1", "the stored skips_used must be 0 to"),
        (
            "UPDATE authflow.accounts SET password_changed_at = -1",
            "the stored password_changed_at must be seconds",
        ),
        ("UPDATE authflow.accounts SET revision = -7", "the stored revision must be 0 to"),
        ("UPDATE authflow.accounts SET profile = 'x'", "the stored profile must be an object"),
        (
            "UPDATE authflow.accounts SET totp_sealed = 'clear'",
            "the stored one-time password must be a sealed secret",
        ),
        (
            "UPDATE authflow.accounts SET totp_step = -1, totp_sealed = '1:a:AAAA'",
            "the stored one-time password must be",
        ),
        (
            "UPDATE authflow.attempts SET record = 'x'",
            "ReserveAttempt: store: the stored record must be a record of guesses",
        ),
    ] {
        let database = server.database().await;
        let client = database.client().await;
        let host = host(store_of(settings_at(&database.url(), demo::START), &[like("alice", 0)]).await);
        let host = authflow::parts::Parts { log: note as crate::setting::Log, ..host };
        let login = async || call(&api(), &host, &Call::login("alice-0", demo::PASSWORD)).await.status;
        assert_eq!(login().await, 200);
        client.batch_execute(sql).await.unwrap();
        SAID.lock().unwrap().clear();
        assert_eq!(login().await, 500, "{sql}");
        let told = SAID.lock().unwrap().join("\n");
        assert!(told.contains(said), "{sql}: {told}");
    }
}
