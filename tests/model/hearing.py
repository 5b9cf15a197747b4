"""What each place has heard, from the text: one place at a time, by the calls that got there."""

from collections.abc import Iterable
from typing import Any

from .record import AT_HOME, PARTIES, RELEASES, Call, Line, Record


class Hearing:
    """What the places of the record have heard."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def ledger(self, place: str, ever: bool = False) -> list[tuple[Call, frozenset[Any]]]:
        """The calls to a place with what each of them told, in order: what counts there for what stands.

        Whoever heard that it was another patient was told nothing before. Whoever heard that the patient is not theirs
        any more knows from before only what they take part in by their own name; and while the patient has not come
        back, no correction makes it theirs. With `ever` all that they were told: that is what can be taken back.
        """
        calls = [call for call in self.record.calls if place and self.ear(call) == place]
        told = [(call, self.told(call)) for call in sorted(calls, key=lambda call: call.when)]
        another = [at for at, one in enumerate(told) if self.says(one, "not_this_patient")]
        told = told[another[-1] + 1 if another else 0 :]
        ends = [at for at, one in enumerate(told) if self.says(one, *RELEASES)]
        if ever or not ends:
            return told
        part = self.by_name(place)
        before, after = told[: ends[-1] + 1], told[ends[-1] + 1 :]
        for_good = [
            at for at in ends
            if place not in self.record.places_now() and told[at][1] & set(self.release_of(place))
        ]  # fmt: skip
        if for_good:
            old = {what for _, said in told[: for_good[-1] + 1] for what in said}
            after = [
                (call, frozenset(w for w in said if w in part or not self.only_mends(w, old)))
                for call, said in after
            ]
        return [(call, said & part) for call, said in before if said & part] + after

    def says(self, one: tuple[Call, frozenset[Any]], *notices: str) -> bool:
        """Whether a call got through with one of these."""
        return one[0].outcome == "reached" and any(isinstance(w, tuple) and w[0] in notices for w in one[1])

    def by_name(self, place: str) -> frozenset[str]:
        """All wordings of the events in which a place takes part by its own name, and as no party."""
        return frozenset(
            what
            for line in self.record.lines
            if any(
                self.record.same(f"participant:{n}") == place and not self.stands_for(line, n)
                for row in line.rows
                for n in row.participants
            )
            for what in (line.gone, *(what for row in line.rows for what in (row.id, row.regained) if what))
        )

    def stands_for(self, line: Line, name: str) -> str:
        """The party that somebody who takes part is: the one whose place the name was, when it was first written, or
        when that party first got one. Nothing for a name as such, and for the ward of one who lies on none.
        """
        person = self.record.same(f"participant:{name}")
        rows = [row for row in line.rows if " ".join(name.split()).casefold() in
                [" ".join(n.split()).casefold() for n in row.participants]]  # fmt: skip
        then = self.record.in_force(rows[0].order).order
        for party in PARTIES:
            places = [v.places[party] for v in self.record.versions if v.order >= then and party in v.places]
            places = [place for place in places if place != AT_HOME]
            if places and self.record.same(places[0]) == person:
                return party if self.record.now.places.get(party) != AT_HOME else ""
        return ""

    def only_mends(self, what: Any, old: set[Any]) -> bool:
        """Whether it is but another wording of what is among `old`, or takes back that somebody died."""
        if isinstance(what, tuple):
            return bool(what[0] == "not_deceased")
        lines = [line for line in self.record.lines if what == line.gone or line.wording(what)]
        return any(
            what != li.first.id and any(li.wording(w) for w in old if isinstance(w, str)) for li in lines
        )

    def heard(self, place: str, ever: bool = False) -> list[tuple[Call, frozenset[Any]]]:
        """The calls that got through, of the ledger."""
        return [one for one in self.ledger(place, ever) if one[0].outcome == "reached"]

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
            if row.id in call.told and row.sender == call.party and row.sender in self.record.parties
        )

    def knows(self, place: str, ever: bool = False) -> set[Any]:
        return {what for _, told in self.heard(place, ever) for what in told}

    def everybody(self) -> list[str]:
        """Everyone who has been reached."""
        ears = dict.fromkeys(self.ear(call) for call in self.record.calls)
        return [place for place in ears if place and self.heard(place, ever=True)]

    def tried(self, place: str, rows: set[Any], ever: bool = False) -> str:
        """How near one has come to reaching a place with any of these."""
        return self.how_near(call for call, told in self.ledger(place, ever) if told & rows)

    def how_near(self, calls: Iterable[Call]) -> str:
        got = {call.outcome for call in calls}
        if "relayed" in got:
            return "relayed"
        return "tried" if got - {"reached"} else "still_to_ring"

    # Events.

    def party_as_rung(self, place: str) -> str:
        """Which party a place is, or was last; of one that never was one here, what it was rung as first."""
        rung_as = [call.rung_as for call in self.record.calls if self.ear(call) == place and call.rung_as]
        return self.record.party_of(place) or next(iter(rung_as), "")

    def release_of(self, place: str) -> list[tuple[str, str]]:
        """What a place that is not one of the chain's is owed, by how it was taken away last; the other word after it.

        One that never was one of them was rung by mistake, if another is what it was rung as.
        """
        party = self.party_as_rung(place)
        if not self.record.party_of(place) and not self.record.party_place(party):
            return []
        pairs = list(zip(self.record.versions, self.record.versions[1:], strict=False))
        how, version = "not_yours", self.record.versions[0]
        for former, later in pairs:
            for party in PARTIES:
                if self.record.party_place(party, former) == place != self.record.party_place(party, later):
                    how = "not_yours" if later.changed.get(party) == "mistake" else "no_longer_yours"
                    version = later
        other = ({"not_yours", "no_longer_yours"} - {how}).pop()
        return [(how, version.id), (other, version.id)]
