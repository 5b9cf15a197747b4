"""Who is owed what, from the text: each question is put to each place and each message, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .record import AT_HOME, PARTIES, RELEASES, SIP, TELLS, Call, Line, Record, Row, minute


@dataclass(frozen=True)
class Debt:
    """One message owed to one place: `what` is a wording, a row that took back, a notice pair or ("answer", kind).

    `place` is `?` and the party where nobody knows which place it is. `how` is new, corrects or retracts.
    """

    sender: str
    place: str
    what: Any
    how: str = "new"
    state: str = "still_to_ring"
    closed: str = ""


class Owing:
    """What the record gives rise to."""

    def __init__(self, record: Record) -> None:
        self.record = record

    # What a place knows.

    def heard(self, place: str) -> list[Call]:
        """The calls that got through there and still count: those after it last heard that it was not its patient."""
        calls = [c for c in self.record.calls if c.outcome == "reached" and self.ear(c) == place and place]
        calls.sort(key=lambda call: call.when)
        for index in reversed(range(len(calls))):
            if any(what[0] in RELEASES for what in calls[index].told if isinstance(what, tuple)):
                return calls[index + 1 :]
        return calls

    def ear(self, call: Call) -> str:
        """Where a call got to. Our own unit that was rung by the sender heard it, if the chain names it."""
        if not call.received:
            return self.record.same(call.place) if call.place else ""
        if call.by not in self.record.ever_named() or not self.told(call):
            return ""
        return self.record.same(call.by)

    def told(self, call: Call) -> frozenset[Any]:
        if not call.received:
            return call.told
        return frozenset(
            row.id
            for line in self.record.lines
            for row in line.rows
            if row.id in call.told and row.sender == call.party
        )

    def knows(self, place: str) -> set[Any]:
        return {what for call in self.heard(place) for what in self.told(call)}

    def everybody(self) -> list[str]:
        """Everyone who has been reached and counts still."""
        ears = dict.fromkeys(self.ear(call) for call in self.record.calls)
        return [place for place in ears if place and self.heard(place)]

    def tried(self, place: str, rows: set[Any]) -> str:
        """How near one has come to reaching a place with any of these."""
        since = self.heard_from(place)
        got = {
            call.outcome
            for call in self.record.calls
            if place and self.ear(call) == place and self.told(call) & rows and call.when > since
        }
        if "relayed" in got:
            return "relayed"
        return "tried" if got - {"reached"} else "still_to_ring"

    def heard_from(self, place: str) -> tuple[Any, ...]:
        released = [
            call.when
            for call in self.record.calls
            if call.outcome == "reached"
            and self.ear(call) == place
            and any(what[0] in RELEASES for what in call.told if isinstance(what, tuple))
        ]
        return max(released, default=(minute(self.record.versions[0].at).replace(year=1), 0))

    # Events.

    def counts_as(self, line: Line) -> set[str]:
        """The wordings that say what the newest one says."""
        found = set()
        for row in reversed(line.rows):
            found.add(row.id)
            if not row.rightly:
                break
        return found

    def recipients(self, row: Row) -> list[str]:
        """Everyone who must be told, each place once, never the sender itself."""
        record = self.record
        found = [record.party_place(p) or f"?{p}" for p in TELLS[row.kind, row.sender]]
        if row.kind in SIP:
            found += [record.same(f"participant:{name}") for name in row.participants]
        sender = record.party_place(row.sender)
        return [p for p in dict.fromkeys(found) if p not in (AT_HOME, sender)]

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

    def believed(self, place: str) -> dict[str, Call]:
        """Each event that a place was told of and has not heard taken back, with the first call that told of it."""
        found: dict[str, Call] = {}
        for line in self.record.lines:
            for call in self.heard(place):
                about = any(line.wording(what) for what in self.told(call) if isinstance(what, str))
                if about or line.gone in self.told(call):
                    found.setdefault(line.first.id, call)
            if line.gone in self.knows(place):
                found.pop(line.first.id, None)
        return found

    def last_heard_of_life(self, place: str) -> str:
        """What a place heard last of whether the patient lives."""
        said = [
            what[0] for call in self.heard(place) for what in self.told(call)
            if isinstance(what, tuple) and what[0] in ("deceased", "not_deceased")
        ]  # fmt: skip
        return said[-1] if said else ""

    def informed(self, line: Line, place: str) -> bool:
        return bool(self.knows(place) & self.counts_as(line))

    def all_told(self, line: Line) -> bool:
        return all(self.informed(line, place) for place in self.recipients(line.now))

    def of_former(self, line: Line) -> bool:
        """Whether it is an answer of a place that is not that party any more."""
        row = line.first
        if row.kind != "admission_reply":
            return False
        sent_from = self.record.sent_from(line)
        then = self.record.same(sent_from) if sent_from else ""
        return then not in ("", self.record.party_place(row.sender))

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
            if line.gone not in self.knows(place):
                yield Debt(sender, place, line.gone, "retracts", self.tried(place, {line.gone}))

    def those_who_heard(self, line: Line) -> list[str]:
        """Whom a change of it must reach: by our own calls, and of what is ours to tell by their own log too."""
        sender = self.record.party_place(line.now.sender)
        return [
            place
            for place in self.everybody()
            if place != sender
            and any(
                line.wording(what) and (self.ours(line) or not call.received)
                for call in self.heard(place)
                for what in self.told(call)
                if isinstance(what, str)
            )
        ]

    def _event(self, line: Line) -> Iterator[Debt]:
        row, right = line.now, self.counts_as(line)
        owed = self.recipients(row) if self.ours(line) else []
        former = [place for place in self.those_who_heard(line) if place not in owed]
        for place in owed + former:
            knows = self.knows(place)
            if knows & right:
                continue
            heard = any(line.wording(w) for w in knows if isinstance(w, str))
            closed = ""
            if row.kind != "discharge":
                if row.in_system:
                    closed = "entered"
                if self.record.now.status == "deceased":
                    closed = "deceased"
                elif self.of_former(line) and not heard:
                    closed = "former_place"
                elif line.first.id in self.record.entered and place in self.record.back:
                    closed = "entered"
            sender = row.sender if self.ours(line) else ""
            yield Debt(
                sender,
                place,
                row.id,
                "corrects" if len(line.rows) > 1 else "new",
                self.tried(place, right),
                closed,
            )

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
            closed = "deceased" if self.record.now.status == "deceased" else ""
            for other in TELLS["admission_reply", party]:
                place = self.record.party_place(other) or f"?{other}"
                if place not in (AT_HOME, self.record.party_place(party)):
                    yield Debt(party, place, ("answer", "admission_reply"), closed=closed)

    # Notices: of the chain as such. Whose they are to give the text leaves open.

    def _notice(self, place: str, what: tuple[str, str]) -> Iterator[Debt]:
        if what not in self.knows(place):
            yield Debt("", place, what, "notice", self.tried(place, {what}))

    def _notices(self) -> Iterator[Debt]:
        record, status = self.record, self.record.now.status
        since = next(
            v
            for v in record.versions
            if all(w.status == status for w in record.versions if w.order >= v.order)
        )
        said_wrong = [version for version in record.versions if version.identity == "said_wrong"]
        to: list[str] = []
        for place in self.everybody():
            believed, life = self.believed(place), self.last_heard_of_life(place)
            if not believed and not life:
                continue
            to.append(place)
            if place not in record.places_now():
                yield from self._release(place)
            if (
                said_wrong
                and status != "wrong_patient"
                and any(
                    call.when < (minute(said_wrong[-1].at), said_wrong[-1].order)
                    for call in believed.values()
                )
            ):
                yield from self._notice(place, ("identity", said_wrong[-1].id))
            if life == "deceased" and status != "deceased":
                what = "not_deceased" if status == "ok" else "not_this_patient"
                yield from self._notice(place, (what, since.id))
        if status == "deceased":
            if record.now.before == "admitted" and "inpatient" in record.parties:
                own = [p for p in ("inpatient", "outpatient") if record.now.places.get(p) in record.own]
                rings = record.party_place(own[0]) if own else ""
                places = [record.party_place(party) or f"?{party}" for party in PARTIES]
                to += [place for place in places if place != rings]
            for place in dict.fromkeys(to):
                if place != AT_HOME and self.last_heard_of_life(place) != "deceased":
                    yield from self._notice(place, ("deceased", since.id))

    def _release(self, place: str) -> Iterator[Debt]:
        """What a place that was one of the chain's and is not any more is owed, by how it was taken away last."""
        pairs = list(zip(self.record.versions, self.record.versions[1:], strict=False))
        for former, later in reversed(pairs):
            for party in PARTIES:
                if self.record.party_place(party, former) == place:
                    how = "not_yours" if later.changed.get(party) == "mistake" else "no_longer_yours"
                    yield from self._notice(place, (how, later.id))
                    return
