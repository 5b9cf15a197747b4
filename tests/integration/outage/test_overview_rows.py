"""The rows of Lägesbild are rendered once a minute: what is shown is what would be made anew, whatever has changed."""

from uuid import uuid4

from django.test import Client

from contacts.models import Unit
from contacts.page_versions import EVERYBODY, changed, forget_pages
from outage.models import CareChain, Outage
from outage.services.care_chains import change_details
from tests.factories import County, chain_facts, make_chain, make_event, tell
from tests.integration.outage.pages import read


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
