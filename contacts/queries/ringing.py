"""Whom to ring: the numbers that lead to a party, a unit, a municipality (R5.1–R5.5)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.models import DirectoryEntry, MunicipalKind, Principal, Unit
from contacts.page_versions import holds_until
from contacts.queries.prepared import prepared
from contacts.rules.areas import area_of
from contacts.rules.availability import changes_next
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability, Hours
from contacts.rules.main_switchboard import Why
from contacts.rules.parties import Party, PrincipalKind
from contacts.rules.phone import Phone, PhoneKind, is_extension
from contacts.rules.principals import REGION_SWITCHBOARD_NAME, REGION_SWITCHBOARD_NUMBER
from contacts.rules.rota import Shift
from contacts.rules.swedish_text import search_key
from contacts.rules.whom_to_call import Candidate, NumberToRing, Sought, Way, best_first
from contacts.verification import verification_lasts

from .entries import as_listed, entries_in_use
from .rota import duties_at
from .switchboards import is_main, main_among, main_numbers

# A person's or the support's number is not the way to a unit as such.
NOT_A_WAY_IN = (EntryKind.PERSON, EntryKind.SUPPORT)


class RingRequest(NamedTuple):
    """Whom one wants to reach: a party, in which municipality, at which unit. A plain tuple will do."""

    party: Party
    municipality_id: int | None
    unit_id: int | None


Numbers = dict[tuple[Party, int | None, int | None], tuple[NumberToRing, ...]]


def switchboards() -> list[DirectoryEntry]:
    """Those in force: the region's, then the municipalities' in Swedish order; main ones first of each."""
    found = as_listed(entries_in_use().filter(kind=EntryKind.SWITCHBOARD))
    rows = list(found.order_by("principal__sort_key", "sort_key", "pk"))
    main = {each.entry_id for each in main_among(rows).values()}
    return sorted(rows, key=lambda e: (not e.principal.is_region, e.principal.sort_key, e.pk not in main))


def region_switchboard_number() -> str:
    """The region's main switchboard as the directory has it, else as the routine has it (R5.1)."""
    rows = _of_kind(EntryKind.SWITCHBOARD.value, PrincipalKind.REGION.value)
    return next(iter(main_numbers(rows).values()), REGION_SWITCHBOARD_NUMBER)


@prepared
def _of_kind(kind: str, principal_kind: str) -> QuerySet[DirectoryEntry]:
    found = DirectoryEntry.objects.filter(retired_at__isnull=True, kind=kind, principal__kind=principal_kind)
    columns = ("numbers", "kind", "unit", "principal__kind", "principal__main_switchboard")
    return found.select_related("principal").only(*columns).order_by("sort_key", "pk")


def region_number_among(lines: Iterable[NumberToRing]) -> str:
    """The region's switchboard as it stands among numbers to ring; where it does not, it is read."""
    regions = (n.number for n in lines if n.way is Way.REGION_SWITCHBOARD and not n.is_extension)
    return next(filter(None, regions), "") or region_switchboard_number()


def numbers_for(
    party: Party, municipality_id: int | None, unit_id: int | None, at: datetime
) -> tuple[NumberToRing, ...]:
    """The numbers to ring at the aware moment `at` to reach a party, best first (R5.1–R5.5)."""
    request = RingRequest(party, municipality_id, unit_id)
    return numbers_for_many([request], at)[request]


