-- What a link was made by: `LinkedBy::to_bits`. Nothing is known of the links that there are, so they count nowhere until they are made again.
ALTER TABLE authflow.identities ADD COLUMN linked_by bigint NOT NULL DEFAULT 0;
