"""Roles of PostgreSQL. The server's may write in the trace and make data keys, and change or remove none of either; the
one that purges may read, destroy data keys and look-ups, make the report first, and say that it did.
"""

from collections.abc import Sequence

from django.db import connection

from contacts.models import DataKey, PageChange

from .triggers import TRAIL

_TRAIL = [model._meta.db_table for model in TRAIL]
_KEYS = [DataKey._meta.db_table]


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


def grants_to(role: str) -> list[str]:
    """What gives a role all that serving takes. Said again after an upgrade, it covers the tables that came with it."""
    quoted, (database, schema) = connection.ops.quote_name(role), _here()
    mine = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"
    return [
        f"GRANT CONNECT ON DATABASE {database} TO {quoted}",
        f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}",
        f"{mine} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {quoted}",
        f"{mine} GRANT USAGE, SELECT ON SEQUENCES TO {quoted}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {_listed([*_TRAIL, *_KEYS])} FROM {quoted}",
    ]


def grants_to_purge(role: str, adds_to: Sequence[str], makes: Sequence[str]) -> list[str]:
    """What gives a role all that purging takes: it adds rows to the tables `adds_to`, to the trace, and to what tells
    open pages that they are not what they were; and makes those of `makes`, or makes them anew.
    """
    quoted, (database, schema) = connection.ops.quote_name(role), _here()
    hashed = [relation.related_model._meta.db_table for relation in DataKey._meta.related_objects]
    added = _listed([*_TRAIL, PageChange._meta.db_table, *adds_to])
    return [
        f"GRANT CONNECT ON DATABASE {database} TO {quoted}",
        f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {quoted}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}",
        f"GRANT INSERT ON {added} TO {quoted}",
        f"GRANT INSERT, UPDATE ON {_listed(makes)} TO {quoted}",
        f"GRANT INSERT, UPDATE, DELETE ON {_listed(_KEYS)} TO {quoted}",
        f"GRANT DELETE ON {_listed(hashed)} TO {quoted}",
    ]


def _here() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = map(connection.ops.quote_name, cursor.fetchone())
    return database, schema


def _listed(tables: Sequence[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, tables))


def role_exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None
