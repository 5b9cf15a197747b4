"""The file of a rota: one row a turn, in and out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo

from .clock_words import parse_clock
from .days import read_day
from .errors import RuleError
from .file_rows import BadRow, Cells, quoted, read_rows
from .phone import read_number
from .rota import NOBODY, Turn, check_turn
from .swedish_text import search_key

COLUMNS = (
    *("Huvudman", "Enhet", "Vem", "Nummer", "Från dag", "Från kl", "Till dag", "Till kl"),
    *("Varje vecka", "Sista dag"),
)
"""In the order a file is written; a file that is read may have them in any."""
REQUIRED = ("Enhet", "Vem", "Nummer", "Från dag", "Från kl", "Till dag", "Till kl")
MOST_ROWS = 1_000

_LONGEST_WHO = 100
_FIELDS = ("who", "number", "starts_on", "starts_at", "ends_on", "ends_at", "weekly", "until")
_COLUMN_OF = dict(zip(_FIELDS, COLUMNS[2:], strict=True))


@dataclass(frozen=True, slots=True)
class RotaRow:
    row: int
    principal: str
    unit: str
    turn: Turn


def cells_of(turn: Turn, principal: str, unit: str) -> list[str]:
    return [
        principal,
        unit,
        turn.name,
        turn.number,
        turn.starts.date().isoformat(),
        f"{turn.starts:%H.%M}",
        turn.ends.date().isoformat(),
        f"{turn.ends:%H.%M}",
        "ja" if turn.weekly else "nej",
        turn.until.isoformat() if turn.until else "",
    ]


def read_rota(
    table: Sequence[Sequence[str]], today: date, zone: tzinfo
) -> tuple[list[RotaRow], list[BadRow]]:
    """The turns of a table, and what is wrong with it; empty rows are left out."""
    found, bad = read_rows(table, COLUMNS, REQUIRED, MOST_ROWS)
    rows: list[RotaRow] = []
    for number, texts in found:
        read = _read_row(number, texts, today, zone)
        if isinstance(read, RotaRow):
            rows.append(read)
        else:
            bad += read
    return rows, bad


class _Cells(Cells):
    def who(self) -> str:
        who = self.text("Vem", f"Skriv vem som har jour, eller {NOBODY}.", _LONGEST_WHO)
        return "" if search_key(who) == search_key(NOBODY) else who

    def number(self) -> str:
        try:
            return read_number(self.text("Nummer").removeprefix("'"))
        except RuleError as wrong:
            self.say("Nummer", wrong.reason)
            return ""

    def moment(self, day: str, clock: str) -> datetime:
        on, at = self.day(day), self._clock(clock)
        return datetime.combine(on or date.min, at or time.min)

    def day(self, column: str) -> date | None:
        text = self.text(column, "Ange dag.")
        try:
            # A workbook has a day as its midnight.
            return read_day(text.removesuffix(" 00:00:00")) if text else None
        except RuleError:
            self.say(column, f"{quoted(text)} är inget datum. Skriv som 2026-11-27.")
            return None

    def _clock(self, column: str) -> time | None:
        text = self.text(column, "Ange klockslag.")
        try:
            return parse_clock(text.removesuffix(":00") if text.count(":") == 2 else text) if text else None
        except RuleError as wrong:
            self.say(column, wrong.reason)
            return None


def _read_row(number: int, texts: dict[str, str], today: date, zone: tzinfo) -> RotaRow | list[BadRow]:
    cells = _Cells(number, texts)
    unit = cells.text("Enhet", "Skriv enhetens namn.")
    turn = Turn(
        cells.who(),
        cells.number(),
        cells.moment("Från dag", "Från kl"),
        cells.moment("Till dag", "Till kl"),
        cells.yes("Varje vecka"),
        cells.day("Sista dag") if cells.text("Sista dag") else None,
    )
    if cells.bad:
        return cells.bad
    try:
        check_turn(turn, today, zone)
    except RuleError as wrong:
        return [BadRow(number, _COLUMN_OF[wrong.field or "who"], _with_columns(wrong.reason, turn))]
    return RotaRow(number, cells.text("Huvudman"), unit, turn)


def _with_columns(reason: str, turn: Turn) -> str:
    """A sentence of the form as one reads it beside a file."""
    if not turn.who and turn.number:
        return f"Står det {NOBODY} ska numret vara tomt."
    return "Ingen jour är ett undantag. Skriv nej." if not turn.who and turn.weekly else reason


def same_turn(turn: Turn) -> Turn:
    """A turn as it is compared: when it was written says nothing of what it is."""
    return replace(turn, order=0, written_at=None)
