"""Hot queries: each is compiled once, and only its values are new each time."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Field, Model, QuerySet, UUIDField
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Value = int | str | UUID | datetime

# Above this number of values the query is compiled as any other: each length would need a cache entry.
MOST_VALUES = 12

# Placeholder for the nth value while the SQL is compiled: nothing that a query of ours contains itself.
_EXAMPLES: dict[type, Callable[[int], Value]] = {
    int: lambda n: 7_305_190_000_000_000 + n,
    str: lambda n: f"7305190:{n}",
    UUID: lambda n: UUID(int=0x7305190F << 96 | n),
    datetime: lambda n: datetime(1901, 2, 3, 4, 5, n, tzinfo=UTC),
}
_FIELDS: "dict[type, Field[Any, Any]]" = {UUID: UUIDField(), datetime: DateTimeField()}


@dataclass(frozen=True, slots=True)
class _PutTogether:
    rows: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    # The parameters with the values in their places: by number where `places` has one, else as they are.
    params: list[Any]
    places: dict[int, int]
    converters: dict[int, Any]


def prepared(make: Callable[..., "QuerySet[Any, Row]"]) -> Callable[..., list[Row]]:
    """Run the query that `make` returns with the values of the call: ids, moments and texts.

    Compiling a query takes Django several times as long as running it. The SQL is cached for each engine and each
    number of values; so `make` hands a value to lookups that take it as it is, and to nothing else. What the query
    prefetches is read as usual. Raises TypeError for a value that the query does not have.
    """

    @cache
    def put_together(vendor: str, kinds: tuple[type, ...]) -> _PutTogether:
        examples = [_EXAMPLES[kind](n) for n, kind in enumerate(kinds)]
        rows = make(*examples)
        compiler = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        number = {_as_parameter(example): n for n, example in enumerate(examples)}
        places = {place: number[param] for place, param in enumerate(params) if param in number}
        if set(places.values()) != set(range(len(examples))):
            raise TypeError("a value is no parameter of the query")
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return _PutTogether(rows, compiler, sql, list(params), places, converters)

    def ask(*values: Value) -> list[Row]:
        if not 0 < len(values) <= MOST_VALUES:
            return list(make(*values))
        kept = put_together(connection.vendor, tuple(type(value) for value in values))
        given = [_as_parameter(value) for value in values]
        params = [
            given[kept.places[place]] if place in kept.places else param
            for place, param in enumerate(kept.params)
        ]
        compiler: Any = copy(kept.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_, **__: (kept.sql, params)
        compiler.get_converters = lambda _: kept.converters
        # A copy that is only iterated, never filtered: this SQL answers whatever is asked of it.
        rows = kept.rows.all()
        rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(rows)

    return ask


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
            setattr(row, to_owner.name, owner)
    for owner in owners:
        rows = ReadRows(to_owner.model)
        rows._result_cache = rows_of[owner.pk]
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = rows


def _as_parameter(value: Value) -> Any:
    field = _FIELDS.get(type(value))
    return field.get_db_prep_value(value, connection) if field else value
