-- What the servers' role needs, as `crates/authflow-postgres/README.md` says. May be run again.
GRANT USAGE ON SCHEMA authflow TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA authflow TO app;
REVOKE INSERT, UPDATE, DELETE ON authflow.versions, authflow.spelling, authflow.users_table FROM app;
GRANT UPDATE (form) ON authflow.spelling TO app;
