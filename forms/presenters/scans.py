"""What became of a scan, and the pages that wait, in words."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from forms.models import ScanAside, ScanBack, ScanMatch, ScannedPage, ScanUpload, Sheet
from forms.queries.pictures import why_lost
from forms.queries.scans import (
    PagePicture,
    Telling,
    front_match,
    is_undone,
    sheet_told_of,
    standing,
    telling_id,
    told_of,
)
from forms.rules.scan_finding import (
    AsideReason,
    BackBy,
    Finding,
)
from forms.rules.serial import shown_serial

IS_IT_WHOLE = "Är hela sidan med? Bara en av dess två koder syns"
_HALF = (
    "En del av sidan kan saknas på bilden som finns. Är den här hel, och står samma rader på båda: byt bild. "
    "Skiljer sig raderna: två papper har samma löpnummer. För in dem innan du lägger undan någon av bilderna."
)
_BEFORE_LOST = "Är sidan densamma som papperets: byt bild. Annars: skriv rätt löpnummer."
_BOTH_HALF = (
    "En del av sidan kan saknas på båda bilderna. Skanna hela sidan igen innan du lägger undan någon av dem."
)
# Of these a person may know which sheet the code named: it is the own unit's.
_NAMES_ITS_SHEET = (Finding.ALREADY, Finding.TOO_LATE, Finding.AFTER_CHECK, Finding.OTHER_VERSION)
_WHAT_TO_DO: dict[Finding, str] = {
    Finding.ALREADY: (
        "Jämför med den bild som finns. Står det samma på båda: lägg undan sidan. Skiljer de sig: två papper har samma "
        "löpnummer. För in raderna på båda innan du lägger undan någon av dem, eller skriv rätt löpnummer."
    ),
    Finding.OTHER_UNIT: "Ge papperet till den enheten och lägg undan sidan.",
    Finding.UNKNOWN_SHEET: "Jämför med löpnumret på papperet och skriv det.",
    Finding.OTHER_VERSION: (
        "Bladet finns, men inte som koden säger. Jämför med löpnumret och sidan på papperet, och skriv dem."
    ),
    Finding.FOREIGN: "Står vårt löpnummer på sidan: skriv det. Annars: lägg undan sidan.",
    Finding.UNREADABLE: "Läs löpnumret på papperet och skriv det.",
    Finding.TWO_SHEETS: "Ligger två blad på varandra? Skanna om dem, eller skriv löpnumret på det översta.",
    Finding.TOO_LATE: "Är papperet här: ta tillbaka bladet, och skriv löpnumret. Annars: lägg undan sidan.",
    Finding.BACK: "Skriv löpnumret på bladets framsida.",
    Finding.BLANK: "Är den baksidan av ett blad: skriv löpnumret på framsidan. Annars: lägg undan sidan.",
    Finding.AFTER_CHECK: "Den som granskade bladet såg inte den här sidan. Skanna om bladet, eller lägg undan sidan.",
    Finding.MATCHED: "Skriv löpnumret på det blad som sidan hör till, eller lägg undan den.",
}


@dataclass(frozen=True, slots=True)
class PageCard:
    """One scanned page: what it is in words, whether it waits, and the sheet it belongs to.

    `told` names what was said about it, for the form that undoes that; "" where nothing stands.
    """

    page: ScannedPage
    words: str
    waits: bool
    sheet: Sheet | None
    told: str


@dataclass(frozen=True, slots=True)
class SheetCard:
    """A sheet that pages of a scan belong to; `missing` says which of its pages are not scanned, "" for none.

    `cut_off`: a part of one of those in the scan may be missing.
    """

    sheet: Sheet
    missing: str
    cut_off: bool


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Outcome of a scan: its sheets, first those that lack pages; the pages that wait; the others.

    `duplicates` is how many wait because they were scanned before, whole.
    """

    upload: ScanUpload
    headline: str
    sheets: tuple[SheetCard, ...]
    waiting: tuple[PageCard, ...]
    duplicates: int
    others: tuple[PageCard, ...]


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """One page that waits: what it is, and what one may do.

    `backs` are the pictures of its other side, `undone` says why what was said of it was wrong, and `before` is the
    picture of the same page that is there already. `may_replace`: that one is gone, or a part of it may be missing and
    not of this.
    """

    card: PageCard
    what_to_do: str
    named: str
    undone: tuple[str, ...]
    backs: tuple[PageCard, ...]
    before: ScannedPage | None = None
    may_replace: bool = False


