"""The paper of a unit that was joined into another is the kept one's to account for."""

from uuid import uuid4

import pytest

from contacts.models import Unit
from contacts.queries.versions import version_of
from contacts.rules.errors import NotAllowed
from contacts.rules.parties import WardKind
from contacts.rules.permissions import Role
from contacts.services.joining_units import join_units
from forms.models import Sheet, SheetKind
from forms.queries.batches import get_batch, latest_batches
from forms.queries.left import not_entered
from forms.queries.scans import last_uploads, waiting_count
from forms.queries.sheets import Where, any_printed, figures, sheet_of, sheets_page
from forms.services.fates import mark_filled, mark_scanned
from tests.factories import person

from .sheets_made import make_batch, make_sheet

pytestmark = pytest.mark.django_db


def test_it_is_seen_and_handled_by_the_people_of_the_unit_kept_and_by_nobody_else(county, alva):
    double = Unit.objects.create(principal=county.region, name="Medicin två", ward_kind=WardKind.SOMATIC)
    eva = person("eva", double)
    office = Unit.objects.create(principal=county.region, name="Katalogen")
    sheet = make_sheet(eva, SheetKind.LOG_SHEET)
    blank = make_batch(eva, 1)[0]
    with pytest.raises(Sheet.DoesNotExist):
        sheet_of(alva, sheet.serial)
    join_units(
        by=person("rut", office, Role.ADMIN),
        kept=county.ward,
        other=double,
        client_id=uuid4(),
        version=version_of(county.ward),
        other_version=version_of(double),
    )
    assert sheet_of(alva, sheet.serial) == sheet
    assert any_printed(county.ward)
    assert figures(county.ward)[Where.ALL] == 2
    assert sheet in list(sheets_page(county.ward, Where.ALL))
    assert get_batch(alva, blank.batch_id) in latest_batches(alva)
    mark_filled(by=alva, sheet=sheet, client_id=uuid4(), seen=1)
    mark_scanned(by=alva, sheet=sheet)
    assert sheet in not_entered(county.ward)
    assert (waiting_count(county.ward), last_uploads(alva)) == (0, [])
    for nobody in (county.bo, county.cissi):
        with pytest.raises(Sheet.DoesNotExist):
            sheet_of(nobody, sheet.serial)
        with pytest.raises(NotAllowed):
            mark_filled(by=nobody, sheet=blank, client_id=uuid4(), seen=1)
    sheet.refresh_from_db()
    assert sheet.unit == double
