"""För in från blad: a row is typed, nothing typed is lost, the next starts from it (R2.4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import SubmissionClash
from forms.models import PaperEntry, Sheet, SheetKind
from outage.models import CareChain, Handover, Outage
from outage.services.outages import end_outage
from tests.clock import TUESDAY
from tests.factories import County, make_chain
from tests.integration.forms.entering import (
    DAY,
    ROW,
    address,
    as_lists,
    fates,
    make_sheet,
    page_of,
    row_of,
    send,
    void,
)
from tests.integration.outage.conftest import chain, county, outage
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_two_editors import differences

__all__ = ["chain", "county", "outage"]


@pytest.fixture
def sheet(county: County) -> Sheet:
    """A blank loggblad of Alva's ward, printed before any outage."""
    return make_sheet(county.alva)


@pytest.fixture
def alva(client: Client, county: County) -> Client:
    client.force_login(county.alva.user)
    return client


@pytest.mark.clause("R2.4")
def test_a_row_is_entered_and_the_next_one_starts_from_it(alva: Client, sheet: Sheet, chain: CareChain):
    answer = send(alva, address(sheet, chain), **ROW)
    assert answer.status_code == 302
    handover = Handover.objects.get()
    assert (handover.spoken_to, handover.number, handover.comment) == ("Karin Påhittad", "0910-00 00 00", "")
    assert f"{handover.at:%Y-%m-%d %H.%M}" == f"{DAY} 09.05"
    assert (handover.paper_serial, handover.paper_signature) == (sheet.serial, "N.N.")
    page = page_of(alva, answer.headers["Location"])
    assert "Raden är sparad på servern 10.52." in page.get_text()
    # The patient is that of the row before; which way the next one went is asked again.
    assert page.main.find("form", {"data-guard": True}) is None
    assert page.main.find("option", selected=True)["value"] == str(chain.pk)
    _, fields = row_of(alva, address(sheet, chain))
    kept = {
        name: fields.get(name, [""])
        for name in ("at_kl", "at_dag", "written_at_kl", "written_at_dag", "signed_by")
    }
    assert kept == {
        "at_kl": [""],
        "at_dag": [DAY],
        "written_at_kl": [""],
        "written_at_dag": [DAY],
        "signed_by": ["N.N."],
    }
    assert not {"recipient", "messages", "spoken_to", "number"} & {n for n, v in fields.items() if any(v)}
    listed = page.main.find("table").find("tbody").get_text(" ")
    for words in (
        "tis 24 nov 10.05",
        "Inskrivning",
        "Lämnat till Skellefteå kommun (Biståndsenheten), Karin Påhittad",
        "Alva",
    ):
        assert words in " ".join(listed.split()), words


def test_opened_without_a_patient_it_goes_on_with_that_of_the_row_before(
    alva: Client, county: County, outage: Outage, sheet: Sheet, chain: CareChain
):
    other = make_chain(county, outage)
    page = page_of(alva, address(sheet))
    assert {option["value"] for option in page.main.find_all("option")} == {"", str(chain.pk), str(other.pk)}
    assert page.main.find("form", {"method": "post"}) is None
    send(alva, address(sheet, other), **ROW)
    assert page_of(alva, address(sheet)).main.find("option", selected=True)["value"] == str(other.pk)
    assert page_of(alva, f"{address(sheet)}?vardkedja=").main.find("select")


def test_a_sheet_of_one_patient_is_about_that_patient_whatever_the_address_says(
    alva: Client, county: County, outage: Outage, chain: CareChain
):
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, chain)
    other = make_chain(county, outage)
    assert chain.details is not None
    for where in (address(sheet), address(sheet, other)):
        page = page_of(alva, where)
        assert chain.details.patient_name in page.main.get_text()
        assert "Byt patient" not in page.main.get_text()
        assert page.main.find("select", {"name": "vardkedja"}) is None
    fields = row_of(alva, address(sheet, chain))[1] | as_lists(ROW)
    refused = alva.post(address(sheet, other), fields)
    assert (refused.status_code, "en annan patient" in errors_of(read(refused))) == (422, True)
    assert not Handover.objects.exists()
    assert alva.post(address(sheet, chain), fields).status_code == 302
    assert Handover.objects.get().chain_id == chain.pk


@pytest.mark.parametrize("kind", [SheetKind.LOG_SHEET, SheetKind.CARE_CHAIN])
def test_neither_the_way_nor_the_outcome_nor_the_read_back_is_preset(
    alva: Client, county: County, chain: CareChain, kind: str
):
    sheet = make_sheet(county.alva, kind, chain if kind == SheetKind.CARE_CHAIN else None)
    asked = page_of(alva, f"{address(sheet)}?vardkedja={chain.pk}")
    assert asked.main.find("form", {"data-guard": True}) is None
    assert {button["value"] for button in asked.main.find_all("button", {"name": "riktning"})} == {
        "given",
        "received",
    }
    _, fields = row_of(alva, address(sheet, chain))
    assert not {"outcome", "recipient", "messages", "read_back"} & {n for n, v in fields.items() if any(v)}
    answer = send(
        alva, address(sheet, chain), **{name: value for name, value in ROW.items() if name != "outcome"}
    )
    assert answer.status_code == 422
    assert "Välj hur det gick." in errors_of(read(answer))
    assert not Handover.objects.exists()


