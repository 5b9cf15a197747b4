"""A place that a chain knows only by a call that was moved there: its number stands wherever it is to be rung."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Principal
from contacts.rules.entry_facts import EntryKind
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_handover
from outage.services.moving import move_call
from tests.factories import County, make_chain, make_entry, make_event, same_id, tell
from tests.integration.outage.pages import fields_of, form_of, read

NUMBER = "0910-73 50 00"


@pytest.fixture
def right(county: County, outage: Outage, chain: CareChain) -> CareChain:
    """The patient of whom Skellefteå was told, but who is Umeå's."""
    call = tell(county.alva, chain, make_event(county.alva, chain))
    umea = Principal.objects.create(name="Umeå kommun", kind=county.municipality.kind)
    right = make_chain(county, outage, identity="19800101-9808", municipality=umea)
    move_call(
        by=county.alva,
        handover=get_handover(county.alva, call.pk),
        to=right,
        client_id=same_id(1),
        reason="Fel patient.",
    )
    make_entry(county.municipality, "Skellefteå växel", NUMBER, kind=EntryKind.SWITCHBOARD)
    return right


@pytest.mark.parametrize("page", ["chain", "status"])
def test_the_pages_have_the_number_and_it_goes_on_to_the_form(
    county: County, right: CareChain, client: Client, page: str
):
    client.force_login(county.alva.user)
    main = read(client.get(reverse(page, args=[right.pk] if page == "chain" else []))).main
    owed = next(row for row in main.select(".owed-call") if "Gällde inte er" in row.get_text())
    assert NUMBER in owed.get_text()
    assert "Numret saknas" not in owed.get_text()
    reached = next(link["href"] for link in owed.find_all("a") if "Nådd" in link.get_text())
    form = form_of(read(client.get(reached)))
    assert fields_of(form)["number"] == [NUMBER]
    # Whoever chooses the place in the form gets its number too.
    chosen = form.find("input", attrs={"name": "recipient", "checked": True})
    assert chosen["data-number"] == NUMBER
