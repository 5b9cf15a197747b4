"""Who wants to see a patient with protected personal data says why first; it is kept, and holds for a while."""

from datetime import timedelta
from http import HTTPMethod
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import AuditEntry, Membership
from contacts.rules.errors import IdClash, NotYours, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from forms.services.printing import print_care_chain
from forms.services.sip_prints import print_sip, print_sip_invitation
from outage.models import CareChain, HeldForm, Opening, Outage
from outage.queries.care_chains import get_chain
from outage.queries.openings import is_opened
from outage.rules.handover import Direction, Message
from outage.rules.opening import LASTS, NotOpened, OpeningKind, OpeningReason
from outage.services.handovers import log_call
from outage.services.openings import open_protected
from tests.factories import County, call_facts, make_chain, make_entry, make_event, tell
from tests.integration.outage.pages import errors_of, fields_of, form_of, log_in_anew, read

NAME, NUMBER = "Hemlig Hemligsson", "191212129801"
LASTING = LASTS[OpeningKind.PROTECTED]
GET, POST = HTTPMethod.GET, HTTPMethod.POST


@pytest.fixture
def protected(county: County, outage: Outage) -> CareChain:
    """Opened by Alva, with an event and a call of hers."""
    chain = make_chain(county, outage, identity=NUMBER, patient_name=NAME, protected_identity=True)
    event = make_event(county.alva, chain, "discharge")
    tell(county.alva, chain, event)
    return chain


@pytest.fixture
def esa(county: County, client: Client) -> Client:
    """Alva's colleague, who has not opened the patient."""
    client.force_login(county.esa.user)
    return client


def whole_pages(chain: CareChain) -> dict[str, str]:
    """Each address that shows the patient whole, or writes from a page that did."""
    event, call = chain.events.first(), chain.handovers.first()
    assert event is not None
    assert call is not None
    of_chain = ("chain", "edit_chain", "join_chain", "undo_join", "chain_call")
    prints = ("chain_sheet", "chain_sip", "chain_sip_patient", "chain_sip_invitation")
    of_call = ("correct_call", "withdraw_call", "move_call")
    of_event = ("correct_event", "withdraw_event", "leave_open", "complete_discharge")
    return {
        **{name: reverse(name, args=[chain.pk]) for name in of_chain + prints},
        **{name: reverse(name, args=[call.pk]) for name in of_call},
        **{name: reverse(name, args=[event.pk]) for name in of_event},
    }


ONLY_POST = {"chain_sheet", "chain_sip", "chain_sip_patient", "chain_sip_invitation", "complete_discharge"}


def question(chain: CareChain) -> str:
    return reverse("open_patient", args=[chain.pk])


def why(client: Client, address: str, **typed: str):
    """Open the page of the question and answer it."""
    page = read(client.get(address))
    form = page.main.find_all("form", method="post")[0 if typed.get("reason") != "other" else 1]
    return client.post(form["action"], fields_of(form) | {name: [text] for name, text in typed.items()})


def test_each_page_that_shows_the_patient_asks_first_and_leads_back(
    county: County, protected: CareChain, esa: Client
):
    for name, path in whole_pages(protected).items():
        press = {"client_id": uuid4()}
        answer = esa.post(path, press) if name in ONLY_POST else esa.get(f"{path}?riktning=given")
        asked = urlsplit(answer.headers.get("Location", ""))
        assert (answer.status_code, asked.path) == (302, question(protected)), name
        if name not in ONLY_POST:
            assert parse_qs(asked.query) == {"next": [f"{path}?riktning=given"]}, name
    assert not AuditEntry.objects.filter(user=county.esa.user, action="chain.read").exists()
    assert not Opening.objects.exists()


def test_the_question_names_nobody_and_one_press_answers_it(
    county: County, protected: CareChain, esa: Client
):
    call = f"{reverse('chain_call', args=[protected.pk])}?riktning=given"
    asked = esa.get(call).headers["Location"]
    page = read(esa.get(asked))
    assert "Skyddad patient, vårdkedja" in page.get_text()
    assert "Hemlig" not in str(page)
    assert [button.get_text() for button in page.main.find_all("button")] == [
        "Jag ringer om patienten",
        "Jag tar emot ett samtal om patienten",
        "Jag fyller i, rättar eller skriver ut",
        "Jag registrerar efter driftstoppet",
        "Öppna av annat skäl",
    ]
    answer = why(esa, asked, reason="rings")
    assert (answer.status_code, answer.headers["Location"]) == (302, call)
    assert NAME in esa.get(call).content.decode()
    row = Opening.objects.get()
    assert (row.user, row.unit, row.chain, row.kind, row.reason) == (
        county.esa.user, county.ward, protected, "protected", "rings",
    )  # fmt: skip
    assert row.until - row.at == LASTING
    trace = AuditEntry.objects.get(action="protected_opened")
    assert (trace.user, trace.chain, trace.changes["reason"]) == (county.esa.user, protected.pk, "rings")


