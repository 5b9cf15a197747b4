"""Whether the pictures of scanned pages are there, and the ones that were saved."""

from forms import scan_store
from forms.models import ScannedPage, Sheet
from forms.queries.scans import pictures_of
from forms.scan_store import PictureLost, PicturePurged


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
