"""Printing as a write: who may, what row and trace it leaves, what the browser gets."""

import hashlib
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry, Principal, Unit
from contacts.rules.errors import NotAllowed
from contacts.rules.permissions import Role
from forms.models import Export, Sheet
from forms.rendering import PrintingUnavailable
from forms.rules.sheet_fate import Fate
from forms.services import printing
from forms.services.printing import print_care_chain, print_checklist
from forms.services.steps import write_step
from outage.presenters.checklists import checklist_card
from outage.queries.care_chains import get_chain
from tests.clock import standing_at
from tests.paper.making import (
    at,
    end_outage,
    full_chain,
    log_call,
    log_event,
    make_chain,
    make_place,
    person,
)
from tests.paper.reading import everything, pages

pytestmark = pytest.mark.django_db
LIST = "inpatient-somatic-discharge"


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def chain(place):
    return make_chain(place)


def press(client, name, chain=None, **more):
    """Press a print button of a page that has just been opened."""
    known = {"client_id": str(uuid4())}
    return client.post(reverse(name, args=[chain.pk] if chain else []), known | more)


def _broken(*args, **kwargs):
    raise IntegrityError("the second write fails")


def _unavailable(*args, **kwargs):
    raise PrintingUnavailable("Utskrift är avstängd: servern saknar Pango.")


@pytest.mark.clause("R2.4")
def test_a_print_leaves_a_row_and_a_trace_without_patient_data(place, chain):
    made = print_care_chain(by=place.alva, chain=chain)
    row = Sheet.objects.get()
    assert row == made.sheet
    assert (row.kind, row.chain, row.outage, row.unit) == ("care_chain", chain, place.outage, place.ward)
    assert (row.user, row.routine_version) == (place.alva.user, "2023-04-03")
    assert row.pages == len(pages(made.pdf))
    trace = AuditEntry.objects.get(action="sheet.printed")
    assert (trace.action, trace.chain, trace.target_id) == ("sheet.printed", chain.pk, str(row.pk))
    assert (trace.user, trace.unit) == (place.alva.user, place.ward)
    assert trace.changes == {"kind": "care_chain", "pages": row.pages, "sheet": row.serial}
    given_out = AuditEntry.objects.get(action="file.exported")
    assert (given_out.chain, given_out.changes) == (chain.pk, {"kind": "care_chain"})
    export = Export.objects.get()
    assert (export.sheet, export.user, export.unit) == (row, place.alva.user, place.ward)
    assert export.sha256 == hashlib.sha256(made.pdf).hexdigest()
    assert [fate.fate for fate in row.fates.all()] == ["printed"]


@pytest.mark.usefixtures("no_typesetting")
def test_each_print_is_a_row_of_its_own(place, chain):
    for _ in range(2):
        print_care_chain(by=place.alva, chain=chain)
    assert Sheet.objects.count() == AuditEntry.objects.filter(action="sheet.printed").count() == 2
    assert len(set(Sheet.objects.values_list("serial", flat=True))) == 2


@pytest.mark.usefixtures("no_typesetting")
def test_without_its_trace_no_print_is_kept(place, chain, monkeypatch):
    monkeypatch.setattr(audit, "record", _broken)
    with pytest.raises(IntegrityError):
        print_care_chain(by=place.alva, chain=chain)
    assert not Sheet.objects.exists()


def test_an_administrator_may_not_print_a_patient_s_sheet(place, chain):
    with pytest.raises(NotAllowed) as refused:
        print_care_chain(by=person("Adam Adm", place.ward, Role.ADMIN), chain=chain)
    assert "skriva ut blanketter" in refused.value.reason
    assert not Sheet.objects.exists()


def test_more_calls_cost_no_more_queries(place):
    def queries_with(calls: int) -> int:
        chain = make_chain(place)
        for number in range(calls):
            event = log_event(place, chain, "admission", at(11) + timedelta(minutes=number))
            log_call(place, chain, [event], at(11) + timedelta(minutes=number))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            print_care_chain(by=place.alva, chain=get_chain(place.alva, chain.pk))
        return len(queries)

    # The first one makes the key of the trace.
    queries_with(1)
    assert queries_with(1) == queries_with(12) <= 27


def test_a_person_gets_the_sheet_in_the_browser_and_nothing_is_kept_there(client, place, chain):
    client.force_login(place.alva.user)
    answer = press(client, "chain_sheet", chain)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="blankett-{chain.number}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert "TolvanTolvansson" in everything(answer.content)


@pytest.mark.usefixtures("no_typesetting")
def test_bo_at_another_unit_and_cissi_of_another_principal_get_404_and_print_nothing(client, place, chain):
    elsewhere = Unit.objects.create(principal=place.region, name="Kirurgi 2", ward_kind="somatic")
    town_unit = Unit.objects.create(principal=place.town, name="Biståndet", municipal_kind="social_care")
    for unit in (elsewhere, town_unit):
        client.force_login(person("Bo Berg", unit).user)
        assert press(client, "chain_sheet", chain).status_code == 404
    assert not Sheet.objects.exists()


