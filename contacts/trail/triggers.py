"""Triggers by which the database itself refuses to change or remove a row of the trace.

They are made after each `migrate`: SQLite drops them in silence where a migration makes a table anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.models import AuditEntry, PatientSet, TrailSeal

TRAIL: list[type[models.Model]] = [AuditEntry, PatientSet, TrailSeal]
REFUSAL = "rows of the trace are neither changed nor removed"
_BODY = f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END"
_FUNCTION = f"CREATE OR REPLACE FUNCTION trail_refuses() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$"


def missing_triggers() -> list[str]:
    """The names of those that are not there, or are others than they must be."""
    wanted, found = _wanted(), _found()
    return [name for name, statement in wanted.items() if found.get(name) != statement]


def make_triggers(**more: Any) -> None:
    """Make those that are missing. Where the role that is connected may not, the check E009 says so."""
    missing = missing_triggers()
    if not missing or not _owns_the_tables():
        return
    wanted = _wanted()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name in missing:
            table = name.partition(" ")[0]
            cursor.execute(_drop(name))
            cursor.execute(wanted[name])
            if connection.vendor == "postgresql":
                # Also where triggers are switched off for a session (session_replication_role).
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {_trigger(name)}")


def _owns_the_tables() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(pg_has_role(relowner, 'MEMBER')) FROM pg_class"
            " WHERE relname = ANY(%s) AND pg_table_is_visible(oid)",
            [[model._meta.db_table for model in TRAIL]],
        )
        return bool(cursor.fetchone()[0])


def drop_statements() -> list[str]:
    return [_drop(name) for name in _wanted()]


@contextmanager
def without_triggers() -> Iterator[None]:
    """Within a transaction: for a migration that must write in rows that are there (docs/operation.md)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in drop_statements():
            cursor.execute(statement)
    yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    make_triggers()


def _trigger(name: str) -> str:
    table, verb = name.split()
    return f"{table}_never_{verb.lower()}"


def _drop(name: str) -> str:
    if connection.vendor == "postgresql":
        return f"DROP TRIGGER IF EXISTS {_trigger(name)} ON {name.partition(' ')[0]}"
    return f"DROP TRIGGER IF EXISTS {_trigger(name)}"


def _wanted() -> dict[str, str]:
    """What makes each trigger, by the name of its table and what it is against."""
    there = set(connection.introspection.table_names())
    wanted = {}
    for model in TRAIL:
        table = model._meta.db_table
        if table not in there:
            continue
        for verb in ("UPDATE", "DELETE", _third()):
            name = f"{table} {verb}"
            wanted[name] = _statement(model, table, verb, _trigger(name))
    return wanted


def _third() -> str:
    """INSERT OR REPLACE of SQLite removes rows past the triggers against that."""
    return "TRUNCATE" if connection.vendor == "postgresql" else "REPLACE"


def _statement(model: type[models.Model], table: str, verb: str, trigger: str) -> str:
    if connection.vendor == "postgresql":
        return (
            f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION trail_refuses()"
        )
    refuses = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    if verb != "REPLACE":
        return f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} {refuses}"
    same = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in columns) + ")"
        for columns in _unique_columns(model)
    )
    return (
        f"CREATE TRIGGER {trigger} BEFORE INSERT ON {table}"  # noqa: S608
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refuses}"
    )


def _unique_columns(model: type[models.Model]) -> Iterator[list[str]]:
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    yield from ([str(field.column)] for field in model._meta.concrete_fields if field.unique)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield [columns[name] for name in constraint.fields]


def _found() -> dict[str, str]:
    """As `_wanted`: what is there and is as it must be."""
    names = {_trigger(name): (name, statement) for name, statement in _wanted().items()}
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {names[name][0]: sql for name, sql in cursor.fetchall() if name in names}
        cursor.execute(
            "SELECT t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgenabled = 'A' AND p.proname = 'trail_refuses' AND p.prosrc = %s",
            [_BODY],
        )
        return {names[name][0]: made for name, made in cursor.fetchall() if name in names}


def drop_for_migration(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For `migrations.RunPython` before what writes in rows that are there; they are made again after `migrate`."""
    for statement in drop_statements():
        schema_editor.execute(statement)
