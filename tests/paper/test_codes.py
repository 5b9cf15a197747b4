"""The codes on each page, read from a picture as a scanner gives it: which sheet, which page, nothing over them."""

import re
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from forms import rendering
from forms.models import Sheet
from forms.rendering import CODE_MM
from forms.rules.serial import page_code
from tests.paper.test_rendering import several

DPI = 200
MM = 72 / 25.4
# A code has 25 modules and four of white on each side: its white belongs to it.
WHITE = 4 / 25
SERIAL = re.compile(r"\b([0-9A-Z]{3})-([0-9A-Z]{3})-([0-9A-Z]{3})\b")
PAGE_OF = re.compile(r"Sida (\d+) av (\d+)")


@dataclass(frozen=True)
class Code:
    """A code as a scanner sees it: its text, and its box with the white round it in points from the page's top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Page:
    """A page: what it says in words, where its text stands, and its codes from the top down."""

    width: float
    height: float
    text: str
    boxes: list[tuple[float, float, float, float]]
    codes: list[Code]


def seen(pdf: bytes) -> list[Page]:
    """Look at every page of a file."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_page(document[number]) for number in range(len(document))]
    finally:
        document.close()


def _page(page: Any) -> Page:
    width, height = page.get_size()
    textpage = page.get_textpage()
    boxes = [textpage.get_rect(number) for number in range(textpage.count_rects())]
    picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
    codes = sorted((_code(found) for found in zxingcpp.read_barcodes(picture)), key=lambda code: code.top)
    return Page(
        width=width,
        height=height,
        text=" ".join(textpage.get_text_range().split()),
        # A PDF counts from the bottom, a picture from the top.
        boxes=[(left, height - top, right, height - bottom) for left, bottom, right, top in boxes],
        codes=codes,
    )


def _code(found: Any) -> Code:
    corners = (found.position.top_left, found.position.bottom_right)
    (left, top), (right, bottom) = ((c.x * 72 / DPI, c.y * 72 / DPI) for c in corners)
    white = (right - left) * WHITE
    return Code(found.text, left - white, top - white, right + white, bottom + white)


def check_places(page: Page) -> None:
    """Hold that the codes stand in the top right and bottom left margins, CODE_MM wide, with no text over them."""
    upper, lower = page.codes
    for code in (upper, lower):
        assert code.right - code.left == pytest.approx(CODE_MM * MM, abs=1.5)
    assert upper.top >= 0
    assert upper.bottom <= 25 * MM + 1
    assert page.width - 22 * MM <= upper.right <= page.width - 18 * MM
    assert 18 * MM <= lower.left <= 22 * MM
    assert page.height - 27 * MM - 1 <= lower.top
    assert lower.bottom <= page.height
    for left, top, right, bottom in page.boxes:
        for code in (upper, lower):
            assert right <= code.left or left >= code.right or bottom <= code.top or top >= code.bottom


def check_codes(pdf: bytes) -> None:
    """Hold that both codes of every page say what stands on it, and that together the pages are all there are."""
    pages = seen(pdf)
    versions = dict(Sheet.objects.values_list("serial", "version"))
    for page in pages:
        told = {"".join(found) for found in SERIAL.findall(page.text)} & versions.keys()
        # The contents of a binder name its blank sheets too: the page is then the one that its codes say.
        (serial,) = told if len(told) == 1 else told & {code.text[2:11] for code in page.codes}
        ((number, _),) = PAGE_OF.findall(page.text)
        expected = page_code(serial, int(number), versions[serial])
        assert [code.text for code in page.codes] == [expected, expected]
        check_places(page)
    assert (
        len({page.codes[0].text for page in pages})
        == len(pages)
        == sum(Sheet.objects.values_list("pages", flat=True))
    )


def test_each_page_of_each_sheet_has_codes_of_its_own():
    for made in (several([5]), several([1, 4]), several([3, 3])):
        texts = [code.text for page in seen(made.pdf) for code in page.codes]
        assert len(texts) == 2 * made.pages
        assert len(set(texts)) == made.pages


def test_a_page_past_the_last_that_a_code_can_count_has_none_and_is_printed(monkeypatch):
    monkeypatch.setattr(rendering, "MOST_PAGES", 2)
    pages = seen(several([3]).pdf)
    assert [len(page.codes) for page in pages] == [2, 2, 0]
    assert "Sida 3 av 3" in pages[2].text
