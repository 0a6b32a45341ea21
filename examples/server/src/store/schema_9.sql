-- Which session a claim has opened, and since when the tokens of a session's generation have been on their way: what a lost answer is given
-- again from. What was claimed and opened before says neither, and is not answered again.
ALTER TABLE claims ADD COLUMN session BLOB;
ALTER TABLE sessions ADD COLUMN unseen_since INTEGER;