def numbers_for_many(
    requests: Collection[tuple[Party, int | None, int | None]],
    at: datetime,
    known: Iterable[Unit] = (),
    *,
    rota: bool = True,
) -> Numbers:
    """`numbers_for` of each request, keyed by it: at most three queries, however many there are, one for the names
    of municipalities that have no entries, and where somebody is on duty one for what was said of numbers and one for
    the names of a hemsjukvård.

    The answer is never empty: the region's switchboard is the last resort for every party. Units that are `known`,
    each with its principal, are not read again. Without `rota` the jour, which soon changes, is left out.
    """
    wanted = {RingRequest(*request) for request in requests}
    if not wanted:
        return {}
    units = _units(wanted, {unit.pk: unit for unit in known})
    entries = _entries(wanted, units)
    towns = _towns(wanted, units, entries)
    by_place: dict[tuple[str, int | None], list[DirectoryEntry]] = defaultdict(list)
    for entry in entries:
        by_place["principal", entry.principal_id].append(entry)
        by_place["unit", entry.unit_id].append(entry)
    settled = main_among(entries)
    main = {found.entry_id for found in settled.values()}
    unsettled = {pk for pk, found in settled.items() if found.why is Why.SEVERAL}
    region = [e for e in entries if e.pk in main and e.principal.is_region]
    region_unsettled = any(e.principal.is_region and e.principal_id in unsettled for e in entries)
    duties = duties_at([pk for pk in units if pk], at, sorted(_municipalities(wanted, units))) if rota else {}
    others = sorted(set(duties) - set(units))
    on_duty = [*units.values(), *(_units_by_id(*others) if others else ())]
    nursing = [unit for unit in on_duty if _is_nursing(unit)]
    zone = timezone.get_default_timezone()
    answers: Numbers = {}
    for request in wanted:
        unit = units.get(request.unit_id) if request.unit_id is not None else None
        near = [*region, *by_place["principal", _municipality_id(request, unit)]]
        if unit is not None:
            near += [*by_place["principal", unit.principal_id], *by_place["unit", unit.pk]]
        ways = _Ways(request, unit, main, unsettled, region_unsettled)
        ways_in = ways.candidates({e.pk: e for e in near}.values())
        if unit is not None and unit.pk in duties:
            ways_in.append(_on_duty(duties[unit.pk]))
        if not _is_nursing(unit):
            town = _municipality_id(request, unit)
            ways_in += (
                _on_duty_for(duties[each.pk], each)
                for each in nursing
                if each.principal_id == town and each.pk in duties
            )
        _note_until(ways_in, at, zone)
        answers[request] = best_first(ways_in, at, zone, verification_lasts(), _sought(request, unit, towns))
    return answers


def _note_until(ways_in: Iterable[Candidate], at: datetime, zone: tzinfo) -> None:
    """When the clock alone changes which number comes first, or what is said of one."""
    lasts = verification_lasts()
    holds_until(at, changes_next(Hours(Availability.DAYTIME), at, zone))
    for way in ways_in:
        holds_until(at, changes_next(way.hours, at, zone), way.duty_ends)
        if way.verified_at:
            holds_until(at, way.verified_at + lasts + timedelta(seconds=1))


def _sought(request: RingRequest, unit: Unit | None, towns: Mapping[int, str]) -> Sought:
    municipality_id = _municipality_id(request, unit)
    return Sought(
        unit=unit.name if unit else "",
        municipality=towns.get(municipality_id, "") if municipality_id is not None else "",
        is_home_nursing=_is_nursing(unit),
        in_use=unit is None or unit.active,
    )


def _is_nursing(unit: Unit | None) -> bool:
    return unit is not None and unit.municipal_kind == MunicipalKind.HOME_NURSING


def _towns(
    wanted: Iterable[RingRequest], units: Mapping[int | None, Unit], entries: Iterable[DirectoryEntry]
) -> dict[int, str]:
    """The short name of each municipality that is asked for; of one without entries it is read."""
    named = {entry.principal_id: entry.principal.short_name for entry in entries}
    named |= {unit.principal_id: unit.principal.short_name for unit in units.values()}
    unnamed = sorted(pk for pk in _municipalities(wanted, units) if pk not in named)
    return named | {town.pk: town.short_name for town in (_principals_by_id(*unnamed) if unnamed else ())}


@prepared
def _principals_by_id(*ids: int) -> QuerySet[Principal]:
    return Principal.objects.filter(pk__in=ids)


def find_by_name(name: str) -> list[tuple[str, RingRequest]]:
    """The units and principals of that name with whom to ask for; ignoring case, accents and hyphens.

    Where none has exactly that name, those that have its words inside theirs.
    """
    key = search_key(name)
    if not key:
        return []
    named: list[tuple[str, Collection[str], RingRequest]] = [
        (f"{u.name} ({u.principal.name})", u.name_keys, request_for_unit(u))
        for u in Unit.objects.filter(active=True).select_related("principal")
    ]
    for p in Principal.objects.all():
        named.append((p.name, {*map(search_key, (*p.names, p.short_name))}, request_for_principal(p)))
    exact = [(label, request) for label, keys, request in named if key in keys]
    if exact:
        return exact
    return [
        (label, request)
        for label, keys, request in named
        if any(all(word in candidate for word in key.split()) for candidate in keys)
    ]


