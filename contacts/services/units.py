"""Units added and changed by those who keep them. A unit is never deleted: it goes out of use."""

from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from contacts.access import Acting, check_may
from contacts.models import Unit
from contacts.models.locking import locked
from contacts.queries.ringing import entries_left
from contacts.rules.errors import RuleError
from contacts.rules.hsa import tidy_hsa_id
from contacts.rules.permissions import Right

from .directory import save_named
from .joining_units import move_entries
from .people import lock_people
from .submissions import claim
from .traces import added_since
from .unit_ties import KINDS, check_may_close, check_may_lose, tell_changed
from .versions import check_version

_NAMESAKE = "Enheten finns redan. Välj ett annat namn."


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is said of a unit. The kinds are the values of WardKind, OutpatientKind and MunicipalKind, or ""."""

    name: str
    ward_kind: str = ""
    outpatient_kind: str = ""
    municipal_kind: str = ""
    hsa_id: str = ""
    active: bool = True


def add_unit(
    *, by: Acting, client_id: UUID, facts: UnitFacts, answers: Mapping[str, str] | None = None
) -> Unit:
    """Add a unit to the person's own principal; a form sent twice gives the unit of the first time.

    Raises NotAllowed, IdClash, RuleError with the field where the unit cannot stand, and with `answers` a Question
    where one of nearly its name is there.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_DIRECTORY)
        first = claim(by=by, client_id=client_id, kind="unit.add", content=asdict(facts))
        if first is not None:
            return Unit.objects.get(pk=added_since(first, "unit.added", facts.name))
        unit = Unit(principal=by.principal)
        _write(by, unit, facts, answers)
        return unit


def change_unit(
    *,
    by: Acting,
    unit: Unit,
    client_id: UUID,
    version: str,
    facts: UnitFacts,
    answers: Mapping[str, str] | None = None,
) -> Unit:
    """Change a unit that still is the `version` the person saw.

    Contacts that were the unit's by its name alone are tied to it where it has another. Raises NotAllowed, IdClash,
    ChangedMeanwhile, and RuleError with the field: nobody takes the unit of the own assignment out of use, which would
    end it, nor one that something keeps, which also stays what it is. With `answers`, a Question where one of nearly
    its new name is there.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_DIRECTORY, unit)
        content = asdict(facts) | {"unit": unit.pk, "version": version}
        if claim(by=by, client_id=client_id, kind="unit.change", content=content) is not None:
            return Unit.objects.get(pk=unit.pk)
        if not facts.active:
            lock_people(by.principal)
        unit = locked(Unit.objects.filter(pk=unit.pk).select_related("principal")).get()
        if unit.joined_into is not None:
            raise RuleError(f"{unit.name} är sammanförd med {unit.joined_into.name}. Ändra den i stället.")
        check_version(unit, version)
        if not facts.active and unit.pk == by.unit.pk:
            raise RuleError(
                "Du arbetar på enheten. Be en administratör på en annan enhet ta den ur bruk.", field="active"
            )
        if unit.active and not facts.active:
            check_may_close(unit)
        check_may_lose(unit, content)
        _write(by, unit, facts, answers)
        return unit


def _write(by: Acting, unit: Unit, facts: UnitFacts, answers: Mapping[str, str] | None) -> None:
    if by.principal.is_region and facts.municipal_kind:
        raise RuleError("Välj bara för en kommuns enhet.", field="municipal_kind")
    if not by.principal.is_region and (facts.ward_kind or facts.outpatient_kind):
        field = "ward_kind" if facts.ward_kind else "outpatient_kind"
        raise RuleError("Välj bara för regionens enhet.", field=field)
    before = copy(unit) if unit.pk else None
    for name, value in asdict(facts).items():
        setattr(unit, name, value)
    unit.hsa_id = tidy_hsa_id(facts.hsa_id)
    if before and before.name != unit.name:
        move_entries(by, entries_left(before, unit), unit)
    save_named(by=by, before=before, row=unit, answers=answers, taken=_NAMESAKE)
    if before and _is(before) != _is(unit):
        tell_changed(unit)


def _is(unit: Unit) -> tuple[str, ...]:
    return unit.name, *(getattr(unit, name) for name in KINDS)
