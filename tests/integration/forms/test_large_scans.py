"""Five hundred pages are read in time, whatever they hold: those for which there is no time wait for a person.

`make test` reads a tenth of them, those with codes.
"""

import random

import pytest
from PIL import Image

from forms.scanning import DecodedPage, PagesFound, read_scan
from forms.scanning.decoding import pages_of
from forms.scanning.opening import RawPage
from tests.long import runs
from tests.paper.scans_made import as_pdf, coded, serials

PAGES = runs(20, full=500)


def hard(seed: int) -> Image.Image:
    """A page full of writing and dirt, on which there is no code to be found."""
    rng = random.Random(seed)
    page = Image.effect_noise((1654, 2339), 40)
    for _ in range(60):
        x, y, side = rng.randrange(1400), rng.randrange(2100), rng.randint(20, 200)
        page.paste(rng.choice((20, 60, 240)), (x, y, x + side, y + side))
    return page


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize("kind", ("codes", "hard", "empty")[: runs(1, full=3)])
def test_many_pages_are_read_with_progress(kind):
    if kind == "codes":
        pictures = [coded(serial) for serial in serials(10)] * (PAGES // 10)
        scan = as_pdf(pictures, 100, 50)
    elif kind == "hard":
        scan = as_pdf([hard(1).resize((1000, 1414))] * PAGES, 121, 12)
    else:
        scan = as_pdf([Image.effect_noise((1654, 2339), 6).point(lambda level: level + 110)] * PAGES, 200, 30)
    assert len(scan) < 50_000_000
    first, *pages = read_scan([scan])
    assert first == PagesFound(PAGES)
    assert [page.number for page in pages if isinstance(page, DecodedPage)] == list(range(1, PAGES + 1))
    if kind == "codes":
        assert all(len(page.codes) == 1 for page in pages)


def test_a_hurried_look_reads_what_is_plain_and_calls_nothing_blank():
    (serial,) = serials(1)
    (page,) = pages_of(RawPage(coded(serial), lambda: None), hurried=True)
    assert len(page.codes) == 1
    (page,) = pages_of(
        RawPage(Image.new("L", (827, 1169), 250), lambda: pytest.fail("looked closely")), hurried=True
    )
    assert (page.codes, page.blank) == ((), False)
