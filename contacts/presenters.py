"""What the pages about contacts show, prepared so that templates decide nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from contacts.models import DirectoryEntry, EntryKind, Principal
from contacts.queries import FoundEntries
from contacts.rules.availability import Hours, hours_words, is_open, opens_next, opens_words
from contacts.rules.phone import display, tel_uri
from contacts.rules.swedish_text import search_key
from contacts.rules.whom_to_call import NumberToRing, is_verified


class Answers(StrEnum):
    """Whether somebody answers now, for the icon and the colour beside the words."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"

    @property
    def icon(self) -> str:
        """Give the name of its icon."""
        return _ICONS[self]

    @property
    def tag(self) -> str:
        """Give the class of its colour."""
        return _TAGS[self]


_ICONS = {Answers.OPEN: "phone", Answers.CLOSED: "clock", Answers.UNKNOWN: "decide"}
_TAGS = {Answers.OPEN: "tag-register", Answers.CLOSED: "tag-gone", Answers.UNKNOWN: "tag-unverified"}


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number as it is read. `tel` is the address to ring, None where an outsider can not ring it."""

    label: str
    shown: str
    tel: str | None


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number to ring now, in words. `answers` says "öppet nu", "öppnar 13.00", "tider okända"."""

    name: str
    number: str
    tel: str | None
    state: Answers
    answers: str
    relays: bool
    verified: bool
    remark: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One line of Kontakter. Without `numbers` the page shows the switchboard's instead, never nothing."""

    name: str
    principal: str
    department: str
    numbers: tuple[PhoneNumber, ...]
    applies: str
    state: Answers
    answers: str
    relays: bool
    verified: bool
    remark: str


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """Kontakter: what was found, or the numbers everyone needs where nothing was searched for."""

    searching: bool
    rows: tuple[ContactRow, ...]
    total: int
    page: int
    pages: int
    switchboard: PhoneNumber
    support: PhoneNumber | None

    @property
    def previous(self) -> int | None:
        """Give the number of the page before, if any."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """Give the number of the page after, if any."""
        return self.page + 1 if self.page < self.pages else None


def contacts_page(
    *,
    found: FoundEntries | None,
    switchboards: Iterable[DirectoryEntry],
    switchboard_number: str,
    principal: Principal | None,
    at: datetime,
) -> ContactsPage:
    """Prepare Kontakter at the aware moment `at`; `found` is None where nothing was searched for."""
    shown = found.entries if found is not None else list(switchboards)
    return ContactsPage(
        searching=found is not None,
        rows=tuple(contact_row(entry, at) for entry in shown),
        total=found.total if found is not None else len(shown),
        page=found.page if found is not None else 1,
        pages=found.pages if found is not None else 1,
        switchboard=phone_number("Växel", switchboard_number),
        support=_support(principal),
    )


def _support(principal: Principal | None) -> PhoneNumber | None:
    if principal is None or not principal.support_name:
        return None
    return phone_number(principal.support_name, principal.support_number)


def phone_number(label: str, number: str) -> PhoneNumber:
    """Prepare one number."""
    return PhoneNumber(label=label, shown=display(number), tel=tel_uri(number))


def contact_row(entry: DirectoryEntry, at: datetime) -> ContactRow:
    """Prepare one entry as it stands at the aware moment `at`."""
    numbers = (("Telefon", entry.phone), ("Anknytning", entry.extension), ("Mobil", entry.mobile))
    state, answers = _answers(entry.hours, at)
    return ContactRow(
        name=entry.name,
        principal=entry.principal.name,
        department="" if _says_the_same(entry.department, entry.name) else entry.department,
        numbers=tuple(phone_number(label, number) for label, number in numbers if number.strip()),
        applies=hours_words(entry.hours) if entry.hours.known else "",
        state=state,
        answers=answers,
        relays=entry.kind == EntryKind.HOME_NURSING,
        verified=is_verified(entry.verified_at, at),
        remark=entry.remark,
    )


def _says_the_same(department: str, name: str) -> bool:
    """Tell whether a department has no word that the name has not: then it tells nobody anything."""
    return set(search_key(department).split()) <= set(search_key(name).split())


def number_line(number: NumberToRing, at: datetime) -> NumberLine:
    """Prepare a number to ring at the aware moment `at`; "internt 59090" for an extension."""
    if number.open_now:
        state, answers = Answers.OPEN, "öppet nu"
    elif number.hours_known:
        state, answers = Answers.CLOSED, _closed_words(number.opens_at, at)
    else:
        state, answers = Answers.UNKNOWN, "tider okända"
    return NumberLine(
        name=number.entry_name,
        number=number.shown,
        tel=number.tel,
        state=state,
        answers=answers,
        relays=number.relays,
        verified=number.verified,
        remark=number.remark,
    )


def _answers(hours: Hours, at: datetime) -> tuple[Answers, str]:
    zone = timezone.get_default_timezone()
    if not hours.known:
        return Answers.UNKNOWN, "Tider okända"
    if is_open(hours, at, zone):
        return Answers.OPEN, "Öppet nu"
    return Answers.CLOSED, f"Stängt, {_closed_words(opens_next(hours, at, zone), at)}"


def _closed_words(opens_at: datetime | None, at: datetime) -> str:
    return opens_words(opens_at, at, timezone.get_default_timezone()) if opens_at else "stängt"
