"""The system is back: what to enter, what not, and what to decide by hand, for each role (R4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from contacts.access import Acting
from contacts.rules.parties import PARTY_LABELS
from outage.models import CareChain, RegistrationMark
from outage.presenters.care import Patient, parties_in, patient_in_list
from outage.presenters.chain import particulars_in_list
from outage.queries.care_chains import ChainLog
from outage.queries.standing import tasks_of
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Decision, Routine
from outage.rules.wording import moment


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task: the patient, what to do in the system, what to type, why, and whether it is done.

    `mine` tells that the acting unit is the one to do it; `who` is the party's name, empty for nobody.
    """

    chain_id: UUID
    number: int
    patient: Patient
    key: str
    decision: Decision
    do: str
    facts: tuple[str, ...]
    why: str
    clause: str
    who: str
    mine: bool
    done: bool
    done_text: str
    choice: str
    client_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class TaskGroups:
    """The three groups. `done` and `total` count what is to be done: to register and to decide."""

    register: tuple[TaskRow, ...]
    do_not_register: tuple[TaskRow, ...]
    decide: tuple[TaskRow, ...]

    @property
    def total(self) -> int:
        """How many tasks are to be done by somebody."""
        return len(self.register) + len(self.decide)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(row.done for row in self.register + self.decide)


def task_rows(
    acting: Acting,
    chain: CareChain,
    log: ChainLog,
    marks: Mapping[tuple[UUID, str], RegistrationMark],
    routine: Routine,
    scope: OutageScope,
    now: datetime,
) -> list[TaskRow]:
    """Give the tasks of one chain as rows, in the order of what happened."""
    events = {str(event.pk): event for event in log.events}
    rows = []
    for task in tasks_of(chain, log, routine, scope):
        mark = marks.get((chain.pk, task.key))
        done = bool(mark and mark.done)
        facts = []
        for event_id in task.events:
            event = events[event_id]
            more = "; ".join(f"{label}: {value}" for label, value in particulars_in_list(chain, event, now))
            facts.append(
                f"{routine.label(event.kind)} {moment(event.happened_at, now)}"
                + (f" ({more})" if more else "")
            )
        rows.append(
            TaskRow(
                chain_id=chain.pk,
                number=chain.number,
                patient=patient_in_list(chain),
                key=task.key,
                decision=task.decision,
                do=task.do,
                facts=tuple(facts),
                why=task.why,
                clause=task.clause or "",
                who=PARTY_LABELS[task.by] if task.by else "",
                mine=task.by in parties_in(acting, chain) or task.decision is Decision.DECIDE,
                done=done,
                done_text=f"{moment(mark.at, now)} {mark.user.full_name}" if mark and done else "",
                choice=mark.choice if mark else "",
            )
        )
    return rows


def grouped(rows: Sequence[TaskRow]) -> TaskGroups:
    """Split rows into the three groups; what is mine and not done comes first in each."""

    def of(decision: Decision) -> tuple[TaskRow, ...]:
        found = [row for row in rows if row.decision is decision]
        return tuple(sorted(found, key=lambda row: (row.done, not row.mine)))

    return TaskGroups(
        register=of(Decision.REGISTER),
        do_not_register=_joined(of(Decision.DO_NOT_REGISTER)),
        decide=of(Decision.DECIDE),
    )


def _joined(rows: Sequence[TaskRow]) -> tuple[TaskRow, ...]:
    """Make one row of those that say the same about the same patient: nothing is to be done, so nothing is ticked."""
    joined: dict[tuple[UUID, str, str], TaskRow] = {}
    for row in rows:
        place = (row.chain_id, row.do, row.why)
        first = joined.get(place)
        joined[place] = replace(first, facts=first.facts + row.facts) if first else row
    return tuple(joined.values())
