-- Which account each identity is linked to that a provider of social accounts vouches for: to one in a tenant at most.
INSERT INTO authflow_versions VALUES (2);

CREATE TABLE authflow_identities (
    tenant TEXT NOT NULL,
    provider TEXT NOT NULL,
    uid TEXT NOT NULL,
    account TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, provider, uid)
) STRICT, WITHOUT ROWID;

CREATE INDEX authflow_identities_by_account ON authflow_identities (tenant, account);

-- Whoever has an identity signs in as its account. So an account that is made has none, whoever had its id; one that is gone leaves none; and one
-- that gets another id takes its own along. REPLACE deletes and inserts.
CREATE TRIGGER authflow_accounts_begin_unlinked
AFTER INSERT ON authflow_accounts
BEGIN
    DELETE FROM authflow_identities WHERE tenant = NEW.tenant AND account = NEW.id;
END;

CREATE TRIGGER authflow_accounts_leave_no_link
AFTER DELETE ON authflow_accounts
BEGIN
    DELETE FROM authflow_identities WHERE tenant = OLD.tenant AND account = OLD.id;
END;

CREATE TRIGGER authflow_accounts_take_links_along
AFTER UPDATE OF tenant, id ON authflow_accounts
WHEN (OLD.tenant, OLD.id) IS NOT (NEW.tenant, NEW.id)
BEGIN
    DELETE FROM authflow_identities WHERE tenant = NEW.tenant AND account = NEW.id;
    UPDATE OR IGNORE authflow_identities SET tenant = NEW.tenant, account = NEW.id WHERE tenant = OLD.tenant AND account = OLD.id;
    DELETE FROM authflow_identities WHERE tenant = OLD.tenant AND account = OLD.id;
END;

-- As for accounts. What stands beside a row of somebody else's table comes and goes with it.
CREATE TRIGGER authflow_side_accounts_begin_unlinked
AFTER INSERT ON authflow_side_accounts
BEGIN
    DELETE FROM authflow_identities WHERE tenant = NEW.tenant AND account = NEW.id;
END;

CREATE TRIGGER authflow_side_accounts_leave_no_link
AFTER DELETE ON authflow_side_accounts
BEGIN
    DELETE FROM authflow_identities WHERE tenant = OLD.tenant AND account = OLD.id;
END;

CREATE TRIGGER authflow_side_accounts_take_links_along
AFTER UPDATE OF tenant, id ON authflow_side_accounts
WHEN (OLD.tenant, OLD.id) IS NOT (NEW.tenant, NEW.id)
BEGIN
    DELETE FROM authflow_identities WHERE tenant = NEW.tenant AND account = NEW.id;
    UPDATE OR IGNORE authflow_identities SET tenant = NEW.tenant, account = NEW.id WHERE tenant = OLD.tenant AND account = OLD.id;
    DELETE FROM authflow_identities WHERE tenant = OLD.tenant AND account = OLD.id;
END;
