-- From the tables of before to those of 1.sql. What only a demonstration wrote (`is_demo`) stays behind.

INSERT INTO authflow_accounts (
    tenant, id, user_name, mobile, email, user_name_key, mobile_key, email_key, revision, status, verifier, password_form,
    password_changed_at, must_change, skips_used, enrolled, factors_changed_at, totp_sealed, totp_algorithm, totp_digits,
    totp_step_seconds, totp_step, profile
) SELECT
    tenant, id, user_name, mobile, email, user_name_key, mobile_key, email_key, revision, status, verifier, password_form,
    password_changed_at, must_change, skips_used, enrolled, factors_changed_at, totp_sealed, totp_algorithm, totp_digits,
    totp_step_seconds, totp_step, profile
FROM accounts;
DROP TABLE accounts;

INSERT INTO authflow_attempts (
    slot, record, nobody, seen
) SELECT
    slot, record, nobody, seen
FROM attempts;
DROP TABLE attempts;

INSERT INTO authflow_claims (
    id, session, keep_until
) SELECT
    id, session, keep_until
FROM claims;
DROP TABLE claims;

INSERT INTO authflow_sessions (
    id, client_id, tenant, account, revision, auth_time, factors, device_kind, device_key, device_digest, generation,
    unseen_since, used_at, expires_at, ended_at
) SELECT
    id, client_id, tenant, account, revision, auth_time, factors, device_kind, device_key, device_digest, generation,
    unseen_since, used_at, expires_at, ended_at
FROM sessions;
DROP TABLE sessions;

INSERT INTO authflow_codes (
    key, digest, expires_at, owner, nobody
) SELECT
    key, digest, expires_at, owner, nobody
FROM codes;
DROP TABLE codes;

INSERT INTO authflow_sends (
    slot, record, forget_at, cools_until, owner, nobody
) SELECT
    slot, record, forget_at, cools_until, owner, nobody
FROM sends;
DROP TABLE sends;

INSERT INTO authflow_send_sums (
    client_id, tenant, record
) SELECT
    client_id, tenant, record
FROM send_sums;
DROP TABLE send_sums;

UPDATE authflow_spelling SET form = (SELECT form FROM spelling);
DROP TABLE spelling;
