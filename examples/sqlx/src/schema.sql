-- Times are seconds since 1970. An application without tenants has the tenant '': two NULLs are never equal.

CREATE SCHEMA login;

-- Whoever changes a password, status, factor or contact here by SQL counts the revision up by one.
CREATE TABLE login.accounts (
    tenant text NOT NULL,
    id text NOT NULL,
    revision bigint NOT NULL,
    status text NOT NULL,
    user_name text,
    mobile text,
    email text,
    -- The one spelling of each, made by the library.
    user_name_key text,
    mobile_key text,
    email_key text,
    verifier text,
    password_form text,
    password_changed_at bigint,
    must_change text,
    skips_used bigint NOT NULL,
    enrolled bigint NOT NULL,
    factors_changed_at bigint NOT NULL,
    totp_sealed text,
    totp_algorithm text,
    totp_digits bigint,
    totp_step_seconds bigint,
    totp_step bigint,
    profile text NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, user_name_key),
    UNIQUE (tenant, mobile_key),
    UNIQUE (tenant, email_key)
);

-- Of social accounts. Delete those of an account with it.
CREATE TABLE login.identities (
    tenant text NOT NULL,
    provider text NOT NULL,
    uid text NOT NULL,
    account text NOT NULL,
    linked_at bigint NOT NULL,
    linked_by bigint NOT NULL,
    PRIMARY KEY (tenant, provider, uid)
);
CREATE INDEX identities_by_account ON login.identities (tenant, account);

CREATE TABLE login.claims (id bytea PRIMARY KEY, session bytea, keep_until bigint NOT NULL);

CREATE TABLE login.sessions (
    id bytea PRIMARY KEY,
    client_id text NOT NULL,
    tenant text NOT NULL,
    account text NOT NULL,
    revision bigint NOT NULL,
    auth_time bigint NOT NULL,
    factors bigint NOT NULL,
    device_kind text NOT NULL,
    device_key text,
    device_digest bytea NOT NULL,
    generation bigint NOT NULL,
    unseen_since bigint,
    used_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended boolean NOT NULL DEFAULT false
);
CREATE INDEX sessions_by_account ON login.sessions (tenant, account);

CREATE TABLE login.codes (key bytea PRIMARY KEY, digest bytea NOT NULL, expires_at bigint NOT NULL);

-- Records of the library's, which nobody else reads: of guesses, of codes to a recipient, of codes in all.
CREATE TABLE login.records (key bytea PRIMARY KEY, record bytea NOT NULL);
