"""Every chain of a principal by every party: whether it has been told, from the kept rows alone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from contacts.access import Acting, can
from contacts.queries.prepared import prepared
from contacts.rules.permissions import Right
from outage.models import CareChain, ChainState, Outage, StateKind
from outage.queries.owed import is_read_there
from outage.rules.informing import LEAST_FIRST, InformState

_ORDER = {state: place for place, state in enumerate(LEAST_FIRST)}


@dataclass(slots=True)
class MatrixRow:
    """`told` has by party the least of what it is to be told, and since when: of the oldest message, or when it was
    last told.
    """

    chain_id: UUID
    number: int
    unit_id: int
    ward_unit_id: int | None
    municipality_id: int | None
    told: dict[str, tuple[str, datetime]] = field(default_factory=dict)


def matrix_of(acting: Acting, outage: Outage) -> list[MatrixRow]:
    """By number. All chains of the acting person's principal and none of another's; two queries, no patient text."""
    if not can(acting, Right.READ_CARE):
        return []
    rows = {row[0]: MatrixRow(*row) for row in _chains(acting.principal.pk, outage.pk)}
    for chain_id, party, what, state, since, reads_in, ticked, message in _told(
        acting.principal.pk, outage.pk
    ):
        if is_read_there(outage, acting.principal, reads_in, since, ticked=ticked, message=message):
            continue
        told = rows[chain_id].told
        if what == StateKind.TOLD:
            told.setdefault(party, (InformState.INFORMED, since))
            continue
        least, oldest = told.get(party, (state, since))
        told[party] = min(least, state, key=_ORDER.__getitem__), min(oldest, since)
    return list(rows.values())


@prepared
def _chains(principal_id: int, outage_id: UUID) -> QuerySet[CareChain, tuple[Any, ...]]:
    chains = CareChain.objects.filter(principal=principal_id, outage=outage_id, joined_to__isnull=True)
    return chains.order_by("number").values_list("pk", "number", "unit", "ward_unit", "details__municipality")


@prepared
def _told(principal_id: int, outage_id: UUID) -> QuerySet[ChainState, tuple[Any, ...]]:
    rows = ChainState.objects.filter(
        outage=outage_id,
        principal=principal_id,
        what__in=[StateKind.OWED, StateKind.TOLD],
        former=False,
    ).exclude(party="")
    # What is owed comes before what has been told.
    return rows.order_by("what").values_list(
        "chain", "party", "what", "state", "since", "reads_in", "ticked", "message"
    )
