"""The one entrance to care chains. A person sees those of the own principal in which the own unit takes part."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from contacts.access import Acting, can
from contacts.models import Principal, Unit, User
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.rules.swedish_text import search_key
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    Duty,
    Handover,
    OpenItem,
    Outage,
    RegistrationMark,
)
from outage.rules.handover import Direction
from outage.rules.owed import ChainStanding

Row = TypeVar("Row", bound=CareChainEvent | Handover)


def visible_chains(acting: Acting, outage: Outage, *more: Outage) -> QuerySet[CareChain]:
    """Give the chains of `outage`, and of `more`, that the acting person may see, with their details, by number.

    The border is the principal; inside it the unit that opened the chain, the ward and the öppenvård of the patient,
    and a unit that still has somebody to ring.
    """
    unit = acting.unit
    chains = CareChain.objects.filter(outage__in=[outage, *more], principal=acting.principal)
    if not can(acting, Right.READ_CARE):
        chains = chains.none()
    return (
        chains.filter(
            Q(unit=unit)
            | Q(details__ward_unit=unit)
            | Q(details__outpatient_unit=unit)
            # Whoever still has somebody to ring about it, though the patient has moved on.
            | Q(pk__in=Duty.objects.filter(unit=unit).values("chain"))
        )
        .select_related(
            "outage__current",
            "principal",
            "unit",
            "details__ward_unit",
            "details__municipality",
            "details__outpatient_unit",
        )
        .order_by("number")
    )


def get_chain(acting: Acting, chain_id: UUID) -> CareChain:
    """Give one chain the acting person may see; raises CareChain.DoesNotExist for any other."""
    outage_id = CareChain.objects.filter(pk=chain_id).values("outage")
    outage = Outage.objects.select_related("current").filter(pk__in=outage_id).first()
    if outage is None:
        raise CareChain.DoesNotExist
    chain = visible_chains(acting, outage).get(pk=chain_id)
    chain.outage = outage
    return chain


def find_chains(chains: QuerySet[CareChain], text: str) -> QuerySet[CareChain]:
    """Narrow `chains` to those whose patient's name or number holds every word of `text`.

    People with protected personal data are found by their number only.
    """
    words = search_key(text).split()
    if not words:
        return chains.none()
    for word in words:
        # Reserve numbers hold capitals, and the words of a search key are small.
        by_number = Q(details__identity_number__icontains=word)
        by_name = Q(details__search_key__contains=word, details__protected_identity=False)
        chains = chains.filter(by_number | by_name)
    return chains


@dataclass
class ChainLog:
    """All rows of one chain: every event and call in time order, those replaced or taken back included, and `versions`,
    all that was ever known of it, oldest first.
    """

    events: list[CareChainEvent] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    versions: list[CareChainDetails] = field(default_factory=list)
    # What follows from the rows, kept by those who work it out.
    standing: ChainStanding | None = None

    @property
    def live_events(self) -> list[CareChainEvent]:
        """The events that stand: neither replaced, nor taken back, nor a row that takes back."""
        replaced = {e.supersedes_id for e in self.events if e.supersedes_id}
        return [e for e in self.events if e.pk not in replaced and not e.withdraws]

    @property
    def live_handovers(self) -> list[Handover]:
        """The calls that stand."""
        replaced = {h.supersedes_id for h in self.handovers if h.supersedes_id}
        return [h for h in self.handovers if h.pk not in replaced and not h.withdraws]


def logs_of(chain_ids: Iterable[UUID]) -> dict[UUID, ChainLog]:
    """Give the log of each chain in `chain_ids`, in the same few queries whatever their number.

    The caller has the ids from `visible_chains`, so they are within what the person may see.
    """
    ids = list(chain_ids)
    logs: dict[UUID, ChainLog] = {pk: ChainLog() for pk in ids}
    events = list(CareChainEvent.objects.filter(chain__in=ids).prefetch_related("completions"))
    handovers = list(Handover.objects.filter(chain__in=ids).prefetch_related("messages"))
    versions = CareChainDetails.objects.filter(chain__in=ids).select_related(
        "ward_unit", "municipality", "outpatient_unit"
    )
    # Few people at few units write many rows: each of them is read once, not once a row.
    people = User.objects.in_bulk({row.user_id for row in (*events, *handovers)})
    units = Unit.objects.in_bulk({row.unit_id for row in (*events, *handovers)})
    for row in (*events, *handovers):
        row.user, row.unit = people[row.user_id], units[row.unit_id]
    for event in in_time_order(events):
        logs[event.chain_id].events.append(event)
    for handover in in_time_order(handovers):
        logs[handover.chain_id].handovers.append(handover)
    for version in versions.order_by("order", "pk"):
        logs[version.chain_id].versions.append(version)
    return logs


def in_time_order(rows: Iterable[Row]) -> list[Row]:
    """Events and calls as they happened; within a minute as they were logged first, which a correction keeps."""
    by_id = {row.pk: row for row in rows}

    def place(row: Row) -> tuple[datetime, int, int]:
        first = row
        while first.supersedes_id in by_id:
            first = by_id[first.supersedes_id]
        at = row.at if isinstance(row, Handover) else row.happened_at
        return at.replace(second=0, microsecond=0), first.order, row.order

    return sorted(by_id.values(), key=place)


def wards(party: Party = Party.INPATIENT) -> QuerySet[Unit]:
    """Give the units in use that patients can be admitted to, or that act as the öppenvård, in Swedish order."""
    units = Unit.objects.filter(active=True).select_related("principal")
    if party is Party.OUTPATIENT:
        return units.exclude(outpatient_kind="")
    if party is Party.MUNICIPALITY:
        return units.exclude(municipal_kind="")
    return units.exclude(ward_kind="")


def municipalities() -> QuerySet[Principal]:
    """Give the municipalities in Swedish order."""
    return Principal.objects.filter(kind="municipality").order_by("sort_key")


def get_event(acting: Acting, event_id: UUID) -> CareChainEvent:
    """Give an event of a chain the acting person may see; raises DoesNotExist of either for any other."""
    event = CareChainEvent.objects.select_related("user", "unit").get(pk=event_id)
    event.chain = get_chain(acting, event.chain_id)
    return event


def get_handover(acting: Acting, handover_id: UUID) -> Handover:
    """Give a call of a chain the acting person may see; raises DoesNotExist of either for any other."""
    handover = Handover.objects.select_related("user", "unit").get(pk=handover_id)
    handover.chain = get_chain(acting, handover.chain_id)
    return handover


def open_items_of(chain_ids: Iterable[UUID]) -> list[OpenItem]:
    """Give the open items of the discharges of these chains, oldest first."""
    return list(OpenItem.objects.filter(event__chain__in=list(chain_ids)).select_related("user"))


def history_of(chain: CareChain) -> list[CareChainDetails]:
    """Give every version of what was known of the chain, oldest first."""
    return list(chain.history.select_related("user", "unit").order_by("pk"))


def received_lately(acting: Acting, outage: Outage, limit: int) -> list[Handover]:
    """Give the newest calls received about the acting unit's chains, newest first, with chain and messages."""
    calls = Handover.objects.filter(
        chain__in=CareChain.objects.filter(pk__in=visible_chains(acting, outage).values("pk")),
        direction=Direction.RECEIVED,
        withdraws=False,
        superseded_by__isnull=True,
        unit=acting.unit,
    )
    related = calls.select_related(
        "chain__details__ward_unit", "chain__details__municipality", "chain__details__outpatient_unit"
    )
    return list(related.prefetch_related("messages__event").order_by("-at", "-recorded_at")[:limit])


def marks_of(chain_ids: Iterable[UUID]) -> dict[tuple[UUID, str], RegistrationMark]:
    """Give the newest mark of each task of these chains, by chain and task key."""
    rows = (
        RegistrationMark.objects.filter(chain__in=list(chain_ids)).select_related("user").order_by("at", "pk")
    )
    return {(row.chain_id, row.task): row for row in rows}
