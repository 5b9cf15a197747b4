"""What is to be entered afterwards, from the table of cases: the log as a word, and a picture of each task (R4)."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .owing import Owing
from .record import AT_HOME, PARTIES, SIP, Line, Record, Version, minute

_HERE = ZoneInfo("Europe/Stockholm")
_LETTER = {"admission": "A", "discharge": "D"}


@dataclass(frozen=True)
class Work:
    """One task: its kind, the case of the table, and the first wordings of its events, the one logged first before."""

    family: str
    case: int
    lines: tuple[str, ...]
    # What is odd, where that is not to be seen of its events.
    how: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        return f"{self.family}:{next(iter(self.lines), '')}"

    @property
    def to_do(self) -> bool:
        return self.case not in (2, 4, 6)


@dataclass
class Outage:
    """The outage as the own principal sees it: the moments at which its scope changed, the own end, and when what was
    said of that; as whoever enters stays and SIPs sees it, where that is another.
    """

    scopes: list[tuple[datetime, bool]]
    own_end: datetime | None = None
    said: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    region: "Outage | None" = None

    def municipalities_only(self, at: datetime) -> bool:
        said = [only for since, only in self.scopes if since <= at]
        return (said or [self.scopes[0][1]])[-1]

    def entered_in(self, line: Line) -> "Outage":
        """Information is its sender's; a town that lost the system alone has nobody else who enters anything."""
        of_region = line.now.kind in (*_LETTER, *SIP) and not self.municipalities_only(line.now.at)
        return self.region if self.region and of_region else self

    def is_after(self, line: Line) -> bool:
        end = self.entered_in(line).own_end
        return end is not None and minute(line.now.at) > end

    def is_unaware(self, line: Line) -> bool:
        """Whether it is for somebody to enter, and was logged as if there was no end."""
        dated = line.now.kind in SIP and line.now.particulars.get("sip_date")
        if line.now.kind not in _LETTER and not dated:
            return False
        assert line.first.logged
        ends = [None, *(end for at, end in self.entered_in(line).said if at <= line.first.logged)]
        return ends[-1] is None or minute(line.first.at) <= ends[-1]


