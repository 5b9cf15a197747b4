"""Sheets of version 1 that hang in binders: still known, matched by their codes, and entered (R2.4, R2.6)."""

import pytest
from django.test import Client

from forms.models import PaperEntry
from forms.specs import get_spec
from outage.models import Handover
from tests.clock import standing_at
from tests.integration.forms.entering import ROW, address, send
from tests.integration.forms.scanning import fates, findings, make_sheet, scan
from tests.paper.making import at, make_chain, make_place
from tests.paper.scans_made import coded

pytestmark = pytest.mark.django_db


@pytest.mark.clause("R2.6")
def test_a_blankett_of_version_1_with_its_four_pages_is_matched_beside_one_of_version_2():
    place = make_place()
    assert get_spec().version == "2"
    old = make_sheet(place, pages=4, version="1")
    new = make_sheet(place, pages=2, version="2")
    pictures = [
        *(coded(old.serial, page, "1") for page in range(1, 5)),
        *(coded(new.serial, page, "2") for page in (1, 2)),
        # A code that says another version than the sheet was printed from is no page of it.
        coded(old.serial, 1, "2"),
    ]
    assert findings(scan(place.alva, *pictures)) == ["matched"] * 6 + ["other_version"]
    assert fates(old) == fates(new) == ["printed", "filled", "scanned"]


@pytest.mark.clause("R2.4")
def test_a_row_of_a_sheet_of_version_1_is_entered(client: Client):
    place = make_place()
    chain = make_chain(place)
    old = make_sheet(place, pages=4, version="1")
    with standing_at(at(14)):
        client.force_login(place.alva.user)
        answer = send(client, address(old, chain), **ROW | {"at_kl": "10.50", "written_at_kl": "10.51"})
    assert answer.status_code == 302
    handover = Handover.objects.get()
    assert (handover.paper_serial, handover.chain_id) == (old.serial, chain.pk)
    assert PaperEntry.objects.get().sheet == old
