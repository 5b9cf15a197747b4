"""Every kind of sheet as it leaves the server, by the rules of a validator that is not ours."""

import logging
import re

import pytest

from forms.models import BLANK_KINDS, COPIES, SheetKind
from forms.presenters.blanks import blank_part
from forms.rendering import CodedSheet, render
from forms.rules.serial import make_serial
from forms.sealing import seal
from forms.services.printing import typeset
from tests.long import runs
from tests.paper.conformance import MAKERS, faults
from tests.paper.making import at, make_place
from tests.paper.reading import read, structure
from tests.paper.test_codes import check_codes

OF_THE_PATIENT = re.compile("Tolvan|Tolvansson|19?121212-?1212", re.IGNORECASE)


def section(serial: str, lines: int, *, landscape: bool = False) -> str:
    """A sheet with so many lines in a table, as the document has it."""
    rows = "".join(f'<tr><th scope="row">Rad {n}</th><td>Text</td></tr>' for n in range(lines))
    return (
        f'<section class="sheet {"landscape" if landscape else "portrait"}" id="blad-{serial}"'
        '><div class="foot"><p>Råd</p></div>'
        f'<header data-serial="{serial}" data-title="Prov" data-who=""><h1>Prov {serial}</h1></header>'
        f"<table>{rows}</table></section>"
    )


def document(*sections: str) -> str:
    return f'<!doctype html><html lang="sv"><head><title>Prov</title></head><body>{"".join(sections)}</body></html>'


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(SheetKind)[:: runs(3, full=1)])
def test_every_kind_passes_sealed_is_coded_and_tells_nothing_of_a_patient_but_on_its_pages(
    sealing, kind: str, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        pdf = MAKERS[SheetKind(kind)](make_place())
    assert caplog.text == ""
    assert faults(pdf) == []
    assert "/Sig" in str(read(pdf).get_fields())
    told = hidden_text(pdf)
    assert "pdfuaid" in told
    assert not OF_THE_PATIENT.search(told)
    tags = structure(pdf)
    # The validator does not ask for it, and a screen reader reads a table without headings as loose words.
    assert "/H1" in tags
    assert tags.count("/TH") >= ("/Table" in tags)
    check_codes(pdf)


def hidden_text(pdf: bytes) -> str:
    """What a file contains beside its pages: its properties, its metadata, its marks and its bookmarks."""
    reader = read(pdf)
    marks = [str(name) for name in reader.named_destinations]
    bookmarks = [str(mark) for mark in reader.outline]
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    fields = str(reader.get_fields())
    return "\n".join([str(reader.metadata), metadata, fields, *marks, *bookmarks])


def test_a_file_that_breaks_a_rule_is_told():
    broken = render(document("<h1>Ett</h1><h3>Tre</h3>"), title="")
    assert any("UA" in fault for fault in faults(broken.pdf))


@pytest.mark.parametrize("lengths", [[1], [1, 90, 3], [60, 60, 1, 60]])
def test_a_document_of_several_sheets_passes_too(sealing, lengths: list[int]):
    serials = [make_serial(n) for n in range(len(lengths))]
    html = document(*(section(s, n, landscape=n % 2 == 0) for s, n in zip(serials, lengths, strict=True)))
    made = render(html, title="Prov", sheets=[CodedSheet(s, "1") for s in serials])
    assert faults(seal(made.pdf).pdf) == []


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("kind", [*BLANK_KINDS, *COPIES.values()][:: runs(3, full=1)])
def test_every_blank_sheet_passes_too_alone_and_among_others(sealing, kind: SheetKind):
    place = make_place()
    parts = [
        blank_part(
            kind, serial=make_serial(n), unit=place.ward, by=place.alva, now=at(10), original=make_serial(9)
        )
        for n in range(3)
    ]
    one = typeset(parts[:1], title="Prov")
    assert faults(seal(one.pdf).pdf) == []
    several = typeset(parts, title="Prov")
    assert several.sheet_pages == (one.pages,) * 3
    assert faults(seal(several.pdf).pdf) == []
