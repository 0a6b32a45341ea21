-- One spelling of each name, one form of each password, and authenticators that are older than this server.

-- The keys are made by the library, and look-up goes by them alone: SQLite's lower() knows no letter beyond ASCII.
DROP INDEX accounts_by_mobile;
DROP INDEX accounts_by_email;
ALTER TABLE accounts DROP COLUMN mobile_key;
ALTER TABLE accounts DROP COLUMN email_key;
ALTER TABLE accounts ADD COLUMN user_name_key TEXT;
ALTER TABLE accounts ADD COLUMN mobile_key TEXT;
ALTER TABLE accounts ADD COLUMN email_key TEXT;
CREATE UNIQUE INDEX accounts_by_user_name ON accounts (tenant, user_name_key);
CREATE UNIQUE INDEX accounts_by_mobile ON accounts (tenant, mobile_key);
CREATE UNIQUE INDEX accounts_by_email ON accounts (tenant, email_key);

-- The version of the spelling that the keys are in. Nought is none: the server makes them when it opens the database, in this transaction.
CREATE TABLE spelling (form INTEGER NOT NULL) STRICT;
INSERT INTO spelling VALUES (0);

-- Which spelling of its password a verifier was made from. From a SQL prompt, the one that was typed somewhere else.
ALTER TABLE accounts ADD COLUMN password_form TEXT NOT NULL DEFAULT 'as_typed'
    CHECK (password_form IN ('as_typed', 'canonical'));

ALTER TABLE accounts ADD COLUMN totp_step_seconds INTEGER NOT NULL DEFAULT 30 CHECK (totp_step_seconds IN (30, 60));

-- Somebody with a SQL prompt writes names in ASCII, whose keys SQLite can make; the server writes all others, with their keys.
CREATE TRIGGER accounts_spell_new_names
AFTER INSERT ON accounts
WHEN NEW.user_name_key IS NULL
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