def test_another_reason_is_written_without_the_patient(protected: CareChain, esa: Client):
    for note in ("", "Hemlig ringer", "gäller 19121212-9801"):
        answer = why(esa, question(protected), reason="other", note=note)
        assert answer.status_code == 422
        page = read(answer)
        assert "Annat skäl" in errors_of(page)
        assert page.main.find("input", {"name": "note"}).get("value", "") == note
    assert not Opening.objects.exists()
    assert why(esa, question(protected), reason="other", note=" Tolk ringer ").status_code == 302
    assert Opening.objects.get().note == "Tolk ringer"
    assert "Tolk" not in str(AuditEntry.objects.get(action="protected_opened").changes)


def test_it_holds_for_that_person_in_that_assignment_and_for_that_time(
    county: County, protected: CareChain, client: Client, clock
):
    open_protected(by=county.esa, chain=protected, client_id=uuid4(), reason=OpeningReason.KEEPS)
    path = reverse("chain", args=[protected.pk])

    def sees(by) -> bool:
        log_in_anew(client, by)
        return client.get(path).status_code == 200

    assert [sees(county.esa), sees(county.disa)] == [True, False]
    clock.shift(LASTING - timedelta(minutes=2))
    assert sees(county.esa)
    clock.shift(timedelta(minutes=2))
    assert not sees(county.esa)
    open_protected(by=county.esa, chain=protected, client_id=uuid4(), reason=OpeningReason.KEEPS)
    extra = Membership.objects.create(user=county.esa.user, unit=county.health_centre, role=Role.STAFF)
    client.force_login(county.esa.user)
    client.post(reverse("choose_assignment"), {"membership": extra.pk})
    assert client.get(path).headers["Location"].startswith(question(protected))


def test_who_opened_the_chain_is_not_asked_while_at_it(
    county: County, protected: CareChain, client: Client, clock
):
    client.force_login(county.alva.user)
    path = reverse("chain", args=[protected.pk])
    assert client.get(path).status_code == 200
    clock.shift(LASTING + timedelta(seconds=1))
    log_in_anew(client, county.alva)
    assert client.get(path).headers["Location"].startswith(question(protected))
    assert not Opening.objects.exists()


def test_what_was_typed_when_the_time_ran_out_is_kept_and_saved_after_the_answer(
    county: County, protected: CareChain, esa: Client, clock
):
    open_protected(by=county.esa, chain=protected, client_id=uuid4(), reason=OpeningReason.RINGS)
    path = reverse("chain_call", args=[protected.pk])
    typed = fields_of(form_of(read(esa.get(path)), method="post")) | {
        "recipient": ["municipality"], "messages": ["new:admission:inpatient"], "outcome": ["busy"],
        "number": ["0910-73 50 00"],
    }  # fmt: skip
    clock.shift(LASTING + timedelta(seconds=1))
    log_in_anew(esa, county.esa)
    calls = protected.handovers.count()
    answer = esa.post(path, typed)
    held = HeldForm.objects.get()
    assert answer.status_code == 302
    assert protected.handovers.count() == calls
    # Läge shows that it is there, and of whom no more than a list says.
    assert NAME not in esa.get(reverse("status")).content.decode()
    assert esa.get(reverse("held_form", args=[held.pk])).status_code == 302
    again = why(esa, answer.headers["Location"], reason="rings")
    assert again.headers["Location"] == reverse("held_form", args=[held.pk])
    form = form_of(read(esa.get(again.headers["Location"])), **{"data-guard": True})
    assert esa.post(path, fields_of(form)).status_code == 302
    assert protected.handovers.count() == calls + 1
    assert not HeldForm.objects.exists()