def request_for_unit(unit: Unit) -> RingRequest:
    """Both parties of a sjukstuga are reached in one way."""
    if unit.municipal_kind:
        return RingRequest(Party.MUNICIPALITY, unit.principal_id, unit.pk)
    return RingRequest(Party.INPATIENT if unit.ward_kind else Party.OUTPATIENT, None, unit.pk)


def request_for_principal(principal: Principal) -> RingRequest:
    """Also for the region as such."""
    if principal.is_region:
        return RingRequest(Party.INPATIENT, None, None)
    return RingRequest(Party.MUNICIPALITY, principal.pk, None)


def _units(requests: Collection[RingRequest], known: Mapping[int, Unit]) -> dict[int | None, Unit]:
    """Those that are not `known` are read, in one query."""
    wanted = sorted({request.unit_id for request in requests if request.unit_id is not None})
    unread = [pk for pk in wanted if pk not in known]
    units = {pk: known[pk] for pk in wanted if pk in known}
    if unread:
        units |= {unit.pk: unit for unit in _units_by_id(*unread)}
    return {pk: units[pk] for pk in wanted if pk in units}


@prepared
def _units_by_id(*unit_ids: int) -> QuerySet[Unit]:
    return Unit.objects.filter(pk__in=unit_ids).select_related("principal")


def _municipality_id(request: RingRequest, unit: Unit | None) -> int | None:
    if request.party is not Party.MUNICIPALITY:
        return None
    if request.municipality_id is None and unit is not None:
        return unit.principal_id
    return request.municipality_id


def _municipalities(requests: Iterable[RingRequest], units: Mapping[int | None, Unit]) -> set[int]:
    asked = (_municipality_id(request, units.get(request.unit_id)) for request in requests)
    return {pk for pk in asked if pk is not None}


def _entries(requests: Collection[RingRequest], units: dict[int | None, Unit]) -> list[DirectoryEntry]:
    """Every entry that any of the requests may need, in one query."""
    municipalities = tuple(sorted(_municipalities(requests, units)))
    principals = tuple(sorted({unit.principal_id for unit in units.values()}))
    names = tuple(sorted({unit.name for unit in units.values()}))
    return _entries_near(municipalities, tuple(unit.pk for unit in units.values()), principals, names)


@prepared
def _entries_near(
    municipalities: tuple[int, ...],
    units: tuple[int, ...],
    principals: tuple[int, ...],
    names: tuple[str, ...],
) -> QuerySet[DirectoryEntry]:
    places = Q(kind=EntryKind.SWITCHBOARD, principal__kind=PrincipalKind.REGION)
    places |= Q(kind__in=(EntryKind.SWITCHBOARD, EntryKind.HOME_NURSING), principal_id__in=municipalities)
    if units:
        places |= Q(unit_id__in=units)
        places |= Q(unit__isnull=True, principal_id__in=principals, name__in=names)
    found = entries_in_use().filter(places).exclude(kind__in=NOT_A_WAY_IN)
    return as_listed(found).order_by("sort_key", "pk")


def _on_duty(shift: Shift) -> Candidate:
    """Who has the jour, as a line to ring; the number is as verified as the turn is newly written."""
    turn = shift.turn
    return Candidate(
        entry_name=turn.who,
        number=turn.number,
        way=Way.UNIT,
        hours=Hours(Availability.ALWAYS),
        verified_at=turn.written_at,
        kind=PhoneKind.ON_CALL,
        flagged=turn.flagged,
        duty_ends=shift.ends,
    )


def _on_duty_for(shift: Shift, nursing: Unit) -> Candidate:
    """Who has the jour of a hemsjukvård, to one who seeks its municipality: said as the hemsjukvård's, that relays."""
    return replace(
        _on_duty(shift),
        entry_name=f"{nursing.name}: {shift.turn.who}",
        way=Way.HOME_NURSING,
        area=area_of(nursing.name, nursing.principal.short_name),
    )


