"""Scans as they are read: what became of each page, what waits, and the pictures of a sheet."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from contacts.access import Acting
from contacts.models import Unit
from contacts.queries.joined import units_read_as
from forms.models import ScanAside, ScanBack, ScanMatch, ScannedPage, ScanUndone, ScanUpload, Sheet, SheetFate
from forms.queries.waiting import WAITS
from forms.rules.scan_finding import AsideReason, Finding
from forms.rules.sheet_fate import Fate

Telling = ScanMatch | ScanBack | ScanAside
"""What was said of a scanned page: it is a page of a sheet, the back of one, or belongs to none."""

Slot = tuple[UUID, int, int]
"""A sheet, one of its pages, and the round of scanning."""
_LAST = 5


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The picture of one page of a sheet. `typed`: matched by a typed serial. `cut_off`: a part may be missing.

    `page` is None where only the back of the page is scanned.
    """

    sheet_page: int
    page: ScannedPage | None
    at: datetime
    typed: bool
    cut_off: bool = False
    backs: tuple[ScanBack, ...] = ()

    @property
    def page_id(self) -> UUID | None:
        """What its address takes."""
        return self.page.pk if self.page else None

    @property
    def pages(self) -> list[ScannedPage]:
        """The front, if any, and the backs."""
        return [*([self.page] if self.page else []), *(back.page for back in self.backs)]


def pictures_of(sheet: Sheet) -> list[PagePicture]:
    """The pictures of a sheet in the order of its pages, each with its backs; of a page scanned again, the last.

    Three queries.
    """
    matches = ScanMatch.objects.filter(sheet=sheet, undone=None).select_related("page")
    matches = matches.order_by("sheet_page", "round", "turn")
    last = {match.sheet_page: match for match in matches}
    rounds = {page: match.round for page, match in last.items()}
    page_of_front: dict[UUID | None, int] = {match.page_id: page for page, match in last.items()}
    pictures = {
        page: PagePicture(page, match.page, match.at, match.typed, match.page.cut_off)
        for page, match in last.items()
    }
    present = rounds_of([sheet])[sheet.pk]
    backs = ScanBack.objects.filter(Q(sheet=sheet) | Q(front__in=page_of_front), undone=None)
    for back in backs.select_related("page").order_by("at", "page__number"):
        page = page_of_front[back.front_id] if back.sheet_page is None else back.sheet_page
        if back.sheet_id and back.round != rounds.get(page, present):
            continue
        front = pictures.get(page) or PagePicture(sheet_page=page, page=None, at=back.at, typed=False)
        pictures[page] = replace(front, backs=(*front.backs, back))
    return [picture for _, picture in sorted(pictures.items())]


def scanned_before(by: Acting, page: ScannedPage) -> PagePicture | None:
    """The picture that there is of a page of a sheet of the own unit, where `page` waits because of it."""
    if page.finding != Finding.ALREADY or standing(page) is not None:
        return None
    sheet = Sheet.objects.filter(serial=page.serial, unit__in=units_read_as(by.unit)).first()
    found = pictures_of(sheet) if sheet else []
    return next((each for each in found if each.page and each.sheet_page == page.sheet_page), None)


def after_cut_off(pages: Iterable[ScannedPage]) -> set[UUID]:
    """Of pages that were scanned before, those of which a part of a picture that there is may be missing. One query."""
    again = {page.pk: (page.serial, page.sheet_page) for page in pages if page.finding == Finding.ALREADY}
    serials = {serial for serial, _ in again.values()}
    matches = ScanMatch.objects.filter(sheet__serial__in=serials, undone=None, page__cut_off=True)
    cut_off = set(matches.values_list("sheet__serial", "sheet_page")) if again else set()
    return {pk for pk, of in again.items() if of in cut_off}


def pictures_count(sheet: Sheet) -> int:
    """Fronts and backs."""
    return sum(len(picture.pages) for picture in pictures_of(sheet))


