-- No secret of an authenticator in the clear is left.

DROP TRIGGER accounts_count_revision;

ALTER TABLE accounts DROP COLUMN totp_secret;

-- As before, of the sealed secret. The server, which seals the same secret anew, takes its count back.
CREATE TRIGGER accounts_count_revision
AFTER UPDATE OF status, verifier, password_changed_at, must_change, enrolled, mobile, email, totp_sealed ON accounts
WHEN (OLD.tenant, OLD.id, OLD.revision) IS (NEW.tenant, NEW.id, NEW.revision)
    AND (OLD.status, OLD.verifier, OLD.password_changed_at, OLD.must_change, OLD.enrolled, OLD.mobile, OLD.email, OLD.totp_sealed)
    IS NOT (NEW.status, NEW.verifier, NEW.password_changed_at, NEW.must_change, NEW.enrolled, NEW.mobile, NEW.email, NEW.totp_sealed)
BEGIN
    UPDATE accounts SET revision = iif(OLD.revision = 9223372036854775807, 0, OLD.revision + 1)
    WHERE tenant = NEW.tenant AND id = NEW.id;
END;
