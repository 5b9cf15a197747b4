"""What the pages of one contact, and of those who keep contacts, show."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.utils.text import capfirst

from contacts.models import AuditEntry, DirectoryEntry, NumberFlag
from contacts.models.directory_entry import stored_day, stored_phones
from contacts.rules.clock_words import day_words
from contacts.rules.doubt import is_to_be_read
from contacts.rules.entry_facts import LABELS, EntryFacts, changed_facts
from contacts.rules.hours import Availability, Eves, Hours
from contacts.rules.hours_text import hours_words
from contacts.rules.phone import display, same_number, tel_uri

from .directory import ContactRow, PhoneNumber, contact_row

NOTHING = "tomt"

# Fields that contacts had before they could have several numbers: they stand in the audit log for ever.
_OLD_LABELS = {"phone": "Telefon", "extension": "Anknytning", "mobile": "Mobiltelefon"}
# Who acts and when stands in the audit row itself, and whose a contact is never changes.
_NOT_SHOWN = (
    *("verified_at", "verified_by_id", "retired_at", "retired_by_id", "principal_id", "password"),
    "other_names",
)
_DEEDS = {
    "directoryentry.added": "Lades till",
    "directoryentry.changed": "Ändrades",
    "directoryentry.verified": "Kontrollerades: uppgifterna stämmer",
    "directoryentry.retired": "Avfördes",
    "directoryentry.restored": "Togs tillbaka",
    "directoryentry.joined": "Sammanfördes: en annan kontakt hör hit",
    "directoryentry.joined_away": "Sammanfördes: hör till en annan kontakt",
    "directoryentry.parted": "Sammanföringen upplöstes",
    "number.flagged": "Anmäldes: ett nummer fungerar inte",
    "number.unflagged": "Anmälan togs tillbaka: numret fungerar",
}


@dataclass(frozen=True, slots=True)
class EntryNumber(PhoneNumber):
    """One number of a contact. `flag` is the newest report that it does not work, where it is `flagged`."""

    flag: NumberFlag | None = None


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """A contact with everything that is known of it. `read_remark`: its remark speaks of other hours."""

    entry: DirectoryEntry
    row: ContactRow
    hours: str
    numbers: tuple[EntryNumber, ...]
    read_remark: bool = False

    @property
    def flags(self) -> tuple[NumberFlag, ...]:
        return tuple(number.flag for number in self.numbers if number.flag)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that has two values, in words. `old` is empty where there was no value before to tell of."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done with a contact, or with `of`, one joined into it; by nobody where a command did it."""

    at: datetime
    who: str
    unit: str
    what: str
    changes: tuple[Difference, ...]
    lost_verification: bool
    of: str = ""


def kept_entry(entry: DirectoryEntry, flags: Iterable[NumberFlag], at: datetime) -> KeptEntry:
    """`at` is aware; `flags` are the standing reports about the contact's numbers."""
    standing = list(flags)
    return KeptEntry(
        entry=entry,
        row=contact_row(entry, at),
        hours=hours_words(entry.hours),
        numbers=tuple(
            EntryNumber(
                label=phone.kind.label,
                number=phone.number,
                shown=display(phone.number),
                tel=tel_uri(phone.number),
                flagged=entry.is_flagged(phone.number),
                flag=next((flag for flag in standing if same_number(flag.number, phone.number)), None),
            )
            for phone in entry.phones
        ),
        read_remark=is_to_be_read(entry.hours, entry.remark),
    )


def differences(stands: EntryFacts, typed: EntryFacts) -> tuple[Difference, ...]:
    """Fact by fact, between a contact as it stands and as somebody typed it."""
    return tuple(
        Difference(LABELS[fact], _told(stands, fact), _told(typed, fact))
        for fact in changed_facts(stands, typed)
    )


def _told(facts: EntryFacts, fact: str) -> str:
    return hours_words(facts.hours) if fact == "hours" else facts.words(fact) or NOTHING


def deeds(
    rows: Iterable[AuditEntry], unit_names: Mapping[int, str], joined: Mapping[int, str] | None = None
) -> tuple[Deed, ...]:
    """Audit rows in words.

    `unit_names` are the names of the units that the rows name by id, `joined` those of the contacts joined into it.
    """
    return tuple(
        Deed(
            at=row.at,
            who=row.user.full_name if row.user else "",
            unit=row.unit.name if row.unit else "",
            what=_DEEDS.get(row.action, row.action),
            changes=tuple(_changes(row, unit_names)),
            lost_verification=row.action == "directoryentry.changed"
            and _is_emptied(row.changes.get("verified_at")),
            of=(joined or {}).get(int(row.target_id), ""),
        )
        for row in rows
    )


def units_named(rows: Iterable[AuditEntry]) -> set[int]:
    """The ids of the units that audit rows name as from or to."""
    pairs = [row.changes.get("unit_id") for row in rows]
    return {int(value) for pair in pairs if isinstance(pair, list) for value in pair if str(value).isdigit()}


def _is_emptied(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and bool(pair[0]) and not pair[1]


def _changes(row: AuditEntry, unit_names: Mapping[int, str]) -> Iterable[Difference]:
    added = row.action == "directoryentry.added"
    for name, pair in row.changes.items():
        if name in _NOT_SHOWN or (added and pair == ["", Eves.UNSAID.value]):
            continue
        if name == "number":
            yield Difference("Nummer", "", display(str(pair)))
        elif name == "joined":
            yield Difference("Kontakt", "", str(pair))
        elif isinstance(pair, list) and len(pair) == 2:
            old, new = (_value_words(name, str(value), unit_names) for value in pair)
            yield Difference(_label(name), "" if added else old or NOTHING, new or NOTHING)


def _label(name: str) -> str:
    if name in _OLD_LABELS:
        return _OLD_LABELS[name]
    field = next((f for f in DirectoryEntry._meta.concrete_fields if name in (f.name, f.attname)), None)
    return capfirst(str(field.verbose_name) if field else name)


def _value_words(name: str, value: str, unit_names: Mapping[int, str]) -> str:
    """What an audit row holds of one field, in words; what cannot be parsed is shown as it is."""
    if not value:
        return ""
    try:
        if name == "unit_id":
            return unit_names[int(value)]
        if name == "numbers":
            return ", ".join(phone.words for phone in stored_phones(json.loads(value)))
        if name == "days":
            return _days_words(json.loads(value))
        if name in ("summer_from", "summer_to"):
            return day_words(value)
        if name.endswith(("_at", "lunch_from", "lunch_to")):
            return f"{time.fromisoformat(value):%H.%M}"
    except (ValueError, KeyError, IndexError, TypeError):
        return value
    return _choice_words(name, value)


def _choice_words(name: str, value: str) -> str:
    field = next((f for f in DirectoryEntry._meta.concrete_fields if f.name == name and f.choices), None)
    return str(dict(field.flatchoices).get(value, value)) if field else value


def _days_words(days: Iterable[list[str] | None]) -> str:
    spans = tuple(stored_day(day) for day in days)
    return hours_words(Hours(Availability.OWN_HOURS, days=spans)) if any(spans) else ""