def test_the_patient_s_own_halsocentral_may_print_and_stands_as_own_unit(client, place, chain):
    client.force_login(person("Hilda Hed", place.centre).user)
    text = everything(press(client, "chain_sheet", chain).content)
    assert "Öppenvård(egenenhet)" in text
    assert "Avdelning(egenenhet)" not in text


def test_who_is_not_logged_in_is_sent_to_log_in(client, chain):
    answer = press(client, "chain_sheet", chain)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


CHAIN_PRINTS = ("chain_sheet", "chain_sip", "chain_sip_patient", "chain_sip_invitation")


@pytest.mark.parametrize("name", CHAIN_PRINTS)
def test_an_unknown_chain_is_404_a_get_refused_and_a_press_without_id_a_mistake(client, place, chain, name):
    client.force_login(place.alva.user)
    unknown = reverse(name, args=["11111111-1111-4111-8111-111111111111"])
    assert client.post(unknown, {"client_id": str(uuid4())}).status_code == 404
    assert client.get(reverse(name, args=[chain.pk])).status_code == 405
    assert client.post(reverse(name, args=[chain.pk])).status_code == 400
    assert client.post(reverse(name, args=[chain.pk]), {"client_id": "x"}).status_code == 400
    assert not Sheet.objects.exists()


def test_the_same_press_again_is_the_same_sheet_given_out_once_more(client, place, chain):
    once = str(uuid4())
    with standing_at(at(14)):
        client.force_login(place.alva.user)
        first = press(client, "chain_sheet", chain, client_id=once)
    with standing_at(at(14, 5)):
        again = press(client, "chain_sheet", chain, client_id=once)
    sheet = Sheet.objects.get()
    assert sheet.shown_serial in everything(first.content)
    assert sheet.shown_serial in everything(again.content)
    assert Export.objects.filter(sheet=sheet).count() == 2
    assert sheet.fates.count() == 1


def test_a_press_after_something_new_was_logged_is_another_sheet(client, place, chain):
    client.force_login(place.alva.user)
    once = str(uuid4())
    press(client, "chain_sheet", chain, client_id=once)
    log_event(place, chain, "admission", at(10, 45))
    press(client, "chain_sheet", chain, client_id=once)
    press(client, "chain_sheet", chain, client_id=once, ink="1")
    assert len(set(Sheet.objects.values_list("serial", flat=True))) == 3


@pytest.mark.usefixtures("no_typesetting")
def test_a_sheet_that_something_became_of_is_never_printed_again(place, chain):
    once = uuid4()
    first = print_care_chain(by=place.alva, chain=chain, client_id=once).sheet
    write_step(by=place.alva, unit=place.ward, sheet=first, step=Fate.FILLED)
    again = print_care_chain(by=place.alva, chain=chain, client_id=once).sheet
    assert again.serial != first.serial
    assert Sheet.objects.count() == 2


def test_a_press_that_came_twice_at_once_gives_one_sheet_and_two_files_of_it(place, chain, monkeypatch):
    once, made = uuid4(), []
    real = printing.typeset

    def while_the_other_is_quicker(parts, *, title):
        if not made:
            made.append(None)
            made[0] = print_care_chain(by=place.alva, chain=chain, client_id=once)
        return real(parts, title=title)

    monkeypatch.setattr(printing, "typeset", while_the_other_is_quicker)
    slower = print_care_chain(by=place.alva, chain=chain, client_id=once)
    assert Sheet.objects.get() == slower.sheet == made[0].sheet
    assert slower.sheet.shown_serial in everything(slower.pdf)
    assert Export.objects.count() == 2


@pytest.mark.usefixtures("no_typesetting")
def test_an_id_used_for_another_chain_or_by_another_person_is_refused(client, place, chain):
    client.force_login(place.alva.user)
    once = str(uuid4())
    press(client, "chain_sheet", chain, client_id=once)
    other = make_chain(place)
    refused = press(client, "chain_sheet", other, client_id=once)
    assert refused.status_code == 409
    assert "redan använd till en annan utskrift" in refused.content.decode()
    client.force_login(person("Berit Bok", place.ward).user)
    assert press(client, "chain_sheet", chain, client_id=once).status_code == 409
    assert Sheet.objects.count() == Export.objects.count() == 1


def test_the_list_of_chains_has_a_button_for_the_loggblad(client, place, chain):
    client.force_login(place.alva.user)
    page = client.get(reverse("chains")).content.decode()
    once = re.search(r'action="/loggblad.pdf".*?name="client_id" value="([0-9a-f-]{36})"', page, re.S)
    assert once
    answer = press(client, "log_sheet_pdf", client_id=once[1])
    assert answer["Content-Disposition"] == 'inline; filename="loggblad.pdf"'
    assert client.get(reverse("log_sheet_pdf")).status_code == 405
    client.force_login(person("Adam Adm", place.ward, Role.ADMIN).user)
    assert press(client, "log_sheet_pdf").status_code == 403


