"""The one entrance to care chains. A person sees those of the own principal in which the own unit takes part."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from contacts.access import Acting, can
from contacts.models import Principal, Unit, User
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.rules.swedish_text import search_key, tidy_typed
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
from outage.queries.joined import (
    Joined,
    counted_versions,
    doubles_of,
    joined_to,
    kept_id,
    number_anew,
    read_in_kept,
    with_joined,
    with_lines,
)
from outage.queries.outages import outages_for
from outage.queries.patient_numbers import is_whole_number, keyed, of_details, with_number
from outage.rules.handover import Direction
from outage.rules.identity import number_key
from outage.rules.informing import CallOutcome
from outage.rules.owed import ChainStanding
from outage.rules.pasted_words import NUMBER_WORDS
from outage.rules.ticks import stored_picture

_NUMBER_LABEL = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b[.:]?", re.IGNORECASE)
Row = TypeVar("Row", bound=CareChainEvent | Handover)


def visible_chains(acting: Acting, outage: Outage, *more: Outage) -> QuerySet[CareChain]:
    """The chains of `outage`, and of `more`, that the acting person may see, with details and outage, by number.

    The border is the principal; inside it the unit that opened the chain, the ward and the öppenvård of the patient,
    and a unit that still has somebody to ring. A chain that was joined to another is seen there, also by who opened it.
    """
    unit = acting.unit
    outages = [outage, *more]
    # Each principal ends an outage for itself: of one outage the chains have the very one that came, read for it.
    chains = outage.chains.all()
    if more:
        seen = Prefetch("outage", queryset=outages_for(acting.principal))
        chains = CareChain.objects.filter(outage__in=outages).prefetch_related(seen)
    if not can(acting, Right.READ_CARE):
        chains = chains.none()
    return (
        chains.filter(principal=acting.principal, joined_to__isnull=True)
        .filter(
            Q(unit=unit)
            | Q(pk__in=CareChain.objects.filter(unit=unit, outage__in=outages).values("joined_to"))
            | Q(details__ward_unit=unit)
            | Q(details__outpatient_unit=unit)
            # Whoever still has somebody to ring about it, though the patient has moved on.
            | Q(pk__in=Duty.objects.filter(unit=unit).values("chain"))
        )
        .select_related(
            "principal",
            "unit",
            "details__ward_unit",
            "details__municipality",
            "details__outpatient_unit",
        )
        .order_by("number")
    )


def get_chain(acting: Acting, chain_id: UUID) -> CareChain:
    """One chain the acting person may see, or the one it was joined to; raises DoesNotExist for any other."""
    outage_id = CareChain.objects.filter(pk=chain_id).values("outage")
    try:
        outage = outages_for(acting.principal).get(pk__in=outage_id)
    except Outage.DoesNotExist:
        raise CareChain.DoesNotExist from None
    return visible_chains(acting, outage).get(pk=kept_id(chain_id))


def mark_namesakes(acting: Acting, chains: Iterable[CareChain], *outages: Outage) -> None:
    """Set `namesake` on each chain whose patient has the same name as that of another chain of the unit.

    People with protected personal data are shown without name, and count for none.
    """
    named = {
        chain: chain.details.search_key for chain in chains if chain.details and chain.details.search_key
    }
    if not named or not outages:
        return
    seen = visible_chains(acting, *outages).filter(
        details__search_key__in=set(named.values()), details__protected_identity=False
    )
    counted = seen.order_by().values("details__search_key").annotate(n=Count("pk")).filter(n__gt=1)
    doubled = set(counted.values_list("details__search_key", flat=True))
    for chain, name in named.items():
        chain.namesake = name in doubled


def find_chains(chains: QuerySet[CareChain], text: str) -> QuerySet[CareChain]:
    """Narrow `chains` to those of the patient whose number `text` is in any spelling; where it is no whole number,
    to those whose patient's name or number holds every word of it.

    People with protected personal data are found by their number only. A chain is found by what was known of the
    patient in one that was joined to it, too.
    """
    text = _NUMBER_LABEL.sub(" ", tidy_typed(text))
    words = text.split()
    if not words:
        return chains.none()
    if is_whole_number(text):
        return chains.filter(of_details(with_number(text)))
    for word in words:
        if is_whole_number(word):
            chains = chains.filter(of_details(with_number(word)))
            continue
        name = search_key(word)
        found = Q(key__contains=number_key(word)) if number_key(word) else Q(pk__in=[])
        if name:
            found |= Q(search_key__contains=name, protected_identity=False)
        chains = chains.filter(of_details(keyed().filter(found)))
    return chains


@dataclass
class ChainLog:
    """All rows of one chain: every event and call in time order, those replaced or taken back included, and `versions`,
    all that was ever known of it, oldest first.

    Those of chains that were joined to it are among them, their versions first: `order` is then that of them all.
    `doubles` has each event that is the same as one of the chain's own, with that one's id.
    """

    events: list[CareChainEvent] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    versions: list[CareChainDetails] = field(default_factory=list)
    # The marks of efterregistrering that count, by id: the newest of each task, of joined chains each one's own.
    marks: dict[int, RegistrationMark] = field(default_factory=dict)
    doubles: dict[UUID, UUID] = field(default_factory=dict)
    # What follows from the rows, kept by those who work it out.
    standing: ChainStanding | None = None

    @property
    def live_events(self) -> list[CareChainEvent]:
        """The events that stand, each once: neither replaced, nor taken back, nor a row that takes back."""
        replaced = {e.supersedes_id for e in self.events if e.supersedes_id} | self.doubles.keys()
        return [e for e in self.events if e.pk not in replaced and not e.withdraws]

    def items_of(self, event: CareChainEvent) -> list[OpenItem]:
        """The open items of a discharge, oldest first; those of a double are the other one's."""
        rows = [row for row in self.events if self.doubles.get(row.pk, row.pk) == event.pk]
        return sorted((item for row in rows for item in row.open_items.all()), key=lambda item: item.pk)

    @property
    def live_handovers(self) -> list[Handover]:
        """The calls that stand."""
        replaced = {h.supersedes_id for h in self.handovers if h.supersedes_id}
        return [h for h in self.handovers if h.pk not in replaced and not h.withdraws]


