"""What a scanned page turned out to be."""

from enum import StrEnum


class Finding(StrEnum):
    """What the decoder and the register say of one scanned page."""

    MATCHED = "matched"
    ALREADY = "already"
    OTHER_UNIT = "other_unit"
    UNKNOWN_SHEET = "unknown_sheet"
    FOREIGN = "foreign"
    BLANK = "blank"
    UNREADABLE = "unreadable"
    TWO_SHEETS = "two_sheets"
    TOO_LATE = "too_late"


FINDING_LABELS: dict[Finding, str] = {
    Finding.MATCHED: "Hittade sitt blad",
    Finding.ALREADY: "Sidan är redan skannad",
    Finding.OTHER_UNIT: "Bladet hör till en annan enhet",
    Finding.UNKNOWN_SHEET: "Bladet finns inte i registret",
    Finding.FOREIGN: "Koden är inte vår",
    Finding.BLANK: "Tom baksida",
    Finding.UNREADABLE: "Ingen kod gick att läsa",
    Finding.TWO_SHEETS: "Koderna på sidan säger olika blad",
    Finding.TOO_LATE: "Bladet är redan förstört, sparat, överlämnat eller makulerat",
}

WAITS = frozenset(Finding) - {Finding.MATCHED, Finding.BLANK}
"""A page with one of these waits until somebody types its serial or lays it aside."""


class AsideReason(StrEnum):
    """Why a page that waited was laid aside without a sheet."""

    DUPLICATE = "duplicate"
    NOT_OURS = "not_ours"
    EMPTY = "empty"
    SCAN_AGAIN = "scan_again"


ASIDE_REASON_LABELS: dict[AsideReason, str] = {
    AsideReason.DUPLICATE: "Skannad två gånger",
    AsideReason.NOT_OURS: "Inte ett av våra blad",
    AsideReason.EMPTY: "Tom sida",
    AsideReason.SCAN_AGAIN: "Skannas om",
}
