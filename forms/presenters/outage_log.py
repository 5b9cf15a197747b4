"""The log of an outage on paper: a table for each care chain, with all that was logged in it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from contacts.access import Acting
from forms.presenters.document import SheetPart, loose_part
from forms.presenters.reviewing import PaperTable, TraceView
from forms.presenters.rows import in_lines
from outage.models import CareChain, Outage
from outage.presenters.outage_files import LOG_HEADINGS, LogCells
from outage.rules.outage_files import RowState
from outage.rules.wording import day_and_year

TITLE = "Logg från driftstopp"
_COLUMNS = ("Rad", "När", "Vad", "Från och till", "Uppgifter", "Signatur")
# What stands under its heading in the last column but one.
_SAID = (
    *("said", "spoken_to", "number", "read_back", "checked", "comment", "next_step", "call_back", "code"),
    *("sheet", "paper_signature", "open_points", "completed"),
)


_NO_BREAK = "\N{NO-BREAK SPACE}"


def outage_log_part(
    *,
    logs: Iterable[tuple[CareChain, list[LogCells]]],
    outage: Outage,
    by: Acting,
    now: datetime,
    part: tuple[int, int],
) -> SheetPart:
    """`part` is which of how many."""
    number, parts = part
    of_part = f" · del {number} av {parts}" if parts > 1 else ""
    lines = (
        f"{by.unit.name} · {outage.system} {day_and_year(outage.current.started_at)}{of_part}",
        "Innehåller patientuppgifter. Rader som är rättade eller återtagna står kvar och är märkta.",
    )
    tables = tuple(_table(chain, rows) for chain, rows in logs if rows)
    landscape = loose_part(TITLE, "outage_log", TraceView(lines, tables), by, now)
    return replace(landscape, landscape=True)


def _table(chain: CareChain, rows: list[LogCells]) -> PaperTable:
    first, number = rows[0], f"vårdkedja {chain.number}"
    who = (
        first.patient
        if number in first.patient
        else f"{first.patient}, {first.identity or 'nummer saknas'}, {number}"
    )
    return PaperTable(who, _COLUMNS, tuple(_row(row) for row in rows))


def _row(row: LogCells) -> tuple[str, ...]:
    times = ("happened", "recorded", "written")
    what = f"{row.kind}: {row.messages}" if row.messages else row.kind
    return (
        row.row,
        in_lines(*(_under(row, name) for name in times)),
        in_lines(what, ", ".join(filter(None, (row.direction, row.outcome))), _state(row)),
        in_lines(*(f"{way} {who}" for way, who in (("Från", row.sender), ("till", row.recipient)) if who)),
        in_lines(*(_under(row, name) for name in _SAID)),
        row.signature,
    )


def _under(row: LogCells, name: str) -> str:
    value = getattr(row, name).replace(" ", _NO_BREAK) if name == "number" else getattr(row, name)
    return f"{getattr(LOG_HEADINGS, name)}: {value}" if value else ""


def _state(row: LogCells) -> str:
    """Nothing of a row that stands and replaces none."""
    names = ["replaces", "replaced_by", "changed", "reason", "moved"]
    if row.opened != row.chain:
        names.append("opened")
    more = [_under(row, name) for name in names]
    state = "" if row.state == RowState.STANDS.label else row.state.upper()
    return in_lines(state, *more)