def told_of(page: ScannedPage) -> list[Telling]:
    """All that was said about a page, in order, including what was undone. No query for a page of `page_of`."""
    said: list[Telling] = [*page.matches.all(), *page.told_backs.all(), *page.asides.all()]
    return sorted(said, key=lambda each: each.turn)


def is_undone(told: Telling) -> bool:
    """No query for what comes with a page of `page_of`."""
    return getattr(told, "undone", None) is not None


def standing(page: ScannedPage) -> Telling | None:
    """What is said about a page and was not undone; None where it waits."""
    return next((told for told in told_of(page) if not is_undone(told)), None)


def standing_now(page: ScannedPage) -> Telling | None:
    """What is said about a page and was not undone, read afresh from the database."""
    return next((told for told in told_now(page) if not is_undone(told)), None)


def told_now(page: ScannedPage) -> list[Telling]:
    """All that was said about a page, read afresh from the database. Three queries."""
    return told_of(_with_what_was_said(ScannedPage.objects.all()).get(pk=page.pk))


def telling_id(told: Telling) -> str:
    """The name of what was said about a page, for the form that undoes it."""
    return f"{type(told).__name__}-{told.turn}"


def undone_as(page: ScannedPage, told: str) -> ScanUndone | None:
    """The row that undid what was said about a page; `told` is its `telling_id`."""
    said = next((each for each in told_now(page) if telling_id(each) == told), None)
    return getattr(said, "undone", None)


def sheet_told_of(told: Telling | None) -> Sheet | None:
    """The sheet that a page belongs to, as its page or as a back; None for one that waits or is laid aside."""
    if isinstance(told, ScanBack):
        match = front_match(told)
        return match.sheet if match else told.sheet
    return told.sheet if isinstance(told, ScanMatch) else None


def front_match(told: ScanBack) -> ScanMatch | None:
    """What is said of the front that a page is the back of."""
    matches = told.front.matches.all() if told.front else ()
    return next((match for match in matches if not is_undone(match)), None)


def turns_of(sheets: Iterable[Sheet]) -> dict[Slot, int]:
    """The last turn in which a page was said to be that page of that sheet, in that round."""
    matches = ScanMatch.objects.filter(sheet__in=[sheet.pk for sheet in sheets]).order_by("turn")
    rows = matches.values_list("sheet_id", "sheet_page", "round", "turn")
    return {(sheet_id, page, number): turn for sheet_id, page, number, turn in rows}


def waits_beside(sheet: Sheet) -> list[ScannedPage]:
    """The pages that wait and lie next to one of the sheet's in its scan, and may be the back of it."""
    matches = ScanMatch.objects.filter(sheet=sheet, undone=None, round=rounds_of([sheet])[sheet.pk])
    places = list(matches.values_list("page__upload", "page__number"))
    beside = Q()
    for upload, number in places:
        beside |= Q(upload=upload, number__in=[number - 1, number + 1])
    bare = [Finding.UNREADABLE, Finding.FOREIGN, Finding.BACK, Finding.BLANK, Finding.AFTER_CHECK]
    waiting = _waiting(sheet.unit.joined_into or sheet.unit)
    return list(waiting.filter(beside, finding__in=bare)) if places else []


def waiting_count(unit: Unit) -> int:
    return _waiting(unit).count()


def waiting_pages(by: Acting) -> QuerySet[ScannedPage]:
    """The pages of the own unit that wait, oldest first, with their upload."""
    return _with_what_was_said(_waiting(by.unit).select_related("upload__user")).order_by(
        "upload__at", "upload_id", "number"
    )


def upload_of(by: Acting, upload_id: UUID) -> ScanUpload:
    return ScanUpload.objects.select_related("user").get(pk=upload_id, unit__in=units_read_as(by.unit))


def page_of(by: Acting, page_id: UUID) -> ScannedPage:
    pages = _with_what_was_said(ScannedPage.objects.select_related("upload__user"))
    return pages.get(pk=page_id, upload__unit__in=units_read_as(by.unit))


def pages_of(upload: ScanUpload) -> list[ScannedPage]:
    return list(_with_what_was_said(upload.scanned_pages.order_by("number")))


