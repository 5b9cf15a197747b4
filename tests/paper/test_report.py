"""The report of an outage on paper: its charts are drawn, and named for who does not see them."""

from datetime import timedelta

import pytest

from contacts.rules.permissions import Role
from contacts.services.progress import finish
from forms.sealing import seal
from forms.services.report_prints import print_outage_report
from outage.queries.outages import outage_for
from outage.services.report import make_report, write_lesson
from tests.factories import same_id
from tests.paper.conformance import faults
from tests.paper.making import at, end_outage, full_chain, make_place, person
from tests.paper.reading import everything, read, squashed, structure
from tests.paper.test_conformance import OF_THE_PATIENT, hidden_text

pytestmark = pytest.mark.django_db


def test_it_passes_sealed_and_names_no_patient(sealing):
    place = make_place()
    full_chain(place)
    end_outage(place, at(15) + timedelta(days=1))
    by = person("Esa Ek", place.ward, Role.COORDINATOR)
    outage = outage_for(place.region, place.outage.pk)
    kept = finish(make_report(by=by, outage=outage))
    assert kept.charts
    write_lesson(by=by, outage=outage, client_id=same_id(1), text="Ring före tolv.", owner="Esa Ek")
    pdf = print_outage_report(by=by, outage=outage).pdf
    assert faults(pdf) == []
    assert faults(seal(pdf).pdf) == []
    assert structure(pdf).count("/Figure") == len(kept.charts)
    text = everything(pdf)
    for said in ("Översikt", "Bredvid andra driftstopp", "Ring före tolv."):
        assert squashed(said) in text
    assert not OF_THE_PATIENT.search(text)
    assert not OF_THE_PATIENT.search(hidden_text(pdf))
    # A chart is drawn, not a picture of dots.
    assert not any(
        "/XObject" in page["/Resources"] and "/Image" in str(page["/Resources"]) for page in read(pdf).pages
    )
