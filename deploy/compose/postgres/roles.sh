#!/bin/bash
# Runs once, when the database is made: the role that works with rows, and the one that owns the tables
# (docs/database-roles.md). Passwords come from files, never from an argument.
set -euo pipefail
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set working `cat /run/secrets/database_password`
\set owning `cat /run/secrets/database_owner_password`
create role platewatch_owner login password :'owning';
create role platewatch login password :'working';
alter database platewatch owner to platewatch_owner;
create extension if not exists pg_trgm;
SQL
