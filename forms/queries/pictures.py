"""Whether the pictures of scanned pages are there, and the ones that were saved."""

from forms import scan_store
from forms.models import ScannedPage, Sheet
from forms.queries.scans import pictures_of, sheets_wanting
from forms.scan_store import PictureLost, PicturePurged

_AT_ONCE = 500


def why_lost(page: ScannedPage) -> str:
    """Why its picture cannot be shown, in a sentence; "" where it can."""
    try:
        scan_store.load(page.pk, sha256=page.sha256)
    except PictureLost as lost:
        return lost.reason
    return ""


def check_pictures(sheet: Sheet, *, paper_goes: bool = False) -> None:
    """Raises PictureLost with the first page whose picture, or back, is not there. Where the paper goes, one that is
    purged is not missed.
    """
    for picture in pictures_of(sheet):
        for page in picture.pages:
            try:
                scan_store.load(page.pk, sha256=page.sha256)
            except PictureLost as lost:
                if not (paper_goes and isinstance(lost, PicturePurged)):
                    reason = f"Sida {picture.sheet_page}: {lost.reason[0].lower()}{lost.reason[1:]}"
                    raise PictureLost(reason) from None


def lost_pictures() -> list[str]:
    """Of each picture in the whole installation that is gone or damaged, the serial of its sheet, "" where it has none.
    Not of one that is purged, or that somebody has said is to be scanned again. Reads every picture.
    """
    lost = []
    for page_id, sha256 in list(ScannedPage.objects.order_by().values_list("pk", "sha256")):
        try:
            scan_store.load(page_id, sha256=sha256)
        except PicturePurged:
            continue
        except PictureLost:
            lost.append(page_id)
    some_at_once = (lost[at : at + _AT_ONCE] for at in range(0, len(lost), _AT_ONCE))
    return sorted(sheet.serial if sheet else "" for some in some_at_once for sheet in sheets_wanting(some))
