"""What a row of the directory file makes of an entry: what it becomes, and which of its fields that changes."""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from contacts.rules.doubt import InFile
from contacts.rules.entry_facts import (
    FACTS,
    FIRST_COLUMN,
    LABELS,
    NOTHING,
    TEXTS,
    EntryFacts,
    EntryKind,
    changed_facts,
)
from contacts.rules.hours import Eves, Hours
from contacts.rules.labelled import Labelled
from contacts.rules.phone import Phone, PhoneKind, digits

from .columns import NUMBER_COLUMNS, by_column, first_kind, normal_order
from .rows import DirectoryRow


class Fate(Labelled):
    NEW = "new", "Nya"
    CHANGED = "changed", "Ändrade"
    UNCHANGED = "unchanged", "Oförändrade"
    GONE = "gone", "Saknas i filen"
    JOINED = "joined", "Sammanförda"
    LEFT = "left", "Avförda tidigare"
    OTHERS = "others", "Andra huvudmäns"


COLUMN_OF: dict[str, str] = {
    fact: column.heading for fact, column in FIRST_COLUMN.items() if fact in FACTS and fact != "name"
}
"""The column that each fact a file may change stands in; numbers and hours have several, and are named by the first."""

# Of those that have several columns, the word for all of them.
_LABELS = COLUMN_OF | {fact: LABELS[fact] for fact in ("phones", "hours")}


def tidy(text: str) -> str:
    """The text as a file's cell is read: on one line and in composed letters."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def is_given(row: DirectoryRow, fact: str) -> bool:
    if fact == "phones":
        return row.numbers_given
    if fact == "hours":
        return row.hours_given
    # For a person, "Enhet" is the department where "Avdelning" is empty.
    return COLUMN_OF[fact] in row.given or (fact == "department" and row.facts.is_person)


def merged(row: DirectoryRow, before: EntryFacts | None) -> EntryFacts:
    """What an entry becomes: what the file leaves out, or spells otherwise, stays. `before`: None if new."""
    new = row.facts
    if before is None:
        return new
    kept = {
        fact: getattr(before, fact)
        for fact in ("kind", "unit", *TEXTS)
        if not is_given(row, fact) or tidy(getattr(before, fact)) == getattr(new, fact)
    }
    phones, hours = _phones(row, before, kept.get("kind", new.kind)), _hours(row, before.hours)
    return replace(new, **kept, name=before.name, phones=phones, hours=hours)


def _phones(row: DirectoryRow, before: EntryFacts, kind: EntryKind) -> tuple[Phone, ...]:
    """Those of the file, with those that stand in columns which it lacks."""
    if not is_given(row, "phones"):
        return before.phones
    was, is_, read = (each is EntryKind.SWITCHBOARD for each in (before.kind, kind, row.facts.kind))
    standing, in_file = by_column(before.phones, was), by_column(row.facts.phones, read)
    # A column "Telefon" holds what the entry is rung by, whatever was supposed that it is.
    in_file["Telefon"] = [
        replace(phone, kind=first_kind(is_)) if phone.kind is first_kind(read) else phone
        for phone in in_file["Telefon"]
    ]
    phones = [phone for column in NUMBER_COLUMNS for phone in in_file[column]]
    said = {digits(phone.number) for phone in phones}
    for column in set(NUMBER_COLUMNS) - row.given:
        # Of several numbers in the text of a cell, those of one kind are all of that kind.
        kinds = {phone.kind for phone in in_file[column]}
        phones += [
            phone
            for phone in standing[column]
            if phone.kind not in kinds and digits(phone.number) not in said
        ]
    found = normal_order(phones, is_switchboard=is_)
    unchanged = _dialled(normal_order(before.phones, is_switchboard=is_)) == _dialled(found)
    return before.phones if unchanged else found


def _dialled(numbers: Iterable[Phone]) -> list[tuple[PhoneKind, str]]:
    return [(phone.kind, digits(phone.number) or phone.number) for phone in numbers]


def _hours(row: DirectoryRow, before: Hours) -> Hours:
    hours = row.facts.hours
    if not row.hours_given:
        return before
    if hours.availability is not before.availability:
        return hours
    if not row.times_given:
        return before
    if "Tider" in row.given:
        return hours
    if row.from_remark is InFile.LEFT:
        return before
    # A remark seldom mentions the eves and the summer: without "Tider" nothing removes them.
    eves = hours if hours.eves is not Eves.UNSAID else before
    return replace(
        hours,
        days=hours.days or before.days,
        eves=eves.eves,
        eve_closes_at=eves.eve_closes_at,
        summer=hours.summer or before.summer,
    )


VERIFIED_FACTS = frozenset({"phones", "hours"})
"""When one of these changes, what somebody verified is not what stands there any more."""


def facts_in_words(facts: EntryFacts) -> list[list[str]]:
    """What a new entry starts with, as label and words; what is empty is left out."""
    return [[_LABELS[fact], facts.words(fact)] for fact in COLUMN_OF if facts.words(fact)]


def changes_in_words(old: EntryFacts, new: EntryFacts) -> list[list[str]]:
    """Each fact that changes, as label, from and to."""
    return [
        [_LABELS[fact], old.words(fact) or NOTHING, new.words(fact) or NOTHING]
        for fact in changed_facts(old, new, COLUMN_OF)
    ]
