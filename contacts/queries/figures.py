"""How the directory stands: its entries, and whether its units can be reached when one telephony is down."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Count, F, Min, Q, TextField
from django.db.models.functions import Cast

from contacts.models import DirectoryEntry, Principal, Unit
from contacts.page_versions import holds_until
from contacts.rules.entry_facts import EntryKind
from contacts.rules.main_switchboard import Switchboard, Why, main_switchboard
from contacts.rules.phone import PhoneKind
from contacts.rules.principals import REGION_SWITCHBOARD_NUMBER
from contacts.rules.ways import MissingWay, WayIn, missing_ways
from contacts.verification import verification_lasts

from .ringing import NOT_A_WAY_IN

# Cached: parsing a number takes longer than all the rest, and the same units recur.
_missing_ways = lru_cache(maxsize=8192)(missing_ways)


@dataclass(frozen=True, slots=True)
class DirectoryFigures:
    """How the directory stands: entries in force, those without a number, those not verified lately; units in use,
    those that fewer than two numbers lead to, those with none that goes past the region's telephony.
    """

    entries: int
    without_number: int
    unverified: int
    units: int
    units_without_two_ways: int
    units_without_outside_way: int


def directory_figures(now: datetime) -> DirectoryFigures:
    """At the aware moment `now`. Four queries, however many units."""
    figures = DirectoryEntry.objects.filter(retired_at__isnull=True).aggregate(
        entries=Count("pk"),
        without_number=Count("pk", filter=Q(digits_key="")),
        verified=Count("pk", filter=Q(verified_at__gte=now - verification_lasts())),
        oldest=Min("verified_at", filter=Q(verified_at__gte=now - verification_lasts())),
    )
    if figures["oldest"]:
        holds_until(now, figures["oldest"] + verification_lasts() + timedelta(seconds=1))
    missing = list(_missing_by_unit())
    return DirectoryFigures(
        entries=figures["entries"],
        without_number=figures["without_number"],
        unverified=figures["entries"] - figures["verified"],
        units=len(missing),
        units_without_two_ways=sum(MissingWay.SECOND in lacks for lacks in missing),
        units_without_outside_way=sum(MissingWay.OUTSIDE in lacks for lacks in missing),
    )


def _missing_by_unit() -> Iterable[tuple[MissingWay, ...]]:
    """What each unit in use lacks: as `numbers_for_many` finds its ways, without asking when they answer."""
    owners = {p.pk: p for p in Principal.objects.all()}
    regions = {pk: p for pk, p in owners.items() if p.is_region}
    series = tuple(part.strip() for p in regions.values() for part in p.own_series.split(",") if part.strip())
    units = Unit.objects.filter(active=True).order_by()
    of_unit: dict[object, list[str]] = defaultdict(list)
    of_municipality: dict[int, list[str]] = defaultdict(list)
    exchanges: dict[int, list[tuple[Switchboard, list[str]]]] = defaultdict(list)
    # As text: a decoder of its own for each row costs more than the numbers themselves.
    rows = (
        DirectoryEntry.objects.filter(retired_at__isnull=True)
        .exclude(kind__in=NOT_A_WAY_IN)
        .exclude(~Q(kind=EntryKind.SWITCHBOARD), digits_key="")
        .order_by()
        .annotate(as_text=Cast(F("numbers"), TextField()))
        .values_list("pk", "principal", "unit", "name", "kind", "as_text")
    )
    for pk, owner, unit_id, name, kind, as_text in rows:
        phones = json.loads(as_text)
        numbers = [phone["number"] for phone in phones]
        of_unit[unit_id or (owner, name)] += numbers
        if kind == EntryKind.SWITCHBOARD:
            outside = next((p["number"] for p in phones if p["kind"] != PhoneKind.EXTENSION), "")
            exchanges[owner].append((Switchboard(pk, outside, of_unit=unit_id is not None), numbers))
        elif owner not in regions and kind == EntryKind.HOME_NURSING:
            of_municipality[owner] += numbers
    switchboard: list[str] = []
    for owner, found in exchanges.items():
        chosen = owners[owner].main_switchboard_id
        main = main_switchboard(chosen, [each for each, _ in found], of_region=owner in regions)
        several = main.why is Why.SEVERAL and owner not in regions
        into = switchboard if owner in regions else of_municipality[owner]
        for each, numbers in found:
            if each.entry_id == main.entry_id or (several and not each.of_unit):
                into += numbers
    for pk, owner, name, municipal in units.values_list("pk", "principal", "name", "municipal_kind"):
        own = [*of_unit[pk], *of_unit[owner, name], *(of_municipality[owner] if municipal else ())]
        ways = {WayIn(number, of_region=owner in regions) for number in own}
        ways |= {WayIn(number, of_region=True) for number in switchboard or [REGION_SWITCHBOARD_NUMBER]}
        yield _missing_ways(frozenset(ways), series)
