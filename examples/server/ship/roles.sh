#!/bin/sh
# Runs once, when the database is made. It makes a role that owns the tables, and one that uses them.
set -eu
psql -X -q -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    -v owner="$(cat "${SECRETS:-/run/secrets}/owner-password")" -v app="$(cat "${SECRETS:-/run/secrets}/app-password")" <<'SQL'
CREATE ROLE owner LOGIN PASSWORD :'owner';
CREATE ROLE app LOGIN PASSWORD :'app';
CREATE DATABASE people OWNER owner;
REVOKE CONNECT ON DATABASE people FROM PUBLIC;
GRANT CONNECT ON DATABASE people TO app;
SQL
