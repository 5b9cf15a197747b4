"""A drill as it is seen: started from a quiet place, marked on each page, and over as soon as an outage is reported."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from contacts.rules.permissions import Role
from outage.models import CareChain, Outage, OutageReport, SupportContact
from outage.presenters.reminders import reminders_for
from outage.queries.checklists import checklists_for
from outage.queries.decisions import decided_by_hand
from outage.queries.figures import figures
from outage.queries.outages import outage_for, outage_in_view
from outage.rules.drills import FIELD
from outage.services.drills import start_drill
from outage.services.outages import end_outage
from outage.services.report import make_report
from tests.factories import TOLVAN, County, make_chain, make_event, make_outage, outage_facts, person
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_decisions import decide, unknown_before
from tests.integration.outage.test_outage_pages import form_at, send, text_of

START = "Öva driftstopp"
INVENTED = "Övning: använd påhittade patienter"


@pytest.fixture
def esa(county: County, client: Client) -> Client:
    """The coordinator's browser, logged in."""
    client.force_login(county.esa.user)
    return client


@pytest.fixture
def drill(county: County) -> Outage:
    return start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))


@pytest.fixture
def played(county: County, drill: Outage) -> CareChain:
    """A patient of the drill, with somebody to ring."""
    chain = make_chain(county, drill)
    make_event(county.alva, chain, "discharge")
    return chain


def banner_of(client: Client, path: str = "/") -> Any:
    return read(client.get(path)).find(class_="banner")


def test_it_starts_from_a_quiet_place_apart_from_the_report_and_says_what_happens(
    county: County, esa: Client
):
    page = read(esa.get("/"))
    assert page.find("a", string=START)["href"] == reverse("start_drill")
    assert "btn" not in page.find("a", string=START).get("class", [])
    path = reverse("start_drill")
    form = text_of(esa, path)
    assert "PRATOR är i drift." in form
    assert "Alla huvudmän ser ÖVNING" in form
    assert "Starta övningen" in form
    assert "Anmäl driftstoppet" not in form
    fields = form_at(esa, path)
    refused = send(esa, path, fields)
    assert refused.status_code == 422
    assert "Välj vilka som är utan systemet." in errors_of(read(refused))
    answer = send(esa, path, fields, scope="both_principals")
    assert answer.headers["Location"] == reverse("status")
    assert "Övningen är startad." in text_of(esa, "/")
    found = outage_in_view(county.region)
    assert found is not None
    assert found.drill
    again = text_of(esa, path)
    assert "En övning pågår redan." in again
    assert "Starta övningen" not in again
    assert send(esa, path, form_at(esa, "/driftstopp/support/"), scope="both_principals").status_code == 422


@pytest.mark.parametrize("name", ["alva", "adam", "cissi"])
def test_nobody_else_is_offered_it(county: County, client: Client, name: str):
    client.force_login(county.somebody(name).user)
    assert START not in text_of(client, "/")
    assert client.get(reverse("start_drill")).status_code == 403


def test_it_is_not_offered_while_an_outage_goes_on_or_is_followed_up(
    county: County, esa: Client, outage: Outage
):
    assert reverse("start_drill") not in str(read(esa.get("/")))
    assert "Ett driftstopp pågår." in text_of(esa, reverse("start_drill"))
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    assert reverse("start_drill") not in str(read(esa.get("/")))
    assert "följs upp" in text_of(esa, reverse("start_drill"))


def test_each_page_says_it_and_leads_to_the_report_of_an_outage(
    county: County, esa: Client, drill: Outage, played: CareChain
):
    pages = (
        *("status", "chains", "new_chain", "log_call", "overview", "overview_wall", "shift", "checklists"),
        *("back_registration", "end_outage", "change_outage", "record_support", "contacts", "sheets"),
    )
    paths = [*map(reverse, pages), *(reverse(name, args=[played.pk]) for name in ("chain", "chain_call"))]
    paths.append(reverse("calls_to_make"))
    for path in paths:
        banner = banner_of(esa, path)
        assert "banner-drill" in banner["class"], path
        text = " ".join(banner.get_text(" ").split())
        assert text.startswith("ÖVNING Driftstopp i PRATOR sedan"), path
        if path != reverse("overview_wall"):
            assert INVENTED in text_of(esa, path), path
            assert banner.find("a", string="Anmäl driftstopp")["href"] == reverse("report_outage"), path


