"""Of a patient who has chains in several outages: where to log what happens now, and what the other logs say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from outage.models import CareChain
from outage.queries.logged_beside import AllBeside
from outage.queries.naming import by_number
from outage.queries.outages import outage_since
from outage.queries.same_patient import own_chains_of
from outage.rules.back_registration import Task
from outage.rules.beside import Beside
from outage.rules.wording import lower_first, moment

# The case of a patient who was admitted in the outage and was in when it ended.
_STILL_IN = 1
READ_FIRST = "Läs först vad som är loggat om patienten i ett annat driftstopp."


@dataclass(frozen=True, slots=True)
class LaterOutage:
    system: str
    since: str
    chains: Sequence[CareChain]


def later_outage(acting: Acting, chain: CareChain, now: datetime) -> LaterOutage | None:
    """What a page of `chain` says about the outage that goes on, where the chain belongs to an earlier one; else
    None.
    """
    outage = outage_since(chain.outage, acting.principal)
    if outage is None:
        return None
    number = chain.details.identity_number
    return LaterOutage(
        system=outage.system,
        since=moment(outage.current.started_at, now),
        chains=by_number(*own_chains_of(acting, number, outage)) if number else [],
    )


@dataclass(frozen=True, slots=True)
class BesideLine:
    """What is said of a patient's chain in another outage, and what that means; `chain_id` leads there, None where
    another unit has it.
    """

    said: Beside
    text: str
    chain_id: UUID | None = None
    number: int = 0


def beside_lines(beside: AllBeside, chain: CareChain, now: datetime) -> tuple[BesideLine, ...]:
    """Those of `chain`, the oldest outage first."""
    found = []
    by_number(*(one.chain for one in beside.get(chain.pk, ()) if one.said.seen))
    for one in beside.get(chain.pk, ()):
        there = f"driftstoppet {one.chain.outage.listed_as}"
        if not one.said.seen:
            text = f"I {there} har {one.chain.unit.name} en vårdkedja om patienten."
            found.append(BesideLine(one.said, text))
            continue
        moved = one.moved
        said = (
            f": {one.chain.outage.routine.label(moved.kind)} {moment(moved.happened_at, now)}."
            if moved
            else "."
        )
        text = f"Vårdkedja {one.chain.number} i {there}{said}"
        found.append(BesideLine(one.said, text, one.chain.pk, one.chain.number))
    return tuple(found)


def read_first(beside: Iterable[BesideLine]) -> str:
    """What stands before a task where another outage has a log of the patient, or ""."""
    said = [line.text for line in beside]
    return " ".join([READ_FIRST, *said]) if said else ""


def do_by_hand(do: str) -> str:
    """What is decided of a task that another outage's log may contradict."""
    return f"Avgör om det ska göras: {lower_first(do)}"


def why_with(beside: Sequence[BesideLine], task: Task, left_at: str = "") -> str:
    """Why a task is to be done. Where another outage has a log of the patient, this one's does not say that the patient
    is in still; nor where the patient left after the outage, `left_at`.
    """
    if task.case != _STILL_IN or not (beside or left_at):
        return task.why
    left = f" Utskriven {left_at}, efter driftstoppet: skriv sedan ut." if left_at else ""
    return f"Patienten skrevs in under driftstoppet.{left}"