class Entering:
    """What the record of one patient leaves to enter, to leave and to decide."""

    def __init__(self, record: Record, outage: Outage) -> None:
        self.record, self.outage, self.owing = record, outage, Owing(record)
        live = [line for line in record.lines if not line.gone]
        live.sort(key=self.when)
        self.before = record.now.before
        for line in live:
            if record.now.before != "admitted" and line.now.in_system and line.now.kind in _LETTER:
                self.before = "admitted" if line.now.kind == "admission" else "not_admitted"
        self.stood = [line for line in live if line.now.in_system and line.now.kind in _LETTER]
        self.live = [li for li in live if not li.now.in_system and not outage.is_after(li)]
        self.to_check = [li for li in live if outage.is_after(li) and outage.is_unaware(li)]
        self.moves = [line for line in self.live if line.now.kind in _LETTER]
        # Who came or went after the own end did so in the system.
        self.came = [line for line in live if not line.now.in_system and line.now.kind in _LETTER]
        self.moved = bool(self.came)
        self.last = next((line for line in reversed(live) if line.now.kind in _LETTER), None)
        self.unlogged = self._unlogged() if record.now.status == "ok" else ""

    def when(self, line: Line) -> tuple[datetime, int]:
        return minute(line.now.at), line.first.order

    def works(self) -> list[Work]:
        if self.record.now.status == "wrong_patient":
            return []
        return [*self._missing(), *self._died(), *self._stays(), *self._others(), *self._checked()]

    def _checked(self) -> list[Work]:
        found = [
            (("stay" if li.now.kind in _LETTER else "sip"), li)
            for li in self.to_check
            if li.now.kind in _LETTER or self.record.now.status != "deceased"
        ]
        return [self._work(family, 19, [li]) for family, li in found]

    def last_stay(self, works: list[Work]) -> Work:
        """The stay that began last."""
        began = {line.first.id: self.when(line) for line in [*self.live, *self.to_check]}
        stays = [work for work in works if work.family == "stay"]
        return max(stays, key=lambda work: min(began[line] for line in work.lines))

    def _unlogged(self) -> str:
        """What the places say and no line: one who is out lies with us again, or one who is in does so no more."""
        way = self.way(self.last)
        here = way[-1].startswith("unit:")
        of_region = "inpatient" in self.record.parties
        if len(way) == 1 or not (self.last or of_region or self.record.now.before == "admitted"):
            return ""
        if self.last and self.last.now.kind == "discharge":
            return "again" if here else ""
        was_here = any(ward.startswith("unit:") for ward in way[:-1])
        return "left" if not here and (was_here or way[-1] == AT_HOME) else ""

    def way(self, last: Line | None) -> list[str]:
        """Where the patient has lain since an admission or discharge, else ever; wrong places left out."""
        versions = self.record.versions
        began = versions[0]
        if last:
            order = last.first.order
            began, stood = self.ward_named(order, last.logged_by), self.record.in_force(order)
            said_again = began.order > order and began.changed.get("inpatient") == "moved"
            came = last.now.kind == "admission" or said_again
            began = stood if came and stood.places.get("inpatient") == AT_HOME else began
        way = [began.places.get("inpatient", "")]
        for version in versions[versions.index(began) + 1 :]:
            ward = version.places.get("inpatient", "")
            kept = way[:-1] if version.changed.get("inpatient") in ("mistake", "same") else way
            way = kept if kept[-1:] == [ward] else [*kept, ward]
        return way

    def ward_in_system(self) -> str:
        """The ward on which the system has whoever was in it as the outage began; nothing where nobody knows."""
        ward = self.way(self.stood[-1] if self.stood else None)[0]
        return self.record.same(ward) if self.before == "admitted" and ward not in ("", AT_HOME) else ""

    def _missing(self) -> list[Work]:
        if self.unlogged == "again" or (self.unlogged and not self.moved):
            return [Work("stay", 18, (), self.unlogged)]
        ward = self.record.now.places.get("inpatient", AT_HOME)
        if (
            "inpatient" in self.record.parties
            and ward != AT_HOME
            and self.before != "admitted"
            and self.record.now.status == "ok"
            # Whoever has been discharged is not on the ward.
            and not self.moved
        ):
            return [Work("stay", 18, ())]
        there, here = self.ward_in_system(), self.record.party_place("inpatient")
        region_ok = "inpatient" in self.record.parties and self.record.now.status == "ok"
        if region_ok and not self.moved and there and here not in ("", AT_HOME, there):
            return [Work("stay", 11, (), "moved")]
        return []

    def _died(self) -> list[Work]:
        """Who died with nothing logged of how the stay ended may stand as admitted in the system."""
        on_ward = self.record.now.places.get("inpatient", AT_HOME) != AT_HOME and not self.stood
        dead = self.record.now.status == "deceased" and "inpatient" in self.record.parties and not self.moved
        return [Work("stay", 13, ())] if dead and (on_ward or self.before == "admitted") else []

    def _stays(self) -> list[Work]:
        if self.record.now.status == "deceased":
            return [self._work("stay", 13, self.moves)] if self.moves else []
        found, cut, run, before = [], [], [], self.before
        for line in self.moves:
            if self.outage.municipalities_only(line.now.at):
                # What stands in the system from here on nobody knows, nor whether who was in is so still.
                stays = self._run(before, run)
                if stays and stays[-1].case == 1:
                    cut, stays = [*cut, run[-1]], stays[:-1]
                found += stays
                cut, run, before = [*cut, line], [], "unknown"
            else:
                run = [*run, line]
        stays = ([self._work("stay", 14, cut)] if cut else []) + found + self._run(before, run)
        if self.unlogged == "left" and self.moves and self.moves[-1].now.kind == "admission":
            last = self.moves[-1].first.id
            return [self._left(stay) if last in stay.lines else stay for stay in stays]
        return stays

    def _left(self, stay: Work) -> Work:
        return Work("stay", 11 if stay.case == 1 else stay.case, stay.lines, "left")

    def _run(self, before: str, moves: list[Line]) -> list[Work]:
        """The stays of moves under one scope, read as a word."""
        word = "B" * (before == "admitted") + "".join(_LETTER[line.now.kind] for line in moves)
        if before == "unknown" and word.startswith("D"):
            return [self._work("stay", 12, moves)]
        if not re.fullmatch(r"B?|(BD)?(AD)*A?", word):
            return [self._work("stay", 11, moves)]
        found, shift = [], len(word) - len(moves)
        for stay in re.finditer("BD|AD|A", word):
            own = moves[max(0, stay.start() - shift) : stay.end() - shift]
            found.append(self._work("stay", {"BD": 3, "AD": 2, "A": 1}[stay.group()], own))
        return found

    def _others(self) -> list[Work]:
        sip = [line for line in self.live if line.now.kind in SIP]
        found, said = [], [(4, li) for li in self.live if li.now.kind not in (*SIP, *_LETTER)]
        dated = [line for line in sip if line.now.particulars.get("sip_date")]
        if dated:
            case, how = self._sip_case(dated, sip)
            found.append(Work("sip", case, self._work("", 0, sip).lines, how))
        else:
            said += [(6, line) for line in sip]
        untold = [line for _, line in said if self.untold(line)]
        if untold:
            nobodys = "former" if all(map(self._rings_nobody, untold)) else ""
            found.append(Work("information", 17, self._work("", 0, untold).lines, nobodys))
        return found + [self._work("information", case, [li]) for case, li in said if li not in untold]

    def _sip_case(self, dated: list[Line], sip: list[Line]) -> tuple[int, str]:
        cases = {work.case for work in self._stays()}
        if self.record.now.status == "deceased":
            return 13, ""
        if any(self.outage.municipalities_only(line.now.at) for line in dated):
            return 16, "scope"
        if self.before != "admitted" and cases & {11, 12}:
            return 16, "stay"
        if self.before != "admitted" and cases == {2}:
            return 10, ""
        sends = "outpatient" in self.record.parties and not self._is_nobodys("outpatient")
        return (16, "past") if sends and self._is_past(sip) else (5, "")

    def _is_past(self, sip: list[Line]) -> bool:
        """Whether it was to begin before we were back; one that has no time of day, at the end of its day."""
        on, clock = self._agreed(sip)
        begins = datetime.strptime(f"{on} {clock or '23.59'}", "%Y-%m-%d %H.%M").replace(tzinfo=_HERE)
        return self.outage.own_end is not None and begins < self.outage.own_end

    def _agreed(self, sip: list[Line]) -> tuple[str, str]:
        """The date last said, and the time last said since that date was first said."""
        on = clock = ""
        for line in sip:
            said = line.now.particulars
            if said.get("sip_date") not in (None, "", on):
                on, clock = said["sip_date"], ""
            clock = said.get("sip_time") or clock
        return on, clock

    def untold(self, line: Line) -> bool:
        """Whether somebody who must be told has been reached neither about it nor about a later discharge."""
        later = [
            li
            for li in self.record.lines
            if not li.gone and li.now.kind == "discharge" and self.when(li) > self.when(line)
        ]
        # What a later message about the same SIP says anew is nobody's to hear, nor is what a dead patient was to have.
        if self.record.now.status == "deceased":
            return False
        if not self.owing.ours(line) or self.owing.closed(line, "", heard=False) == "rebooked":
            return False
        return any(
            not any(self.owing.informed(li, place) for li in [line, *later])
            and place not in [self.record.party_place(li.now.sender) for li in later]
            for place in self.owing.recipients(line)
        )

    def _rings_nobody(self, line: Line) -> bool:
        """Whether nobody is to hear it any more, as it is the answer of a place that is not that party now."""
        closed = {debt.closed for debt in self.owing.debts() if debt.what == line.now.id}
        return "former_place" in closed and closed.isdisjoint({"", "entered"})

    def _work(self, family: str, case: int, lines: list[Line]) -> Work:
        first = sorted((line.first for line in lines), key=lambda row: row.order)
        return Work(family, case, tuple(row.id for row in first))

    def _is_nobodys(self, party: str) -> bool:
        """Whether no unit of ours is or was a party that is ours."""
        named = {version.places.get(party, "") for version in self.record.versions}
        opened = party in self.record.opener_parties
        return party in self.record.parties and not opened and self.record.own.isdisjoint(named)

    # What a tick is set for.

    def picture(self, work: Work) -> tuple[Any, ...]:
        """All that is typed into the system for a task: two that differ are two different things to do."""
        record = self.record
        every = [*self.live, *self.to_check]
        lines = sorted((li for li in every if li.first.id in work.lines), key=self.when)
        dates = frozenset((li.first.id, li.now.kind, li.now.at.astimezone(_HERE).date()) for li in lines)
        party = "outpatient" if work.family == "sip" else "inpatient"
        by_hand = work.case in (1, 3, 5, 19) and self._is_nobodys(party)
        # Only what is registered is typed as it stands in the log.
        times = frozenset(
            (li.first.id, f"{li.now.at.astimezone(_HERE):%H.%M}")
            for li in lines
            if work.case in (1, 3, 19) and not by_hand
        )
        untold = work.case == 2 and any(self.owing.ours(li) and not self.owing.all_told(li)
                                        for li in lines if li.now.kind == "discharge")  # fmt: skip
        if work.family == "information":
            return work.case, work.how, dates
        places = tuple(record.party_place(party) for party in PARTIES)
        if work.family == "sip":
            said = [line.now.particulars for line in lines]
            people = [p["participants"] for p in said if p.get("participants")]
            return (
                work.case,
                by_hand,
                work.how,
                record.now.number,
                places[1:],
                # One to check shows what it says itself.
                self._agreed(lines),
                frozenset(people[-1] if people else ()),
            )
        left = lines[-1] if lines and lines[-1].now.kind == "discharge" else None
        came = [li for li in record.lines if not li.gone and li.now.kind == "admission"]
        elsewhere = (
            left is self.last and record.party_place("inpatient") != AT_HOME and len(self.way(self.last)) > 1
        )
        if left and (elsewhere or any(self.when(li) > self.when(left) for li in came)):
            places = tuple(
                record.same(self.place_left(party, left.first.order, left.logged_by)) for party in PARTIES
            )
        return (
            work.case,
            by_hand,
            work.how,
            untold,
            self._odd(lines),
            record.now.number,
            record.now.patient,
            places,
            self._ward_before(lines, places[0]),
            dates,
            times,
        )

    def _ward_before(self, lines: list[Line], ward: str) -> str:
        """The ward that the system has, for the stay from before, where that is not the one that is named with it."""
        if ward == AT_HOME:
            wards = [self.record.party_place("inpatient", version) for version in self.record.versions]
            ward = next((place for place in reversed(wards) if place not in ("", AT_HOME)), ward)
        there = self.ward_in_system()
        of_before = not self.came or self.came[0] in lines
        return there if of_before and there != ward else ""

    def place_left(self, party: str, order: int, logged_by: str) -> str:
        """Where a party was when a patient, who came back since, was discharged by the row of that order: when the unit
        that logged it last was the ward, or else when there last was one; and if that was wrong, where it was really.
        """
        since = self.ward_named(order, logged_by)
        found = since.places.get(party, "")
        for version in self.record.versions:
            other = version.places.get(party, "")
            if version.order > since.order and other != found:
                if found and version.changed.get(party) not in ("mistake", "same"):
                    break
                found = other
        return found

    def ward_named(self, order: int, logged_by: str) -> Version:
        """What names the ward at the row of that order: that of the unit that logged it, else the last one by then."""
        named = [v for v in self.record.versions if v.places.get("inpatient", AT_HOME) != AT_HOME]
        named = [v for v in named if v.places["inpatient"] == logged_by] or named or self.record.versions[:1]
        return ([v for v in named if v.order <= order] or named[:1])[-1]

    def _odd(self, lines: list[Line]) -> str:
        """In which way moves are odd: what is to be found out."""
        return "".join(_LETTER[line.now.kind] for line in lines if line.now.kind in _LETTER)