def test_after_its_end_it_still_says_so_and_that_nothing_is_entered(
    county: County, esa: Client, drill: Outage, played: CareChain
):
    form = text_of(esa, reverse("end_outage"))
    assert "slut för alla" in form
    assert "avslutar själva" not in form
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    banner = banner_of(esa)
    assert "banner-drill" in banner["class"]
    text = " ".join(banner.get_text(" ").split())
    assert text.startswith("ÖVNING PRATOR åter i drift 10.52")
    assert banner.find("a", string="Anmäl driftstopp")
    back = text_of(esa, reverse("back_registration"))
    assert back.index("Övning: för inte in något i PRATOR.") < back.index("Tolvan")
    assert "Driftstoppet pågår ändå" not in back
    assert reverse("start_drill") in str(read(esa.get("/"))), "one may practise again"


def test_who_is_not_in_it_is_never_asked_whether_they_are_back(county: County, client: Client, drill: Outage):
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    client.force_login(cilla.user)
    assert "ÖVNING" in text_of(client, "/")
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    assert "Är ni också inne" not in text_of(client, "/")
    assert "ÖVNING" not in text_of(client, "/")


def test_a_report_in_earnest_says_that_it_ends_the_drill_and_nothing_of_it_is_left_in_the_lists(
    county: County, esa: Client, drill: Outage, played: CareChain
):
    path = reverse("report_outage")
    assert "En övning pågår. Det här anmäler ett driftstopp på riktigt" in text_of(esa, path)
    assert "Ett driftstopp pågår redan" not in text_of(esa, path)
    assert "Tolvan" in text_of(esa, "/")
    assert "påminnel" in str(read(esa.get("/")))
    answer = send(esa, path, form_at(esa, path), scope="both_principals")
    assert answer.headers["Location"] == reverse("record_support")
    told = text_of(esa, answer.headers["Location"])
    assert "Övningen är avslutad för alla. Det här är på riktigt." in told
    assert OutageReport.objects.filter(outage__drill=False).count() == 1
    for name in ("status", "calls_to_make", "chains", "back_registration", "shift", "overview"):
        text = text_of(esa, reverse(name))
        assert "Tolvan" not in text, name
        assert "ÖVNING" not in text, name
    assert TOLVAN not in text_of(esa, f"{reverse('chains')}?q={TOLVAN}")
    assert esa.get(f"{reverse('back_registration')}?driftstopp={drill.pk}").status_code == 404


def test_what_is_left_of_a_drill_says_so_beside_an_outage(
    county: County, esa: Client, played: CareChain, drill: Outage
):
    make_outage(county.alva, timedelta(minutes=1))
    for path in (reverse("chain", args=[played.pk]), reverse("closing", args=[drill.pk])):
        page = read(esa.get(path))
        assert "banner-outage" in page.find(class_="banner")["class"]
        mark = " ".join(page.find(class_="drill-mark").get_text(" ").split())
        assert mark.startswith("ÖVNING. Sidan hör till en övning, inte till driftstoppet som pågår.")
    refused = send(esa, reverse("quick_try", args=[played.pk]), {}, outcome="busy")
    assert refused.status_code != 500
    found = make_chain(county, outage_in_view(county.region))
    assert read(esa.get(reverse("chain", args=[found.pk]))).find(class_="drill-mark") is None


