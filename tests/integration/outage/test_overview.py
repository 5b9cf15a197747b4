"""Lägesbild: what a coordinator, and a unit for itself, sees of an outage; live, on a wall, without any patient."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry, PageChange, Unit
from contacts.page_versions import LIVE_EVERY
from contacts.rules.errors import NotAllowed
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import CareChain, Outage
from outage.presenters.checklists import checklist_cards
from outage.queries.matrix import Overview, overview_of
from outage.queries.outages import outage_for
from outage.rules.informing import CallOutcome
from outage.services.checklists import set_tick
from outage.services.events import leave_discharge_open
from outage.services.handovers import withdraw_call
from outage.services.outages import end_outage
from outage.views import overview
from tests.clock import Clock
from tests.factories import PASSWORD, County, make_chain, make_event, person, tell
from tests.integration.forms.sheets_made import make_sheet

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true", "HX-Trigger": "calls"}


@pytest.fixture
def esa(county: County) -> Acting:
    """Coordinates the region."""
    return county.esa


@pytest.fixture
def other(county: County, outage: Outage) -> CareChain:
    """A chain of another ward, which Alva and Esa do not see."""
    return make_chain(
        county, outage, by=county.bo, ward_unit=county.other_ward, outpatient_unit=county.clinic
    )


def window(by: Acting) -> Client:
    client = Client()
    client.force_login(by.user)
    return client


def shown(client: Client, path: str = "/lagesbild/") -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def figures(page: BeautifulSoup) -> list[int]:
    return [int(found.get_text()) for found in page.select(".figure strong")]


def table(page: BeautifulSoup, of: str) -> list[list[str]]:
    found = page.select_one(of)
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")]
        for row in (found.select("tbody tr") if isinstance(found, Tag) else [])
    ]


def seen(by: Acting, outage: Outage) -> Overview:
    return overview_of(by, outage_for(by.principal, outage.pk))


def numbers(found: Overview) -> list[int]:
    return sorted(line.number for group in found.groups for line in group.lines)


def test_a_discharge_that_somebody_was_not_told_of_is_the_first_thing(
    county: County, outage: Outage, esa: Acting, other: CareChain
):
    chain = make_chain(county, outage)
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=20), to=Party.OUTPATIENT)
    make_event(county.bo, other, "ready_for_discharge", outcome=CallOutcome.REACHED)
    page = shown(window(esa))
    assert figures(page)[0] == 1
    assert page.select_one(".figure-urgent")
    ((number, ward, whom, age),) = table(page, "#overview-untold")
    assert (number, ward, whom) == (str(chain.number), "Medicin 2", "Kommun, Öppenvård")
    assert age == "20 min"
    rows = table(page, "#overview-chains")
    assert [row[0] for row in rows] == [f"{chain.number} Utskrivning", str(other.number)]
    assert rows[0][3:] == ["Att ringa 20 min", "Ringd, inte nådd 20 min"]
    assert rows[1][3].startswith("Underrättad")


def test_one_that_somebody_answers_for_by_name_is_not_red(county: County, outage: Outage, esa: Acting):
    chain = make_chain(county, outage, outpatient_unit=county.health_centre)
    event = make_event(county.alva, chain, "discharge", to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)
    assert shown(window(esa)).select_one(".figure-urgent")
    leave_discharge_open(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        recipient=Party.MUNICIPALITY,
        responsible="Esa Påhittad",
        reason="Ringer i morgon",
    )
    page = shown(window(esa))
    assert page.select_one(".figure-urgent") is None
    assert figures(page)[0] == 1
    assert "Öppen punkt" in table(page, "#overview-untold")[0][2]


def test_nobody_is_named_and_a_chain_leads_on_for_who_sees_it_alone(
    county: County, outage: Outage, esa: Acting, other: CareChain
):
    chain = make_chain(county, outage)
    client = window(esa)
    before = AuditEntry.objects.count()
    page = shown(client)
    for found in (chain, other):
        assert found.details.patient_name not in str(page)
        assert str(found.pk) not in str(page)
    assert "19121212" not in str(page)
    links = [link["href"] for link in page.select("#overview-chains a")]
    assert links == [f"/lagesbild/{chain.number}/"]
    assert AuditEntry.objects.count() == before
    assert client.get(links[0])["Location"] == f"/vardkedja/{chain.pk}/"
    assert client.get(f"/lagesbild/{other.number}/").status_code == 404
    assert client.get("/lagesbild/999/").status_code == 404


def test_where_a_protected_patient_is_stands_nowhere_and_is_not_to_be_found_out(
    county: County, outage: Outage, esa: Acting
):
    chain = make_chain(county, outage, protected_identity=True)
    make_event(county.alva, chain, "discharge")
    client = window(esa)
    page = shown(client)
    ((number, ward, whom, _),) = table(page, "#overview-untold")
    assert (number, ward, whom) == (str(chain.number), "Skyddade personuppgifter", "Kommun, Öppenvård")
    assert table(page, "#overview-chains")[0][1] == "Skyddade personuppgifter"
    for query in (
        f"avdelning={county.ward.pk}",
        f"enhet={county.ward.pk}",
        f"kommun={county.municipality.pk}",
    ):
        assert table(shown(client, f"/lagesbild/?{query}"), "#overview-chains") == []


def test_a_unit_sees_itself_and_a_coordinator_the_region(
    county: County, outage: Outage, esa: Acting, other: CareChain
):
    chain = make_chain(county, outage)
    make_event(county.alva, chain)
    assert numbers(seen(esa, outage)) == sorted([chain.number, other.number])
    alva = seen(county.alva, outage)
    assert numbers(alva) == [chain.number]
    assert alva.units == [county.ward]
    assert [row[0] for row in table(shown(window(county.alva)), "#overview-units")] == [
        "Medicin 2 1 vårdkedja"
    ]
    assert numbers(seen(county.bo, outage)) == [other.number]


def test_another_principal_sees_nothing_of_it_and_each_branch_of_a_municipality_its_own(
    county: County, outage: Outage, other: CareChain
):
    nursing = Unit.objects.create(
        principal=county.municipality, name="Hemsjukvården", municipal_kind="home_nursing"
    )
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    hanna = person("hanna", nursing, Role.COORDINATOR)
    chain = make_chain(county, outage, by=county.cissi)
    assert numbers(seen(cilla, outage)) == [chain.number]
    assert numbers(seen(hanna, outage)) == []
    assert county.social_care not in seen(hanna, outage).units


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LOG_REVIEWER, Role.ROUTINE_OWNER])
def test_others_may_not_read_it(county: County, outage: Outage, role: Role):
    other = person("oskar", county.ward, role)
    with pytest.raises(NotAllowed):
        overview_of(other, outage)
    for path in ("/lagesbild/", "/lagesbild/nu/", "/lagesbild/vagg/", "/lagesbild/vagg/nu/"):
        assert window(other).get(path).status_code == 403
    assert "/lagesbild/" not in window(other).get("/").content.decode()


def test_a_unit_that_writes_nothing_for_an_hour_is_silent_until_it_does(
    county: County, outage: Outage, esa: Acting, clock: Clock
):
    make_chain(county, outage)
    assert figures(shown(window(esa)))[2] == 0
    clock.shift(timedelta(minutes=59))
    assert figures(shown(window(esa)))[2] == 0
    clock.shift(timedelta(minutes=2))
    page = shown(window(esa))
    assert figures(page)[2] == 1
    assert "Tyst 1 h 1 min" in table(page, "#overview-units")[0][3]
    make_chain(county, outage, identity="19900101-9802")
    assert figures(shown(window(esa)))[2] == 0


def test_units_with_people_that_wrote_nothing_are_told_by_name(county: County, outage: Outage, esa: Acting):
    make_chain(county, outage)
    quiet = [found.get_text() for found in shown(window(esa)).select("#overview-quiet li")]
    # No one works at the clinic or the psychiatric ward.
    assert quiet == ["Heimdalls hälsocentral", "Ortopeden"]


def test_a_unit_out_of_use_is_said_to_be(county: County, outage: Outage, chain: CareChain, esa: Acting):
    make_event(county.alva, chain)
    Unit.objects.filter(pk=county.ward.pk).update(active=False)
    esa_elsewhere = person("eli", county.other_ward, Role.COORDINATOR)
    assert "Medicin 2 (ur bruk)" in shown(window(esa_elsewhere)).main.get_text(" ")


def test_calls_are_counted_by_the_hour_ticks_and_calls_owed_by_the_unit(
    county: County, outage: Outage, esa: Acting
):
    chain = make_chain(county, outage)
    event = make_event(county.alva, chain)
    taken_back = tell(county.alva, chain, event)
    withdraw_call(by=county.alva, handover=taken_back, client_id=uuid4(), reason="Fel patient")
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    card = checklist_cards(county.alva, outage)[0]
    set_tick(by=county.alva, outage=outage, checklist_key=card.key, item_key=card.items[0].key, done=True)
    page = shown(window(esa))
    assert table(page, "#overview-hours")[-1][:4] == ["10", "1", "0", "1"]
    row = next(row for row in table(page, "#overview-units") if row[0].startswith("Medicin 2"))
    assert row[2].startswith("1 ")
    assert row[4].startswith("1 av ")


def test_the_matrix_is_narrowed_by_what_is_chosen_and_by_nothing_else(
    county: County, outage: Outage, esa: Acting, other: CareChain
):
    chain = make_chain(county, outage)
    client = window(esa)

    def listed(query: str) -> list[str]:
        return [row[0].split()[0] for row in table(shown(client, f"/lagesbild/?{query}"), "#overview-chains")]

    both = sorted([str(chain.number), str(other.number)])
    assert listed(f"avdelning={county.ward.pk}") == [str(chain.number)]
    assert listed(f"enhet={county.other_ward.pk}") == [str(other.number)]
    assert sorted(listed(f"kommun={county.municipality.pk}")) == both
    assert listed(f"avdelning={county.ward.pk}&enhet={county.other_ward.pk}") == []
    for nonsense in ("avdelning=999", "kommun=x", "enhet=%00", "sida=99", "annat=1"):
        assert sorted(listed(nonsense)) == both


def test_an_open_page_is_told_of_a_change_and_of_nothing_else(
    county: County, outage: Outage, esa: Acting, clock: Clock
):
    chain = make_chain(county, outage)
    client = window(esa)
    version = str(shown(client).select("#status")[0]["data-version"])
    live = LIVE | {"X-Shown": version}
    assert client.get("/lagesbild/nu/", headers=live).status_code == 204
    make_event(county.alva, chain, "discharge")
    clock.shift(LIVE_EVERY)
    answer = client.get("/lagesbild/nu/", headers=live)
    assert answer.status_code == 200
    assert figures(BeautifulSoup(answer.content, "html.parser"))[0] == 1


def test_while_all_write_it_is_made_once_in_a_while_and_never_called_newer_than_it_is(
    county: County, outage: Outage, esa: Acting, clock: Clock
):
    chain = make_chain(county, outage)
    client = window(esa)
    old = str(shown(client).select("#status")[0]["data-version"])
    make_event(county.alva, chain, "discharge")
    page = BeautifulSoup(client.get("/lagesbild/nu/", headers=LIVE | {"X-Shown": old}).content, "html.parser")
    # Of a moment ago, and it says so: the next question gets what is so now.
    assert figures(page)[0] == 0
    assert str(page.select("#status")[0]["data-version"]) == old
    clock.shift(LIVE_EVERY)
    assert figures(shown(client))[0] == 1


def test_what_is_made_once_is_read_by_few_queries_however_many_chains_there_are(
    county: County, outage: Outage, esa: Acting
):
    found = []
    for number in range(20):
        make_event(county.alva, make_chain(county, outage, identity=f"19900101-98{number:02}"))
        if number in (1, 19):
            with CaptureQueriesContext(connection) as asked:
                seen(esa, outage)
            found.append(len(asked))
    assert found[0] == found[1] <= 15
    client = window(esa)
    shown(client)
    with CaptureQueriesContext(connection) as again:
        shown(client)
    # Who looks, the outage, which chains are one's own, and whether anything is new; nothing of what is shown.
    assert not [one for one in again if "ticked" in one["sql"]]


def test_pages_of_a_hundred(county: County, outage: Outage, esa: Acting, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(overview, "LINES_A_PAGE", 2)
    for number in range(3):
        make_chain(county, outage, identity=f"19900101-98{number:02}")
    client = window(esa)
    assert len(table(shown(client), "#overview-chains")) == 2
    assert len(table(shown(client, "/lagesbild/?sida=2"), "#overview-chains")) == 1


def test_after_the_own_end_nobody_is_silent(county: County, outage: Outage, esa: Acting, clock: Clock):
    make_chain(county, outage)
    clock.shift(timedelta(hours=2))
    assert figures(shown(window(esa)))[2] == 1
    end_outage(by=esa, outage=outage, ended_at=timezone.now())
    clock.shift(timedelta(seconds=2))
    assert figures(shown(window(esa)))[2] == 0


def test_without_an_outage_it_says_so(county: County, esa: Acting):
    client = window(esa)
    assert "Inget driftstopp pågår" in shown(client).get_text()
    assert "Inget driftstopp pågår" in shown(client, "/lagesbild/vagg/").get_text()
    assert client.get("/lagesbild/1/").status_code == 404


class TestWall:
    @pytest.fixture
    def wall(self, esa: Acting, outage: Outage) -> Client:
        client = window(esa)
        assert client.post("/lagesbild/vagg/visa/", own(client))["Location"] == "/lagesbild/vagg/"
        return client

    def test_it_shows_the_overview_and_nothing_else(self, county: County, outage: Outage, wall: Client):
        chain = make_chain(county, outage)
        page = shown(wall, "/lagesbild/vagg/")
        assert table(page, "#overview-chains")[0][0] == str(chain.number)
        assert page.select("#overview-chains a, nav, form") == []
        for path in (
            "/",
            "/vardkedjor/",
            "/lagesbild/",
            f"/vardkedja/{chain.pk}/",
            "/lagesbild/1/",
            "/konto/",
        ):
            assert wall.get(path)["Location"].startswith("/logga-in/")

    def test_it_goes_on_though_nobody_touches_it_and_opens_nothing(self, wall: Client, clock: Clock):
        for _ in range(11):
            clock.shift(timedelta(minutes=59))
            assert wall.get("/lagesbild/vagg/nu/", headers=LIVE).status_code == 200
            assert wall.get("/")["Location"].startswith("/logga-in/")
        clock.shift(timedelta(hours=2))
        assert wall.get("/lagesbild/vagg/nu/", headers=LIVE).status_code == 401

    def test_who_unlocks_it_has_an_ordinary_log_in(
        self, county: County, wall: Client, clock: Clock, settings
    ):
        county.esa.user.set_password(PASSWORD)
        wall.post("/logga-in/", {"login": "esa", "password": PASSWORD})
        assert wall.get("/").status_code == 200
        clock.shift(timedelta(seconds=settings.LOCK_SECONDS + 1))
        # The screen in another tab does not keep it open.
        assert wall.get("/lagesbild/vagg/nu/", headers=LIVE).status_code == 401
        assert wall.get("/")["Location"].startswith("/logga-in/")

    def test_it_leaves_a_row_of_the_trace(self, wall: Client):
        assert AuditEntry.objects.filter(action="login.locked").count() == 1

    def test_who_may_not_see_it_puts_nothing_on_a_wall(self, county: County, outage: Outage):
        client = window(county.adam)
        assert client.post("/lagesbild/vagg/visa/", own(client)).status_code == 403
        assert client.get("/").status_code == 200


def own(client: Client) -> dict[str, str]:
    page = BeautifulSoup(client.get("/").content, "html.parser")
    return {"typed_by": str(page.select("[name=typed_by]")[0]["value"])}


def test_a_change_of_a_sheet_is_told_too(county: County, outage: Outage, esa: Acting, clock: Clock):
    client = window(esa)
    version = str(shown(client).select("#status")[0]["data-version"])
    changes = PageChange.objects.count()
    make_sheet(county.alva)
    assert PageChange.objects.count() == changes
    clock.shift(LIVE_EVERY)
    answer = client.get("/lagesbild/nu/", headers=LIVE | {"X-Shown": version})
    assert answer.status_code == 200
    assert figures(BeautifulSoup(answer.content, "html.parser"))[3] == 1
