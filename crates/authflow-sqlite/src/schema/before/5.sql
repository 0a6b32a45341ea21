-- Secrets of authenticators are kept sealed. The server seals those that are there in the clear when it comes to this version.

ALTER TABLE accounts ADD COLUMN totp_sealed TEXT;
-- The key that a sealed secret names, to count what a key is still needed for.
ALTER TABLE accounts ADD COLUMN totp_key TEXT
    AS (substr(totp_sealed, 3, instr(substr(totp_sealed, 3), ':') - 1)) VIRTUAL;

CREATE INDEX accounts_by_totp_key ON accounts (totp_key) WHERE totp_key IS NOT NULL;
