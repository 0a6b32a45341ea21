-- What a session is bound to. One of before does not say it, and is over.
ALTER TABLE sessions ADD COLUMN device_kind TEXT;
ALTER TABLE sessions ADD COLUMN device_key TEXT;
ALTER TABLE sessions ADD COLUMN device_digest BLOB;
