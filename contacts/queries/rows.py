"""What a query's rows become, worked out once for each query: model instances as Django makes them, or tuples."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    RelatedPopulator,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.signals import post_init, pre_init
from django.db.models.sql.compiler import SQLCompiler

Columns = Sequence[Any]
Make = Callable[[Columns], Any]
Put = Callable[[Columns, Model], None]
Step = Callable[[Any], Any]


def maker_of(rows: QuerySet[Any], compiler: SQLCompiler) -> Callable[[], Make]:
    """What begins to make the rows of an answer out of their columns; `compiler` has put the SQL together. The units
    and people that many rows of one answer name are one object.

    Raises TypeError for a kind of result that no query of ours has.
    """
    kind = rows._iterable_class
    if kind is ModelIterable and not rows._known_related_objects:  # type: ignore[attr-defined]
        return _instances(compiler)
    if kind is FlatValuesListIterable:
        return lambda: lambda columns: columns[0]
    if kind is ValuesListIterable:
        # Beside them may stand what the rows are ordered by.
        count = len(compiler.select or ())
        return lambda: lambda columns: columns[:count]
    raise TypeError(f"no rows of the kind {kind.__name__}")


def _instances(compiler: SQLCompiler) -> Callable[[], Make]:
    told: Any = compiler.klass_info
    select: Any = compiler.select
    first, last = told["select_fields"][0], told["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    using = compiler.connection.alias
    make = _instance(told["model"], using, names)
    related = [_related(found) for found in get_related_populators(told, select, using)]  # type: ignore[call-arg]
    beside = list((compiler.annotation_col_map or {}).items())

    def begun() -> Make:
        puts = [begin() for begin in related]

        def made(columns: Columns) -> Model:
            row: Model = make(columns[first:last])
            for put in puts:
                put(columns, row)
            for name, place in beside:
                setattr(row, name, columns[place])
            return row

        return made

    return begun


def _related(found: RelatedPopulator) -> Callable[[], Put]:
    """As `RelatedPopulator.populate`."""
    make = _instance(found.model_cls, found.db, found.init_list)
    related = [_related(other) for other in found.related_populators]
    first, last, pk, reordered = found.cols_start, found.cols_end, found.pk_idx, found.reorder_for_init
    here, there = found.local_setter, found.remote_setter
    assert reordered is None

    def begun() -> Put:
        known: dict[Any, Model] = {}
        puts = [begin() for begin in related]

        def put(columns: Columns, row: Model) -> None:
            key = columns[first + pk]
            if key is None:
                here(row, None)
                return
            other = known.get(key)
            if other is None:
                other = known[key] = make(columns[first:last])
                for further in puts:
                    further(columns, other)
            here(row, other)
            there(other, row)

        return put

    return begun


def _instance(model: type[Model], using: str, names: list[str]) -> Make:
    """As `Model.from_db`, without asking of each value whether a field wants to be told of it: where none does."""
    plain = (
        model.__init__ is Model.__init__
        and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
        and not pre_init.has_listeners(model)
        and not post_init.has_listeners(model)
        and not any(map(_wants_to_be_told, (getattr(model, name, None) for name in names)))
    )
    if not plain:
        return lambda values: model.from_db(using, names, values)

    def made(values: Columns) -> Model:
        row = model.__new__(model)
        state = ModelState()
        state.db, state.adding = using, False
        row.__dict__["_state"] = state
        row.__dict__.update(zip(names, values, strict=True))
        return row

    return made


def _wants_to_be_told(column: Any) -> bool:
    # That of a foreign key only drops the row that was known under the former id.
    return hasattr(column, "__set__") and type(column) is not ForeignKeyDeferredAttribute


# What SQLite has as text. The same ids and moments come again and again.
_OFTEN_THE_SAME = {"convert_uuidfield_value", "convert_datetimefield_value", "convert_booleanfield_value"}
_MOST_KEPT = 10_000


def steps_of(compiler: SQLCompiler, connection: Any) -> list[tuple[int, Step]]:
    """What is to be done with columns, by their places, as `SQLCompiler.apply_converters` does it."""
    columns = [column for column, *_ in compiler.select or ()]
    return [
        (place, _step(way, expression, connection))
        for place, (ways, expression) in compiler.get_converters(columns).items()
        for way in ways
    ]


def _step(way: Any, expression: Any, connection: Any) -> Step:
    if way.__name__ in _OFTEN_THE_SAME and connection.vendor == "sqlite":
        return _known(way.__name__)
    return lambda value: way(value, expression, connection)


@cache
def _known(name: str) -> Step:
    @lru_cache(maxsize=_MOST_KEPT)
    def read(value: Any) -> Any:
        return getattr(connections[DEFAULT_DB_ALIAS].ops, name)(value, None, None)

    return read


def converted(found: Sequence[Columns], steps: list[tuple[int, Step]]) -> Iterator[Columns]:
    """A column at a time, which Python does without a step of its own for each row; the rows come one by one, for
    through thousands of them at once the garbage collector goes too.
    """
    if not steps or not found:
        return iter(found)
    columns: list[Iterable[Any]] = list(zip(*found, strict=True))
    for place, step in steps:
        columns[place] = map(step, columns[place])
    return zip(*columns, strict=True)
