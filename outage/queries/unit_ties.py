"""What keeps a unit from being joined into another: care that somebody may still have to do something about."""

from collections import defaultdict
from uuid import UUID

from django.db.models import Q

from contacts.models import Principal, Unit
from outage.models import CareChain, CareChainDetails, CareChainEvent, Duty, Handover
from outage.queries.outages import AFTERMATH, recent_outages

_IN_CARE = (
    "{name} står i vårdkedjor i ett driftstopp som pågår, eller som avslutades för mindre än {days} dagar sedan. "
    "Sammanför när ingenting är kvar att ringa eller registrera."
)


def kept_by_care(unit: Unit) -> str:
    """Why a unit must stay as it is: it takes part in a chain of an outage in reach of the chain's principal; else "".

    Rows of the log name the unit for ever, and everything owed follows from them: while anything can be owed or
    entered, the unit is the one they name.
    """
    named: dict[int, set[UUID]] = defaultdict(set)
    pairs = CareChain.objects.filter(_names(unit)).values_list("principal", "outage").distinct()
    for principal_id, outage_id in pairs:
        named[principal_id].add(outage_id)
    for principal in Principal.objects.filter(pk__in=named):
        if any(outage.pk in named[principal.pk] for outage in recent_outages(principal)):
            return _IN_CARE.format(name=unit.name, days=AFTERMATH.days)
    return ""


def _names(unit: Unit) -> Q:
    details = CareChainDetails.objects.filter(Q(ward_unit=unit) | Q(outpatient_unit=unit) | Q(unit=unit))
    found = Q(unit=unit) | Q(pk__in=details.values("chain"))
    for model in (CareChainEvent, Handover, Duty):
        found |= Q(pk__in=model._default_manager.filter(unit=unit).values("chain"))
    return found
