"""From a content file to a SheetSpec, checked in full before anything uses it."""

from functools import cache
from pathlib import Path

from contacts.rules.parties import Party
from forms.rules.spec import SheetRow, SheetSpec, row_faults
from outage.routine import RoutineError, get_routine
from outage.routine.table import Table, read_toml

CONTENT = Path(__file__).parent / "content"
CARE_CHAIN_SHEET = "care-chain-sheet"


def get_spec(spec_id: str) -> SheetSpec:
    """Give the sheet kept under `spec_id`, always the same object; raises RoutineError when there is none."""
    return _load_once(CONTENT / f"{spec_id}.toml")


def all_specs() -> tuple[SheetSpec, ...]:
    """Give every sheet there is, by id; raises RoutineError for the first file that can not be used."""
    return tuple(_load_once(path) for path in sorted(CONTENT.glob("*.toml")))


def load_spec(path: Path) -> SheetSpec:
    """Read and check one content file; raises RoutineError naming file, key and remedy."""
    top = Table(path, "", read_toml(path), {})
    if top.text("id") != path.stem:
        raise top.error("id", f"the id and the name of the file must be the same; write {path.stem!r}")
    try:
        routine = get_routine(top.text("routine"))
    except RoutineError as error:
        raise top.error("routine", error.remedy) from error
    top = top.with_words({"system": routine.system})
    rows = tuple(_row(table) for table in top.tables("rows"))
    for fault in row_faults(rows, routine):
        raise top.error("rows", fault)
    spec = SheetSpec(
        id=path.stem,
        version=top.text("version"),
        title=top.text("title"),
        landscape=top.flag("landscape"),
        routine=routine.id,
        rows=rows,
        empty_rows=top.positive("empty_rows"),
        more_heading=top.text("more_heading"),
        more_rows=top.positive("more_rows"),
        after_heading=top.text("after_heading"),
        advice=top.text("advice"),
        proposal=top.text("proposal"),
    )
    top.finish()
    return spec


def _row(table: Table) -> SheetRow:
    row = SheetRow(
        message=table.text("message"),
        sender=table.one_of("sender", Party),
        empty_rows=table.positive("empty_rows"),
        heading=table.optional_text("heading"),
    )
    table.finish()
    return row


@cache
def _load_once(path: Path) -> SheetSpec:
    return load_spec(path)