def logs_of(chain_ids: Iterable[UUID]) -> dict[UUID, ChainLog]:
    """Give the log of each chain in `chain_ids`, in the same few queries whatever their number.

    The caller has the ids from `visible_chains`, so they are within what the person may see.
    """
    joined = joined_to(chain_ids)
    home, others = joined.home, joined.others
    logs = {pk: ChainLog(doubles=doubles_of(joined.joins.get(pk, ()))) for pk in home if pk not in others}
    # Their order is told below: to ask for one takes a good part of the time that the asking takes.
    events = list(
        CareChainEvent.objects.filter(chain__in=home).order_by().prefetch_related("completions", "open_items")
    )
    handovers = list(Handover.objects.filter(chain__in=home).order_by().prefetch_related("messages"))
    versions = list(
        counted_versions(home)
        .select_related("ward_unit", "municipality", "outpatient_unit")
        .order_by("order", "pk")
    )
    for kept in joined.joins:
        number_anew(row for row in (*versions, *events, *handovers) if home[row.chain_id] == kept)
    # Few people at few units write many rows: each of them is read once, not once a row.
    people = User.objects.in_bulk({row.user_id for row in (*events, *handovers)})
    units = Unit.objects.order_by().in_bulk({row.unit_id for row in (*events, *handovers)})
    for row in (*events, *handovers):
        row.user, row.unit = people[row.user_id], units[row.unit_id]
    for event in in_time_order(events):
        logs[home[event.chain_id]].events.append(event)
    for handover in in_time_order(handovers):
        logs[home[handover.chain_id]].handovers.append(handover)
    for version in sorted(versions, key=lambda row: row.chain_id not in others):
        logs[home[version.chain_id]].versions.append(version)
    for home_id, mark in _marks(joined):
        logs[home_id].marks[mark.pk] = mark
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


def newest_of(row: Row) -> Row:
    """The row that an event or a call stands by now: itself, what corrected it last, or what took it back."""
    rows = type(row).objects.select_related("user", "unit", "supersedes")
    while (newer := rows.filter(supersedes=row).first()) is not None:
        newer.chain = row.chain
        row = newer
    return row


