"""As whom the receiver has heard of the patient: whoever rings to put it right can say what it puts right."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from forms.presenters.work_list import call_lines
from outage.models import CareChain, Outage
from outage.presenters.outage_log import log_cells
from outage.presenters.ringing import calls_to_ring
from outage.queries.care_chains import get_chain, visible_chains
from outage.queries.chain_log import log_of
from outage.queries.states import states_for
from outage.rules.back_registration import Before
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.rules.outage_files import OutageFile
from outage.rules.told import Notice
from outage.services.care_chains import change_details
from outage.services.handovers import log_call
from tests.clock import TUESDAY, Clock
from tests.factories import County, call_facts, end_for_all, make_chain, make_event, tell
from tests.integration.outage.pages import read
from tests.integration.outage.taken_out import table

pytestmark = pytest.mark.clause("R2.1")

BEFORE = "Rätt identitet på patienten (tidigare sagt: {})"
RESERVE, RIGHT = "Okänd man 19800101T01A", "Känd Kändsson 19380214-9801"


def words(client: Client, by: Acting, name: str, *args: Any, query: str = "") -> str:
    client.force_login(by.user)
    return " ".join(read(client.get(reverse(name, args=args) + query)).main.get_text(" ").split())


def change(by: Acting, chain: CareChain, how: str, **facts: Any) -> None:
    chain = get_chain(by, chain.pk)
    change_details(
        by=by,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details.pk,
        facts=replace(chain.details.facts, **facts),
        answers={"identity": how} if how else {},
    )


def tell_identity(by: Acting, chain: CareChain) -> None:
    chain = get_chain(by, chain.pk)
    notice = Message(notice=Notice.IDENTITY, change_id=chain.details.pk)
    log_call(
        by=by,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(Party.MUNICIPALITY, outcome=CallOutcome.REACHED),
        messages=[notice],
    )


@pytest.fixture
def unknown(county: County, outage: Outage, clock: Clock) -> CareChain:
    """Both were told of an unknown man, the municipality then of a reserve number; then he is known."""
    chain = make_chain(county, outage, patient_name="Okänd man", identity="")
    event = make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    clock.shift(timedelta(minutes=2))
    change(county.alva, chain, "said_wrong", identity="19800101T01A")
    clock.shift(timedelta(minutes=2))
    tell_identity(county.alva, chain)
    clock.shift(timedelta(minutes=2))
    change(county.alva, chain, "said_wrong", identity="19380214-9801", patient_name="Känd Kändsson")
    return get_chain(county.alva, chain.pk)


def test_each_is_rung_with_what_it_heard_last(county: County, unknown: CareChain, client: Client):
    for page in (("status",), ("chain", unknown.pk), ("shift",), ("chain_call", unknown.pk)):
        text = words(client, county.alva, *page)
        assert BEFORE.format(RESERVE) in text, page
        assert BEFORE.format("Okänd man") in text, page
    chains = list(visible_chains(county.alva, unknown.outage))
    rows = call_lines(calls_to_ring(chains, states_for(county.ward.pk, chains), TUESDAY))
    printed = str([row.cells for row in rows])
    assert BEFORE.format(RESERVE) in printed
    assert BEFORE.format("Okänd man") in printed


def test_who_was_told_anew_in_a_call_of_something_else_is_still_rung_with_what_it_heard_before(
    county: County, unknown: CareChain, client: Client, clock: Clock
):
    clock.shift(timedelta(minutes=1))
    make_event(county.alva, unknown, "preliminary_ready", outcome=CallOutcome.REACHED)
    assert BEFORE.format(RESERVE) in words(client, county.alva, "chain", unknown.pk)


def test_a_list_does_not_say_what_was_heard_of_a_protected_patient(
    county: County, unknown: CareChain, client: Client
):
    change(county.alva, unknown, "", protected_identity=True)
    for page in ("status", "shift"):
        text = words(client, county.alva, page)
        assert "Rätt identitet på patienten" in text
        assert not [said for said in ("tidigare sagt", "T01A", "Okänd man") if said in text]


def test_a_call_that_told_who_the_patient_is_says_who_that_was(
    county: County, unknown: CareChain, client: Client
):
    told = f"Rätt identitet på patienten: {RESERVE}"
    for page in (("chain", unknown.pk), ("shift",)):
        assert told in words(client, county.alva, *page)
    cells = log_cells(unknown, log_of(unknown.pk), {}, TUESDAY)
    assert told in [row.messages for row in cells]


@pytest.mark.clause("R4.1")
def test_whoever_enters_or_changes_it_sees_as_whom_others_have_heard_of_the_patient(
    county: County, unknown: CareChain, client: Client
):
    end_for_all(county, unknown.outage, timezone.now())
    asked = ("edit_chain", unknown.pk), ("chain", unknown.pk), ("back_registration",)
    for page in asked:
        text = words(client, county.alva, *page)
        for said in ("Okänd man", RESERVE):
            assert f"Tidigare sagt: {said}" in text, page
    in_file = str(table(county.alva, unknown.outage, OutageFile.TASKS))
    assert f"Tidigare sagt: Okänd man; Tidigare sagt: {RESERVE}" in in_file
    change(county.alva, unknown, "", protected_identity=True)
    in_file = str(table(county.alva, unknown.outage, OutageFile.TASKS))
    for text in (words(client, county.alva, "back_registration"), in_file):
        assert not [said for said in ("Tidigare sagt", "T01A", "Okänd man") if said in text]


def test_what_was_only_written_wrong_or_never_said_is_not_named_again(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, patient_name="Stavfehl")
    change(county.alva, chain, "", patient_name="Stavfell")
    make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    change(county.alva, chain, "written_wrong", patient_name="Stavfel")
    end_for_all(county, chain.outage, timezone.now())
    assert "Tidigare sagt" not in words(client, county.alva, "back_registration")
    assert "Tidigare sagt" not in words(client, county.alva, "edit_chain", chain.pk)


def test_the_history_says_what_each_change_changed(county: County, unknown: CareChain, client: Client):
    change(county.alva, unknown, "", before=Before.ADMITTED)
    text = words(client, county.alva, "chain", unknown.pk)
    assert "uppgifterna ändrade. Inskriven före driftstoppet: " in text
    assert "uppgifterna ändrade. Nummer: – → 19800101T01A" in text
    assert "Namn: Okänd man → Känd Kändsson. Nummer: 19800101T01A → 19380214-9801" in text
