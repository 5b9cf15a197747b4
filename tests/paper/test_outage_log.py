"""The log of an outage on paper: every row, in parts, with the patient at the head of each page."""

import pytest

from contacts.models import AuditEntry
from contacts.rules.errors import NotAllowed
from contacts.rules.permissions import Role
from forms.sealing import seal
from forms.services import outage_log_prints
from forms.services.outage_log_prints import print_outage_log
from outage.presenters.outage_files import read_later
from outage.presenters.outage_log import log_of_outage
from outage.queries.outages import outage_for
from outage.queries.owed import chains_seen
from outage.rules import outage_files
from tests.clock import standing_at
from tests.paper.conformance import faults
from tests.paper.making import at, full_chain, make_chain, make_place, person
from tests.paper.reading import everything, pages, squashed, structure
from tests.paper.test_conformance import OF_THE_PATIENT, hidden_text

pytestmark = pytest.mark.django_db
NOW = at(14, 5)


@pytest.fixture
def place():
    return make_place()


def printed(place, number: int = 1):
    with standing_at(NOW):
        outage = outage_for(place.region, place.outage.pk)
        return print_outage_log(by=place.alva, outage=outage, number=number)


def test_it_passes_sealed_and_has_every_row_with_who_it_is_on_each_page(place, sealing):
    full_chain(place)
    make_chain(place)
    outage = outage_for(place.region, place.outage.pk)
    (_, rows), (_, none) = log_of_outage(chains_seen(place.alva, outage), read_later(NOW))
    assert [row.messages for row in none] == ["Vårdkedjan öppnad"]
    made = printed(place)
    assert made.filename == "logg-2026-11-24.pdf"
    assert faults(made.pdf) == []
    assert faults(seal(made.pdf).pdf) == []
    text = everything(made.pdf)
    for row in rows:
        for said in (
            row.messages,
            row.happened,
            row.signature,
            row.comment,
            row.reason,
            row.said,
            row.spoken_to,
        ):
            assert squashed(said) in text
    for said in ("RÄTTAD", "ÅTERTAGEN", "Innehåller patientuppgifter."):
        assert squashed(said) in text
    assert structure(made.pdf).count("/Table") == 2
    assert len(pages(made.pdf)) > 1
    head = squashed(f"{rows[0].patient}, {rows[0].identity}, vårdkedja 1")
    assert all(head in squashed(page) for page in pages(made.pdf))
    assert not OF_THE_PATIENT.search(hidden_text(made.pdf))


def test_it_is_divided_and_each_part_is_traced_with_whom_it_shows(place, monkeypatch):
    monkeypatch.setattr(outage_log_prints, "parts_of", lambda count: outage_files.parts_of(count, 2))
    monkeypatch.setattr(outage_log_prints, "part_of", lambda number: outage_files.part_of(number, 2))
    for number in range(1, 4):
        full_chain(place, patient_name=f"Patient {number}")
    first, second = printed(place, 1), printed(place, 2)
    assert (first.filename, second.filename) == ("logg-2026-11-24-del-1.pdf", "logg-2026-11-24-del-2.pdf")
    for made, own in ((first, {1, 2}), (second, {3})):
        text = everything(made.pdf)
        assert {number for number in range(1, 4) if f"Patient{number}," in text} == own
    assert "del1av2" in everything(first.pdf)
    traced = AuditEntry.objects.filter(action="outage.log_taken_out").order_by("pk")
    assert [row.changes["patients"] for row in traced] == [2, 1]
    assert traced[0].patients.size == 2


def test_a_patient_with_protected_data_has_a_number_alone(place):
    full_chain(place, protected_identity=True)
    text = everything(printed(place).pdf)
    assert squashed("Skyddad patient, vårdkedja 1") in text
    assert not OF_THE_PATIENT.search(text)
    assert squashed("Visas inte här") in text


def test_nobody_prints_it_without_the_right(place):
    by = person("Adam Ek", place.ward, Role.ADMIN)
    with pytest.raises(NotAllowed):
        print_outage_log(by=by, outage=place.outage, number=1)