@pytest.mark.parametrize("name", CHAIN_PRINTS)
def test_bo_and_an_administrator_print_nothing_of_a_chain(client, place, chain, name):
    elsewhere = Unit.objects.create(principal=place.region, name="Kirurgi 2", ward_kind="somatic")
    client.force_login(person("Bo Berg", elsewhere).user)
    assert press(client, name, chain).status_code == 404
    client.force_login(person("Adam Adm", place.ward, Role.ADMIN).user)
    assert press(client, name, chain).status_code in (403, 404)
    assert not Sheet.objects.exists()


def test_the_chain_s_page_has_every_print_behind_one_form(client, place, chain):
    client.force_login(place.alva.user)
    page = client.get(reverse("chain", args=[chain.pk])).content.decode()
    for name in CHAIN_PRINTS:
        assert reverse(name, args=[chain.pk]) in page
    assert 'name="ink"' in page
    once = re.search(r'action="[^"]*blankett.pdf".*?name="client_id" value="([0-9a-f-]{36})"', page, re.S)
    assert once
    assert press(client, "chain_sip", chain, client_id=once[1]).status_code == 200
    assert press(client, "chain_sip_invitation", chain, client_id=once[1]).status_code == 200
    assert {sheet.kind for sheet in Sheet.objects.all()} == {"sip", "sip_invitation"}


@pytest.mark.parametrize("which", ["chain_sheet", "checklist_pdf"])
def test_without_pango_the_page_says_what_to_install(client, place, chain, monkeypatch, which):
    monkeypatch.setattr("forms.services.printing.render", _unavailable)
    client.force_login(place.alva.user)
    ask = {
        "chain_sheet": lambda: press(client, which, chain),
        "checklist_pdf": lambda: client.get(reverse(which, args=[LIST])),
    }
    answer = ask[which]()
    assert answer.status_code == 503
    assert "servern saknar Pango" in answer.content.decode()
    assert not Sheet.objects.exists()


def test_a_checklist_is_printed_as_it_is_ticked(client, place):
    from outage.services.checklists import set_tick

    set_tick(by=place.alva, outage=place.outage, checklist_key=LIST, item_key="ready", done=True)
    client.force_login(place.alva.user)
    answer = client.get(reverse("checklist_pdf", args=[LIST]))
    assert answer["Content-Disposition"] == f'inline; filename="checklista-{LIST}.pdf"'
    text = everything(answer.content)
    assert "Slutenvård:vidutskrivning" in text
    assert text.count("Ja") == 1
    assert text.count("AlvaAsk") == 2
    row = Sheet.objects.get()
    assert (row.kind, row.chain, row.outage) == ("checklist", None, place.outage)


def test_a_checklist_is_printed_ahead_of_any_outage(place):
    card = checklist_card(place.alva, None, LIST)
    made = print_checklist(by=place.alva, card=card, outage=None)
    assert "Driftstopp" not in everything(made.pdf)
    assert Sheet.objects.get().outage is None


def test_a_checklist_of_another_party_is_404(client, place):
    client.force_login(place.alva.user)
    assert client.get(reverse("checklist_pdf", args=["municipality-start"])).status_code == 404
    assert client.get(reverse("checklist_pdf", args=["nowhere"])).status_code == 404


def test_a_person_of_a_municipality_prints_its_own_chain(client, place):
    from outage.models import CareChain, CareChainDetails

    unit = Unit.objects.create(principal=place.town, name="Biståndet Umeå", municipal_kind="social_care")
    cissi = person("Cissi Ceder", unit)
    chain = CareChain.objects.create(
        outage=place.outage,
        principal=Principal.objects.get(pk=place.town.pk),
        unit=unit,
        user=cissi.user,
        number=9,
    )
    chain.details = CareChainDetails.objects.create(
        chain=chain,
        identity_kind="personnummer",
        identity_number="191212121212",
        patient_name="Tolvan Tolvansson",
        ward_kind="somatic",
        municipality=place.town,
        before="unknown",
        status="ok",
        user=cissi.user,
        unit=unit,
    )
    chain.save()
    client.force_login(cissi.user)
    text = everything(press(client, "chain_sheet", chain).content)
    assert "EgenenhetAvdelningKommunÖppenvårdRegionensväxel" in text
    assert "BiståndetUmeåUmeåkommun" in text


def test_the_blankett_of_a_full_chain_prints_after_the_outage_has_ended(client, place):
    chain = full_chain(place)
    end_outage(place, at(14))
    client.force_login(place.alva.user)
    text = everything(press(client, "chain_sheet", chain).content)
    assert "10.40tilltis24nov14.00" in text
