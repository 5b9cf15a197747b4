"""What a scanned page turned out to be."""

from contacts.rules.labelled import Labelled


class Finding(Labelled):
    MATCHED = "matched", "Hittade sitt blad"
    ALREADY = "already", "Sidan är redan skannad"
    OTHER_UNIT = "other_unit", "Bladet hör till en annan enhet"
    UNKNOWN_SHEET = "unknown_sheet", "Bladet finns inte i registret"
    OTHER_VERSION = "other_version", "Koden är av en annan version av bladet"
    FOREIGN = "foreign", "Koden är inte vår"
    BACK = "back", "Baksida"
    BLANK = "blank", "Tom baksida"
    UNREADABLE = "unreadable", "Ingen kod gick att läsa"
    TWO_SHEETS = "two_sheets", "Koderna på sidan säger olika blad"
    TOO_LATE = "too_late", "Bladet är redan förstört, sparat, överlämnat eller makulerat"
    AFTER_CHECK = "after_check", "Baksida till ett blad som redan är granskat"


class AsideReason(Labelled):
    DUPLICATE = "duplicate", "Skannad två gånger"
    NOT_OURS = "not_ours", "Inte ett av våra blad"
    OTHER_UNIT = "other_unit", "Lämnad till den enhet som bladet hör till"
    EMPTY = "empty", "Tom sida"
    SCAN_AGAIN = "scan_again", "Skannas om"


class BackBy(Labelled):
    CODE = "code", "koden lyser igenom"
    PLACE = "place", "efter plats i skanningen"
    TYPED = "typed", "löpnumret skrevs för hand"
