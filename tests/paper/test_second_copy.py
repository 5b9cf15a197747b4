"""A copy of a copy, black and white, askew, written on: its code is read, and so can the rest be (R2.4, R2.6)."""

import random
from collections.abc import Iterator
from itertools import cycle, product

import pypdfium2
import pytest
from PIL import Image, ImageFilter, ImageOps

from forms.models import SheetKind
from forms.scanning.decoding import decode
from forms.scanning.opening import open_scan
from tests.clock import standing_at
from tests.long import runs
from tests.paper.conformance import MAKERS
from tests.paper.making import at, make_place
from tests.paper.scans_made import CLEAN, Wear, as_file, worn

pytestmark = pytest.mark.django_db
DPI = 300
MM = DPI / 25.4
# Where a copier sets the border between black and white: dark copies grow, light ones shrink.
LIGHT, DARK = 120, 175


def copied(page: Image.Image, border: int, askew: float) -> Image.Image:
    """A copy as an office machine makes it: a little askew, a little blurred, one bit deep."""
    page = page.rotate(askew, Image.Resampling.BILINEAR, fillcolor=255)
    return page.filter(ImageFilter.GaussianBlur(1)).point(lambda level: 255 if level > border else 0)


def ink(picture: Image.Image) -> float:
    """The share of a picture that is dark."""
    return sum(picture.histogram()[:128]) / (picture.width * picture.height)


def ruled(page: Image.Image) -> Iterator[tuple[int, int, int]]:
    """The long horizontal lines of a page: from where to where, and how far down."""
    dark = ImageOps.invert(page).point(lambda level: 255 if level > 100 else 0)
    for y in range(0, page.height, 2):
        across, _ = dark.crop((0, y, page.width, y + 1)).getprojection()
        runs = bytes(across).split(b"\0")
        longest = max(runs, key=len)
        if len(longest) > 40 * MM:
            start = bytes(across).index(longest)
            yield start, start + len(longest), y


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "borders"),
    list(zip(SheetKind, cycle(product((LIGHT, DARK), repeat=2)), strict=False))[:: runs(5, full=1)],
)
def test_a_copy_of_a_copy_is_matched_and_can_be_read(kind: str, borders: tuple[int, int]):
    rng = random.Random(kind)
    with standing_at(at(14, 5)):
        pdf = MAKERS[SheetKind(kind)](make_place())
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    printed = page.render(scale=DPI / 72, grayscale=True).to_pil()
    code = decode(next(open_scan([as_file(printed, "PNG")])[1])).codes
    assert len(code) == 1
    written = worn(printed, rng, DPI, Wear(**{**CLEAN.__dict__, "strokes": 6, "holes": True}))
    first, second = rng.uniform(1, 2), -rng.uniform(1, 2)
    made = copied(copied(written, borders[0], first), borders[1], second)
    seen = decode(next(open_scan([as_file(made.rotate(rng.uniform(1, 2), fillcolor=255), "PNG")])[1]))
    assert (seen.codes, seen.through) == (code, ())
    upright = made.rotate(-first - second, fillcolor=255)
    text = page.get_textpage()
    height = page.get_size()[1]
    rects = [text.get_rect(number) for number in range(text.count_rects())]
    kept = []
    for left, bottom, right, top in rects:
        box = tuple(round(each * DPI / 72) for each in (left, height - top, right, height - bottom))
        if box[2] - box[0] > 2 and box[3] - box[1] > 2 and ink(printed.crop(box)) > 0.02:
            kept.append(0.5 < ink(upright.crop(box)) / ink(printed.crop(box)) < 2.5)
    assert sum(kept) >= 0.98 * len(kept)
    lines = list(ruled(printed))
    for start, end, y in lines:
        strip = ImageOps.invert(upright.crop((start, y - 8, end, y + 9)))
        across, _ = strip.getprojection()
        # Broken here and there, and seen for a line.
        assert sum(across) > 0.75 * len(across), y
    document.close()
