"""Calls entered from paper: what their rows hold, that they count as any other, what the time line says (R2.4)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import IdClash, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, PrincipalEnd
from outage.queries.care_chains import get_chain, get_event, get_handover
from outage.queries.chain_log import logs_of
from outage.queries.owed import event_standings
from outage.queries.tasks import tasks_of
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome, InformState
from outage.rules.paper import PaperMark
from outage.rules.routine import Decision
from outage.services.call_errors import CallErrors
from outage.services.events import correct_event, withdraw_event
from outage.services.handovers import correct_call, log_call, withdraw_call
from outage.services.outages import end_outage
from tests.clock import TUESDAY
from tests.factories import County, call_facts, end_for_all, same_id
from tests.integration.outage.pages import read

SERIAL = "7K3QX9M2C"
AT = TUESDAY - timedelta(minutes=40)
WRITTEN = TUESDAY - timedelta(minutes=35)
ADMISSION = Message(kind="admission", sender=Party.INPATIENT, happened_at=AT - timedelta(minutes=10))


def mark(**more: Any) -> PaperMark:
    return PaperMark(**({"serial": SERIAL, "written_at": WRITTEN, "signed_by": " N.N. "} | more))


def enter(
    county: County, chain: CareChain, *messages: Message, paper: PaperMark | None = None, **facts: Any
) -> Handover:
    return log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(**({"at": AT} | facts)),
        messages=messages or [ADMISSION],
        paper=paper or mark(),
    )


def paper_of(row: Handover | CareChainEvent) -> tuple[str, datetime | None, str]:
    return row.paper_serial, row.written_at, row.paper_signature


FROM_PAPER = (SERIAL, WRITTEN, "N.N.")
NOT_FROM_PAPER = ("", None, "")


@pytest.mark.clause("R2.4", "R2.5")
def test_a_row_holds_the_three_times_and_both_who_wrote_and_who_entered(county: County, chain: CareChain):
    handover = Handover.objects.get(pk=enter(county, chain).pk)
    event = handover.messages.get().event
    assert paper_of(handover) == paper_of(event) == FROM_PAPER
    assert (handover.at, event.happened_at) == (AT, AT - timedelta(minutes=10))
    assert abs(handover.recorded_at - timezone.now()) < timedelta(seconds=10)
    assert handover.signature == "Alva Påhittad, Sjuksköterska, Medicin 2"
    assert (handover.user, event.user) == (county.alva.user, county.alva.user)


def test_a_call_that_is_not_from_paper_has_no_mark(county: County, chain: CareChain):
    handover = log_call(
        by=county.alva, chain=chain, client_id=uuid4(), facts=call_facts(at=AT), messages=[ADMISSION]
    )
    assert paper_of(handover) == paper_of(handover.messages.get().event) == NOT_FROM_PAPER


def test_an_event_that_was_logged_already_keeps_what_it_is(county: County, chain: CareChain):
    first = log_call(
        by=county.alva, chain=chain, client_id=uuid4(), facts=call_facts(at=AT), messages=[ADMISSION]
    )
    event = first.messages.get().event
    entered = enter(county, chain, Message(event_id=event.pk), recipient="outpatient")
    assert paper_of(entered) == FROM_PAPER
    assert paper_of(CareChainEvent.objects.get()) == NOT_FROM_PAPER


@pytest.mark.parametrize(
    ("wrong", "facts", "field"),
    [
        ({"written_at": None}, {}, "written_at"),
        ({"written_at": AT - timedelta(minutes=1)}, {}, "written_at"),
        ({"written_at": TUESDAY + timedelta(minutes=5)}, {}, "written_at"),
        ({"signed_by": " "}, {}, "signed_by"),
        ({}, {"at": None}, "at"),
    ],
)
def test_what_the_paper_does_not_say_is_asked_for_and_nothing_is_saved(
    county: County, chain: CareChain, wrong: dict[str, Any], facts: dict[str, Any], field: str
):
    with pytest.raises(CallErrors) as refused:
        enter(county, chain, paper=mark(**wrong), **facts)
    assert set(refused.value.fields) == {field}
    assert not Handover.objects.exists()
    assert not CareChainEvent.objects.exists()


def test_written_in_the_same_minute_as_it_happened_and_entered_is_in_order(county: County, chain: CareChain):
    now = TUESDAY
    entered = enter(county, chain, replace(ADMISSION, happened_at=now), at=now, paper=mark(written_at=now))
    assert entered.at == entered.written_at == entered.messages.get().event.happened_at == now


def test_an_event_can_not_have_happened_after_it_was_written(county: County, chain: CareChain):
    with pytest.raises(CallErrors) as refused:
        enter(county, chain, replace(ADMISSION, happened_at=WRITTEN + timedelta(minutes=1)))
    assert set(refused.value.fields) == {"happened_at-admission"}
    assert not Handover.objects.exists()


@pytest.mark.clause("R3.1")
@pytest.mark.parametrize("outcome", CallOutcome)
def test_it_informs_as_any_other_call(county: County, chain: CareChain, outcome: CallOutcome):
    event = enter(county, chain, outcome=outcome).messages.get().event
    chain = get_chain(county.alva, chain.pk)
    states = {s.target.key: s.state for s in event_standings(chain, logs_of([chain.pk])[chain.pk], event)}
    expected = {CallOutcome.REACHED: InformState.INFORMED, CallOutcome.RELAYED: InformState.RELAYED}
    assert states == {
        "municipality": expected.get(outcome, InformState.TRIED),
        "outpatient": InformState.STILL_TO_RING,
    }


@pytest.mark.clause("R4.1", "R4.3")
@pytest.mark.parametrize("discharged", [False, True])
def test_entered_after_the_outage_it_counts_by_when_it_happened(
    county: County, chain: CareChain, clock, discharged: bool
):
    end_outage(by=county.esa, outage=chain.outage, ended_at=TUESDAY)
    clock.shift(timedelta(hours=20))
    chain = get_chain(county.alva, chain.pk)
    if discharged:
        # Read last on the sheet's page, first in the log: order of entry does not matter.
        out = Message(kind="discharge", sender=Party.INPATIENT, happened_at=WRITTEN)
        enter(county, chain, out, at=WRITTEN)
    entered = enter(county, chain)
    assert entered.recorded_at > PrincipalEnd.objects.get().recorded_at > entered.at
    log = logs_of([chain.pk])[chain.pk]
    tasks = tasks_of(chain, log)
    register = [task for task in tasks if task.decision is Decision.REGISTER]
    assert bool(register) is not discharged


def test_what_happened_after_the_outage_is_refused_at_its_time(county: County, chain: CareChain, clock):
    end_for_all(county, chain.outage, TUESDAY)
    clock.shift(timedelta(hours=2))
    chain = get_chain(county.alva, chain.pk)
    late = TUESDAY + timedelta(minutes=30)
    with pytest.raises(CallErrors) as refused:
        enter(county, chain, replace(ADMISSION, happened_at=late), at=late, paper=mark(written_at=late))
    assert set(refused.value.fields) == {"happened_at-admission"}


def test_the_mark_is_part_of_what_makes_a_resend_the_same(county: County, chain: CareChain):
    def send(paper: PaperMark | None) -> Handover:
        return log_call(
            by=county.alva,
            chain=chain,
            client_id=same_id(1),
            facts=call_facts(at=AT),
            messages=[ADMISSION],
            paper=paper,
        )

    first = send(mark())
    assert send(mark()) == first
    for other in (None, mark(signed_by="O.O."), mark(written_at=TUESDAY), mark(serial="ANNAT1234")):
        with pytest.raises(IdClash):
            send(other)
    assert paper_of(Handover.objects.get()) == FROM_PAPER


def test_a_correction_keeps_the_mark_and_a_withdrawal_is_not_from_paper(county: County, chain: CareChain):
    handover = get_handover(county.alva, enter(county, chain).pk)
    event = get_event(county.alva, handover.messages.get().event_id)
    corrected = correct_call(
        by=county.esa,
        handover=handover,
        client_id=uuid4(),
        facts=call_facts("outpatient", at=AT),
        reason="Läste fel.",
    )
    other = correct_event(
        by=county.esa,
        event=event,
        client_id=uuid4(),
        happened_at=AT,
        particulars={},
        reason="Läste fel.",
        told_rightly=True,
    )
    assert paper_of(corrected) == paper_of(other) == FROM_PAPER
    corrected, other = get_handover(county.alva, corrected.pk), get_event(county.alva, other.pk)
    gone = withdraw_call(by=county.alva, handover=corrected, client_id=uuid4(), reason="Fel patient.")
    taken = withdraw_event(by=county.alva, event=other, client_id=uuid4(), reason="Fel patient.")
    assert paper_of(gone) == paper_of(taken) == NOT_FROM_PAPER


def test_a_correction_can_not_put_a_call_after_it_was_written(county: County, chain: CareChain):
    handover = get_handover(county.alva, enter(county, chain).pk)
    late = call_facts(at=WRITTEN + timedelta(minutes=1))
    with pytest.raises(CallErrors):
        correct_call(by=county.alva, handover=handover, client_id=uuid4(), facts=late, reason="Ny tid.")
    event = get_event(county.alva, handover.messages.get().event_id)
    with pytest.raises(RuleError) as refused:
        correct_event(
            by=county.alva,
            event=event,
            client_id=uuid4(),
            happened_at=WRITTEN + timedelta(minutes=1),
            particulars={},
            reason="Ny tid.",
            told_rightly=True,
        )
    assert refused.value.field == "happened_at"
    assert Handover.objects.count() == CareChainEvent.objects.count() == 1


@pytest.mark.clause("R2.4")
def test_the_time_line_says_which_sheet_who_wrote_it_when_and_who_entered_it(
    county: County, chain: CareChain, client: Client
):
    handover = get_handover(county.alva, enter(county, chain).pk)
    client.force_login(county.alva.user)

    def rows() -> dict[str, str]:
        page = read(client.get(reverse("chain", args=[chain.pk])))
        return {row["id"]: " ".join(row.get_text().split()) for row in page.select(".timeline > li")}

    said = "Från papper, blad 7K3-QX9-M2C, skrivet av N.N. tis 24 nov 10.17, infört av Alva Påhittad"
    shown = rows()
    assert len(shown) == 2
    assert all(said in text for text in shown.values())
    new = correct_call(
        by=county.esa,
        handover=handover,
        client_id=uuid4(),
        facts=call_facts("outpatient", at=AT),
        reason="Läste fel.",
    )
    shown = rows()
    assert said in shown[f"rad-{handover.pk}"]
    assert "skrivet av N.N. tis 24 nov 10.17, rättat av Esa Påhittad" in shown[f"rad-{new.pk}"]


def test_a_call_logged_at_once_says_nothing_of_paper(county: County, chain: CareChain, client: Client):
    log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(),
        messages=[replace(ADMISSION, happened_at=None)],
    )
    client.force_login(county.alva.user)
    assert "papper" not in read(client.get(reverse("chain", args=[chain.pk]))).main.get_text().lower()
