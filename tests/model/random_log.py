"""Random records, drawn by Hypothesis, and the same record as the rows that the rules read."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from contacts.rules.parties import Party, WardKind
from outage.routine import current_routine
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome
from outage.rules.owed import ChainStanding
from outage.rules.told import CallRow, EventRow, IdentityChange, Notice, PlaceChange, Version, notice_id
from tests.clock import TUESDAY

from . import record as words
from .owing import Debt, Owing

WARDS, OUTPATIENT = ["unit:1", "unit:2", "unit:5"], ["unit:3", "unit:4", "unit:5"]
OWN = frozenset([*WARDS, *OUTPATIENT])
NAMES = {"unit:3": "Heimdall", "principal:9": "Skellefteå kommun"}
PEOPLE = ["Dotter", "Kurator", "heimdall "]
# Who takes part as a party: a ward, of which another takes over, and a municipality.
PLACES = ["Unit:1", "unit:2", "Skellefteå kommun"]
KINDS = [key for key in words.TELLS if key[1] != "municipality"]


@st.composite
def records(draw: st.DrawFn, steps: int = 14) -> words.Record:
    """A region's record of one patient."""
    return _Clerk(draw).write(draw(st.integers(1, steps)))


class _Clerk:
    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.order, self.at = draw, 1, TUESDAY
        places = {"inpatient": "unit:1", "municipality": "principal:9", "outpatient": "unit:3"}
        first = words.Version("v1", 1, TUESDAY, places, self.names(places), before=self.pick(list(Before)))
        self.record = words.Record(
            own=OWN, parties=frozenset({"inpatient", "outpatient"}), opener="unit:1", versions=[first]
        )

    def pick(self, of: list[Any]) -> Any:
        return self.draw(st.sampled_from(of))

    def names(self, places: dict[str, str]) -> dict[str, str]:
        return {party: NAMES.get(place, place) for party, place in places.items()}

    def write(self, steps: int) -> words.Record:
        for _ in range(steps):
            self.order += 1
            self.at += timedelta(minutes=self.pick([0, 1, 7]))
            changes = [self.change, self.correct, self.withdraw, self.stand_again]
            self.pick([self.call, self.call, self.call, *changes])()
        return self.record

    def past(self) -> datetime:
        return self.at - timedelta(minutes=self.pick([0, 0, 0, 1, 5]))

    def call(self) -> None:
        told: set[Any] = set()
        owing = Owing(self.record)
        received = self.pick([False, False, False, True])
        live = [line for line in self.record.lines if not line.gone]
        rows = [row for line in self.record.lines for row in line.rows]
        if received:
            place, party = self.pick(sorted(OWN)), self.pick(["inpatient", "outpatient"])
            rows = [row for row in rows if row.sender == party]
        else:
            debts = [d for d in owing.debts() if not d.place.startswith("?")]
            places = self.record.places_now() | set(owing.everybody()) | {d.place for d in debts}
            # A call that came from another chain can have got to a place that this one never names.
            place, party = self.pick(sorted(places | {"participant:Dotter", "principal:7"})), ""
            mine = [d.what for d in debts if d.place == place and d.what[0] != "answer"]
            told |= set(mine) if self.pick([True, False]) else set()
        for line in live:
            if line.now.sender == (party or line.now.sender) and self.pick([False, False, True]):
                told.add(line.now.id)
        if rows and self.pick([False, False, True]):
            told.add(self.pick(rows).id)
        if not told or self.pick([False, False, True]):
            told.add(self.new_event(party))
            self.order += 1
        self.record.calls.append(
            words.Call(
                f"c{self.order}",
                self.order,
                self.past(),
                place,
                "reached" if received else self.pick(["reached", "reached", "relayed", "busy"]),
                frozenset(told),
                by=place if received else "unit:1",
                party=party,
                received=received,
                rung_as="" if received or place.startswith("participant:") else "municipality",
            )
        )

    def new_event(self, sender: str) -> str:
        kind, sender = self.pick([k for k in KINDS if k[1] == (sender or k[1])])
        people = tuple(self.pick([[], ["Dotter"], PEOPLE, PLACES])) if kind in words.SIP else ()
        row = words.Row(
            f"e{self.order}",
            self.order,
            self.past(),
            kind,
            sender,
            people,
            in_system=self.pick([False] * 5 + [True]),
            particulars=self.said(kind),
        )
        self.record.lines.append(words.Line([row], self.pick(["unit:1", "unit:5"])))
        return row.id

    def said(self, kind: str) -> dict[str, Any]:
        names = ["sip_date", "sip_time", "sip_place"] if kind in words.SIP else []
        return {name: self.pick(["", "1", "2"]) for name in names}

    def correct(self) -> None:
        live = [line for line in self.record.lines if not line.gone]
        if not live:
            return
        line = self.pick(live)
        kind = self.pick([k for k, s in words.TELLS if s == line.now.sender] + [line.now.kind] * 4)
        people = tuple(self.pick([[], ["Dotter"], PEOPLE, PLACES])) if kind in words.SIP else ()
        rightly = self.pick([True, False])
        line.rows.append(
            words.Row(
                f"e{self.order}",
                self.order,
                self.pick([self.past(), line.first.at]),
                kind,
                line.now.sender,
                people,
                rightly,
                line.now.in_system,
                self.pick([line.first.particulars, self.said(kind)]),
            )
        )

    def withdraw(self) -> None:
        live = [line for line in self.record.lines if not line.gone]
        if live:
            self.pick(live).gone = f"e{self.order}"

    def stand_again(self) -> None:
        gone = [line for line in self.record.lines if line.gone]
        if gone and self.record.now.status != "wrong_patient":
            line = self.pick(gone)
            again = dataclasses.replace(
                line.now, id=f"e{self.order}", order=self.order, rightly=True, regained=line.gone
            )
            line.rows.append(again)
            line.gone = ""

    def change(self) -> None:
        now = self.record.now
        places, changed = dict(now.places), {}
        status, identity = now.status, ""
        what = self.pick(["ward", "municipality", "outpatient", "status", "identity", "before"])
        if what == "status":
            status = self.pick(["ok", "deceased", "wrong_patient"])
        elif what == "identity":
            identity = self.pick(["said_wrong", "written_wrong"])
        elif what != "before":
            party = "inpatient" if what == "ward" else what
            choices = {
                "inpatient": [*WARDS, "other:ward", words.AT_HOME],
                "municipality": ["principal:9", "principal:8", "other:town", ""],
                "outpatient": [*OUTPATIENT, "other:clinic", "other:clinic2", ""],
            }[party]
            place = self.pick(choices)
            former = places.pop(party, "")
            if place:
                places[party] = place
            if former and former != place and former != words.AT_HOME:
                same = ["same"] if place.startswith("other:") else []
                changed[party] = self.pick(["moved", "mistake", *same])
        before = self.pick(list(Before)) if what == "before" else now.before
        self.record.versions.append(
            words.Version(
                f"v{self.order}",
                self.order,
                self.at,
                places,
                self.names(places),
                status=status,
                before=before,
                changed=changed,
                identity=identity,
                number=self.pick(["1", "2", "3"]) if identity else now.number,
                by=self.pick(["unit:1", *WARDS]),
            )
        )
        if status == "wrong_patient" != now.status:
            for line in self.record.lines:
                if not line.gone:
                    self.order += 1
                    line.gone = f"e{self.order}"


