"""What is to be entered, and the log of an outage, as rows of a file: each cell a text, every moment with its day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from contacts.models.encrypted import GONE
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainJoin, Handover, OpenItem
from outage.models.signed import LoggedRow
from outage.presenters.back import TaskRow
from outage.presenters.back_groups import TaskGroups
from outage.presenters.call_codes import CodeLines
from outage.presenters.chain import event_title, named_in_call, signed_by, told_labels
from outage.presenters.details import changes, chosen_details, typed_details
from outage.queries.chain_log import ChainLog
from outage.queries.naming import (
    Patient,
    party_in_list,
    patient_in_list,
    shown_in_list,
)
from outage.rules.handover import Checked, Direction, ReadBack
from outage.rules.informing import CallOutcome
from outage.rules.outage_files import RowState, row_state
from outage.rules.routine import Decision
from outage.rules.said import labelled
from outage.rules.wording import day_and_clock

PURGED = "gallrad"
WITHHELD = "Visas inte här"
AT_ONCE = 200
_BETWEEN = "; "
Row = TypeVar("Row", CareChainEvent, Handover)


def read_later(now: datetime) -> datetime:
    """A moment from which all is told with its day and year: a file is read at any time."""
    return now + timedelta(days=400)


class TaskCells(NamedTuple):
    """One task."""

    decision: str
    chain: str
    patient: str
    identity: str
    namesake: str
    where: str
    do: str
    why: str
    clause: str
    facts: str
    who: str
    typed: str
    state: str
    marked: str
    choice: str
    changes: str
    remedy: str
    holder: str
    note: str


TASK_HEADINGS = TaskCells(
    decision="Att göra",
    chain="Vårdkedja",
    patient="Patient",
    identity="Nummer",
    namesake="Samma namn",
    where="Var",
    do="Gör så här",
    why="Varför",
    clause="Rutin",
    facts="Händelser",
    who="Vem registrerar",
    typed="Skriv in",
    state="Läge",
    marked="Markerad",
    choice="Beslut",
    changes="Ändrat sedan dess",
    remedy="Gör om",
    holder="Görs av",
    note="Anteckning",
)


def unknown_cells(unknown: Sequence[tuple[str, int]]) -> Iterator[TaskCells]:
    """A row that says what the list does not know yet; none where it knows all."""
    if unknown:
        said = _BETWEEN.join(f"{what}: {count}" for what, count in unknown)
        cells = TaskCells(*[""] * len(TASK_HEADINGS))
        yield cells._replace(decision="Allt är inte känt än", do=said, why="Listan är inte hel.")


def task_cells(groups: TaskGroups, numbers: Mapping[UUID, int]) -> Iterator[TaskCells]:
    """In the order of the page; `numbers` are those of the chains by their ids."""
    for row in (*groups.undo, *groups.register, *groups.decide, *groups.direct, *groups.do_not_register):
        turn = row.turn
        yield TaskCells(
            decision=row.heading,
            chain=str(numbers[row.chain_id]),
            patient=row.patient.name,
            identity=row.patient.identity,
            namesake="Ja" if row.patient.namesake else "",
            where=row.patient.where,
            do=" ".join(filter(None, [row.read_first, row.do])),
            why=row.why,
            clause=row.clause,
            facts=_BETWEEN.join(row.facts),
            who=row.who if row.mine or not row.who else f"{row.who}, inte er uppgift",
            typed=_BETWEEN.join(f"{label}: {value}" for label, value in row.typed),
            state=_state(row),
            marked=row.done_text,
            choice=_plain(row.choice),
            changes=_BETWEEN.join(f"{label}: {was} → {now}" for label, was, now in row.changes),
            remedy=row.remedy,
            holder=f"{turn.holder}, sedan {turn.since}" if turn.holder else "",
            note=turn.note,
        )


def _state(row: TaskRow) -> str:
    if row.done:
        return "Klar"
    if row.changed or row.undo:
        return "Ändrad sedan den gjordes"
    return "" if row.decision is Decision.DO_NOT_REGISTER else "Inte klar"


class LogCells(NamedTuple):
    """One row of the log: an event, a call, or what was known of the patient. `row` is its place among all rows of the
    chain.
    """

    chain: str
    row: str
    patient: str
    identity: str
    kind: str
    messages: str
    direction: str
    sender: str
    recipient: str
    happened: str
    recorded: str
    signature: str
    state: str
    outcome: str = ""
    spoken_to: str = ""
    number: str = ""
    read_back: str = ""
    checked: str = ""
    said: str = ""
    comment: str = ""
    next_step: str = ""
    call_back: str = ""
    code: str = ""
    written: str = ""
    sheet: str = ""
    paper_signature: str = ""
    open_points: str = ""
    completed: str = ""
    replaces: str = ""
    replaced_by: str = ""
    changed: str = ""
    reason: str = ""
    moved: str = ""
    opened: str = ""


LOG_HEADINGS = LogCells(
    chain="Vårdkedja",
    row="Rad",
    patient="Patient",
    identity="Nummer",
    kind="Slag",
    messages="Meddelande",
    direction="Riktning",
    sender="Från",
    recipient="Till",
    happened="Hände",
    recorded="Loggat",
    signature="Signatur",
    state="Läge",
    outcome="Utfall",
    spoken_to="Talade med",
    number="Uppringt nummer",
    read_back="Återläsning",
    checked="Kontroll av motparten",
    said="Uppgifter",
    comment="Kommentar",
    next_step="Nästa steg",
    call_back="Ring tillbaka",
    code="Kvittenskod",
    written="Skrivet på papper",
    sheet="Blad",
    paper_signature="Signatur på papperet",
    open_points="Öppen punkt",
    completed="Avslutad",
    replaces="Ersätter rad",
    replaced_by="Ersatt av rad",
    changed="Rättad eller återtagen",
    reason="Varför rättad eller återtagen",
    moved="Flyttat",
    opened="Loggat i vårdkedja",
)


class LogRows:
    """The rows of one chain in the log. What was moved, or logged in which of joined chains, `outage_log` adds."""

    def __init__(self, chain: CareChain, log: ChainLog, codes: CodeLines, now: datetime) -> None:
        self._chain, self._log, self._codes, self._now = chain, log, codes, now
        self._patient: Patient = patient_in_list(chain)
        self._hidden, self._purged = chain.details.protected_identity, chain.details.is_purged
        rows: list[CareChainEvent | Handover] = [*log.events, *log.handovers]
        self._places = {row.pk: row.order for row in rows}
        self._newer = {row.supersedes_id: row for row in rows if row.supersedes_id}

    def version(self, row: CareChainDetails, former: CareChainDetails | None) -> LogCells:
        was, now = self._known(former) if former else {}, self._known(row)
        said = changes(was, now) if former else [f"{label}: {value}" for label, value in now.items() if value]
        at = day_and_clock(row.recorded_at)
        return LogCells(
            chain=str(self._chain.number),
            row=str(row.order),
            patient=self._patient.name,
            identity=self._patient.identity,
            kind="Uppgifter",
            messages="Uppgifterna ändrade" if former else "Vårdkedjan öppnad",
            direction="",
            sender="",
            recipient="",
            happened=at,
            recorded=at,
            signature=f"{row.user.full_name}, {row.unit.name}",
            state=RowState.STANDS.label,
            said=PURGED if self._purged else _BETWEEN.join(said),
        )

    def join(self, row: ChainJoin, own: CareChain, other: CareChain) -> LogCells:
        what = "Sammanföringen upplöst med" if row.undoes_id else "Sammanförd med"
        at = day_and_clock(row.recorded_at)
        return LogCells(
            chain=str(self._chain.number),
            row="",
            patient=self._patient.name,
            identity=self._patient.identity,
            kind="Sammanföring",
            messages=f"{what} vårdkedja {other.number}",
            direction="",
            sender="",
            recipient="",
            happened=at,
            recorded=at,
            signature=f"{row.user.full_name}, {row.unit.name}",
            state=RowState.STANDS.label,
            said=self._text(row.reason),
            opened=str(own.number),
        )

    def moved(self, row: Handover, came: int | None, left: Mapping[UUID, int]) -> str:
        """From and to which chain a call was moved: `came` is the one it left, `left` as `left_to`."""
        newer = self._newer.get(row.pk)
        to = left.get(newer.pk) if newer else None
        return _BETWEEN.join(
            [
                *([f"Från vårdkedja {came}: {self._text(row.reason)}"] if came else []),
                *([f"Till vårdkedja {to}"] if to else []),
            ]
        )

    def _known(self, row: CareChainDetails) -> dict[str, str]:
        typed = {label: self._text(value) for label, value in typed_details(row).items()}
        return chosen_details(row) | typed

    def event(self, row: CareChainEvent) -> LogCells:
        said = [f"{label}: {value}" for label, value in labelled(shown_in_list(self._chain, row), self._now)]
        if row.in_system:
            said.append(f"Står i {self._chain.outage.system} sedan före driftstoppet")
        if row.told_rightly:
            said.append("De underrättade fick rätt uppgift")
        return self._common(row, row.happened_at)._replace(
            kind="Händelse",
            messages=event_title(self._chain.outage.routine, row),
            sender=Party(row.sender).label,
            signature=f"{row.user.full_name}, {row.unit.name}",
            said=PURGED if self._purged else _BETWEEN.join(said),
            open_points=_BETWEEN.join(map(self._open_point, row.open_items.all())),
            completed=_BETWEEN.join(map(_when_and_by, row.completions.all())),
        )

    def _open_point(self, item: OpenItem) -> str:
        whom = _plain(party_in_list(self._chain, item.recipient))
        return f"{whom} – {self._text(item.responsible, item.reason)} ({_when_and_by(item)})"

    def call(self, row: Handover) -> LogCells:
        ours, theirs = row.unit.name, self._whom(row)
        given = row.direction == Direction.GIVEN
        code, named = self._codes.get(row.pk), named_in_call(row, self._log)
        known = () if self._hidden or self._purged else self._log.versions
        return self._common(row, row.at)._replace(
            kind="Samtal",
            messages=", ".join(told_labels(row, self._log.events, self._chain.outage.routine, known)),
            direction=Direction(row.direction).label,
            sender=ours if given else theirs,
            recipient=theirs if given else ours,
            signature=signed_by(row, self._now),
            outcome=CallOutcome(row.outcome).label,
            spoken_to=self._text(row.spoken_to, row.spoken_to_unit),
            number=self._text(row.number),
            read_back=self._answer(dict(ReadBack.choices()).get(row.read_back, ""), row.read_back_reason),
            checked=self._answer(dict(Checked.choices()).get(row.checked, ""), row.checked_reason),
            comment=self._text(row.comment, f"Patienten nämndes som {named}" if named else ""),
            next_step=self._text(row.next_step),
            call_back=self._text(row.call_back),
            code=code.on_paper if code else "",
        )

    def _common(self, row: Row, at: datetime) -> LogCells:
        newer = self._newer.get(row.pk)
        state = row_state(
            withdraws=row.withdraws,
            replaced=newer is not None,
            taken_back=newer is not None and newer.withdraws,
            double=row.pk in self._log.doubles,
        )
        return LogCells(
            chain=str(self._chain.number),
            row=str(row.order),
            patient=self._patient.name,
            identity=self._patient.identity,
            kind="",
            messages="",
            direction="",
            sender="",
            recipient="",
            happened=day_and_clock(at),
            recorded=day_and_clock(row.recorded_at),
            signature="",
            state=state.label,
            written=day_and_clock(row.written_at) if row.written_at else "",
            sheet=row.paper_serial,
            paper_signature=_plain(row.paper_signature),
            replaces=str(self._places.get(row.supersedes_id, "")) if row.supersedes_id else "",
            replaced_by=str(newer.order) if newer else "",
            changed=_when_and_by(newer) if newer else "",
            reason=self._text(newer.reason) if newer else "",
        )

    def _whom(self, call: Handover) -> str:
        """Whom one rings tells where the patient is."""
        named = "" if self._hidden else call.place_name
        return named or party_in_list(self._chain, call.recipient)

    def _text(self, *values: str) -> str:
        """What somebody wrote."""
        found = ", ".join(filter(None, map(_plain, values)))
        return WITHHELD if self._hidden and found else found

    def _answer(self, label: str, reason: str) -> str:
        return ": ".join(filter(None, (label, self._text(reason))))


def _when_and_by(row: LoggedRow) -> str:
    return f"{day_and_clock(row.recorded_at)} {row.user.full_name}"


def _plain(value: str) -> str:
    return PURGED if value is GONE else value
