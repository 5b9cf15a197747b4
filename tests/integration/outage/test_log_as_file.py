"""The log as a file, beside its events and calls: what was known of the patient, and how a discharge was left."""

from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import DischargeCompletion, OpenItem, Outage
from outage.rules.back_registration import ChainStatus
from outage.services.events import complete_discharge, leave_discharge_open
from tests.factories import County, make_chain, make_event, tell
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
