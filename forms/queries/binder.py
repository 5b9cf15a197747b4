"""Reads for the binder: when a unit's was printed last, and which units there are to print one for."""

from difflib import get_close_matches
from uuid import UUID

from contacts.models import Unit
from contacts.rules.swedish_text import search_key
from forms.models import Export, Sheet, SheetKind

_NEAR = 5


def last_binder(unit: Unit) -> Export | None:
    found = Export.objects.filter(kind=SheetKind.BINDER, unit=unit).select_related("user", "sheet")
    return found.first()


def standing_binder(unit: Unit) -> UUID | None:
    """The id of the binder that the scheduled job keeps for a unit, None where it has made none.

    Its blank sheets are printed again with it as long as none is used: a nightly job must not issue a dozen new
    sheets that nobody prints.
    """
    made = Sheet.objects.filter(kind=SheetKind.BINDER, unit=unit, user__isnull=True).order_by("-printed_at")
    return made.values_list("pk", flat=True).first()


def units_with_binders() -> list[Unit]:
    return list(Unit.objects.filter(active=True).select_related("principal").order_by("sort_key", "pk"))


def units_named(name: str) -> list[Unit]:
    """The units in use of that name, ignoring case, accents and hyphens; two principals may have one each."""
    key = search_key(name)
    return [unit for unit in units_with_binders() if unit.search_key == key]


def names_near(name: str) -> list[str]:
    """The names of units in use that are nearest to one that no unit has, the nearest first; a few at most."""
    key = search_key(name)
    by_key = {unit.search_key: unit.name for unit in units_with_binders()}
    holding = [found for found in by_key if key and all(word in found for word in key.split())]
    near = get_close_matches(key, by_key, n=_NEAR, cutoff=0.4)
    return [by_key[found] for found in dict.fromkeys([*holding, *near])][:_NEAR]
