-- Which account each identity is linked to that a provider of social accounts vouches for: to one in a tenant at most.
CREATE TABLE authflow.identities (
    tenant text COLLATE "C" NOT NULL,
    provider text COLLATE "C" NOT NULL,
    uid text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    linked_at bigint NOT NULL,
    PRIMARY KEY (tenant, provider, uid)
);
CREATE INDEX identities_by_account ON authflow.identities (tenant, account);

-- Whoever has an identity signs in as its account. So an account that is made has none, whoever had its id; one that is gone leaves none; and one
-- that gets another id takes its own along. Whoever may write an account need not have rights on this table.
CREATE FUNCTION authflow.keep_identities() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM authflow.identities;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        DELETE FROM authflow.identities WHERE tenant = NEW.tenant AND account = NEW.id;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.tenant = NEW.tenant THEN
        UPDATE authflow.identities SET account = NEW.id WHERE tenant = OLD.tenant AND account = OLD.id;
    ELSIF TG_OP <> 'INSERT' THEN
        DELETE FROM authflow.identities WHERE tenant = OLD.tenant AND account = OLD.id;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION authflow.keep_identities() FROM PUBLIC;

CREATE TRIGGER keep_identities AFTER INSERT OR DELETE ON authflow.accounts
FOR EACH ROW EXECUTE FUNCTION authflow.keep_identities();
CREATE TRIGGER keep_identities_along AFTER UPDATE OF tenant, id ON authflow.accounts
FOR EACH ROW WHEN ((OLD.tenant, OLD.id) IS DISTINCT FROM (NEW.tenant, NEW.id)) EXECUTE FUNCTION authflow.keep_identities();
CREATE TRIGGER keep_no_identities AFTER TRUNCATE ON authflow.accounts
FOR EACH STATEMENT EXECUTE FUNCTION authflow.keep_identities();
CREATE TRIGGER keep_identities AFTER INSERT OR DELETE ON authflow.side_accounts
FOR EACH ROW EXECUTE FUNCTION authflow.keep_identities();
CREATE TRIGGER keep_identities_along AFTER UPDATE OF tenant, id ON authflow.side_accounts
FOR EACH ROW WHEN ((OLD.tenant, OLD.id) IS DISTINCT FROM (NEW.tenant, NEW.id)) EXECUTE FUNCTION authflow.keep_identities();
-- On a subscriber of a replication too.
ALTER TABLE authflow.accounts ENABLE ALWAYS TRIGGER keep_identities;
ALTER TABLE authflow.accounts ENABLE ALWAYS TRIGGER keep_identities_along;
ALTER TABLE authflow.accounts ENABLE ALWAYS TRIGGER keep_no_identities;
ALTER TABLE authflow.side_accounts ENABLE ALWAYS TRIGGER keep_identities;
ALTER TABLE authflow.side_accounts ENABLE ALWAYS TRIGGER keep_identities_along;
