"""The report as it is shown: its tables with their charts, what people learned, and one outage beside another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from outage.models import Lesson, Outage, OutageFigures
from outage.queries.report import is_of_the_whole_log
from outage.rules.drills import marked_rows
from outage.rules.outage_status import OutageScope
from outage.rules.report_tables import NOTHING, Cell
from outage.rules.wording import clock_time, day_and_year, span

# What stands of each outage beside the others, by its name among the main figures.
_BESIDE = (
    ("minutes", "Varade"),
    ("chains", "Vårdkedjor"),
    ("events", "Händelser"),
    ("calls", "Samtal"),
    ("tries", "varav försök"),
    ("median", "Underrättade, median"),
    ("p90", "Nio av tio inom"),
    ("discharges", "Utskrivningar"),
    ("untold", "varav någon inte underrättad"),
    ("registered", "Nio av tio registrerade inom"),
)
_ON_A_TELEPHONE = 3
_LENGTHS = frozenset({"minutes", "median", "p90", "registered"})


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A kept table; `says` is read aloud in the place of its chart."""

    number: int
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: str
    says: str

    @property
    def is_wide(self) -> bool:
        """Too wide for a telephone."""
        return len(self.columns) > _ON_A_TELEPHONE

    @property
    def labelled_rows(self) -> list[list[tuple[str, Cell]]]:
        """Each cell with its column's heading."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One outage with its main figures, none where no report of it is kept; `here`: the one that is shown."""

    outage_id: UUID
    name: str
    scope: str
    cells: tuple[tuple[str, Cell], ...]
    # When its figures were counted; "" where they were not.
    made: str
    here: bool


@dataclass(frozen=True, slots=True)
class LessonRow:
    text: str
    owner: str
    due: date | None
    by: str
    unit: str
    at: datetime


def shown_tables(kept: OutageFigures) -> list[ShownTable]:
    """Those in which there is something."""
    return [
        ShownTable(
            number=number,
            caption=table["caption"],
            columns=tuple(table["columns"]),
            rows=tuple(map(tuple, table["rows"])),
            chart=table["chart"] if table["chart"] in kept.charts else "",
            says=kept.charts.get(table["chart"], {}).get("says", ""),
        )
        for number, table in enumerate(kept.tables, start=1)
        if table["rows"]
    ]


def what_is_left_out(kept: OutageFigures, outage: Outage) -> str:
    """In a sentence, of the report of a purged outage; it was made before, or of what was left. Else empty."""
    if outage.purged_at is None:
        return ""
    if kept.made_at < outage.purged_at:
        after = "av hela loggen" if is_of_the_whole_log(kept, outage) else "och det som kom efter är inte med"
        return f"{outage.word.capitalize()} är gallrat. Rapporten är {_made(kept)}, {after}."
    return "Rapporten är gjord efter gallringen, av det som är kvar: datum för SIP är inte med."


def sheets_of(
    kept: OutageFigures, beside: Sequence[BesideRow], *, drill: bool, left_out: str, fresh: bool
) -> list[tuple[str, Sequence[Sequence[Cell]]]]:
    sheets: list[tuple[str, Sequence[Sequence[Cell]]]] = [
        (table.caption, [table.columns, *table.rows]) for table in shown_tables(kept)
    ]
    behind = [] if fresh else ["Loggen har ändrats sedan dess. Gör rapporten på nytt."]
    about = [left_out] if left_out else [f"Rapporten är {_made(kept)}.", *behind]
    sheets.insert(0, ("Om rapporten", [[line] for line in about]))
    sheets.append(("Bredvid andra driftstopp", beside_table(beside)))
    return [(name, marked_rows(rows, drill=drill)) for name, rows in sheets]


def _made(kept: OutageFigures) -> str:
    return f"gjord {day_and_year(kept.made_at)} {clock_time(kept.made_at)}"


def beside_table(rows: Sequence[BesideRow]) -> tuple[tuple[Cell, ...], ...]:
    """The same lying, as it stands on paper: a row for each figure, a column for each outage. The heading first."""
    head = ("Vad", *(f"{row.name}, {row.made}" if row.made else row.name for row in rows))
    figures = zip(*(row.cells for row in rows), strict=True)
    return head, *((cells[0][0], *(value for _, value in cells)) for cells in figures)


def beside_rows(
    outages: Iterable[Outage], kept: Mapping[UUID, OutageFigures], here: UUID | None = None
) -> list[BesideRow]:
    return [
        BesideRow(
            outage_id=outage.pk,
            name=outage.listed_as,
            scope=OutageScope(outage.current.scope).label,
            cells=tuple(
                (label, _said(name, kept[outage.pk].main.get(name) if outage.pk in kept else None))
                for name, label in _BESIDE
            ),
            made=_made(kept[outage.pk]) if outage.pk in kept else "",
            here=outage.pk == here,
        )
        for outage in outages
    ]


def _said(name: str, value: int | None) -> Cell:
    if value is None:
        return NOTHING
    return span(timedelta(minutes=value)) if name in _LENGTHS else value


def lesson_rows(lessons: Iterable[Lesson]) -> list[LessonRow]:
    return [
        LessonRow(row.text, row.owner, row.due, row.user.full_name, row.unit.name, row.at) for row in lessons
    ]
