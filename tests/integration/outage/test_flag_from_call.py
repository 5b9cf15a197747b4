"""From a call that failed: the number does not work. The directory is told the number, never whose call it was."""

import re
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, NumberFlag
from contacts.page_versions import forget_pages
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import Answers
from contacts.rules.parties import Party
from contacts.rules.rota import Turn
from contacts.services.flags import flag_number
from contacts.services.rota import add_turn
from outage.models import CareChain, Handover
from outage.rules.informing import FAILED, CallOutcome
from tests.factories import County, make_chain, make_entry, make_event, tell
from tests.integration.outage.pages import fields_of, form_of, read

NUMBER = "0910-00 00 00"


@pytest.fixture
def switchboard(county: County):
    return make_entry(county.municipality, "Växel Skellefteå", NUMBER, kind=EntryKind.SWITCHBOARD)


@pytest.fixture
def alva(county: County, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


def failed_call(
    county: County, chain: CareChain, outcome: CallOutcome = CallOutcome.BUSY, **more
) -> Handover:
    return tell(county.alva, chain, make_event(county.alva, chain, **more), outcome=outcome, number=NUMBER)


def flag_path(call: Handover) -> str:
    return reverse("flag_called_number", args=[call.pk])


@pytest.mark.parametrize("outcome", list(CallOutcome), ids=lambda outcome: outcome.label)
def test_the_button_stands_at_failed_tries_only(county, chain, switchboard, alva, outcome):
    event = make_event(county.alva, chain, to=Party.OUTPATIENT)
    call = tell(county.alva, chain, event, outcome=outcome, number=NUMBER)
    page = read(alva.get(reverse("chain", args=[chain.pk])))
    row = page.find(id=f"rad-{call.pk}")
    assert ("Numret fungerar inte" in row.get_text()) == (outcome in FAILED)
    assert alva.post(flag_path(call), {"client_id": uuid4()}).status_code == 302
    assert NumberFlag.objects.exists() == (outcome in FAILED)


def test_one_press_on_the_time_line_flags_and_the_row_says_so(county, chain, switchboard, alva):
    call = failed_call(county, chain)
    path = reverse("chain", args=[chain.pk])
    timeline = read(alva.get(path)).find(class_="timeline")
    form = timeline.find("form", action=flag_path(call))
    answer = alva.post(flag_path(call), fields_of(form))
    assert answer.headers["Location"] == f"{path}#rad-{call.pk}"
    alva.post(flag_path(call), fields_of(form))
    page = read(alva.get(path))
    assert f"{NUMBER} är anmält. Den som äger kontakten ser det i sin lista." in page.get_text()
    row = page.find(id=f"rad-{call.pk}")
    assert "Anmält: numret fungerar inte" in row.get_text()
    assert row.find("form", action=flag_path(call)) is None
    flag = NumberFlag.objects.get()
    assert (flag.entry, flag.number, flag.unit) == (switchboard, NUMBER, county.ward)


def test_nothing_of_the_patient_goes_to_the_directory(county, chain, switchboard, alva):
    call = failed_call(county, chain)
    alva.post(flag_path(call), {"client_id": uuid4()})
    trace = AuditEntry.objects.get(action="number.flagged")
    assert trace.chain is None
    assert trace.changes == {"number": NUMBER}
    kept = f"{NumberFlag.objects.values().get()} {trace.changes}"
    for secret in (str(chain.pk), str(call.pk), chain.details.patient_name):
        assert secret not in kept


def test_a_number_that_is_not_in_the_directory_has_no_button_and_is_refused(county, chain, alva):
    call = failed_call(county, chain)
    assert "Numret fungerar inte" not in alva.get(reverse("chain", args=[chain.pk])).text
    page = alva.post(flag_path(call), {"client_id": uuid4()}, follow=True).text
    assert "Inget är anmält. Numret står inte bland kontakterna." in page


def test_another_units_try_has_no_button_here(county, chain, switchboard, client):
    failed_call(county, chain)
    client.force_login(county.disa.user)
    assert "Numret fungerar inte" not in client.get(reverse("chain", args=[chain.pk])).text


def test_after_a_failed_press_on_laege_the_number_tried_can_be_flagged_there(
    county, chain, switchboard, alva
):
    make_event(county.alva, chain, to=Party.OUTPATIENT)
    assert "Numret fungerar inte" not in alva.get(reverse("status")).text
    call = tell(county.alva, chain, chain.events.get(), outcome=CallOutcome.NO_ANSWER, number=NUMBER)
    form = form_of(read(alva.get(reverse("status"))), action=flag_path(call))
    answer = alva.post(flag_path(call), fields_of(form))
    assert answer.headers["Location"] == reverse("status")
    page = read(alva.get(reverse("status")))
    assert f"{NUMBER} är anmält. Den som äger kontakten ser det i sin lista." in page.get_text()
    assert page.main.find("form", action=flag_path(call)) is None
    assert switchboard.flags.count() == 1


def test_of_a_protected_patient_laege_tells_no_number(county, outage, switchboard, alva):
    chain = make_chain(county, outage, protected_identity=True)
    call = failed_call(county, chain)
    page = alva.get(reverse("status")).text
    assert NUMBER not in page
    assert flag_path(call) not in page


def test_who_may_not_see_the_call_gets_404_and_nothing_is_flagged(county, chain, switchboard, client):
    call = failed_call(county, chain)
    for acting, status in ((county.bo, 404), (county.cissi, 404), (county.adam, 403)):
        client.force_login(acting.user)
        assert client.post(flag_path(call), {"client_id": uuid4()}).status_code == status
    assert not NumberFlag.objects.exists()


def test_a_form_without_its_id_says_so(county, chain, switchboard, alva):
    page = alva.post(flag_path(failed_call(county, chain)), {}, follow=True).text
    assert "Inget är anmält. Ladda om sidan och försök igen." in page


def test_more_failed_tries_ask_no_more_than_one_question_and_one_of_the_jour(
    county, chain, switchboard, alva
):
    def queries() -> int:
        forget_pages()
        with CaptureQueriesContext(connection) as captured:
            assert alva.get(reverse("chain", args=[chain.pk])).status_code == 200
        return len(captured)

    event = make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    queries()
    without = queries()
    for number in range(5):
        tell(
            county.alva, chain, event, to=Party.OUTPATIENT, outcome=CallOutcome.BUSY, number=f"090-78{number}"
        )
    assert queries() == without + 2


@pytest.mark.parametrize("name", ["status", "chain", "chain_call"])
def test_a_flagged_number_is_marked_in_words_wherever_it_is_offered(county, chain, switchboard, alva, name):
    make_event(county.alva, chain, to=Party.OUTPATIENT)
    path = reverse(name, args=[chain.pk] if name != "status" else [])
    # The only way left to the municipality, so that it stands first although it is flagged.
    make_entry(
        county.region, "Regionens växel", "090-785 00 00", kind=EntryKind.SWITCHBOARD, flagged=["0907850000"]
    )
    # Up to the next number the words are this one's.
    marked = re.compile(rf"{NUMBER}\D*anmält fel")
    before = read(alva.get(path)).main.get_text(" ")
    assert NUMBER in before
    assert not marked.search(before)
    flag_number(by=county.disa, client_id=uuid4(), number=NUMBER)
    assert marked.search(read(alva.get(path)).main.get_text(" "))


def test_it_is_asked_about_before_it_is_said(county, chain, switchboard, alva):
    call = failed_call(county, chain)
    for path in (reverse("chain", args=[chain.pk]), reverse("status")):
        form = form_of(read(alva.get(path)), action=flag_path(call))
        asked = form.find_parent("details")
        assert asked.summary.get_text().startswith("Numret fungerar inte")
        assert f"Anmäl att {NUMBER} inte fungerar?" in form.get_text(" ")
        assert form.button.get_text(strip=True) == "Ja, anmäl numret"


def test_who_pressed_can_undo_it_beside_what_was_said_and_on_the_time_line(
    county, chain, switchboard, alva, client
):
    call = failed_call(county, chain)
    back = reverse("unflag_called_number", args=[call.pk])
    for page_after in (reverse("status"), reverse("chain", args=[chain.pk])):
        alva.post(flag_path(call), {"client_id": uuid4(), "from_status": "1"})
        form = read(alva.get(page_after)).find("form", action=back)
        assert form.button.get_text(strip=True).startswith("Ångra")
        alva.post(back, fields_of(form))
        switchboard.refresh_from_db()
        assert not switchboard.flagged
        assert "Ångrat. Numret står inte längre som anmält av dig." in alva.get(page_after).text
    alva.post(flag_path(call), {"client_id": uuid4()})
    alva.get(reverse("chain", args=[chain.pk]))
    row = read(alva.get(reverse("chain", args=[chain.pk]))).find(id=f"rad-{call.pk}")
    assert row.find("form", action=back)
    client.force_login(county.esa.user)
    row = read(client.get(reverse("chain", args=[chain.pk]))).find(id=f"rad-{call.pk}")
    assert "Anmält: numret fungerar inte" in row.get_text()
    assert row.find("form", action=back) is None
    assert "Inget är ångrat." in client.post(back, {"client_id": uuid4()}, follow=True).text
    switchboard.refresh_from_db()
    assert switchboard.flagged


def test_the_jours_number_that_is_in_no_contact_is_flagged_on_laege(county, chain, alva):
    day = timezone.localdate()
    starts, ends = (datetime.combine(day + timedelta(days), time()) for days in (-1, 2))
    turn = Turn("Ylva Bäckmyr", "070-174 06 11", starts, ends)
    add_turn(by=county.adam, unit=county.health_centre, client_id=uuid4(), turn=turn, answers=Answers({}, {}))
    event = make_event(county.alva, chain)
    call = tell(
        county.alva, chain, event, to=Party.OUTPATIENT, outcome=CallOutcome.NO_ANSWER, number="0701740611"
    )
    for name, args in (("status", ()), ("chain", (chain.pk,))):
        form_of(read(alva.get(reverse(name, args=args))), action=flag_path(call))
    form = form_of(read(alva.get(reverse("status"))), action=flag_path(call))
    assert "0701740611 är anmält." in alva.post(flag_path(call), fields_of(form), follow=True).text
    page = read(alva.get(reverse("status")))
    assert page.main.find("form", action=flag_path(call)) is None
    assert "hälsocentral via Region Västerbottens växel" in " ".join(page.main.get_text(" ").split())
    row = read(alva.get(reverse("chain", args=[chain.pk]))).find(id=f"rad-{call.pk}")
    assert "Anmält: numret fungerar inte" in row.get_text()
