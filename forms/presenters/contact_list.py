"""The contact list for the binder: for each principal and unit whom to ring, then every number there is (R5)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contacts.access import Acting
from contacts.models import DirectoryEntry, EntryKind, Principal, Unit
from contacts.queries.ringing import RingRequest, request_for_principal, request_for_unit
from contacts.rules.availability import hours_words
from contacts.rules.phone import PHONE_KIND_LABELS, PhoneKind, display
from contacts.rules.principals import REGION_SWITCHBOARD_NUMBER
from contacts.rules.swedish_text import search_key
from contacts.rules.whom_to_call import NumberToRing, Way
from contacts.verification import still_verified
from forms.presenters.document import SheetPart, print_line
from forms.presenters.numbers import NumberLine, number_line, unbroken
from forms.queries.sources import ListSource, contact_list_source
from forms.rules.contact_list import listed_one_by_one, parts_of_places, weekday_and_weekend
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
    relays: bool


@dataclass(frozen=True, slots=True)
class RingTime:
    """A time of the week and whom to ring then: the best first, and a sure way where the best may not answer."""

    label: str
    lines: tuple[RingLine, ...]


@dataclass(frozen=True, slots=True)
class EntryPhone:
    """One number of an entry."""

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
class PlaceBlock:
    """A principal or a unit: whom to ring, then its entries."""

    name: str
    ring: tuple[RingTime, ...]
    entries: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class PrincipalBlock:
    """A principal with its units; `own` has the entries of no unit."""

    own: PlaceBlock
    units: tuple[PlaceBlock, ...]


@dataclass(frozen=True, slots=True)
class ContactListView:
    """A whole contact list. `weekday` and `weekend` are the moments that the answers are given for.

    `whole` is False where the entries of some principals do not stand one by one; `alone` names the one whose then do.
    `part` says which file of several it is, "" for a list in one.
    """

    principals: tuple[PrincipalBlock, ...]
    weekday: datetime
    weekend: datetime
    whole: bool
    alone: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class ListPart:
    """A line of the contents of a long list: its place in the whole, and the first and last that stand in it."""

    number: int
    first: str
    last: str
    entries: int


def contact_list_part(
    *,
    serial: str,
    unit: Unit,
    by: Acting | None,
    now: datetime,
    principal: Principal | None = None,
    number: int | None = None,
) -> SheetPart:
    """The contact list, of one principal or of all, printed for `unit` at the aware moment `now`.

    `number` is the part of it that is wanted, None for all in one.

    The queries are the same few, however long the list is. `by` is None for a command on the server. A list of all that
    would be a book has the entries of the unit's own principal one by one at most, and of the others whom to ring.
    """
    view = _whole_view(unit, now, principal)
    if number is not None:
        view = _in_parts(view)[number - 1]
    return SheetPart(
        serial=serial,
        version=VERSION,
        template="forms/paper/contact_list.html",
        view=view,
        # It stands at the top of each page: the pages of each part are numbered by themselves.
        title=f"{TITLE}, {view.part}" if view.part else TITLE,
        advice="Byt listan i pärmen när en ny skrivs ut. Förslag till kontaktlista – ersätts av regionens egen.",
        print_line=print_line(routine_of(None).version, now, by, unit),
    )


def contact_list_parts(unit: Unit, now: datetime, principal: Principal | None) -> tuple[ListPart, ...]:
    """The contents of the list that is printed in parts; a short one has a single part."""
    found = []
    for number, part in enumerate(_in_parts(_whole_view(unit, now, principal)), 1):
        places = _places_of(part)
        entries = sum(len(place.entries) for _, place in places)
        first, last = (_within(places[at][1], at) if places else "" for at in (0, -1))
        found.append(ListPart(number, first, last, entries))
    return tuple(found)


def _within(place: PlaceBlock, at: int) -> str:
    return f"{place.name}: {place.entries[at].name}" if place.entries else place.name


def _whole_view(unit: Unit, now: datetime, principal: Principal | None) -> ContactListView:
    moments = weekday_and_weekend(now.astimezone(STOCKHOLM).date(), STOCKHOLM)
    return contact_list_view(contact_list_source(principal, moments), moments, now, own=unit.principal)


def _places_of(view: ContactListView) -> list[tuple[PrincipalBlock, PlaceBlock]]:
    return [(block, place) for block in view.principals for place in (block.own, *block.units)]


def _in_parts(view: ContactListView) -> list[ContactListView]:
    """Divide a list; what goes on from the part before says so, and has whom to ring there once more."""
    places = _places_of(view)
    divided = parts_of_places([len(place.entries) for _, place in places])
    found = []
    for number, part in enumerate(divided, 1):
        blocks: dict[str, PrincipalBlock] = {}
        for at, first, end in part:
            block, place = places[at]
            name = f"{place.name} (forts.)" if first else place.name
            cut = replace(place, name=name, entries=place.entries[first:end])
            if place is block.own:
                blocks[block.own.name] = PrincipalBlock(cut, ())
                continue
            going_on = PlaceBlock(f"{block.own.name} (forts.)", (), ())
            known = blocks.setdefault(block.own.name, PrincipalBlock(going_on, ()))
            blocks[block.own.name] = replace(known, units=(*known.units, cut))
        said = f"del {number} av {len(divided)}" if len(divided) > 1 else ""
        found.append(replace(view, principals=tuple(blocks.values()), part=said))
    return found


def contact_list_view(
    source: ListSource, moments: tuple[datetime, datetime], now: datetime, *, own: Principal
) -> ContactListView:
    """The list as it is at the aware moment `now`; `moments` are those `source` was made for.

    `own` is whose entries stand one by one where those of all are too many.
    """
    counts = dict.fromkeys((principal.pk for principal in source.principals), 0)
    counts |= Counter(entry.principal_id for entry in source.entries)
    listed = listed_one_by_one(counts, own.pk)
    grouped = _Grouped(source, now, listed)
    return ContactListView(
        principals=tuple(grouped.principal(principal) for principal in source.principals),
        weekday=moments[0],
        weekend=moments[1],
        whole=len(listed) == len(counts),
        alone=own.name if listed else "",
    )


class _Grouped:
    """The entries by where they belong: to a unit, by tie or by name as when ringing, else to the principal."""

    def __init__(self, source: ListSource, now: datetime, listed: Collection[int]) -> None:
        self._source, self._now, self._listed = source, now, listed
        self._units: dict[int, list[Unit]] = defaultdict(list)
        for unit in source.units:
            self._units[unit.principal_id].append(unit)
        in_list = {unit.pk for unit in source.units}
        by_name = {(unit.principal_id, unit.name): unit.pk for unit in source.units}
        self._entries: dict[tuple[int, int | None], list[DirectoryEntry]] = defaultdict(list)
        self._switchboards: dict[int, str] = {}
        for entry in source.entries:
            place = entry.unit_id if entry.unit_id in in_list else None
            if entry.unit_id is None:
                place = by_name.get((entry.principal_id, entry.name))
            self._entries[entry.principal_id, place].append(entry)
            number = entry.first_number(*(kind for kind in PhoneKind if kind is not PhoneKind.EXTENSION))
            if entry.kind == EntryKind.SWITCHBOARD and number:
                self._switchboards.setdefault(entry.principal_id, number)

    def principal(self, principal: Principal) -> PrincipalBlock:
        """A principal with its units in Swedish order."""
        listed = self._entries if principal.pk in self._listed else {}
        return PrincipalBlock(
            own=self._place(
                principal, request_for_principal(principal), listed.get((principal.pk, None), ())
            ),
            units=tuple(
                self._place(unit, request_for_unit(unit), listed.get((principal.pk, unit.pk), ()))
                for unit in self._units[principal.pk]
            ),
        )

    def _place(
        self, place: Principal | Unit, request: RingRequest, entries: Iterable[DirectoryEntry]
    ) -> PlaceBlock:
        answers = [numbers[request] for numbers in self._source.numbers]
        asked = "" if isinstance(place, Principal) and place.is_region else place.name
        return PlaceBlock(
            name=place.name,
            ring=_ring_times(answers[0], answers[1], asked),
            entries=tuple(self._entry(entry) for entry in entries),
        )

    def _entry(self, entry: DirectoryEntry) -> EntryLine:
        switchboard = self._switchboards.get(entry.principal_id, REGION_SWITCHBOARD_NUMBER)
        known = set(search_key(entry.name).split())
        # What has no word that the name has not tells nobody anything.
        about = ", ".join(
            text for text in (entry.title, entry.department) if not set(search_key(text).split()) <= known
        )
        return EntryLine(
            name=entry.name,
            about=about,
            phones=tuple(
                EntryPhone(
                    PHONE_KIND_LABELS[phone.kind],
                    unbroken(display(phone.number)),
                    entry.is_flagged(phone.number),
                )
                for phone in entry.phones
            ),
            switchboard="" if entry.phones else unbroken(switchboard),
            when=hours_words(entry.hours),
            remark=entry.remark,
            unverified=not still_verified(entry.verified_at, self._now),
        )


def _ring_times(
    daytime: Sequence[NumberToRing], weekend: Sequence[NumberToRing], asked: str
) -> tuple[RingTime, ...]:
    by_day, by_weekend = _ring_lines(daytime, asked), _ring_lines(weekend, asked)
    if by_day == by_weekend:
        return (RingTime(BOTH, by_day),)
    return (RingTime(DAYTIME, by_day), RingTime(WEEKEND, by_weekend))


def _ring_lines(numbers: Sequence[NumberToRing], asked: str) -> tuple[RingLine, ...]:
    """The best number, and after one that may not answer the best of those that do."""
    best, *others = [number for number in numbers if number.number]
    sure = [] if best.open_now else [number for number in others if number.open_now][:1]
    # What has no number is what one asks the switchboard for.
    without = next((number.entry_name for number in numbers if not number.number), asked)
    return tuple(
        RingLine(
            number=number_line(number),
            ask_for=without if number.way is Way.REGION_SWITCHBOARD and asked else "",
            relays=number.relays,
        )
        for number in (best, *sure)
    )
