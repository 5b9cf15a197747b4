"""Which finding a scanned page is, from what its codes say and what the register knows of the sheet they name."""

from collections.abc import Collection
from dataclasses import dataclass

from .scan_finding import Finding
from .serial import PageCode


@dataclass(frozen=True, slots=True)
class KnownSheet:
    """What the register knows about a sheet: `scanned` are its pages that are scanned in the present round.

    `checked`: somebody has vouched for its pictures, and would not see one more.
    """

    pages: int
    version: str
    own_unit: bool
    ended: bool
    scanned: frozenset[int]
    checked: bool = False


def finding_of(
    codes: Collection[PageCode],
    *,
    foreign: bool,
    blank: bool,
    sheet: KnownSheet | None,
    back: bool = False,
) -> Finding:
    """`codes` are the distinct ones of ours on the page, `sheet` that of the only one.

    A page counts as a sheet's only where nothing at all speaks against it: a wrong match is worse than none. It is a
    `back` where the codes shine through from the other side of the paper.
    """
    if len(codes) > 1:
        return Finding.TWO_SHEETS
    if not codes:
        if foreign:
            return Finding.FOREIGN
        return Finding.BLANK if blank else Finding.UNREADABLE
    (code,) = codes
    if sheet is None:
        return Finding.UNKNOWN_SHEET
    if not sheet.own_unit:
        return Finding.OTHER_UNIT
    # No page of it, as it was printed.
    if code.page > sheet.pages or code.version != _plain(sheet.version):
        return Finding.OTHER_VERSION
    if sheet.ended:
        return Finding.TOO_LATE
    if back:
        return Finding.AFTER_CHECK if sheet.checked else Finding.BACK
    return Finding.ALREADY if code.page in sheet.scanned else Finding.MATCHED


def _plain(version: str) -> str:
    # As a code returns it: two characters, zero-padded.
    return version.upper().lstrip("0") or "0"
