"""The system is back: what to enter, what not, what to decide by hand and what to undo, for each role (R4)."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from contacts.access import Acting
from contacts.page_versions import each_of_one_minute, holds_until
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, RegistrationMark
from outage.queries.care_chains import mark_namesakes
from outage.queries.chain_lists import ListedChains
from outage.queries.chain_log import ChainLog
from outage.queries.counted import counted
from outage.queries.doers import does
from outage.queries.logged_beside import AllBeside, has_beside, logged_beside
from outage.queries.naming import Patient, patient_in_list, shown_in_list
from outage.queries.task_logs import Turn, Turns, task_logs_of, task_stamps, turns_of
from outage.queries.tasks import sip_begins, ticks_of
from outage.queries.whereabouts import line_of
from outage.rules.after_end import Counts
from outage.rules.back_registration import ChainStatus, Family, Task
from outage.rules.beside import is_by_hand, is_read_first
from outage.rules.identity import is_number
from outage.rules.routine import Decision, Effect
from outage.rules.said import labelled
from outage.rules.ticks import Mark, Tick, TickState
from outage.rules.wording import moment

from .later import BesideLine, beside_lines, do_by_hand, read_first, why_with
from .outside import outside_outage
from .told_so_far import told_so_far
from .typed import change_shown, said_before_shown, typed_shown, undone, with_number_first


@dataclass(frozen=True, slots=True)
class TurnLine:
    """Who does a task now. `note` is the newest, with who wrote it and when."""

    holder_id: int | None = None
    holder: str = ""
    since: str = ""
    note: str = ""


NOBODYS = TurnLine()
# What may have to be found in the system.
_SIP_PAST = " Mötets tid har passerat: ta reda på om SIP hölls innan något skickas."
_TYPED = (Decision.REGISTER, Decision.DECIDE)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task: the patient, what to do in the system, what to type, why, and whether it is done.

    `place` is the id of the row on the page. `mine`: the acting unit is the one to do it; `who` is the party's name,
    empty for nobody. `typed` are (label, value), `changes` (label, was, now) since it was marked, `seen` identifies
    the version that was shown. `undo`: what was done is to be undone in the system. `beside` are the chains that other
    outages have of the patient, which may contradict it.
    """

    chain_id: UUID
    place: str
    patient: Patient
    key: str
    seen: str
    decision: Decision
    do: str
    why: str
    facts: tuple[str, ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    clause: str = ""
    who: str = ""
    mine: bool = False
    done: bool = False
    done_text: str = ""
    choice: str = ""
    entered: bool = False
    changes: tuple[tuple[str, str, str], ...] = ()
    changed: bool = False
    remedy: str = ""
    undo: bool = False
    turn: TurnLine = NOBODYS
    beside: tuple[BesideLine, ...] = ()
    direct: bool = False

    @property
    def heading(self) -> str:
        """What it stands under."""
        return "Ångra" if self.undo else "Direkt" if self.direct else self.decision.label

    @property
    def read_first(self) -> str:
        return read_first(self.beside)


def task_place(chain: CareChain, key: str) -> str:
    return f"uppgift-{chain.number}-{key.replace(':', '-')}"


def task_rows(
    acting: Acting,
    chain: CareChain,
    log: ChainLog,
    now: datetime,
    *,
    on_own_page: bool = False,
    turns: Turns = MappingProxyType({}),
    beside: AllBeside = MappingProxyType({}),
) -> list[TaskRow]:
    """First what is to be undone, then in the order of what happened; `beside` is that of `logged_beside`.

    What was decided in words about a patient with protected personal data stands on the chain's own page alone. Of what
    is purged nobody knows what was to be done.
    """
    if chain.outage.purged_at:
        return []
    found, gone = ticks_of(chain, log)
    wrong_patient = chain.details.status == ChainStatus.WRONG_PATIENT and log.events
    after = [] if wrong_patient else _after_end(chain, log)
    if not (found or gone or wrong_patient or after):
        return []
    listed = _Listed(
        acting,
        chain,
        log,
        patient_in_list(chain),
        now,
        beside_lines(beside, chain, now),
        on_own_page=on_own_page,
        after=tuple(after),
    )
    rows = [_undo_row(listed, mark, log.marks[mark.id]) for mark in gone]
    if wrong_patient:
        rows.append(_wrong_patient_row(listed))
    for tick in found:
        row = _row(listed, tick, log.marks[tick.mark.id] if tick.mark else None)
        rows.append(replace(row, why=row.why + told_so_far(chain, log, tick.task)) if on_own_page else row)
    rows += _direct_rows(listed)
    rows = [
        replace(row, turn=_turn(turns[chain.pk, row.key], now)) if (chain.pk, row.key) in turns else row
        for row in rows
    ]
    if chain.details.protected_identity and not on_own_page:
        return [_hidden(row) for row in rows]
    return rows


def tasks_listed(
    acting: Acting, seen: ListedChains, ids: Sequence[UUID], now: datetime, alike: Hashable
) -> list[TaskRow]:
    """The rows of the chains with these `ids`, in that order: the same for all of a unit and role. Those of a chain are
    made once a minute, for as long as nothing is written about it. `alike` is `alike_beside_chains`.
    """
    keys: dict[UUID, tuple[Hashable, ...]] = {
        pk: ("tasks", alike, stamp) for pk, stamp in task_stamps(ids).items()
    }

    # What is written about a chain of another outage is no write about this one.
    beside = logged_beside(acting, seen.read(ids)) if has_beside(acting, seen.outages) else {}
    for pk, lines in beside.items():
        keys[pk] = (
            *keys[pk],
            tuple((line.chain.pk, line.moved and line.moved.pk, line.said) for line in lines),
        )

    def read(missing: list[UUID]) -> tuple[dict[UUID, CareChain], dict[UUID, ChainLog], Turns]:
        chains = {chain.pk: chain for chain in seen.read(missing)}
        return chains, task_logs_of(chains.values()), turns_of(chains)

    def make(
        pk: UUID, found: tuple[dict[UUID, CareChain], dict[UUID, ChainLog], Turns]
    ) -> tuple[CareChain, list[TaskRow]] | None:
        chains, logs, turns = found
        if pk not in chains:
            return None
        return chains[pk], task_rows(acting, chains[pk], logs[pk], now, turns=turns, beside=beside)

    made = each_of_one_minute(keys, now, read, make)
    listed = [each for pk in ids if (each := made.get(pk)) and each[1]]
    # What is written about another chain is no write about this one.
    mark_namesakes(acting, [chain for chain, _ in listed], *seen.outages)
    return [
        replace(row, patient=patient_in_list(chain)) if getattr(chain, "namesake", False) else row
        for chain, rows in listed
        for row in rows
    ]


def _hidden(row: TaskRow) -> TaskRow:
    """What somebody wrote about a patient with protected personal data."""
    seen = "se vårdkedjan"
    turn = replace(row.turn, note=seen) if row.turn.note else row.turn
    return replace(row, choice=seen if row.choice else "", turn=turn)


def _turn(turn: Turn, now: datetime) -> TurnLine:
    holder, noted = turn.row.holder, turn.noted
    return TurnLine(
        holder_id=holder.pk if holder else None,
        holder=holder.full_name if holder else "",
        since=moment(turn.row.at, now),
        note=f"{noted.note} ({moment(noted.at, now)} {noted.user.full_name})" if noted else "",
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """What all rows of a chain have alike. `after` is what R4 does not count, in time order."""

    acting: Acting
    chain: CareChain
    log: ChainLog
    patient: Patient
    now: datetime
    beside: tuple[BesideLine, ...]
    on_own_page: bool
    after: tuple[CareChainEvent, ...]

    def is_mine(self, by: Party | None, key: str) -> bool:
        return does(self.acting, self.chain, self.log, by, key)

    def who(self, by: Party | None, *, mine: bool) -> str:
        """The party; of another unit where the acting one could be it."""
        elsewhere = by in self.acting.parties and not mine
        return f"{by.label} på annan enhet" if by and elsewhere else by.label if by else ""


def _row(listed: _Listed, tick: Tick, mark: RegistrationMark | None) -> TaskRow:
    task, chain, log, now = tick.task, listed.chain, listed.log, listed.now
    key = task.key
    by_hand = task.decision is Decision.DECIDE
    beside = tuple(line for line in listed.beside if is_read_first(task, line.said))
    mine = by_hand or (task.by is not None and listed.is_mine(task.by, key))
    is_set = mark is not None and mark.done
    row = TaskRow(
        chain_id=chain.pk,
        place=task_place(chain, key),
        patient=listed.patient,
        key=key,
        seen=tick.picture.seen,
        decision=task.decision,
        do=task.do if tick.state is TickState.DONE else with_number_first(chain, task),
        facts=(
            *_facts(chain, log, task, now),
            *(
                said_before_shown(chain, log, on_own_page=listed.on_own_page)
                if task.decision in _TYPED
                else ()
            ),
        ),
        typed=typed_shown(chain, tick.picture, now) if task.decision is not Decision.DO_NOT_REGISTER else (),
        why=why_with(beside, task, _left_at(listed, task)) + _sip_past(listed, tick),
        beside=beside,
        clause=task.clause or "",
        who=listed.who(task.by, mine=mine),
        mine=mine or (tick.undo and _did_it(listed, tick)),
        done=tick.state is TickState.DONE,
        done_text=f"{moment(mark.at, now)} {mark.user.full_name}" if mark and is_set else "",
        choice=mark.choice if mark else "",
        entered=mark.entered if mark else False,
        changed=tick.state is TickState.CHANGED
        and (tick.undo or task.decision is not Decision.DO_NOT_REGISTER),
        changes=tuple(change_shown(chain, change) for change in tick.changes),
        remedy=_remedy(chain, tick),
        undo=tick.undo,
    )
    if any(is_by_hand(task, line.said) for line in beside) and (row.choice or not row.done):
        row = replace(row, decision=Decision.DECIDE, do=do_by_hand(row.do), clause="")
    elif mark and row.done and task.decision is Decision.REGISTER and row.choice and not row.entered:
        # It was left out for what another outage's log said then.
        remedy = f"Det är inte infört i {chain.outage.system}."
        row = replace(row, done=False, changed=True, remedy=remedy)
    return _as_done(listed, row, tick.mark, mark) if tick.undo and tick.mark and mark else row


def _as_done(listed: _Listed, row: TaskRow, mark: Mark, stored: RegistrationMark) -> TaskRow:
    """What is to be undone is found in the system by what was typed there."""
    found = undone(
        listed.chain, listed.log, listed.patient, mark, stored, listed.now, on_own_page=listed.on_own_page
    )
    return replace(row, patient=found.patient, typed=found.typed, facts=row.facts + found.facts)


def _did_it(listed: _Listed, tick: Tick) -> bool:
    """Whether what was entered, and is not to be, is the acting unit's to undo."""
    picture = tick.mark.picture if tick.mark else None
    by = Party(picture.by) if picture and picture.by else None
    return listed.is_mine(by, tick.task.key)


def _undo_row(listed: _Listed, mark: Mark, row: RegistrationMark) -> TaskRow:
    """Something that was entered and is no longer a task."""
    chain, picture = listed.chain, mark.picture
    by = Party(picture.by) if picture and picture.by else None
    mine = listed.is_mine(by, mark.task)
    undo = TaskRow(
        chain_id=chain.pk,
        place=task_place(chain, mark.task),
        patient=listed.patient,
        key=mark.task,
        seen=mark.seen,
        decision=picture.decision if picture else Decision.DECIDE,
        do=f"Ångra det som gjordes i {chain.outage.system}.",
        why="Loggen har ändrats sedan det gjordes, och det ska inte längre stå där.",
        who=listed.who(by, mine=mine),
        mine=mine,
        done_text=f"{moment(row.at, listed.now)} {row.user.full_name}",
        choice=row.choice,
        entered=True,
        undo=True,
    )
    return _as_done(listed, undo, mark, row)


def _wrong_patient_row(listed: _Listed) -> TaskRow:
    """Nothing is entered of a chain that was logged on the wrong patient (case 13), and why."""
    chain = listed.chain
    reason = "Skälet står i vårdkedjan." if chain.details.protected_identity else chain.details.status_reason
    return _no_task(
        listed, ChainStatus.WRONG_PATIENT, chain.outage.routine.back_registration.wrong_patient, reason
    )


def _after_end(chain: CareChain, log: ChainLog) -> list[CareChainEvent]:
    """What R4 does not count: it happened when whoever enters it was back."""
    found = (e for e in log.live_events if counted(chain, line_of(log, e), e) is not Counts.BY_R4)
    return sorted(found, key=lambda event: (event.happened_at, line_of(log, event).order))


def _left_at(listed: _Listed, task: Task) -> str:
    """When the patient of a task left after the outage, or ""."""
    began = max((listed.log.by_text[event].happened_at for event in task.events), default=None)
    routine = listed.chain.outage.routine
    left = (
        moment(event.happened_at, listed.now)
        for event in listed.after
        if routine.message(event.kind).effect is Effect.DISCHARGE and began and event.happened_at >= began
    )
    return next(left, "")


def _sip_past(listed: _Listed, tick: Tick) -> str:
    """What is said of a SIP still to send whose time has passed since the system was back."""
    is_to_send = tick.task.outcomes == ("5",) and tick.state is not TickState.DONE
    begins = sip_begins(listed.log, tick.task) if is_to_send else None
    holds_until(listed.now, begins)
    return _SIP_PAST if begins and begins < listed.now else ""


def _direct_rows(listed: _Listed) -> list[TaskRow]:
    """What is entered as it happens is no task; a row for each thing that is said of it."""
    chain, log, now = listed.chain, listed.log, listed.now
    facts: dict[str, list[str]] = {}
    for event in listed.after:
        if counted(chain, line_of(log, event), event) is Counts.DIRECT:
            said = outside_outage(chain, log, event, now)
            facts.setdefault(said, []).append(_fact(chain, event, Family.INFORMATION, now))
    return [
        replace(_no_task(listed, f"after{place or ''}", said, facts=tuple(own)), direct=True)
        for place, (said, own) in enumerate(facts.items())
    ]


def _no_task(listed: _Listed, key: str, do: str, why: str = "", facts: tuple[str, ...] = ()) -> TaskRow:
    chain, place = listed.chain, task_place(listed.chain, key)
    kept = (chain.pk, place, listed.patient, key, "", Decision.DO_NOT_REGISTER, do, why, facts)
    return TaskRow(*kept)


def _facts(chain: CareChain, log: ChainLog, task: Task, now: datetime) -> tuple[str, ...]:
    """Two messages of a SIP that say the same stand once; two of anything else are two."""
    facts = [_fact(chain, log.by_text[event], task.family, now) for event in task.events]
    return tuple(dict.fromkeys(facts) if task.family is Family.SIP else facts)


def _fact(chain: CareChain, event: CareChainEvent, family: Family, now: datetime) -> str:
    said = f"{chain.outage.routine.label(event.kind)} {moment(event.happened_at, now)}"
    # What is agreed of a SIP stands once, beside it.
    told = () if family is Family.SIP else labelled(shown_in_list(chain, event), now)
    more = "; ".join(f"{label}: {value}" for label, value in told)
    return f"{said} ({more})" if more else said


def _remedy(chain: CareChain, tick: Tick) -> str:
    """What to do about what was done before the log changed."""
    if tick.state is not TickState.CHANGED or tick.mark is None:
        return ""
    system = chain.outage.system
    if not tick.mark.entered:
        return "Ta ställning på nytt."
    if tick.undo:
        return f"Ångra det som gjordes i {system}."
    if any(change.name == "number" and is_number(change.was) for change in tick.changes):
        return f"Ångra i {system} det som gjordes på det gamla numret, och gör om det på det nya."
    if tick.task.decision is Decision.DECIDE:
        return f"Det är redan gjort i {system}. Avgör om det ska ändras eller ångras."
    return f"Ändra i {system}. Markera sedan på nytt."
