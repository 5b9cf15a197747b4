"""What the tests of scanning start from: sheets, and scans of them drawn without the typesetter."""

from uuid import uuid4

from contacts.services.progress import finish
from forms.models import ScannedPage, ScanUpload, Sheet, SheetKind
from forms.rules.sheet_fate import Fate
from forms.services.scans import scan_steps
from forms.services.steps import write_step
from tests.paper.scans_made import as_pdf, coded, serials


def make_sheet(place, serial=None, *, pages=1, by=None, **more) -> Sheet:
    by = by or place.alva
    facts = {"kind": SheetKind.CARE_CHAIN, "routine_version": "2023-04-03", "version": "1"} | more
    serial = serial or serials(1, seed=Sheet.objects.count() + 50)[0]
    sheet = Sheet.objects.create(serial=serial, unit=by.unit, user=by.user, pages=pages, **facts)
    write_step(by=by, unit=by.unit, sheet=sheet, step=Fate.PRINTED)
    return sheet


def scan(by, *pictures, client_id=None) -> ScanUpload:
    # Of A6, which takes a quarter of the time of A4.
    files = [as_pdf(pictures, 200, 80)]
    return finish(scan_steps(by=by, client_id=client_id or uuid4(), files=files))


def findings(upload) -> list[str]:
    return [page.finding for page in ScannedPage.objects.filter(upload=upload).order_by("number")]


def fates(sheet) -> list[str]:
    return [step.fate for step in sheet.fates.order_by("number")]


def waiting(by, *pictures) -> ScannedPage:
    """Scan pictures of which the last waits, and give its row."""
    return ScannedPage.objects.filter(upload=scan(by, *pictures)).order_by("number").last()


def strange():
    """A page that no code can be read on."""
    picture = coded(serials(1)[0])
    picture.paste(60, (500, 0, 827, 400))
    picture.paste(60, (0, 800, 400, 1169))
    return picture
