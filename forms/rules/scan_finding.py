"""What a scanned page turned out to be."""

from enum import StrEnum


class Finding(StrEnum):
    """What the decoder and the register say about one scanned page."""

    MATCHED = "matched"
    ALREADY = "already"
    OTHER_UNIT = "other_unit"
    UNKNOWN_SHEET = "unknown_sheet"
    FOREIGN = "foreign"
    BACK = "back"
    BLANK = "blank"
    UNREADABLE = "unreadable"
    TWO_SHEETS = "two_sheets"
    TOO_LATE = "too_late"
    AFTER_CHECK = "after_check"


FINDING_LABELS: dict[Finding, str] = {
    Finding.MATCHED: "Hittade sitt blad",
    Finding.ALREADY: "Sidan är redan skannad",
    Finding.OTHER_UNIT: "Bladet hör till en annan enhet",
    Finding.UNKNOWN_SHEET: "Bladet finns inte i registret",
    Finding.FOREIGN: "Koden är inte vår",
    Finding.BACK: "Baksida",
    Finding.BLANK: "Tom baksida",
    Finding.UNREADABLE: "Ingen kod gick att läsa",
    Finding.TWO_SHEETS: "Koderna på sidan säger olika blad",
    Finding.TOO_LATE: "Bladet är redan förstört, sparat, överlämnat eller makulerat",
    Finding.AFTER_CHECK: "Baksida till ett blad som redan är granskat",
}


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


class BackBy(StrEnum):
    """How it is known which page a back is the other side of."""

    CODE = "code"
    PLACE = "place"
    TYPED = "typed"


BACK_BY_LABELS: dict[BackBy, str] = {
    BackBy.CODE: "koden lyser igenom",
    BackBy.PLACE: "efter plats i skanningen",
    BackBy.TYPED: "löpnumret skrevs för hand",
}
