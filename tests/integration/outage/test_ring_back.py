"""Who asked to be rung back: everywhere somebody is still to ring, and answered wherever the patient has gone."""

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
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain, get_reached, visible_chains
from outage.queries.owed import calls_left, count_calls_owed
from outage.queries.shift import calls_to_ring_back
from outage.rules.closing import Holds
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.rules.opening import OpeningReason
from outage.services.call_errors import CallErrors
from outage.services.handovers import correct_call, log_call
from outage.services.openings import open_in_emergency
from tests.factories import County, call_facts, end_for_all, make_chain
from tests.integration.outage.closing import kinds
from tests.integration.outage.pages import fields_of, form_of, log_in_anew, read
from tests.integration.outage.ticking import change


def asks(by: Acting, chain: CareChain, text: str = "0980-319 201", **more: Any) -> Handover:
    """The ward rings with what is preliminary, and is to be rung back."""
    facts = call_facts(Party.INPATIENT, direction=Direction.RECEIVED, call_back=text, number="", **more)
    told = Message(kind="preliminary_ready", sender=Party.INPATIENT, happened_at=timezone.now())
    chain = get_chain(by, chain.pk)
    return log_call(by=by, chain=chain, client_id=uuid4(), facts=facts, messages=[told])


def words(client: Client, name: str, *args: object) -> str:
    return " ".join(read(client.get(reverse(name, args=args))).main.get_text(" ").split())


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage, county.cissi)


@pytest.fixture
def client(county: County) -> Client:
    client = Client()
    client.force_login(county.cissi.user)
    return client


