"""Reads of checklists: which a unit has, how they are ticked, whether they may be ticked now (R2.7)."""

from functools import cache
from uuid import UUID

from django.db.models import QuerySet

from contacts.models import Unit
from contacts.queries.joined import units_read_as
from contacts.queries.prepared import prepared
from contacts.rules.errors import RuleError
from contacts.rules.parties import OutpatientKind, Party, WardKind
from outage.checklists import all_checklists
from outage.models import ChecklistTick, Outage
from outage.routine import current_routine
from outage.rules.checklist import Checklist, Phase
from outage.rules.routine import Routine

NO_OUTAGE = "Inget driftstopp pågår. Du kan läsa och skriva ut checklistan."

Ticks = dict[tuple[str, str], ChecklistTick]


def routine_of(outage: Outage | None) -> Routine:
    """The routine an outage was opened under; with no outage, the one a new outage would have."""
    return outage.routine if outage else current_routine()


def checklists_for(unit: Unit, routine: Routine | None = None) -> list[Checklist]:
    """The checklists of the unit's parties, party by party in the order of the phases.

    A psychiatric ward and a psychiatric clinic get the psychiatric ones (R3.10); a sjukstuga gets those of slutenvård
    and of öppenvård. `routine` is the current one where none is given.
    """
    parties = unit.parties
    kinds = tuple((party, _care_kind(unit, party)) for party in Party if party in parties)
    return list(_checklists_for(kinds, routine or current_routine()))


@cache
def _checklists_for(kinds: tuple[tuple[Party, WardKind], ...], routine: Routine) -> tuple[Checklist, ...]:
    every = all_checklists(routine)
    return tuple(
        checklist
        for party, kind in kinds
        for phase in Phase
        for checklist in every
        if checklist.phase is phase and checklist.suits(party, kind)
    )


def ticks(outage: Outage, unit: Unit) -> Ticks:
    """The newest row of each (checklist key, item key) that the unit, or one joined into it, wrote. One query."""
    return {(tick.checklist, tick.item): tick for tick in _ticks(outage.pk, unit.pk)}


@prepared
def _ticks(outage_id: UUID, unit_id: int) -> QuerySet[ChecklistTick]:
    rows = ChecklistTick.objects.filter(outage=outage_id, unit__in=units_read_as(unit_id))
    return rows.select_related("user").order_by("pk")


def check_tickable(outage: Outage | None, checklist: Checklist) -> None:
    """Raises RuleError, with the reason, where `checklist` is read-only, whoever the person is."""
    if outage is None:
        raise RuleError(NO_OUTAGE)
    if not outage.is_open and checklist.phase is not Phase.BACK:
        raise RuleError("Driftstoppet är avslutat. Checklistan kan bara läsas och skrivas ut.")


def _care_kind(unit: Unit, party: Party) -> WardKind:
    if party is Party.INPATIENT:
        psychiatric = unit.ward_kind == WardKind.PSYCHIATRIC
    else:
        psychiatric = unit.outpatient_kind == OutpatientKind.PSYCHIATRIC_OUTPATIENT
    return WardKind.PSYCHIATRIC if psychiatric else WardKind.SOMATIC
