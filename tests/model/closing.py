"""Closing and handing over in a random outage: counted as the second formulation has it, and closed means closed."""

from collections.abc import Callable
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import invariant

from contacts.access import Acting
from outage.models import Outage
from outage.queries.closing import closed_at, keys_left, open_things
from outage.queries.outages import outage_for
from outage.rules.closing import Holds, OpenThing, holding, seen_of
from outage.services.closing import close_outage, leave_open
from outage.services.registrations import acknowledge
from outage.services.shift import hand_over_shift, take_over_shift

from . import watching
from .changes import RandomOutage
from .stage import Twin


class RandomClosing(RandomOutage):
    """Everything that people can do, and what they do at its end."""

    def steps_to_take(self) -> list[tuple[Callable[[st.DataObject], None], int]]:
        over = [pk for pk, end in self.ends.items() if end]
        return [*super().steps_to_take(), (self.close, 3 * len(over)), (self.hand_over, 1)]

    def close(self, data: st.DataObject) -> None:
        """All that a principal has left is acknowledged or left open, or all but one thing; then it is closed."""
        by = self.stage.enders[self.pick(data, [pk for pk, end in self.ends.items() if end])]
        but_one = self.pick(data, [False, False, True])
        things = self.things(by)
        units = sorted({thing.unit_id for thing in things})
        for unit in units[1:] if but_one else units:
            self.tried(lambda unit=unit: self._finish(by, unit))
        left = holding(self.things(by), keys_left(by.principal, self.stage.outage))
        made = self.tried(lambda: close_outage(by=by, outage=self.outage_of(by), client_id=uuid4()))
        assert bool(made) is not bool(left)

    def _finish(self, by: Acting, unit: int) -> None:
        found = [thing for thing in self.things(by) if thing.unit_id == unit]
        there = next((one for one in self.stage.people if one.unit.pk == unit), None)
        if there:
            acknowledge(by=there, outage=self.outage_of(there))
            found = [thing for thing in found if thing.what is not Holds.ACKNOWLEDGE]
        if found:
            leave_open(
                by=by,
                outage=self.outage_of(by),
                client_id=uuid4(),
                unit_id=unit,
                what=[*Holds],
                seen=seen_of(found),
                responsible="Esa Påhittad",
                reason="I morgon",
            )

    def hand_over(self, data: st.DataObject) -> None:
        by = self.pick(data, self.stage.people)
        outage = self.outage_of(by)
        row = self.tried(lambda: hand_over_shift(by=by, outage=outage, client_id=uuid4()))
        if row is None:
            return
        lists = watching.lists_of(self.stage, self.twins).get(by.unit.pk)
        rings, waits = (lists.rings, lists.waits) if lists else (set(), set())
        assert {UUID(call["chain"]) for call in row.left["calls"]} == rings
        assert {UUID(answer["chain"]) for answer in row.left["awaited"]} == waits
        if by == self.stage.county.alva:
            # Refused where another was handed over in the same moment: the clock stands.
            self.tried(lambda: take_over_shift(by=self.stage.county.esa, handover=row))

    def outage_of(self, by: Acting) -> Outage:
        return outage_for(by.principal, self.stage.outage.pk)

    def things(self, by: Acting) -> list[OpenThing]:
        """What holds it up."""
        things = open_things(by.principal, self.outage_of(by))
        return holding(things, keys_left(by.principal, self.stage.outage))

    @invariant()
    def closed_is_closed(self) -> None:
        lists = watching.lists_of(self.stage, self.twins)
        for pk, by in self.stage.enders.items():
            if not self.ends.get(pk):
                assert closed_at(self.outage_of(by), by.principal) is None
                continue
            things = open_things(by.principal, self.outage_of(by))
            left = holding(things, keys_left(by.principal, self.stage.outage))
            if closed_at(self.outage_of(by), by.principal):
                assert left == [], "it is closed, and something is open that nobody answers for"
            for twin in self.twins:
                if twin.chain.principal_id == pk:
                    self._same(by, twin, things, lists)

    def _same(
        self, by: Acting, twin: Twin, things: list[OpenThing], lists: dict[int, watching.Lists]
    ) -> None:
        ours = [thing for thing in things if thing.key.split(":")[1] == str(twin.chain.pk)]
        rings = {thing.unit_id for thing in ours if thing.what in (Holds.CALL, Holds.DISCHARGE)}
        assert rings == {unit for unit in lists if twin.chain.pk in lists[unit].rings}
        if by.principal.is_region:
            tasks = {":".join(thing.key.split(":")[2:-1]) for thing in ours if thing.what is Holds.TASK}
            works = self.look(twin).works()
            to_do = {work.key for work, state in works if work.to_do and state != "done"}
            # Beside them what is to be undone, which the second formulation has not.
            assert to_do <= tasks
            done = {work.key for work, state in works if work.to_do and state == "done"}
            assert not done & tasks
