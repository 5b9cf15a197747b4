"""Two pages on one picture are two, and one page is never cut; what a telephone sends is read."""

from io import BytesIO
from itertools import product
from struct import pack

import pillow_heif
import pytest
from PIL import Image, ImageDraw

from forms.rules.serial import page_code
from forms.scanning import BadScan, DecodedPage, PagesFound, read_scan
from forms.scanning.decoding import pages_of
from forms.scanning.opening import RawPage
from tests.paper.scans_made import as_file, as_pdf, coded, printed, rasterised, serials

ONE, TWO = serials(2, seed=31)


def cut(picture: Image.Image) -> list[tuple[str, ...]]:
    return [page.codes for page in pages_of(RawPage(picture, lambda: None))]


def spread(first: Image.Image, second: Image.Image) -> Image.Image:
    """Lay two pages beside each other along their longer sides, as on the glass of an A3 scanner."""
    tall = first.height > first.width
    size = (2 * first.width, first.height) if tall else (first.width, 2 * first.height)
    both = Image.new("L", size, 250)
    both.paste(first, (0, 0))
    both.paste(second, (first.width, 0) if tall else (0, first.height))
    return both


def at_200(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width * 2, picture.height * 2))


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("landscape", [False, True])
def test_two_pages_side_by_side_are_two_pages_upright(turned, landscape):
    pages = [at_200(coded(ONE, number)) for number in (1, 2)]
    if landscape:
        pages = [page.rotate(90, expand=True) for page in pages]
    picture = spread(*pages).rotate(turned, expand=True)
    read = list(pages_of(RawPage(picture, lambda: None)))
    assert sorted(page.codes for page in read) == [(page_code(ONE, number, "1"),) for number in (1, 2)]
    assert all(page.height > page.width for page in read)


def test_the_scan_tells_how_many_pages_there_are_after_all():
    both = spread(*(at_200(coded(ONE, number)) for number in (1, 2)))
    told = list(read_scan([as_pdf([both, at_200(coded(TWO))])]))
    assert [each for each in told if isinstance(each, PagesFound)] == [PagesFound(2), PagesFound(3)]
    pages = [each for each in told if isinstance(each, DecodedPage)]
    assert [page.number for page in pages] == [1, 2, 3]
    assert {page.codes[0] for page in pages} == {
        page_code(ONE, 1, "1"), page_code(ONE, 2, "1"), page_code(TWO, 1, "1")
    }  # fmt: skip


def test_the_other_half_is_a_page_of_its_own_where_its_codes_can_not_be_read():
    hurt = at_200(coded(ONE, 2))
    hurt.paste(60, (1000, 0, hurt.width, 800))
    hurt.paste(60, (0, 1600, 800, hurt.height))
    assert cut(spread(at_200(coded(ONE)), hurt)) == [(page_code(ONE, 1, "1"),), ()]
    assert cut(spread(at_200(coded(ONE)), at_200(coded(TWO)))) == [
        (page_code(ONE, 1, "1"),),
        (page_code(TWO, 1, "1"),),
    ]


def test_one_page_is_one_page_however_it_lies_in_its_picture():
    page = coded(ONE)
    for turned, (wide, tall) in product((0, 90), ((0, 0), (500, 300), (1500, 0), (0, 900))):
        lying = page.rotate(turned, expand=True)
        table = Image.new("L", (lying.width + wide, lying.height + tall), 120)
        table.paste(lying, (wide // 2, tall // 2))
        assert cut(at_200(table)) == [(page_code(ONE, 1, "1"),)], (turned, wide, tall)
    for typeset in rasterised(printed([ONE], 2)):
        assert len(cut(typeset)) == 1


def test_two_sheets_that_lie_on_each_other_are_not_cut():
    both = coded(ONE)
    both.paste(coded(TWO).crop((0, 600, 827, 1169)), (0, 600))
    assert [set(codes) for codes in cut(both)] == [{page_code(ONE, 1, "1"), page_code(TWO, 1, "1")}]


def heic(picture: Image.Image, **more) -> bytes:
    out = BytesIO()
    pillow_heif.from_pillow(picture).save(out, format="HEIF", quality=70, **more)
    return out.getvalue()


def test_what_a_telephone_sends_is_read():
    page = coded(ONE).convert("RGB")
    two = coded(TWO).convert("RGB")
    read = [
        each
        for each in read_scan(
            [heic(page), as_file(two, "WEBP", quality=60), as_file(page, "WEBP", lossless=True)]
        )
        if isinstance(each, DecodedPage)
    ]
    assert [each.codes for each in read] == [
        (page_code(ONE, 1, "1"),),
        (page_code(TWO, 1, "1"),),
        (page_code(ONE, 1, "1"),),
    ]
    assert all(each.jpeg.startswith(b"\xff\xd8\xff") for each in read)


def test_a_cut_picture_of_a_telephone_is_a_sentence():
    page = coded(ONE).convert("RGB")
    ImageDraw.Draw(page).rectangle((100, 300, 700, 900), fill=(200, 30, 30))
    for whole, cut_at in product((heic(page), as_file(page, "WEBP")), [40, 400, 0.5, 0.9]):
        size = cut_at if isinstance(cut_at, int) else int(len(whole) * cut_at)
        with pytest.raises(BadScan) as refused:
            list(read_scan([whole[:size]]))
        assert refused.value.key in ("broken", "broken_page"), cut_at


def test_a_picture_of_a_telephone_with_too_many_pixels_is_refused_before_it_is_unpacked():
    # The head says 48 million; what comes after it is small, and broken if it is unpacked.
    small = Image.new("RGB", (64, 64), "white")
    for content, head, most in (
        (as_file(small, "WEBP", quality=1), pack("<HH", 64, 64), pack("<HH", 8_000, 6_000)),
        (heic(small), b"ispe" + pack(">III", 0, 64, 64), b"ispe" + pack(">III", 0, 8_000, 6_000)),
    ):
        assert content.count(head) == 1
        with pytest.raises(BadScan) as refused:
            list(read_scan([content.replace(head, most)]))
        assert refused.value.key == "many_pixels"