def sheets_wanting(page_ids: Collection[UUID]) -> list[Sheet | None]:
    """The sheet, or None, of each of those pages that nobody has said is to be scanned again."""
    pages = _with_what_was_said(ScannedPage.objects.filter(pk__in=page_ids))
    told = [standing(page) for page in pages]
    rounds = rounds_of({sheet for said in told if (sheet := sheet_told_of(said))})
    return [sheet_told_of(said) for said in told if _is_wanted(said, rounds)]


def _is_wanted(said: Telling | None, rounds: Mapping[UUID, int]) -> bool:
    if isinstance(said, ScanAside):
        return said.reason != AsideReason.SCAN_AGAIN
    place = front_match(said) if isinstance(said, ScanBack) and said.front else said
    return place is None or place.sheet is None or place.round == rounds[place.sheet.pk]


def rounds_of(sheets: Iterable[Sheet]) -> dict[UUID, int]:
    """The round of scanning that each sheet is in: 1, and one more for each time it went back to be scanned again.

    A sheet goes to "filled" from "printed" once at most; every later time it came back from "scanned". Where it did
    because a page was not its own, the others stay.
    """
    wanted = [sheet.pk for sheet in sheets]
    rounds = dict.fromkeys(wanted, 1)
    steps = SheetFate.objects.filter(sheet__in=wanted, fate__in=[Fate.SCANNED, Fate.FILLED], undoing=None)
    scanned: set[UUID] = set()
    for sheet_id, fate in steps.order_by("sheet", "number").values_list("sheet_id", "fate"):
        if fate == Fate.SCANNED:
            scanned.add(sheet_id)
        elif sheet_id in scanned:
            scanned.remove(sheet_id)
            rounds[sheet_id] += 1
    return rounds


def last_steps(sheets: Iterable[Sheet]) -> dict[UUID, Fate]:
    """By the id of the sheet; one query, and nothing for a sheet that has no step."""
    steps = SheetFate.objects.filter(sheet__in=[sheet.pk for sheet in sheets]).order_by("sheet", "number")
    return {sheet_id: Fate(fate) for sheet_id, fate in steps.values_list("sheet_id", "fate")}


def scanned_pages_of(sheets: Iterable[Sheet]) -> dict[UUID, set[int]]:
    """Which pages of each sheet have been scanned in its present round."""
    by_id = {sheet.pk: sheet for sheet in sheets}
    rounds = rounds_of(by_id.values())
    found: dict[UUID, set[int]] = {sheet_id: set() for sheet_id in by_id}
    matches = ScanMatch.objects.filter(sheet__in=list(by_id), undone=None)
    for sheet_id, page, number in matches.values_list("sheet_id", "sheet_page", "round"):
        if number == rounds[sheet_id]:
            found[sheet_id].add(page)
    return found


def last_uploads(by: Acting) -> list[ScanUpload]:
    return list(ScanUpload.objects.filter(unit__in=units_read_as(by.unit)).select_related("user")[:_LAST])


def _waiting(unit: Unit) -> QuerySet[ScannedPage]:
    return ScannedPage.objects.filter(*WAITS, upload__unit__in=units_read_as(unit))


def _with_what_was_said(pages: QuerySet[ScannedPage]) -> QuerySet[ScannedPage]:
    """Prefetch what was said about each page, and its backs: the number of queries does not depend on the pages."""
    backs = ScanBack.objects.filter(undone=None).select_related("page").prefetch_related(*_said("page__"))
    return pages.prefetch_related(*_said(""), Prefetch("backs", backs, to_attr="its_backs"))


def _said(path: str) -> "list[Prefetch[str, Any, Any]]":
    matches = ScanMatch.objects.select_related("sheet", "undone")
    backs = ScanBack.objects.select_related("sheet", "undone", "front")
    return [
        Prefetch(f"{path}matches", matches),
        Prefetch(f"{path}told_backs", backs.prefetch_related(Prefetch("front__matches", matches))),
        Prefetch(f"{path}asides", ScanAside.objects.select_related("undone")),
    ]
