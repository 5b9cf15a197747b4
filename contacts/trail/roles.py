"""Roles of PostgreSQL. The server's may write in the trace and make data keys, and change or remove none of either; the
one that purges may read, destroy data keys and look-ups, make the report first, and say that it did.
"""

from collections.abc import Sequence

from django.contrib.sessions.models import Session
from django.db import connection

from contacts.models import DataKey, PageChange

from .triggers import TRAIL

_TRAIL = [model._meta.db_table for model in TRAIL]
_KEYS = [DataKey._meta.db_table]
# What may be changed in a table, of each.
Rights = dict[str, set[str]]


def may_change_the_trail() -> bool:
    """Whether the role that is connected may, or destroy data keys; SQLite has no roles, so there is nothing to say of
    it.
    """
    return connection.vendor == "postgresql" and _may_change([*_TRAIL, *_KEYS])


def may_destroy_keys() -> bool:
    """Whether the role that is connected may; on SQLite whoever has the file may do all."""
    return connection.vendor != "postgresql" or _may_change(_KEYS)


def _may_change(tables: Sequence[str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')"
            " OR has_table_privilege(c.oid, 'TRUNCATE')) FROM pg_class c"
            " WHERE c.relname = ANY(%s) AND pg_table_is_visible(c.oid)",
            [list(tables)],
        )
        return bool(cursor.fetchone()[0])


def rights_to_serve() -> Rights:
    """All but to change the trace and to destroy data keys."""
    kept = {table: {"INSERT"} for table in (*_TRAIL, *_KEYS)}
    return {table: {"INSERT", "UPDATE", "DELETE"} for table in connection.introspection.table_names()} | kept


def rights_to_purge(adds_to: Sequence[str], makes: Sequence[str]) -> Rights:
    """It adds rows to the tables `adds_to`, to the trace, and to what tells open pages that they are not what they
    were; and makes those of `makes`, or makes them anew.
    """
    added = {table: {"INSERT"} for table in (*_TRAIL, PageChange._meta.db_table, *adds_to)}
    made = {table: {"INSERT", "UPDATE"} for table in makes}
    hashed = {relation.related_model._meta.db_table: {"DELETE"} for relation in DataKey._meta.related_objects}
    return added | made | hashed | {table: {"INSERT", "UPDATE", "DELETE"} for table in _KEYS}


def rights_of(role: str) -> Rights:
    """What a role may change in each table, by whatever way: its own right, another role's, or everybody's."""
    found: Rights = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, asked.privilege FROM pg_class c, unnest(%s) AS asked(privilege)"
            " WHERE c.relname = ANY(%s) AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p')"
            " AND has_table_privilege(%s, c.oid, asked.privilege)",
            [["INSERT", "UPDATE", "DELETE", "TRUNCATE"], connection.introspection.table_names(), role],
        )
        for table, privilege in cursor.fetchall():
            found.setdefault(table, set()).add(privilege)
    return found


def serves(rights: Rights) -> bool:
    """Whether they are, or hold, those that serving takes: to who purges no log-in is anything."""
    return "UPDATE" in rights.get(Session._meta.db_table, ())


def destroys_keys(rights: Rights) -> bool:
    return any("DELETE" in rights.get(table, ()) for table in _KEYS)


def owns_all(rights: Rights) -> bool:
    """Whether they are those of the tables' owner, or of a superuser: no command of ours lets truncate."""
    return any("TRUNCATE" in allowed for allowed in rights.values())


def grants_of(role: str, rights: Rights, *, later_tables: bool) -> list[str]:
    """What gives a role these rights and no others. Said again after an upgrade, it covers the tables that came with
    it; `later_tables`: it may do all in those that come, until then.
    """
    quoted, (database, schema) = quoted_name(role), _here()
    mine, (does, to) = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}", ("REVOKE", "FROM")
    if later_tables:
        does, to = "GRANT", "TO"
    together: dict[str, list[str]] = {}
    for table, allowed in sorted(rights.items()):
        together.setdefault(", ".join(sorted(allowed)), []).append(table)
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {quoted}",
        f"GRANT CONNECT ON DATABASE {database} TO {quoted}",
        f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}",
        f"{mine} {does} SELECT, INSERT, UPDATE, DELETE ON TABLES {to} {quoted}",
        f"{mine} {does} USAGE, SELECT ON SEQUENCES {to} {quoted}",
        *(
            f"GRANT {allowed} ON {', '.join(map(quoted_name, tables))} TO {quoted}"
            for allowed, tables in together.items()
        ),
    ]


def _here() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = map(quoted_name, cursor.fetchone())
    return database, schema


def quoted_name(name: str) -> str:
    """Whatever stands in it, it is one name; Django's own leaves what begins and ends with a quotation mark."""
    return '"' + name.replace('"', '""') + '"'


def role_exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None
