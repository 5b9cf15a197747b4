"""Reads of the directory. It holds no patient data: everyone who is logged in may read all of it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from contacts.models import DirectoryEntry, EntryKind, MunicipalKind, Principal, PrincipalKind, Unit
from contacts.rules.availability import Availability, Hours
from contacts.rules.directory_search import needles
from contacts.rules.parties import Party
from contacts.rules.phone import digits
from contacts.rules.principals import REGION_SWITCHBOARD_NAME, REGION_SWITCHBOARD_NUMBER
from contacts.rules.swedish_text import search_key
from contacts.rules.whom_to_call import (
    VERIFICATION_LASTS,
    Candidate,
    NumberToRing,
    Way,
    best_first,
    number_of,
)

PAGE_SIZE = 25

# A person's or the support's number is not the way to a unit as such.
_NOT_A_WAY_IN = (EntryKind.PERSON, EntryKind.SUPPORT)


class RingRequest(NamedTuple):
    """Whom one wants to reach: a party, in which municipality, at which unit. A plain tuple will do."""

    party: Party
    municipality_id: int | None
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """One page of a search. `page` counts from 1 and is within `pages`, of which there is always one."""

    entries: list[DirectoryEntry]
    total: int
    page: int
    pages: int


def _current() -> QuerySet[DirectoryEntry]:
    return DirectoryEntry.objects.filter(retired_at__isnull=True).select_related("principal", "unit")


def search_entries(text: str, *, page: int = 1, limit: int = PAGE_SIZE) -> FoundEntries:
    """Find entries in force that have everything `text` asks for, in Swedish order, `limit` to a page.

    A text without letters and digits finds nothing. Two queries, whatever is found.
    """
    wanted = needles(text)
    if not wanted:
        return FoundEntries([], 0, 1, 1)
    found = _current()
    for needle in wanted:
        match = Q()
        for word in needle.words:
            match &= Q(search_key__contains=word)
        if needle.digits:
            match |= Q(digits_key__contains=needle.digits)
        found = found.filter(match)
    total = found.count()
    pages = max(1, -(-total // limit))
    page = min(max(page, 1), pages)
    first = (page - 1) * limit
    return FoundEntries(list(found.order_by("sort_key", "pk")[first : first + limit]), total, page, pages)


def switchboards() -> list[DirectoryEntry]:
    """Give the switchboards in force: the region's first, then the municipalities' in Swedish order."""
    found = _current().filter(kind=EntryKind.SWITCHBOARD).order_by("principal__sort_key", "sort_key", "pk")
    return sorted(found, key=lambda entry: not entry.principal.is_region)


def region_switchboard_number() -> str:
    """Give the region's switchboard as the directory has it, else as the routine has it (R5.1)."""
    for entry in _current().filter(kind=EntryKind.SWITCHBOARD, principal__kind=PrincipalKind.REGION):
        number = number_of(phone=entry.phone, mobile=entry.mobile, extension="")
        if number:
            return number
    return REGION_SWITCHBOARD_NUMBER


def entries_for_party(
    party: Party, *, municipality_id: int | None = None, unit_id: int | None = None
) -> list[DirectoryEntry]:
    """Give the entries in force that lead to a party, in Swedish order, with the region's switchboard."""
    request = RingRequest(party, municipality_id, unit_id)
    units = _units([request])
    unit = units.get(unit_id) if unit_id is not None else None
    return [e for e in _entries([request], units) if _way(e, request, unit) is not None]


def numbers_for(
    party: Party, municipality_id: int | None, unit_id: int | None, at: datetime
) -> tuple[NumberToRing, ...]:
    """Give the numbers to ring at the aware moment `at` to reach a party, best first (R5.1–R5.5)."""
    request = RingRequest(party, municipality_id, unit_id)
    return numbers_for_many([request], at)[request]


