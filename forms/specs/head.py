"""What every content file begins with."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypedDict

from forms.rules.spec import Column, Heading, column_faults
from outage.routine import RoutineError, get_routine
from outage.routine.table import Table, read_toml
from outage.rules.routine import Routine

CONTENT = Path(__file__).parent / "content"
# The code on a page has room for two.
_LONGEST_VERSION = 2


class Head(TypedDict):
    """The fields of a SpecHead."""

    id: str
    version: str
    title: str
    landscape: bool
    advice: str
    proposal: str


def open_spec(path: Path) -> tuple[Table, Routine]:
    """The file as a table with {system} filled in, and the routine it is made for.

    Raises RoutineError naming file, key and remedy.
    """
    top = Table(path, "", read_toml(path), {})
    if top.text("id") != path.stem:
        raise top.error("id", f"the id and the name of the file must be the same; write {path.stem!r}")
    try:
        routine = get_routine(top.text("routine"))
    except RoutineError as error:
        raise top.error("routine", error.remedy) from error
    return top.with_words({"system": routine.system}), routine


def read_head(top: Table) -> Head:
    """Read what every sheet has; raises RoutineError for what is missing or wrong."""
    version = top.text("version")
    if len(version) > _LONGEST_VERSION or not (version.isascii() and version.isalnum()):
        raise top.error("version", "write one or two letters or digits")
    return Head(
        id=top.file.stem,
        version=version,
        title=top.text("title"),
        landscape=top.flag("landscape"),
        advice=top.text("advice"),
        proposal=top.text("proposal"),
    )


def read_columns(top: Table, wanted: Collection[Column]) -> tuple[Heading, ...]:
    """Read the columns of a sheet that has those of `wanted`, each once; raises RoutineError for what is wrong."""
    columns = tuple(_heading(table) for table in top.tables("columns"))
    refuse(top, "columns", column_faults, columns, wanted)
    return columns


def _heading(table: Table) -> Heading:
    return Heading(
        column=table.one_of("column", Column), heading=table.text("heading"), boxes=table.texts("boxes")
    )


def refuse(top: Table, key: str, find: Callable[..., list[str]], *given: Any) -> None:
    """Raise RoutineError for the first fault that `find` gives, at `key`."""
    for fault in find(*given):
        raise top.error(key, fault)
