"""What became of what a hand-over told of, by what the log of each chain says now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from contacts.access import Acting
from contacts.models import Unit
from contacts.queries.joined import ids_read_as
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.care_chains import visible_chains
from outage.queries.chain_log import ChainLog, logs_of
from outage.queries.owed import awaited_now, standing_now
from outage.queries.papers import papers
from outage.queries.ring_back import asked_of
from outage.queries.standing import (
    awaited_by_unit,
    first_of,
    holder_of,
    line_back,
    own_parties,
    row_of,
    units_to_ring,
)
from outage.rules.back_registration import ChainStatus
from outage.rules.informing import PARTICIPANT_PREFIX, InformState
from outage.rules.shift_told import LeftKind, LeftNow, ToldLine, became, of_all
from outage.rules.told import Owed, Target

_Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Became:
    """`chain` is the one that it is read in now, None where it is of none, or of one that the unit no longer sees;
    `units` are the names of others that are to do it now.
    """

    now: LeftNow
    chain: CareChain | None = None
    units: tuple[str, ...] = ()


def became_of(
    acting: Acting, outages: Sequence[Outage], lines: Sequence[ToldLine], calls: Mapping[UUID, Handover]
) -> list[Became]:
    """Of each line. `calls` are those that asked to be rung back, by id. The number of queries does not depend on that
    of the lines.
    """
    ids = [_chain_of(line, calls) for line in lines]
    kept = dict(CareChain.objects.filter(pk__in={pk for pk in ids if pk}).values_list("pk", "joined_to"))
    homes = [kept.get(pk) or pk if pk else None for pk in ids]
    seen = list(visible_chains(acting, *outages).filter(pk__in={pk for pk in homes if pk}))
    logs = logs_of([chain.pk for chain in seen], signed=False)
    chains = {chain.pk: _ChainNow(acting, chain, logs[chain.pk]) for chain in seen}
    out = {paper.serial for paper in papers().of(acting.unit)}
    found = []
    for line, pk in zip(lines, homes, strict=True):
        of = chains.get(pk) if pk else None
        if line.kind is LeftKind.PAPERS:
            found.append(
                (became(ours=line.said[0]["serial"] in out, others=False, done=True), of, set[int]())
            )
        elif of is None or of.chain.outage.purged_at:
            found.append((LeftNow.CHANGED, of, set()))
        else:
            now, units = of.became(line)
            found.append((now, of, units if now is LeftNow.OTHERS else set()))
    wanted = {pk for _, _, units in found for pk in units}
    names = dict(Unit.objects.filter(pk__in=wanted).order_by("sort_key").values_list("pk", "name"))
    return [
        Became(now, of.chain if of else None, tuple(name for pk, name in names.items() if pk in units))
        for now, of, units in found
    ]


def _chain_of(line: ToldLine, calls: Mapping[UUID, Handover]) -> UUID | None:
    if line.kind is LeftKind.RING_BACK:
        call = calls.get(UUID(line.said[0]["call"]))
        return call.chain.pk if call else None
    return UUID(line.chain) if line.chain else None


class _ChainNow:
    """A chain as the unit has it now. A message is known by the first row of its line, as a tick's is, and one that is
    the same as another's in a joined chain by that one's.
    """

    def __init__(self, acting: Acting, chain: CareChain, log: ChainLog) -> None:
        self.chain, self._log, self._acting = chain, log, acting
        self._own = set(ids_read_as(acting.unit))
        self._standing = standing_now(chain, log)

    def became(self, line: ToldLine) -> tuple[LeftNow, set[int]]:
        """With the other units that are to do it now."""
        if line.kind is LeftKind.CALLS:
            each = [self._call(said) for said in line.said]
            return of_all(now for now, _ in each), set().union(*(units for _, units in each))
        of = {
            LeftKind.RING_BACK: self._ring_back,
            LeftKind.AWAITED: self._awaited,
            LeftKind.PLACES: self._places,
        }
        return of[line.kind](line.said[0])

    def _call(self, said: _Said) -> tuple[LeftNow, set[int]]:
        units = set[int]().union(
            *(
                units_to_ring(self.chain, self._log, owed)
                for owed in self._owed
                if self._is_of(said, owed) and self._is_to(said, owed.target)
            )
        )
        others = units - self._own
        done = not units and self._is_told(said)
        return became(ours=bool(units & self._own), others=bool(others), done=done), others

    @cached_property
    def _owed(self) -> list[Owed]:
        return [owed for owed in self._standing.owed if owed.closed is None]

    @cached_property
    def _doubled(self) -> dict[str, str]:
        return {
            self._first(other): self._first(own)
            for other, own in self._log.doubles.items()
            if line_back(self._log, other) and line_back(self._log, own)
        }

    def _first(self, event_id: UUID) -> str:
        return str(line_back(self._log, event_id)[-1].pk)

    def _line(self, event_id: str) -> str:
        """Empty where the log has it no longer."""
        if event_id not in self._log.by_text:
            return ""
        first = self._first(UUID(event_id))
        return self._doubled.get(first, first)

    def _is_of(self, said: _Said, owed: Owed) -> bool:
        what, _, rest = said["message"].partition(":")
        if owed.notice or what == "notice":
            return bool(owed.notice) and what == "notice" and rest.partition(":")[0] == owed.notice
        if what == "new":
            # Logged by now, it is told as what it is.
            return (owed.kind, owed.by) == tuple(rest.split(":")) and not owed.retracts
        line = "" if owed.answer else self._line(rest)
        return bool(line) and line == self._line(owed.id) and said["retracts"] == owed.retracts

    def _is_to(self, said: _Said, target: Target) -> bool:
        if said["whom"].startswith(PARTICIPANT_PREFIX):
            place = self._participant(said)
            return target.place == place if place else bool(target.participant)
        same_party = bool(target.party) and target.party == said["party"] and not target.former
        return target.place == self._place(said) or same_party

    def _place(self, said: _Said) -> str:
        return self._standing.same("" if said["whom"] == said["party"] else said["whom"])

    def _participant(self, said: _Said) -> str:
        """Who it was by the place among all that the log names; "" where the chain was joined to another since."""
        if said["chain"] != str(self.chain.pk):
            return ""
        places = [
            self._standing.participant(name.strip()).place
            for e in self._log.events
            for name in e.participants
        ]
        nth = int(said["whom"].removeprefix(PARTICIPANT_PREFIX))
        return next((place for n, place in enumerate(dict.fromkeys(places)) if n == nth), "")

    def _is_told(self, said: _Said) -> bool:
        what, _, rest = said["message"].partition(":")
        if what == "notice":
            return self._is_reached(said, frozenset({rest}))
        if what == "new":
            kind, by = rest.split(":")
            rows = [event for event in self._log.live_events if (event.kind, event.sender) == (kind, by)]
        elif (taken_back := self._log.by_text.get(rest)) and taken_back.withdraws:
            # It may stand again by now.
            return self._is_reached(said, frozenset({rest}))
        else:
            line = self._line(rest)
            rows = [event for event in self._newest if line and self._line(str(event.pk)) == line]
        return any(
            self._is_reached(said, self._standing.says_the_same(row))
            or any(
                s.state is InformState.INFORMED and self._is_to(said, s.target)
                for s in self._standing.standings(row)
            )
            for event in rows
            # What was taken back was told to nobody any longer.
            if said["retracts"] or not event.withdraws
            for row in [row_of(event)]
        )

    @cached_property
    def _newest(self) -> list[CareChainEvent]:
        replaced = {event.supersedes_id for event in self._log.events} | self._log.doubles.keys()
        return [event for event in self._log.events if event.pk not in replaced]

    def _is_reached(self, said: _Said, ids: frozenset[str]) -> bool:
        if said["whom"].startswith(PARTICIPANT_PREFIX):
            place = self._participant(said)
        else:
            place = self._place(said) or self._standing.place_of(Party(said["party"]))
        return bool(place) and self._standing.reached_with(place, ids, ever=True)

    def _ring_back(self, said: _Said) -> tuple[LeftNow, set[int]]:
        asked = next(call for call in self._log.handovers if str(call.pk) == said["call"])
        first = first_of(asked, self._log)
        newest = [call for call in self._log.handovers if first_of(call, self._log) is first]
        left = asked_of(self.chain, self._log, self._acting.unit)
        ours = any(call in left for call in newest)
        # A call that was taken back, or says so no longer, was not answered.
        done = any(call.call_back for call in self._log.live_handovers if call in newest)
        return became(ours=ours, others=False, done=done), set()

    def _awaited(self, said: _Said) -> tuple[LeftNow, set[int]]:
        what = said["kind"], said["party"]

        def waits(answers: Sequence[Any]) -> bool:
            return any((answer.kind, answer.sender) == what for answer in answers)

        units = {holder_of(self.chain, self._log, party) for party in own_parties(self.chain.principal)}
        others = {unit for unit in units - self._own if waits(awaited_by_unit(self.chain, self._log, unit))}
        ours = waits(awaited_now(self.chain, self._log, self._acting.unit.pk))
        done = any((event.kind, event.sender) == what for event in self._log.live_events)
        return became(ours=ours, others=bool(others), done=done), others

    def _places(self, said: _Said) -> tuple[LeftNow, set[int]]:
        details, asked = self.chain.details, self.chain.outage.is_open
        missing = any(party not in details.place_keys for party in Party)
        ours = missing and asked and details.status == ChainStatus.OK
        return became(ours=ours, others=False, done=not missing), set()
