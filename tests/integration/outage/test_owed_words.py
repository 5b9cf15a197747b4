"""The words of Att ringa nu: which message it is, who takes over, and not where a protected patient is."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.rules.parties import Party, WardKind
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.rules.opening import OpeningReason
from outage.services.care_chains import change_details
from outage.services.handovers import log_call
from outage.services.openings import open_protected
from tests.factories import County, call_facts, make_chain, make_event, person, same_id, tell
from tests.integration.outage.pages import read
from tests.integration.outage.test_moves import change, owed

pytestmark = pytest.mark.clause("R2.1")

MOVED = {"place-inpatient": "moved", "place-outpatient": "moved"}
LETS_GO = "Hör inte längre till er"
TAKES_OVER = f"{LETS_GO}, Psykiatriska kliniken tar över"


def to_psychiatry(county: County, chain: CareChain) -> CareChain:
    return change(
        county,
        chain,
        MOVED,
        ward_kind=WardKind.PSYCHIATRIC,
        ward_unit=county.psychiatric_ward,
        outpatient_unit=county.clinic,
    )


def words(client: Client, by: Acting, path: str) -> str:
    client.force_login(by.user)
    return " ".join(read(client.get(path)).main.get_text(" ").split())


@pytest.mark.clause("R3.10")
@pytest.mark.parametrize("protected", [False, True])
def test_a_list_does_not_say_where_a_protected_patient_is_cared_for(
    county: County, outage: Outage, client: Client, protected: bool
):
    chain = make_chain(county, outage, protected_identity=protected)
    make_event(county.alva, chain, to="outpatient", outcome=CallOutcome.REACHED)
    to_psychiatry(county, chain)
    stina = person("stina", county.psychiatric_ward)
    page = words(client, stina, reverse("status"))
    assert LETS_GO in page
    assert ("Psykiatriska kliniken" in page) is not protected
    if protected:
        open_protected(by=stina, chain=chain, client_id=uuid4(), reason=OpeningReason.RINGS)
    assert TAKES_OVER in words(client, stina, reverse("chain_call", args=[chain.pk]))


@pytest.mark.clause("R3.9")
def test_two_calls_to_a_sip_are_told_apart_by_their_days(county: County, chain: CareChain, client: Client):
    # The second says nothing of the room: it takes back nothing of the first.
    for minutes, on, room in ((40, "2026-12-01", "Rum 1"), (20, "2026-12-02", "")):
        make_event(
            county.disa,
            chain,
            "sip_invitation",
            sender=Party.OUTPATIENT,
            ago=timedelta(minutes=minutes),
            sip_date=on,
            sip_place=room,
            participants=["Dotter"],
        )
    both = ["Kallelse till SIP tis 1 dec", "Kallelse till SIP ons 2 dec"]
    assert owed(county, chain, county.disa)["Skellefteå kommun"] == both
    assert all(label in words(client, county.disa, reverse("status")) for label in both)


def test_two_messages_that_name_no_day_are_told_apart_by_their_times(county: County, chain: CareChain):
    for minutes in (40, 20):
        make_event(county.alva, chain, "ready_for_discharge", ago=timedelta(minutes=minutes))
    assert owed(county, chain)["Skellefteå kommun"] == ["Utskrivningsklar 10.12", "Utskrivningsklar 10.32"]


@pytest.mark.parametrize("protected", [False, True])
def test_who_was_told_of_another_person_hears_whom_it_did_not_concern(
    county: County, outage: Outage, protected: bool
):
    chain = make_chain(county, outage, patient_name="Tolvan Tolvansson", protected_identity=protected)
    make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    known = {"patient_name": "Helt Annan", "identity": "19800101-9808"}
    change(county, chain, {"identity": "other_person"}, **known)
    (label,) = owed(county, chain).popitem()[1]
    assert label == f"Gällde inte {'den här patienten' if protected else 'Tolvan Tolvansson'}: inskrivning"


@pytest.fixture
def told_by_cissi(county: County, outage: Outage) -> CareChain:
    """A chain of the municipality, whose reply has reached the ward and the hälsocentral of a patient moved since."""
    chain = make_chain(county, outage, county.cissi)
    log_call(
        by=county.cissi,
        chain=chain,
        client_id=same_id(1),
        facts=call_facts("inpatient", direction=Direction.RECEIVED, number=""),
        messages=[Message(kind="admission", sender=Party.INPATIENT)],
    )
    reply = make_event(
        county.cissi,
        chain,
        "admission_reply",
        sender=Party.MUNICIPALITY,
        to="inpatient",
        outcome=CallOutcome.REACHED,
    )
    tell(county.cissi, chain, reply, to="outpatient")
    return chain


@pytest.mark.clause("R3.10")
def test_each_former_place_has_its_own_words_in_the_form_of_a_call(
    county: County, told_by_cissi: CareChain, client: Client
):
    chain = told_by_cissi
    details = get_chain(county.cissi, chain.pk).details
    assert details is not None
    change_details(
        by=county.cissi,
        chain=get_chain(county.cissi, chain.pk),
        client_id=same_id(2),
        replaces=details.pk,
        facts=replace(
            details.facts,
            ward_kind=WardKind.PSYCHIATRIC,
            ward_unit=county.psychiatric_ward,
            outpatient_unit=county.clinic,
        ),
        answers=MOVED,
    )
    client.force_login(county.cissi.user)
    page = read(client.get(reverse("chain_call", args=[chain.pk])))
    found = {
        " ".join(box.parent.span.text.split()): box.find_parent(attrs={"data-message": True})["data-told"]
        for box in page.main.find_all("input", {"name": "messages"})
        if LETS_GO in box.parent.text
    }
    assert set(found) == {LETS_GO, TAKES_OVER}
    ward, centre = (f"place:unit:{unit.pk}" for unit in (county.ward, county.health_centre))
    assert ward in found[TAKES_OVER].split("|")
    assert centre not in found[TAKES_OVER].split("|")
    assert centre in found[LETS_GO].split("|")
    ids = [box["id"] for box in page.main.find_all("input", {"name": "messages"})]
    assert len(ids) == len(set(ids))
    # The one who had the patient is what it was, not what takes over.
    former = next(box for box in page.main.find_all("input", {"name": "recipient"}) if box["value"] == centre)
    assert "Hälsocentral (tidigare)" in former.parent.text


@pytest.mark.clause("R3.9")
@pytest.mark.parametrize("page", ["status", "chain"])
@pytest.mark.parametrize(
    ("line", "rung", "number"),
    [
        ("Jens Övergård, stödperson, 070-174 06 08", "", "070-174 06 08"),
        ("Jens Övergård, stödperson", "070-174 06 08", "070-174 06 08"),
        ("Jens Övergård, stödperson", "", ""),
    ],
)
def test_a_participant_is_rung_on_the_number_that_was_typed(
    county: County, chain: CareChain, client: Client, page: str, line: str, rung: str, number: str
):
    sip = {"sip_date": "2026-12-01", "participants": [line]}
    event = make_event(county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, **sip)
    if rung:
        tell(county.disa, chain, event, to=f"participant:{line}", outcome=CallOutcome.NO_ANSWER, number=rung)
    client.force_login(county.disa.user)
    main = read(client.get(reverse(page, args=[chain.pk] if page == "chain" else []))).main
    owed_there = next(row for row in main.select(".owed-call") if line in row.get_text())
    said = " ".join(owed_there.get_text(" ").split())
    assert "Kontakter" not in said
    assert ("Inget nummer är angivet. Fråga patienten eller den som kallade." in said) == (not number)
    if number:
        assert owed_there.find("a", href="tel:+46701740608")
        tried = owed_there.find("form")
        assert tried.find(attrs={"name": "number"})["value"] == number
    reached = next(link["href"] for link in owed_there.find_all("a") if "Nådd" in link.get_text())
    form = read(client.get(reached)).main.find("form", method="post")
    assert form.find("input", attrs={"name": "number"}).get("value", "") == number


def test_of_a_protected_patient_the_list_leads_to_the_number(county: County, outage: Outage, client: Client):
    chain = make_chain(county, outage, protected_identity=True)
    make_event(county.alva, chain)
    client.force_login(county.alva.user)
    rows = read(client.get(reverse("status"))).main.select(".owed-call")
    assert rows
    for row in rows:
        said = " ".join(row.get_text(" ").split())
        assert "Öppna vårdkedjan : numret visas bara där." in said
        assert "Numret saknas" not in said
        assert row.find("a", href=reverse("chain", args=[chain.pk]), string="Öppna vårdkedjan")