def history_of(chain: CareChain) -> list[CareChainDetails]:
    """Give every version of what was known of the chain, oldest first."""
    return list(chain.history.select_related("user", "unit").order_by("pk"))


def received_lately(acting: Acting, outage: Outage, limit: int) -> list[Handover]:
    """Give the newest calls received about the acting unit's chains, newest first, with chain and messages."""
    calls = Handover.objects.filter(
        chain__in=with_joined(visible_chains(acting, outage)),
        direction=Direction.RECEIVED,
        withdraws=False,
        superseded_by__isnull=True,
        unit=acting.unit,
    )
    related = calls.select_related(
        "chain__details__ward_unit", "chain__details__municipality", "chain__details__outpatient_unit"
    )
    found = list(related.prefetch_related("messages__event").order_by("-at", "-recorded_at")[:limit])
    read_in_kept(found, visible_chains(acting, outage))
    return found


def logged_and_told(acting: Acting, *outages: Outage) -> tuple[bool, bool]:
    """Whether anything is logged in the acting unit's chains, taken back or not, and whether a call it made that stands
    got through.
    """
    seen = with_joined(visible_chains(acting, *outages))
    events = CareChainEvent.objects.filter(chain__in=seen)
    calls = Handover.objects.filter(
        chain__in=seen,
        unit=acting.unit,
        direction=Direction.GIVEN,
        outcome=CallOutcome.REACHED,
        withdraws=False,
        superseded_by__isnull=True,
    )
    return events.exists(), calls.exists()


def told_lately(acting: Acting, since: datetime, *outages: Outage) -> list[Handover]:
    """The calls logged after `since` that got through to a party of the acting unit's chains, oldest first."""
    seen = visible_chains(acting, *outages)
    calls = Handover.objects.filter(
        chain__in=with_joined(seen),
        direction=Direction.GIVEN,
        outcome=CallOutcome.REACHED,
        recipient__in=[party.value for party in Party],
        withdraws=False,
        superseded_by__isnull=True,
        recorded_at__gte=since,
    )
    found = list(calls.select_related("user", "chain").order_by("recorded_at"))
    read_in_kept(found, seen)
    return found


def _marks(joined: Joined) -> Iterator[tuple[UUID, RegistrationMark]]:
    """The marks that count, each with the chain it is read in and, as `stored_task`, the task it was written for.

    Of a chain that was joined to another those of events that are the same as its own are of these; they come first.
    """
    rows = RegistrationMark.objects.filter(chain__in=joined.home).select_related("user").order_by("at", "pk")
    found: dict[tuple[UUID, str], list[RegistrationMark]] = defaultdict(list)
    for row in rows:
        home = joined.home[row.chain_id]
        joins = joined.joins.get(home, ())
        row.stored_task = row.task
        if row.chain_id != home:
            row.task = with_lines(row.task, joins)
            row.picture = row.picture and json.loads(with_lines(json.dumps(row.picture), joins))
        own = found[home, row.task]
        since = {join.other_id: join.recorded_at for join in joins if row.chain_id == home}
        replaced = _replaced(row, own, since)
        found[home, row.task] = [mark for mark in own if mark is not replaced] + [row]
    for (home, _), marks in found.items():
        for mark in sorted(marks, key=lambda mark: mark.chain_id == home):
            yield home, mark


def _replaced(
    row: RegistrationMark, marks: Sequence[RegistrationMark], since: Mapping[UUID, datetime]
) -> RegistrationMark | None:
    """Which of the marks of its task a mark stands for from now on: of its own chain, or of one joined by then."""
    # As `rules.ticks` finds the one that was shown.
    for mark in sorted(
        marks,
        key=lambda mark: (
            not mark.done,
            mark.done and _seen(mark) != _seen(row),
            mark.chain_id != row.chain_id,
        ),
    ):
        if mark.chain_id == row.chain_id or (mark.chain_id in since and since[mark.chain_id] < row.at):
            return mark
    return None


def _seen(mark: RegistrationMark) -> str:
    picture = stored_picture(mark.picture)
    return picture.seen if picture else ""
