"""A failed try logged by one press: one row, made when it was pressed, and nothing asked."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import Tag
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.rules.entry_facts import EntryKind
from contacts.rules.parties import Party
from contacts.rules.phone import Phone, PhoneKind
from outage.models import CareChain, Handover, Outage
from outage.models.chain_facts import OtherPlace
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.wording import clock_time
from tests.clock import Clock
from tests.factories import County, make_chain, make_entry, make_event, tell
from tests.integration.outage.pages import fields_of, read


def test_one_press_logs_a_failed_try_and_a_double_click_one_row(
    county: County, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    pressed = {
        "client_id": str(uuid4()),
        "recipient": "municipality",
        "number": "0980-319 999",
        "events": str(event.pk),
        "outcome": "no_answer",
    }
    for _ in "12":
        assert client.post(reverse("quick_try", args=[chain.pk]), pressed).status_code == 302
    assert Handover.objects.filter(outcome="no_answer", messages__event=event).count() == 1
    page = read(client.get(reverse("status"))).main.find(attrs={"id": "calls"})
    assert "2 försök, senast 10.52" in page.get_text()
    client.post(reverse("quick_try", args=[chain.pk]), pressed | {"client_id": str(uuid4()), "number": ""})
    assert (
        "Försöket är inte sparat. Välj vilket nummer du ringde."
        in read(client.get(reverse("status"))).get_text()
    )


def test_of_two_presses_of_different_buttons_of_one_form_the_first_stands_and_the_second_is_said_not_to(
    county: County, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    form = fields_of(
        read(client.get(reverse("status"))).main.find("button", string="Upptaget").find_parent("form")
    )
    for outcome in ("busy", "no_answer"):
        client.post(reverse("quick_try", args=[chain.pk]), form | {"outcome": outcome})
    assert Handover.objects.get(pk=form["client_id"][0]).outcome == "busy"
    assert not Handover.objects.filter(outcome="no_answer").exists()
    said = read(client.get(reverse("status"))).get_text()
    assert "Försöket är inte sparat. Ett annat tryck på samma ställe är redan sparat." in said
    assert "Båda är kvar" not in said


@pytest.mark.parametrize("ahead", [0, 1, 2])
def test_one_press_is_a_try_made_now_and_asks_nothing_though_the_event_has_a_time_a_little_ahead(
    county: County, chain: CareChain, client: Client, ahead: int
):
    """The clock of a ward's computer may run ahead of the server's, by which a press counts."""
    event = make_event(county.alva, chain, "discharge", ago=-timedelta(minutes=ahead))
    _press_no_answer(client, county.alva)
    row = Handover.objects.latest("recorded_at")
    assert (clock_time(row.at), row.messages.get().event) == ("10.52", event)
    assert "2 försök, senast 10.52" in read(client.get(reverse("status"))).main.find(id="calls").get_text()


@pytest.mark.parametrize("ahead", [0, 1, 2])
def test_one_press_for_an_answer_counts_though_what_it_answers_has_a_time_a_little_ahead(
    county: County, chain: CareChain, client: Client, ahead: int
):
    received = {"direction": Direction.RECEIVED, "outcome": CallOutcome.REACHED, "to": Party.INPATIENT}
    make_event(county.disa, chain, ago=-timedelta(minutes=ahead), **received)
    _press_no_answer(client, county.disa)
    assert "1 försök, senast 10.52" in read(client.get(reverse("status"))).main.find(id="calls").get_text()


def _press_no_answer(client: Client, by: Acting) -> None:
    client.force_login(by.user)
    form = read(client.get(reverse("status"))).main.find("button", string="Inget svar").find_parent("form")
    client.post(form["action"], fields_of(form) | {"outcome": "no_answer"})
    assert "Försöket är sparat" in read(client.get(reverse("status"))).get_text()


def test_a_try_on_the_one_number_shows_it_beside_the_button_and_says_that_it_is_the_directorys(
    county: County, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    form = _try_form(client, "Skellefteå kommun")
    assert "på 090-785 00 00" in form.get_text(" ")
    client.post(form["action"], fields_of(form) | {"outcome": "no_answer"})
    assert Handover.objects.latest("recorded_at").comment == "Numret är hämtat ur Kontakter."
    page = client.get(reverse("chain", args=[chain.pk]))
    assert "Numret är hämtat ur Kontakter." in read(page).main.get_text(" ")


def test_of_several_numbers_the_first_to_ring_stands_beside_the_button_and_none_is_taken_unsaid(
    county: County, chain: CareChain, client: Client
):
    make_entry(county.municipality, "Växeln", "0980-319 210", kind=EntryKind.SWITCHBOARD)
    make_entry(county.municipality, "Hemsjukvård", "0980-319 231", kind=EntryKind.HOME_NURSING)
    make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    form = _try_form(client, "Skellefteå kommun")
    shown = form.find("option", selected=True)
    assert [shown["value"]] == fields_of(form)["number"] == [form.find("option")["value"]]
    before = Handover.objects.count()
    client.post(form["action"], fields_of(form) | {"outcome": "busy", "number": ""})
    assert Handover.objects.count() == before
    assert "Välj vilket nummer du ringde." in read(client.get(reverse("status"))).get_text()
    client.post(form["action"], fields_of(form) | {"outcome": "busy"})
    call = Handover.objects.latest("recorded_at")
    assert (call.number, call.comment) == (shown["value"], "Numret är hämtat ur Kontakter.")


def test_a_number_that_is_not_in_the_directory_is_not_said_to_be(
    county: County, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    typed = {"client_id": str(uuid4()), "recipient": "municipality", "number": "0980-319 999"}
    client.post(reverse("quick_try", args=[chain.pk]), typed | {"outcome": "busy"})
    assert Handover.objects.latest("recorded_at").comment == ""


def test_a_press_on_what_is_no_longer_to_ring_says_so_of_the_list(
    county: County, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    form = _try_form(client, "Skellefteå kommun")
    # As after Upplös: the event is the other patient's.
    sent = fields_of(form) | {"outcome": "busy", "events": [str(uuid4())]}
    page = read(client.post(form["action"], sent, follow=True)).get_text()
    assert "Försöket är inte sparat. Det som visades att ringa har ändrats. Se listan nu" in page


def _try_form(client: Client, place: str) -> Tag:
    page = read(client.get(reverse("status"))).main
    row = next(
        li
        for li in page.find_all("li", class_="owed-call")
        if place in li.find(class_="owed-to").strong.get_text()
    )
    return row.find("button", string="Inget svar").find_parent("form")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (CallOutcome.REACHED, "Underrättad 10.52, 1 försök, senast 11.01"),
        (CallOutcome.RELAYED, "Förmedlat 10.52, inte underrättad, 1 försök, senast 11.01"),
    ],
)
def test_a_try_after_somebody_was_told_does_not_change_when(
    county: County, chain: CareChain, client: Client, clock: Clock, outcome: CallOutcome, said: str
):
    event = make_event(county.alva, chain, "discharge", outcome=outcome)
    clock.shift(timedelta(minutes=9))
    tell(county.alva, chain, event, outcome=CallOutcome.BUSY)
    client.force_login(county.alva.user)
    assert said in read(client.get(reverse("chain", args=[chain.pk]))).main.get_text()
    if outcome is CallOutcome.REACHED:
        for page in ("status", "chains"):
            text = read(client.get(reverse(page))).main.get_text()
            assert "Underrättad 10.52" in text
            assert "Underrättad 11.01" not in text


def test_a_number_that_is_changed_while_it_is_rung_is_said_to_be_the_one_the_page_had_from_kontakter(
    county: County, chain: CareChain, client: Client
):
    entry = make_entry(county.municipality, "Växeln", "0980-319 210", kind=EntryKind.SWITCHBOARD)
    make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    form = _try_form(client, "Skellefteå kommun")
    rung = fields_of(form)["number"]
    entry.phones = [Phone(PhoneKind.DIRECT, "0980-319 299")]
    entry.save()
    client.post(form["action"], fields_of(form) | {"outcome": "busy"})
    call = Handover.objects.latest("recorded_at")
    assert ([call.number], call.comment) == (rung, "Numret är hämtat ur Kontakter.")


def test_a_number_typed_with_a_place_is_not_kontakters_though_another_place_of_the_chain_has_it(
    county: County, outage: Outage, client: Client
):
    number = "0980-319 210"
    make_entry(county.municipality, "Växeln", number, kind=EntryKind.SWITCHBOARD)
    other = OtherPlace("Fjällhälsan", number=number)
    chain = make_chain(county, outage, outpatient_unit=None, others={Party.OUTPATIENT: other})
    make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    form = _try_form(client, "Fjällhälsan")
    client.post(form["action"], fields_of(form) | {"outcome": "busy"})
    call = Handover.objects.latest("recorded_at")
    assert (call.number, call.comment) == (number, "")
