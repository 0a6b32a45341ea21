-- Whose codes and counts of them are, so that they go with who is deleted; which are of recipients that nobody has, so that the oldest of those can
-- be dropped; and what each application sends in all. What was counted under slots without a key is forgotten, as its codes are.
DROP TABLE codes;

CREATE TABLE codes (
    key BLOB PRIMARY KEY,
    digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    owner BLOB NOT NULL,
    nobody INTEGER NOT NULL CHECK (nobody IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX codes_by_end ON codes (nobody, expires_at);
CREATE INDEX codes_by_owner ON codes (owner);

DROP TABLE sends;

CREATE TABLE sends (
    slot BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    forget_at INTEGER NOT NULL,
    owner BLOB NOT NULL,
    nobody INTEGER NOT NULL CHECK (nobody IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX sends_by_end ON sends (nobody, forget_at);
CREATE INDEX sends_by_owner ON sends (owner);

CREATE TABLE send_sums (
    client_id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (client_id, tenant)
) STRICT, WITHOUT ROWID;
