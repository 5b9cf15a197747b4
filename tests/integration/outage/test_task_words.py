"""The words of one task: each event stands, dates are read on any day, and no number is called former that was none."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.rules.parties import Party
from forms.services.outage_files import _rows_of
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from tests.factories import TOLVAN, County, end_for_all, make_chain, make_event
from tests.integration.outage.ticking import change, mark, rows


def test_two_admissions_of_one_minute_stand_as_two(county: County, chain: CareChain):
    for _ in range(2):
        make_event(county.alva, chain, "admission", ago=timedelta(minutes=47))
    (row,) = (row for row in rows(county.alva, chain) if row.heading == "Avgör själv")
    assert row.facts == ("Inskrivning 10.05", "Inskrivning 10.05")


@pytest.mark.parametrize(
    ("was", "remedy"),
    [
        ("", "Ändra i PRATOR. Markera sedan på nytt."),
        ("okänt", "Ändra i PRATOR. Markera sedan på nytt."),
        (TOLVAN, "Ångra i PRATOR det som gjordes på det gamla numret, och gör om det på det nya."),
    ],
)
def test_only_a_number_that_there_was_is_the_former_one(
    county: County, outage: Outage, was: str, remedy: str
):
    chain = make_chain(county, outage, before=Before.ADMITTED, identity=was, patient_name="Okänd Påhittad")
    make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    chain = get_chain(county.alva, chain.pk)
    (row,) = (row for row in rows(county.alva, chain) if row.clause == "R4.4")
    mark(county.alva, chain, row)
    change(county.alva, chain, county, identity="19380214-9801")
    (row,) = (row for row in rows(county.alva, chain) if row.clause == "R4.4")
    assert (row.changed, row.remedy) == (True, remedy)


def test_the_date_of_a_sip_has_its_year_in_the_file_alone(county: County, outage: Outage):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    agreed = {"sip_date": "2026-12-04", "sip_time": "13.00", "participants": ["Dotter"]}
    make_event(county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, **agreed)
    end_for_all(county, outage, timezone.now())
    chain = get_chain(county.alva, chain.pk)
    for found, said in (
        (rows(county.alva, chain), "fre 4 dec"),
        (_rows_of(county.alva, [chain]), "fre 4 dec 2026"),
    ):
        (row,) = (row for row in found if row.clause == "R4.5")
        assert dict(row.typed)["Datum"] == said
