"""Half a page is asked about, however it lies; a whole one never, however worn."""

import random
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from forms.scanning.decoding import decode
from forms.scanning.opening import RawPage
from tests.long import runs
from tests.paper.scans_made import MM, OFFICE, Wear, coded, printed, rasterised, serials, worn

DPI = 200


@pytest.fixture(scope="module")
def whole() -> list[Image.Image]:
    """As the product typesets them."""
    return list(rasterised(printed(serials(2, seed=5)), DPI))


def cut_off(picture: Image.Image) -> bool:
    page = decode(RawPage(picture, lambda: None, None))
    assert page.codes
    return page.cut_off


def lower_half_cut(page: Image.Image) -> Image.Image:
    return page.crop((0, 0, page.width, page.height // 2))


def upper_half_cut(page: Image.Image) -> Image.Image:
    return page.crop((0, page.height // 2, page.width, page.height))


def lower_half_white(page: Image.Image) -> Image.Image:
    page = page.copy()
    page.paste(250, (0, page.height // 2, page.width, page.height))
    return page


def upper_part_folded(page: Image.Image) -> Image.Image:
    page = page.copy()
    page.paste(250, (0, 0, page.width, page.height * 2 // 3))
    return page


HALVES = (lower_half_cut, upper_half_cut, lower_half_white, upper_part_folded)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_half_a_page_is_seen_whichever_way_it_lies(
    whole: list[Image.Image], half: Callable[[Image.Image], Image.Image], turned: int
):
    rng = random.Random(turned)
    for page in whole:
        picture = worn(half(page), rng, DPI, Wear(strokes=2, turn=False))
        assert cut_off(picture.rotate(turned, expand=True))
    assert cut_off(half(coded(serials(1)[0])).rotate(turned, expand=True))


def upper_torn(page: Image.Image) -> Image.Image:
    page, mm = page.copy(), MM * DPI
    ImageDraw.Draw(page).line((170 * mm, 5 * mm, 190 * mm, 20 * mm), fill=30, width=round(9 * mm))
    return page


def lower_covered(page: Image.Image) -> Image.Image:
    page, mm = page.copy(), MM * DPI
    ImageDraw.Draw(page).rectangle((20 * mm, 272 * mm, 42 * mm, 294 * mm), fill=120)
    return page


@pytest.mark.parametrize("ruined", [upper_torn, lower_covered])
def test_a_page_with_one_code_ruined_is_whole(
    whole: list[Image.Image], ruined: Callable[[Image.Image], Image.Image]
):
    rng = random.Random(7)
    for page in whole:
        assert not cut_off(worn(ruined(page), rng, DPI, OFFICE))


@pytest.mark.long
@pytest.mark.parametrize("wear", [OFFICE, Wear(blots=3), Wear(strokes=30, blots=6, noise=14)])
def test_a_worn_page_is_whole(whole: list[Image.Image], wear: Wear):
    rng = random.Random(3)
    found = [
        decode(RawPage(worn(whole[n % 2], rng, DPI, wear), lambda: None, None))
        for n in range(runs(6, full=60))
    ]
    assert [page.cut_off for page in found if page.codes] == [False] * sum(bool(p.codes) for p in found)
