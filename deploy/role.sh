#!/bin/sh
# The role that the server has, made when PostgreSQL's container makes its database. Its rights: manage.py trail_role.
set -eu
psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 <<'SQL'
\set password `cat /run/secrets/server_password`
CREATE ROLE driftstopp LOGIN PASSWORD :'password';
SQL
