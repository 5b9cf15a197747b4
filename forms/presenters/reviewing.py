"""Loggkontroll on paper: a patient's own extract, and the report of a period."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contacts.access import Acting
from contacts.models import AuditEntry
from contacts.presenters.reviewing import report_totals
from contacts.queries.reviewing import PeriodFigures
from contacts.rules.trace_words import trace_words
from forms.presenters.document import SheetPart, loose_part
from outage.rules.wording import clock_time, day_and_year

EXTRACT = "Loggutdrag"
REPORT = "Rapport från loggkontroll"
_EXPLAINED = (
    "Det visar när uppgifter om patienten har lästs eller skrivits i loggen vid driftstopp, och vid vilken enhet. "
    "Vem det var visas inte. En rad kan gälla en lista där patienten fanns med."
)


@dataclass(frozen=True, slots=True)
class PaperTable:
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class TraceView:
    lines: tuple[str, ...]
    tables: tuple[PaperTable, ...]


def extract_part(
    *, patient: str, rows: Sequence[AuditEntry], played: Collection[UUID], by: Acting, now: datetime
) -> SheetPart:
    """Where, when and what, never who, as a patient is told. `rows` oldest first; `patient` as it was typed; `played`
    the care chains of drills.
    """
    looks = tuple(
        (
            f"{day_and_year(row.at)} {clock_time(row.at)}",
            row.unit.name if row.unit else "Servern",
            row.unit.principal.name if row.unit else "",
            f"{'Övning. ' if row.chain in played else ''}{trace_words(row.action)}",
        )
        for row in rows
    )
    lines = (
        f"Patient: {patient}",
        f"Utdraget gäller {by.principal.name}. {_EXPLAINED}",
    )
    table = PaperTable("Läst eller skrivet", ("När", "Enhet", "Huvudman", "Vad"), looks)
    return loose_part(EXTRACT, "trace", TraceView(lines, (table,)), by, now)


def report_part(
    *, figures: PeriodFigures, since: datetime, until: datetime, of: str, by: Acting, now: datetime
) -> SheetPart:
    """`until` is the first moment after the period; `of` what the reviewer reviews."""
    last = until - timedelta(microseconds=1)
    totals = tuple((label, str(count)) for label, count in report_totals(figures))
    actions = tuple((trace_words(action), str(count)) for action, count in figures.actions)
    lines = (of, f"{day_and_year(since)} till {day_and_year(last)}")
    tables = (
        PaperTable("Översikt", ("Vad", "Antal"), totals),
        PaperTable("Vad som är gjort", ("Vad", "Rader"), actions),
    )
    return loose_part(REPORT, "trace", TraceView(lines, tables), by, now)
