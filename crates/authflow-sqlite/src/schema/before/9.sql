-- Which session a claim has opened, and since when the tokens of a session's generation have been on their way: what a lost answer is given
-- again from. What was claimed and opened before says neither, and is not answered again.
ALTER TABLE claims ADD COLUMN session BLOB;
ALTER TABLE sessions ADD COLUMN unseen_since INTEGER;
-- With whom a session is deleted, its claim forgets it.
CREATE INDEX claims_by_session ON claims (session) WHERE session IS NOT NULL;

-- Until when a count refuses the next code: as long it is kept, also when nobody has the recipient.
ALTER TABLE sends ADD COLUMN cools_until INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sends_by_cooling ON sends (cools_until) WHERE nobody = 1;
