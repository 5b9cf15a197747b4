"""The principals and units that somebody names while they type, to tell at once whom to ring there (R5.1–R5.5)."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from contacts.models import DirectoryEntry, Principal, Unit
from contacts.rules.directory_search import begins_a_word
from contacts.rules.swedish_text import search_key

from .entries import as_listed, entries_in_use
from .ringing import RingRequest, request_for_principal, request_for_unit

# The same few names at each key that is pressed.
_key_of = lru_cache(maxsize=256)(search_key)

# With more than these in the answer nobody sees at a glance whom to ring; more links than those are a list to read.
CARDS, LINKS = 3, 8


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to ring: a unit, or a principal where `unit` is None; with what to ask `numbers_for_many` for."""

    name: str
    principal: str
    unit: Unit | None
    request: RingRequest

    @property
    def unit_id(self) -> int | None:
        """Give the id of the unit, if it is one."""
        return self.unit.pk if self.unit else None


@dataclass(frozen=True, slots=True)
class NamedPlaces:
    """What a text names: `to_ring` at most three, principals first; `units` are further ones, `more` not them all."""

    to_ring: tuple[Place, ...] = ()
    units: tuple[Unit, ...] = ()
    more: bool = False


def place_of_unit(unit: Unit) -> Place:
    """Give a unit as a place to ring."""
    return Place(unit.name, unit.principal.name, unit, request_for_unit(unit))


def _place_of_principal(principal: Principal) -> Place:
    return Place(principal.name, "", None, request_for_principal(principal))


def places_named(text: str) -> NamedPlaces:
    """Give the principals and the units in use whose names have words beginning with each word of `text`.

    The short name of a unit's principal may be among the words, if one of them is the unit's own. An exact name
    counts alone. A single letter begins too many names to be one. Two queries, or none for such a text.
    """
    words = search_key(text).split()
    if not any(word.isalpha() and len(word) > 1 for word in words):
        return NamedPlaces()
    rows = Principal.objects.only("name", "short_name", "kind", "sort_key").order_by()
    principals = sorted(rows, key=lambda p: (p.is_region, p.sort_key))
    keys = {p.pk: _key_of(p.short_name, p.name) for p in principals}
    named = [p for p in principals if all(begins_a_word(word, keys[p.pk]) for word in words)]
    exact = [p for p in named if search_key(text) in (_key_of(p.short_name), _key_of(p.name))]
    named = exact or named
    units = _units_named(words, keys)
    # They are read already: a join for each key pressed would read them again.
    by_id = {p.pk: p for p in principals}
    for unit in units:
        unit.principal = by_id[unit.principal_id]
    if len(named) > CARDS:
        named = []
    room = CARDS - len(named)
    cards = [*map(_place_of_principal, named)]
    if len(units) <= room:
        return NamedPlaces(to_ring=(*cards, *map(place_of_unit, units)))
    same = [unit for unit in units if unit.search_key == search_key(text)]
    if 0 < len(same) <= room:
        cards += map(place_of_unit, same)
        units = [unit for unit in units if unit not in same]
    return NamedPlaces(tuple(cards), tuple(units[:LINKS]), more=len(units) > LINKS)


def _units_named(words: list[str], principal_keys: dict[int, str]) -> list[Unit]:
    """Read the units that all `words` name, one more than there may be of links and cards together."""
    of_all, own, of_principals = Q(), Q(), False
    for word in words:
        of_unit = Q(search_key__startswith=word) | Q(search_key__contains=f" {word}")
        own |= of_unit
        at = [pk for pk, key in principal_keys.items() if begins_a_word(word, key)]
        of_all &= of_unit | Q(principal__in=at) if at else of_unit
        of_principals = of_principals or bool(at)
    found = Unit.objects.filter(of_all, active=True).order_by("sort_key", "pk")
    if of_principals:
        found = found.filter(own)
    return list(found[: LINKS + CARDS + 1])


def unit_by_id(unit_id: int) -> Unit | None:
    """Give a unit with its principal, one out of use too; None where there is none."""
    return Unit.objects.select_related("principal").filter(pk=unit_id).first()


def entries_of_unit(unit: Unit) -> list[DirectoryEntry]:
    """Give the entries in force of a unit, in Swedish order: those tied to it, and an untied one of its name."""
    by_name = Q(unit__isnull=True, principal=unit.principal_id, name=unit.name)
    found = entries_in_use().filter(Q(unit=unit) | by_name)
    return list(as_listed(found).order_by("sort_key", "pk"))