@pytest.mark.parametrize("kind", [SheetKind.LOG_SHEET, SheetKind.SIP])
def test_who_goes_on_without_a_patient_is_told_beside_the_field(
    alva: Client, county: County, chain: CareChain, kind: str
):
    sheet = make_sheet(county.alva, kind)
    form = page_of(alva, address(sheet)).main.find("form", {"method": "get"})
    button = form.find("button")
    page = page_of(alva, f"{address(sheet)}?vardkedja=&{button['name']}={button['value']}")
    field = page.main.find("select", {"name": "vardkedja"})
    assert page.main.find(id=field["aria-describedby"]).get_text() == "Välj vilken patient raden gäller."
    assert "Välj vilken patient" not in page_of(alva, f"{address(sheet)}?vardkedja=").main.get_text()


def test_what_somebody_told_us_is_entered_as_received(alva: Client, sheet: Sheet, chain: CareChain):
    reply = "new:admission_reply:municipality"
    answer = send(alva, address(sheet, chain, "received"), **ROW | {"messages": [reply], "number": ""})
    assert answer.status_code == 302
    handover = Handover.objects.get()
    assert (handover.direction, handover.messages.get().event.sender) == ("received", "municipality")


def test_a_failed_try_on_paper_is_a_row_too(alva: Client, sheet: Sheet, chain: CareChain):
    tried = {"outcome": "busy", "spoken_to": "", "spoken_to_unit": "", "read_back": []}
    assert send(alva, address(sheet, chain), **ROW | tried).status_code == 302
    assert Handover.objects.get().outcome == "busy"


@pytest.mark.clause("R3.9", "R4.5")
@pytest.mark.parametrize("kind", [SheetKind.SIP, SheetKind.SIP_INVITATION])
@pytest.mark.parametrize(("who", "direction"), [("disa", "given"), ("alva", "received")])
def test_a_sip_sheet_has_the_messages_of_a_sip_only(
    client: Client, county: County, chain: CareChain, kind: str, who: str, direction: str
):
    acting = county.somebody(who)
    sheet = make_sheet(acting, kind, chain)
    client.force_login(acting.user)
    # Whatever the address says, öppenvård tells of a SIP and the others are told.
    page = page_of(client, address(sheet, chain, {"given": "received", "received": "given"}[direction]))
    offered = {box["value"] for box in page.main.find_all("input", {"name": "messages"})}
    assert offered == {"new:sip_initiative:outpatient", "new:sip_invitation:outpatient"}
    date = "p-sip_invitation-outpatient-sip_date"
    who_takes_part = "p-sip_invitation-outpatient-participants"
    called = {
        "messages": ["new:sip_invitation:outpatient"],
        date: "2026-12-01",
        who_takes_part: "Dotter Anna",
    }
    party = "municipality" if direction == "given" else "outpatient"
    answer = send(client, address(sheet), **ROW | called | {"recipient": party})
    assert answer.status_code == 302
    handover = Handover.objects.get()
    assert (handover.direction, handover.messages.get().event.particulars) == (
        direction,
        {"sip_date": "2026-12-01", "participants": ["Dotter Anna"]},
    )


@pytest.mark.clause("R3.9")
def test_a_kallelse_on_paper_without_a_date_is_asked_about_too(
    client: Client, county: County, chain: CareChain
):
    sheet = make_sheet(county.disa, SheetKind.SIP, chain)
    client.force_login(county.disa.user)
    called = {"messages": ["new:sip_invitation:outpatient"], "recipient": "municipality"}
    asked = send(client, address(sheet), **ROW | called)
    assert asked.status_code == 422
    assert "Utan datum är det ett initiativ till SIP. Ska det loggas så?" in asked.content.decode()
    assert not Handover.objects.exists()


TYPED: dict[str, Any] = ROW | {
    "messages": ["new:admission:inpatient", "new:preliminary_ready:inpatient"],
    "p-preliminary_ready-inpatient-preliminary_date": "2026-11-27",
    "h-admission-inpatient_kl": "0955",
    "h-admission-inpatient_dag": DAY,
    "comment": "Två rader\noch ”citat” <b>.",
    "next_step": "Ring 14.00",
    "call_back": "070-000 00 00",
}


