"""The report of an outage on paper: its tables with their charts, as on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from forms.presenters.document import SheetPart, loose_part
from outage.models import Lesson, Outage, OutageFigures
from outage.presenters.report import (
    BesideRow,
    LessonRow,
    ShownTable,
    beside_table,
    lesson_rows,
    shown_tables,
    what_is_left_out,
)
from outage.rules.report_tables import Cell
from outage.rules.wording import clock_time, day_and_year

TITLE = "Rapport om driftstopp"
_ADDRESS = "picture:"


@dataclass(frozen=True, slots=True)
class ReportView:
    """`beside` has its heading first."""

    lines: tuple[str, ...]
    tables: tuple[ShownTable, ...]
    beside: tuple[tuple[Cell, ...], ...]
    lessons: tuple[LessonRow, ...]


def pictures_of(kept: OutageFigures) -> dict[str, bytes]:
    return {f"{_ADDRESS}{name}": chart["svg"].encode() for name, chart in kept.charts.items()}


def report_part(
    *,
    kept: OutageFigures,
    outage: Outage,
    beside: Sequence[BesideRow],
    lessons: Sequence[Lesson],
    of: str,
    by: Acting,
    now: datetime,
) -> SheetPart:
    """`of` is what the reader reads about."""
    lines = (
        f"{of} · {outage.system} {day_and_year(outage.current.started_at)}",
        f"Gjord {day_and_year(kept.made_at)} {clock_time(kept.made_at)}. Inga patienter visas.",
        *filter(None, [what_is_left_out(kept, outage)]),
    )
    view = ReportView(lines, tuple(shown_tables(kept)), beside_table(beside), tuple(lesson_rows(lessons)))
    return loose_part(TITLE, "report", view, by, now)
