-- What counts guesses, what happened once, sessions and sent codes; and how revisions are drawn and counted. Times are seconds since 1970. An
-- application without tenants has the tenant '': two NULLs are never equal. Texts are compared byte by byte: a collation of the system's may
-- change with the system, and its index with it.

-- The version of the spelling that keys of names are in. Nought is none.
CREATE TABLE authflow.spelling (form integer NOT NULL);
INSERT INTO authflow.spelling VALUES (0);

-- 63 bits, drawn: those of a random UUID that no version and no variant stands in.
CREATE FUNCTION authflow.drawn_revision() RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    drawn text := replace(gen_random_uuid()::text, '-', '');
BEGIN
    RETURN ('x' || substr(drawn, 21, 12) || substr(drawn, 1, 4))::bit(64)::bigint & 9223372036854775807;
END $$;

-- The largest one is followed by 0.
CREATE FUNCTION authflow.next_revision(revision bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN revision = 9223372036854775807 THEN 0 ELSE revision + 1 END
$$;

-- The one spelling of names that have no character beyond ASCII, as the library makes it. NULL for any other: that one only the library can make.
CREATE FUNCTION authflow.user_name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT lower(name COLLATE "C") WHERE name COLLATE "C" ~ '^[!-~]+$' AND length(name) <= 256 AND name !~ '.@.' AND name !~ '^[-+0-9]{5,}$'
$$;
CREATE FUNCTION authflow.mobile_key(number text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT key FROM (SELECT translate(number, '- ', '') AS key) AS bare WHERE number ~ '^[+][1-9][-0-9 ]*$' AND length(key) BETWEEN 6 AND 16
$$;
CREATE FUNCTION authflow.email_key(address text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT lower(address COLLATE "C") WHERE address COLLATE "C" ~ '^[!-~]+$' AND length(address) <= 254 AND address ~ '^[^@]+@[^@]+$'
$$;

-- Whether a slot is that of a name that nobody has, and when it was last guessed at: the oldest of those are forgotten. The times of accounts are
-- kept and indexed as well, so that a guess costs the same write, whoever has the name.
CREATE TABLE authflow.attempts (
    slot bytea PRIMARY KEY,
    record bytea NOT NULL,
    nobody boolean NOT NULL,
    seen bigint NOT NULL
);
CREATE INDEX attempts_by_age ON authflow.attempts (nobody, seen);

CREATE TABLE authflow.claims (
    id bytea PRIMARY KEY,
    session bytea,
    keep_until bigint NOT NULL
);
CREATE INDEX claims_by_keep_until ON authflow.claims (keep_until);
-- With whom a session is deleted, its claim forgets it.
CREATE INDEX claims_by_session ON authflow.claims (session) WHERE session IS NOT NULL;

-- No reference to accounts: a deleted account's sessions are still told from ended ones. The room on each page is for uses that are noted.
CREATE TABLE authflow.sessions (
    id bytea PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    auth_time bigint NOT NULL,
    factors text NOT NULL,
    device_kind text NOT NULL,
    device_key text,
    device_digest bytea NOT NULL,
    generation bigint NOT NULL,
    unseen_since bigint,
    used_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint
) WITH (fillfactor = 80);
CREATE INDEX sessions_by_account ON authflow.sessions (tenant, account);
CREATE INDEX sessions_by_expires_at ON authflow.sessions (expires_at);

-- Codes, as digests under a key. Whose they are, so that they go with who is deleted; which are of recipients that nobody has, so that the
-- oldest of those are forgotten.
CREATE TABLE authflow.codes (
    key bytea PRIMARY KEY,
    digest bytea NOT NULL,
    expires_at bigint NOT NULL,
    owner bytea NOT NULL,
    nobody boolean NOT NULL
);
CREATE INDEX codes_by_end ON authflow.codes (nobody, expires_at);
CREATE INDEX codes_by_owner ON authflow.codes (owner);

-- Until `cools_until` a count refuses the next code: as long it is kept, also when nobody has the recipient.
CREATE TABLE authflow.sends (
    slot bytea PRIMARY KEY,
    record bytea NOT NULL,
    forget_at bigint NOT NULL,
    cools_until bigint NOT NULL,
    owner bytea NOT NULL,
    nobody boolean NOT NULL
);
CREATE INDEX sends_by_end ON authflow.sends (nobody, forget_at);
CREATE INDEX sends_by_cooling ON authflow.sends (cools_until) WHERE nobody;
CREATE INDEX sends_by_owner ON authflow.sends (owner);

CREATE TABLE authflow.send_sums (
    client_id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    record bytea NOT NULL,
    PRIMARY KEY (client_id, tenant)
);

-- Accounts, where they are kept in no table of somebody else's.
CREATE TABLE authflow.accounts (
    tenant text COLLATE "C" NOT NULL DEFAULT '',
    id text COLLATE "C" NOT NULL CHECK (id <> ''),
    revision bigint NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'locked', 'disabled')),
    user_name text,
    mobile text,
    email text,
    user_name_key text COLLATE "C",
    mobile_key text COLLATE "C",
    email_key text COLLATE "C",
    verifier text,
    -- Which spelling of its password the verifier was made from. From a SQL prompt, the one that was typed somewhere else.
    password_form text NOT NULL DEFAULT 'as_typed' CHECK (password_form IN ('as_typed', 'canonical')),
    password_changed_at bigint,
    must_change text CHECK (must_change IN ('administrator_reset', 'breached', 'first_login')),
    skips_used bigint NOT NULL DEFAULT 0,
    enrolled text NOT NULL DEFAULT '',
    factors_changed_at bigint NOT NULL DEFAULT 0,
    totp_sealed text,
    -- The key that a sealed secret names, to count what a key is still needed for.
    totp_key text GENERATED ALWAYS AS (split_part(totp_sealed, ':', 2)) STORED,
    totp_algorithm text NOT NULL DEFAULT 'sha1' CHECK (totp_algorithm IN ('sha1', 'sha256', 'sha512')),
    totp_digits bigint NOT NULL DEFAULT 6 CHECK (totp_digits BETWEEN 6 AND 8),
    totp_step_seconds bigint NOT NULL DEFAULT 30 CHECK (totp_step_seconds IN (30, 60)),
    totp_step bigint,
    profile text NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, id),
    CHECK ((verifier IS NULL) = (password_changed_at IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX accounts_by_user_name ON authflow.accounts (tenant, user_name_key);
CREATE UNIQUE INDEX accounts_by_mobile ON authflow.accounts (tenant, mobile_key);
CREATE UNIQUE INDEX accounts_by_email ON authflow.accounts (tenant, email_key);
CREATE INDEX accounts_by_totp_key ON authflow.accounts (totp_key) WHERE totp_key IS NOT NULL;

-- The first revision is drawn, whatever the statement says: an import may bring old ones along. A row that gets another id is another account.
-- Whoever changes what a login was judged on ends that login, be it the library or somebody with a SQL prompt. The library says in its statement
-- which revision it leaves behind; for everybody else it is counted here.
--
-- Somebody with a SQL prompt writes names in ASCII, whose keys are made here; the library writes all others, with their keys.
CREATE FUNCTION authflow.keep_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' OR (OLD.tenant, OLD.id) IS DISTINCT FROM (NEW.tenant, NEW.id) THEN
        NEW.revision := authflow.drawn_revision();
    ELSIF OLD.revision = NEW.revision AND
        (OLD.status, OLD.verifier, OLD.password_changed_at, OLD.must_change, OLD.enrolled, OLD.factors_changed_at,
            OLD.mobile, OLD.email, OLD.totp_sealed)
        IS DISTINCT FROM
        (NEW.status, NEW.verifier, NEW.password_changed_at, NEW.must_change, NEW.enrolled, NEW.factors_changed_at,
            NEW.mobile, NEW.email, NEW.totp_sealed)
    THEN
        NEW.revision := authflow.next_revision(OLD.revision);
    END IF;
    IF TG_OP = 'INSERT' AND NEW.user_name_key IS NULL OR TG_OP = 'UPDATE'
        AND OLD.user_name IS DISTINCT FROM NEW.user_name AND OLD.user_name_key IS NOT DISTINCT FROM NEW.user_name_key
    THEN
        NEW.user_name_key := authflow.user_name_key(NEW.user_name);
        IF NEW.user_name_key IS NULL AND NEW.user_name IS NOT NULL THEN
            RAISE EXCEPTION 'user_name must be letters, digits and signs of ASCII, and no number and no address'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.mobile_key IS NULL OR TG_OP = 'UPDATE'
        AND OLD.mobile IS DISTINCT FROM NEW.mobile AND OLD.mobile_key IS NOT DISTINCT FROM NEW.mobile_key
    THEN
        NEW.mobile_key := authflow.mobile_key(NEW.mobile);
        IF NEW.mobile_key IS NULL AND NEW.mobile IS NOT NULL THEN
            RAISE EXCEPTION 'mobile must be +, calling code and number' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.email_key IS NULL OR TG_OP = 'UPDATE'
        AND OLD.email IS DISTINCT FROM NEW.email AND OLD.email_key IS NOT DISTINCT FROM NEW.email_key
    THEN
        NEW.email_key := authflow.email_key(NEW.email);
        IF NEW.email_key IS NULL AND NEW.email IS NOT NULL THEN
            RAISE EXCEPTION 'email must be an address in ASCII' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER keep_account BEFORE INSERT OR UPDATE ON authflow.accounts
FOR EACH ROW EXECUTE FUNCTION authflow.keep_account();
-- On a subscriber of a replication too.
ALTER TABLE authflow.accounts ENABLE ALWAYS TRIGGER keep_account;

-- What a table of users of somebody else's does not have. Where there is such a table, a trigger on it keeps a row here for each of its rows.
CREATE TABLE authflow.side_accounts (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    -- The one spelling of each name. Where a name is none that SQL can spell, the library does, when it looks somebody up; `names` says whether they
    -- are still the ones that it has read.
    user_name_key text COLLATE "C",
    mobile_key text COLLATE "C",
    email_key text COLLATE "C",
    is_spelled boolean NOT NULL,
    names bigint NOT NULL DEFAULT 0,
    password_form text NOT NULL DEFAULT 'as_typed' CHECK (password_form IN ('as_typed', 'canonical')),
    -- Where the other table does not say it.
    password_changed_at bigint,
    must_change text CHECK (must_change IN ('administrator_reset', 'breached', 'first_login')),
    skips_used bigint NOT NULL DEFAULT 0,
    enrolled text NOT NULL DEFAULT '',
    factors_changed_at bigint NOT NULL DEFAULT 0,
    totp_sealed text,
    totp_key text GENERATED ALWAYS AS (split_part(totp_sealed, ':', 2)) STORED,
    totp_algorithm text NOT NULL DEFAULT 'sha1' CHECK (totp_algorithm IN ('sha1', 'sha256', 'sha512')),
    totp_digits bigint NOT NULL DEFAULT 6 CHECK (totp_digits BETWEEN 6 AND 8),
    totp_step_seconds bigint NOT NULL DEFAULT 30 CHECK (totp_step_seconds IN (30, 60)),
    totp_step bigint,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 80);
CREATE INDEX side_accounts_by_user_name ON authflow.side_accounts (tenant, user_name_key);
CREATE INDEX side_accounts_by_mobile ON authflow.side_accounts (tenant, mobile_key);
CREATE INDEX side_accounts_by_email ON authflow.side_accounts (tenant, email_key);
CREATE INDEX side_accounts_to_spell ON authflow.side_accounts (tenant, id) WHERE NOT is_spelled;
CREATE INDEX side_accounts_by_totp_key ON authflow.side_accounts (totp_key) WHERE totp_key IS NOT NULL;

-- Whose rows these stand beside, as the database numbers it: one that was made anew has another number.
CREATE TABLE authflow.users_table (oid bigint NOT NULL);

-- As for accounts.
CREATE FUNCTION authflow.keep_side_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.revision = NEW.revision
        AND (OLD.must_change, OLD.enrolled, OLD.factors_changed_at, OLD.totp_sealed)
        IS DISTINCT FROM (NEW.must_change, NEW.enrolled, NEW.factors_changed_at, NEW.totp_sealed)
    THEN
        NEW.revision := authflow.next_revision(OLD.revision);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_side_account BEFORE UPDATE ON authflow.side_accounts
FOR EACH ROW EXECUTE FUNCTION authflow.keep_side_account();
ALTER TABLE authflow.side_accounts ENABLE ALWAYS TRIGGER keep_side_account;
