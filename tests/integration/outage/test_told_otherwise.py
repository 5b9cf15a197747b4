"""A call that brought no message of the routine's, as that the patient has died, is logged by whoever took it."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, Handover, Outage
from outage.queries.chain_log import log_of
from outage.queries.owed import owed_by_unit
from outage.rules.back_registration import ChainStatus
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from tests.factories import County, chain_facts, make_chain, make_event
from tests.integration.outage.calling import code_of, confirmed, row_of
from tests.integration.outage.pages import fields_of, form_of, read


@pytest.fixture
def theirs(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage, by=county.cissi)


def taken(client: Client, chain: CareChain, **typed: str):
    path = reverse("chain_call", args=[chain.pk]) + "?riktning=received"
    page = read(client.get(path))
    assert (
        "Sades något annat, som att patienten har avlidit? Skriv det under Kommentar, längre ned."
        in page.get_text()
    )
    fields = fields_of(form_of(page, action=path))
    said = {"recipient": "inpatient", "spoken_to": "Alva Påhittad", "spoken_to_unit": "Medicin 2", **typed}
    return client.post(path, fields | {name: [value] for name, value in said.items()})


def test_it_is_logged_and_its_code_confirmed(
    county: County, chain: CareChain, theirs: CareChain, client: Client
):
    make_event(county.alva, chain, "admission", to=Party.MUNICIPALITY, outcome=CallOutcome.REACHED)
    facts = chain_facts(county, status=ChainStatus.DECEASED, status_reason="I natt")
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts)
    client.force_login(county.alva.user)
    path = reverse("chain_call", args=[chain.pk]) + "?riktning=given"
    form = form_of(read(client.get(path)), action=path)
    notice = next(
        box["value"] for box in form.select("[name=messages]") if box["value"].startswith("notice:")
    )
    told = {
        "recipient": ["municipality"],
        "outcome": ["reached"],
        "number": ["090-16 10 00"],
        "spoken_to": ["Cissi Påhittad"],
        "spoken_to_unit": ["Umeå kommun"],
        "messages": [notice],
    }
    assert client.post(path, fields_of(form) | told).status_code == 302
    given = Handover.objects.latest("recorded_at")
    client.force_login(county.cissi.user)
    refused = taken(client, theirs)
    assert refused.status_code == 422
    assert "eller skriv i kommentaren vad som sades" in read(refused).get_text()
    # Which stands open then.
    assert read(refused).find(id="id_comment").find_parent("details").has_attr("open")
    assert taken(client, theirs, comment="Patienten har avlidit", code=code_of(given)).status_code == 302
    received = Handover.objects.latest("recorded_at")
    assert (received.direction, received.comment) == ("received", "Patienten har avlidit")
    assert "Annat, se kommentaren" in row_of(county.cissi, received)
    assert confirmed(county.alva, given)
    assert "annat meddelande" not in row_of(county.alva, given)
    # Nobody owes anything by it.
    assert owed_by_unit(theirs, log_of(theirs.pk), county.cissi.unit.pk) == []
