"""What the pages of a scan turn out to be: each finds its sheet, goes with its front, or waits (R2.6)."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from contacts import audit
from contacts.access import Acting
from contacts.queries.joined import is_read_as
from forms.models import ScanBack, ScanMatch, ScannedPage, ScanUpload, Sheet
from forms.queries.scans import Slot, last_steps, rounds_of, scanned_pages_of, turns_of
from forms.rules.scan_backs import Side, fronts_of
from forms.rules.scan_finding import BackBy, Finding
from forms.rules.scan_matching import KnownSheet, finding_of
from forms.rules.serial import PageCode, read_page_code
from forms.rules.sheet_fate import ENDS, Fate
from forms.scanning import DecodedPage
from forms.services.telling import save_telling, step_as_scanned


def find_sheets(*, by: Acting, upload: ScanUpload, read: Sequence[tuple[ScannedPage, DecodedPage]]) -> None:
    """Write the rows of the pages of a new upload with what each is, in the caller's transaction."""
    sides = [_side_of(page) for _, page in read]
    fronts = fronts_of(sides)
    # Locked in one order: two who scan the same sheets at once cannot deadlock.
    serials = {code.serial for side in sides for code in (*side.printed, *side.through)}
    register = _Register(by, serials)
    for place, (row, _) in enumerate(read):
        _find(register, upload, row, sides[place])
    for place, (row, _) in enumerate(read):
        if place in fronts:
            _goes_with(register, row, sides[place], read[fronts[place]][0], sides[fronts[place]])
        elif row.finding == Finding.BACK:
            register.back_of_sheet(row, sides[place].through[0], BackBy.CODE)
    for row, _ in read:
        row.save()
    for told in register.told:
        save_telling(by=by, told=told)
    step_as_scanned(by, register.touched.values())
    found = Counter(row.finding for row, _ in read)
    audit.record(by=by, action="scan.uploaded", target=upload, changes={"pages": len(read)} | dict(found))


class _Register:
    """The sheets that a scan names, locked, with what is known about each, and what is to be said about the pages."""

    def __init__(self, by: Acting, serials: Collection[str]) -> None:
        sheets = Sheet.objects.select_for_update(no_key=True).filter(serial__in=serials).order_by("pk")
        self.by = by
        self.sheets = {sheet.serial: sheet for sheet in sheets}
        self.scanned = scanned_pages_of(self.sheets.values())
        self.rounds = rounds_of(self.sheets.values())
        self.last = last_steps(self.sheets.values())
        self.turns = turns_of(self.sheets.values())
        self.touched: dict[UUID, Sheet] = {}
        self.told: list[ScanMatch | ScanBack] = []

    def known(self, code: PageCode | None) -> KnownSheet | None:
        sheet = self.sheets.get(code.serial) if code else None
        if sheet is None:
            return None
        return KnownSheet(
            pages=sheet.pages,
            version=sheet.version,
            own_unit=is_read_as(self.by.unit, sheet.unit_id),
            ended=self.last.get(sheet.pk) in ENDS,
            scanned=frozenset(self.scanned[sheet.pk]),
            checked=self.last.get(sheet.pk) is Fate.CHECKED,
        )

    def match(self, row: ScannedPage, code: PageCode) -> None:
        sheet = self.sheets[code.serial]
        slot: Slot = (sheet.pk, code.page, self.rounds[sheet.pk])
        self.told.append(
            ScanMatch(
                page=row, sheet=sheet, sheet_page=code.page, round=slot[2], turn=self.turns.get(slot, 0) + 1
            )
        )
        self.scanned[sheet.pk].add(code.page)
        self.touched[sheet.pk] = sheet

    def back_of_sheet(self, row: ScannedPage, code: PageCode, told_by: BackBy) -> None:
        sheet = self.sheets[code.serial]
        self.told.append(
            ScanBack(
                page=row, sheet=sheet, sheet_page=code.page, round=self.rounds[sheet.pk], told_by=told_by
            )
        )
        self.touched[sheet.pk] = sheet


def _find(register: _Register, upload: ScanUpload, row: ScannedPage, side: Side) -> None:
    codes, back = (side.printed, False) if side.printed else (side.through, bool(side.through))
    code = codes[0] if len(codes) == 1 else None
    known = register.known(code)
    row.upload = upload
    row.finding = finding_of(codes, foreign=side.foreign, blank=side.blank, sheet=known, back=back)
    if code:
        row.serial, row.sheet_page = code.serial, code.page
        if row.finding == Finding.MATCHED:
            register.match(row, code)


def _goes_with(
    register: _Register, row: ScannedPage, side: Side, front: ScannedPage, front_side: Side
) -> None:
    """Store a back with its front, wherever that belongs.

    Where the front was scanned before and is only laid aside, a back with something on it goes to the sheet itself:
    nobody may have seen it.
    """
    told_by = BackBy.CODE if side.through else BackBy.PLACE
    if front.finding != Finding.ALREADY or side.blank:
        row.finding = Finding.BLANK if side.blank else Finding.BACK
        register.told.append(ScanBack(page=row, front=front, told_by=told_by))
        return
    code = front_side.printed[0]
    known = register.known(code)
    row.finding = Finding.AFTER_CHECK if known and known.checked else Finding.BACK
    if row.finding == Finding.BACK:
        register.back_of_sheet(row, code, told_by)


def _side_of(page: DecodedPage) -> Side:
    return Side(
        printed=_codes_of(page.codes),
        through=_codes_of(page.through),
        foreign=page.foreign,
        torn=page.torn,
        blank=page.blank,
    )


def _codes_of(texts: Sequence[str]) -> tuple[PageCode, ...]:
    read = (read_page_code(text) for text in texts)
    return tuple(dict.fromkeys(code for code in read if code is not None))
