"""What a unit has done between two hand-overs: its events and calls in time order, tries as counts."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from contacts.access import Acting, can
from contacts.page_versions import each_of_one_minute
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import hand_out, prepared
from contacts.rules.permissions import Right
from outage.models import CareChainEvent, Handover, HandoverMessage, Outage, ShiftHandover
from outage.queries.care_chains import is_about_seen, visible_chains
from outage.queries.joined import read_in_kept
from outage.queries.moved import with_first
from outage.rules.clock import as_utc
from outage.rules.handover import CLOCK_SKEW, Direction
from outage.rules.informing import FAILED
from outage.rules.shift import Done, DoneRow, Edge, condensed

# Before anything was logged.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
# Of events, and of calls: so much is read at a time, however long nobody has handed over.
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class DoneLine:
    """A line of what was done, with its row: the event or the call, of several tries the last. `stamp` tells all that
    the row is read with.
    """

    line: Done
    row: CareChainEvent | Handover
    stamp: Hashable

    @property
    def as_shown(self) -> tuple[Hashable, ...]:
        """All that is shown of it, but for the minute; once namesakes are marked."""
        return self.line, self.stamp, getattr(self.row.chain, "namesake", False)


@dataclass(frozen=True, slots=True)
class DoneFound:
    """The lines in time order. What was logged at `before` or earlier is not among them, and is to be asked for; None
    where that is nothing.
    """

    lines: list[Done]
    before: datetime | None = None


def done_between(
    acting: Acting,
    outages: Sequence[Outage],
    since: datetime | None,
    until: datetime,
    *,
    after: Edge | None = None,
    by: Edge | None = None,
) -> DoneFound:
    """What the acting unit logged last after `since` (None: ever) and no later than `until`, by when it happened; of
    that what was logged `after` one hand-over, and `by` another.
    """
    if not can(acting, Right.READ_CARE):
        return DoneFound([])
    asked = acting.principal.pk, ids_read_as(acting.unit), since or _EVER, until
    ids = [outage.pk for outage in outages]
    events, calls = _events(*asked, *ids), _calls(*asked, *ids)
    # Of both as far back as of the one that there is most of; what was logged in that very moment may not all be here,
    # and is left for the next question. In one moment alone nobody logs so much.
    ends = [found[-1][1] for found in (events, calls) if len(found) == MOST_ROWS]
    last = max(ends, default="")
    newer = [row for row in (*events, *calls) if row[1] > last]
    rows = newer or [row for row in (*events, *calls) if row[1] == last]
    if after or by:
        rows = [row for row in rows if _is_between(after, by, UUID(row[2]), _moment(row[1]))]
    rows.sort(key=itemgetter(0, 1, 2))
    before = _moment(last) if last else None
    if before and not newer:
        before -= timedelta.resolution
    return DoneFound(condensed(DoneRow(*row) for _, _, *row in rows), before)


def _is_between(after: Edge | None, by: Edge | None, row: UUID, at: datetime) -> bool:
    return not (after and after.has(row, at)) and (by is None or by.has(row, at))


def _moment(text: str) -> datetime:
    return as_utc(datetime.fromisoformat(f"{text.removesuffix('+00')}+00:00"))


def logged_near(acting: Acting, outages: Sequence[Outage], at: datetime) -> list[str]:
    """The ids of what the acting unit has logged with a time near `at`, which is now."""
    asked = acting.principal.pk, ids_read_as(acting.unit), at - CLOCK_SKEW, at + 2 * CLOCK_SKEW
    ids = [outage.pk for outage in outages]
    return [str(UUID(row[2])) for row in (*_events(*asked, *ids), *_calls(*asked, *ids))]


def edge_at(acting: Acting, outages: Sequence[Outage], at: datetime | None) -> Edge | None:
    """The acting unit's hand-over that was made `at`."""
    if at is None:
        return None
    made = ShiftHandover.objects.filter(outage__in=outages, unit__in=ids_read_as(acting.unit), at=at)
    kept = made.values_list("left__logged", flat=True).first()
    return Edge(at, None if kept is None else frozenset(map(UUID, kept)))


def much_done_between(
    acting: Acting,
    outages: Sequence[Outage],
    since: datetime | None,
    until: datetime,
    lines: int,
    after: Edge | None = None,
) -> DoneFound:
    """As `done_between`, so much of it that there are at least so many `lines`, where there are."""
    found = done_between(acting, outages, since, until, after=after)
    while found.before and len(found.lines) < lines:
        older = done_between(acting, outages, since, found.before, after=after)
        found = DoneFound(older.lines + found.lines, older.before)
    return found


def done_page(
    acting: Acting,
    outages: Sequence[Outage],
    found: Sequence[Done],
    size: int,
    number: str | int | None,
    now: datetime,
    alike: Hashable,
) -> Page[Any]:
    """A page of them, as `done_lines`."""
    page: Page[Any] = Paginator(found, size).get_page(number)
    page.object_list = done_lines(acting, outages, page.object_list, now, alike)
    return page


