"""An answer of a place that is not the party any more: nobody rings about it, and the page says nothing else (R4.2)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.rules.informing import CallOutcome
from outage.rules.routine import Decision
from tests.factories import County, make_chain, make_event
from tests.integration.outage.calling import other_municipality, take
from tests.integration.outage.pages import read
from tests.integration.outage.test_left_ward import AGO
from tests.integration.outage.test_unlogged_moves import put
from tests.integration.outage.ticking import rows

RING = "Ring den som står kvar att ringa"


@pytest.fixture
def answered(county: County, outage: Outage) -> CareChain:
    """The municipality has told the ward, and not the hälsocentral, of its answer."""
    chain = make_chain(county, outage, county.cissi)
    take(county.cissi, chain, "", kind="admission", ago=AGO[0] + timedelta(hours=1))
    make_event(
        county.cissi,
        chain,
        "admission_reply",
        sender=Party.MUNICIPALITY,
        to=Party.INPATIENT,
        ago=AGO[0],
        outcome=CallOutcome.REACHED,
    )
    return get_chain(county.cissi, chain.pk)


def shown(client: Client, chain: CareChain) -> str:
    return " ".join(read(client.get(reverse("chain", args=[chain.pk]))).main.get_text(" ").split())


@pytest.mark.clause("R4.2")
def test_what_is_left_of_a_former_places_answer_is_decided_and_not_rung_about(
    county: County, answered: CareChain, client: Client
):
    client.force_login(county.cissi.user)
    assert RING in shown(client, answered)
    put(county.cissi, answered, municipality=other_municipality().principal)
    page = shown(client, answered)
    assert "Behövs inte: svaret hör till den förra enheten" in page
    assert RING not in page
    assert "Alla som ni ska underrätta är underrättade" not in page
    assert "Svaret från den förra enheten nådde inte alla, men behövs inte längre." in page
    (task,) = [row for row in rows(county.cissi, answered) if row.decision == Decision.DECIDE]
    assert task.do == "Avgör om informationen ska skrivas in i PRATOR. Ingen behöver ringa."


def test_beside_what_is_to_be_rung_about_it_is_one_decision(
    county: County, answered: CareChain, client: Client
):
    put(county.cissi, answered, municipality=other_municipality().principal)
    make_event(
        county.cissi, get_chain(county.cissi, answered.pk), "municipality_ready", sender=Party.MUNICIPALITY
    )
    (task,) = [row for row in rows(county.cissi, answered) if row.decision == Decision.DECIDE]
    assert RING in task.do
