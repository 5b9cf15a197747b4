"""A sheet as a screen reader says it: in the order of its tags, each cell with the heads that it names."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pypdfium2
import pypdfium2.raw as raw
import pytest

from forms.models import BLANK_KINDS, COPIES, SheetKind
from forms.presenters.blanks import blank_part
from forms.rules.serial import make_serial
from forms.services.log_prints import print_log_sheet
from forms.services.printing import print_care_chain, typeset
from outage.queries.care_chains import get_chain
from tests.clock import standing_at
from tests.paper.conformance import faults
from tests.paper.making import at, log_call, log_event, make_chain, make_place
from tests.paper.reading import read

pytestmark = pytest.mark.django_db
NOW = at(14, 5)


class Heard:
    """The tags of a file: each with its kind, its text and its attributes, in the order in which they are read."""

    def __init__(self, pdf: bytes) -> None:
        self.reader = read(pdf)
        self.root = self.reader.trailer["/Root"]["/StructTreeRoot"]["/K"]
        self.texts = _texts(pdf)
        self.pages = {page.indirect_reference.idnum: number for number, page in enumerate(self.reader.pages)}
        self.heads = {str(tag["/ID"]): self.text(tag) for tag in self.every("/TH") if "/ID" in tag}

    def every(self, *kinds: str, within: Any = None) -> Iterator[Any]:
        for tag in self._walk(self.root if within is None else within):
            if tag["/S"] in kinds:
                yield tag

    def text(self, tag: Any) -> str:
        """The text of a tag and those below it."""
        found: list[str] = []
        for inner in self._walk(tag):
            kids = inner.get("/K", [])
            for kid in kids if isinstance(kids, list) else [kids]:
                if isinstance(kid, int):
                    found.append(self.texts[self.pages[inner.raw_get("/Pg").idnum], int(kid)])
        return " ".join(" ".join(found).replace("\N{NO-BREAK SPACE}", " ").split())

    def said(self, row: Any) -> str:
        """A row as it is read aloud: each cell after the headers that it names, empty ones left out."""
        cells = []
        for cell in self.every("/TD", within=row):
            heads = [self.heads[str(head)] for head in cell["/A"].get("/Headers", [])]
            if text := self.text(cell):
                cells.append(" ".join([*heads, text]))
        return ", ".join(cells)

    def _walk(self, tag: Any) -> Iterator[Any]:
        found = tag.get_object()
        if isinstance(found, list):
            for one in found:
                yield from self._walk(one)
        elif isinstance(found, dict):
            yield found
            kids = found.get("/K", [])
            for kid in kids if isinstance(kids, list) else [kids]:
                if not isinstance(kid, int):
                    yield from self._walk(kid)


def _texts(pdf: bytes) -> dict[tuple[int, int], str]:
    """The text of each marked piece of each page."""
    found: dict[tuple[int, int], str] = {}
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document):
        textpage = page.get_textpage()
        for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            mark = raw.FPDFPageObj_GetMarkedContentID(thing.raw)
            length = raw.FPDFTextObj_GetText(thing.raw, textpage.raw, None, 0)
            buffer = (raw.FPDF_WCHAR * (length // 2 + 1))()
            raw.FPDFTextObj_GetText(thing.raw, textpage.raw, buffer, length)
            text = bytes(buffer)[:length].decode("utf-16-le").rstrip("\0")
            found[number, mark] = found.get((number, mark), "") + text
    document.close()
    return found


def a_log(place: Any, calls: int) -> Any:
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(10, 45))
    for number in range(calls):
        log_call(place, chain, [event], at(11, number), comment="Bor ensam." if number == 0 else "")
    return get_chain(place.alva, chain.pk)


@pytest.mark.clause("R2.4")
def test_a_blankett_is_heard_title_patient_and_row_by_row_with_the_heads():
    place = make_place()
    with standing_at(NOW):
        made = print_care_chain(by=place.alva, chain=a_log(place, 2))
    heard = Heard(made.pdf)
    (title,) = heard.every("/H1")
    assert heard.text(title) == f"Vårdkedjeblankett 1 {made.sheet.shown_serial}"
    patient, parties, log, to_write = heard.every("/Table")
    assert heard.said(patient).startswith(
        "Namn Tolvan Tolvansson, Personnummer 19121212-1212, I PRATOR före driftstoppet Nej"
    )
    assert "Kommun Umeå kommun 090-16 10 00 Växel Umeå" in heard.said(parties)
    rows = [heard.said(row) for row in heard.every("/TR", within=log)]
    assert rows[1] == (
        "Hände: dag, kl. tis 24 nov 10.45, Väg Lämnat, Meddelande Inskrivning (före 12.00), "
        "Till eller från, nummer Umeå kommun, 090-16 10 00, Samtal kl. 11.00, Hur det gick Nådd, "
        "Talade med: namn, enhet Bo Berg, Biståndsenheten Umeå, Återläst Upprepat, Sign., kl. AA 11.01"
    )
    # What stands under a row belongs to no column, and says so.
    assert rows[2] == "Mer Kommentar: Bor ensam."
    empty = [heard.said(row) for row in heard.every("/TR", within=to_write)][1]
    assert (
        empty
        == "Väg ☐ Lämnat ☐ Mottaget, Hur det gick ☐ Nådd ☐ Förmedlat ☐ Ej nådd:, Återläst ☐ Ja ☐ Rättat ☐ Gick ej"
    )


def test_each_section_has_one_heading_and_one_table_and_they_are_heard_in_that_order():
    place = make_place()
    with standing_at(NOW):
        heard = Heard(print_care_chain(by=place.alva, chain=a_log(place, 2)).pdf)
    order = [
        str(tag["/S"]) + heard.text(tag) * (tag["/S"] == "/H2") for tag in heard.every("/H1", "/H2", "/Table")
    ]
    assert order == [
        "/H1",
        *("/H2Patient", "/Table", "/H2Parter", "/Table", "/H2Loggat", "/Table"),
        *("/H2Signaturer", "/H2Att skriva på", "/Table", "/H2När PRATOR är åter i drift"),
    ]


@pytest.mark.parametrize("sheet", ["care_chain", "log_sheet"])
def test_a_table_over_several_pages_is_one_table_whose_heads_are_said_once(sealing, sheet):
    place = make_place()
    chain = a_log(place, 55)
    with standing_at(NOW):
        made = (
            print_care_chain(by=place.alva, chain=chain)
            if sheet == "care_chain"
            else print_log_sheet(by=place.alva, client_id=uuid4())
        )
    assert made.sheet.pages >= 3
    heard = Heard(made.pdf)
    log = max(heard.every("/Table"), key=lambda table: len(list(heard.every("/TR", within=table))))
    rows = list(heard.every("/TR", within=log))
    assert len(list(heard.every("/THead", within=log))) == 1
    said = [heard.said(row) for row in rows]
    assert len([row for row in said if "Umeå kommun" in row]) == 55
    assert all("Inskrivning" in row and "Bo Berg" in row for row in said if "Umeå kommun" in row)
    heads = {heard.text(head) for head in heard.every("/TH", within=log)}
    assert all(any(head in row for head in heads) for row in said[-2:])
    assert faults(made.pdf) == []


@pytest.mark.parametrize("kind", [*BLANK_KINDS, *COPIES.values()])
def test_every_blank_sheet_says_its_serial_and_no_cell_names_more_than_its_column_and_its_row(
    kind: SheetKind,
):
    place = make_place()
    part = blank_part(
        kind, serial=make_serial(4711), unit=place.ward, by=place.alva, now=NOW, original=make_serial(9)
    )
    heard = Heard(typeset([part], title="x").pdf)
    assert part.shown_serial in heard.text(next(heard.every("/H1")))
    for cell in heard.every("/TD"):
        assert len(cell["/A"].get("/Headers", [])) <= 1
    assert all("/ColSpan" not in head["/A"] for head in heard.every("/TH"))