def is_of_unit(entry: DirectoryEntry, unit: Unit) -> bool:
    """Whether an entry is a unit's: tied to it; or to none, and called so, or of the hemsjukvård's own area in other
    words.
    """
    if entry.unit_id is not None or entry.principal_id != unit.principal_id:
        return entry.unit_id == unit.pk
    if entry.name == unit.name:
        return True
    if not _is_nursing(unit) or entry.kind != EntryKind.HOME_NURSING:
        return False
    town = unit.principal.short_name
    return search_key(area_of(entry.name, town)) == search_key(area_of(unit.name, town))


def unit_left(before: DirectoryEntry, after: DirectoryEntry) -> Unit | None:
    """The unit in use that an entry of no unit led to by its name, and that its new one does not lead to."""
    if before.unit_id is not None or after.unit_id is not None or before.kind in NOT_A_WAY_IN:
        return None
    units = Unit.objects.filter(principal=before.principal_id, active=True).select_related("principal")
    return next((u for u in units if is_of_unit(before, u) and not is_of_unit(after, u)), None)


def entries_left(before: Unit, after: Unit) -> QuerySet[DirectoryEntry]:
    """The entries of no unit that were a unit's by its name, and are not by its new one."""
    rows = DirectoryEntry.objects.filter(principal=before.principal_id, unit=None, retired_at=None)
    rows = rows.exclude(kind__in=NOT_A_WAY_IN).select_related("principal")
    left = [e.pk for e in rows if is_of_unit(e, before) and not is_of_unit(e, after) and not is_main(e)]
    return DirectoryEntry.objects.filter(pk__in=left)


@dataclass(frozen=True, slots=True)
class _Ways:
    """How entries lead to the one sought; `main` switchboards, and principals where that is `unsettled`."""

    request: RingRequest
    unit: Unit | None
    main: Collection[int | None]
    unsettled: Collection[int]
    region_unsettled: bool

    def _way(self, entry: DirectoryEntry) -> Way | None:
        is_switchboard = entry.kind == EntryKind.SWITCHBOARD
        if is_switchboard and entry.principal.is_region and entry.pk in self.main:
            return Way.REGION_SWITCHBOARD
        unit = self.unit
        if unit is not None and is_of_unit(entry, unit):
            return Way.UNIT
        if entry.principal_id == _municipality_id(self.request, unit):
            if is_switchboard and (entry.pk in self.main or self._is_one_of_several(entry)):
                return Way.SWITCHBOARD
            if entry.kind == EntryKind.HOME_NURSING:
                return Way.HOME_NURSING
        return None

    def _is_one_of_several(self, entry: DirectoryEntry) -> bool:
        return entry.principal_id in self.unsettled and entry.unit_id is None

    def candidates(self, entries: Collection[DirectoryEntry]) -> list[Candidate]:
        """Each number of the entries that leads to the one sought; the region's switchboard always."""
        found: list[Candidate] = []
        for entry in entries:
            way = self._way(entry)
            if way is None:
                continue
            unsettled = way is Way.SWITCHBOARD and entry.principal_id in self.unsettled
            town = entry.principal.short_name
            # An entry without a number is a line all the same: its name is what one asks the switchboard for.
            for place, phone in enumerate(entry.phones or (Phone(PhoneKind.DIRECT, ""),)):
                found.append(
                    Candidate(
                        entry_name=entry.name,
                        number=phone.number,
                        way=way,
                        hours=entry.hours,
                        remark=entry.remark,
                        verified_at=entry.verified_at,
                        entry_id=entry.pk,
                        kind=phone.kind,
                        place=place,
                        flagged=entry.is_flagged(phone.number),
                        area=area_of(entry.name, town) if way is Way.HOME_NURSING else "",
                        connects=entry.kind == EntryKind.SWITCHBOARD,
                        note=_NONE_CHOSEN if unsettled else "",
                    )
                )
        if not any(c.number and not is_extension(c.number) for c in found if c.way is Way.REGION_SWITCHBOARD):
            found.append(replace(_BY_ROUTINE, note=_NONE_CHOSEN) if self.region_unsettled else _BY_ROUTINE)
        return found


_NONE_CHOSEN = "Flera växlar finns och ingen är vald som huvudväxel"
_BY_ROUTINE = Candidate(
    REGION_SWITCHBOARD_NAME,
    REGION_SWITCHBOARD_NUMBER,
    Way.REGION_SWITCHBOARD,
    Hours(Availability.ALWAYS),
    connects=True,
)
