"""The rows of a sheet as they are printed: all wording is chosen here, a cell for each column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contacts.rules.parties import WardKind
from forms.presenters.notes import Note, Notes
from forms.rules.initials import Signatures
from forms.rules.page_fill import PageMeasures
from forms.rules.serial import shown_serial
from forms.rules.spec import Column, Heading
from outage.models import CareChainEvent, Handover
from outage.presenters.care import role_of
from outage.presenters.chain import told_labels
from outage.routine import get_routine
from outage.rules.handover import Checked, Direction, ReadBack
from outage.rules.informing import FAILED, CallOutcome
from outage.rules.wording import clock_time, day_and_time, day_and_year, local_day

PROTECTED = "Skyddade personuppgifter"
# How many small letters a line over the whole width has, and what a cell of each column holds.
WHOLE_WIDTH = 130
_READ_BACK: Mapping[str, str] = dict(ReadBack.choices())
# With its reason under the row, where the label stands in full.
_GAVE_REASON = "Gick ej"
_WIDTHS: Mapping[Column, int] = {
    Column.MESSAGE: 62,
    Column.WHOM: 56,
    Column.SPOKEN_TO: 64,
    Column.READ_BACK: 40,
    Column.COMMENT: 44,
    Column.PATIENT: 56,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet, its cells in the order of the columns. What does not fit them stands in `notes`.

    `struck` says that the row no longer counts, `ink` that there is a line under it to sign on by hand.
    """

    cells: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    struck: bool = False
    ink: bool = False


def row_of(
    columns: Sequence[Heading],
    texts: Mapping[Column, str],
    notes: Notes,
    *,
    struck: bool = False,
    ink: bool = False,
) -> Row:
    """The row that has `texts` in its columns; one that its cell does not hold goes to `notes`."""
    cells = []
    for heading in columns:
        text = texts.get(heading.column, "")
        most = _WIDTHS.get(heading.column)
        cells.append(notes.cell(heading.heading, text, most) if most else text)
    return Row(tuple(cells), notes.taken(), struck, ink)


def empty_rows(columns: Sequence[Heading], count: int) -> tuple[Row, ...]:
    return (Row(tuple(boxes(*heading.boxes) for heading in columns)),) * count


def height_of(row: Row, columns: Sequence[int], measures: PageMeasures) -> tuple[float, float]:
    """What a row takes at least and at most, with the lines under it; `columns` are letters to a line."""
    below = [" · ".join(f"{part.label}: {part.text}" for part in note) for note in row.notes]
    least, most = measures.height(zip(row.cells, columns, strict=True))
    found = [
        (max(least, measures.floor), max(most, measures.floor)),
        *(measures.height([(text, WHOLE_WIDTH)]) for text in below),
    ]
    return sum(least for least, _ in found), sum(most for _, most in found)


def boxes(*words: str) -> str:
    """A box to tick before each of `words`, and none where there are none."""
    return " ".join(f"☐ {word}".replace(" ", "\N{NO-BREAK SPACE}") for word in words)


def call_texts(
    call: Handover, ward_kind: WardKind, signatures: Signatures, now: datetime
) -> dict[Column, str]:
    """What both kinds of sheet say of a call, but for its time and its messages.

    Who was rung has the name of its place, where the call knows it.
    """
    outcome = CallOutcome(call.outcome)
    whom = call.place_name or role_of(call.recipient, ward_kind)
    return {
        Column.WAY: "Försök" if outcome in FAILED else Direction(call.direction).label,
        Column.WHOM: ", ".join(
            part for part in (whom, call.number.replace(" ", "\N{NO-BREAK SPACE}")) if part
        ),
        Column.OUTCOME: outcome.label,
        Column.SPOKEN_TO: ", ".join(part for part in (call.spoken_to, call.spoken_to_unit) if part),
        Column.READ_BACK: _GAVE_REASON
        if call.read_back_reason
        else call.read_back and _READ_BACK[call.read_back],
        Column.SIGNATURE: signed(signatures.short(call.made.signature), call.made.recorded_at, call.at, now),
    }


def told(call: Handover) -> list[str]:
    """The messages of a call that comes with its outage and its messages' events."""
    events = [message.event for message in call.messages.all() if message.event]
    return told_labels(call, events, get_routine(call.chain.outage.routine_id))


def signed(short: str, at: datetime, beside: datetime, now: datetime) -> str:
    """Initials with when the row was signed: the time alone where the day is that of `beside`."""
    return f"{short} {clock_time(at) if local_day(at) == local_day(beside) else day_and_time(at, now)}"


def note_call(call: Handover, notes: Notes, now: datetime) -> None:
    """What was said about a call beside its columns and its comment."""
    notes.add("Nästa steg", call.next_step)
    notes.add("Ring tillbaka", call.call_back)
    notes.add(_READ_BACK[ReadBack.NOT_POSSIBLE], call.read_back_reason)
    notes.add("Kontroll av motparten", checked_words(call, reason=call.checked_reason))
    notes.add("Från papper", paper_words(call, now))


def checked_words(call: Handover, *, reason: str = "") -> str:
    """How it was made sure who the other end was; "" where that was not asked."""
    label = Checked(call.checked).label if call.checked else ""
    return f"{label}: {reason}" if reason else label


def paper_words(row: CareChainEvent | Handover, now: datetime) -> str:
    """Which sheet a row was entered from, when it was written and by whom; "" for what was logged at once."""
    parts = (
        f"blad {shown_serial(row.paper_serial)}" if row.paper_serial else "",
        f"skrivet {day_and_time(row.written_at, now)}" if row.written_at else "",
        f"signatur på papperet: {row.paper_signature}" if row.paper_signature else "",
    )
    return ", ".join(part for part in parts if part)


def written(key: str, value: object) -> str:
    """A stored particular as it is read: several joined by commas, a date in words."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(part) for part in value)
    if key.endswith("_date"):
        return day_and_year(date.fromisoformat(str(value)))
    return str(value)


def in_lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
