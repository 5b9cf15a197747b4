"""Kvittenskod in words: that the other end has logged the same call, and whether it says the same."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from outage.models import Handover
from outage.queries.call_codes import CodeState, code_states
from outage.rules.call_code import shown_code
from outage.rules.handover import Direction
from outage.rules.wording import lower_first, moment


@dataclass(frozen=True, slots=True)
class CodeLine:
    """What a call's row says of its code. `warning` is what a person has to clear up; `code` is what was read aloud,
    shown to the unit that rang as long as nobody has confirmed the call.
    """

    text: str = ""
    confirmed: bool = False
    warning: str = ""
    code: str = ""

    @property
    def on_paper(self) -> str:
        """Without what may have changed before anybody reads it."""
        said = (self.text if self.confirmed else "", self.warning)
        return " ".join(f"{part}." for part in said if part)


CodeLines = Mapping[UUID, CodeLine]


def code_lines(acting: Acting, calls: Iterable[Handover], now: datetime) -> dict[UUID, CodeLine]:
    """By the call's id, for a chain's own page. The number of queries does not depend on that of the calls."""
    return {
        pk: code_line(state, now, own=state.unit_id == acting.unit.pk)
        for pk, state in code_states(calls).items()
    }


def code_lines_in_list(
    calls: Collection[Handover], now: datetime, hidden: bool | None = None
) -> dict[UUID, CodeLine]:
    """As `code_lines`, for a list of many patients or a print: whom one spoke to tells where a protected patient is.

    `hidden` says that all are of one that is, or of one that is not; else the calls come with chain and details.
    """
    named = {
        call.pk: not (call.chain.details.protected_identity if hidden is None else hidden) for call in calls
    }
    return {pk: code_line(state, now, named=named[pk]) for pk, state in code_states(calls).items()}


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
    said = " och ".join(lower_first(differs.label) for differs in state.differs)
    return CodeLine(
        text=f"Bekräftad av motparten {moment(state.at, now)}{who}",
        confirmed=True,
        warning=f"Motparten loggade {said}. Ring och stäm av" if said else "",
    )
