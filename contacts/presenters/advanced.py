"""What the advanced search and a unit's page show."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from contacts.models import DirectoryEntry, MunicipalKind, Unit
from contacts.queries.places import place_of_unit
from contacts.queries.search import FoundEntries
from contacts.rules.clock_words import MONTHS
from contacts.rules.directory_search import ContactColumn
from contacts.rules.phone import PhoneKind
from contacts.rules.ways import MissingWay
from contacts.rules.whom_to_call import NumberToRing

from .directory import ContactRow, PhoneNumber, RingCard, contact_row, phone_number, ring_card

# The two that are always there (R5.6).
_EXTENSION, _MOBILE = "Anknytning", "Mobiltelefon"
_OUTSIDE_LINES = (PhoneKind.DIRECT, PhoneKind.SWITCHBOARD, PhoneKind.ON_CALL)


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    text: str = ""
    number: PhoneNumber | None = None


@dataclass(frozen=True, slots=True)
class AdvancedRow:
    """One hit. A cell's number is the first of its kind; all numbers stand in `contact`."""

    contact: ContactRow
    department: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class AdvancedPage:
    """The hits of an advanced search; `found` is None where nothing was searched for."""

    found: FoundEntries | None
    rows: tuple[AdvancedRow, ...]
    columns: tuple[str, ...]
    switchboard: PhoneNumber


@dataclass(frozen=True, slots=True)
class UnitPage:
    unit: Unit
    kinds: tuple[str, ...]
    card: RingCard
    rows: tuple[ContactRow, ...]
    lacks: tuple[str, ...]
    switchboard: PhoneNumber


def chosen_columns(stored: Iterable[str]) -> tuple[ContactColumn, ...]:
    """In the order they are shown; what is no longer a column is left out."""
    wanted = set(stored)
    return tuple(column for column in ContactColumn if column.value in wanted)


def advanced_page(
    *, found: FoundEntries | None, columns: Sequence[ContactColumn], switchboard_number: str, at: datetime
) -> AdvancedPage:
    """`at` is aware."""
    return AdvancedPage(
        found=found,
        rows=tuple(_advanced_row(entry, columns, at) for entry in found.entries) if found else (),
        columns=(_EXTENSION, _MOBILE, *(column.label for column in columns)),
        switchboard=phone_number("Växel", switchboard_number),
    )


def _advanced_row(entry: DirectoryEntry, columns: Sequence[ContactColumn], at: datetime) -> AdvancedRow:
    contact = contact_row(entry, at)
    return AdvancedRow(
        contact=contact,
        department=entry.department,
        cells=(
            Cell(_EXTENSION, number=_first(entry, contact, PhoneKind.EXTENSION)),
            Cell(_MOBILE, number=_first(entry, contact, PhoneKind.MOBILE)),
            *(_cell(column, entry, contact) for column in columns),
        ),
    )


def _first(entry: DirectoryEntry, contact: ContactRow, *kinds: PhoneKind) -> PhoneNumber | None:
    pairs = zip(entry.phones, contact.numbers, strict=True)
    return next((number for phone, number in pairs if phone.kind in kinds), None)


def _cell(column: ContactColumn, entry: DirectoryEntry, contact: ContactRow) -> Cell:
    label = column.label
    if column is ContactColumn.PHONE:
        return Cell(label, number=_first(entry, contact, *_OUTSIDE_LINES))
    texts = {
        ContactColumn.TITLE: entry.title,
        ContactColumn.PRINCIPAL: contact.principal,
        ContactColumn.HOURS: contact.applies or "Tider okända",
        ContactColumn.VERIFIED: _day(entry.verified_at),
        ContactColumn.REMARK: entry.remark,
    }
    return Cell(label, texts[column])


def _day(at: datetime | None) -> str:
    """As "24 nov 2026": a confirmation may be a year old, so the year says more than the weekday."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def kinds_in_words(unit: Unit) -> tuple[str, ...]:
    """None for a municipal unit of another kind."""
    words = (
        f"Vårdavdelning, {unit.get_ward_kind_display().lower()}" if unit.ward_kind else "",
        unit.get_outpatient_kind_display(),
        unit.get_municipal_kind_display(),
    )
    return tuple(filter(None, words))


def unit_page(
    unit: Unit,
    *,
    numbers: Sequence[NumberToRing],
    entries: Iterable[DirectoryEntry],
    lacks: Collection[MissingWay],
    switchboard_number: str,
    at: datetime,
) -> UnitPage:
    """`at` is aware; `numbers` as `numbers_for_many` returns them."""
    rows = tuple(contact_row(entry, at) for entry in entries)
    if unit.municipal_kind == MunicipalKind.HOME_NURSING:
        # Who is on the hemsjukvård's own page is to reach it, not the municipality through it.
        rows = tuple(replace(row, relays=False) for row in rows)
    return UnitPage(
        unit=unit,
        kinds=kinds_in_words(unit),
        card=ring_card(place_of_unit(unit), numbers, at),
        rows=rows,
        lacks=tuple(lack.label for lack in lacks),
        switchboard=phone_number("Växel", switchboard_number),
    )
