"""A call that was about another patient, logged on the right one."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid5

from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import replacing
from outage.models import CareChain, CareChainEvent, Handover, HandoverMessage
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.naming import shown_in_list
from outage.queries.standing import line_back, row_of, told_by, told_only_by
from outage.rules.asked_messages import ask_which_event
from outage.rules.joining import pairs_to_ask_about
from outage.rules.said import in_short
from outage.services.call_codes import confirm
from outage.services.care_chains import take_up_again
from outage.services.events import lock_chain, need_reason, withdraw_row, write_event
from outage.services.handovers import check_stands, take_back, write_call
from outage.services.paper import mark_of
from outage.services.states import settle


def move_call(
    *,
    by: Acting,
    handover: Handover,
    to: CareChain,
    client_id: UUID,
    reason: str,
    answers: Mapping[str, str] | None = None,
) -> Handover:
    """Log a call, and what it told of, on the patient it was about: it leaves its chain with what stood by it alone.

    The call keeps its time, its words and the place that was reached; a place that is none of the new chain's counts
    for nobody there. Returns the new row. Raises RuleError for a call that no longer stands or is of that patient
    already; where somebody can be asked (`answers`) Question for a chain that is logged on the wrong patient, and for
    what may be logged there already.
    """
    check_may(by, Right.LOG_CARE, handover, to)
    check_stands(handover)
    need_reason(reason)
    content = {"handover": handover.pk, "to": to.pk, "reason": reason}
    with replacing():
        if claim(by=by, client_id=client_id, kind="call_move", content=content):
            return Handover.objects.get(pk=client_id)
        lock_chain(handover.chain, to)
        # The two may have been joined just now.
        if (to.joined_to or to).pk == (handover.chain.joined_to or handover.chain).pk:
            raise RuleError("Samtalet hör redan till den patienten.")
        if answers is not None and handover.messages.exists():
            take_up_again(by, to, answers)
        log = log_of(handover.chain_id)
        events = told_by(handover.chain, log, handover)
        gone = told_only_by(handover.chain, log, handover)
        take_back(by, handover, Handover(pk=client_id).left_by, reason, gone)
        told = {message.event_id for message in handover.messages.all()}
        copies = [
            _told_there(
                by, to, client_id, line_back(log, event.pk)[-1], _since_told(log, event, told), told, answers
            )
            for event in events
        ]
        if len({event.pk for event in copies}) < len(copies):
            raise RuleError("Två meddelanden i samtalet kan inte vara samma händelse. Svara nej på det ena.")
        row = write_call(
            by, to, client_id, handover.facts, paper=mark_of(handover), reason=reason, former=handover
        )
        for event in copies:
            HandoverMessage.objects.create(handover=row, event=event)
        settle(handover.chain)
        settle(to)
        confirm(by, row)
        audit.record(by=by, action="call.moved", target=row, chain=to.pk)
        audit.record(by=by, action="call.moved", target=handover, chain=handover.chain_id)
    return row


def _since_told(log: ChainLog, event: CareChainEvent, told: Collection[UUID | None]) -> list[CareChainEvent]:
    """The rows of an event from the one that was told on, oldest first: who was told may be owed what came after."""
    rows = line_back(log, event.pk)
    place = next((at for at, row in enumerate(rows) if row.pk in told), 0)
    # What was told may be that it was taken back, before it stood again.
    return rows[place + rows[place].withdraws :: -1]


def _told_there(
    by: Acting,
    to: CareChain,
    client_id: UUID,
    first: CareChainEvent,
    rows: Sequence[CareChainEvent],
    told: Collection[UUID | None],
    answers: Mapping[str, str] | None,
) -> CareChainEvent:
    """The row of the right chain that the call told of: where the same event is logged there already, the wording
    that was told; else a copy of `rows`, of an event of which `first` was logged first. A wording that nobody had
    logged there is written and then taken back: it was told.
    """
    log = log_of(to.pk)
    same = "" if answers is None else _ask_if_same(rows[-1], to, log, answers)
    said = rows[0]
    for row in rows[1:]:
        if not row.told_rightly:
            break
        said = row
    logged = line_back(log, UUID(same)) if same else []
    content = (said.kind, said.particulars)
    found = next((row for row in logged if (row.kind, row.particulars) == content), None)
    if found is None or rows[0].pk not in told:
        copies = _copy(by, to, client_id, first, rows)
        found = next((copy for row, copy in zip(rows, copies, strict=True) if row.pk in told), copies[0])
        if same:
            withdraw_row(by, copies[-1], "Samma händelse som en som redan är loggad.")
    return found


def _ask_if_same(event: CareChainEvent, to: CareChain, log: ChainLog, answers: Mapping[str, str]) -> str:
    pairs = pairs_to_ask_about([row_of(event)], [row_of(row) for row in log.live_events])
    if not pairs:
        return ""
    by_id = {str(row.pk): row for row in log.live_events}
    return ask_which_event(
        f"same-{event.pk}",
        # Of a call about a protected patient no more than a list says, either.
        told=_in_words(event, to, event.chain),
        there=[(id_, _in_words(by_id[id_], to)) for _, id_ in pairs],
        answers=answers,
    )


def _in_words(event: CareChainEvent, *chains: CareChain) -> str:
    now, label = timezone.now(), chains[0].outage.routine.label(event.kind)
    told = min((shown_in_list(chain, event) for chain in chains), key=len)
    return f"{label} {in_short(event.happened_at, told, now)}"


def _copy(
    by: Acting, to: CareChain, client_id: UUID, first: CareChainEvent, rows: Sequence[CareChainEvent]
) -> list[CareChainEvent]:
    """Oldest first."""
    found: list[CareChainEvent] = []
    for row in rows:
        if row.withdraws:
            found.append(withdraw_row(by, found[-1], row.reason, row_id=uuid5(client_id, str(row.pk))))
            continue
        copy = write_event(
            by,
            to,
            event_id=uuid5(client_id, str(row.pk)),
            kind=row.kind,
            sender=Party(row.sender),
            happened_at=row.happened_at,
            particulars=row.particulars,
            supersedes=found[-1] if found else None,
            reason=row.reason if found else "",
            told_rightly=bool(found) and row.told_rightly,
            paper=mark_of(row),
            copies=row,
            first_logged_at=None if found else first.logged_at,
        )
        found.append(copy)
    return found
