"""What the database finds owed is what the rules say is owed, over random logs of every kind of row."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from contacts.access import Acting, is_within
from contacts.models import Principal, Unit
from contacts.rules.parties import OutpatientKind, Party, WardKind
from outage.models import CareChain, ChainFacts, OtherPlace, Outage
from outage.presenters.owed import OwedCall, calls_owed
from outage.queries.care_chains import get_chain, visible_chains
from outage.queries.chain_log import ChainLog, logs_of
from outage.queries.outages import outage_for
from outage.queries.owed import chains_with_answers_awaited, chains_with_calls_owed
from outage.queries.standing import awaited_by_unit
from outage.queries.targets import targets_to_choose
from outage.routine import current_routine
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.events import correct_event, withdraw_event
from outage.services.handovers import correct_call, log_call, withdraw_call
from tests.clock import TUESDAY
from tests.factories import County, call_facts, make_chain, make_event, messages_owed, person, tell
from tests.long import runs

CHAINS = runs(16, full=50)
NAMES = ["Dotter", "Chef på åttan", 'Kurator "Kim"', "Läkare\\jour"]
# Every question that a random step may be asked.
ANSWERS = {
    "wrong-patient": "ja",
    "sip_date-sip_invitation": "instead",
    **{f"participants-{message.key}": "nobody" for message in current_routine().messages.values()},
    **{f"same-{key}-{party}": "another" for key in current_routine().messages for party in Party},
}
# Few enough that many rows happen at the same moment: the ties are where two ways of counting part.
MOMENTS = [TUESDAY - timedelta(minutes=10 * n) for n in range(1, 9)]


class Scribe:
    """Writes a random log into a chain through the services, one random step at a time."""

    def __init__(
        self,
        random: Random,
        county: County,
        chain: CareChain,
        people: Sequence[Acting],
        places: Sequence[Unit],
    ) -> None:
        self.random, self.county, self.chain = random, county, chain
        self.people, self.places = people, places

    def write(self, steps: int) -> None:
        for _ in range(steps):
            self.log: ChainLog = logs_of([self.chain.pk])[self.chain.pk]
            self.by = self.random.choice(self.concerned())
            step = self.random.choices(
                [
                    *(self.new, self.again, self.bare_try, self.change_event, self.change_call),
                    *(self.move, self.rename, self.live_or_die, self.wrong_patient),
                ],
                [8, 8, 2, 4, 4, 3, 1, 1, 0.3],
            )[0]
            step()

    def concerned(self) -> list[Acting]:
        """Those who see the chain: one whose unit it was moved from before anybody told them does not."""
        chain = get_chain(self.people[0], self.chain.pk)
        return [by for by in self.people if is_within(chain, by)]

    def settle(self) -> None:
        """Make every call that is owed, so that the next step alone decides whether the chain is."""
        for by in self.concerned():
            self.by = by
            for _ in range(30):
                chain = get_chain(self.people[0], self.chain.pk)
                calls = calls_owed(
                    acting=by,
                    chain=chain,
                    log=logs_of([chain.pk])[chain.pk],
                    now=TUESDAY,
                )
                calls = [call for call in calls if not call.unknown]
                if not calls:
                    break
                log_call(
                    by=self.by,
                    chain=self.chain,
                    client_id=uuid4(),
                    facts=call_facts(calls[0].recipient.key, at=TUESDAY),
                    messages=messages_owed(calls[0], TUESDAY),
                    answers=ANSWERS,
                )

    def new(self) -> None:
        """One call with one to three new messages, given or received."""
        direction = self.random.choice([Direction.GIVEN] * 3 + [Direction.RECEIVED])
        senders = self.by.parties if direction is Direction.GIVEN else set(Party) - self.by.parties
        messages = []
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            sender = self.random.choice(sorted(senders))
            message = self.random.choice(current_routine().messages_from(sender))
            particulars = {"participants": self.names()} if "participants" in message.particulars else {}
            messages.append(
                Message(
                    kind=message.key,
                    sender=sender,
                    happened_at=self.random.choice(MOMENTS),
                    particulars=particulars,
                )
            )
        self.call(messages, direction)

    def again(self) -> None:
        """Ring about what is logged, replaced and withdrawing rows included."""
        if self.log.events:
            events = self.random.sample(
                self.log.events, min(len(self.log.events), self.random.choice([1, 2]))
            )
            self.call([Message(event_id=event.pk) for event in events], Direction.GIVEN)

    def bare_try(self) -> None:
        self.call([], Direction.GIVEN, CallOutcome.NO_ANSWER)

    def call(
        self, messages: Sequence[Message], direction: Direction, outcome: CallOutcome | None = None
    ) -> None:
        if direction is Direction.RECEIVED:
            outcome = CallOutcome.REACHED
        log_call(
            by=self.by,
            chain=self.chain,
            client_id=uuid4(),
            facts=call_facts(
                self.recipient(), direction=direction, outcome=outcome or self.outcome(), at=TUESDAY
            ),
            messages=messages,
            answers=ANSWERS,
        )

    def recipient(self) -> str:
        chain = get_chain(self.people[0], self.chain.pk)
        keys = [target.key for target in targets_to_choose(chain, self.log) if target.place]
        names = [f"participant:{name}" for name in NAMES]
        return self.random.choice([*keys, *keys, *names])

    def outcome(self) -> CallOutcome:
        return self.random.choice([CallOutcome.REACHED] * 6 + list(CallOutcome))

    def names(self) -> list[str]:
        return self.random.sample(NAMES, self.random.randrange(4))

    def change_event(self) -> None:
        if not self.log.live_events:
            return
        event = self.random.choice(self.log.live_events)
        event.chain = self.chain
        if self.random.random() < 0.5:
            withdraw_event(by=self.by, event=event, client_id=uuid4(), reason="Slump.")
            return
        particulars = {"participants": self.names()} if event.participants else {}
        correct_event(
            by=self.by,
            event=event,
            client_id=uuid4(),
            happened_at=self.random.choice(MOMENTS),
            particulars=particulars,
            reason="Slump.",
            told_rightly=self.random.random() < 0.5,
        )

    def change_call(self) -> None:
        if not self.log.live_handovers:
            return
        handover = self.random.choice(self.log.live_handovers)
        if self.random.random() < 0.5 or not handover.messages.all():
            withdraw_call(
                by=self.by,
                handover=handover,
                client_id=uuid4(),
                reason="Slump.",
                answers={"events-too": self.random.choice(["ja", "nej"])},
            )
            return
        direction = Direction(handover.direction)
        outcome = CallOutcome.REACHED if direction is Direction.RECEIVED else self.outcome()
        correct_call(
            by=self.by,
            handover=handover,
            client_id=uuid4(),
            facts=call_facts(self.recipient(), direction=direction, outcome=outcome, at=TUESDAY),
            reason="Slump.",
        )

    def move(self) -> None:
        """The patient is at another place than was thought: on a ward, at home, or somewhere that is in no list."""
        party = self.random.choice(list(Party))
        if party is Party.MUNICIPALITY:
            others = [*Principal.objects.filter(kind="municipality"), None]
            self.change(municipality=self.random.choice(others))
        elif self.random.random() < 0.2:
            known = self.known.others
            self.change(others={} if known else {party: OtherPlace(self.random.choice(["Ånge", "Ånge HC"]))})
        elif party is Party.OUTPATIENT:
            self.change(outpatient_unit=self.random.choice([*self.places, None]))
        else:
            ward = self.random.choice([*self.places, None])
            self.change(ward_unit=ward, not_admitted=ward is None)

    def rename(self) -> None:
        self.change(patient_name=f"Tolvan {self.random.random()}")

    def live_or_die(self) -> None:
        if self.known.status is ChainStatus.DECEASED:
            self.change(status=ChainStatus.OK, status_reason="")
        else:
            self.change(status=ChainStatus.DECEASED, status_reason="Slump.")

    def wrong_patient(self) -> None:
        self.change(status=ChainStatus.WRONG_PATIENT, status_reason="Slump.")

    @property
    def known(self) -> ChainFacts:
        # The one who opened the chain sees it wherever the patient moves.
        details = get_chain(self.people[0], self.chain.pk).details
        assert details is not None
        return details.facts

    def change(self, **changed: Any) -> None:
        seen = get_chain(self.people[0], self.chain.pk).details_id
        assert seen is not None
        answers = {f"place-{party}": self.random.choice(["moved", "mistake"]) for party in Party}
        answers["identity"] = self.random.choice(["written_wrong", "said_wrong"])
        change_details(
            by=self.people[0],
            chain=self.chain,
            client_id=uuid4(),
            replaces=seen,
            facts=replace(self.known, **changed),
            answers=answers,
        )


def by_the_rules(acting: Acting, outage: Outage) -> dict[UUID, list[OwedCall]]:
    """The calls owed in each chain that has any, counted one chain at a time by the rules.

    Of all chains of the principal: whom the patient has moved on from may still have somebody to ring.
    """
    chains = list(
        CareChain.objects.filter(outage=outage, principal=acting.principal).select_related(
            "principal", "unit", "details__ward_unit", "details__outpatient_unit"
        )
    )
    logs = logs_of(chain.pk for chain in chains)
    for chain in chains:
        chain.outage = outage_for(acting.principal, outage.pk)
    found = {
        chain.pk: calls_owed(acting=acting, chain=chain, log=logs[chain.pk], now=TUESDAY) for chain in chains
    }
    return {pk: calls for pk, calls in found.items() if calls}


def awaited(acting: Acting, outage: Outage) -> set[UUID]:
    """The chains in which an answer is awaited, counted one chain at a time by the rules."""
    chains = list(visible_chains(acting, outage))
    logs = logs_of(chain.pk for chain in chains)
    return {chain.pk for chain in chains if awaited_by_unit(chain, logs[chain.pk], acting.unit.pk)}


def urgency(chain: CareChain, calls: Sequence[OwedCall]) -> tuple[int, datetime, int]:
    since = [call.since for call in calls if call.since]
    return (min(call.rank for call in calls), min(since), chain.number)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(runs(1, full=500)))
def test_the_database_finds_exactly_the_chains_with_calls_owed_in_the_order_to_ring(
    county: County, outage: Outage, seed: int
):
    random = Random(seed)
    cottage = Unit.objects.create(
        principal=county.region,
        name="Sjukstugan",
        ward_kind=WardKind.SOMATIC,
        outpatient_kind=OutpatientKind.HEALTH_CENTRE,
    )
    sam = person("sam", cottage)
    places: list[tuple[list[Acting], dict[str, Any]]] = [
        ([county.alva, county.disa], {}),
        ([county.alva, county.disa], {}),
        ([county.cissi], {}),
        ([sam], {"ward_unit": cottage, "outpatient_unit": cottage}),
        ([sam, county.disa], {"ward_unit": cottage}),
    ]
    for _ in range(CHAINS):
        people, where = random.choice(places)
        chain = make_chain(county, outage, people[0], **where)
        units = [cottage, county.ward, county.health_centre]
        scribe = Scribe(random, county, chain, people, units)
        scribe.write(random.randint(1, 6))
        if random.random() < 0.5:
            scribe.settle()
            scribe.write(random.randint(1, 2))
    everybody_waiting: set[UUID] = set()
    # As if it had just ended for the principal, and nobody were back to read anything in the system.
    over = copy(outage)
    over.__dict__ |= {"own_ended_at": timezone.now() + timedelta(days=1), "principals_back": set()}
    for acting in (county.alva, county.disa, county.cissi, sam, county.bo):
        expected = by_the_rules(acting, outage)
        found = chains_with_calls_owed(acting, outage)[:]
        assert {chain.pk for chain in found} == set(expected)
        waiting = awaited(acting, outage)
        assert {chain.pk for chain in chains_with_answers_awaited(acting, outage)[:]} == waiting
        everybody_waiting |= waiting
        order = [urgency(chain, expected[chain.pk]) for chain in found]
        assert order == sorted(order)
        for listed in (chains_with_calls_owed, chains_with_answers_awaited):
            assert [*listed(acting, over).ids] == [*listed(acting, outage).ids]
        if acting == county.alva and seed == 0:
            # Else the comparison would show nothing.
            assert 2 < len(found) < visible_chains(acting, outage).count() - 2
    assert everybody_waiting


def test_discharges_come_first_then_what_has_waited_longest(county: County, outage: Outage):
    chains = [make_chain(county, outage) for _ in range(4)]
    for chain, kind, minutes in zip(
        chains,
        ("discharge_report", "discharge", "admission", "discharge"),
        (90, 10, 60, 40),
        strict=True,
    ):
        make_event(county.alva, chain, kind, ago=timedelta(minutes=minutes))
    assert [chain.number for chain in chains_with_calls_owed(county.alva, outage)[:]] == [4, 2, 1, 3]


@pytest.mark.clause("R3.6", "R3.8")
def test_an_answer_is_owed_until_it_is_logged_or_the_patient_is_discharged(county: County, outage: Outage):
    asked, answered, gone = (make_chain(county, outage, county.disa) for _ in range(3))
    for chain in (asked, answered, gone):
        make_event(county.disa, chain, "admission", sender=Party.INPATIENT, ago=timedelta(minutes=50))
    reply = make_event(county.disa, answered, "admission_reply", sender=Party.OUTPATIENT)
    for party in (Party.MUNICIPALITY, Party.INPATIENT):
        tell(county.disa, answered, reply, to=party)
    make_event(county.disa, gone, "discharge", sender=Party.INPATIENT)
    owed = by_the_rules(county.disa, outage)
    assert {pk: [call.recipient.key for call in calls] for pk, calls in owed.items()} == {
        asked.pk: ["municipality", "inpatient"]
    }
    assert [chain.pk for chain in chains_with_calls_owed(county.disa, outage)[:]] == [asked.pk]


@pytest.mark.clause("R3.8")
@pytest.mark.parametrize("later", [-1, 0, 1])
@pytest.mark.parametrize(
    ("kind", "sender", "closes"),
    [
        ("discharge", Party.INPATIENT, True),
        ("admission_reply", Party.OUTPATIENT, True),
        ("admission_reply", Party.MUNICIPALITY, False),
        ("discharge_report", Party.INPATIENT, False),
    ],
)
def test_what_closes_the_question_is_the_own_answer_or_the_discharge_at_the_same_time_or_later(
    county: County, outage: Outage, kind: str, sender: Party, closes: bool, later: int
):
    chain = make_chain(county, outage, county.disa)
    for what, by, minute in (("admission", Party.INPATIENT, 0), (kind, sender, later)):
        message = Message(kind=what, sender=by, happened_at=TUESDAY - timedelta(minutes=30 - minute))
        handover = log_call(
            by=county.disa, chain=chain, client_id=uuid4(), facts=call_facts(), messages=[message]
        )
    tell(county.disa, chain, handover.messages.get().event, to=Party.INPATIENT)
    owed = not (closes and later >= 0)
    assert (chain in chains_with_calls_owed(county.disa, outage)) is owed
    assert (chain.pk in by_the_rules(county.disa, outage)) is owed


def test_a_failed_try_to_answer_is_shown_with_the_answer_that_is_owed(county: County, outage: Outage):
    chain = make_chain(county, outage, county.disa)
    make_event(county.disa, chain, "admission", sender=Party.INPATIENT)
    tell(county.disa, chain, to=Party.MUNICIPALITY, outcome=CallOutcome.NO_ANSWER)
    calls = {call.recipient.key: call for call in by_the_rules(county.disa, outage)[chain.pk]}
    assert (calls["municipality"].tries, calls["inpatient"].tries) == (1, 0)
    assert calls["municipality"].state.label == "Ringd, inte nådd"
    assert [m.value for m in calls["municipality"].messages] == ["new:admission_reply:outpatient"]
