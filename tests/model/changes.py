"""The rest of what people do in a random outage: open, correct, take back, move, change, complete, end and tick."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from contacts.access import Acting
from contacts.rules.parties import Party, WardKind
from outage.models import CareChain, CareChainEvent, ChainFacts, OtherPlace
from outage.presenters.back import task_rows
from outage.queries.care_chains import get_chain, get_event
from outage.queries.chain_log import logs_of
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import OutageFacts, OutageScope
from outage.services.care_chains import change_details, open_chain
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.services.handovers import correct_call, withdraw_call
from outage.services.moving import move_call
from outage.services.outages import change_outage, end_outage, reopen_outage
from outage.services.registrations import mark_task
from outage.services.taken_back import undo_withdrawal
from tests.factories import TOLVAN

from .entering import Entering
from .machine import NAMES, Base
from .record import AT_HOME, PARTIES, SIP, TELLS, Call, Line, Record
from .stage import Twin, fitting


class RandomOutage(Base):
    """Everything that people can do, at random."""

    def steps_to_take(self) -> list[tuple[Callable[[st.DataObject], None], int]]:
        return [
            *super().steps_to_take(),
            (self.open_one, int(len(self.twins) < self.most_chains)),
            (self.change_a_call, 3),
            (self.change_an_event, 3),
            (self.change_the_chain, 3),
            (self.close_a_discharge, 2),
            (self.end_or_reopen, 1),
            (self.change_the_scope, 1),
            (self.tick, 2),
        ]

    @initialize(data=st.data())
    def somebody_opens_the_first(self, data: st.DataObject) -> None:
        self.open_one(data)

    def open_one(self, data: st.DataObject) -> None:
        by = self.pick(data, self.stage.people)
        facts = ChainFacts(
            identity=TOLVAN,
            patient_name=f"Tolvan {len(self.twins)}",
            ward_kind=WardKind.SOMATIC,
            before=Before(self.pick(data, list(Before))),
        )
        for party in PARTIES:
            facts = self._with_place(facts, party, self.pick(data, self._places(party)))
        chain = open_chain(by=by, outage=self.stage.outage_of(by), client_id=uuid4(), facts=facts)
        region = by.principal.is_region
        record = Record(
            own=self.stage.own_places(by.principal),
            parties=frozenset({"inpatient", "outpatient"} if region else {"municipality"}),
            opener=f"unit:{by.unit.pk}",
            opener_parties=frozenset(map(str, by.parties)),
        )
        twin = Twin(chain, record, by)
        self.note_version(twin, chain.history.get())
        self.twins.append(twin)

    def _places(self, party: str) -> list[str]:
        """The keys one may choose for a party: its units or towns, another, nothing, at home."""
        if party == "municipality":
            return [*self.stage.towns, *self.stage.towns, "other", ""]
        units = [key for key, unit in self.stage.units.items() if Party(party) in unit.parties]
        return [*units, *units, "other", AT_HOME if party == "inpatient" else ""]

    def _with_place(self, facts: ChainFacts, party: str, place: str, name: str = "") -> ChainFacts:
        others = {p: o for p, o in facts.others.items() if p != party}
        if place == "other":
            others[Party(party)] = OtherPlace(name or self.other_place(party))
        facts = replace(facts, others=others)
        unit = self.stage.units.get(place)
        if party == "municipality":
            return replace(facts, municipality=self.stage.towns.get(place))
        if party == "outpatient":
            facts = replace(facts, outpatient_unit=unit)
        else:
            kind = WardKind(unit.ward_kind) if unit else facts.ward_kind
            facts = replace(facts, ward_unit=unit, not_admitted=place == AT_HOME, ward_kind=kind)
        return fitting(facts, self.stage.units.values())

    # Calls and events

    def change_a_call(self, data: st.DataObject) -> None:
        """Correct a call, take it back with or without its events, or move it to the other chain."""
        twin = self.pick(data, self.twins)
        if not twin.record.calls:
            return
        by, _ = self.somebody(data, twin)
        call = self.pick(data, twin.record.calls)
        others = [t for t in self.twins if t is not twin and t.chain.principal_id == twin.chain.principal_id]
        step = self.pick(data, ["correct", "correct", "withdraw", *["move" for _ in others]])
        if step == "correct":
            self._correct_call(data, twin, by, call)
        elif step == "withdraw":
            self._withdraw_call(data, twin, by, call)
        else:
            self._move_call(twin, self.pick(data, others), by, call)

    def _correct_call(self, data: st.DataObject, twin: Twin, by: Acting, call: Call) -> None:
        row = self.stored_call(by, call, twin)
        outcomes = ["reached"] if call.received else ["reached", "busy", "relayed", call.outcome]
        outcome = self.pick(data, outcomes)
        at = call.at - timedelta(minutes=self.pick(data, [0, 0, 2, 40]))
        place, recipient, party = call.place, row.recipient, call.party
        if self.pick(data, [False, False, True]):
            if call.received:
                recipient = party = self.pick(
                    data, [p for p in PARTIES if twin.record.now.places.get(p) != AT_HOME]
                )
            else:
                place = self.pick(data, [*sorted(twin.record.places_now()), "participant:dotter"])
                recipient = self._rung(twin.record, place)
        facts = replace(row.facts, outcome=CallOutcome(outcome), at=at, recipient=recipient)

        def act() -> None:
            made = correct_call(by=by, handover=row, client_id=uuid4(), facts=facts, reason="Fel")
            twin.newest[call.id] = str(made.pk)
            if call.received and party != call.party:
                call.rang_from = twin.record.named_at(party, made.at)
            if place != call.place:
                call.rung_as = twin.record.party_of(place)
            call.outcome, call.at, call.place, call.party = outcome, at, place, party

        self.tried(act)

    def _withdraw_call(self, data: st.DataObject, twin: Twin, by: Acting, call: Call) -> None:
        row = self.stored_call(by, call, twin)
        wrong, too = self.pick(data, [True, False]), self.pick(data, ["ja", "nej"])

        def act() -> None:
            alone = self._told_by_it_alone(twin, call) if (wrong or call.received) and too == "ja" else []
            withdraw_call(
                by=by,
                handover=row,
                client_id=uuid4(),
                reason="Fel",
                wrong_patient=wrong,
                answers={"events-too": too},
            )
            twin.record.calls.remove(call)
            for line in alone:
                self._gone(twin, line)

        self.tried(act)

    def _told_by_it_alone(self, twin: Twin, call: Call) -> list[Line]:
        # Whoever was not reached was told nothing.
        return [
            line for line in twin.record.lines
            if not line.gone and self._tells(call, line)
            and not [c for c in twin.record.calls if c is not call and c.outcome in ("reached", "relayed")
                     and self._tells(c, line)]
        ]  # fmt: skip

    def _tells(self, call: Call, line: Line) -> bool:
        return any(line.wording(what) for what in call.told if isinstance(what, str))

    def _gone(self, twin: Twin, line: Line) -> None:
        twin.next()
        line.gone = str(CareChainEvent.objects.get(supersedes=line.now.id).pk)

    def _move_call(self, twin: Twin, to: Twin, by: Acting, call: Call) -> None:
        row = self.stored_call(by, call, twin)

        def act() -> None:
            # Each event as it was told, with its corrections since.
            moving = [
                len(line.rows) - [row.id in call.told for row in line.rows].index(True)
                for line in twin.record.lines
                if not line.gone and self._tells(call, line)
            ]
            alone = self._told_by_it_alone(twin, call)
            target = get_chain(to.opener, to.chain.pk)
            made = move_call(by=by, handover=row, to=target, client_id=uuid4(), reason="Fel patient")
            twin.record.calls.remove(call)
            for line in alone:
                self._gone(twin, line)
            stored = [CareChainEvent.objects.get(pk=m.event_id) for m in made.messages.order_by("pk")]
            before = len(to.record.lines)
            lines = twin.record.lines
            logged = {uuid5(made.pk, row.id): line.first.logged for line in lines for row in line.rows}
            for event in stored:
                self._note_event(to, by, event)
                line = to.record.lines[-1]
                line.rows[0].logged = logged[event.pk]
                while later := CareChainEvent.objects.filter(supersedes=line.now.id).first():
                    self._note_event(to, by, later, of=line)
            assert sorted(len(line.rows) for line in to.record.lines[before:]) == sorted(moving)
            first = str(made.pk)
            to.newest[first] = first
            told = frozenset(str(event.pk) for event in stored)
            to.record.calls.append(replace(call, id=first, order=to.next(), told=told))

        self.tried(act)

    def change_an_event(self, data: st.DataObject) -> None:
        """Correct an event, take it back, or let it stand again."""
        twin = self.pick(data, self.twins)
        live = [line for line in twin.record.lines if not line.gone]
        taken = [line for line in twin.record.lines if line.gone]
        (by, _), why = self.somebody(data, twin), {"client_id": uuid4(), "reason": "Fel"}
        if taken and self.pick(data, [False, False, True]):
            gone = self.pick(data, taken)
            row = get_event(by, UUID(gone.gone))
            self.tried(lambda: self._note_event(twin, by, undo_withdrawal(by=by, event=row, **why), of=gone))
            return
        if not live:
            return
        line = self.pick(data, live)
        event = get_event(by, line.now.id)
        if self.pick(data, [False, False, True]):

            def take_back() -> None:
                withdraw_event(by=by, event=event, **why)
                self._gone(twin, line)

            self.tried(take_back)
            return
        kind = self.pick(data, [line.now.kind] * 4 + [k for k, s in TELLS if s == line.now.sender])
        said = dict(line.now.particulars)
        if kind in SIP:
            said["participants"] = self.pick(data, [[], NAMES[:1], NAMES])
        at = line.now.at - timedelta(minutes=self.pick(data, [0, 0, 1, 20, -10]))
        now: Any = {"kind": kind, "particulars": said, "happened_at": at, **why}
        now["told_rightly"] = self.pick(data, [True, False])

        def correct() -> None:
            self._note_event(twin, by, correct_event(by=by, event=event, **now), of=line)

        self.tried(correct)

    # The chain

    def change_the_chain(self, data: st.DataObject) -> None:
        """Another place, status, identity, or whether the patient was in the system."""
        twin = self.pick(data, self.twins)
        by, chain = self.somebody(data, twin)
        assert chain.details is not None
        facts, answers = chain.details.facts, {"identity": "written_wrong", "place-outpatient": "moved"}
        what = self.pick(data, [*PARTIES, *PARTIES, "status", "identity", "before"])
        if what == "status":
            facts = replace(
                facts, status=ChainStatus(self.pick(data, list(ChainStatus))), status_reason="Sagt"
            )
        elif what == "before":
            facts = replace(facts, before=Before(self.pick(data, list(Before))))
        elif what == "identity":
            answers["identity"] = self.pick(
                data, ["written_wrong", "said_wrong", "said_wrong", "other_person"]
            )
            facts = replace(facts, patient_name=f"{facts.patient_name} {twin.order}")
        else:
            name = self.pick(data, ["", f"{self.other_place(what)} {twin.order}"])
            facts = self._with_place(facts, what, self.pick(data, self._places(what)), name)
            hows = ["moved", "mistake", *["same"] * (Party(what) in facts.others)]
            answers[f"place-{what}"] = self.pick(data, hows)
        self.tried(lambda: self._change(twin, by, chain, facts, answers))

    def _change(
        self, twin: Twin, by: Acting, chain: CareChain, facts: ChainFacts, answers: dict[str, str]
    ) -> None:
        was = chain.details
        assert was is not None
        made = change_details(
            by=by, chain=chain, client_id=uuid4(), replaces=was.pk, facts=facts, answers=answers
        )
        self.note_version(twin, CareChain.objects.get(pk=chain.pk).history.latest("order"))
        if made.chain_id != chain.pk:
            # It was another person, who has a chain of its own now.
            new = Twin(made.chain, replace(twin.record, versions=[], lines=[], calls=[]), by)
            new.record.opener = f"unit:{by.unit.pk}"
            new.record.opener_parties = frozenset(map(str, by.parties))
            self.note_version(new, made)
            self.twins.append(new)
        if twin.record.now.status == "wrong_patient":
            for line in twin.record.lines:
                if not line.gone:
                    self._gone(twin, line)

    # Discharges

    def close_a_discharge(self, data: st.DataObject) -> None:
        """Complete a discharge, or leave it open towards somebody."""
        twin = self.pick(data, self.twins)
        lines = [li for li in twin.record.lines if not li.gone and li.now.kind == "discharge"]
        if not lines:
            return
        by, _ = self.somebody(data, twin)
        line = self.pick(data, lines)
        event, seen = get_event(by, line.now.id), self.look(twin)
        missing = [p for p in seen.owing.recipients(line) if not seen.owing.informed(line, p)]
        if missing:
            place = self.pick(data, missing)
            key = place.removeprefix("?") if place[0] == "?" else self._recipient(twin.record, place)

            def leave() -> None:
                leave_discharge_open(
                    by=by, event=event, client_id=uuid4(), recipient=key, responsible="Bo", reason="Stängt"
                )
                twin.left.setdefault(line.now.id, set()).add(place)

            self.tried(leave)
            return
        before = seen.discharges()[line.now.id][1]

        def complete() -> None:
            complete_discharge(by=by, event=event)
            if not before:
                twin.completed[line.now.id] = {
                    place: seen.first_telling(line, place) for place in seen.owing.recipients(line)
                }

        self.tried(complete)

    # Back again

    def end_or_reopen(self, data: st.DataObject) -> None:
        """A principal says that it is back, or that it is not after all."""
        by = self.pick(data, list(self.stage.enders.values()))
        outage, now = self.stage.outage_of(by), timezone.now()

        def act() -> None:
            if outage.is_open:
                end_outage(by=by, outage=outage, ended_at=now, client_id=uuid4())
            else:
                reopen_outage(by=by, outage=outage, client_id=uuid4())
            end = self.ends[by.principal.pk] = now if outage.is_open else None
            self.said.setdefault(by.principal.pk, []).append((now, end))

        self.tried(act)

    def change_the_scope(self, data: st.DataObject) -> None:
        """The outage reaches further, or less far, from now on."""
        by = self.pick(data, list(self.stage.enders.values()))
        only = self.pick(data, [True, False])
        outage, now = self.stage.outage_of(by), timezone.now()
        assert outage.current is not None
        scope = OutageScope.MUNICIPALITIES_ONLY if only else OutageScope.BOTH_PRINCIPALS
        facts = OutageFacts(scope=scope, started_at=outage.current.started_at, scope_from=now)

        def act() -> None:
            was = outage.current.scope
            change_outage(by=by, outage=outage, client_id=uuid4(), facts=facts)
            # The same scope once more corrects from when it holds.
            kept = self.seen.scopes if was != scope else self.seen.scopes[:-1]
            self.seen.scopes = [*kept, (now, only)]

        self.tried(act)

    def tick(self, data: st.DataObject) -> None:
        """Mark a task done, or not done after all."""
        twin = self.pick(data, self.twins)
        by, chain = self.somebody(data, twin)
        if chain.outage.is_open:
            return
        seen = self.look(twin)
        works = [work for work, _ in seen.works() if work.to_do]
        if not works:
            return
        work = self.pick(data, works)
        rows = task_rows(by, chain, logs_of([chain.pk])[chain.pk], timezone.now())
        row = next(row for row in rows if row.key == work.key)
        done, entered = self.pick(data, [True, True, False]), self.pick(data, [True, False])
        by_hand = row.decision == "decide"
        said = {"choice": "Beslutat", "entered": entered} if by_hand else {"choice": "", "entered": None}

        def act() -> None:
            mark_task(by=by, chain=chain, client_id=uuid4(), task=work.key, seen=row.seen, done=done, **said)
            picture: Any = (work.family, Entering(seen.record, seen.outage).picture(work))
            twin.marks.pop(work.key, None)
            twin.marks[work.key] = (done, done and (entered or not by_hand), picture, work.lines)

        self.tried(act)