def numbers_for_many(
    requests: Collection[tuple[Party, int | None, int | None]], at: datetime
) -> dict[tuple[Party, int | None, int | None], tuple[NumberToRing, ...]]:
    """Give `numbers_for` each request, keyed by it: two queries, however many there are.

    The answer is never empty: the region's switchboard is the last resort for every party.
    """
    wanted = {RingRequest(*request) for request in requests}
    if not wanted:
        return {}
    units = _units(wanted)
    entries = _entries(wanted, units)
    by_place: dict[tuple[str, int | None], list[DirectoryEntry]] = defaultdict(list)
    for entry in entries:
        by_place["principal", entry.principal_id].append(entry)
        by_place["unit", entry.unit_id].append(entry)
    region = [e for e in entries if _is_region_switchboard(e)]
    zone = timezone.get_default_timezone()
    answers: dict[tuple[Party, int | None, int | None], tuple[NumberToRing, ...]] = {}
    for request in wanted:
        unit = units.get(request.unit_id) if request.unit_id is not None else None
        near = [*region, *by_place["principal", _municipality_id(request, unit)]]
        if unit is not None:
            near += [*by_place["principal", unit.principal_id], *by_place["unit", unit.pk]]
        ways_in = _candidates(request, unit, {e.pk: e for e in near}.values())
        ways_in += _direct_numbers(request, unit, units.values(), ways_in)
        answers[request] = best_first(ways_in, at, zone)
    return answers


def find_by_name(name: str) -> list[tuple[str, RingRequest]]:
    """Give the units and principals of that name with whom to ask for; case, accents and hyphens forgiven.

    Where none has exactly that name, those that have its words inside theirs.
    """
    key = search_key(name)
    if not key:
        return []
    units = list(Unit.objects.filter(active=True).select_related("principal"))
    principals = list(Principal.objects.all())
    named: list[tuple[str, set[str], RingRequest]] = [
        (f"{u.name} ({u.principal.name})", {u.search_key}, _request_for_unit(u)) for u in units
    ]
    for p in principals:
        named.append((p.name, {search_key(p.name), search_key(p.short_name)}, _request_for_principal(p)))
    exact = [(label, request) for label, keys, request in named if key in keys]
    if exact:
        return exact
    return [
        (label, request)
        for label, keys, request in named
        if any(all(word in candidate for word in key.split()) for candidate in keys)
    ]


def _request_for_unit(unit: Unit) -> RingRequest:
    if unit.municipal_kind:
        return RingRequest(Party.MUNICIPALITY, unit.principal_id, unit.pk)
    return RingRequest(Party.INPATIENT if unit.ward_kind else Party.OUTPATIENT, None, unit.pk)


def _request_for_principal(principal: Principal) -> RingRequest:
    if principal.is_region:
        return RingRequest(Party.INPATIENT, None, None)
    return RingRequest(Party.MUNICIPALITY, principal.pk, None)


def _units(requests: Collection[RingRequest]) -> dict[int | None, Unit]:
    """Read, in one query, the units asked for and the hemsjukvård units of the municipalities asked for."""
    places = Q(pk__in={request.unit_id for request in requests if request.unit_id is not None})
    places |= Q(
        active=True,
        municipal_kind=MunicipalKind.HOME_NURSING,
        principal_id__in={r.municipality_id for r in requests if r.municipality_id is not None},
    )
    return {unit.pk: unit for unit in Unit.objects.filter(places).select_related("principal").order_by("pk")}


def _municipality_id(request: RingRequest, unit: Unit | None) -> int | None:
    if request.party is not Party.MUNICIPALITY:
        return None
    if request.municipality_id is None and unit is not None:
        return unit.principal_id
    return request.municipality_id


def _entries(requests: Collection[RingRequest], units: dict[int | None, Unit]) -> list[DirectoryEntry]:
    """Read, in one query, every entry that any of the requests may need."""
    municipalities = {_municipality_id(request, units.get(request.unit_id)) for request in requests} - {None}
    places = Q(kind=EntryKind.SWITCHBOARD, principal__kind=PrincipalKind.REGION)
    places |= Q(kind__in=(EntryKind.SWITCHBOARD, EntryKind.HOME_NURSING), principal_id__in=municipalities)
    if units:
        places |= Q(unit_id__in=units)
        places |= Q(
            unit__isnull=True,
            principal_id__in={unit.principal_id for unit in units.values()},
            name__in={unit.name for unit in units.values()},
        )
    return list(_current().filter(places).exclude(kind__in=_NOT_A_WAY_IN).order_by("sort_key", "pk"))


