"""Who is owed what, from the text: each question is put to each place and each message, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .hearing import Hearing
from .record import AT_HOME, PARTIES, SIP, TELLS, Call, Line, Version, minute


@dataclass(frozen=True)
class Debt:
    """One message owed to one place: `what` is a wording, a row that took back, a notice pair or ("answer", kind).

    `place` is `?` and the party where nobody knows which place it is. `how` is new, corrects, retracts or left out.
    """

    sender: str
    place: str
    what: Any
    how: str = "new"
    state: str = "still_to_ring"
    closed: str = ""


class Owing(Hearing):
    """What the record gives rise to."""

    # Events.

    def counts_as(self, line: Line) -> set[str]:
        """The wordings that say what the newest one says: those before it by which people heard what is right.

        A wording that puts back what an earlier one said is right by that one, too.
        """
        found, look = set(), [len(line.rows) - 1]
        while look:
            at = look.pop()
            found.add(line.rows[at].id)
            if at and line.rows[at].rightly:
                alike = [i for i in range(at) if line.rows[i].content == line.rows[at].content]
                look += [at - 1, *alike[-1:]]
        return found

    def recipients(self, line: Line) -> list[str]:
        """Everyone who must be told, each place once, never the sender itself."""
        record, row = self.record, line.now
        found = [record.party_place(p) or f"?{p}" for p in TELLS[row.kind, row.sender]]
        if row.kind in SIP:
            for name in row.participants:
                party = self.stands_for(line, name)
                named = record.same(f"participant:{name}")
                found.append((record.party_place(party) or f"?{party}") if party else named)
        return [p for p in dict.fromkeys(found) if p not in (AT_HOME, *self.senders(line))]

    def senders(self, line: Line) -> set[str]:
        """The sender; and a unit that logged it as its own and is now something else here knows it, too."""
        logged_by = self.record.same(line.logged_by) if line.logged_by else ""
        return {self.record.party_place(line.now.sender), *({logged_by} & {self.from_place(line)})}

    def from_place(self, line: Line) -> str:
        """The place that was the sender when it was logged."""
        sent_from = self.record.sent_from(line)
        return self.record.same(sent_from) if sent_from else ""

    def rung(self, line: Line) -> bool:
        """Whether a call of our own that stands tells of it."""
        return any(
            not call.received and any(line.wording(what) for what in call.told if isinstance(what, str))
            for call in self.record.calls
        )

    def ours(self, line: Line) -> bool:
        """Whether it is the own principal's to tell.

        What a place that is none of ours rang about is not: the place that stood when it was logged, or that was named
        first where nobody knew it then.
        """
        row = line.first
        if row.sender not in self.record.parties:
            return False
        then = self.record.in_force(row.order).order
        known = [
            v.places[row.sender] for v in self.record.versions if v.order >= then and row.sender in v.places
        ]
        known = [place for place in (self.record.sent_from(line), *known) if place not in ("", AT_HOME)]
        return self.rung(line) or bool(known and known[0] in self.record.own)

    def believed(self, place: str, ever: bool = False) -> dict[str, Call]:
        """Each event that a place was told of and has not heard taken back, with the first call that told of it."""
        found: dict[str, Call] = {}
        for line in self.record.lines:
            for call, told in self.heard(place, ever):
                about = any(line.wording(what) for what in told if isinstance(what, str))
                if about or line.gone in told:
                    found.setdefault(line.first.id, call)
            if line.gone in self.knows(place, ever):
                found.pop(line.first.id, None)
        return found

    def last_heard_of_life(self, place: str, ever: bool = False) -> str:
        """What a place heard last of whether the patient lives."""
        said = [
            what[0] for _, told in self.heard(place, ever) for what in told
            if isinstance(what, tuple) and what[0] in ("deceased", "not_deceased")
        ]  # fmt: skip
        return said[-1] if said else ""

    def right_said(self, line: Line, place: str, ever: bool = False) -> list[tuple[Call, frozenset[Any]]]:
        """The calls to a place about what holds, since it heard that an event which stands again was taken back."""
        right = self.counts_as(line)
        gone = {row.regained for row in line.rows if row.id in right}
        told = self.ledger(place, ever)
        ends = [at for at, (call, said) in enumerate(told) if call.outcome == "reached" and said & gone]
        return [one for one in told[ends[-1] + 1 if ends else 0 :] if one[1] & right]

    def informed(self, line: Line, place: str, ever: bool = False) -> bool:
        return any(call.outcome == "reached" for call, _ in self.right_said(line, place, ever))

    def all_told(self, line: Line) -> bool:
        return all(self.informed(line, place) for place in self.recipients(line))

    def of_former(self, line: Line) -> bool:
        """Whether it is an answer of a place that is not that party any more."""
        return line.now.kind == "admission_reply" and self.from_another(line)

    def from_another(self, line: Line) -> bool:
        """Whether its sender was another place when it was logged."""
        return self.from_place(line) not in ("", self.record.party_place(line.first.sender))

    def debts(self) -> Iterator[Debt]:
        """All that is owed. A municipality is one place, and does not ring itself; units of a region are told apart."""
        itself = {self.record.same(place) for place in self.record.own if place.startswith("principal:")}
        return (debt for debt in self._all() if debt.place not in itself)

    def _all(self) -> Iterator[Debt]:
        for line in self.record.lines:
            yield from self._retractions(line) if line.gone else self._event(line)
        yield from self._answers()
        yield from self._notices()

    def _retractions(self, line: Line) -> Iterator[Debt]:
        sender = line.now.sender if self.ours(line) else ""
        for place in self.those_who_heard(line):
            if line.gone not in self.knows(place, ever=True):
                yield Debt(sender, place, line.gone, "retracts", self.tried(place, {line.gone}, ever=True))

    def those_who_heard(self, line: Line) -> list[str]:
        """Whom a change of it must reach: by our own calls, and of what is ours to tell by their own log too."""
        return [
            place
            for place in self.everybody()
            if place not in self.senders(line)
            and any(
                line.wording(what) and (self.ours(line) or not call.received)
                for call, told in self.heard(place, ever=True)
                for what in told
                if isinstance(what, str)
            )
        ]

    def _event(self, line: Line) -> Iterator[Debt]:
        row = line.now
        owed = self.recipients(line) if self.ours(line) else []
        told_before = self.those_who_heard(line) + (self.invited_before(line) if self.ours(line) else [])
        former = [place for place in dict.fromkeys(told_before) if place not in owed]
        for place in owed + former:
            ever = place in former
            knows = self.knows(place, ever)
            if self.informed(line, place, ever):
                continue
            heard = ever or any(line.wording(w) for w in knows if isinstance(w, str))
            how = "corrects" if ever or len(line.rows) > 1 else "new"
            if ever and self.ours(line) and self.left_out(line, place):
                how = "left out"
            closed = self.closed(line, place, heard)
            yield Debt(
                row.sender if self.ours(line) else "",
                place,
                row.id,
                how,
                self.how_near(call for call, _ in self.right_said(line, place, ever)),
                "" if (how, closed) == ("left out", "entered") else closed,
            )

    def left_out(self, line: Line, place: str) -> bool:
        """Whether who was to take part, by their own name or as the party that they are, is told that they are not."""

        def named(sip: Line) -> bool:
            names = [name for row in sip.rows for name in row.participants]
            return any(row.id in self.by_name(place) for row in sip.rows) or self.party_as_rung(place) in {
                self.stands_for(sip, name) for name in names
            } - {""}

        sips = self.sips(line.now.sender)
        was_named = any(named(sip) for sip in [line, *(sips[: sips.index(line)] if line in sips else [])])
        return (was_named or self.was_ever_named(place)) and (bool(line.now.participants) or named(line))

    def was_ever_named(self, place: str) -> bool:
        """Whether a place is known by a name that somebody was to take part by."""
        names = [name for line in self.record.lines for row in line.rows for name in row.participants]
        spelled = {f"participant:{' '.join(name.split()).casefold()}" for name in names}
        return place.startswith("participant:") and place in spelled

    def closed(self, line: Line, place: str, heard: bool) -> str:
        """Why a call about it is not to be made after all; `heard` tells of one that knows another wording."""
        if line.now.kind == "discharge":
            return ""
        if self.record.now.status == "deceased":
            return "deceased"
        if self.rebooked(line):
            return "rebooked"
        if self.of_former(line) and not heard:
            return "former_place"
        entered = line.first.id in self.record.entered and place in self.record.back
        return "entered" if entered or (line.now.in_system and not heard) else ""

    def sips(self, sender: str) -> list[Line]:
        """The messages of a sender about the one SIP, in order."""
        found = [
            li for li in self.record.lines if not li.gone and li.now.kind in SIP and li.now.sender == sender
        ]
        return sorted(found, key=lambda line: line.when)

    def invited_before(self, line: Line) -> list[str]:
        """Who was reached with an earlier message about the same SIP, in which they took part by name; or as the party
        that they are or were, and nobody has told them that the patient is theirs no more.
        """
        sips = self.sips(line.now.sender)
        seen = [
            (
                {row.id for row in sip.rows},
                {self.stands_for(sip, name) for row in sip.rows for name in row.participants} - {""},
            )
            for sip in (sips[: sips.index(line)] if line in sips else [])
        ]
        return [
            place
            for place in self.everybody()
            if place not in self.senders(line)
            and any(
                rows & self.knows(place, ever=True) & self.by_name(place)
                or (self.party_as_rung(place) in as_parties and rows & self.knows(place))
                for rows, as_parties in seen
            )
        ]

    def rebooked(self, line: Line) -> bool:
        """Whether a later message about the SIP says anew all that it said; a time holds for its date only."""
        sips = self.sips(line.now.sender)
        later = sips[sips.index(line) + 1 :] if line in sips else []
        said = {what for what, value in line.now.particulars.items() if value} - {"participants"}
        for other in later:
            anew = other.now.particulars
            moved = anew.get("sip_date") != line.now.particulars.get("sip_date")
            if all(anew.get(what) for what in said - ({"sip_time"} if moved else set())):
                return True
        return False

    def _answers(self) -> Iterator[Debt]:
        live = [line for line in self.record.lines if not line.gone]
        if self.record.now.status == "wrong_patient":
            return
        for party in self.record.parties & {"municipality", "outpatient"}:
            if self.record.now.places.get(party, "") not in self.record.own:
                continue
            replies = [
                li.when for li in live if li.now.kind == "admission_reply" and li.now.sender == party
                and not self.of_former(li)
            ]  # fmt: skip
            ends = [li.when for li in live if li.now.kind == "discharge"]
            if not any(
                all(later < li.when for later in replies + ends) for li in live if li.now.kind == "admission"
            ):
                continue
            for other in TELLS["admission_reply", party]:
                place = self.record.party_place(other) or f"?{other}"
                if place not in (AT_HOME, self.record.party_place(party)):
                    # Who is back reads the answer in the system.
                    closed = "entered" if place in self.record.back else ""
                    closed = "deceased" if self.record.now.status == "deceased" else closed
                    yield Debt(party, place, ("answer", "admission_reply"), closed=closed)

    # Notices: of the chain as such. Whose they are to give the text leaves open.

    def _notice(self, place: str, what: tuple[str, str]) -> Iterator[Debt]:
        """Whoever wrote the change that gave rise to it needs no call about it."""
        version = next(v for v in self.record.versions if v.id == what[1])
        if what not in self.knows(place) and self.record.same(version.by) != place:
            yield Debt("", place, what, "notice", self.tried(place, {what}))

    def _notices(self) -> Iterator[Debt]:
        record, status = self.record, self.record.now.status
        since = next(
            v
            for v in record.versions
            if all(w.status == status for w in record.versions if w.order >= v.order)
        )
        wrong = self.said_wrong()
        to: list[str] = []
        for place in self.everybody():
            believed, life = self.believed(place), self.last_heard_of_life(place)
            if believed or life:
                to.append(place)
            if place not in record.places_now() and (life or set(believed) - self.by_name(place)):
                for what in self.release_of(place)[:1]:
                    yield from self._notice(place, what)
            calls = (believed or self.believed(place, ever=True)).values()
            if (
                wrong
                and status != "wrong_patient"
                and any(call.when < (minute(wrong.at), wrong.order) for call in calls)
                and ("identity", wrong.id) not in self.knows(place, ever=True)
            ):
                yield from self._notice(place, ("identity", wrong.id))
            if status != "deceased" and self.last_heard_of_life(place, ever=True) == "deceased":
                what = "not_deceased" if status == "ok" else "not_this_patient"
                yield from self._notice(place, (what, since.id))
        if status == "deceased":
            if self.was_in_system() and "inpatient" in record.parties:
                own = [p for p in ("inpatient", "outpatient") if record.now.places.get(p) in record.own]
                rings = record.party_place(own[0]) if own else ""
                places = [record.party_place(party) or f"?{party}" for party in PARTIES]
                to += [place for place in places if place != rings]
            for place in dict.fromkeys(to):
                if place != AT_HOME and self.last_heard_of_life(place) != "deceased":
                    yield from self._notice(place, ("deceased", since.id))

    def was_in_system(self) -> bool:
        """Whether the patient was admitted in the system as the outage began: said, or by what stands there."""
        stood = [
            line for line in self.record.lines
            if line.now.in_system and not line.gone and line.now.kind in ("admission", "discharge")
        ]  # fmt: skip
        last = max(stood, key=lambda line: line.when, default=None)
        return self.record.now.before == "admitted" or bool(last and last.now.kind == "admission")

    def said_wrong(self) -> Version | None:
        """The last change by which people had heard the wrong identity, and which was not put back since."""
        open_ones: list[tuple[Version, Version]] = []
        for former, later in zip(self.record.versions, self.record.versions[1:], strict=False):
            if later.identity == "said_wrong":
                open_ones.append((former, later))
            elif later.identity == "written_wrong":
                while any(later.person == was.person for was, _ in open_ones):
                    open_ones.pop()
        return open_ones[-1][1] if open_ones else None