@pytest.mark.parametrize(
    ("wrong", "label", "sentence"),
    [
        ({"written_at_kl": "10.04"}, "Skrevs på bladet", "men raden skrevs tis 24 nov 10.04"),
        ({"written_at_kl": ""}, "Skrevs på bladet", "Ange klockslag."),
        ({"written_at_dag": ""}, "Skrevs på bladet", "Ange datum."),
        ({"written_at_kl": "11.30"}, "Skrevs på bladet", "framåt i tiden"),
        ({"at_dag": ""}, "Samtalets tid", "Ange datum."),
        ({"at_kl": "kvart i"}, "Samtalets tid", "Skriv tiden som 10.52."),
        ({"signed_by": " "}, "Signatur på bladet", "Skriv namnet eller signaturen som står på raden."),
        ({"number": ""}, "Nummer", "Ange numret du ringde."),
        ({"spoken_to": ""}, "Talade med", "Skriv namnet på den du talade med."),
        ({"h-admission-inpatient_kl": "10.30"}, "När hände det?", "Händelsen var tis 24 nov 10.30"),
        ({"h-admission-inpatient_kl": "0600"}, "När hände det?", "Driftstoppet började tis 24 nov 08.52"),
        ({"h-admission-inpatient_kl": "0800"}, "Det hände 08.00", "Stod det i PRATOR redan då?"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_everything_typed_stays(
    alva: Client, sheet: Sheet, chain: CareChain, wrong: dict[str, Any], label: str, sentence: str
):
    answer = send(alva, address(sheet, chain), **TYPED | wrong)
    assert answer.status_code == 422
    page = read(answer)
    said = errors_of(page)
    assert "Inget är sparat än. Det du skrivit står kvar." in said
    assert (label if label.endswith(("?", "08.00")) else f"{label}:") in said
    assert sentence in said
    shown = fields_of(form_of(page, **{"data-guard": True}))
    for name, value in (TYPED | wrong).items():
        expected = sorted(value) if isinstance(value, list) else [value.strip() or shown.get(name, [""])[0]]
        assert sorted(shown.get(name, [""])) == expected, name
    assert not Handover.objects.exists()
    assert fates(sheet) == ["printed"]
    mended = {name: TYPED[name] for name in wrong}
    action = form_of(page, **{"data-guard": True})["action"]
    assert alva.post(action, shown | as_lists(mended)).status_code == 302
    assert Handover.objects.get().comment == "Två rader\noch ”citat” <b>."


def test_a_form_sent_twice_is_one_row(alva: Client, sheet: Sheet, chain: CareChain):
    action, fields = row_of(alva, address(sheet, chain))
    answers = [alva.post(action, fields | as_lists(ROW)) for _ in "12"]
    assert {(a.status_code, a.headers["Location"]) for a in answers} == {
        (302, f"{reverse('enter_sheet', args=[sheet.serial])}?vardkedja={chain.pk}")
    }
    assert Handover.objects.count() == PaperEntry.objects.count() == 1


def test_other_content_under_the_same_id_keeps_both(alva: Client, sheet: Sheet, chain: CareChain):
    action, fields = row_of(alva, address(sheet, chain))
    alva.post(action, fields | as_lists(ROW))
    changed = as_lists(ROW | {"signed_by": "O.O.", "comment": "En annan rad."})
    answer = alva.post(action, fields | changed)
    assert answer.status_code == 409
    page = read(answer)
    assert "Det första är sparat 10.52." in page.main.get_text()
    assert differences(page) == {
        "Kommentar": ("tomt", "En annan rad."),
        "Signatur på bladet": ("N.N.", "O.O."),
    }
    correct = reverse("correct_call", args=[Handover.objects.get().pk])
    assert page.main.find("button", string="Rätta det som sparades")["formaction"] == correct
    assert SubmissionClash.objects.get().content["comment"] == ["En annan rad."]
    shown = fields_of(form_of(page, **{"data-guard": True}))
    assert shown["comment"] == ["En annan rad."]
    # Is it one more row, and does it tell of something else?
    answers = {
        f"answer-entered-{Handover.objects.get().pk}": "ja",
        "answer-same-admission-inpatient": "another",
    }
    for name, answer in answers.items():
        asked = form_of(read(alva.post(action, shown)), **{"data-guard": True})
        shown = fields_of(asked) | {name: [answer]}
    assert alva.post(action, shown).status_code == 302
    assert sorted(Handover.objects.values_list("paper_signature", flat=True)) == ["N.N.", "O.O."]
    assert PaperEntry.objects.count() == 2


def test_after_the_outage_too(alva: Client, county: County, sheet: Sheet, chain: CareChain, clock: Any):
    end_outage(by=county.esa, outage=chain.outage, ended_at=TUESDAY)
    clock.shift(timedelta(days=1))
    alva.force_login(county.alva.user)
    assert f"{chain.pk}" in str(page_of(alva, address(sheet)).main.find("select"))
    answer = send(alva, address(sheet, chain), **ROW)
    assert answer.status_code == 302
    assert Handover.objects.get().at < TUESDAY


def test_a_voided_sheet_has_no_form_and_refuses_what_comes_with_everything_kept(
    alva: Client, county: County, sheet: Sheet, chain: CareChain
):
    action, fields = row_of(alva, address(sheet, chain))
    void(county, sheet)
    page = page_of(alva, address(sheet, chain))
    assert "Bladet är makulerat. Inget kan föras in från det." in page.main.get_text()
    assert page.main.find("form", {"method": "post"}) is None
    answer = alva.post(action, fields | as_lists(ROW))
    assert answer.status_code == 422
    assert "makulerat" in errors_of(read(answer))
    assert fields_of(form_of(read(answer), **{"data-guard": True}))["spoken_to"] == ["Karin Påhittad"]