def test_reports_and_decisions_say_which_are_drills(county: County, esa: Client, drill: Outage, clock):
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    found = make_outage(county.alva, timedelta(minutes=1))
    clock.shift(timedelta(minutes=10))
    end_outage(by=county.esa, outage=found, ended_at=timezone.now())
    listed = text_of(esa, reverse("reports"))
    assert "Övning tis 24 nov 2026" in listed
    assert listed.count("tis 24 nov 2026") == 2
    page = text_of(esa, reverse("report", args=[drill.pk]))
    assert "Rapport om övningen tis 24 nov 2026" in page
    beside = text_of(esa, reverse("report", args=[found.pk]))
    assert "Övning tis 24 nov 2026" in beside
    # One that took no part has no report of it.
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    esa.force_login(cilla.user)
    assert "Övning" not in text_of(esa, reverse("reports"))
    assert outage_for(county.municipality, drill.pk).own_end


@pytest.mark.parametrize("ended", [False, True])
def test_a_drill_can_be_closed_as_in_earnest(county: County, esa: Client, drill: Outage, *, ended: bool):
    if ended:
        end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    page = text_of(esa, reverse("closing", args=[drill.pk]))
    assert "Stäng övningen tis 24 nov 2026" in page
    if ended:
        answer = send(
            esa, reverse("close_outage", args=[drill.pk]), form_at(esa, reverse("closing", args=[drill.pk]))
        )
        assert answer.status_code == 302
        assert "stängt" in text_of(esa, reverse("closing", args=[drill.pk]))


def test_a_form_of_the_drill_writes_nothing_in_an_outage_until_one_has_read_why(
    county: County, client: Client, drill: Outage
):
    client.force_login(county.alva.user)
    path = reverse("new_chain")
    fields = form_at(client, path)
    assert fields[FIELD] == [str(drill.pk)]
    shift = form_at(client, reverse("hand_over_shift"))
    lists = form_at(client, reverse("paste_patients"))
    key = checklists_for(county.ward)[0].key
    tick = reverse("checklist_tick", args=[key])
    item = checklists_for(county.ward)[0].items[0].key
    found = make_outage(county.bo, timedelta(minutes=1))
    typed = {
        "identity": TOLVAN,
        "patient_name": "Påhittad Påhittsson",
        "ward_kind": "somatic",
        "before": "not_admitted",
    }
    # It is said the first time, also where the form has errors of its own: the page is of the outage by now.
    unanswered = send(client, path, fields, **(typed | {"before": ""}))
    assert "Övningen är avslutad, och det här är inte sparat." in read(unanswered).get_text()
    refused = send(client, path, fields, **typed)
    assert refused.status_code == 422
    page = read(refused)
    assert "Övningen är avslutad, och det här är inte sparat." in page.get_text()
    assert "Påhittad Påhittsson" in str(page), "what was typed is there"
    assert not page.find("input", {"name": FIELD}), "and is of the outage by now"
    assert send(client, reverse("hand_over_shift"), shift, text="Övningens ord").status_code == 422
    pasted = "19900101-9802 Klistrad Tolvansson"
    for do in ("look", "open", "set", "text", "mark_all"):
        told = send(client, reverse("paste_patients"), lists, text=pasted, do=do)
        assert "Övningen är avslutad" in read(told).get_text(), do
    told = send(client, reverse("paste_patients"), lists, text="", do="look")
    assert "Övningen är avslutad" in read(told).get_text()
    marked = {FIELD: [str(drill.pk)], "item": [item], "done": ["1"]}
    client.post(tick, marked | {k: fields[k] for k in ("csrfmiddlewaretoken", "typed_by") if k in fields})
    assert not found.chains.exists()
    assert not found.ticks.exists()
    again = send(client, path, fields_of(form_of(page, method="post")))
    assert again.status_code == 302
    assert found.chains.get().details.patient_name == "Påhittad Påhittsson"


