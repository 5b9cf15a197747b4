"""Hot queries: each is compiled once, and only its values are new each time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from inspect import signature
from itertools import count
from typing import Any, NoReturn, TypeVar, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    DateField,
    DateTimeField,
    Field,
    Model,
    QuerySet,
    prefetch_related_objects,
)
from django.db.models.sql import DeleteQuery, Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

from contacts.models.base import AppendOnlyError, AppendOnlyQuerySet
from contacts.models.statements import Found, all_rows, answer, rows_done

from .rows import Make, Step, converted, maker_of, steps_of

Row = TypeVar("Row")
Value = int | str | UUID | datetime | date
Values = Value | tuple[Value, ...]

# With more in a group than this the query is compiled as any other.
MOST_IN_GROUP = 256

# Placeholder for the nth value while the SQL is compiled: nothing that a query of ours contains itself.
_EXAMPLES: dict[type, Callable[[int], Value]] = {
    int: lambda n: 7_305_190_000_000_000 + n,
    str: lambda n: f"7305190:{n}",
    UUID: lambda n: UUID(int=0x7305190F << 96 | n),
    datetime: lambda n: datetime(1901, 2, 3, 4, 5, tzinfo=UTC) + timedelta(seconds=n),
    date: lambda n: date(1901, 2, 3) + timedelta(days=n),
}
_FIELDS: "dict[type, Field[Any, Any]]" = {datetime: DateTimeField(), date: DateField()}


@dataclass(frozen=True, slots=True)
class _Sql:
    compiler: SQLCompiler
    text: str
    # The parameters with the values in their places: by number where `places` has one, else as they are.
    params: list[Any]
    places: list[tuple[int, int]]

    def run(self, values: Iterable[Values], db: BaseDatabaseWrapper, read: Callable[[Any], Found]) -> Found:
        given = [_as_parameter(value, db) for value in _flat(values)]
        params = self.params.copy()
        for place, n in self.places:
            params[place] = given[n]
        return answer(db, self.text, params, read)


@dataclass(frozen=True, slots=True)
class _PutTogether:
    sql: _Sql
    steps: list[tuple[int, Step]]
    begin: Callable[[], Make]
    prefetched: tuple[Any, ...]


def prepared(make: Callable[..., "QuerySet[Any, Row]"]) -> Callable[..., list[Row]]:
    """Run the query that `make` returns with the values of the call: ids, moments, days and texts, or groups of them.

    Compiling a query takes Django several times as long as running it. The SQL, and how its rows are read, is cached
    for each engine and each number of values; so `make` hands a value to lookups that take it as it is, and to nothing
    else, and a group, a tuple or `*values`, to `__in`. Groups are filled up with their last value, so that few lengths
    come about. What the query prefetches is read as usual. Raises TypeError for a value that the query does not have.
    """
    names = list(signature(make).parameters.values())
    # Where the values begin that are a group without being a tuple.
    rest = next((n for n, name in enumerate(names) if name.kind is name.VAR_POSITIONAL), len(names))

    @cache
    def put_together(vendor: str, kinds: tuple[Any, ...]) -> _PutTogether | None:
        examples = _examples_of(kinds)
        rows = make(*examples)
        sql = _sql_of(rows.query, examples)
        if sql is None:
            return None
        return _PutTogether(
            sql=sql,
            steps=steps_of(sql.compiler, connection),
            begin=maker_of(rows, sql.compiler),
            prefetched=rows._prefetch_related_lookups,  # type: ignore[attr-defined]
        )

    def ask(*values: Values) -> list[Row]:
        if len(values) - rest > MOST_IN_GROUP or any(
            type(value) is tuple and len(value) > MOST_IN_GROUP for value in values
        ):
            return list(make(*values))
        filled = [_filled(value) if type(value) is tuple else value for value in values[:rest]]
        more: Any = values[rest:]
        filled += _filled(more)
        db = connections[DEFAULT_DB_ALIAS]
        kept = put_together(db.vendor, tuple(map(_kind, filled)))
        if kept is None:
            return []
        found = kept.sql.run(filled, db, all_rows)
        made = kept.begin()
        rows = [made(columns) for columns in converted(found, kept.steps)]
        if kept.prefetched:
            prefetch_related_objects(rows, *kept.prefetched)
        return rows

    return ask


def prepared_write(make: Callable[..., Query]) -> Callable[..., int]:
    """As `prepared`, of a change: run what `make` returns, an `updating` or a `deleting`; how many rows it was done to.

    For services, in their transaction. What is set is a value of its own kind, as the lookups take it.
    """

    @cache
    def put_together(vendor: str, kinds: tuple[Any, ...]) -> _Sql | None:
        examples = _examples_of(kinds)
        return _sql_of(make(*examples), examples)

    def write(*values: Values) -> int:
        filled = [_filled(value) if type(value) is tuple else value for value in values]
        db = connections[DEFAULT_DB_ALIAS]
        kept = put_together(db.vendor, tuple(map(_kind, filled)))
        return kept.run(filled, db, rows_done) if kept else 0

    return write


def updating(rows: "QuerySet[Any]", /, **columns: Any) -> Query:
    """What `rows.update` runs; refused where that is."""
    _check_may_change(rows)
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(columns)
    return cast("Query", query)


def deleting(rows: "QuerySet[Any]") -> Query:
    """What `rows.delete` runs, of rows that nothing points at; refused where that is."""
    _check_may_change(rows)
    if rows.model._meta.related_objects:
        raise TypeError("what points at the rows would stay")
    return rows.query.chain(DeleteQuery)


def _check_may_change(rows: "QuerySet[Any]") -> None:
    if isinstance(rows, AppendOnlyQuerySet):
        raise AppendOnlyError(f"{rows.model.__name__} rows are never changed")


def _sql_of(query: Query, examples: Iterable[Values]) -> _Sql | None:
    """None where nothing can be found. Raises TypeError for a value that is no parameter."""
    compiler = query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    flat = _flat(examples)
    number = {_as_parameter(example, connection): n for n, example in enumerate(flat)}
    places = [(place, number[param]) for place, param in enumerate(params) if param in number]
    if {n for _, n in places} != set(range(len(flat))):
        raise TypeError("a value is no parameter of the query")
    return _Sql(compiler, sql, list(params), places)


def _kind(value: Values) -> Any:
    if isinstance(value, tuple):
        return (type(value[0]), len(value)) if value else ()
    return type(value)


def _filled(group: tuple[Value, ...]) -> tuple[Value, ...]:
    """The lengths that come about are 1, 2, 4, 8 and so on."""
    wanted = 1 << (len(group) - 1).bit_length() if group else 0
    return group + group[-1:] * (wanted - len(group))


def _flat(values: Iterable[Values]) -> list[Value]:
    found: list[Value] = []
    for value in values:
        if isinstance(value, tuple):
            found += value
        else:
            found.append(value)
    return found


def _examples_of(kinds: Iterable[Any]) -> list[Values]:
    numbers = count()
    return [
        tuple(_EXAMPLES[kind[0]](next(numbers)) for _ in range(kind[1] if kind else 0))
        if isinstance(kind, tuple)
        else _EXAMPLES[kind](next(numbers))
        for kind in kinds
    ]


class ReadRows(QuerySet[Any]):
    """Rows that were read for the row they belong to: can be iterated and counted, not filtered."""

    def _chain(self) -> NoReturn:
        raise TypeError("these rows are read already; to narrow them would ask the database anew")


def hand_out(owners: Sequence[Model], name: str, found: Iterable[Model]) -> None:
    """Let `owner.<name>.all()` of each owner be those of `found` that belong to it, in their order.

    What a prefetch does, without the query that it constructs for each owner. Those of an owner that is not here,
    written since the owners were read, are skipped.
    """
    if not owners:
        return
    to_owner: Any = type(owners[0])._meta.get_field(name).remote_field
    rows_of: dict[Any, list[Model]] = {owner.pk: [] for owner in owners}
    owner_of = {owner.pk: owner for owner in owners}
    for row in found:
        owner = owner_of.get(getattr(row, to_owner.attname))
        if owner is not None:
            rows_of[owner.pk].append(row)
            row._state.fields_cache[to_owner.cache_name] = owner
    # Nobody asks it: making one for each owner takes longer than all else.
    query = Query(to_owner.model)
    none = _read(to_owner.model, query, [])
    for owner in owners:
        own = rows_of[owner.pk]
        rows = _read(to_owner.model, query, own) if own else none
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = rows


def _read(model: type[Model], query: Query, rows: list[Model]) -> ReadRows:
    found = ReadRows(model, query=query)
    found._result_cache = rows
    return found


def _as_parameter(value: Value, db: Any) -> Any:
    if type(value) is UUID:
        # As the field has it, of which a list has many.
        return value if db.features.has_native_uuid_field else value.hex
    field = _FIELDS.get(type(value))
    return field.get_db_prep_value(value, db) if field else value
