"""Reads about the codes of calls. The one place where what one principal logged is compared with what another did: it
hands out who logged the other call and where, and that something differs, never what.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from contacts.queries.prepared import prepared
from outage.models import CallCode, CareChainEvent, Confirmation, Handover, HandoverMessage
from outage.rules.call_code import make_code
from outage.rules.confirming import CodedCall, Differs, Said, differences, fits, is_bound
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome

_SALT = "outage.call-code"


def code_of_form(client_id: UUID, user_id: int, unit_id: int) -> str:
    """The code of the call that is saved under an id by somebody in a unit: known while the form is open, and told by
    nobody else's form, though it be sent with the same id.
    """
    value = f"{client_id} {user_id} {unit_id}"
    return make_code(salted_hmac(_SALT, value, algorithm="sha256").digest())


@dataclass(frozen=True, slots=True)
class CodeState:
    """What is known of the code of a call. `at` is None where nobody has confirmed the call yet.

    `name` and `unit` are of the one who logged the other call; `withdrawn` says that this one was taken back, `stands`
    that both are still of one call.
    """

    code: str
    unit_id: int
    direction: Direction
    at: datetime | None = None
    name: str = ""
    unit: str = ""
    stands: bool = False
    withdrawn: bool = False
    differs: tuple[Differs, ...] = ()


def code_states(calls: Iterable[Handover]) -> dict[UUID, CodeState]:
    """By the call's id, for those of `calls` that stand and have a code.

    The caller has the calls from `logs_of` or the like, so they are within what the person may see. The number of
    queries does not depend on that of the calls; without a code there is none.
    """
    coded = {call.pk: call.code_id for call in calls if call.code_id and not call.withdraws}
    ids = set(coded.values())
    if not ids:
        return {}
    codes = {code.pk: code for code in _codes(*ids)}
    confirmed: dict[int, list[Confirmation]] = defaultdict(list)
    for row in _confirmations(*ids):
        confirmed[row.given_id].append(row)
        confirmed[row.received_id].append(row)
    standing = standing_calls(confirmed) if confirmed else {}
    return {pk: _state(codes[code], confirmed.get(code, ()), standing) for pk, code in coded.items()}


@prepared
def _codes(*code_ids: int) -> QuerySet[CallCode]:
    return CallCode.objects.filter(pk__in=code_ids).order_by()


@prepared
def _confirmations(*code_ids: int) -> QuerySet[Confirmation]:
    rows = Confirmation.objects.filter(Q(given__in=code_ids) | Q(received__in=code_ids))
    return rows.select_related("given__user", "given__unit", "received__user", "received__unit")


def chains_of_both_ends(code_ids: Collection[int]) -> set[UUID]:
    """The ids of the chains whose calls are confirmed with one of these codes, those of other principals too: for their
    pages to be told, and for nobody to be shown.
    """
    codes = {pk for pair in _confirmed_with(*code_ids) for pk in pair} if code_ids else set()
    return set(_chains_with(*codes)) if codes else set()


@prepared
def _confirmed_with(*code_ids: int) -> QuerySet[Confirmation, tuple[int, int]]:
    rows = Confirmation.objects.filter(Q(given__in=code_ids) | Q(received__in=code_ids))
    return rows.order_by().values_list("given", "received")


@prepared
def _chains_with(*code_ids: int) -> QuerySet[Handover, UUID]:
    return Handover.objects.filter(code__in=code_ids).order_by().values_list("chain", flat=True)


def _state(own: CallCode, rows: Iterable[Confirmation], standing: Mapping[int, CodedCall]) -> CodeState:
    direction = Direction(own.direction)
    found = CodeState(code=own.code, unit_id=own.unit_id, direction=direction)
    # The newest, but rather one that stands.
    for row in rows:
        given, received = standing.get(row.given_id), standing.get(row.received_id)
        other = row.received if direction is Direction.GIVEN else row.given
        stands = bool(given and received and fits(given, received))
        if found.stands and not stands:
            continue
        found = CodeState(
            code=own.code,
            unit_id=own.unit_id,
            direction=direction,
            at=row.recorded_at,
            name=other.user.full_name,
            unit=other.unit.name,
            stands=stands,
            withdrawn=other.pk not in standing,
            differs=differences(given, received) if given and received and stands else (),
        )
    return found


def standing_calls(code_ids: Collection[int]) -> dict[int, CodedCall]:
    """By the code's id, the calls that stand; one that was parted in two when a join was undone counts as one."""
    rows: dict[int, list[Handover]] = defaultdict(list)
    calls = Handover.objects.filter(code__in=code_ids, withdraws=False, superseded_by__isnull=True)
    related = calls.select_related("unit", "chain__details", "chain__joined_to__details")
    for call in related.order_by("recorded_at"):
        assert call.code_id is not None
        rows[call.code_id].append(call)
    said = _said([call for found in rows.values() for call in found])
    return {code_id: _coded(code_id, found, said) for code_id, found in rows.items()}