def test_what_is_filled_in_from_an_earlier_chain_and_the_other_of_two_ask_too(
    county: County, protected: CareChain, outage: Outage, esa: Client
):
    assert (
        esa.get(reverse("new_chain"), {"fran": protected.pk})
        .headers["Location"]
        .startswith(question(protected))
    )
    other = make_chain(county, outage)
    choose = {"to": str(protected.pk), "choose": "1"}
    answer = esa.post(reverse("join_chain", args=[other.pk]), choose)
    assert answer.headers["Location"].startswith(question(protected))


def test_a_service_that_prints_asks_too(county: County, protected: CareChain):
    for make in (print_care_chain, print_sip, print_sip_invitation):
        with pytest.raises(NotOpened):
            make(by=county.esa, chain=get_chain(county.esa, protected.pk), client_id=uuid4())


def test_one_id_is_one_row_and_of_other_content_none(county: County, protected: CareChain):
    given = {"by": county.esa, "chain": protected, "client_id": uuid4()}
    first = open_protected(**given, reason=OpeningReason.RINGS)
    assert open_protected(**given, reason=OpeningReason.RINGS) == first
    with pytest.raises(IdClash):
        open_protected(**given, reason=OpeningReason.KEEPS)
    assert Opening.objects.count() == 1
    assert AuditEntry.objects.filter(action="protected_opened").count() == 1


def test_no_row_is_written_of_a_patient_who_is_not_protected_or_is_anothers(
    county: County, outage: Outage, protected: CareChain, esa: Client
):
    plain = make_chain(county, outage)
    with pytest.raises(RuleError):
        open_protected(by=county.esa, chain=plain, client_id=uuid4(), reason=OpeningReason.RINGS)
    with pytest.raises(NotYours):
        open_protected(by=county.bo, chain=protected, client_id=uuid4(), reason=OpeningReason.RINGS)
    for method in (GET, POST):
        assert esa.generic(method, question(plain)).headers["Location"] == reverse("chain", args=[plain.pk])
    assert not Opening.objects.exists()


def test_a_page_costs_the_same_for_one_and_for_many_openings(
    county: County, protected: CareChain, esa: Client
):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert esa.get(reverse("chain", args=[protected.pk])).status_code == 200
        return len(captured)

    open_protected(by=county.esa, chain=protected, client_id=uuid4(), reason=OpeningReason.RINGS)
    asked()
    few = asked()
    for _ in range(5):
        open_protected(by=county.esa, chain=protected, client_id=uuid4(), reason=OpeningReason.RINGS)
    assert asked() == few


def test_nothing_is_asked_of_the_database_about_another_patient(county: County, outage: Outage):
    chain = make_chain(county, outage)
    with CaptureQueriesContext(connection) as captured:
        assert is_opened(county.esa, chain)
    assert len(captured) == 0


@pytest.fixture
def taken(county: County, protected: CareChain, esa: Client):
    """A function that sends the form of a call that was taken about the patient."""
    open_protected(by=county.esa, chain=protected, client_id=uuid4(), reason=OpeningReason.IS_RUNG)
    path = f"{reverse('chain_call', args=[protected.pk])}?riktning=received"

    def send(**typed: str):
        fields = fields_of(form_of(read(esa.get(path)), method="post")) | {
            "recipient": ["municipality"], "messages": ["new:admission_reply:municipality"],
            "spoken_to": ["Karin"], "spoken_to_unit": ["Bistånd"], "read_back": ["done"],
        }  # fmt: skip
        return esa.post(path, fields | {name: [text] for name, text in typed.items()})

    return send


def test_who_takes_a_call_says_whether_it_was_rung_back(
    county: County, protected: CareChain, esa: Client, taken
):
    answer = taken()
    assert answer.status_code == 422
    assert "Svara om du har ringt upp på ett nummer ur katalogen." in errors_of(read(answer))
    assert "Skriv varför" in errors_of(read(taken(checked="not_possible")))
    assert taken(checked="not_possible", checked_reason="Växeln är stängd").status_code == 302
    row = protected.handovers.latest("recorded_at")
    assert (row.checked, row.checked_reason) == ("not_possible", "Växeln är stängd")
    page = read(esa.get(reverse("chain", args=[protected.pk]))).get_text(" ")
    assert "Gick inte att motringa" in page
    assert "Växeln är stängd" in page
    # A correction shows it, and keeps it.
    path = reverse("correct_call", args=[row.pk])
    fields = fields_of(form_of(read(esa.get(path)), method="post")) | {
        "reason": ["Fel namn"],
        "spoken_to": ["Kim"],
    }
    assert esa.post(path, fields).status_code == 302
    newest = protected.handovers.latest("recorded_at")
    assert (newest.spoken_to, newest.checked, newest.checked_reason) == (
        "Kim",
        "not_possible",
        "Växeln är stängd",
    )


