#!/bin/sh
# The roles of the server and of the purge, made when PostgreSQL's container makes its database. Their rights: manage.py
# trail_role and purge_role.
set -eu
psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 <<'SQL'
\set password `cat /run/secrets/server_password`
CREATE ROLE driftstopp LOGIN PASSWORD :'password';
\set password `cat /run/secrets/purge_password`
CREATE ROLE driftstopp_purge LOGIN PASSWORD :'password';
SQL
