-- Whether a slot is that of a name that nobody has, and when it was last guessed at: the oldest of those can be dropped. The times of accounts are
-- kept and indexed as well, so that a guess at a name costs the same write, whoever has it.
ALTER TABLE attempts ADD COLUMN nobody INTEGER NOT NULL DEFAULT 0 CHECK (nobody IN (0, 1));
ALTER TABLE attempts ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;

CREATE INDEX attempts_by_age ON attempts (nobody, seen);
