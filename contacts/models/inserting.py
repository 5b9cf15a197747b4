"""One row's INSERT: its SQL is put together once for each model and engine, and only its values are new each time."""

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.models import Field, Model
from django.db.models.sql import InsertQuery

# By model, engine and whether the row brings its own key: the SQL, and what asks for what the database gave it.
_put_together: dict[tuple[type[Model], str, int], tuple[str, Any] | None] = {}


def inserted(
    row: Model, using: str, fields: Sequence["Field[Any, Any]"], returning: Sequence["Field[Any, Any]"]
) -> list[Sequence[Any]] | None:
    """As `Manager._insert` of one row: what the database gave for `returning`. None, with nothing written, where Django
    has to do it: a column is not written as any other. A value that is to be worked out in SQL is refused.
    """
    connection = connections[using]
    key = type(row), connection.vendor, len(fields)
    if key not in _put_together:
        _put_together[key] = _compiled(row, using, fields, returning)
    kept = _put_together[key]
    if kept is None:
        return None
    sql, asked = kept
    params = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    operations: Any = connection.ops
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [operations.fetch_returned_insert_columns(cursor, asked)] if returning else []


def _compiled(
    row: Model, using: str, fields: Sequence["Field[Any, Any]"], returning: Sequence["Field[Any, Any]"]
) -> tuple[str, Any] | None:
    query = InsertQuery(type(row))
    query.insert_values(fields, [row])
    compiler = query.get_compiler(using=using)
    compiler.returning_fields = returning
    if compiler.get_converters([field.get_col(field.model._meta.db_table) for field in returning]):
        return None
    if any(hasattr(field, "get_placeholder") for field in fields):
        return None
    ((sql, params),) = compiler.as_sql()
    as_any_other = len(params) == len(fields) == sql.count("%s")
    return (sql, compiler.returning_params) if as_any_other else None
