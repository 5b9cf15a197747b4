"""The log as a file, beside its events and calls: what was known of the patient, and how a discharge was left."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import DischargeCompletion, OpenItem, Outage
from outage.presenters.outage_files import WITHHELD
from outage.queries.care_chains import get_handover
from outage.rules.back_registration import ChainStatus
from outage.services.events import complete_discharge, leave_discharge_open
from outage.services.handovers import correct_call
from outage.services.moving import move_call
from tests.factories import County, make_chain, make_event, tell
from tests.integration.outage.joining import join, undo
from tests.integration.outage.taken_out import of_the_log, of_the_patient, table
from tests.integration.outage.ticking import change

pytestmark = pytest.mark.django_db


def test_what_was_known_of_the_patient_and_each_change_of_it_is_a_row_before_the_log(
    county: County, outage: Outage
):
    chain = make_chain(county, outage, patient_name="Ada Alm", municipality=None)
    make_event(county.alva, chain, to=Party.OUTPATIENT)
    change(
        county.alva,
        chain,
        county,
        patient_name="Ada Alm",
        municipality=county.municipality,
        status=ChainStatus.DECEASED,
        status_reason="Avled 10.40",
    )
    opened_, changed = of_the_patient(county.alva, outage)
    assert table(county.alva, outage)[:2] == [opened_, changed]
    assert (opened_["Rad"], opened_["Meddelande"], opened_["Läge"]) == ("1", "Vårdkedjan öppnad", "Gäller")
    assert opened_["Signatur"] == f"Alva Påhittad, {county.ward.name}"
    assert "Namn: Ada Alm" in opened_["Uppgifter"]
    assert "Kommun" not in opened_["Uppgifter"]
    assert changed["Meddelande"] == "Uppgifterna ändrade"
    assert changed["Uppgifter"].split("; ") == [
        "Läge: Pågår → Patienten har avlidit",
        f"Kommun: – → {county.municipality.name}",
        "Varför: – → Avled 10.40",
    ]


def said_of_joins(county: County, outage: Outage) -> list[tuple[str, ...]]:
    names = ("Vårdkedja", "Loggat i vårdkedja", "Meddelande", "Signatur", "Uppgifter")
    found = table(county.alva, outage)
    return [tuple(row[name] for name in names) for row in found if row["Slag"] == "Sammanföring"]


def test_what_was_joined_and_parted_is_said_in_both_chains_with_who_and_why(county: County, outage: Outage):
    kept = make_chain(county, outage, patient_name="Ada Alm")
    other = make_chain(county, outage, by=county.disa, patient_name="Ada Alm")
    make_event(county.alva, kept, "admission")
    make_event(county.disa, other, "sip_initiative", sender=Party.OUTPATIENT)
    join(county, kept, other)
    by = f"Alva Påhittad, {county.ward.name}"
    assert said_of_joins(county, outage) == [("1", "1", "Sammanförd med vårdkedja 2", by, "")]
    shown = {
        (row["Vårdkedja"], row["Loggat i vårdkedja"], row["Meddelande"]) for row in table(county.alva, outage)
    }
    assert shown == {
        ("1", "1", "Vårdkedjan öppnad"),
        ("1", "2", "Vårdkedjan öppnad"),
        ("1", "1", "Sammanförd med vårdkedja 2"),
        ("1", "1", "Inskrivning"),
        ("1", "2", "Initiativ till SIP"),
    }
    undo(county, kept)
    joined, parted = "Sammanförd med vårdkedja", "Sammanföringen upplöst med vårdkedja"
    assert said_of_joins(county, outage) == [
        ("1", "1", f"{joined} 2", by, ""),
        ("1", "1", f"{parted} 2", by, "Två olika."),
        ("2", "2", f"{joined} 1", by, ""),
        ("2", "2", f"{parted} 1", by, "Två olika."),
    ]
    # Neither changed what was known.
    assert [row["Meddelande"] for row in of_the_patient(county.alva, outage)] == ["Vårdkedjan öppnad"] * 2


def test_why_two_were_parted_is_withheld_of_a_patient_with_protected_personal_data(
    county: County, outage: Outage
):
    kept, other = (make_chain(county, outage, protected_identity=True) for _ in "12")
    join(county, kept, other)
    undo(county, kept)
    assert {said for *_, said in said_of_joins(county, outage)} == {"", WITHHELD}


def test_a_call_that_was_moved_says_where_to_and_where_from_and_why(county: County, outage: Outage):
    wrong, right = (make_chain(county, outage, identity=number) for number in ("19800101-9808", ""))
    call = tell(county.alva, wrong, make_event(county.alva, wrong))
    moved = move_call(by=county.alva, handover=call, to=right, client_id=uuid4(), reason="Fel patient.")
    again = {"facts": replace(moved.facts, spoken_to="Karin"), "reason": "Fel namn."}
    correct_call(by=county.alva, handover=get_handover(county.alva, moved.pk), client_id=uuid4(), **again)
    moves = [
        (row["Vårdkedja"], row["Läge"], row["Flyttat"])
        for row in of_the_log(county.alva, outage)
        if row["Flyttat"]
    ]
    assert moves == [
        ("1", "Återtagen", "Till vårdkedja 2"),
        ("2", "Rättad", "Från vårdkedja 1: Fel patient."),
    ]


def test_a_discharge_says_who_was_left_untold_by_whom_and_that_it_was_ended(county: County, outage: Outage):
    chain = make_chain(county, outage)
    event = make_event(county.alva, chain, "discharge")
    item = {"client_id": uuid4(), "recipient": Party.OUTPATIENT, "responsible": "Esa", "reason": "Stängt"}
    leave_discharge_open(by=county.alva, event=event, **item)
    (row,) = (row for row in of_the_log(county.alva, outage) if row["Slag"] == "Händelse")
    at = timezone.localtime(OpenItem.objects.get().recorded_at)
    assert row["Öppen punkt"] == f"Hälsocentral – Esa, Stängt ({at:%Y-%m-%d %H:%M} Alva Påhittad)"
    assert row["Avslutad"] == ""
    for to in (Party.MUNICIPALITY, Party.OUTPATIENT):
        tell(county.alva, chain, event, to=to)
    complete_discharge(by=county.alva, event=event)
    (row,) = (row for row in of_the_log(county.alva, outage) if row["Slag"] == "Händelse")
    at = timezone.localtime(DischargeCompletion.objects.get().recorded_at)
    assert row["Avslutad"] == f"{at:%Y-%m-%d %H:%M} Alva Påhittad"
