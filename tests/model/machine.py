"""Random people in a random outage: each step goes through the product's services and into the record beside it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contacts.access import Acting
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, CareChainEvent, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.queries.outages import principals_back
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.rules.paper import PaperMark
from outage.rules.told import Notice
from outage.services.handovers import log_call
from tests.clock import TUESDAY, standing_at
from tests.factories import call_facts
from tests.marks import Browser

from . import watching
from .entering import Outage as SeenOutage
from .owing import Debt, Owing
from .record import AT_HOME, PARTIES, SIP, TELLS, Call, Line, Record, Row, Version
from .stage import OTHERS, Stage, Twin
from .units import Seen, place_in_force

NAMES = ["Dotter", "Kurator Kim", "Heimdalls hälsocentral"]
OUTCOMES = ["reached", "reached", "reached", "relayed", "busy", "no_answer"]


class Base(RuleBasedStateMachine):
    """The stage of one run, and the steps that log and ring. `stage` is made once, before the first run."""

    stage: Stage
    most_chains = 2

    def __init__(self) -> None:
        super().__init__()
        self.twins: list[Twin] = []
        self.seen = SeenOutage([(TUESDAY - timedelta(hours=2), False)])
        self.ends: dict[int, datetime | None] = {}
        # When each principal said so, and what.
        self.said: dict[int, list[tuple[datetime, datetime | None]]] = {}
        self.steps = 0
        self.lists: dict[int, watching.Lists] = {}
        self.undone = transaction.atomic()
        self.undone.__enter__()
        # Of the run before, which was rolled back.
        self.stage.lines.clear()
        self.clock = standing_at(TUESDAY)
        self.time = self.clock.start()
        # The same choices make the same ids: what is chosen among is sorted by them.
        self.ids = patch("os.urandom", Random(0).randbytes)
        self.ids.start()

    def teardown(self) -> None:
        self.ids.stop()
        self.clock.stop()
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # Choosing

    def pick(self, data: st.DataObject, of: Sequence[Any]) -> Any:
        return data.draw(st.sampled_from(list(of)))

    def somebody(self, data: st.DataObject, twin: Twin) -> tuple[Acting, CareChain]:
        """Somebody who sees the chain, and the chain as that person gets it."""
        lists = self.lists
        seen_by = [pk for pk in lists if twin.chain.pk in lists[pk].sees]
        by = self.pick(data, [by for by in self.stage.people if by.unit.pk in seen_by])
        return by, get_chain(by, twin.chain.pk)

    def outage_seen_by(self, principal: int) -> SeenOutage:
        region = self.stage.county.region.pk
        said = self.said.get(principal, [])
        if principal == region:
            return SeenOutage(self.seen.scopes, self.ends.get(principal), said)
        end = self.ends.get(region) or Outage.objects.get(pk=self.stage.outage.pk).closed_at
        entering = SeenOutage(self.seen.scopes, end, self.said.get(region, []))
        return SeenOutage(self.seen.scopes, self.ends.get(principal), said, entering)

    def look(self, twin: Twin) -> Seen:
        back = principals_back(self.stage.outage)
        return Seen(self.stage, twin, self.outage_seen_by(twin.chain.principal_id), back)

    def moment(self, data: st.DataObject) -> datetime:
        return timezone.now() - timedelta(minutes=self.pick(data, [0, 0, 0, 1, 5, 30]))

    def tried(self, action: Any) -> Any:
        """Do it; what the services refuse leaves everything as it was."""
        try:
            with transaction.atomic():
                return action()
        except RuleError:
            return None

    # Steps

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One step: as a rule somebody rings, now and then anything else."""
        steps = [step for step, weight in self.steps_to_take() for _ in range(weight)]
        self.pick(data, steps)(data)

    def steps_to_take(self) -> list[tuple[Callable[[st.DataObject], None], int]]:
        return [(self.ring, 6), (self.receive, 2), (self.time_goes, 1)]

    def time_goes(self, data: st.DataObject) -> None:
        self.time.shift(timedelta(minutes=self.pick(data, [1, 3, 20])))

    def ring(self, data: st.DataObject) -> None:
        """Ring somebody about what is logged, about something new, or about what is owed there."""
        twin = self.pick(data, self.twins)
        by, chain = self.somebody(data, twin)
        record = twin.record
        owing = Owing(record)
        debts = [d for d in owing.debts() if not d.place.startswith("?")]
        owed_there = sorted({debt.place for debt in debts})
        places = owed_there * 3 + sorted(record.places_now()) + ["participant:dotter"]
        place = self.pick(data, [p for p in places if p != f"unit:{by.unit.pk}"] or ["participant:dotter"])
        told = self._owed_there(data, [d for d in debts if d.place == place])
        told += [
            ("event", line.now.id)
            for line in record.lines
            if not line.gone and line.now.id not in [w for _, w in told] and self.pick(data, [0, 0, 0, 1])
        ]
        if not told or self.pick(data, [False, False, False, True]):
            told.append(("new", self._message(data, by)))
        outcome = self.pick(data, OUTCOMES)
        paper = self.pick(data, [False, False, True])
        at = self.moment(data) if paper or self.pick(data, [False, True]) else None
        self.tried(lambda: self._log(twin, by, chain, place, told, outcome, at, paper))

    def _owed_there(self, data: st.DataObject, debts: list[Debt]) -> list[tuple[str, Any]]:
        told: list[tuple[str, Any]] = []
        for debt in sorted(debts, key=lambda d: str(d.what)):
            if not self.pick(data, [True, True, True, False]):
                continue
            if isinstance(debt.what, str):
                told.append(("event", debt.what))
            elif debt.what[0] == "answer":
                told.append(("new", (debt.what[1], debt.sender, {}, timezone.now())))
            else:
                told.append(("notice", debt.what))
        return told

    def _message(
        self, data: st.DataObject, by: Acting, sender: str = ""
    ) -> tuple[str, str, dict[str, Any], datetime]:
        """A new message: as a rule of the person's own party, now and then in another's place."""
        own = [key for key in TELLS if key[1] in by.parties]
        kinds = [key for key in TELLS if key[1] == sender] if sender else own * 3 + list(TELLS)
        kind, party = self.pick(data, kinds)
        said: dict[str, Any] = {}
        if kind in SIP:
            said = {"participants": self.pick(data, [[], NAMES[:1], NAMES])}
            said |= {"sip_date": self.pick(data, ["", str(TUESDAY.date()), "2026-12-03"])}
            said |= {"sip_time": self.pick(data, ["", "08.00", "23.00"])} if said["sip_date"] else {}
        return kind, party, said, self.moment(data)

    def _log(
        self,
        twin: Twin,
        by: Acting,
        chain: CareChain,
        place: str,
        told: list[tuple[str, Any]],
        outcome: str,
        at: datetime | None,
        paper: bool = False,
        party: str = "",
    ) -> None:
        """Log a call given to `place`, or received from `party`."""
        messages = [self._as_message(what, it) for what, it in told]
        facts = call_facts(
            party or self._rung(twin.record, place),
            direction=Direction.RECEIVED if party else Direction.GIVEN,
            outcome=CallOutcome(outcome),
            at=at,
        )
        mark = PaperMark("7K3QX9M2C", timezone.now(), "Alva") if paper else None
        made = log_call(by=by, chain=chain, client_id=uuid4(), facts=facts, messages=messages, paper=mark)
        stored = [m for m in made.messages.order_by("pk") if m.event_id or m.notice]
        ids: set[Any] = set()
        for (what, it), row in zip(told, stored, strict=True):
            if what == "new":
                self._note_event(twin, by, CareChainEvent.objects.get(pk=row.event_id))
            ids.add(it if what == "notice" else str(row.event_id))
        first = str(made.pk)
        twin.newest[first] = first
        twin.record.calls.append(
            Call(
                first,
                twin.next(),
                made.at,
                place,
                outcome,
                frozenset(ids),
                f"unit:{by.unit.pk}",
                party,
                bool(party),
                twin.record.named_at(party, made.at) if party else "",
                twin.record.party_of(place),
            )
        )

    def _as_message(self, what: str, it: Any) -> Message:
        if what == "new":
            kind, sender, said, at = it
            return Message(kind=kind, sender=Party(sender), particulars=said, happened_at=at)
        if what == "notice":
            return Message(notice=Notice(it[0]), change_id=int(it[1]))
        return Message(event_id=it)

    def _rung(self, record: Record, place: str) -> str:
        """The place itself: what a party is at another time is another place."""
        if place.startswith("participant:"):
            return place
        return f"place:{place_in_force(record, record.same(place))}"

    def _recipient(self, record: Record, place: str) -> str:
        if place.startswith("participant:"):
            return place
        for party in PARTIES:
            if record.party_place(party) == record.same(place):
                return party
        return f"place:{place_in_force(record, record.same(place))}"

    def _note_event(self, twin: Twin, by: Acting, row: CareChainEvent, of: Line | None = None) -> None:
        said = Row(
            str(row.pk),
            twin.next(),
            row.happened_at,
            row.kind,
            row.sender,
            row.participants,
            row.told_rightly,
            row.in_system,
            dict(row.particulars),
            row.recorded_at,
            of.gone if of else "",
        )
        if of:
            of.gone = ""
            of.rows.append(said)
        else:
            twin.record.lines.append(Line([said], f"unit:{by.unit.pk}"))

    def receive(self, data: st.DataObject) -> None:
        """Somebody rings us: about what is logged already, or with something new."""
        twin = self.pick(data, self.twins)
        by, chain = self.somebody(data, twin)
        known = sorted({sender for _, sender in TELLS} - {p for p in by.parties if len(by.parties) == 1})
        party = self.pick(data, [p for p in known if twin.record.now.places.get(p) != AT_HOME])
        told: list[tuple[str, Any]] = [
            ("event", line.now.id)
            for line in twin.record.lines
            if not line.gone and line.now.sender == party and self.pick(data, [True, False])
        ]
        if not told or self.pick(data, [False, False, True]):
            told.append(("new", self._message(data, by, party)))
        at = self.moment(data)
        self.tried(lambda: self._log(twin, by, chain, "", told, "reached", at, party=party))

    # What holds after each step

    @invariant()
    def everything_equals_the_second_formulation(self) -> None:
        self.steps += 1
        self.lists = watching.lists_of(self.stage, self.twins)
        for index, twin in enumerate(self.twins):
            seen = self.look(twin)
            watching.check(self.stage, twin, seen, self.lists)
            if (self.steps + index) % 6 == 0:
                people = [by for by in self.stage.people if by.principal.pk == twin.chain.principal_id]
                by = people[self.steps // 6 % len(people)]
                watching.check_pages(self.stage, twin, seen, by, Browser())

    def note_version(self, twin: Twin, row: CareChainDetails) -> None:
        """Keep what the person said of the chain, with the id that the row got."""
        twin.record.versions.append(
            Version(
                str(row.pk),
                twin.next(),
                row.recorded_at,
                {str(party): key for party, key in row.place_keys.items()},
                {str(party): name for party, name in row.place_names.items()},
                row.ward_kind == "psychiatric",
                row.status,
                row.before,
                {p: how for p, how in row.changed.items() if p != "identity"},
                row.changed.get("identity", ""),
                row.identity_number,
                row.patient_name,
                f"unit:{row.unit_id}",
            )
        )

    def stored_call(self, by: Acting, call: Call, twin: Twin) -> Handover:
        row = Handover.objects.get(pk=twin.newest[call.id])
        row.chain = get_chain(by, twin.chain.pk)
        return row

    def other_place(self, party: str) -> str:
        return OTHERS[party]