def _coded(code_id: int, rows: list[Handover], said: Mapping[UUID, set[Said]]) -> CodedCall:
    call = rows[0]
    direction = Direction(call.direction)
    details = [(row.chain.joined_to or row.chain).details for row in rows]
    reached = call.outcome == CallOutcome.REACHED and is_bound(call.place)
    given = direction is Direction.GIVEN
    return CodedCall(
        id=code_id,
        direction=direction,
        outage=call.chain.outage_id,
        at=call.at,
        unit=call.unit_id,
        bound_to=call.place if given and reached else "",
        named=frozenset()
        if given
        else frozenset({f"unit:{call.unit_id}", f"principal:{call.unit.principal_id}"}),
        said=frozenset[Said]().union(*(said.get(row.pk, ()) for row in rows)),
        numbers=frozenset(
            row.identity_number for row in details if row.identity_number and not row.protected_identity
        ),
    )


def _said(calls: list[Handover]) -> dict[UUID, set[Said]]:
    """What each call told of, or took in, as the log now has it.

    A message that was corrected after it was told counts as it was told, where that was right as it now stands; one
    that was received as it was corrected since: what was said is what was meant.
    """
    given = {call.pk: call.direction == Direction.GIVEN for call in calls}
    messages = HandoverMessage.objects.filter(handover__in=given, event__isnull=False).select_related("event")
    told = [(message.handover_id, message.event) for message in messages if message.event]
    chains = {event.chain_id for _, event in told}
    rows = CareChainEvent.objects.filter(chain__in=chains, supersedes__isnull=False, withdraws=False)
    newer = {row.supersedes_id: row for row in rows}
    found: dict[UUID, set[Said]] = defaultdict(set)
    for call_id, first in told:
        event = first
        while (row := newer.get(event.pk)) and (row.told_rightly or not given[call_id]):
            event = row
        found[call_id].add(Said(event.kind, event.sender, event.withdraws))
    return found


def waiting_calls(code: str) -> list[CodedCall]:
    """The calls that stand, with that code, and are not confirmed by one that stands."""
    found = _with_code(code)
    if len({direction for _, direction in found}) < len(Direction):
        return []
    ids = [pk for pk, _ in found]
    standing = standing_calls(ids)
    taken = {
        pk
        for pair in Confirmation.objects.filter(given__in=ids).values_list("given", "received")
        if standing.keys() >= set(pair)
        for pk in pair
    }
    return [call for pk, call in standing.items() if pk not in taken]


@prepared
def _with_code(code: str) -> QuerySet[CallCode, tuple[int, str]]:
    return CallCode.objects.filter(code=code).values_list("pk", "direction")


def unanswered_attempts(user_id: int, unit_id: int, since: datetime) -> tuple[int, int]:
    """How many codes have been typed after `since` that no call has answered: by the person, and in the unit."""
    rows = CallCode.objects.filter(
        Q(user=user_id) | Q(unit=unit_id),
        direction=Direction.RECEIVED,
        recorded_at__gt=since,
        confirms__isnull=True,
    ).values_list("user", "unit")
    found = list(rows)
    return sum(user == user_id for user, _ in found), sum(unit == unit_id for _, unit in found)
