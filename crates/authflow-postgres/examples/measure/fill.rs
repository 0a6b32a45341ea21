//! Fills the tables with so many accounts, each with a session, a count of guesses and a claim.

use crate::calls::name;
use authflow::{AccountId, factor::Factor, guess::AttemptSlot, testkit::demo};
use authflow_postgres::tokio_postgres::Client;

/// The ids are UUIDs, and the verifiers are as long as argon2's. Every second password is about to expire.
pub(crate) async fn accounts(client: &Client, count: usize) {
    let (tenant, start, prefix) = (demo::TENANT, demo::START.as_unix(), name(""));
    let sql = format!(
        "INSERT INTO authflow.accounts
            (tenant, id, user_name, mobile, email, verifier, password_form, password_changed_at)
        SELECT '{tenant}', gen_random_uuid()::text, '{prefix}' || number, '+86-138' || lpad(number::text, 8, '0'),
            '{prefix}' || number || '@example.com',
            '$argon2id$v=19$m=19456,t=2,p=1$' || left(md5('salt' || number), 22) || '$'
                || left(md5('a' || number) || md5('b' || number), 43),
            'canonical', {start} - CASE number % 2 WHEN 0 THEN 1 ELSE 85 END * 86400
        FROM generate_series(0, {count} - 1) AS number"
    );
    client.batch_execute(&sql).await.unwrap();
}

pub(crate) async fn what_a_login_leaves(client: &Client) {
    let random = "decode(replace(gen_random_uuid()::text, '-', ''), 'hex')";
    let sessions = format!(
        "INSERT INTO authflow.sessions (id, client_id, tenant, account, revision, auth_time, factors, device_kind, device_key,
            device_digest, generation, unseen_since, used_at, expires_at)
        SELECT {random}, client_id, account.tenant, account.id, account.revision, auth_time, factors, device_kind, device_key,
            {random}, generation, unseen_since, used_at, expires_at + (random() * 43200)::bigint
        FROM authflow.accounts AS account, (SELECT * FROM authflow.sessions LIMIT 1) AS one"
    );
    let claims = format!(
        "INSERT INTO authflow.claims (id, session, keep_until)
        SELECT {random}, session.id, keep_until + (random() * 900)::bigint
        FROM authflow.sessions AS session, (SELECT * FROM authflow.claims LIMIT 1) AS one"
    );
    for sql in [&*sessions, &claims] {
        client.batch_execute(sql).await.unwrap();
    }
    attempts(client).await;
    client.batch_execute("VACUUM (ANALYZE)").await.unwrap();
}

/// Makes a count of guesses at each account's password, under its own slot.
async fn attempts(client: &Client) {
    let ids = client.query("SELECT id FROM authflow.accounts", &[]).await.unwrap();
    let slots = ids.iter().map(|row| {
        let id = AccountId::new(row.get(0)).unwrap();
        AttemptSlot::of_account(Some(demo::tenant()), id, Factor::Password).as_bytes().to_vec()
    });
    let slots: Vec<_> = slots.collect();
    for some in slots.chunks(10_000) {
        let sql = "INSERT INTO authflow.attempts (slot, record, nobody, seen)
            SELECT slot, record, nobody, seen - (random() * 86400)::bigint
            FROM unnest($1::bytea[]) AS slot, (SELECT record, nobody, seen FROM authflow.attempts LIMIT 1) AS one
            ON CONFLICT DO NOTHING";
        client.execute(sql, &[&some]).await.unwrap();
    }
}