def test_no_page_says_that_nothing_is_left_while_somebody_waits_to_be_rung_back(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    call = asks(county.cissi, chain)
    for page in (words(client, "status"), words(client, "chain", chain.pk), words(client, "shift")):
        assert "Någon väntar på att ni ringer tillbaka" in page or "men någon väntar" in page
        assert "0980-319 201" in page
        assert "Ringt tillbaka" in page
        assert "Inget att ringa" not in page
    assert "Kvar att ringa (1)" in words(client, "chain", chain.pk)
    assert "Ring tillbaka (1)" in words(client, "status")
    assert "1 samtal kvar att ringa" in words(client, "overview")
    assert count_calls_owed(county.cissi, outage) == 1
    assert calls_left(county.cissi, outage) == {"all": 1, "patients": 1, "own": 1}
    end_for_all(county, outage, timezone.now())
    assert "har samtal kvar" in words(client, "back_registration")
    for name in ("status", "shift"):
        assert f"uppringning={call.pk}" in client.get(reverse(name)).content.decode()


def test_who_rang_before_the_patient_was_moved_is_rung_back_from_the_list(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    call = asks(county.cissi, chain, "0980-319 201 kl 11.30")
    change(county.cissi, chain, county, ward_unit=county.other_ward)
    link = read(client.get(reverse("shift"))).find("a", string="Ringt tillbaka")
    assert link["href"].endswith(f"riktning=given&uppringning={call.pk}")
    page = read(client.get(link["href"]))
    form = form_of(page, **{"data-call": True})
    sent = fields_of(form)
    assert sent["recipient"] == [f"place:unit:{county.ward.pk}"]
    assert sent["number"] == ["0980-319 201"]
    sent |= {"spoken_to": ["Alva"], "spoken_to_unit": ["Medicin 2"], "read_back": ["done"]}
    refused = client.post(link["href"], sent)
    assert "eller skriv i kommentaren vad som sades" in refused.content.decode()
    assert client.post(link["href"], sent | {"comment": ["Svarade på frågan"]}).status_code == 302
    assert calls_to_ring_back(county.cissi, outage) == []
    assert "Någon väntar" not in words(client, "status")
    # It told nobody of anything, and its comment can be mended.
    answered = chain.handovers.get(direction=Direction.GIVEN)
    assert not answered.messages.exists()
    facts = replace(answered.facts, comment="Svarade på frågan om insatser")
    correct_call(by=county.cissi, handover=answered, client_id=uuid4(), facts=facts, reason="Fel ord")
    assert calls_to_ring_back(county.cissi, outage) == []


def holds_up(county: County, outage: Outage) -> set[int]:
    return {unit for unit, what in kinds(county.esa, outage) if what is Holds.RING_BACK}


def test_who_no_longer_has_the_patient_still_sees_whom_it_is_to_ring_back(
    county: County, outage: Outage, client: Client
):
    client.force_login(county.alva.user)
    chain = make_chain(county, outage, county.bo)
    change(county.bo, chain, county, ward_unit=county.ward)
    call = asks(county.alva, chain)
    change(county.alva, chain, county, ward_unit=county.other_ward)
    assert calls_to_ring_back(county.alva, outage) == [call.pk]
    assert holds_up(county, outage) == {county.ward.pk}
    assert "0980-319 201" in words(client, "status")
    # Its own to take back, too.
    assert "Ringt tillbaka" in words(client, "chain", chain.pk)
    assert chain.pk in {one.pk for one in visible_chains(county.alva, outage)}
    facts = replace(call.facts, call_back="")
    correct_call(by=county.alva, handover=call, client_id=uuid4(), facts=facts, reason="Behövs inte")
    assert holds_up(county, outage) == set()
    assert client.get(reverse("chain", args=[chain.pk])).status_code == 404


def test_what_was_promised_in_a_chain_opened_in_an_emergency_is_rung_back_by_the_unit_that_has_it(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, identity="191212129801")
    given = {"client_id": uuid4(), "reason": OpeningReason.IS_HERE, "number": "191212129801"}
    open_in_emergency(by=county.bo, outage=outage, chain_id=chain.pk, **given)
    facts = call_facts(Party.MUNICIPALITY, call_back="0910-73 50 00")
    told = Message(kind="preliminary_ready", sender=Party.INPATIENT, happened_at=timezone.now())
    shown = get_reached(county.bo, chain.pk)
    call = log_call(by=county.bo, chain=shown, client_id=uuid4(), facts=facts, messages=[told])
    # The opening gives the unit no part in the chain.
    assert calls_to_ring_back(county.bo, outage) == []
    assert not visible_chains(county.bo, outage).exists()
    assert calls_to_ring_back(county.alva, outage) == [call.pk]
    assert holds_up(county, outage) == {county.ward.pk}
    # While it is open, whoever promised can keep it.
    client.force_login(county.bo.user)
    assert "Ringt tillbaka" in words(client, "chain", chain.pk)
    facts = call_facts(Party.MUNICIPALITY, comment="Svarade på frågan")
    shown = get_reached(county.bo, chain.pk)
    log_call(by=county.bo, chain=shown, client_id=uuid4(), facts=facts, messages=[])
    assert calls_to_ring_back(county.alva, outage) == []


def test_a_call_to_whoever_asked_nothing_still_has_to_tell_of_something(county: County, chain: CareChain):
    asks(county.cissi, chain)
    facts = call_facts(Party.OUTPATIENT, comment="Ville fråga")
    with pytest.raises(CallErrors, match="Välj minst ett meddelande"):
        log_call(by=county.cissi, chain=chain, client_id=uuid4(), facts=facts, messages=[])


def test_a_ward_that_the_patient_had_left_is_rung_back(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    change(county.cissi, chain, county, ward_unit=None, not_admitted=True)
    call = asks(county.cissi, chain, spoken_to_unit="Medicin 2")
    assert call.place == ""
    address = f"{reverse('chain_call', args=[chain.pk])}?riktning=given&uppringning={call.pk}"
    sent = fields_of(form_of(read(client.get(address)), **{"data-call": True}))
    assert sent["recipient"] == [Party.INPATIENT]
    sent |= {"spoken_to": ["Alva"], "spoken_to_unit": ["Medicin 2"], "read_back": ["done"], "comment": ["Ja"]}
    assert client.post(address, sent).status_code == 302
    assert calls_to_ring_back(county.cissi, outage) == []


def test_a_try_to_ring_back_leaves_it(county: County, outage: Outage, chain: CareChain):
    call = asks(county.cissi, chain)
    facts = call_facts(Party.INPATIENT, outcome=CallOutcome.NO_ANSWER)
    log_call(by=county.cissi, chain=chain, client_id=uuid4(), facts=facts, messages=[])
    assert calls_to_ring_back(county.cissi, outage) == [call.pk]


def test_of_a_protected_patient_the_lists_say_neither_the_number_nor_the_ward(
    county: County, outage: Outage, client: Client
):
    asks(county.cissi, make_chain(county, outage, county.cissi, protected_identity=True))
    for name in ("status", "shift"):
        page = read(client.get(reverse(name)))
        line = page.find("a", string="Ringt tillbaka").find_parent("li").get_text(" ")
        assert "se vårdkedjan" in line
        assert not any(said in line for said in ("0980-319 201", "Medicin 2", "Biståndsenheten"))


def test_another_unit_is_told_nothing_of_it(county: County, outage: Outage, chain: CareChain, client: Client):
    make_chain(county, outage)
    asks(county.cissi, chain)
    log_in_anew(client, county.alva)
    assert "tillbaka" not in words(client, "status").lower()


def test_those_with_a_time_come_first(county: County, outage: Outage, chain: CareChain, client: Client):
    asks(county.cissi, chain, "0980-319 201")
    other = make_chain(county, outage, county.cissi, patient_name="Anna Andra")
    later = (timezone.localtime() + timedelta(hours=1)).strftime("%H.%M")
    asks(county.cissi, other, f"0980-319 202 kl {later}")
    lines = read(client.get(reverse("status"))).select("[id^=tillbaka-] strong")
    assert [line.get_text()[:12] for line in lines] == ["0980-319 202", "0980-319 201"]
