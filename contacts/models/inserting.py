"""INSERTs: the SQL is put together once for each model and engine, and only its values are new each time."""

from collections.abc import Sequence
from datetime import date
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    ForeignKey,
    Model,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    TextField,
    UUIDField,
)
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from .statements import a_row, answer, rows_done

Fields = Sequence["Field[Any, Any]"]

# By model, engine, whether the row brings its own key and whether that may be taken; None where a column is not written
# as any other.
_put_together: dict[tuple[type[Model], str, int, bool], str | None] = {}


def inserted(
    row: Model, using: str, fields: Fields, returning: Fields, *, unless_there: bool = False
) -> list[Sequence[Any]] | None:
    """As `Manager._insert` of one row: what the database gave for `returning`. None, with nothing written, where Django
    has to do it, and with `unless_there` where its key is taken. A value that is to be worked out in SQL is refused;
    raises TypeError `unless_there`, where a column is not written as any other.
    """
    connection = connections[using]
    key = type(row), connection.vendor, len(fields), unless_there
    if key not in _put_together:
        _put_together[key] = _compiled(row, using, fields, returning, unless_there)
    sql = _put_together[key]
    if sql is None:
        if unless_there:
            raise TypeError(f"{type(row).__name__} has a column that is not written as any other")
        return None
    params = _values(row, fields, connection)
    if unless_there:
        return [] if answer(connection, sql, params, rows_done) else None
    if not returning:
        answer(connection, sql, params, rows_done)
        return []
    return [answer(connection, sql, params, a_row)]


# What each engine takes as it is, by the very kind of the column; Django comes to the same in many steps.
_AS_IT_IS: dict[type[Any], tuple[type, ...]] = {
    CharField: (str, NoneType),
    TextField: (str, NoneType),
    BooleanField: (bool, NoneType),
    PositiveIntegerField: (int, NoneType),
    PositiveSmallIntegerField: (int, NoneType),
    ForeignKey: (int, NoneType),
    DateField: (NoneType,),
    DateTimeField: (NoneType,),
    UUIDField: (NoneType,),
}
# What PostgreSQL has a kind of its own for, beside those.
_AS_POSTGRESQL_HAS_IT: dict[type[Any], tuple[type, ...]] = {
    ForeignKey: (int, UUID, NoneType),
    DateField: (date, NoneType),
    UUIDField: (UUID, NoneType),
}


def _values(row: Model, fields: Fields, connection: BaseDatabaseWrapper) -> list[Any]:
    key = type(row), connection.vendor, len(fields)
    if key not in _read_by:
        known = _AS_IT_IS | (_AS_POSTGRESQL_HAS_IT if connection.vendor == "postgresql" else {})
        _read_by[key] = [(_name_of(field), known.get(type(field), ())) for field in fields]
    values = []
    for field, (name, as_it_is) in zip(fields, _read_by[key], strict=True):
        value = getattr(row, name) if name else field.pre_save(row, True)
        values.append(value if type(value) in as_it_is else field.get_db_prep_save(value, connection))
    return values


# By model, engine and how many: the name of each column's value, and the kinds of it that are taken as they are.
_read_by: dict[tuple[type[Model], str, int], list[tuple[str | None, tuple[type, ...]]]] = {}


def _name_of(field: "Field[Any, Any]") -> str | None:
    """None where the column makes its value itself."""
    set_by_clock = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    by_itself = type(field).pre_save not in (Field.pre_save, DateField.pre_save, DateTimeField.pre_save)
    return None if set_by_clock or by_itself else field.attname


def _compiled(row: Model, using: str, fields: Fields, returning: Fields, unless_there: bool) -> str | None:
    query = InsertQuery(type(row), on_conflict=OnConflict.IGNORE if unless_there else None)
    query.insert_values(fields, [row])
    compiler: Any = query.get_compiler(using=using)
    compiler.returning_fields = returning
    ((sql, params),) = compiler.as_sql()
    is_special = any(hasattr(field, "get_placeholder") for field in fields)
    # What the database gives back is taken as it is.
    is_special |= any(field.get_db_converters(connections[using]) for field in returning)
    if is_special or not len(params) == len(fields) == sql.count("%s"):
        return None
    return str(sql)


# As many rows of a model come about again and again; of more they are inserted by Django.
MOST_AT_ONCE = 16
# By model, engine and how many; whether the values go in by columns.
_of_many: dict[tuple[type[Model], str, int], tuple[str, bool]] = {}


def insert_all(rows: Sequence[Model]) -> None:
    """As `bulk_create` of them, but that no row is told its key, which the database gives it."""
    if not rows:
        return
    model: Any = type(rows[0])
    if len(rows) > MOST_AT_ONCE or any(row.pk is not None for row in rows):
        model._default_manager.bulk_create(rows)
        return
    connection = connections[DEFAULT_DB_ALIAS]
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = [_values(row, fields, connection) for row in rows]
    key = model, connection.vendor, len(rows)
    if key not in _of_many:
        _of_many[key] = _compiled_of_many(model, fields, rows)
    sql, by_columns = _of_many[key]
    params = list(map(list, zip(*values, strict=True))) if by_columns else [v for row in values for v in row]
    answer(connection, sql, params, rows_done)


def _compiled_of_many(model: type[Model], fields: Fields, rows: Sequence[Model]) -> tuple[str, bool]:
    query = InsertQuery(model)
    query.insert_values(fields, list(rows))
    compiler: Any = query.get_compiler(using=DEFAULT_DB_ALIAS)
    ((sql, params),) = compiler.as_sql()
    # PostgreSQL takes the values of several rows as an array for each column.
    by_columns = len(rows) > 1 and len(params) == len(fields)
    if not by_columns and len(params) != len(fields) * len(rows):
        raise TypeError(f"{model.__name__} has a column that is not written as any other")
    return sql, by_columns
