"""Reads of outages. No patient data; every signed-in person may see them."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from contacts.models import Principal, Unit
from outage.models import Acknowledgement, CareChainEvent, Outage, OutageReport, SupportContact
from outage.routine import get_routine
from outage.rules.back_registration import ChainStatus
from outage.rules.routine import Effect

# How long after its end an outage stays in view while its back-registration goes on.
AFTERMATH = timedelta(days=14)


def current_outage() -> Outage | None:
    """Give the outage that goes on, or None."""
    return Outage.objects.filter(ended_at__isnull=True).select_related("current").first()


def outage_in_view() -> Outage | None:
    """Give the outage that goes on, else the latest one ended within the last fourteen days, else None."""
    found = current_outage()
    if found:
        return found
    since = timezone.now() - AFTERMATH
    return (
        Outage.objects.filter(ended_at__gte=since)
        .select_related("current")
        .order_by("-ended_at", "-recorded_at")
        .first()
    )


def support_contacts(outage: Outage, principal: Principal) -> list[SupportContact]:
    """Give who of `principal` rang its own support in this outage, oldest first (R1.1)."""
    return list(outage.support_contacts.filter(principal=principal).select_related("user", "unit"))


def discharge_logged(outage: Outage) -> bool:
    """Tell whether a discharge that stands is logged in the outage, by whomever (R1.6); nothing of the patient."""
    kinds = [k for k, m in get_routine(outage.routine_id).messages.items() if m.effect is Effect.DISCHARGE]
    return (
        CareChainEvent.objects.filter(
            chain__outage=outage, kind__in=kinds, withdraws=False, superseded_by__isnull=True
        )
        .exclude(chain__details__status=ChainStatus.WRONG_PATIENT)
        .exists()
    )


def reports_of(outage: Outage) -> list[OutageReport]:
    """Give everything said of the outage, oldest first."""
    return list(outage.reports.select_related("user", "unit").order_by("recorded_at", "pk"))


def acknowledgement_of(outage: Outage, unit: Unit) -> Acknowledgement | None:
    """Give the unit's acknowledgement of its messages, if it has been made (R4.6)."""
    return outage.acknowledgements.filter(unit=unit).select_related("user").first()


def recent_outages() -> list[Outage]:
    """Give the outages that go on or ended within the last fourteen days, newest first.

    What is left to enter after one does not go away because another has begun.
    """
    since = timezone.now() - AFTERMATH
    found = Outage.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=since))
    return list(found.select_related("current").order_by("-recorded_at"))


def earlier_outages(outage: Outage) -> list[Outage]:
    """Give the outages still in reach beside the one in view: what is owed from them is owed until it is done."""
    return [other for other in recent_outages() if other.pk != outage.pk]
