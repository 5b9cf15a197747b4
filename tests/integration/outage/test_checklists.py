"""Checklists: which a unit has, ticks that are written once, and the pages."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry, Unit
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Role
from outage.models import ChecklistTick
from outage.presenters.checklists import checklist_cards
from outage.queries.checklists import checklists_for, ticks
from outage.rules.checklist import Phase
from outage.rules.wording import clock_time
from outage.services.checklists import set_tick
from tests.paper.making import at, end_outage, make_place, person

pytestmark = pytest.mark.django_db
LIST = "inpatient-somatic-discharge"


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def bo(place):
    return person(
        "Bo Berg", Unit.objects.create(principal=place.region, name="Kirurgi 2", ward_kind="somatic")
    )


def tick(place, item="ready", done=True, by=None, key=LIST):
    return set_tick(by=by or place.alva, outage=place.outage, checklist_key=key, item_key=item, done=done)


def end(place):
    end_outage(place, at(14))


def page(client, name, *args):
    return BeautifulSoup(client.get(reverse(name, args=args)).content, "html.parser")


@pytest.mark.clause("R2.7")
@pytest.mark.parametrize(
    ("kinds", "files"),
    [
        ({"ward_kind": "somatic"}, ["inpatient-somatic"]),
        ({"ward_kind": "psychiatric"}, ["inpatient-psychiatric"]),
        ({"outpatient_kind": "health_centre"}, ["outpatient-health-centre"]),
        ({"outpatient_kind": "psychiatric_outpatient"}, ["outpatient-psychiatric"]),
        ({"municipal_kind": "social_care"}, ["municipality"]),
        ({"municipal_kind": "home_nursing"}, ["municipality"]),
        (
            {"ward_kind": "somatic", "outpatient_kind": "health_centre"},
            ["inpatient-somatic", "outpatient-health-centre"],
        ),
        (
            {"ward_kind": "psychiatric", "outpatient_kind": "health_centre"},
            ["inpatient-psychiatric", "outpatient-health-centre"],
        ),
        ({}, []),
    ],
)
def test_a_unit_has_the_checklists_of_its_parties_in_the_order_of_the_phases(kinds, files):
    found = [checklist.key for checklist in checklists_for(Unit(name="Enhet", **kinds))]
    assert found == [f"{file}-{phase}" for file in files for phase in Phase]


def test_a_tick_is_a_row_with_who_and_when_and_a_trace(place):
    row = tick(place)
    assert (row.outage, row.unit, row.user) == (place.outage, place.ward, place.alva.user)
    assert (row.checklist, row.item, row.done) == (LIST, "ready", True)
    assert AuditEntry.objects.get().action == "checklist.ticked"
    assert AuditEntry.objects.get().target_id == str(row.pk)


def test_a_double_click_gives_the_first_row(place):
    assert tick(place) == tick(place)
    assert ChecklistTick.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_write_one_row(place):
    def click(_):
        try:
            return tick(place).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    assert ChecklistTick.objects.count() == AuditEntry.objects.count() == 1


def test_a_colleague_s_click_on_what_is_ticked_keeps_the_first_one_s_name(place):
    tick(place)
    again = tick(place, by=person("Doris Dahl", place.ward))
    assert again.user == place.alva.user


def test_unticking_is_a_new_row_and_nothing_is_lost(place):
    first, second, third = tick(place), tick(place, done=False), tick(place)
    assert len({first.pk, second.pk, third.pk}) == 3
    assert [row.done for row in ChecklistTick.objects.order_by("pk")] == [True, False, True]
    assert ticks(place.outage, place.ward) == {(LIST, "ready"): third}
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["checklist.ticked", "checklist.unticked", "checklist.ticked"]


def test_what_was_never_ticked_can_not_be_unticked(place):
    with pytest.raises(RuleError):
        tick(place, done=False)
    assert not ChecklistTick.objects.exists()


@pytest.mark.parametrize(("key", "item"), [("municipality-start", "support"), (LIST, "nothing"), ("", "")])
def test_only_items_of_the_unit_s_own_checklists_can_be_ticked(place, key, item):
    with pytest.raises(RuleError):
        tick(place, key=key, item=item)
    assert not ChecklistTick.objects.exists()


def test_without_its_trace_no_tick_is_kept(place, monkeypatch):
    def broken(**kwargs):
        raise IntegrityError("the second write fails")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(IntegrityError):
        tick(place)
    assert not ChecklistTick.objects.exists()


def test_another_unit_s_ticks_are_its_own(place, bo):
    tick(place)
    assert ticks(place.outage, bo.unit) == {}
    tick(place, by=bo)
    assert ChecklistTick.objects.count() == 2


def test_when_the_system_is_back_only_its_own_checklist_takes_ticks(place):
    end(place)
    with pytest.raises(RuleError, match="avslutat"):
        tick(place)
    assert tick(place, key="inpatient-somatic-back", item="admit").done


def test_all_cards_cost_one_query_however_many_ticks(place):
    for item in ("ready", "report", "message"):
        tick(place, item=item)
    with CaptureQueriesContext(connection) as queries:
        cards = checklist_cards(place.alva, place.outage)
    assert len(queries) == 1
    assert sum(card.done for card in cards) == 3


def test_the_list_shows_how_far_each_checklist_has_come(client, place):
    tick(place)
    client.force_login(place.alva.user)
    text = " ".join(page(client, "checklists").main.get_text(" ").split())
    assert "Slutenvård: vid utskrivning" in text
    assert "1 av 7 klara" in text
    assert "Härnäst: Lämna utskrivningsrapport till kommunen och hälsocentralen." in text
    assert "Kommun: när" not in text


def test_who_may_tick_nothing_has_no_list_on_the_first_page(client, place):
    for role, shown in ((Role.STAFF, True), (Role.LOG_REVIEWER, False), (Role.ROUTINE_OWNER, False)):
        place.alva.membership.role = role
        place.alva.membership.save()
        client.force_login(place.alva.user)
        assert (page(client, "status").select_one("#checklists") is not None) == shown


def test_the_page_shows_who_ticked_and_when_and_the_clause(client, place):
    row = tick(place)
    client.force_login(place.alva.user)
    found = page(client, "checklist", LIST)
    text = " ".join(found.select_one("#punkt-ready").get_text(" ").split())
    assert f"Klart {clock_time(row.at)} Alva Ask" in text
    assert "R3.4" in text
    assert found.select_one("#punkt-ready button")["aria-pressed"] == "true"
    assert found.select_one("#punkt-report button")["aria-pressed"] == "false"


def test_the_form_on_the_page_ticks_and_unticks_without_javascript(client, place):
    client.force_login(place.alva.user)
    for expected in (True, False, True):
        form = page(client, "checklist", LIST).select_one("#punkt-ready form")
        typed = {field["name"]: field.get("value", "") for field in form.select("input")}
        answer = client.post(form["action"], typed)
        assert answer.status_code == 302
        assert answer["Location"] == f"{reverse('checklist', args=[LIST])}#punkt-ready"
        assert ticks(place.outage, place.ward)[(LIST, "ready")].done is expected


def test_htmx_gets_the_item_and_the_count(client, place):
    client.force_login(place.alva.user)
    answer = client.post(
        reverse("checklist_tick", args=[LIST]), {"item": "ready", "done": "1"}, headers={"HX-Request": "true"}
    )
    found = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 200
    assert found.find("html") is None
    assert found.select_one("li#punkt-ready button")["aria-pressed"] == "true"
    count = found.select_one("#checklist-progress")
    assert count["hx-swap-oob"] == "true"
    assert "1 av 7 klara" in count.get_text()


def test_from_the_first_page_one_comes_back_to_it(client, place):
    client.force_login(place.alva.user)
    typed = {"item": "ready", "done": "1", "from": "status"}
    answer = client.post(reverse("checklist_tick", args=[LIST]), typed)
    assert answer["Location"] == reverse("status")


def test_a_refused_tick_says_why(client, place):
    end(place)
    client.force_login(place.alva.user)
    typed = {"item": "ready", "done": "1"}
    answer = client.post(reverse("checklist_tick", args=[LIST]), typed, headers={"HX-Request": "true"})
    assert "Driftstoppet är avslutat." in answer.content.decode()
    assert not ChecklistTick.objects.exists()


def test_without_an_outage_the_checklist_is_read_and_printed_only(client, place):
    end_outage(place, at(14).replace(year=2025))
    client.force_login(place.alva.user)
    found = page(client, "checklist", LIST)
    assert found.select("#punkt-ready form") == []
    assert "Inget driftstopp pågår." in found.main.get_text()
    assert found.select_one(f'a[href="{reverse("checklist_pdf", args=[LIST])}"]') is not None
    client.post(reverse("checklist_tick", args=[LIST]), {"item": "ready", "done": "1"})
    assert not ChecklistTick.objects.exists()


def test_other_people_s_checklists_are_404_and_log_in_is_needed(client, place):
    for name in ("checklist", "checklist_tick"):
        address = reverse(name, args=[LIST])
        assert client.get(address)["Location"].startswith(reverse("account_login"))
    client.force_login(place.alva.user)
    for key in ("municipality-start", "inpatient-psychiatric-start", "nowhere"):
        assert client.get(reverse("checklist", args=[key])).status_code == 404
        typed = {"item": "support", "done": "1"}
        assert client.post(reverse("checklist_tick", args=[key]), typed).status_code == 404
    assert client.post(reverse("checklists")).status_code == 405


def test_a_unit_that_is_no_party_is_told_what_to_do(client, place):
    support = Unit.objects.create(principal=place.region, name="Växeln")
    client.force_login(person("Vera Vik", support).user)
    assert "Er enhet har inga checklistor." in page(client, "checklists").main.get_text()
