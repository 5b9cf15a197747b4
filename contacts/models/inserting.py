"""One row's INSERT: its SQL is put together once for each model and engine, and only its values are new each time."""

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.models import Field, Model
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLInsertCompiler

Fields = Sequence["Field[Any, Any]"]

# By model, engine and whether the row brings its own key; None where a column is not written as any other.
_put_together: dict[tuple[type[Model], str, int], tuple[SQLInsertCompiler, str] | None] = {}


def inserted(row: Model, using: str, fields: Fields, returning: Fields) -> list[Sequence[Any]] | None:
    """As `Manager._insert` of one row: what the database gave for `returning`. None, with nothing written, where Django
    has to do it. A value that is to be worked out in SQL is refused.
    """
    connection = connections[using]
    key = type(row), connection.vendor, len(fields)
    if key not in _put_together:
        _put_together[key] = _compiled(row, using, fields, returning)
    kept = _put_together[key]
    if kept is None:
        return None
    params = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    ready: Any = _Ready(*kept, params, using)
    return list(ready.execute_sql(returning))


def _compiled(
    row: Model, using: str, fields: Fields, returning: Fields
) -> tuple[SQLInsertCompiler, str] | None:
    query = InsertQuery(type(row))
    query.insert_values(fields, [row])
    compiler: Any = query.get_compiler(using=using)
    compiler.returning_fields = returning
    ((sql, params),) = compiler.as_sql()
    # Nothing of the row is kept.
    query.objs = [type(row)()]
    is_special = any(hasattr(field, "get_placeholder") for field in fields)
    if is_special or not len(params) == len(fields) == sql.count("%s"):
        return None
    return compiler, sql


class _Ready(SQLInsertCompiler):
    """Runs an INSERT that is put together."""

    def __init__(self, compiler: SQLInsertCompiler, sql: str, params: list[Any], using: str) -> None:
        self.__dict__ |= compiler.__dict__
        self.connection = connections[using]
        self.ready = sql, params

    def as_sql(self, *_: Any, **__: Any) -> Any:
        return [self.ready]