def test_the_numbers_of_the_directory_stand_beside_the_question(
    county: County, protected: CareChain, esa: Client, taken
):
    make_entry(county.region, "Heimdalls hälsocentral", "0910-73 50 11", unit=county.health_centre)
    path = f"{reverse('chain_call', args=[protected.pk])}?riktning=received"
    group = read(esa.get(path)).main.find(id="id_checked")
    assert "0910-73 50 11" in group.get_text()
    assert "Skellefteå kommun: inget nummer i katalogen" in " ".join(group.get_text().split())


def test_of_another_patient_nothing_is_asked(county: County, outage: Outage, esa: Client):
    path = f"{reverse('chain_call', args=[make_chain(county, outage).pk])}?riktning=received"
    assert read(esa.get(path)).main.find(id="id_checked") is None


def test_a_number_that_the_directory_does_not_have_is_confirmed(
    county: County, protected: CareChain, esa: Client
):
    make_entry(county.municipality, "Växel", "0910-73 50 00")
    open_protected(by=county.esa, chain=protected, client_id=uuid4(), reason=OpeningReason.RINGS)
    path = f"{reverse('chain_call', args=[protected.pk])}?riktning=given"

    def sent(number: str, **typed: str):
        fields = fields_of(form_of(read(esa.get(path)), method="post")) | {
            "recipient": ["municipality"], "messages": [f"event:{protected.events.first().pk}"],
            "spoken_to": ["Karin"], "spoken_to_unit": ["Bistånd"], "read_back": ["done"], "number": [number],
        }  # fmt: skip
        answer = esa.post(path, fields | {name: [text] for name, text in typed.items()})
        if typed:
            return answer
        # They have been told already: it is one call more.
        return esa.post(
            path, fields_of(form_of(read(answer), method="post")) | {"answer-told-already": ["ja"]}
        )

    assert sent("0910-73 50 00").status_code == 302
    assert protected.handovers.latest("recorded_at").checked == ""
    assert sent("0910-99 99 99", outcome="busy").status_code == 302
    answer = sent("0910-99 99 99")
    assert answer.status_code == 422
    page = read(answer)
    assert "0910-99 99 99 står inte i katalogen" in page.get_text()
    fields = fields_of(form_of(page, method="post"))
    no = esa.post(path, fields | {"answer-unlisted-number": ["nej"]})
    assert "Ring upp på ett nummer ur katalogen" in errors_of(read(no))
    assert esa.post(path, fields | {"answer-unlisted-number": ["ja"]}).status_code == 302
    row = protected.handovers.latest("recorded_at")
    assert (row.checked, row.direction) == ("confirmed", Direction.GIVEN)
    # The same number is not asked about again when the call is corrected, another is.
    correct = reverse("correct_call", args=[row.pk])
    fields = fields_of(form_of(read(esa.get(correct)), method="post")) | {"reason": ["Fel namn"]}
    assert esa.post(correct, fields | {"number": ["0910-99 99 98"]}).status_code == 422
    assert esa.post(correct, fields | {"spoken_to": ["Kim"]}).status_code == 302
    assert protected.handovers.latest("recorded_at").checked == "confirmed"


def test_a_received_call_from_a_relative_stands_on_laege_without_the_name(
    county: County, protected: CareChain, esa: Client
):
    daughter = "Undina Hemligsson, dotter"
    told = {"sender": Party.OUTPATIENT, "participants": [daughter], "sip_date": "2026-12-01"}
    make_event(county.disa, protected, "sip_initiative", **told)
    log_call(
        by=county.alva,
        chain=protected,
        client_id=uuid4(),
        facts=call_facts(f"participant:{daughter}", direction=Direction.RECEIVED, spoken_to="Undina"),
        messages=[Message(kind="municipality_ready", sender=Party.MUNICIPALITY)],
    )
    page = esa.get(reverse("status"))
    assert page.status_code == 200
    assert "från Deltagare i SIP" in read(page).get_text()
    assert "Undina" not in page.content.decode()
