-- Where codes go, one-time passwords, when a session was last used, and how many codes were sent to whom.

ALTER TABLE accounts ADD COLUMN mobile TEXT;
ALTER TABLE accounts ADD COLUMN mobile_key TEXT AS (replace(replace(mobile, '-', ''), ' ', '')) VIRTUAL;
ALTER TABLE accounts ADD COLUMN email TEXT;
ALTER TABLE accounts ADD COLUMN email_key TEXT AS (lower(email)) VIRTUAL;
ALTER TABLE accounts ADD COLUMN totp_secret BLOB;
ALTER TABLE accounts ADD COLUMN totp_algorithm TEXT NOT NULL DEFAULT 'sha1'
    CHECK (totp_algorithm IN ('sha1', 'sha256', 'sha512'));
ALTER TABLE accounts ADD COLUMN totp_digits INTEGER NOT NULL DEFAULT 6 CHECK (totp_digits BETWEEN 6 AND 8);

CREATE UNIQUE INDEX accounts_by_mobile ON accounts (tenant, mobile_key) WHERE mobile_key IS NOT NULL;
CREATE UNIQUE INDEX accounts_by_email ON accounts (tenant, email_key) WHERE email_key IS NOT NULL;

DROP TRIGGER accounts_bump_revision;

-- Whoever changes what a login was judged on ends that login, be it this server or somebody with a SQL prompt.
CREATE TRIGGER accounts_bump_revision
AFTER UPDATE OF status, verifier, password_changed_at, must_change, enrolled, mobile, email, totp_secret ON accounts
WHEN (OLD.status, OLD.verifier, OLD.password_changed_at, OLD.must_change, OLD.enrolled, OLD.mobile, OLD.email, OLD.totp_secret)
    IS NOT (NEW.status, NEW.verifier, NEW.password_changed_at, NEW.must_change, NEW.enrolled, NEW.mobile, NEW.email, NEW.totp_secret)
BEGIN
    UPDATE accounts SET revision = OLD.revision + 1 WHERE tenant = NEW.tenant AND id = NEW.id;
END;

ALTER TABLE sessions ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
-- A session that does not say which revision it was opened on is of none.
ALTER TABLE sessions ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

-- Codes live for minutes: none that an older server kept is worth moving.
DROP TABLE codes;

CREATE TABLE codes (
    key BLOB PRIMARY KEY,
    digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX codes_by_expires_at ON codes (expires_at);

CREATE TABLE sends (
    slot BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sends_by_forget_at ON sends (forget_at);
