"""What keeps a unit from being joined, closed or taken apart: care that somebody may still have to act on."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from contacts.models import Principal, Unit
from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainState, Handover
from outage.queries.outages import AFTERMATH, recent_outages

_WHEN = f"i ett driftstopp som pågår, eller som avslutades för mindre än {AFTERMATH.days} dagar sedan"
_LEFT = "när ingenting är kvar att ringa eller registrera"


def in_care(unit: Unit, verb: str) -> str:
    """Why a unit cannot be joined or closed now (`verb`, of a sentence): it takes part in a chain of an outage in reach
    of the chain's principal; else "".

    Closed, its people would be out in the middle of what they have to ring and enter. Rows of the log name the unit
    for ever, and everything owed follows from them: while anything can be owed or entered, it is the one they name.
    """
    details = CareChainDetails.objects.filter(Q(ward_unit=unit) | Q(outpatient_unit=unit) | Q(unit=unit))
    named = Q(unit=unit) | Q(pk__in=details.values("chain"))
    for model in (CareChainEvent, Handover, ChainState):
        named |= Q(pk__in=model._default_manager.filter(unit=unit).values("chain"))
    return f"{unit.name} står i vårdkedjor {_WHEN}. {verb} {_LEFT}." if _in_reach(named) else ""


def logged_since(unit: Unit, people: Collection[int], since: datetime) -> str:
    """Why people must not leave a unit: they have logged there since a moment, in an outage in reach; else ""."""
    theirs = {"unit": unit, "user__in": people, "recorded_at__gte": since}
    named = Q(**theirs)
    for model in (CareChainDetails, CareChainEvent, Handover):
        named |= Q(pk__in=model._default_manager.filter(**theirs).values("chain"))
    if not people or not _in_reach(named):
        return ""
    return f"De som kom till {unit.name} har loggat vårdkedjor där {_WHEN}. Upplös {_LEFT}."


def _in_reach(named: Q) -> bool:
    by_principal: dict[int, set[UUID]] = defaultdict(set)
    chains = CareChain.objects.filter(named)
    for principal_id, outage_id in chains.values_list("principal", "outage").distinct():
        by_principal[principal_id].add(outage_id)
    return any(
        outage.pk in by_principal[principal.pk]
        for principal in Principal.objects.filter(pk__in=by_principal)
        for outage in recent_outages(principal)
    )
