-- Everything that the store keeps: what is judged (accounts), what counts guesses (attempts), what happened once (claims), sessions, sent codes and
-- what counts them. Times are seconds since 1970. Every name begins with authflow_, so that your own tables can stand beside.
-- An ordinary application has the tenant '': SQLite holds two NULLs for different.

CREATE TABLE authflow_versions (version INTEGER PRIMARY KEY) STRICT;
INSERT INTO authflow_versions VALUES (1);

CREATE TABLE authflow_accounts (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    user_name TEXT,
    mobile TEXT,
    email TEXT,
    -- Made by the library, or by the triggers below.
    user_name_key TEXT,
    mobile_key TEXT,
    email_key TEXT,
    revision INTEGER NOT NULL DEFAULT 1,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'locked', 'disabled')),
    verifier TEXT,
    password_form TEXT NOT NULL DEFAULT 'as_typed' CHECK (password_form IN ('as_typed', 'canonical')),
    password_changed_at INTEGER,
    must_change TEXT CHECK (must_change IN ('administrator_reset', 'breached', 'first_login')),
    skips_used INTEGER NOT NULL DEFAULT 0,
    enrolled TEXT NOT NULL DEFAULT '',
    factors_changed_at INTEGER NOT NULL DEFAULT 0,
    totp_sealed TEXT,
    totp_key TEXT AS (substr(totp_sealed, 3, instr(substr(totp_sealed, 3), ':') - 1)) VIRTUAL,
    totp_algorithm TEXT NOT NULL DEFAULT 'sha1' CHECK (totp_algorithm IN ('sha1', 'sha256', 'sha512')),
    totp_digits INTEGER NOT NULL DEFAULT 6 CHECK (totp_digits BETWEEN 6 AND 8),
    totp_step_seconds INTEGER NOT NULL DEFAULT 30 CHECK (totp_step_seconds IN (30, 60)),
    totp_step INTEGER NOT NULL DEFAULT -1,
    profile TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, id),
    CHECK ((verifier IS NULL) = (password_changed_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX authflow_accounts_by_user_name ON authflow_accounts (tenant, user_name_key);
CREATE UNIQUE INDEX authflow_accounts_by_mobile ON authflow_accounts (tenant, mobile_key);
CREATE UNIQUE INDEX authflow_accounts_by_email ON authflow_accounts (tenant, email_key);
CREATE INDEX authflow_accounts_by_totp_key ON authflow_accounts (totp_key) WHERE totp_key IS NOT NULL;

-- The first revision is drawn, whatever the statement says: an import may bring old ones along. REPLACE deletes and inserts.
CREATE TRIGGER authflow_accounts_draw_revision
AFTER INSERT ON authflow_accounts
BEGIN
    UPDATE authflow_accounts SET revision = random() & 9223372036854775807 WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- A row that gets another id is another account.
CREATE TRIGGER authflow_accounts_draw_revision_for_another_id
AFTER UPDATE OF tenant, id ON authflow_accounts
WHEN (OLD.tenant, OLD.id) IS NOT (NEW.tenant, NEW.id)
BEGIN
    UPDATE authflow_accounts SET revision = random() & 9223372036854775807 WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- Whoever changes what a login was judged on ends that login, be it the store or somebody with a SQL prompt. The store says in its
-- statement which revision it leaves behind; for everybody else it is counted here.
CREATE TRIGGER authflow_accounts_count_revision
AFTER UPDATE OF status, verifier, password_changed_at, must_change, enrolled, mobile, email, totp_sealed ON authflow_accounts
WHEN (OLD.tenant, OLD.id, OLD.revision) IS (NEW.tenant, NEW.id, NEW.revision)
    AND (OLD.status, OLD.verifier, OLD.password_changed_at, OLD.must_change, OLD.enrolled, OLD.mobile, OLD.email, OLD.totp_sealed)
    IS NOT (NEW.status, NEW.verifier, NEW.password_changed_at, NEW.must_change, NEW.enrolled, NEW.mobile, NEW.email, NEW.totp_sealed)
BEGIN
    UPDATE authflow_accounts SET revision = iif(OLD.revision = 9223372036854775807, 0, OLD.revision + 1)
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- Somebody with a SQL prompt writes names in ASCII, whose keys SQLite can make; the store writes all others, with their keys.
CREATE TRIGGER authflow_accounts_spell_new_names
AFTER INSERT ON authflow_accounts
WHEN (NEW.user_name_key, NEW.mobile_key, NEW.email_key) IS (NULL, NULL, NULL)
BEGIN
    SELECT RAISE(ABORT, 'user_name must be letters, digits and signs of ASCII, and no number and no address')
    WHERE trim(NEW.user_name) GLOB '*[^!-~]*' OR trim(NEW.user_name) = '' OR NEW.user_name GLOB '*?@?*'
        OR NEW.user_name NOT GLOB '*[^-+ 0-9]*' AND length(NEW.user_name) > 4;
    SELECT RAISE(ABORT, 'mobile must be +, calling code and number')
    WHERE NEW.mobile NOT GLOB '+[1-9]*' OR NEW.mobile GLOB '+*[^- 0-9]*'
        OR length(replace(replace(NEW.mobile, '-', ''), ' ', '')) NOT BETWEEN 6 AND 16;
    SELECT RAISE(ABORT, 'email must be an address in ASCII')
    WHERE NEW.email NOT GLOB '*?@?*' OR NEW.email GLOB '*@*@*' OR trim(NEW.email) GLOB '*[^!-~]*';
    UPDATE authflow_accounts SET
        user_name_key = lower(trim(NEW.user_name)),
        mobile_key = replace(replace(NEW.mobile, '-', ''), ' ', ''),
        email_key = lower(trim(NEW.email))
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;

CREATE TRIGGER authflow_accounts_spell_changed_names
AFTER UPDATE OF user_name, mobile, email ON authflow_accounts
WHEN (OLD.user_name_key, OLD.mobile_key, OLD.email_key) IS (NEW.user_name_key, NEW.mobile_key, NEW.email_key)
    AND (OLD.user_name, OLD.mobile, OLD.email) IS NOT (NEW.user_name, NEW.mobile, NEW.email)
BEGIN
    SELECT RAISE(ABORT, 'user_name must be letters, digits and signs of ASCII, and no number and no address')
    WHERE NEW.user_name IS NOT OLD.user_name
        AND (trim(NEW.user_name) GLOB '*[^!-~]*' OR trim(NEW.user_name) = '' OR NEW.user_name GLOB '*?@?*'
            OR NEW.user_name NOT GLOB '*[^-+ 0-9]*' AND length(NEW.user_name) > 4);
    SELECT RAISE(ABORT, 'mobile must be +, calling code and number')
    WHERE NEW.mobile IS NOT OLD.mobile
        AND (NEW.mobile NOT GLOB '+[1-9]*' OR NEW.mobile GLOB '+*[^- 0-9]*'
            OR length(replace(replace(NEW.mobile, '-', ''), ' ', '')) NOT BETWEEN 6 AND 16);
    SELECT RAISE(ABORT, 'email must be an address in ASCII')
    WHERE NEW.email IS NOT OLD.email AND (NEW.email NOT GLOB '*?@?*' OR NEW.email GLOB '*@*@*' OR trim(NEW.email) GLOB '*[^!-~]*');
    UPDATE authflow_accounts SET
        user_name_key = iif(NEW.user_name IS OLD.user_name, user_name_key, lower(trim(NEW.user_name))),
        mobile_key = iif(NEW.mobile IS OLD.mobile, mobile_key, replace(replace(NEW.mobile, '-', ''), ' ', '')),
        email_key = iif(NEW.email IS OLD.email, email_key, lower(trim(NEW.email)))
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- What a table of users of somebody else's does not have. Triggers on such a table keep a row here for each of its rows.
CREATE TABLE authflow_side_accounts (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The one spelling of each name. The library makes them: is_spelled says whether they are still those of the names that are there.
    user_name_key TEXT,
    mobile_key TEXT,
    email_key TEXT,
    is_spelled INTEGER NOT NULL DEFAULT 0 CHECK (is_spelled IN (0, 1)),
    revision INTEGER NOT NULL,
    password_form TEXT NOT NULL DEFAULT 'as_typed' CHECK (password_form IN ('as_typed', 'canonical')),
    -- Where the other table does not say it.
    password_changed_at INTEGER NOT NULL,
    must_change TEXT CHECK (must_change IN ('administrator_reset', 'breached', 'first_login')),
    skips_used INTEGER NOT NULL DEFAULT 0,
    enrolled TEXT NOT NULL DEFAULT '',
    factors_changed_at INTEGER NOT NULL DEFAULT 0,
    totp_sealed TEXT,
    totp_key TEXT AS (substr(totp_sealed, 3, instr(substr(totp_sealed, 3), ':') - 1)) VIRTUAL,
    totp_algorithm TEXT NOT NULL DEFAULT 'sha1' CHECK (totp_algorithm IN ('sha1', 'sha256', 'sha512')),
    totp_digits INTEGER NOT NULL DEFAULT 6 CHECK (totp_digits BETWEEN 6 AND 8),
    totp_step_seconds INTEGER NOT NULL DEFAULT 30 CHECK (totp_step_seconds IN (30, 60)),
    totp_step INTEGER NOT NULL DEFAULT -1,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX authflow_side_accounts_by_user_name ON authflow_side_accounts (tenant, user_name_key);
CREATE INDEX authflow_side_accounts_by_mobile ON authflow_side_accounts (tenant, mobile_key);
CREATE INDEX authflow_side_accounts_by_email ON authflow_side_accounts (tenant, email_key);
CREATE INDEX authflow_side_accounts_to_spell ON authflow_side_accounts (is_spelled) WHERE is_spelled = 0;
CREATE INDEX authflow_side_accounts_by_totp_key ON authflow_side_accounts (totp_key) WHERE totp_key IS NOT NULL;

-- As for accounts.
CREATE TRIGGER authflow_side_accounts_count_revision
AFTER UPDATE OF must_change, enrolled, totp_sealed ON authflow_side_accounts
WHEN (OLD.tenant, OLD.id, OLD.revision) IS (NEW.tenant, NEW.id, NEW.revision)
    AND (OLD.must_change, OLD.enrolled, OLD.totp_sealed) IS NOT (NEW.must_change, NEW.enrolled, NEW.totp_sealed)
BEGIN
    UPDATE authflow_side_accounts SET revision = iif(OLD.revision = 9223372036854775807, 0, OLD.revision + 1)
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- The version of the spelling that the keys of names are in. Nought is none: the library makes them when it opens the database.
CREATE TABLE authflow_spelling (form INTEGER NOT NULL) STRICT;
INSERT INTO authflow_spelling VALUES (0);

CREATE TABLE authflow_attempts (
    slot BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    -- Whether it is the slot of a name that nobody has, and when it was last guessed at: the oldest of those can be dropped. The times of accounts are
    -- kept and indexed as well, so that a guess at a name costs the same write, whoever has it.
    nobody INTEGER NOT NULL DEFAULT 0 CHECK (nobody IN (0, 1)),
    seen INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX authflow_attempts_by_age ON authflow_attempts (nobody, seen);

CREATE TABLE authflow_claims (
    id BLOB PRIMARY KEY,
    -- The session that it has opened, which a lost answer is given again from.
    session BLOB,
    keep_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX authflow_claims_by_keep_until ON authflow_claims (keep_until);
-- With whom a session is deleted, its claim forgets it.
CREATE INDEX authflow_claims_by_session ON authflow_claims (session) WHERE session IS NOT NULL;

-- No reference to accounts: a deleted account's sessions are still told from ended ones.
CREATE TABLE authflow_sessions (
    id BLOB PRIMARY KEY,
    client_id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    -- A session that does not say which revision it was opened on, or what it is bound to, is over.
    revision INTEGER NOT NULL DEFAULT 0,
    auth_time INTEGER NOT NULL,
    factors TEXT NOT NULL,
    device_kind TEXT,
    device_key TEXT,
    device_digest BLOB,
    generation INTEGER NOT NULL DEFAULT 0,
    -- Since when the tokens of its generation have been on their way.
    unseen_since INTEGER,
    used_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX authflow_sessions_by_account ON authflow_sessions (tenant, account);
CREATE INDEX authflow_sessions_by_expires_at ON authflow_sessions (expires_at);

-- Whose codes and counts of them are, so that they go with who is deleted; and which are of recipients that nobody has, so that the oldest of those
-- can be dropped.
CREATE TABLE authflow_codes (
    key BLOB PRIMARY KEY,
    digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    owner BLOB NOT NULL,
    nobody INTEGER NOT NULL CHECK (nobody IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX authflow_codes_by_end ON authflow_codes (nobody, expires_at);
CREATE INDEX authflow_codes_by_owner ON authflow_codes (owner);

CREATE TABLE authflow_sends (
    slot BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    forget_at INTEGER NOT NULL,
    -- Until when it refuses the next code: as long it is kept, also when nobody has the recipient.
    cools_until INTEGER NOT NULL DEFAULT 0,
    owner BLOB NOT NULL,
    nobody INTEGER NOT NULL CHECK (nobody IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX authflow_sends_by_end ON authflow_sends (nobody, forget_at);
CREATE INDEX authflow_sends_by_owner ON authflow_sends (owner);
CREATE INDEX authflow_sends_by_cooling ON authflow_sends (cools_until) WHERE nobody = 1;

-- What each application sends in all.
CREATE TABLE authflow_send_sums (
    client_id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (client_id, tenant)
) STRICT, WITHOUT ROWID;