def _taken_back(line: words.Line, gone: str, former: str | None) -> EventRow:
    sender = Party(line.now.sender)
    return EventRow(gone, int(gone[1:]), line.now.at, line.now.kind, sender, (), former, withdraws=True)


def standing(record: words.Record) -> ChainStanding:
    """The record as the rules read it."""
    events = []
    for line in record.lines:
        former = None
        for row in line.rows:
            if row.regained:
                events.append(_taken_back(line, row.regained, former))
                former = row.regained
            events.append(
                EventRow(row.id, row.order, row.at, row.kind, Party(row.sender), row.participants, former,
                         told_rightly=row.rightly, in_system=row.in_system, said=row.particulars, by=line.logged_by)
            )  # fmt: skip
            former = row.id
        if line.gone:
            events.append(_taken_back(line, line.gone, former))
    owing = Owing(record)
    calls = [
        CallRow(
            c.id,
            c.order,
            c.at,
            c.by if c.received else c.place,
            CallOutcome(c.outcome),
            frozenset(what if isinstance(what, str) else notice_id(Notice(what[0]), what[1]) for what in owing.told(c)),
            c.received,
            Party(c.rung_as) if c.rung_as else None,
        )
        for c in record.calls
        if not c.received or owing.ear(c)
    ]  # fmt: skip
    ours = frozenset(map(Party, record.parties))
    sent_from = {
        line.first.id: place
        for line in record.lines
        if (place := record.sent_from(line))
        != record.in_force(line.first.order).places.get(line.first.sender, "")
    }
    return ChainStanding(
        routine=current_routine(),
        versions=[
            Version(
                v.id,
                v.order,
                v.at,
                {Party(p): place for p, place in v.places.items()},
                WardKind.SOMATIC,
                ChainStatus(v.status),
                Before(v.before),
                {" ".join(name.split()).casefold(): v.places[p] for p, name in v.names.items()},
                {Party(p): PlaceChange(how) for p, how in v.changed.items()},
                IdentityChange(v.identity) if v.identity else None,
                v.person,
                v.by,
            )
            for v in record.versions
        ],
        events=events,
        calls=calls,
        ours=ours,
        own=record.own,
        # The rows say who logged it: a unit that was the sender before the patient went on.
        sent_from=sent_from,
        entered=record.entered,
        back=record.back,
    )


def debts_of(record: words.Record, found: ChainStanding) -> set[Debt]:
    """What the rules say is owed, in the model's words; whose a notice is the text leaves open."""
    return {debt_of(record, owed) for owed in found.owed}


def debt_of(record: words.Record, owed: Any) -> Debt:
    """One message owed, in the model's words."""
    what: Any = owed.id
    how = "retracts" if owed.retracts else "corrects" if owed.corrects else "new"
    how = "left out" if owed.retracts and owed.corrects else how
    if owed.notice:
        what, how = tuple(owed.id.split(":", 1)), "notice"
    elif owed.answer:
        what = ("answer", owed.kind)
    return Debt(
        "" if owed.notice else str(owed.by),
        record.same(owed.target.place) if owed.target.place else f"?{owed.target.party}",
        what,
        how,
        str(owed.state),
        str(owed.closed or ""),
    )
