"""The shorter ways through the engine lead to the same pages."""

import gc
from contextlib import nullcontext
from dataclasses import replace

import pypdfium2
import pytest
from PIL import ImageChops, ImageFilter

from forms import rendering
from forms.models import BLANK_KINDS
from forms.presenters.blanks import blank_part
from forms.rules.serial import make_serial
from forms.services import printing
from forms.services.printing import print_care_chain, typeset
from tests.long import runs
from tests.paper.making import at, full_chain, make_place
from tests.paper.reading import pages, structure

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def chain_sheet(place, monkeypatch):
    """A function that typesets the same filled sheet each time."""
    kept = []
    real = printing.render
    monkeypatch.setattr(
        printing, "render", lambda html, **rest: kept.append((html, rest)) or real(html, **rest)
    )
    print_care_chain(by=place.alva, chain=full_chain(place))
    monkeypatch.setattr(printing, "render", real)
    ((html, rest),) = kept
    return lambda: real(html, **rest)


def blank_sheets(place, kind):
    parts = [
        blank_part(kind, serial=make_serial(n), unit=place.ward, by=place.alva, now=at(10)) for n in range(2)
    ]
    return lambda: typeset(parts, title="Prov")


def boxes_of(document):
    """Each box of each page with its place, its size and its text."""
    return [
        [
            (
                type(box).__name__,
                box.element_tag,
                box.element is not None and box.element.tag,
                *(round(value, 3) for value in (box.position_x, box.position_y, box.width, box.height)),
                getattr(box, "text", ""),
            )
            for box in page._page_box.descendants()
        ]
        for page in document.pages
    ]


def long_and_short(monkeypatch, make):
    """Typeset without the shortcuts and with them: give the boxes and the files."""
    found = []
    real = rendering._laid_out

    def kept(*args):
        document = real(*args)
        found.append(boxes_of(document))
        return document

    monkeypatch.setattr(rendering, "_laid_out", kept)
    rendering.warm_up()
    with monkeypatch.context() as without:
        without.setattr(rendering, "_engine", replace(rendering._engine, shortcuts=nullcontext))
        long = make()
    short = make()
    return found, long.pdf, short.pdf


def check_same(monkeypatch, make):
    (long_boxes, short_boxes), long, short = long_and_short(monkeypatch, make)
    assert short_boxes == long_boxes
    assert structure(short) == structure(long)
    assert pages(short) == pages(long)
    for one, other in zip(pypdfium2.PdfDocument(long), pypdfium2.PdfDocument(short), strict=True):
        # Where two edges meet, the engine's own way leaves a hairline: the lightest of nine dots is compared.
        seen = [
            page.render(scale=150 / 72, grayscale=True).to_pil().filter(ImageFilter.MinFilter(3))
            for page in (one, other)
        ]
        far = ImageChops.difference(*seen).point(lambda value: 255 if value > 128 else 0)
        assert sum(far.histogram()[255:]) < 0.0005 * far.width * far.height


def test_a_filled_sheet_has_the_same_boxes_tags_text_and_look(place, monkeypatch):
    check_same(monkeypatch, chain_sheet(place, monkeypatch))


@pytest.mark.long
@pytest.mark.parametrize("kind", list(BLANK_KINDS)[:: runs(3, full=1)])
def test_blank_sheets_have_the_same_boxes_tags_text_and_look(place, monkeypatch, kind):
    check_same(monkeypatch, blank_sheets(place, kind))


def test_the_engine_is_left_as_it_was(place, monkeypatch):
    from weasyprint import css, draw
    from weasyprint.layout import block

    before = css.ComputedStyle, block.block_container_layout, draw.draw_border
    blank_sheets(place, next(iter(BLANK_KINDS)))()
    assert (css.ComputedStyle, block.block_container_layout, draw.draw_border) == before


def test_a_document_keeps_no_style_that_one_like_it_kept_and_leaves_those_as_they_were(place, monkeypatch):
    make = chain_sheet(place, monkeypatch)
    make()
    (styles,) = rendering._engine.shortcuts.args
    kept = {key: dict(style) for key, style in styles.items()}
    make()
    assert {key: dict(style) for key, style in styles.items()} == kept


def test_a_document_leaves_nothing_behind_that_the_collector_must_find(place, monkeypatch):
    make = chain_sheet(place, monkeypatch)
    make()
    gc.collect()
    make()
    assert gc.collect() < 1_000