def _is_region_switchboard(entry: DirectoryEntry) -> bool:
    return entry.kind == EntryKind.SWITCHBOARD and entry.principal.is_region


def _way(entry: DirectoryEntry, request: RingRequest, unit: Unit | None) -> Way | None:
    """Tell how an entry leads to the one sought; None where it does not."""
    if _is_region_switchboard(entry):
        return Way.REGION_SWITCHBOARD
    if unit is not None:
        # An entry not tied to a unit belongs to the one of its name.
        by_name = entry.unit_id is None and (entry.principal_id, entry.name) == (unit.principal_id, unit.name)
        if by_name or entry.unit_id == unit.pk:
            return Way.UNIT
    if entry.principal_id == _municipality_id(request, unit):
        if entry.kind == EntryKind.SWITCHBOARD:
            return Way.SWITCHBOARD
        if entry.kind == EntryKind.HOME_NURSING:
            return Way.HOME_NURSING
    return None


def _candidates(
    request: RingRequest, unit: Unit | None, entries: Collection[DirectoryEntry]
) -> list[Candidate]:
    found: list[Candidate] = []
    for entry in entries:
        way = _way(entry, request, unit)
        if way is None:
            continue
        found.append(
            Candidate(
                entry_name=entry.name,
                number=number_of(phone=entry.phone, mobile=entry.mobile, extension=entry.extension),
                way=way,
                hours=entry.hours,
                remark=entry.remark,
                verified_at=entry.verified_at,
            )
        )
    if not any(c.number for c in found if c.way is Way.REGION_SWITCHBOARD):
        found.append(
            Candidate(
                REGION_SWITCHBOARD_NAME,
                REGION_SWITCHBOARD_NUMBER,
                Way.REGION_SWITCHBOARD,
                Hours(Availability.ALWAYS),
            )
        )
    return found


def _direct_numbers(
    request: RingRequest, unit: Unit | None, units: Collection[Unit], found: Collection[Candidate]
) -> list[Candidate]:
    """Give the direct numbers of the unit sought and of its municipality's hemsjukvård, save those found."""
    known = {digits(candidate.number) for candidate in found}
    municipality_id = _municipality_id(request, unit)
    direct: list[Candidate] = []
    for one in units:
        if not one.direct_number or digits(one.direct_number) in known:
            continue
        if unit is not None and one.pk == unit.pk:
            direct.append(Candidate(one.name, one.direct_number, Way.UNIT, _unit_hours(one)))
        elif one.principal_id == municipality_id and one.municipal_kind == MunicipalKind.HOME_NURSING:
            direct.append(Candidate(one.name, one.direct_number, Way.HOME_NURSING, _unit_hours(one)))
    return direct


def _unit_hours(unit: Unit) -> Hours:
    """Give when a unit's direct number answers; the directory says no hours for it, so this is ours."""
    if unit.ward_kind:
        return Hours(Availability.ALWAYS)
    if unit.municipal_kind == MunicipalKind.HOME_NURSING:
        return Hours(Availability.UNKNOWN)
    return Hours(Availability.DAYTIME)


@dataclass(frozen=True, slots=True)
class DirectoryFigures:
    """How the directory stands: entries in force, those without a number, those not verified lately."""

    entries: int
    without_number: int
    unverified: int


def directory_figures(now: datetime) -> DirectoryFigures:
    """Give the figures at the aware moment `now`, in one query."""
    figures = DirectoryEntry.objects.filter(retired_at__isnull=True).aggregate(
        entries=Count("pk"),
        without_number=Count("pk", filter=Q(phone="", extension="", mobile="")),
        verified=Count("pk", filter=Q(verified_at__gte=now - VERIFICATION_LASTS)),
    )
    return DirectoryFigures(
        entries=figures["entries"],
        without_number=figures["without_number"],
        unverified=figures["entries"] - figures["verified"],
    )
