"""Which unit is to ring, and what each of them sees of one chain."""

from datetime import datetime

from .entering import Entering, Work
from .entering import Outage as SeenOutage
from .owing import Debt, Owing
from .record import ANSWERS, SIP, TELLS, Line, Record, minute
from .stage import Stage, Twin


class Seen:
    """What the record of one chain comes to, for its principal and for each of its units."""

    def __init__(self, stage: Stage, twin: Twin, outage: SeenOutage, back: set[int]) -> None:
        self.stage, self.twin, self.record, self.outage = stage, twin, twin.record, outage
        record = self.record
        record.entered = record.back = frozenset()
        if outage.own_end is not None:
            # What happened after the own end was entered as it happened.
            after = {li.first.id for li in record.lines if minute(li.now.at) > outage.own_end}
            record.entered = self.entered() | after
            places = record.now.places.values()
            record.back = frozenset(record.same(p) for p in places if stage.principal_of(p) in back)
        self.owing = Owing(record)
        self.debts = set(self.owing.debts())

    # Whose

    def holder(self, party: str) -> str:
        """The unit that is the party; else the last of our own that was; else the one that opened the chain."""
        for version in reversed(self.record.versions):
            place = version.places.get(party, "")
            if place in self.record.own:
                return place if place.startswith("unit:") else self.record.opener
        return self.record.opener

    def tellers(self, party: str, line: Line | None = None) -> set[str]:
        """Those whose it is to ring, and beside them the one that opened the chain and rang in the other's place."""
        units = {self.holder(party)}
        opener = self.record.opener
        rang = line is not None and any(
            call.by == opener and not call.received and line.first.id in call.told
            for call in self.record.calls
        )
        if line and rang and line.logged_by == opener:
            named = {version.places.get(party) for version in self.record.versions}
            if opener not in named and party in self.record.opener_parties:
                units.add(opener)
        return units

    def line_of(self, what: object) -> Line | None:
        return next((li for li in self.record.lines if what == li.gone or li.wording(str(what))), None)

    def of_unit(self, unit: str) -> set[Debt]:
        """What it has to ring, but for notices and passed-on messages, whose the text leaves open."""
        return {
            debt
            for debt in self.debts
            if debt.sender
            and debt.place not in self.itself(unit)
            and unit in self.tellers(debt.sender, self.line_of(debt.what))
        }

    def itself(self, unit: str) -> set[str]:
        """What a unit is called in the chain: its own place, and its name among those who take part."""
        by_name = [f"participant:{self.stage.name(unit)}"] if unit == self.record.opener else []
        return {self.record.same(place) for place in (unit, *by_name)}

    def anybodys(self) -> set[Debt]:
        """What some unit of ours other than the place itself must ring."""
        named = {place for place in self.record.ever_named() & self.record.own if place.startswith("unit:")}
        units = [self.itself(place) for place in named | {self.record.opener}]
        return {
            debt
            for debt in self.debts
            if not debt.sender and any(debt.place not in itself for itself in units)
        }

    # Discharges

    def discharges(self) -> dict[str, tuple[str | None, bool, set[str]]]:
        """Each discharge that stands: how far it has come if it is ours, whether closed, whose it is to close."""
        found: dict[str, tuple[str | None, bool, set[str]]] = {}
        for line in self.record.lines:
            if line.gone or line.now.kind != "discharge":
                continue
            if not self.owing.ours(line):
                found[line.now.id] = (None, False, set())
                continue
            missing = [p for p in self.owing.recipients(line) if not self.owing.informed(line, p)]
            left = self.twin.left.get(line.now.id, set())
            state = "incomplete"
            if not missing:
                state = "complete"
            elif all(place in left for place in missing):
                state = "left_open"
            rested = self.twin.completed.get(line.now.id)
            closed = (
                state == "complete"
                and rested is not None
                and all(calls <= self.telling(line, place) for place, calls in rested.items())
            )
            found[line.now.id] = (state, closed, self.tellers("inpatient", line))
        return found

    def telling(self, line: Line, place: str) -> set[str]:
        """The calls by which a place knows of it."""
        return {call.id for call, _ in self.owing.right_said(line, place) if call.outcome == "reached"}

    def first_telling(self, line: Line, place: str) -> set[str]:
        """The call by which a place heard of it first."""
        said = self.owing.right_said(line, place)
        return {next(call.id for call, _ in said if call.outcome == "reached")}

    # Answers of others

    def awaited(self, unit: str) -> set[tuple[str, str, datetime]]:
        """What it waits for: which answer, of which party, and since when."""
        record = self.record
        held = {
            p for p in record.parties if record.now.places.get(p) in record.own and self.holder(p) == unit
        }
        live = [line for line in record.lines if not line.gone and record.now.status == "ok"]
        found = set()
        for (answer, party), tells in TELLS.items():
            own = answer == "municipality_ready" and party in held
            if answer not in ANSWERS or (party in held and not own) or not (own or held & set(tells)):
                continue
            ends = [
                li.when
                for li in live
                if li.now.kind == "discharge"
                or ((li.now.kind, li.now.sender) == (answer, party) and not self.owing.from_another(li))
            ]
            asked = [
                line
                for line in live
                if line.now.kind == ANSWERS[answer]
                and line.now.sender != party
                and all(line.when >= end for end in ends)
            ]
            since = [line.now.at for line in asked if line.now.sender not in held]
            for line in asked:
                if line.now.sender in held:
                    since += self.rung_about(line, record.party_place(party))[:1]
            if since:
                found.add((answer, party, min(since)))
        return found

    def rung_about(self, line: Line, place: str) -> list[datetime]:
        """When a place heard of it, in whichever wording: one that logged it as its own, when it happened."""
        if place in self.owing.senders(line):
            return [line.now.at]
        calls = self.owing.heard(place)
        return [call.at for call, told in calls if any(isinstance(w, str) and line.wording(w) for w in told)]

    # What to enter

    def works(self) -> list[tuple[Work, str]]:
        """Each task, and how its tick stands: done, not_done, or changed since."""
        entering = Entering(self.record, self.outage)
        works = entering.works()
        keys = {work.key for work in works}
        astray = [mark for key, mark in self.twin.marks.items() if key not in keys and mark[0]]
        found = []
        for work in works:
            mark = self.twin.marks.get(work.key)
            if mark is None:
                # One set for no event was about the patient who is in.
                shared = [
                    m
                    for m in astray
                    if m[2][0] == work.family
                    and (set(m[3]) & set(work.lines) or (not m[3] and work is entering.last_stay(works)))
                ]
                mark = shared[-1] if shared else None
            state = "not_done"
            if mark and mark[0]:
                state = "done" if mark[2] == (work.family, entering.picture(work)) else "changed"
            found.append((work, state))
        return found

    def entered(self) -> frozenset[str]:
        """The events that ticks which hold say are in the system."""
        return frozenset(
            line
            for work, state in self.works()
            for line in work.lines
            if state == "done" and (mark := self.twin.marks.get(work.key)) and mark[1]
        )

    def enters(self) -> set[str]:
        """Those that enter something of the patient, or have what they entered to undo, though the patient has left."""
        record, found = self.record, set[str]()
        if "inpatient" not in record.parties:
            return found
        ticked = {key.partition(":")[2] for key, mark in self.twin.marks.items() if mark[0] and mark[1]}
        wards = {record.ward_then(version.order) for version in record.versions}
        for line in record.lines:
            if (line.gone or line.now.in_system) and line.first.id not in ticked:
                continue
            by_itself = {line.logged_by} & wards
            if line.first.kind == "discharge":
                found |= by_itself or {record.ward_then(line.first.order) or self.holder("inpatient")}
            elif line.first.kind == "admission":
                found.add(self.holder("inpatient"))
            elif line.first.kind in SIP:
                found.add(self.holder("outpatient"))
        return found

    def standing_on(self, unit: str) -> bool:
        """Whether the unit has somebody to ring about it at all, by what the text gives to a unit."""
        return any(not debt.closed for debt in self.of_unit(unit))


def place_in_force(record: Record, place: str) -> str:
    """The key by which a form names a place: the newest of its spellings."""
    for version in reversed(record.versions):
        for key in version.places.values():
            if record.same(key) == place:
                return key
    return place
