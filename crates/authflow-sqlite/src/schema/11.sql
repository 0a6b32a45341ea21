-- An account may have no user name: one is found by a number or an address then. What only a demonstration wrote is gone.
-- This is the whole table as it is now, with what stands around it.

CREATE TABLE accounts_without_demo (
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

INSERT INTO accounts_without_demo (
    tenant, id, user_name, mobile, email, user_name_key, mobile_key, email_key, revision, status, verifier, password_form,
    password_changed_at, must_change, skips_used, enrolled, factors_changed_at, totp_sealed, totp_algorithm, totp_digits,
    totp_step_seconds, totp_step, profile
)
SELECT
    tenant, id, user_name, mobile, email, user_name_key, mobile_key, email_key, revision, status, verifier, password_form,
    password_changed_at, must_change, skips_used, enrolled, factors_changed_at, totp_sealed, totp_algorithm, totp_digits,
    totp_step_seconds, totp_step, profile
FROM accounts;

DROP TABLE accounts;
ALTER TABLE accounts_without_demo RENAME TO accounts;

CREATE UNIQUE INDEX accounts_by_user_name ON accounts (tenant, user_name_key);
CREATE UNIQUE INDEX accounts_by_mobile ON accounts (tenant, mobile_key);
CREATE UNIQUE INDEX accounts_by_email ON accounts (tenant, email_key);
CREATE INDEX accounts_by_totp_key ON accounts (totp_key) WHERE totp_key IS NOT NULL;

-- The first revision is drawn, whatever the statement says: an import may bring old ones along. REPLACE deletes and inserts.
CREATE TRIGGER accounts_draw_revision
AFTER INSERT ON accounts
BEGIN
    UPDATE accounts SET revision = random() & 9223372036854775807 WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- A row that gets another id is another account.
CREATE TRIGGER accounts_draw_revision_for_another_id
AFTER UPDATE OF tenant, id ON accounts
WHEN (OLD.tenant, OLD.id) IS NOT (NEW.tenant, NEW.id)
BEGIN
    UPDATE accounts SET revision = random() & 9223372036854775807 WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- Whoever changes what a login was judged on ends that login, be it the store or somebody with a SQL prompt. The store says in its
-- statement which revision it leaves behind; for everybody else it is counted here.
CREATE TRIGGER accounts_count_revision
AFTER UPDATE OF status, verifier, password_changed_at, must_change, enrolled, mobile, email, totp_sealed ON accounts
WHEN (OLD.tenant, OLD.id, OLD.revision) IS (NEW.tenant, NEW.id, NEW.revision)
    AND (OLD.status, OLD.verifier, OLD.password_changed_at, OLD.must_change, OLD.enrolled, OLD.mobile, OLD.email, OLD.totp_sealed)
    IS NOT (NEW.status, NEW.verifier, NEW.password_changed_at, NEW.must_change, NEW.enrolled, NEW.mobile, NEW.email, NEW.totp_sealed)
BEGIN
    UPDATE accounts SET revision = iif(OLD.revision = 9223372036854775807, 0, OLD.revision + 1)
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- Somebody with a SQL prompt writes names in ASCII, whose keys SQLite can make; the store writes all others, with their keys.
CREATE TRIGGER accounts_spell_new_names
AFTER INSERT ON accounts
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
    UPDATE accounts SET
        user_name_key = lower(trim(NEW.user_name)),
        mobile_key = replace(replace(NEW.mobile, '-', ''), ' ', ''),
        email_key = lower(trim(NEW.email))
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;

CREATE TRIGGER accounts_spell_changed_names
AFTER UPDATE OF user_name, mobile, email ON accounts
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
    UPDATE accounts SET
        user_name_key = iif(NEW.user_name IS OLD.user_name, user_name_key, lower(trim(NEW.user_name))),
        mobile_key = iif(NEW.mobile IS OLD.mobile, mobile_key, replace(replace(NEW.mobile, '-', ''), ' ', '')),
        email_key = iif(NEW.email IS OLD.email, email_key, lower(trim(NEW.email)))
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;
