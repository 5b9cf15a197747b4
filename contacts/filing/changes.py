"""What a row of the directory file makes of an entry: what it becomes, and which of its fields that changes."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from contacts.rules.availability import Hours
from contacts.rules.doubt import InFile
from contacts.rules.hours import Eves
from contacts.rules.phone import Phone, PhoneKind, digits

from .columns import normal_order
from .rows import SWITCHBOARD, DirectoryRow


class Fate(StrEnum):
    """What a file means for one entry."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"
    JOINED = "joined"
    LEFT = "left"
    OTHERS = "others"


FATE_LABELS: dict[Fate, str] = {
    Fate.NEW: "Nya",
    Fate.CHANGED: "Ändrade",
    Fate.UNCHANGED: "Oförändrade",
    Fate.GONE: "Saknas i filen",
    Fate.JOINED: "Sammanförda",
    Fate.LEFT: "Avförda tidigare",
    Fate.OTHERS: "Andra huvudmäns",
}


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the file can say of an entry. `unit` is the name of the unit it hangs from, "" for none."""

    kind: str
    first_name: str
    last_name: str
    title: str
    department: str
    numbers: tuple[Phone, ...]
    hours: Hours
    remark: str
    unit: str
    owner: str
    source: str


COLUMN_OF: dict[str, str] = {
    "kind": "Typ",
    "first_name": "Förnamn",
    "last_name": "Efternamn",
    "title": "Titel",
    "department": "Avdelning",
    "numbers": "Telefon",
    "hours": "Gäller",
    "remark": "Anmärkning",
    "unit": "Hör till enhet",
    "owner": "Ägare",
    "source": "Källa",
}
"""The column that each of the facts stands in; numbers and hours have several, and are named by the first."""


def tidy(text: str) -> str:
    """Give the text as a file's cell is read: on one line and in composed letters."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def is_person(row: DirectoryRow) -> bool:
    """Tell whether the row names a person; a person is known by the department too."""
    return bool(row.first_name or row.last_name)


def is_given(row: DirectoryRow, field: str) -> bool:
    """Tell whether the file says anything about one of the facts of the row's entry."""
    if field == "numbers":
        return row.numbers_given
    if field == "hours":
        return row.hours_given
    # For a person, "Enhet" is the department where "Avdelning" is empty.
    return COLUMN_OF[field] in row.given or (field == "department" and is_person(row))


def merged(row: DirectoryRow, before: EntryFacts | None) -> EntryFacts:
    """Give what the entry becomes. What the file does not say, or says in another spelling, stays as it is.

    `before` is None for an entry that is not there yet.
    """
    new = EntryFacts(**{field: getattr(row, field) for field in COLUMN_OF})
    if before is None:
        return new
    kept = {
        field: getattr(before, field)
        for field in COLUMN_OF
        if field not in ("numbers", "hours")
        and (not is_given(row, field) or tidy(getattr(before, field)) == getattr(new, field))
    }
    return replace(new, **kept, numbers=_numbers(row, before), hours=_hours(row, before))


def _numbers(row: DirectoryRow, before: EntryFacts) -> tuple[Phone, ...]:
    in_file_order = normal_order(before.numbers, is_switchboard=row.kind == SWITCHBOARD)
    if not row.numbers_given or _dialled(in_file_order) == _dialled(row.numbers):
        return before.numbers
    return row.numbers


def _dialled(numbers: Iterable[Phone]) -> list[tuple[PhoneKind, str]]:
    return [(phone.kind, digits(phone.number) or phone.number) for phone in numbers]


def _hours(row: DirectoryRow, before: EntryFacts) -> Hours:
    if not row.hours_given:
        return before.hours
    if row.hours.availability is not before.hours.availability:
        return row.hours
    if not row.times_given:
        return before.hours
    if "Tider" in row.given:
        return row.hours
    if row.from_remark is InFile.LEFT:
        return before.hours
    # A remark seldom has a word for the eves and the summer: without "Tider" nothing takes them away.
    eves = row.hours if row.hours.eves is not Eves.UNSAID else before.hours
    return replace(
        row.hours,
        days=row.hours.days or before.hours.days,
        eves=eves.eves,
        eve_closes_at=eves.eve_closes_at,
        summer=row.hours.summer or before.hours.summer,
    )


def changed_fields(before: EntryFacts, after: EntryFacts) -> tuple[str, ...]:
    """Give the names of the facts that differ, in the order of the file's columns."""
    return tuple(f.name for f in fields(EntryFacts) if getattr(before, f.name) != getattr(after, f.name))


VERIFIED_FACTS = frozenset({"numbers", "hours"})
"""When one of these changes, what somebody verified is not what stands there any more."""
