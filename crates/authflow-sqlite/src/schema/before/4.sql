-- Revisions never repeat, also where a row is replaced, or deleted and its id given out again: what was judged on another life of an
-- account is over. Tokens and sessions carry them, and they are compared for equality alone.

-- The first one is drawn, whatever the statement says: an import may bring old ones along. REPLACE deletes and inserts.
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

DROP TRIGGER accounts_bump_revision;

-- Whoever changes what a login was judged on ends that login, be it this server or somebody with a SQL prompt. This server says in its
-- statement which revision it leaves behind; for everybody else it is counted here.
CREATE TRIGGER accounts_count_revision
AFTER UPDATE OF status, verifier, password_changed_at, must_change, enrolled, mobile, email, totp_secret ON accounts
WHEN (OLD.tenant, OLD.id, OLD.revision) IS (NEW.tenant, NEW.id, NEW.revision)
    AND (OLD.status, OLD.verifier, OLD.password_changed_at, OLD.must_change, OLD.enrolled, OLD.mobile, OLD.email, OLD.totp_secret)
    IS NOT (NEW.status, NEW.verifier, NEW.password_changed_at, NEW.must_change, NEW.enrolled, NEW.mobile, NEW.email, NEW.totp_secret)
BEGIN
    UPDATE accounts SET revision = iif(OLD.revision = 9223372036854775807, 0, OLD.revision + 1)
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;
