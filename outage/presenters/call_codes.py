"""Kvittenskod in words: that the other end has logged the same call, and whether it says the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from outage.models import Handover
from outage.queries.call_codes import CodeState, code_states
from outage.rules.call_code import shown_code
from outage.rules.handover import Direction
from outage.rules.wording import moment


@dataclass(frozen=True, slots=True)
class CodeLine:
    """What a call's row says of its code. `warning` is what a person has to clear up; `code` is what was read aloud,
    shown to the unit that rang as long as nobody has confirmed the call.
    """

    text: str = ""
    confirmed: bool = False
    warning: str = ""
    code: str = ""


CodeLines = Mapping[UUID, CodeLine]


def code_lines(acting: Acting, calls: list[Handover], now: datetime) -> dict[UUID, CodeLine]:
    """By the call's id, for a chain's own page. The number of queries does not depend on that of the calls."""
    return {
        pk: code_line(state, now, own=state.unit_id == acting.unit.pk)
        for pk, state in code_states(calls).items()
    }


def code_lines_in_list(calls: list[Handover], now: datetime) -> dict[UUID, CodeLine]:
    """As `code_lines`, where many patients are listed: whom one spoke to tells where a protected patient is."""
    hidden = {call.pk for call in calls if call.chain.details.protected_identity}
    return {pk: code_line(state, now, named=pk not in hidden) for pk, state in code_states(calls).items()}


def code_line(state: CodeState, now: datetime, *, own: bool = False, named: bool = True) -> CodeLine:
    if state.at is None:
        if state.direction is Direction.RECEIVED:
            return CodeLine(text="Kvittenskoden väntar på motparten")
        return CodeLine(code=shown_code(state.code) if own else "")
    if not state.stands:
        why = (
            "motparten har tagit tillbaka sitt samtal" if state.withdrawn else "samtalet är rättat sedan dess"
        )
        return CodeLine(warning=f"Inte längre bekräftad av motparten: {why}")
    who = f", {state.name}, {state.unit}" if named else ""
    said = " och ".join(differs.label for differs in state.differs)
    return CodeLine(
        text=f"Bekräftad av motparten {moment(state.at, now)}{who}",
        confirmed=True,
        warning=f"Motparten loggade {said}. Ring och stäm av" if said else "",
    )
