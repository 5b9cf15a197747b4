"""Whoever saves second sees both versions field by field and chooses; nothing typed is lost, nothing is overwritten."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, OpenItem, Outage
from outage.queries.care_chains import get_handover
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.rules.wording import clock_time
from outage.services.handovers import log_call, withdraw_call
from tests.factories import County, call_facts, make_chain, make_event
from tests.integration.outage.pages import Fields, fields_of, form_of, read
from tests.marks import Browser

UNTOUCHED = "inget nytt: det som nu står gäller"


def opened(client: Client, path: str) -> Fields:
    return fields_of(form_of(read(client.get(path)), method="post"))


def differences(page: BeautifulSoup) -> dict[str, tuple[str, str]]:
    """Each field that differs: what stands now, and what was typed."""
    table = page.main.find("table", class_="differences")
    rows = table.find("tbody").find_all("tr") if table else []
    return {row.th.text: tuple(cell.text for cell in row.find_all("td")) for row in rows}  # type: ignore[misc]


@pytest.fixture
def esa(county: County) -> Client:
    browser = Browser()
    browser.force_login(county.esa.user)
    return browser


@pytest.fixture
def alva(county: County, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


def second(first: Client, other: Client, path: str, mine: Fields, theirs: Fields) -> Any:
    """Both open the form; the other saves first. Give what the first one is answered."""
    own, others = opened(first, path), opened(other, path)
    assert other.post(path, others | theirs).status_code == 302
    answer = first.post(path, own | mine)
    assert answer.status_code == 409
    return answer


def test_the_details_of_a_chain(chain: CareChain, alva: Client, esa: Client):
    path = reverse("edit_chain", args=[chain.pk])
    answer = second(
        alva, esa, path, {"patient_name": ["Alvas stavning"]}, {"patient_name": ["Esas stavning"]}
    )
    page = read(answer)
    assert differences(page) == {"Patientens namn": ("Esas stavning", "Alvas stavning")}
    assert "Esa Påhittad" in page.main.text
    again = fields_of(form_of(page, method="post"))
    assert again["patient_name"] == ["Alvas stavning"]
    assert alva.post(path, again).status_code == 302
    assert [row.patient_name for row in chain.history.order_by("pk")][1:] == [
        "Esas stavning",
        "Alvas stavning",
    ]


def test_an_event(county: County, chain: CareChain, alva: Client, esa: Client):
    event = make_event(county.alva, chain, "preliminary_ready", preliminary_date="2026-11-26")
    path = reverse("correct_event", args=[event.pk])
    said = {"reason": ["Fel datum."], "told_rightly": ["nej"]}
    answer = second(
        alva,
        esa,
        path,
        said | {"p-preliminary_date": ["2026-11-28"]},
        said | {"p-preliminary_date": ["2026-11-27"]},
    )
    page = read(answer)
    assert differences(page) == {"Preliminärt utskrivningsdatum": ("2026-11-27", "2026-11-28")}
    form = form_of(page, method="post")
    assert alva.post(form["action"], fields_of(form)).status_code == 302
    rows = CareChainEvent.objects.filter(chain=chain).order_by("order")
    assert [row.particulars["preliminary_date"] for row in rows] == ["2026-11-26", "2026-11-27", "2026-11-28"]


def test_a_call(county: County, chain: CareChain, alva: Client, esa: Client):
    call = log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(),
        messages=[Message(kind="admission", sender=Party.INPATIENT)],
    )
    path = reverse("correct_call", args=[call.pk])
    why = {"reason": ["Fel namn."]}
    answer = second(alva, esa, path, why | {"spoken_to": ["Karin Ett"]}, why | {"spoken_to": ["Karin Två"]})
    page = read(answer)
    assert differences(page) == {"Namn på den du talar med": ("Karin Två", "Karin Ett")}
    form = form_of(page, method="post")
    assert alva.post(form["action"], fields_of(form)).status_code == 302
    rows = Handover.objects.filter(chain=chain).order_by("order")
    assert [row.spoken_to for row in rows] == ["Karin Påhittad", "Karin Två", "Karin Ett"]


def test_a_call_that_was_taken_back_meanwhile_says_so_and_keeps_what_was_typed(
    county: County, chain: CareChain, alva: Client
):
    call = log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(),
        messages=[Message(kind="admission", sender=Party.INPATIENT)],
    )
    path = reverse("correct_call", args=[call.pk])
    own = opened(alva, path) | {"reason": ["Fel namn."], "spoken_to": ["Karin Ett"]}
    withdraw_call(
        by=county.esa,
        handover=get_handover(county.esa, call.pk),
        client_id=uuid4(),
        reason="Blev aldrig av.",
    )
    answer = alva.post(path, own)
    assert answer.status_code == 409
    page = read(answer)
    assert "Återtaget" in page.main.text
    assert "Blev aldrig av." in page.main.text
    form = form_of(page, method="post")
    again = fields_of(form)
    assert again["spoken_to"] == ["Karin Ett"]
    assert "Spara rättelsen" not in page.main.text
    assert "Logga som nytt samtal" in page.main.text
    assert alva.post(form["action"], again).status_code == 302
    new = Handover.objects.latest("order")
    assert (new.supersedes, new.spoken_to, new.direction) == (None, "Karin Ett", call.direction)
    assert [told.event for told in new.messages.all()] == [told.event for told in call.messages.all()]


@pytest.mark.parametrize(
    ("mine", "differ"),
    [("1040", {"Samtalets tid": ("2026-11-24 10.45", "2026-11-24 10.40")}), ("kl 10 45", {})],
)
def test_times_are_compared_as_they_are_read(
    county: County, chain: CareChain, alva: Client, esa: Client, mine: str, differ: dict[str, tuple[str, str]]
):
    call = log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(),
        messages=[
            Message(kind="admission", sender=Party.INPATIENT, happened_at=timezone.now() - timedelta(hours=1))
        ],
    )
    path = reverse("correct_call", args=[call.pk])
    why = {"reason": ["Fel tid."]}
    answer = second(alva, esa, path, why | {"at_kl": [mine]}, why | {"at_kl": ["10.45"]})
    assert differences(read(answer)) == differ


@pytest.mark.parametrize("name", ["withdraw_call", "withdraw_event", "move_call"])
@pytest.mark.parametrize("theirs", ["correct", "withdraw"])
def test_who_takes_back_what_another_has_changed_is_told_and_can_go_on(
    county: County, outage: Outage, chain: CareChain, alva: Client, esa: Client, name: str, theirs: str
):
    other = make_chain(county, outage)
    event = make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    call = Handover.objects.get()
    noun = name.partition("_")[2].replace("move_", "")
    row = event if noun == "event" else call
    path = reverse(name, args=[row.pk])
    own = opened(alva, path) | {"reason": ["Min anledning."], "to": [str(other.pk)]}
    own |= {"why": ["not_made"]} if name == "withdraw_call" else {}
    changed = reverse(f"{theirs}_{noun}", args=[row.pk])
    said = {
        "reason": ["Esas anledning."],
        "told_rightly": ["ja"],
        "spoken_to": ["Karin Två"],
        "why": ["not_made"],
    }
    assert esa.post(changed, opened(esa, changed) | said).status_code == 302
    answer = alva.post(path, own)
    page = read(answer)
    words = " ".join(page.main.get_text(" ").split())
    assert answer.status_code == 409
    assert "Det har ändrats medan du skrev." in words
    assert "av Esa Påhittad:" in words
    assert "Esas anledning." in words
    form = form_of(page, method="post")
    assert fields_of(form)["reason"] == ["Min anledning."]
    assert ("går inte att ändra" in words) == (theirs == "withdraw")
    # What was taken back can be neither corrected nor taken back: no button says so.
    button = form.select_one(".form-end button")
    assert (button is None) == (theirs == "withdraw")
    again = alva.post(form["action"], fields_of(form) | {"to": [str(other.pk)]})
    assert again.status_code == (409 if theirs == "withdraw" else 302)


@pytest.mark.clause("R1.6")
def test_an_open_item(county: County, chain: CareChain, alva: Client, esa: Client):
    event = make_event(county.alva, chain, "discharge")
    path = reverse("leave_open", args=[event.pk]) + "?till=outpatient"
    mine = {"responsible": ["Alva, Medicin 2"], "reason": ["Stängt till måndag."]}
    theirs = {"responsible": ["Esa, Medicin 2"], "reason": ["Ingen svarar."]}
    page = read(second(alva, esa, path, mine, theirs))
    assert differences(page) == {
        "Vem tar hand om det? Namn och enhet": ("Esa, Medicin 2", "Alva, Medicin 2"),
        "Varför är mottagaren inte underrättad?": ("Ingen svarar.", "Stängt till måndag."),
    }
    assert "av Esa Påhittad" in page.main.text
    form = form_of(page, method="post")
    assert list(OpenItem.objects.values_list("responsible", flat=True)) == ["Esa, Medicin 2"]
    assert alva.post(form["action"], fields_of(form)).status_code == 302
    assert OpenItem.objects.last().responsible == "Alva, Medicin 2"
    # Who opens the page when one stands already has seen it; another recipient's is no hindrance.
    assert esa.post(path, opened(esa, path) | theirs).status_code == 302
    to_town = reverse("leave_open", args=[event.pk]) + "?till=municipality"
    assert esa.post(to_town, opened(esa, to_town) | theirs).status_code == 302


def test_what_is_known_of_the_outage(outage: Outage, alva: Client, esa: Client):
    path = reverse("change_outage")
    answer = second(alva, esa, path, {"planned": ["on"]}, {"scope": ["municipalities_only"]})
    page = read(answer)
    assert differences(page)["Driftstoppet är planerat"] == ("Nej", "Ja")
    assert differences(page)["Vilka är utan systemet?"] == ("Enbart kommunerna", UNTOUCHED)
    form = form_of(page, method="post")
    assert alva.post(path, fields_of(form)).status_code == 302
    outage.refresh_from_db(fields=["current"])
    assert outage.current is not None
    assert (outage.current.scope, outage.current.planned) == ("municipalities_only", True)


def test_a_message_type_that_was_logged_wrong_is_corrected(county: County, chain: CareChain, alva: Client):
    event = make_event(county.alva, chain, "discharge_report")
    path = reverse("correct_event", args=[event.pk])
    sent = opened(alva, path) | {
        "kind": ["preliminary_ready"],
        "reason": ["Fel meddelande."],
        "told_rightly": ["ja"],
    }
    asked = alva.post(path, sent)
    assert asked.status_code == 422
    page = read(asked)
    assert "Meddelandet är bytt." in page.main.text
    again = fields_of(form_of(page, method="post")) | {"p-preliminary_date": ["2026-11-27"]}
    assert alva.post(path, again).status_code == 302
    new = CareChainEvent.objects.get(supersedes=event)
    assert (new.kind, new.particulars) == ("preliminary_ready", {"preliminary_date": "2026-11-27"})


@pytest.mark.parametrize("answer", ["instead", "fill_in"])
def test_a_kallelse_whose_date_is_taken_away_is_asked_about(
    county: County, chain: CareChain, client: Client, answer: str
):
    event = make_event(
        county.disa,
        chain,
        "sip_invitation",
        sender=Party.OUTPATIENT,
        sip_date="2026-12-01",
        participants=["Dotter Anna"],
    )
    client.force_login(county.disa.user)
    path = reverse("correct_event", args=[event.pk])
    sent = opened(client, path) | {"reason": ["Inget datum än."], "told_rightly": ["ja"], "p-sip_date": [""]}
    asked = client.post(path, sent)
    assert asked.status_code == 422
    page = read(asked)
    assert "Utan datum är det ett initiativ till SIP." in page.main.text
    again = fields_of(form_of(page, method="post")) | {"answer-sip_date-sip_invitation": [answer]}
    answered = client.post(path, again)
    if answer == "fill_in":
        assert answered.status_code == 422
        assert "Fyll i avtalat datum" in read(answered).main.find(id="error_1_id_p-sip_date").text
        assert not CareChainEvent.objects.filter(supersedes=event).exists()
    else:
        assert answered.status_code == 302
        assert CareChainEvent.objects.get(supersedes=event).kind == "sip_initiative"


def test_what_the_second_did_not_touch_in_a_chain_stays_as_the_first_saved_it(
    chain: CareChain, alva: Client, esa: Client
):
    path = reverse("edit_chain", args=[chain.pk])
    theirs = {"before": ["admitted"], "protected_identity": ["on"], "municipality": [""]}
    answer = second(alva, esa, path, {"ward_kind": ["psychiatric"], "outpatient_unit": [""]}, theirs)
    page = read(answer)
    assert differences(page)["Kommun"] == ("tomt", UNTOUCHED)
    assert differences(page)["Skyddade personuppgifter"] == ("Ja", UNTOUCHED)
    assert differences(page)["Slag av avdelning"] == ("Som avdelningen", "Psykiatrisk")
    again = fields_of(form_of(page, action=path))
    asked = alva.post(path, again)
    assert asked.status_code == 422
    again = fields_of(form_of(read(asked), action=path)) | {"answer-ward-kind": ["ja"]}
    assert alva.post(path, again).status_code == 302
    chain.refresh_from_db()
    now = chain.details
    assert (now.before, now.protected_identity, now.municipality) == ("admitted", True, None)
    assert (now.ward_kind, now.outpatient_unit) == ("psychiatric", None)


def test_what_the_second_did_not_touch_in_an_event_stays_as_the_first_saved_it(
    county: County, chain: CareChain, alva: Client, esa: Client
):
    event = make_event(county.alva, chain, "preliminary_ready", preliminary_date="2026-11-26")
    path = reverse("correct_event", args=[event.pk])
    said = {"reason": ["Fel."], "told_rightly": ["nej"]}
    theirs = said | {"happened_at_kl": ["10.40"]}
    page = read(second(alva, esa, path, said | {"p-preliminary_date": ["2026-11-28"]}, theirs))
    assert differences(page)["När hände det?"] == ("2026-11-24 10.40", UNTOUCHED)
    form = page.main.find("form", class_="steps")
    assert alva.post(form["action"], fields_of(form)).status_code == 302
    now = CareChainEvent.objects.filter(chain=chain).latest("order")
    assert (clock_time(now.happened_at), now.particulars["preliminary_date"]) == ("10.40", "2026-11-28")


def test_what_the_second_did_not_touch_in_a_call_stays_as_the_first_saved_it(
    county: County, chain: CareChain, alva: Client, esa: Client
):
    call = log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(),
        messages=[Message(kind="admission", sender=Party.INPATIENT)],
    )
    path = reverse("correct_call", args=[call.pk])
    why = {"reason": ["Fel."]}
    theirs = why | {"outcome": ["relayed"], "read_back": ["corrected"], "comment": ["Esas"]}
    page = read(second(alva, esa, path, why | {"spoken_to": ["Karin Ett"]}, theirs))
    assert differences(page)["Hur gick det?"] == ("Förmedlat", UNTOUCHED)
    form = page.main.find("form", class_="call-form")
    assert alva.post(form["action"], fields_of(form)).status_code == 302
    now = Handover.objects.filter(chain=chain).latest("order")
    assert (now.outcome, now.read_back, now.comment) == ("relayed", "corrected", "Esas")
    assert now.spoken_to == "Karin Ett"
