"""The rows of Lägesbild are rendered once a minute: what is shown is what would be made anew, whatever has changed."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from contacts.models import Unit
from contacts.page_versions import EVERYBODY, changed, forget_pages
from contacts.rules.parties import Party
from outage.models import CareChain, Outage
from outage.rules.informing import CallOutcome
from outage.rules.wording import clock_time
from outage.services.care_chains import change_details
from outage.services.events import withdraw_event
from outage.services.outages import end_outage
from tests.clock import Clock
from tests.factories import County, chain_facts, make_chain, make_event, tell
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.pages import read
from tests.integration.outage.test_overview import figures, shown, table


def rows(client: Client) -> list[str]:
    page = read(client.get("/lagesbild/"))
    return [str(row) for row in page.select("#overview-chains tbody tr, #overview-units tbody tr")]


def test_each_change_shows_and_nothing_that_was_so_before(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_chain(county, outage, county.bo, ward_unit=county.other_ward, patient_name="Annan Annansson")
    client.force_login(county.esa.user)
    looks = [rows(client)]

    def look() -> None:
        kept = rows(client)
        forget_pages()
        assert rows(client) == kept
        assert kept != looks[-1]
        looks.append(kept)

    event = make_event(county.alva, chain, "discharge")
    look()
    tell(county.alva, chain, event)
    look()
    Unit.objects.filter(pk=county.ward.pk).update(name="Medicin 7")
    changed(EVERYBODY)
    look()
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details_id,
        facts=chain_facts(county, protected_identity=True),
    )
    look()


def test_a_page_that_is_loaded_says_when_that_was_and_how_long_ago_all_was(
    county: County, outage: Outage, chain: CareChain, client: Client, clock: Clock
):
    make_event(county.alva, chain, "discharge")
    client.force_login(county.esa.user)
    for minutes in range(30, 33):
        page = shown(client)
        assert page.select("[data-shown-at]")[0].get_text() == clock_time(timezone.now())
        assert f"{minutes} min" in page.select("#overview-units")[0].get_text()
        forget_pages()
        assert rows(client) == [
            str(row) for row in page.select("#overview-chains tbody tr, #overview-units tbody tr")
        ]
        clock.shift(timedelta(minutes=1))


def test_no_unit_counts_a_protected_patient_whose_row_is_of_no_unit(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, protected_identity=True, by=county.bo, ward_unit=county.other_ward)
    make_event(county.bo, chain, "discharge", ago=timedelta(minutes=50), outcome=CallOutcome.REACHED)
    make_event(county.alva, make_chain(county, outage))
    client.force_login(county.esa.user)
    page = shown(client)
    rows = {row[0]: row[1:3] for row in table(page, "#overview-units")}
    assert rows == {
        "Medicin 2 1 vårdkedja": ["0", "2 30 min"],
        "Heimdalls hälsocentral": ["0", "2 30 min"],
        "Ortopeden": ["0", "0"],
        "Skyddade personuppgifter 1 vårdkedja": ["1 kvar 50 min", "1 50 min"],
    }
    assert table(page, "#overview-units")[-1][3:] == ["–", "–", "0"]
    # They add up, and no unit is counted that nobody is.
    assert figures(page)[:2] == [1, 5]
    assert "samtal kvar att ringa, på 2 enheter" in page.get_text()
    assert "Enheter (3)" in page.get_text()
    (hidden,) = [row for row in table(page, "#overview-chains") if row[1] == "Skyddade personuppgifter"]
    assert hidden[3] == "Underrättad", "when somebody wrote is when the unit wrote"
    choices = [option.get_text() for option in page.select(".overview-choices option")]
    assert "Ortopeden" not in choices
    # A ward without any answers the same.
    for ward in (county.other_ward, county.psychiatric_ward):
        assert table(shown(client, f"/lagesbild/?avdelning={ward.pk}"), "#overview-chains") == []


def test_a_discharge_that_is_taken_back_is_a_call_and_no_discharge(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel patient")
    client.force_login(county.esa.user)
    page = shown(client)
    # As the report, which counts those that stand.
    assert figures(page)[:2] == [0, 2]
    assert "Utskrivning" not in table(page, "#overview-chains")[0][0]


def test_each_number_says_what_it_counts(county: County, outage: Outage, chain: CareChain, client: Client):
    client.force_login(county.esa.user)
    page = shown(client)
    assert page.find("label", {"for": "enhet"}).get_text() == "Enhet som öppnade eller ska ringa"
    assert "blad utan öde, utom tomma i parti" in page.get_text()
    assert "utan något nytt på en timme" in page.get_text()
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    # Nobody is silent where nothing goes on.
    assert "utan något nytt på en timme" not in shown(client).get_text()


def test_a_ward_that_works_on_paper_alone_has_its_row(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    for _ in range(3):
        make_sheet(county.bo, outage=outage)
    client.force_login(county.esa.user)
    page = shown(client)
    rows = {row[0]: row[-1] for row in table(page, "#overview-units")}
    assert rows["Ortopeden"] == "3"
    assert "3 blad utan öde" in " ".join(page.get_text(" ").split())
    assert [found.get_text() for found in page.select("#overview-quiet li")] == ["Heimdalls hälsocentral"]
