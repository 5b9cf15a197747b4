"""A SIP that was moved is taken back: the former date holds again, or the meeting is off."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.errors import IdClash, Question
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, ChainState, Handover, StateKind
from outage.presenters.chain import told_labels
from outage.queries.care_chains import get_chain, get_event
from outage.rules.asked_messages import OFF, SIP_OFF
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event, withdraw_event
from tests.factories import County, make_event, tell
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

pytestmark = pytest.mark.clause("R3.9")
PLACES = {"sip_time": "13.00", "sip_place": "Heimdall"}


def call_to(county: County, chain: CareChain, on: str, participants: list[str], ago: int) -> CareChainEvent:
    sip = make_event(
        county.disa,
        chain,
        "sip_invitation",
        sender=Party.OUTPATIENT,
        outcome=CallOutcome.REACHED,
        ago=timedelta(minutes=ago),
        sip_date=on,
        participants=participants,
        **PLACES,
    )
    for name in participants:
        tell(county.disa, chain, sip, to=f"participant:{name}")
    return sip


@pytest.fixture
def moved(county: County, chain: CareChain) -> tuple[CareChainEvent, CareChainEvent]:
    """Berit heard both dates, Sven the first."""
    return (
        call_to(county, chain, "2026-12-04", ["Berit", "Sven"], 20),
        call_to(county, chain, "2026-12-07", ["Berit"], 10),
    )


@pytest.mark.parametrize("answer", ["stands", OFF])
def test_who_takes_back_a_new_date_says_whether_the_former_one_holds(
    county: County, chain: CareChain, moved: Any, client: Client, answer: str
):
    first, second = moved
    client.force_login(county.disa.user)
    address = reverse("withdraw_event", args=[second.pk])
    typed = fields_of(form_of(read(client.get(address)), method="post")) | {"reason": "Dottern kan inte"}
    asked = read(client.post(address, typed))
    assert "fre 4 dec" in asked.get_text()
    assert "Gäller det igen, eller är mötet inställt?" in asked.get_text()
    assert errors_of(asked)
    assert not CareChainEvent.objects.filter(withdraws=True).exists()
    form = form_of(asked, method="post")
    name = form.find("input", {"type": "radio"})["name"]
    sent = fields_of(form) | {name: answer}
    assert sent["reason"] == ["Dottern kan inte"]
    for _ in range(2):
        client.post(address, sent)
    taken_back = set(CareChainEvent.objects.filter(withdraws=True).values_list("supersedes", flat=True))
    off = answer == OFF
    assert taken_back == ({first.pk, second.pk} if off else {second.pk})
    page = read(client.get(reverse("chain", args=[chain.pk])))
    owed = " ".join(page.select_one("#owed-title").find_parent("section").get_text(" ").split())
    to_ring = {name for name in ("Berit", "Sven") if name in owed}
    assert to_ring == ({"Berit", "Sven"} if off else {"Berit"})
    # What is read aloud names the day that is off, and the one that holds.
    assert "Återtag: kallelse till SIP mån 7 dec" in owed
    assert ("Återtag: kallelse till SIP fre 4 dec" in owed) is off
    assert ("Mötet fre 4 dec gäller" in owed) is not off


def test_the_same_form_with_another_answer_is_another(county: County, chain: CareChain, moved: Any):
    first, second = moved
    id_ = uuid4()

    def withdraw(answers: dict[str, str]) -> CareChainEvent:
        event = get_event(county.disa, second.pk)
        return withdraw_event(by=county.disa, event=event, client_id=id_, reason="Dubbelt", answers=answers)

    with pytest.raises(Question):
        withdraw({})
    back = withdraw({SIP_OFF: "stands"})
    assert withdraw({SIP_OFF: "stands"}) == back
    with pytest.raises(IdClash):
        withdraw({SIP_OFF: OFF})
    assert CareChainEvent.objects.filter(withdraws=True).count() == 1
    # Nothing is asked of the only one that is left.
    withdraw_event(
        by=county.disa,
        event=get_event(county.disa, first.pk),
        client_id=uuid4(),
        reason="Inställt",
        answers={},
    )
    assert get_chain(county.disa, chain.pk)


@pytest.mark.parametrize("again", [True, False])
def test_who_is_asked_no_longer_hears_that_and_not_a_new_time(
    county: County, chain: CareChain, client: Client, again: bool
):
    sip = call_to(county, chain, "2026-12-04", ["Berit", "Sven"], 20)
    said = {"sip_date": "2026-12-04", **PLACES, "sip_time": "14.00"}
    if again:
        ago = timedelta(minutes=10)
        given = said | {"participants": ["Berit"]}
        make_event(county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, ago=ago, **given)
    else:
        correct_event(
            by=county.disa,
            event=get_event(county.disa, sip.pk),
            client_id=uuid4(),
            happened_at=sip.happened_at,
            particulars=said | {"participants": ["Berit"]},
            reason="Sven deltar inte",
            told_rightly=False,
        )
    rows = ChainState.objects.filter(chain=chain, what=StateKind.OWED, whom__startswith="participant")
    assert sorted(rows.values_list("retracts", flat=True)) == [False, True]
    client.force_login(county.disa.user)
    page = read(client.get(reverse("chain", args=[chain.pk])))
    calls = [" ".join(one.get_text(" ").split()) for one in page.select("ol.owed > li")]
    said_to = {name: next(call for call in calls if name in call) for name in ("Berit", "Sven")}
    assert "Kallelse till SIP: ska inte längre delta" in said_to["Sven"]
    assert "delta" not in said_to["Berit"]
    # The log has what each was told.
    stands = get_chain(county.disa, chain.pk)
    newest = CareChainEvent.objects.filter(chain=chain).latest("recorded_at")
    for name in ("Sven", "Berit"):
        tell(county.disa, stands, newest, to=f"participant:{name}")
    left_out = "Kallelse till SIP: ska inte längre delta"
    events, calls = CareChainEvent.objects.filter(chain=chain), Handover.objects.order_by("recorded_at")
    told = {
        name: [
            told_labels(call, events, chain.outage.routine)
            for call in calls
            if call.recipient == f"participant:{name}"
        ]
        for name in ("Sven", "Berit")
    }
    assert told == {
        "Sven": [["Kallelse till SIP"], [left_out]],
        "Berit": [["Kallelse till SIP"], ["Kallelse till SIP"]],
    }
    page = read(client.get(reverse("chain", args=[chain.pk])))
    assert sum(left_out in one.get_text() for one in page.select("ol.timeline > li")) == 1
