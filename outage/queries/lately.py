"""What has just been said about the chains that a person sees: calls received, and who was told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from contacts.access import Acting, can
from contacts.page_versions import each_of_one_minute
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import hand_out, prepared
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from outage.models import CareChain, Handover, HandoverMessage, Outage
from outage.queries.care_chains import seen_by
from outage.queries.joined import with_joined
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome

RECEIVED_SHOWN = 8


def received_lately(acting: Acting, outage: Outage) -> dict[UUID, UUID]:
    """A few calls by their ids, newest first, and the chain that each is read in."""
    if not can(acting, Right.READ_CARE):
        return {}
    calls = _received(acting.principal.pk, ids_read_as(acting.unit), acting.unit.pk, outage.pk)
    return dict(calls)


@prepared
def _received(
    principal_id: int, units: tuple[int, ...], unit_id: int, outage_id: UUID
) -> QuerySet[Handover, tuple[UUID, UUID]]:
    # Found by the unit that logged them: it has fewer of them than there are calls in all chains that it sees.
    calls = Handover.objects.annotate(read_in=Coalesce("chain__joined_to", "chain")).filter(
        read_in__in=seen_by(principal_id, units, [outage_id]),
        direction=Direction.RECEIVED,
        withdraws=False,
        superseded_by__isnull=True,
        unit=unit_id,
    )
    newest = calls.order_by("-at", "-recorded_at")[:RECEIVED_SHOWN]
    return newest.values_list("pk", "read_in")


def calls_received(
    received: Mapping[UUID, UUID], chains: Mapping[UUID, CareChain], now: datetime
) -> list[Handover]:
    """Those of `received_lately`, with messages, and chain. What a row says never changes: it is read once a minute."""

    def read(missing: list[UUID]) -> dict[UUID, Handover]:
        calls = _calls(*missing)
        hand_out(calls, "messages", _messages(tuple(missing)))
        return {call.pk: call for call in calls}

    keys = {pk: ("received", pk) for pk, chain_id in received.items() if chain_id in chains}
    found = each_of_one_minute(keys, now, read, lambda pk, calls: calls[pk])
    for pk, call in found.items():
        call.chain = chains[received[pk]]
    return [*found.values()]


@prepared
def _calls(*ids: UUID) -> QuerySet[Handover]:
    return Handover.objects.filter(pk__in=ids).order_by()


@prepared
def _messages(handover_ids: tuple[UUID, ...]) -> QuerySet[HandoverMessage]:
    return HandoverMessage.objects.filter(handover__in=handover_ids).select_related("event")


class Told(NamedTuple):
    """Who reached a party of a chain, and when."""

    chain_id: UUID
    recipient: str
    at: datetime
    recorded_at: datetime
    username: str
    first_name: str
    last_name: str

    @property
    def by(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username


def told_lately(acting: Acting, since: datetime, *outages: Outage) -> list[Told]:
    """The calls logged after `since` that reached a party of the acting unit's chains, oldest first."""
    if not can(acting, Right.READ_CARE):
        return []
    ids, parties = (outage.pk for outage in outages), set(Party)
    told = _told(acting.principal.pk, ids_read_as(acting.unit), since, *ids)
    return [Told(joined_to or chain, *rest) for chain, joined_to, *rest in told if rest[0] in parties]


@prepared
def _told(
    principal_id: int, units: tuple[int, ...], since: datetime, *outage_ids: UUID
) -> QuerySet[Handover, tuple[Any, ...]]:
    calls = Handover.objects.filter(
        chain__in=with_joined(seen_by(principal_id, units, outage_ids)),
        direction=Direction.GIVEN,
        outcome=CallOutcome.REACHED,
        withdraws=False,
        superseded_by__isnull=True,
        recorded_at__gte=since,
    )
    columns = ("chain", "chain__joined_to", "recipient", "at", "recorded_at")
    of_user = ("user__username", "user__first_name", "user__last_name")
    return calls.order_by("recorded_at").values_list(*columns, *of_user)
