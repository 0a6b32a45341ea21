-- Accounts, what counts guesses, what happened once, sessions and sent codes. Times are seconds since 1970.
-- An ordinary application has the tenant '': SQLite holds two NULLs for different.

CREATE TABLE accounts (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'locked', 'disabled')),
    verifier TEXT,
    password_changed_at INTEGER,
    must_change TEXT CHECK (must_change IN ('administrator_reset', 'breached', 'first_login')),
    skips_used INTEGER NOT NULL DEFAULT 0,
    enrolled TEXT NOT NULL DEFAULT '',
    totp_step INTEGER NOT NULL DEFAULT -1,
    factors_changed_at INTEGER NOT NULL DEFAULT 0,
    profile TEXT NOT NULL DEFAULT '{}',
    is_demo INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, user_name),
    CHECK ((verifier IS NULL) = (password_changed_at IS NULL))
) STRICT, WITHOUT ROWID;

-- Whoever changes what a login was judged on ends that login, be it this server or somebody with a SQL prompt.
CREATE TRIGGER accounts_bump_revision
AFTER UPDATE OF status, verifier, password_changed_at, must_change, enrolled ON accounts
WHEN (OLD.status, OLD.verifier, OLD.password_changed_at, OLD.must_change, OLD.enrolled)
    IS NOT (NEW.status, NEW.verifier, NEW.password_changed_at, NEW.must_change, NEW.enrolled)
BEGIN
    UPDATE accounts SET revision = OLD.revision + 1 WHERE tenant = NEW.tenant AND id = NEW.id;
END;

CREATE TABLE attempts (
    slot BLOB PRIMARY KEY,
    record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE claims (
    id BLOB PRIMARY KEY,
    keep_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX claims_by_keep_until ON claims (keep_until);

-- No reference to accounts: a deleted account's sessions are still told from ended ones.
CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    client_id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    auth_time INTEGER NOT NULL,
    factors TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_account ON sessions (tenant, account);
CREATE INDEX sessions_by_expires_at ON sessions (expires_at);

CREATE TABLE codes (
    key BLOB PRIMARY KEY,
    digest BLOB NOT NULL,
    stored_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX codes_by_expires_at ON codes (expires_at);
