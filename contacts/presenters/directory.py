"""What the pages about contacts show, prepared so that templates decide nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from contacts.models import DirectoryEntry, Principal
from contacts.queries.places import NamedPlaces, Place
from contacts.queries.ringing import Numbers
from contacts.queries.search import FoundEntries
from contacts.rules.availability import is_open, opens_next, opens_words
from contacts.rules.doubt import MAY_CLOSE_EARLY, READ_THE_REMARK, Doubt, doubt_at, may_close_early
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Hours
from contacts.rules.hours_text import hours_words
from contacts.rules.phone import PhoneKind, display, tel_uri
from contacts.rules.rota import until_words
from contacts.rules.swedish_text import search_key
from contacts.rules.whom_to_call import NumberToRing
from contacts.verification import still_verified


class Answers(Enum):
    """Whether somebody answers now, as the icon and the colour beside the words."""

    OPEN = "phone", "tag-register"
    CLOSED = "clock", "tag-gone"
    UNKNOWN = "decide", "tag-unverified"

    def __init__(self, icon: str, tag: str) -> None:
        self.icon, self.tag = icon, tag


# What the name, or "internt" before the number, says already.
_PLAIN_KINDS = (PhoneKind.DIRECT, PhoneKind.SWITCHBOARD, PhoneKind.EXTENSION)


# While one types each answer has a dozen addresses, and making one takes longer than the rest of its line.
@lru_cache(maxsize=32_768)
def _address(page: str, number: int) -> str:
    return reverse(page, args=[number])


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number as it is read. `tel` is the address to ring, None where an outsider cannot ring it.

    `number` is what is copied: as stored, without the words that `shown` may have.
    """

    label: str
    shown: str
    tel: str | None
    flagged: bool = False
    number: str = ""


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number to ring now, in words. `answers` says "öppet nu", "öppnar 13.00", "tider okända", "Jour till kl 08.00".

    `number` is as it is read, empty where it is missing, and `copy` as stored. `label` says what kind of number it
    is where that is not plain; `address` is that of its entry, empty for what the directory has no entry for.
    `answers` is empty where the number is missing. `ask_for` is whom a switchboard is to connect to. `read_remark`
    asks the reader to, where `answers` has not; `show_remark` says that the remark belongs beside the number.
    """

    name: str
    number: str
    copy: str
    tel: str | None
    label: str
    address: str
    state: Answers
    answers: str
    relays: bool
    verified: bool
    flagged: bool
    remark: str
    area: str = ""
    ask_for: str = ""
    read_remark: bool = False
    show_remark: bool = False


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One line of Kontakter. Without `numbers` the page shows the switchboard's instead, never nothing. `closed`: its
    unit is out of use.
    """

    entry_id: int
    address: str
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
    read_remark: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class RingCard:
    """Whom to ring at a place now: the best number, the others with when they open.

    `ask_for` is what to ask whoever answers for, empty where they are the ones sought; `address` is that of the
    unit's page, empty for a principal. `by_area` says that one of several areas is to be chosen.
    """

    name: str
    principal: str
    address: str
    best: NumberLine
    ask_for: str
    asked_relays: bool
    others: tuple[NumberLine, ...]
    by_area: bool = False


@dataclass(frozen=True, slots=True)
class UnitLink:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """Kontakter: what was found; `found` is None where nothing was searched for: `rows` are then the switchboards."""

    found: FoundEntries | None
    rows: tuple[ContactRow, ...]
    switchboard: PhoneNumber
    support: PhoneNumber | None
    cards: tuple[RingCard, ...] = ()
    units: tuple[UnitLink, ...] = ()
    more_units: bool = False


def contacts_page(
    *,
    found: FoundEntries | None,
    switchboards: Iterable[DirectoryEntry],
    switchboard_number: str,
    principal: Principal | None,
    at: datetime,
    named: NamedPlaces | None = None,
    numbers: Numbers | None = None,
) -> ContactsPage:
    """`at` is aware; `found` is None where nothing was searched for.

    `named` are the places that the text names, `numbers` those to ring at each that is to be shown at once.
    """
    named, numbers = named or NamedPlaces(), numbers or {}
    shown = found.entries if found is not None else list(switchboards)
    return ContactsPage(
        found=found,
        rows=tuple(contact_row(entry, at) for entry in shown),
        switchboard=phone_number("Växel", switchboard_number),
        support=_support(principal),
        cards=tuple(ring_card(place, numbers[place.request], at) for place in named.to_ring),
        units=tuple(UnitLink(unit.name, _address("unit", unit.pk)) for unit in named.units),
        more_units=named.more,
    )