def scan_result(
    upload: ScanUpload,
    pages: Iterable[ScannedPage],
    scanned: Mapping[UUID, set[int]],
    after_cut_off: Container[UUID],
) -> ScanResult:
    """`scanned` are the pages of each of its sheets that are scanned by now; those `after_cut_off` may be the
    only whole pictures.
    """
    pages = list(pages)
    cards = [page_card(page) for page in pages]
    cut_off = {sheet.pk for page in pages if page.cut_off and (sheet := sheet_told_of(standing(page)))}
    shown = [
        SheetCard(sheet, missing_words(sheet.pages, scanned.get(sheet.pk, set())), sheet.pk in cut_off)
        for sheet in sheets_of(pages)
    ]
    waiting = tuple(card for card in cards if card.waits)
    backs = [page for page in pages if isinstance(standing(page), ScanBack)]
    blank = sum(page.is_blank for page in backs)
    matched = sum(isinstance(standing(page), ScanMatch) for page in pages)
    return ScanResult(
        upload=upload,
        headline=_headline(len(pages), matched, len(waiting), len(backs) - blank, blank),
        sheets=tuple(sorted(shown, key=lambda card: not card.missing)),
        waiting=waiting,
        duplicates=sum(
            card.page.finding == Finding.ALREADY and card.page.pk not in after_cut_off for card in waiting
        ),
        others=tuple(card for card in cards if not card.waits),
    )


def sheets_of(pages: Iterable[ScannedPage]) -> list[Sheet]:
    """Each sheet that pages were matched to, once, in the order in which they came."""
    matches = (standing(page) for page in pages)
    return list({match.sheet.pk: match.sheet for match in matches if isinstance(match, ScanMatch)}.values())


def page_card(page: ScannedPage) -> PageCard:
    """`page` comes with what was said about it."""
    told = standing(page)
    return PageCard(
        page=page,
        words=_words(page, told),
        waits=told is None,
        sheet=sheet_told_of(told),
        told=telling_id(told) if told is not None else "",
    )


def _words(page: ScannedPage, told: Telling | None) -> str:
    finding = Finding(page.finding)
    if isinstance(told, ScanMatch):
        words = f"Sida {told.sheet_page} av {told.sheet.pages}"
        words += ", löpnumret skrivet för hand" if told.typed else ""
        return f"{words}. {IS_IT_WHOLE}" if page.cut_off else words
    if isinstance(told, ScanBack):
        words = (finding if finding in (Finding.BACK, Finding.BLANK) else Finding.BACK).label
        match = front_match(told)
        sheet_page = match.sheet_page if match else told.sheet_page
        if sheet_page:
            words += f" av sida {sheet_page}"
        elif told.front is not None:
            words += f" av sida {told.front.number} i skanningen"
        return f"{words}, {BackBy(told.told_by).label}"
    if isinstance(told, ScanAside):
        return f"Undanlagd: {AsideReason(told.reason).label.lower()}"
    return "Ångrad: sidan hörde inte dit" if told_of(page) else finding.label


def waiting_page(page: ScannedPage, before: PagePicture | None = None) -> WaitingPage:
    finding = Finding(page.finding)
    half = before is not None and before.cut_off
    lost = before is not None and before.page is not None and bool(why_lost(before.page))
    to_do = (_BOTH_HALF if page.cut_off else _HALF) if half else _WHAT_TO_DO.get(finding, "")
    named = ""
    if finding in _NAMES_ITS_SHEET and page.serial:
        named = f"Koden säger blad {shown_serial(page.serial)}, sida {page.sheet_page}."
    return WaitingPage(
        card=page_card(page),
        what_to_do=_BEFORE_LOST if lost else to_do,
        named=named,
        undone=tuple(told.undone.reason for told in told_of(page) if is_undone(told)),
        backs=tuple(page_card(back.page) for back in page.its_backs),  # type: ignore[attr-defined]
        before=before.page if before else None,
        may_replace=lost or (half and not page.cut_off),
    )


def missing_words(pages: int, scanned: set[int]) -> str:
    """Such as "Sida 2 av 2 är inte skannad."; "" where all are scanned."""
    missing = [str(page) for page in range(1, pages + 1) if page not in scanned]
    if not missing:
        return ""
    if len(missing) == 1:
        return f"Sida {missing[0]} av {pages} är inte skannad."
    return f"Sidorna {', '.join(missing[:-1])} och {missing[-1]} av {pages} är inte skannade."


def _headline(pages: int, matched: int, waiting: int, written: int, blank: int) -> str:
    words = [f"{matched} av {pages} {'sida' if pages == 1 else 'sidor'} hittade sitt blad"]
    if waiting:
        words.append(f"{waiting} väntar")
    if written:
        words.append("1 baksida" if written == 1 else f"{written} baksidor")
    if blank:
        words.append("1 tom baksida" if blank == 1 else f"{blank} tomma baksidor")
    return ", ".join(words)
