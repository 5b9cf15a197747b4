"""The chains in which a unit waits for an answer: found by the database, as those with calls owed are."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, HandoverMessage, Outage
from outage.queries.care_chains import visible_chains
from outage.queries.owed import PLACE
from outage.routine import get_routine
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.routine import Effect, Routine


class AwaitingChains:
    """The chains with an answer awaited, the oldest question first; takes count and slices, as a page needs them.

    They are those of which `awaited_answers` says so by the chain's log.
    """

    def __init__(self, acting: Acting, *outages: Outage) -> None:
        self._acting = acting
        self._outages = {outage.pk: outage for outage in outages}

    @cached_property
    def ids(self) -> list[UUID]:
        """The ids of the chains, in order."""
        first: dict[UUID, tuple[datetime, int]] = {}
        for routine_id in {outage.routine_id for outage in self._outages.values()}:
            for asked in self._asked(get_routine(routine_id)):
                for chain_id, at, number in asked.values_list("chain", "happened_at", "chain__number"):
                    first[chain_id] = min(first.get(chain_id, (at, number)), (at, number))
        return sorted(first, key=first.__getitem__)

    def _asked(self, routine: Routine) -> Iterator[QuerySet[CareChainEvent]]:
        outages = [outage for outage in self._outages.values() if outage.routine_id == routine.id]
        chains = visible_chains(self._acting, *outages).filter(details__status=ChainStatus.OK)
        for parties, where in _as_parties(self._acting):
            unanswered = _unanswered(routine, parties)
            if unanswered is not None:
                yield unanswered.filter(chain__in=chains.filter(where).values("pk")).order_by()

    def count(self) -> int:
        """How many chains there are."""
        return len(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, part: slice) -> list[CareChain]:
        wanted = self.ids[part]
        chains = visible_chains(self._acting, *self._outages.values()).in_bulk(wanted)
        found = [chains[pk] for pk in wanted if pk in chains]
        for chain in found:
            chain.outage = self._outages[chain.outage_id]
        return found


def _as_parties(acting: Acting) -> Iterator[tuple[frozenset[Party], Q]]:
    """Which parties the unit is in which chains: a sjukstuga may be both of its two, or only one of them."""
    places = {party: Q(**{PLACE[party]: acting.unit}) for party in sorted(acting.parties) if party in PLACE}
    if len(places) < 2:
        yield acting.parties, Q()
        return
    one, other = places
    yield frozenset({one}), places[one] & _not_here(other, acting)
    yield frozenset({other}), places[other] & _not_here(one, acting)
    yield acting.parties, (places[one] & places[other]) | (_not_here(one, acting) & _not_here(other, acting))


def _not_here(party: Party, acting: Acting) -> Q:
    return ~Q(**{PLACE[party]: acting.unit}) | Q(**{f"{PLACE[party]}__isnull": True})


def _unanswered(routine: Routine, acting: frozenset[Party]) -> QuerySet[CareChainEvent] | None:
    """The standing events after which an answer is awaited that has not come; None where the routine has none such."""
    standing = CareChainEvent.objects.filter(superseded_by__isnull=True, withdraws=False)
    later = standing.filter(chain=OuterRef("chain"), happened_at__gte=OuterRef("happened_at"))
    asked = []
    for message in routine.messages.values():
        for sending in message.sendings if message.awaited_after else ():
            if sending.party in acting or not set(sending.tells) & acting:
                continue
            answered = later.filter(kind=message.key, sender=sending.party)
            known = ~Q(sender__in=acting) | Q(Exists(_told(sending.party)))
            asked.append(
                Q(kind=message.awaited_after) & ~Q(sender=sending.party) & known & ~Q(Exists(answered))
            )
    if not asked:
        return None
    wanted = Q()
    for each in asked:
        wanted |= each
    ends = [key for key, message in routine.messages.items() if message.effect is Effect.DISCHARGE]
    return standing.filter(wanted).exclude(Exists(later.filter(kind__in=ends)))


def _told(party: Party) -> QuerySet[HandoverMessage]:
    """The calls that reached `party` with the outer event, or since it happened with another version of it."""
    version = Q(
        event__chain=OuterRef("chain"),
        event__kind=OuterRef("kind"),
        event__sender=OuterRef("sender"),
        event__withdraws=False,
        handover__at__gte=OuterRef("happened_at"),
    )
    return HandoverMessage.objects.filter(
        Q(event=OuterRef("pk")) | version,
        handover__recipient=party.value,
        handover__outcome=CallOutcome.REACHED,
        handover__direction=Direction.GIVEN,
        handover__withdraws=False,
        handover__superseded_by__isnull=True,
    )
