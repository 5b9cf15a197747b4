"""A role of PostgreSQL for the server: it may write in the trace, and change or remove nothing in it."""

from django.db import connection

from .triggers import TRAIL

_TABLES = [model._meta.db_table for model in TRAIL]


def may_change_the_trail() -> bool:
    """Whether the role that is connected may; SQLite has no roles, so there is nothing to say of it."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')"
            " OR has_table_privilege(c.oid, 'TRUNCATE')) FROM pg_class c"
            " WHERE c.relname = ANY(%s) AND pg_table_is_visible(c.oid)",
            [_TABLES],
        )
        return bool(cursor.fetchone()[0])


def grants_to(role: str) -> list[str]:
    """What gives a role all that serving takes. Said again after an upgrade, it covers the tables that came with it."""
    name, quoted = connection.ops.quote_name, connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = (name(each) for each in cursor.fetchone())
    trail = ", ".join(name(table) for table in _TABLES)
    mine = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"
    return [
        f"GRANT CONNECT ON DATABASE {database} TO {quoted}",
        f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}",
        f"{mine} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {quoted}",
        f"{mine} GRANT USAGE, SELECT ON SEQUENCES TO {quoted}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {trail} FROM {quoted}",
    ]


def role_exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None
