"""Which keys purging a principal's outage destroys: of every scan that tells of it, and of no other."""

from datetime import timedelta
from uuid import uuid4

from contacts.access import Acting
from forms.models import ScanMatch, ScannedPage, ScanUpload, Sheet
from forms.queries.scan_keys import scan_keys_of
from forms.rules.scan_finding import Finding
from forms.scan_store import key_name
from outage.models import Outage
from tests.factories import County, make_chain, make_outage
from tests.integration.forms.entering import enter
from tests.integration.forms.sheets_made import make_sheet


def scanned(by: Acting, *sheets: Sheet | None) -> str:
    """One scan with a page of each sheet, or one that waits; the name of its key."""
    upload = ScanUpload.objects.create(
        id=uuid4(), unit=by.unit, user=by.user, sha256="0" * 64, pages=len(sheets)
    )
    for number, sheet in enumerate(sheets, 1):
        page = ScannedPage.objects.create(
            upload=upload, number=number, finding=Finding.UNREADABLE, width=1, height=1, sha256="0" * 64
        )
        if sheet is not None:
            ScanMatch.objects.create(page=page, sheet=sheet, sheet_page=1, user=by.user, unit=by.unit)
    return key_name(upload.pk)


def test_each_scan_is_of_the_outages_that_its_sheets_tell_of(county: County, clock):
    alva = county.alva
    first = make_outage(alva)
    of_first = make_chain(county, first)
    clock.shift(timedelta(days=20))
    later = Outage.objects.create(system="Annat", routine_id=first.routine_id)
    of_later = make_sheet(alva, outage=later)
    entered, blank, another = make_sheet(alva), make_sheet(alva), make_sheet(alva)
    entered_elsewhere = make_sheet(alva, outage=later)
    enter(county, entered, of_first)
    enter(county, entered_elsewhere, of_first)
    alone = [scanned(alva, make_sheet(alva, outage=first)), scanned(alva, entered, None, blank)]
    shared = [scanned(alva, make_sheet(alva, outage=first), of_later), scanned(alva, entered_elsewhere)]
    # Of these no page says it, and the other one was going on.
    waiting = [scanned(alva, None), scanned(alva, another)]
    found = scan_keys_of(county.region, first)
    assert (set(found.alone), set(found.shared)) == (set(alone), set(shared))
    assert set(scan_keys_of(county.region, later).alone) == set(waiting)
    assert scan_keys_of(county.municipality, first).alone == ()
