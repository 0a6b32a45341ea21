-- What a link was made by: `LinkedBy::to_bits`. Nothing is known of the links that there are, so they count nowhere until they are made again.
INSERT INTO authflow_versions VALUES (3);

ALTER TABLE authflow_identities ADD COLUMN linked_by INTEGER NOT NULL DEFAULT 0;
