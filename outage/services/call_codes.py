"""Kvittenskod: kept with the call it was said or typed in, and the two calls that have one confirmed."""

from collections.abc import Collection

from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.models import Unit
from contacts.models.locking import lock_word
from contacts.page_versions import changed, of_unit
from contacts.rules.errors import RuleError
from outage.models import CallCode, Confirmation, Handover
from outage.queries.call_codes import chains_of_both_ends, code_of_form, unanswered_attempts, waiting_calls
from outage.queries.care_chains import units_of_chain
from outage.rules.call_code import read_code
from outage.rules.confirming import ATTEMPTS_WITHIN, MOST_BY_PERSON, MOST_BY_UNIT, is_bound, pairs
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.services.call_errors import CallErrors


def code_of(by: Acting, call: Handover, former: Handover | None, typed: str | None) -> CallCode | None:
    """The code of a call that is about to be written, in its transaction; `former` is the row that it comes from.

    A call that we made has its own, once it has reached somebody who can type it. One that was received has what was
    `typed`, None for what was typed before: or no code, where too many have been typed of late that nobody answered.
    """
    kept = former.code if former else None
    if call.direction == Direction.GIVEN:
        # Nothing was read aloud where the call is entered from a sheet of paper.
        binds = call.outcome == CallOutcome.REACHED and is_bound(call.place) and not call.paper_serial
        return kept or (_of_form(by, call, former) if binds and not call.withdraws else None)
    if typed is None or (kept and kept.code == typed):
        return kept
    return _typed(by, call, typed) if typed and _may_type(by, call.unit) else None


def _of_form(by: Acting, call: Handover, former: Handover | None) -> CallCode:
    first = former or call
    while first.supersedes is not None:
        first = first.supersedes
    person, unit = (first.user_id, first.unit_id) if former else (by.user.pk, by.unit.pk)
    code = CallCode(
        code=code_of_form(first.pk, person, unit), direction=Direction.GIVEN, user_id=person, unit_id=unit
    )
    code.save()
    return code


def _typed(by: Acting, call: Handover, typed: str) -> CallCode:
    code = CallCode(code=typed, direction=Direction.RECEIVED, user=by.user, unit=call.unit)
    code.save()
    return code


def _may_type(by: Acting, rung: Unit) -> bool:
    since = timezone.now() - ATTEMPTS_WITHIN
    person, unit = unanswered_attempts(by.user.pk, rung.pk, since)
    return person < MOST_BY_PERSON and unit < MOST_BY_UNIT


def tidy_code(typed: str | None) -> str | None:
    """Raises CallErrors for what cannot be a code."""
    try:
        return typed and read_code(typed)
    except RuleError as error:
        raise CallErrors({"code": error.reason}) from None


def confirm(by: Acting, call: Handover) -> None:
    """Confirm the calls that are one with those that have the same code, after `call` was written or taken back; the
    last step of its transaction.

    Two who save at the same time are in different chains, so that theirs do not keep them apart: each waits for whoever
    writes about the same code, and so the one that comes second sees the first.
    """
    if call.code is None or not (call.direction == Direction.RECEIVED or is_bound(call.place)):
        return
    lock_word(f"code:{call.code.code}")
    for given, received in pairs(waiting_calls(call.code.code)):
        row = Confirmation(given_id=given.id, received_id=received.id, user=by.user, unit=by.unit)
        row.save()
        audit.record(by=by, action="call.confirmed", target=row, chain=call.chain_id)
        tell_both_ends([given.id, received.id])


def tell_both_ends(code_ids: Collection[int]) -> None:
    """Of calls confirmed with these codes each end's Läge says whether the other still says the same."""
    units = {pk for chain_id in chains_of_both_ends(code_ids) for pk in units_of_chain(chain_id)}
    if units:
        changed(*map(of_unit, units))
