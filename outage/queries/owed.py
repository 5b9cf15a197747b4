"""The calls still owed: found by the database, so that thousands of chains cost no more queries than ten."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Count, Exists, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

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


# Where a unit of the region stands in a chain as each of the two parties it can be.
PLACE: dict[Party, str] = {
    Party.INPATIENT: "details__ward_unit",
    Party.OUTPATIENT: "details__outpatient_unit",
}


class NamesParticipant(Func):
    """Whether an event's particulars name a call's recipient among those who are to take part (R3.9).

    Takes the particulars and the recipient. Both engines read JSON, each in its own words.
    """

    arity = 2
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Give the participants as rows, and look for the recipient among them."""
        return self.as_sql(
            compiler,
            connection,
            template="EXISTS (SELECT 1 FROM JSON_EACH(%(expressions)s)",
            arg_joiner=f", '$.participants') WHERE '{PARTICIPANT_PREFIX}' || value = ",
            **context,
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Ask whether the list holds the recipient's name."""
        return self.as_sql(
            compiler,
            connection,
            template=f"(%(expressions)s, {len(PARTICIPANT_PREFIX) + 1}))",
            arg_joiner=" -> 'participants') @> TO_JSONB(SUBSTR(",
            **context,
        )


def _reached() -> QuerySet[HandoverMessage]:
    """Give the messages of the outer event that got through in a call that stands."""
    return HandoverMessage.objects.filter(
        event=OuterRef("pk"),
        handover__outcome=CallOutcome.REACHED,
        handover__direction=Direction.GIVEN,
        handover__withdraws=False,
        handover__superseded_by__isnull=True,
    )


def _events_owed(party: Party) -> QuerySet[CareChainEvent]:
    """Give the standing events sent by `party` that somebody must still be told of."""
    participants_told = Subquery(
        _reached()
        .filter(
            NamesParticipant("event__particulars", "handover__recipient"),
            handover__recipient__startswith=PARTICIPANT_PREFIX,
        )
        .values("event")
        .annotate(n=Count("handover__recipient", distinct=True))
        .values("n")
    )
    # Most events have no participants: the comparison with zero spares them the counting.
    missing = Q(tells_participants__gt=0) & Q(tells_participants__gt=Coalesce(participants_told, 0))
    for recipient, column in TELLS_COLUMN.items():
        missing |= Q(**{column: True}) & ~Q(Exists(_reached().filter(handover__recipient=recipient.value)))
    return CareChainEvent.objects.filter(missing, superseded_by__isnull=True, sender=party.value)


def _kinds(routine: Routine, effect: Effect) -> list[str]:
    return [key for key, message in routine.messages.items() if message.effect is effect]


def _events_unanswered(routine: Routine, party: Party) -> QuerySet[CareChainEvent]:
    """Give the standing events that `party` must answer and that no answer has followed.

    A message of a stay that a later discharge has closed needs no answer any more.
    """
    standing = CareChainEvent.objects.filter(superseded_by__isnull=True, withdraws=False)
    later = standing.filter(chain=OuterRef("chain"), happened_at__gte=OuterRef("happened_at"))
    asked = Q(pk__in=[])
    for answer in routine.messages_from(party):
        if answer.answers:
            answered = later.filter(kind=answer.key, sender=party.value)
            asked |= Q(kind=answer.answers) & ~Q(Exists(answered))
    return standing.filter(asked).exclude(Exists(later.filter(kind__in=_kinds(routine, Effect.DISCHARGE))))


class OwedChains:
    """The chains in which a unit still has somebody to ring: discharges first, then the oldest.

    Takes count and slices, as a page needs them. The waits of all chains are read once, in one query over the events
    for what is to be told and one for what is to be answered; only the chains of a slice are read in full. Outages
    that began under different routines are asked about apart.
    """

    def __init__(self, acting: Acting, outages: Iterable[Outage]) -> None:
        self._acting = acting
        self._outages = {outage.pk: outage for outage in outages}

    @cached_property
    def ids(self) -> list[UUID]:
        """The ids of the chains, the most urgent first."""
        first: dict[UUID, tuple[bool, datetime, int]] = {}
        for routine_id in {outage.routine_id for outage in self._outages.values()}:
            routine = get_routine(routine_id)
            discharges = set(_kinds(routine, Effect.DISCHARGE))
            for events, may_be_urgent in self._waits(routine):
                rows = events.order_by().values_list(
                    "chain", "chain__number", "kind", "withdraws", "happened_at"
                )
                for chain_id, number, kind, withdraws, happened_at in rows:
                    calm, oldest, _ = first.get(chain_id, (True, happened_at, number))
                    calm = calm and not (may_be_urgent and kind in discharges and not withdraws)
                    first[chain_id] = (calm, min(oldest, happened_at), number)
        return sorted(first, key=first.__getitem__)

    def _waits(self, routine: Routine) -> Iterator[tuple[QuerySet[CareChainEvent], bool]]:
        outages = [outage for outage in self._outages.values() if outage.routine_id == routine.id]
        for party in sorted(self._acting.parties):
            chains = self._chains_as(party, outages).values("pk")
            yield _events_owed(party).filter(chain__in=chains), True
            if any(message.answers for message in routine.messages_from(party)):
                yield _events_unanswered(routine, party).filter(chain__in=chains), False

    def _chains_as(self, party: Party, outages: Iterable[Outage]) -> QuerySet[CareChain]:
        """Give the chains in which the unit is `party`: a sjukstuga may be only the other of its two in a chain."""
        chains = visible_chains(self._acting, *outages)
        if party not in PLACE or len(self._acting.parties) == 1:
            return chains
        unit = self._acting.unit
        others = Q()
        for other, place in PLACE.items():
            if other is not party:
                others |= Q(**{place: unit})
        return chains.filter(Q(**{PLACE[party]: unit}) | ~others)

    def count(self) -> int:
        """Give how many chains there are."""
        return len(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, chain: CareChain) -> bool:
        return chain.pk in self.ids

    def __getitem__(self, part: slice) -> list[CareChain]:
        wanted = self.ids[part]
        chains = visible_chains(self._acting, *self._outages.values()).in_bulk(wanted)
        found = [chains[pk] for pk in wanted if pk in chains]
        for chain in found:
            chain.outage = self._outages[chain.outage_id]
        return found


def chains_with_calls_owed(acting: Acting, *outages: Outage) -> OwedChains:
    """Give the chains of these outages, at least one, in which the acting unit still has somebody to ring."""
    return OwedChains(acting, outages)