def done_lines(
    acting: Acting, outages: Sequence[Outage], found: Iterable[Done], now: datetime, alike: Hashable
) -> list[DoneLine]:
    """Each with its row: chain and messages are read, and who wrote it; once a minute for as long as nobody knows
    anything else of the patient. `alike` is `alike_beside_chains`, asked for before the outages were.
    """
    lines = {UUID(line.id): line for line in found}
    ids = tuple(lines)
    keys = {pk: ("done", alike, pk, *known) for pk, *known in (*_known_in_events(ids), *_known_in_calls(ids))}

    def read(missing: list[UUID]) -> dict[UUID, CareChainEvent | Handover]:
        return {row.pk: row for row in _rows(acting, outages, tuple(missing))}

    rows = each_of_one_minute(keys, now, read, lambda pk, found: found[pk])
    return [DoneLine(line, rows[pk], keys[pk]) for pk, line in lines.items()]


def calls_by_id(acting: Acting, outages: Sequence[Outage], ids: Iterable[UUID]) -> list[Handover]:
    """Calls of the acting unit's chains in the order of `ids`, read as those of `done_lines`."""
    wanted = tuple(ids)
    found = {row.pk: row for row in _rows(acting, outages, wanted, calls_alone=True)}
    return [found[pk] for pk in wanted if pk in found]  # type: ignore[misc]


def _rows(
    acting: Acting, outages: Sequence[Outage], ids: tuple[UUID, ...], *, calls_alone: bool = False
) -> list[CareChainEvent | Handover]:
    if not ids:
        return []
    calls = _calls_of(ids)
    with_first(calls)
    hand_out(calls, "messages", _messages(tuple(call.pk for call in calls)) if calls else ())
    rows: list[Any] = [*calls, *(() if calls_alone else _events_of(ids))]
    if any(row.chain.joined_to_id for row in rows):
        read_in_kept(rows, visible_chains(acting, *outages))
    by_id = {outage.pk: outage for outage in outages}
    for row in rows:
        row.chain.outage = by_id[row.chain.outage_id]
    return rows


@prepared
def _events(
    principal_id: int, units: tuple[int, ...], since: datetime, until: datetime, *outage_ids: UUID
) -> QuerySet[CareChainEvent, tuple[Any, ...]]:
    seen = _is_in_seen(principal_id, units, outage_ids)
    rows = CareChainEvent.objects.filter(seen, unit__in=units, recorded_at__gt=since, recorded_at__lte=until)
    newest = rows.order_by("-recorded_at", "pk")[:MOST_ROWS]
    return newest.values_list(*map(_as_text, ("happened_at", "recorded_at", "pk", "superseded_by")))


@prepared
def _calls(
    principal_id: int, units: tuple[int, ...], since: datetime, until: datetime, *outage_ids: UUID
) -> QuerySet[Handover, tuple[Any, ...]]:
    seen = _is_in_seen(principal_id, units, outage_ids)
    rows = Handover.objects.filter(seen, unit__in=units, recorded_at__gt=since, recorded_at__lte=until)
    newest = rows.order_by("-recorded_at", "pk")[:MOST_ROWS]
    is_try = Q(direction=Direction.GIVEN, outcome__in=FAILED, withdraws=False)
    whom = Concat(_as_text("chain"), "recipient", Value(" "), "place", output_field=CharField())
    return newest.values_list(
        *map(_as_text, ("at", "recorded_at", "pk", "superseded_by")), Case(When(is_try, whom), default=None)
    )


def _as_text(column: str) -> Cast:
    """Of a thousand rows, to be compared: both engines write moments in UTC so that their texts sort as they do."""
    return Cast(column, CharField())


def _is_in_seen(principal_id: int, units: tuple[int, ...], outage_ids: tuple[UUID, ...]) -> Q:
    """What was logged in a chain that was joined to another is read in that one."""
    ways = ("chain", "chain__joined_to")
    here, there = (is_about_seen(principal_id, units, outage_ids, way) for way in ways)
    return here | there


_CHAIN = (
    "user",
    "chain__details__ward_unit",
    "chain__details__municipality",
    "chain__details__outpatient_unit",
)


# What is known of the patient, of a chain that was joined to another, there.
_KNOWN = "pk", "chain__details", "chain__joined_to__details"


@prepared
def _known_in_events(ids: tuple[UUID, ...]) -> QuerySet[CareChainEvent, tuple[Any, ...]]:
    return CareChainEvent.objects.filter(pk__in=ids).order_by().values_list(*_KNOWN)


@prepared
def _known_in_calls(ids: tuple[UUID, ...]) -> QuerySet[Handover, tuple[Any, ...]]:
    return Handover.objects.filter(pk__in=ids).order_by().values_list(*_KNOWN)


@prepared
def _events_of(ids: tuple[UUID, ...]) -> QuerySet[CareChainEvent]:
    return CareChainEvent.objects.filter(pk__in=ids).select_related(*_CHAIN).order_by()


@prepared
def _calls_of(ids: tuple[UUID, ...]) -> QuerySet[Handover]:
    return Handover.objects.filter(pk__in=ids).select_related(*_CHAIN).order_by()


@prepared
def _messages(call_ids: tuple[UUID, ...]) -> QuerySet[HandoverMessage]:
    return HandoverMessage.objects.filter(handover__in=call_ids).select_related("event")
