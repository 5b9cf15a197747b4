"""What the acting unit has to do by a certain moment, from the kept rows alone: no patient text is read."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from contacts.access import Acting, can, check_may
from contacts.page_versions import holds_until, of_one_minute, shown_alike
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import prepared
from contacts.rules.parties import PrincipalKind
from contacts.rules.permissions import Right
from contacts.seen import once
from outage.models import ChainState, Outage, StateKind
from outage.queries.closing import keys_left
from outage.queries.owed import is_read_there
from outage.rules.closing import Holds, key_of_row, kind_of_call
from outage.rules.outage_status import cut_off
from outage.rules.reminders import Due, late, send_by, tell_by
from outage.rules.wording import span

_A_MINUTE = timedelta(minutes=1)


def told_by(
    outage: Outage, kind: str, since: datetime, *, retracts: bool = False, left_open: bool = False
) -> datetime | None:
    """When everybody should have been told of an owed message, by the columns of its kept row. None where nobody is
    reminded of it: what somebody has taken on by name and reason, and what is taken back, which has no limit.
    """
    return None if not kind or retracts or left_open else tell_by(outage.routine.message(kind), since)


def how_late(by: datetime, now: datetime) -> str:
    """How long ago it was to be done; "" in the first minute, of which there is nothing to count."""
    holds_until(now, by + _A_MINUTE)
    return span(now - by) if now - by >= _A_MINUTE else ""


def reminders_of(acting: Acting, now: datetime, *outages: Outage) -> list[Due]:
    """What the acting unit owes for too long, the longest first; `outages` are those in reach, the one in view first.

    One query, two where somebody is to be rung back, and one where an outage is over.
    """
    # Whose assignment has ended is still shown what they had written, and nothing of the unit's.
    if not (can(acting, Right.READ_CARE) and acting.membership.active and acting.unit.active):
        return []

    def made() -> list[Due]:
        # The same for all colleagues, on every page of theirs.
        return of_one_minute(("due", *shown_alike(acting)), now, lambda: due_now(acting, now, *outages))

    found = all_due(acting, made)
    holds_until(now, *(one.at for one in found))
    return late(found, now)


def all_due(acting: Acting, read: Callable[[], list[Due]]) -> list[Due]:
    """What the acting unit is to do by a certain moment, late or not: what `read` gives the first time in a request. A
    page that was made for several has it already.
    """
    return once(("due", acting.unit.pk, acting.role), read)


def due_now(acting: Acting, now: datetime, *outages: Outage) -> list[Due]:
    """As `all_due`, read."""
    check_may(acting, Right.READ_CARE)
    by_id = {outage.pk: outage for outage in outages if not outage.purged_at}
    asked = acting.principal.pk, ids_read_as(acting.unit), tuple(by_id)
    over = {pk: outage for pk, outage in by_id.items() if not outage.is_open}
    # What somebody took on by name and reason as the outage was closed.
    left = keys_left(acting.principal, *over.values()) if over else ()
    found = []
    for what, unit, outage_id, chain, kind, since, at, call, whom, *more in (_of_over if over else _rows)(
        *asked, _kinds(by_id.values())
    ):
        taken_on = False
        if outage_id in over:
            party, former, message, reads_in, ticked, urgent = more
            rings_back = what == StateKind.RING_BACK
            held = Holds.RING_BACK if rings_back else kind_of_call(urgent=urgent, retracts=False)
            taken_on = key_of_row(held, chain, call, unit, whom, party, former, message=message) in left
            if taken_on and not rings_back:
                continue
            if what == StateKind.OWED and is_read_there(
                over[outage_id], acting.principal, reads_in, since, ticked=ticked, message=message
            ):
                continue
        if what == StateKind.RING_BACK:
            found.append(Due("", chain, at or since, call, reminds=bool(at) and not taken_on))
        elif unit == acting.unit.pk:
            due = _due(acting, by_id[outage_id], now, what, kind, since)
            if due is not None:
                found.append(Due(kind, chain, due, whom=whom, is_listed=what == StateKind.OWED))
    return found


def _kinds(outages: Iterable[Outage]) -> tuple[str, ...]:
    """Those that anybody is reminded of; "" where a row is of no message."""
    messages = (message for outage in outages for message in outage.routine.messages.values())
    return ("", *sorted({each.key for each in messages if each.tell_within or each.due_after}))


def _due(
    acting: Acting, outage: Outage, now: datetime, what: str, kind: str, since: datetime
) -> datetime | None:
    routine = outage.routine
    if what == StateKind.OWED:
        return told_by(outage, kind, since)
    # Who is in the system sends it there, and the log does not know.
    if not outage.is_open or not cut_off(outage.scope_at(now), PrincipalKind(acting.principal.kind)):
        return None
    return send_by(routine.message(kind), since, routine.limits.time_zone)


_Rows = QuerySet[ChainState, tuple[Any, ...]]
_COLUMNS = "what", "unit", "outage", "chain", "kind", "since", "at", "rung", "whom"


@prepared
def _rows(
    principal_id: int, units: tuple[int, ...], outage_ids: tuple[UUID, ...], kinds: tuple[str, ...]
) -> _Rows:
    return _of_units(principal_id, units, outage_ids, kinds).values_list(*_COLUMNS)


@prepared
def _of_over(
    principal_id: int, units: tuple[int, ...], outage_ids: tuple[UUID, ...], kinds: tuple[str, ...]
) -> _Rows:
    """As `_rows`, with what says whether it is done where an outage is over."""
    told = "party", "former", "message", "reads_in", "ticked", "urgent"
    return _of_units(principal_id, units, outage_ids, kinds).values_list(*_COLUMNS, *told)


def _of_units(
    principal_id: int, units: tuple[int, ...], outage_ids: tuple[UUID, ...], kinds: tuple[str, ...]
) -> QuerySet[ChainState]:
    return ChainState.objects.filter(
        what__in=(StateKind.OWED, StateKind.UNSENT, StateKind.RING_BACK),
        outage__in=outage_ids,
        principal=principal_id,
        unit__in=units,
        kind__in=kinds,
        # As `told_by` has it.
        retracts=False,
        open_item=None,
    ).order_by()
