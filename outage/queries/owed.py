"""The calls still owed: found by the database, so that thousands of chains cost no more queries than ten."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, HandoverMessage, Outage
from outage.queries.care_chains import visible_chains
from outage.routine import get_routine
from outage.rules.handover import Direction
from outage.rules.informing import PARTICIPANT_PREFIX, CallOutcome
from outage.rules.routine import Effect, Routine

TELLS_COLUMN: dict[Party, str] = {
    Party.INPATIENT: "tells_inpatient",
    Party.MUNICIPALITY: "tells_municipality",
    Party.OUTPATIENT: "tells_outpatient",
}


def _reached() -> QuerySet[HandoverMessage]:
    """Give the messages of the outer event that got through in a call that stands."""
    return HandoverMessage.objects.filter(
        event=OuterRef("pk"),
        handover__outcome=CallOutcome.REACHED,
        handover__direction=Direction.GIVEN,
        handover__withdraws=False,
        handover__superseded_by__isnull=True,
    )


def _events_owed(parties: frozenset[Party]) -> QuerySet[CareChainEvent]:
    """Give the standing events sent by one of `parties` that somebody must still be told of."""
    participants_told = Subquery(
        _reached()
        .filter(handover__recipient__startswith=PARTICIPANT_PREFIX)
        .values("event")
        .annotate(n=Count("handover__recipient", distinct=True))
        .values("n")
    )
    missing = Q(tells_participants__gt=Coalesce(participants_told, 0))
    for party, column in TELLS_COLUMN.items():
        missing |= Q(**{column: True}) & ~Q(Exists(_reached().filter(handover__recipient=party.value)))
    return CareChainEvent.objects.filter(
        missing, superseded_by__isnull=True, sender__in=[party.value for party in parties]
    )


def _standing(**conditions: object) -> QuerySet[CareChainEvent]:
    return CareChainEvent.objects.filter(
        superseded_by__isnull=True, withdraws=False, chain=OuterRef("pk"), **conditions
    )


def _kinds(routine: Routine, effect: Effect) -> list[str]:
    return [key for key, message in routine.messages.items() if message.effect is effect]


def _unanswered_since(routine: Routine, party: Party) -> list[Subquery]:
    """Give, for each message `party` must answer, when the outer chain got one that no answer has followed.

    A message of a stay that a later discharge has closed needs no answer any more.
    """
    discharged_later = CareChainEvent.objects.filter(
        superseded_by__isnull=True,
        withdraws=False,
        chain=OuterRef("chain"),
        kind__in=_kinds(routine, Effect.DISCHARGE),
        happened_at__gte=OuterRef("happened_at"),
    )
    found = []
    for answer in routine.messages_from(party):
        if not answer.answers:
            continue
        answered = CareChainEvent.objects.filter(
            superseded_by__isnull=True,
            withdraws=False,
            chain=OuterRef("chain"),
            kind=answer.key,
            sender=party.value,
            happened_at__gte=OuterRef("happened_at"),
        )
        asked = _standing(kind=answer.answers).exclude(Exists(answered)).exclude(Exists(discharged_later))
        found.append(Subquery(asked.order_by("happened_at").values("happened_at")[:1]))
    return found


def chains_with_calls_owed(acting: Acting, outage: Outage) -> QuerySet[CareChain]:
    """Give the chains in which the acting unit still has somebody to ring: discharges first, then the oldest."""
    routine = get_routine(outage.routine_id)
    owed = _events_owed(acting.parties).filter(chain=OuterRef("pk"))
    waits = {"owed_since": Subquery(owed.order_by("happened_at").values("happened_at")[:1])}
    for party in sorted(acting.parties):
        for index, since in enumerate(_unanswered_since(routine, party)):
            waits[f"answer_{party.value}_{index}_since"] = since
    chains = visible_chains(acting, outage).annotate(
        urgent=Exists(owed.filter(kind__in=_kinds(routine, Effect.DISCHARGE))), **waits
    )
    any_wait = Q()
    for name in waits:
        any_wait |= Q(**{f"{name}__isnull": False})
    # An empty wait must not win the comparison: both engines treat NULL in LEAST differently.
    far_off = outage.recorded_at.replace(year=9999)
    times = [Coalesce(F(name), far_off) for name in waits]
    oldest = Least(*times) if len(times) > 1 else times[0]
    return chains.filter(any_wait).annotate(oldest=oldest).order_by("-urgent", "oldest", "number")
