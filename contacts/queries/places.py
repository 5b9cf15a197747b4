"""The principals and units that somebody names while they type, to tell at once whom to ring there (R5.1–R5.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from contacts.models import DirectoryEntry, Principal, Unit
from contacts.rules.entry_facts import EntryKind
from contacts.rules.search_terms import Term
from contacts.rules.swedish_text import search_key

from .entries import as_listed, entries_in_use
from .ringing import RingRequest, request_for_principal, request_for_unit
from .search import FoundEntries

# Cached: the same few names at each key press.
_key_of = lru_cache(maxsize=256)(search_key)

# With more than these in the answer nobody sees at a glance whom to ring; more links than those are a list to read.
CARDS, LINKS = 3, 8


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to ring: a unit, or a principal where `unit` is None; with the request for `numbers_for_many`."""

    name: str
    principal: str
    unit: Unit | None
    request: RingRequest

    @property
    def unit_id(self) -> int | None:
        return self.unit.pk if self.unit else None


@dataclass(frozen=True, slots=True)
class NamedPlaces:
    """What a text names: `to_ring` at most three, principals first; `units` are further ones, `more` not them all."""

    to_ring: tuple[Place, ...] = ()
    units: tuple[Unit, ...] = ()
    more: bool = False


def place_of_unit(unit: Unit) -> Place:
    return Place(unit.name, unit.principal.name, unit, request_for_unit(unit))


def places_named(text: str, found: FoundEntries) -> NamedPlaces:
    """The principals and units in use called that; an exact name counts alone. Two queries at most."""
    terms = found.terms
    if not any(len(term.typed) > 1 and not term.digits for term in terms):
        return NamedPlaces()
    rows = Principal.objects.only("name", "short_name", "kind", "sort_key").order_by()
    principals = sorted(rows, key=lambda p: (p.is_region, p.sort_key))
    named = [p for p in principals if _is_named(p, terms)]
    named = [p for p in named if search_key(text) in (_key_of(p.short_name), _key_of(p.name))] or named
    # They are read already: a join at each key press would read them again.
    by_id = {p.pk: p for p in principals}
    by_name = Unit.objects.filter(pk__in=found.units[: LINKS + CARDS + 1]).order_by("sort_key", "pk")
    units = list(by_name) if found.units else []
    for unit in units:
        unit.principal = by_id[unit.principal_id]
    if len(named) > CARDS:
        named = []
    room = CARDS - len(named)
    cards = [Place(p.name, "", None, request_for_principal(p)) for p in named]
    if len(units) <= room:
        return NamedPlaces(to_ring=(*cards, *map(place_of_unit, units)))
    same = [unit for unit in units if search_key(text) in unit.name_keys]
    if 0 < len(same) <= room:
        cards += map(place_of_unit, same)
        units = [unit for unit in units if unit not in same]
    return NamedPlaces(tuple(cards), tuple(units[:LINKS]), more=len(units) > LINKS)


def _is_named(principal: Principal, terms: Sequence[Term]) -> bool:
    """Whether what was sought is in its name; of a municipality its hemsjukvård too, which R5.4 and R5.5 lead to."""
    names = (principal.short_name, principal.name)
    more = () if principal.is_region else (EntryKind.HOME_NURSING.label,)
    return any(term.is_in(_key_of(*names)) for term in terms) and all(
        term.is_in(_key_of(*names, *more)) for term in terms
    )


def unit_by_id(unit_id: int) -> Unit | None:
    """Also one out of use; with its principal."""
    return Unit.objects.select_related("principal", "joined_into").filter(pk=unit_id).first()


def entries_of_unit(unit: Unit) -> list[DirectoryEntry]:
    """The entries in force of a unit, in Swedish order: those tied to it, and an untied one of its name."""
    by_name = Q(unit__isnull=True, principal=unit.principal_id, name=unit.name)
    found = entries_in_use().filter(Q(unit=unit) | by_name)
    return list(as_listed(found).order_by("sort_key", "pk"))