@pytest.mark.parametrize("name", ["change_outage", "record_support", "end_outage"])
def test_a_form_about_the_drill_itself_is_told_that_it_is_over(
    county: County, esa: Client, drill: Outage, name: str
):
    path = reverse(name)
    fields = form_at(esa, path)
    make_outage(county.bo, timedelta(minutes=1))
    said = (drill.current_id, SupportContact.objects.count(), Outage.objects.filter(closed_at=None).count())
    refused = send(esa, path, fields, case_number="INC 4711")
    assert refused.status_code == 422
    page = read(refused)
    assert "Övningen är avslutad. Det här gällde den och är inte sparat." in errors_of(page)
    if name == "record_support":
        assert "INC 4711" in str(page)
    drill.refresh_from_db()
    now = (drill.current_id, SupportContact.objects.count(), Outage.objects.filter(closed_at=None).count())
    assert now == said
    # Whoever names what is none, or no drill, finds nothing.
    for other in ("x", str(uuid4())):
        assert send(esa, path, fields | {FIELD: [other], "driftstopp": [other]}).status_code == 404


def test_a_form_of_an_outage_carries_nothing_of_it(county: County, client: Client, outage: Outage):
    client.force_login(county.alva.user)
    assert FIELD not in form_at(client, reverse("new_chain"))


def test_beside_the_browsers_window_it_says_that_it_is_a_drill(county: County, played: CareChain, clock):
    clock.shift(timedelta(minutes=30))
    drill = outage_in_view(county.region)
    assert drill is not None
    found = reminders_for(county.alva, drill, timezone.now())
    assert found.notice.startswith("Övning PRATOR: ")


def test_no_metric_of_outages_counts_it(county: County, drill: Outage):
    assert figures(timezone.now())["outages_open"].value == 0
    make_outage(county.alva)
    assert figures(timezone.now())["outages_open"].value == 1


def test_the_decisions_by_hand_are_those_of_outages_in_earnest(county: County, drill: Outage, clock):
    owner = person("ro", county.ward, Role.ROUTINE_OWNER)
    chain = unknown_before(county, drill)
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    decide(county, chain, entered=True)
    assert decided_by_hand(owner) == []
    Outage.objects.update(drill=False)
    assert len(decided_by_hand(owner)) == 1


def test_the_workbook_of_its_report_says_it_in_each_row(county: County, esa: Client, drill: Outage):
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    assert list(make_report(by=county.esa, outage=outage_for(county.region, drill.pk)))
    answer = esa.get(reverse("report_file", args=[drill.pk]))
    assert "ovning-rapport-" in answer.headers["Content-Disposition"]
    book = load_workbook(BytesIO(answer.content))
    first = {row[0] for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)}
    assert first == {"ÖVNING"}


def test_whoever_reviews_the_log_sees_what_was_of_a_drill(county: County, client: Client, played: CareChain):
    reviewer = person("lo", county.ward, Role.LOG_REVIEWER)
    client.force_login(reviewer.user)
    about = [row.get_text(" ") for row in read(client.get(reverse("review_log"))).select("tbody tr")]
    of_patients = [text for text in about if "vårdkedja" in text or "ringförsök" in text]
    assert of_patients
    assert all("Övning." in text for text in of_patients)
    assert any("Startade en övning" in text for text in about)
    Outage.objects.update(drill=False)
    assert "Övning." not in text_of(client, reverse("review_log"))


def test_nobody_is_asked_to_report_a_drill_to_the_support(county: County, esa: Client, drill: Outage):
    on_status = read(esa.get(reverse("status"))).find(id="support").text
    for text in (on_status, text_of(esa, reverse("record_support"))):
        assert "ring bara om supporten vet att ni övar" in text
        assert "anmäl driftstoppet" not in text


def test_each_form_of_a_page_made_for_several_says_once_which_drill_it_is_of(
    county: County, drill: Outage, played: CareChain, client: Client
):
    client.force_login(county.alva.user)
    for path in ("/", f"/vardkedja/{played.pk}/", f"/vardkedja/{played.pk}/samtal/", "/ater-i-drift/"):
        forms = read(client.get(path)).find_all("form", method="post")
        said = [[field["value"] for field in form.find_all("input", {"name": FIELD})] for form in forms]
        assert forms
        assert said == [[str(drill.pk)]] * len(forms), path