def ring_card(place: Place, numbers: Sequence[NumberToRing], at: datetime) -> RingCard:
    """`at` is aware; `numbers` as `numbers_for_many` returns them."""
    best, others = numbers[0], numbers[1:]
    return RingCard(
        name=place.name,
        principal=place.principal,
        address=_address("unit", place.unit_id) if place.unit_id else "",
        best=number_line(best, at),
        ask_for=best.ask_for,
        asked_relays=best.asked_relays,
        others=tuple(number_line(other, at) for other in others),
        by_area=bool(best.area),
    )


def _support(principal: Principal | None) -> PhoneNumber | None:
    if principal is None or not principal.support_name:
        return None
    return phone_number(principal.support_name, principal.support_number)


def phone_number(label: str, number: str, *, flagged: bool = False) -> PhoneNumber:
    shown, tel = _read(number)
    return PhoneNumber(label=label, shown=shown, tel=tel, flagged=flagged, number=number)


@lru_cache(maxsize=32_768)
def _read(number: str) -> tuple[str, str | None]:
    """How a number is read and rung. Cached: parsing one takes longer than the rest of its row."""
    return display(number), tel_uri(number)


def contact_row(entry: DirectoryEntry, at: datetime) -> ContactRow:
    """`at` is aware."""
    state, answers, applies = _answers(entry.hours, at)
    doubt = doubt_at(entry.hours, entry.remark, at, timezone.get_default_timezone())
    if not entry.numbers:
        # Whatever its hours: nobody answers on a number that is not there.
        state, answers = Answers.UNKNOWN, ""
    elif state is Answers.OPEN and doubt >= Doubt.OPEN_OR_NOT:
        state, answers = Answers.UNKNOWN, capfirst(READ_THE_REMARK)
    return ContactRow(
        entry_id=entry.pk,
        address=_address("contact", entry.pk),
        name=entry.name,
        principal=entry.principal.name,
        department="" if _says_the_same(entry.department, entry.name) else entry.department,
        numbers=tuple(
            phone_number(phone.kind.label, phone.number, flagged=entry.is_flagged(phone.number))
            for phone in entry.phones
        ),
        applies=applies,
        state=state,
        answers=answers,
        relays=entry.kind == EntryKind.HOME_NURSING,
        verified=still_verified(entry.verified_at, at),
        remark=entry.remark,
        read_remark=doubt is not Doubt.NONE and answers != capfirst(READ_THE_REMARK),
        closed=entry.unit is not None and not entry.unit.active,
    )


@lru_cache(maxsize=16_384)
def _says_the_same(department: str, name: str) -> bool:
    """Whether a department has no word that the name lacks: then it is redundant."""
    return set(search_key(department).split()) <= set(search_key(name).split())


def number_line(number: NumberToRing, at: datetime) -> NumberLine:
    """`at` is aware; "internt 59090" for an extension."""
    if not number.number:
        state, answers = Answers.UNKNOWN, ""
    elif number.duty_ends:
        ends = until_words(number.duty_ends, at, timezone.get_default_timezone())
        state, answers = Answers.OPEN, f"Jour {ends}"
    elif number.open_now:
        state, answers = Answers.OPEN, "öppet nu"
    elif number.hours_known:
        state, answers = Answers.CLOSED, _closed_words(number.opens_at, at)
    elif number.hours.known:
        state, answers = Answers.UNKNOWN, READ_THE_REMARK
    else:
        state, answers = Answers.UNKNOWN, "tider okända"
    if number.may_close_early:
        answers = f"{answers}, {MAY_CLOSE_EARLY}"
    return NumberLine(
        name=number.entry_name,
        number=number.shown,
        copy=number.number,
        tel=number.tel,
        label="" if number.duty_ends or number.kind in _PLAIN_KINDS else number.kind.label,
        address=_address("contact", number.entry_id) if number.entry_id else "",
        state=state,
        answers=answers,
        relays=number.relays,
        verified=number.verified,
        flagged=number.flagged,
        remark=number.remark,
        area=number.area,
        ask_for=number.ask_for,
        read_remark=number.doubt is not Doubt.NONE and READ_THE_REMARK not in answers,
        show_remark=number.doubt is not Doubt.NONE,
    )


# Cached: a page asks about one moment, and its entries share a handful of hours.
@lru_cache(maxsize=512)
def _answers(hours: Hours, at: datetime) -> tuple[Answers, str, str]:
    """Whether somebody answers at `at`, that in words, and when somebody does; nothing where nobody knows."""
    zone = timezone.get_default_timezone()
    if not hours.known:
        return Answers.UNKNOWN, "Tider okända", ""
    applies = hours_words(hours)
    early = f", {MAY_CLOSE_EARLY}" if may_close_early(hours, at, zone) else ""
    if is_open(hours, at, zone):
        return Answers.OPEN, f"Öppet nu{early}", applies
    return Answers.CLOSED, f"Stängt, {_closed_words(opens_next(hours, at, zone), at)}{early}", applies


def _closed_words(opens_at: datetime | None, at: datetime) -> str:
    return opens_words(opens_at, at, timezone.get_default_timezone()) if opens_at else "stängt"
