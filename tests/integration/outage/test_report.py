"""Rapport: made as long work, kept, read by those who may; and what people learned."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from contacts.access import Acting
from contacts.filing.writing import shortened_title
from contacts.models import AuditEntry, MunicipalKind, Unit
from contacts.queries.branches import units_within
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Right, Role, roles_with
from contacts.services.progress import finish
from outage.models import CareChain, Lesson, Outage, OutageFigures
from outage.presenters.report import shown_tables
from outage.queries.call_codes import code_of_form
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.queries.report import chains_counted, figures_of, reach_of, units_counted, version_of
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.events import withdraw_event
from outage.services.handovers import withdraw_call
from outage.services.outages import end_outage, reopen_outage
from outage.services.registrations import acknowledge, mark_task
from outage.services.report import ask_for_report, make_report, write_lesson
from tests.factories import (
    County,
    chain_facts,
    end_for_all,
    make_chain,
    make_event,
    make_outage,
    person,
    tell,
)
from tests.integration.outage.calling import ring, take
from tests.integration.outage.closing import close, leave_all
from tests.integration.outage.joining import join, two_chains
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.test_two_editors import differences
from tests.integration.outage.ticking import rows

REACHED = CallOutcome.REACHED


@pytest.fixture
def owner(county: County) -> Acting:
    return person("ragnar", county.ward, Role.ROUTINE_OWNER)


def ended(county: County, outage: Outage) -> Outage:
    return end_for_all(county, outage, timezone.now())


def made(by: Acting, outage: Outage) -> OutageFigures:
    return finish(make_report(by=by, outage=outage_for(by.principal, outage.pk)))


def said(kept: OutageFigures) -> dict[Any, Any]:
    """What follows the first cell of each row, by it; a kind of event stands in several tables."""
    found: dict[Any, Any] = {}
    for table in shown_tables(kept):
        for first, *rest in table.rows:
            found.setdefault((table.caption.split()[0], first), tuple(rest))
    return found


def test_what_was_logged_is_counted_once(county: County, outage: Outage, chain: CareChain):
    event = make_event(county.alva, chain, "admission", outcome=REACHED)
    tell(county.alva, chain, event, to=Party.OUTPATIENT, outcome=CallOutcome.BUSY)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    mistaken = make_event(county.alva, chain, "ready_for_discharge", outcome=REACHED)
    withdraw_event(by=county.alva, event=mistaken, client_id=uuid4(), reason="Fel patient")
    call = tell(county.alva, chain, event, to=Party.OUTPATIENT)
    withdraw_call(by=county.alva, handover=call, client_id=uuid4(), reason="Aldrig ringt")
    found = said(made(county.esa, ended(county, outage)))
    assert found["Händelser", "Inskrivning"] == (1, 0, 0, 1)
    assert ("Händelser", "Utskrivningsklar") not in found
    assert found["Samtal", "Öppenvård"] == (1, 0, 1, 0)
    assert found["Samtal", "Kommun"] == (2, 0, 0, 0)
    assert found["Tid", "Inskrivning"] == (1, 1, 30, 30)
    assert found["Återläsning,", "Återtagna händelser"] == (1,)
    assert found["Återläsning,", "Återtagna samtal"] == (1,)


def test_joined_chains_count_as_one_and_an_event_logged_in_both_as_one(county: County, outage: Outage):
    kept, other = two_chains(county, outage, by=county.alva)
    for each in (kept, other):
        make_event(county.alva, each, "admission", outcome=REACHED)
    join(county, kept, other)
    found = said(made(county.esa, ended(county, outage)))
    assert found["Översikt", "Vårdkedjor"] == (1,)
    assert found["Översikt", "Vårdkedjor som sammanfördes"] == (1,)
    assert found["Händelser", "Inskrivning"] == (1, 0, 0, 1)
    assert found["Samtal", "Kommun"] == (2, 0, 0, 0)


def test_a_call_that_both_have_logged_is_confirmed_and_that_makes_the_report_older(
    county: County, outage: Outage, chain: CareChain, theirs: CareChain
):
    client_id = uuid4()
    ring(county.alva, chain, client_id=client_id)
    over = end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    before = version_of(reach_of(county.esa), over)
    assert said(made(county.esa, over))["Återläsning,", "Bekräftade av båda"] == (0,)
    take(county.cissi, theirs, code_of_form(client_id, county.alva.user.pk, county.alva.unit.pk))
    assert version_of(reach_of(county.esa), over) != before
    found = said(made(county.esa, over))
    assert found["Återläsning,", "Lämnade samtal med kvittenskod"] == (1,)
    assert found["Återläsning,", "Bekräftade av båda"] == (1,)


def test_a_discharge_that_somebody_was_not_told_of_is_a_deviation(county: County, outage: Outage):
    for outcome in (REACHED, CallOutcome.RELAYED):
        event = make_event(county.alva, make_chain(county, outage), "discharge", outcome=outcome)
        tell(county.alva, event.chain, event, to=Party.OUTPATIENT)
    found = said(made(county.esa, ended(county, outage)))
    assert found["Avvikelser", "Utskrivningar att meddela"] == (2,)
    assert found["Avvikelser", "Utskrivningar där någon part inte är underrättad"] == (1,)
    assert found["Tid", "Utskrivningsmeddelande"][:2] == (2, 1)


def test_what_happened_after_the_own_end_and_on_the_wrong_patient(
    county: County, outage: Outage, chain: CareChain
):
    # The municipality is still out.
    over = end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - timedelta(minutes=10))
    make_event(county.alva, chain, "admission", ago=timedelta(minutes=5), outcome=REACHED)
    wrong = make_chain(county, over)
    make_event(county.alva, wrong, "admission", outcome=REACHED)
    facts = chain_facts(
        county, status=ChainStatus.WRONG_PATIENT, status_reason="Fel", patient_name="Tolvan Tolvansson X"
    )
    change_details(by=county.alva, chain=wrong, client_id=uuid4(), replaces=wrong.details_id, facts=facts)
    found = said(made(county.esa, outage))
    assert found["Översikt", "Händelser efter att ni var åter i drift"] == (1,)
    assert found["Översikt", "Händelser"] == (1,)
    assert found["Avvikelser", "Vårdkedjor på fel patient"] == (1,)


def test_another_principal_s_rows_are_never_counted(county: County, outage: Outage, theirs: CareChain):
    make_event(county.cissi, theirs, "municipality_ready", sender=Party.MUNICIPALITY, to=Party.INPATIENT)
    found = said(made(county.esa, ended(county, outage)))
    assert found["Översikt", "Vårdkedjor"] == found["Översikt", "Samtal och försök"] == (0,)
    assert not OutageFigures.objects.exclude(principal=county.region).exists()


def test_a_branch_of_a_municipality_has_its_own_figures_and_the_routine_s_owner_those_of_all(
    county: County, outage: Outage, theirs: CareChain
):
    nursing = Unit.objects.create(
        principal=county.municipality, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
    )
    make_chain(county, outage, person("hanna", nursing))
    make_chain(county, outage, person("hans", nursing))
    social, health = person("s", county.social_care, Role.COORDINATOR), person("h", nursing, Role.COORDINATOR)
    whole = person("r", nursing, Role.ROUTINE_OWNER)
    ended(county, outage)
    seen = {
        by.user.username: len(chains_counted(reach_of(by), outage_for(by.principal, outage.pk)))
        for by in (social, health, whole)
    }
    assert seen == {"s": 1, "h": 2, "r": 3}
    for by in (social, health, whole):
        assert said(made(by, outage))["Översikt", "Vårdkedjor"] == (seen[by.user.username],)
    assert OutageFigures.objects.count() == 3
    assert figures_of(social, [outage])[outage.pk].reach == "social_services"
    lesson = {"outage": outage, "text": "Ring tidigare.", "owner": "Hanna"}
    write_lesson(by=health, client_id=uuid4(), **lesson)


@pytest.mark.parametrize("role", roles_with(Right.READ_REPORT))
@pytest.mark.parametrize("kind", [None, *MunicipalKind, ""])
def test_its_reach_has_the_units_that_the_right_reaches(county: County, role: Role, kind: str | None):
    """`kind` is of a unit of the municipality; None: of the region."""
    for name in ("Ett", "Två"):
        for each in (*MunicipalKind, ""):
            Unit.objects.create(principal=county.municipality, name=name + each, municipal_kind=each)
    theirs = Unit.objects.filter(principal=county.municipality, municipal_kind=kind).first()
    by = person("rakel", county.ward if kind is None else theirs, role)
    assert set(units_counted(reach_of(by))) == set(units_within(by, Right.READ_REPORT)) != set()


def test_while_it_goes_on_there_is_no_report(county: County, outage: Outage, client: Client):
    with pytest.raises(RuleError, match="avslutat"):
        made(county.esa, outage)
    client.force_login(county.esa.user)
    page = read(client.get(reverse("report", args=[outage.pk])))
    assert "Driftstoppet pågår." in page.main.text
    assert page.main.find("form", action=reverse("report_make", args=[outage.pk])) is None
    assert "Inget driftstopp är avslutat än." in read(client.get(reverse("reports"))).main.text


def test_it_is_made_by_a_press_kept_and_made_anew_when_the_log_changes(
    county: County, outage: Outage, chain: CareChain, client: Client, owner: Acting
):
    event = make_event(county.alva, chain, "admission", outcome=REACHED)
    ended(county, outage)
    path = reverse("report", args=[outage.pk])
    client.force_login(county.esa.user)
    first = read(client.get(path))
    button = first.main.find("form", action=reverse("report_make", args=[outage.pk]))
    assert "load" in button["hx-trigger"]
    assert not OutageFigures.objects.exists()
    done = client.post(button["action"], fields_of(button), headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == path
    page = read(client.get(path))
    assert page.main.find("form", action=button["action"]) is None
    assert len(page.main.find_all("img", class_="chart")) >= 2
    # Whoever reads as far finds the same.
    client.force_login(owner.user)
    assert "Inskrivning" in read(client.get(path)).main.text
    client.force_login(county.esa.user)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    late = read(client.get(path))
    assert "Loggen har ändrats sedan rapporten gjordes" in late.main.text
    assert "Översikt" in late.main.text
    ask_for_report(by=county.esa, outage=outage_for(county.region, outage.pk))
    assert "Loggen har ändrats" not in read(client.get(path)).main.text
    assert OutageFigures.objects.count() == 1


def test_every_write_that_shows_in_it_makes_it_older_than_the_log(county: County, outage: Outage):
    chain = make_chain(county, outage, before=Before.UNKNOWN)
    over = ended(county, outage)
    seen = [version_of(reach_of(county.esa), over)]

    def changed() -> bool:
        seen.append(version_of(reach_of(county.esa), outage_for(county.region, outage.pk)))
        return seen[-1] != seen[-2]

    event = make_event(county.alva, chain, "discharge", outcome=REACHED)
    assert changed()
    tell(county.alva, chain, event, to=Party.OUTPATIENT, outcome=CallOutcome.BUSY)
    assert changed()
    task = next(row for row in rows(county.alva, chain) if row.decision == "decide")
    mark_task(
        by=county.alva,
        chain=get_chain(county.alva, chain.pk),
        client_id=uuid4(),
        task=task.key,
        seen=task.seen,
        done=True,
        choice="Ja",
        entered=True,
    )
    assert changed()
    acknowledge(by=county.alva, outage=over)
    assert changed()
    make_chain(county, over)
    assert changed()
    reopen_outage(by=county.esa, outage=over, client_id=uuid4())
    assert changed()
    make_chain(county, outage, county.cissi)
    assert not changed()


def test_nobody_else_sees_anything_of_it(county: County, outage: Outage, client: Client, owner: Acting):
    ended(county, outage)
    made(county.esa, outage)
    names = ("report", "report_state", "report_file")
    paths = [reverse("reports"), *(reverse(name, args=[outage.pk]) for name in names)]
    paths.append(reverse("report_chart", args=[outage.pk, "hours"]))
    for by in (county.alva, county.adam, county.cissi, person("lo", county.ward, Role.LOG_REVIEWER)):
        client.force_login(by.user)
        assert {client.get(path).status_code for path in paths} == {403}
        assert "Rapport" not in read(client.get(reverse("routine"))).find("nav").text.split()
        with pytest.raises(NotAllowed):
            made(by, outage)
    for by in (county.esa, owner):
        client.force_login(by.user)
        assert {client.get(path).status_code for path in paths[:-1]} == {200}
        assert "Rapport" in read(client.get(reverse("routine"))).find("nav").text


def test_charts_are_served_without_styles_and_nothing_names_a_patient(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "admission", outcome=REACHED)
    ended(county, outage)
    kept = made(county.esa, outage)
    client.force_login(county.esa.user)
    for name in kept.charts:
        answer = client.get(reverse("report_chart", args=[outage.pk, name]))
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert not re.search(r"style|<script|<text|href=\"http", answer.text)
    assert client.get(reverse("report_chart", args=[outage.pk, "nothing"])).status_code == 404
    everything = (
        f"{kept.tables}{kept.charts}{kept.main}{client.get(reverse('report', args=[outage.pk])).text}"
    )
    assert "Tolvan" not in everything
    assert "121212" not in everything
    assert str(chain.pk) not in everything


def test_the_workbook_has_each_table_with_numbers_to_count_on(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "admission", outcome=REACHED)
    ended(county, outage)
    kept = made(county.esa, outage)
    client.force_login(county.esa.user)
    answer = client.get(reverse("report_file", args=[outage.pk]))
    assert re.search(r'filename="rapport-[\d-]+\.xlsx"', answer.headers["Content-Disposition"])
    book = load_workbook(BytesIO(answer.content))
    assert [sheet.title for sheet in book] == [
        "Om rapporten",
        *(shortened_title(table.caption) for table in shown_tables(kept)),
        "Bredvid andra driftstopp",
    ]
    for table, sheet in zip(shown_tables(kept), book.worksheets[1:], strict=False):
        assert [tuple(row) for row in sheet.iter_rows(values_only=True)] == [table.columns, *table.rows]
    beside = dict(book["Bredvid andra driftstopp"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert (beside["Varade"], beside["Vårdkedjor"], beside["Händelser"]) == ("2 h", 1, 1)


def test_it_stands_beside_the_outages_before_it(county: County, client: Client):
    for hours in (5, 2):
        outage = make_outage(county.alva, started=timedelta(hours=hours))
        make_chain(county, outage)
        ended(county, outage)
    first, last = Outage.objects.order_by("recorded_at")
    made(county.esa, last)
    client.force_login(county.esa.user)
    page = read(client.get(reverse("report", args=[last.pk])))
    beside = page.find(attrs={"aria-labelledby": "beside-title"})
    links = [link["href"] for link in beside.find_all("a")]
    assert links == [reverse("report", args=[first.pk])]
    assert "rapporten är inte gjord" in beside.text
    made(county.esa, first)
    text = read(client.get(reverse("reports"))).main.table.text
    assert "5 h" in text
    assert "2 h" in text


def test_a_lesson_is_written_once_and_lies_encrypted(county: County, outage: Outage, client: Client):
    ended(county, outage)
    path = reverse("report", args=[outage.pk])
    client.force_login(county.esa.user)
    form = form_of(read(client.get(path)), action=path)
    typed = fields_of(form) | {"text": ["Ring tidigare."], "owner": ["Esa Påhittad"], "due": ["2027-01-15"]}
    for _ in range(2):
        assert client.post(path, typed).status_code == 302
    answer = client.post(path, typed | {"text": ["Något annat."]})
    assert answer.status_code == 409
    assert differences(read(answer)) == {"Vad lärde vi oss?": ("Ring tidigare.", "Något annat.")}
    (lesson,) = Lesson.objects.all()
    assert (lesson.text, lesson.owner, str(lesson.due)) == ("Ring tidigare.", "Esa Påhittad", "2027-01-15")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, owner FROM outage_lesson")
        assert "tidigare" not in str(cursor.fetchall())
    empty = client.post(path, fields_of(form_of(read(client.get(path)), action=path)))
    assert empty.status_code == 422
    assert "Skriv vad ni lärde er." in empty.text
    write_lesson(by=county.esa, outage=outage, client_id=uuid4(), text="Den nyaste.", owner="Bo")
    text = read(client.get(path)).main.text
    assert text.index("Den nyaste.") < text.index("Ring tidigare.")
    assert AuditEntry.objects.filter(action="report.lesson").count() == 2
    with pytest.raises(IdClash):
        write_lesson(by=county.esa, outage=outage, client_id=lesson.client_id, text="x", owner="y")


def test_it_takes_the_same_number_of_queries_whatever_was_logged(county: County, outage: Outage):
    counts = []
    ended(county, outage)
    for more in (1, 2, 6):
        for _ in range(more):
            chain = make_chain(county, outage)
            event = make_event(county.alva, chain, "admission", outcome=REACHED)
            tell(county.alva, chain, event, to=Party.OUTPATIENT)
        with CaptureQueriesContext(connection) as asked:
            made(county.esa, outage)
        counts.append(len(asked))
    assert counts[1] == counts[2]
    with CaptureQueriesContext(connection) as asked:
        made(county.esa, outage)
    assert not any(query["sql"].startswith(("INSERT", "UPDATE")) for query in asked)


def test_the_way_to_the_closing_is_called_by_what_it_shows(county: County, outage: Outage, client: Client):
    made(county.esa, ended(county, outage))
    client.force_login(county.esa.user)
    for label in ("Stäng driftstoppet", "Visa stängningen"):
        page = read(client.get(reverse("report", args=[outage.pk])))
        assert page.find("a", href=reverse("closing", args=[outage.pk])).text == label
        leave_all(county.esa, outage)
        close(county.esa, outage)
