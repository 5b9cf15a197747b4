"""The contact list for the binder: for each principal and unit whom to ring, then every number there is (R5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contacts.access import Acting
from contacts.models import DirectoryEntry, Principal, Unit
from contacts.queries.rota import shifts_of_units
from contacts.rules.hours_text import hours_words
from contacts.rules.phone import display
from contacts.rules.rota import Shift, span_words, wall_of
from contacts.rules.swedish_text import search_key
from contacts.rules.whom_to_call import NumberToRing
from contacts.verification import still_verified
from forms.presenters.document import SheetPart, print_line
from forms.presenters.numbers import NumberLine, number_line, unbroken
from forms.queries.sources import (
    ListedPlace,
    ListSource,
    OutlinedPlace,
    contact_list_outline,
    contact_list_source,
)
from forms.rules.contact_list import DAYS_OF_ROTA, parts_of_places, weekday_and_weekend
from outage.queries.checklists import routine_of
from outage.rules.wording import STOCKHOLM

VERSION = "1"
TITLE = "Kontaktlista"

DAYTIME, WEEKEND = "Vardag dagtid", "Kväll och helg"
BOTH = "Vardag dagtid, kväll och helg"


@dataclass(frozen=True, slots=True)
class RingLine:
    """Whom to ring at one time. `ask_for` is set where a switchboard has to connect; `relays` as on screen (R5.4)."""

    number: NumberLine
    ask_for: str
    asked_relays: bool
    area: str
    relays: bool


@dataclass(frozen=True, slots=True)
class RingTime:
    """A time of the week and whom to ring then: the best first, and one certain to answer where the best may not."""

    label: str
    lines: tuple[RingLine, ...]


@dataclass(frozen=True, slots=True)
class EntryPhone:
    label: str
    number: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry. Without `phones` it says the `switchboard` to ring instead."""

    name: str
    about: str
    phones: tuple[EntryPhone, ...]
    switchboard: str
    when: str
    remark: str
    unverified: bool


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Who has the jour, and when; without `number` nobody has."""

    when: str
    name: str
    number: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class PlaceBlock:
    name: str
    ring: tuple[RingTime, ...]
    entries: tuple[EntryLine, ...]
    rota: tuple[DutyLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PrincipalBlock:
    """`own` holds the entries that belong to no unit."""

    own: PlaceBlock
    units: tuple[PlaceBlock, ...]


@dataclass(frozen=True, slots=True)
class ContactListView:
    """`weekday` and `weekend` are the moments that the answers are for.

    `whole` is False where the entries of some principals are not listed one by one; `alone` then names the one whose
    are. `part` says which file of several it is, "" for a list in one file.
    """

    principals: tuple[PrincipalBlock, ...]
    weekday: datetime
    weekend: datetime
    printed: datetime
    whole: bool
    alone: str
    part: str = ""

    @property
    def has_rota(self) -> bool:
        return any(unit.rota for principal in self.principals for unit in principal.units)


@dataclass(frozen=True, slots=True)
class ListPart:
    number: int
    first: str
    last: str
    entries: int


def contact_list_part(
    *,
    unit: Unit,
    by: Acting | None,
    now: datetime,
    principal: Principal | None = None,
    number: int | None = None,
    serial: str = "",
) -> SheetPart:
    """The contact list, of one principal or of all, printed for `unit` at the aware moment `now`.

    `number` is the part of it that is wanted, None for all in one. The number of queries does not grow with the list.
    `by` is None for a command on the server. A list of all in one file, as in the binder, that would grow to a book
    lists one by one at most the entries of the unit's own principal, and of the others whom to ring.
    """
    moments = weekday_and_weekend(now.astimezone(STOCKHOLM).date())
    source = contact_list_source(principal, moments, own=unit.principal, number=number)
    units = [listed.place.unit.pk for listed in source.places if listed.place.unit and not listed.goes_on]
    jour = shifts_of_units(units, now, now + DAYS_OF_ROTA)
    view = contact_list_view(source, moments, now, own=unit.principal, jour=jour)
    return SheetPart(
        serial=serial,
        version=VERSION,
        template="forms/paper/contact_list.html",
        view=view,
        # It stands at the top of each page: the pages of each part are numbered by themselves.
        title=f"{TITLE}, {view.part}" if view.part else TITLE,
        advice="Byt listan i pärmen när en ny skrivs ut. Förslag till kontaktlista – ersätts av regionens egen.",
        print_line=print_line(routine_of(None).version, now, by, unit.name),
    )


def contact_list_parts(principal: Principal | None) -> tuple[ListPart, ...]:
    """The contents of the list that is printed in parts; a short one has a single part."""
    outline = contact_list_outline(principal)
    found = []
    for number, part in enumerate(parts_of_places([len(place.entries) for place in outline]), 1):
        at, begin, _ = part[0]
        last, start, end = part[-1]
        first = _within(outline[at], begin, begin)
        entries = sum(end - begin for _, begin, end in part)
        found.append(ListPart(number, first, _within(outline[last], start, end - 1), entries))
    return tuple(found)


def _within(place: OutlinedPlace, first: int, at: int) -> str:
    name = _going_on(place.name, first > 0)
    return f"{name}: {place.entries[at][1]}" if place.entries else name


def _going_on(name: str, goes_on: bool) -> str:
    return f"{name} (forts.)" if goes_on else name


def contact_list_view(
    source: ListSource,
    moments: tuple[datetime, datetime],
    now: datetime,
    *,
    own: Principal,
    jour: Mapping[int, Sequence[Shift]] | None = None,
) -> ContactListView:
    """`moments` are those `source` was made for, `now` is aware.

    `own` is the principal whose entries are listed one by one where those of all are too many. A place continued from
    the previous part says so, and repeats whom to ring there. `jour` has the shifts in the days to come, by unit.
    """
    blocks: dict[int, PrincipalBlock] = {}
    for listed in source.places:
        owner, block = listed.place.principal, _place(listed, source, now, jour or {})
        if listed.place.unit is None:
            blocks[owner.pk] = PrincipalBlock(block, ())
            continue
        going_on = PlaceBlock(_going_on(owner.name, True), (), ())
        known = blocks.get(owner.pk, PrincipalBlock(going_on, ()))
        blocks[owner.pk] = replace(known, units=(*known.units, block))
    return ContactListView(
        principals=tuple(blocks.values()),
        weekday=moments[0],
        weekend=moments[1],
        printed=now,
        whole=source.whole,
        alone=own.name if source.listed else "",
        part=f"del {source.number} av {source.parts}" if source.parts > 1 else "",
    )


def _place(
    listed: ListedPlace, source: ListSource, now: datetime, jour: Mapping[int, Sequence[Shift]]
) -> PlaceBlock:
    place = listed.place
    daytime, weekend = (numbers[place.request] for numbers in source.numbers)
    switchboard = source.switchboards.get(place.principal.pk, source.region_switchboard)
    return PlaceBlock(
        name=_going_on(place.name, listed.goes_on),
        ring=_ring_times(daytime, weekend),
        entries=tuple(_entry(entry, switchboard, now) for entry in listed.entries),
        rota=tuple(_duty(shift) for shift in jour.get(place.unit.pk, ())) if place.unit else (),
    )


def _duty(shift: Shift) -> DutyLine:
    starts, ends = (wall_of(moment, STOCKHOLM) for moment in (shift.starts, shift.ends))
    return DutyLine(
        when=span_words(starts, ends, starts.date()),
        name=shift.turn.name,
        number=unbroken(display(shift.turn.number)),
        flagged=shift.turn.flagged,
    )


def _entry(entry: DirectoryEntry, switchboard: str, now: datetime) -> EntryLine:
    known = set(search_key(entry.name).split())
    # A text with no word beyond those of the name is redundant.
    about = ", ".join(
        text for text in (entry.title, entry.department) if not set(search_key(text).split()) <= known
    )
    return EntryLine(
        name=entry.name,
        about=about,
        phones=tuple(
            EntryPhone(phone.kind.label, unbroken(display(phone.number)), entry.is_flagged(phone.number))
            for phone in entry.phones
        ),
        switchboard="" if entry.phones else unbroken(switchboard),
        when=hours_words(entry.hours),
        remark=entry.remark,
        unverified=not still_verified(entry.verified_at, now),
    )


def _ring_times(daytime: Sequence[NumberToRing], weekend: Sequence[NumberToRing]) -> tuple[RingTime, ...]:
    by_day, by_weekend = _ring_lines(daytime), _ring_lines(weekend)
    if by_day == by_weekend:
        return (RingTime(BOTH, by_day),)
    return (RingTime(DAYTIME, by_day), RingTime(WEEKEND, by_weekend))


def _ring_lines(numbers: Sequence[NumberToRing]) -> tuple[RingLine, ...]:
    """The best number, with those of the other areas that answer as well, and after one that may not answer the best of
    those that do.
    """
    best, *others = [number for number in numbers if number.number]
    areas = [number for number in others if best.area and number.area and number.open_now == best.open_now]
    sure = [] if best.open_now else [number for number in others if number.open_now][:1]
    return tuple(
        RingLine(
            number=number_line(number),
            ask_for=number.ask_for,
            asked_relays=number.asked_relays,
            area=number.area,
            relays=number.relays,
        )
        for number in (best, *areas, *sure)
    )
