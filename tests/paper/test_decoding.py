"""Scans are read as office scanners make them: every page found, none taken for another."""

import random
import subprocess
import sys
from io import BytesIO
from itertools import product

import pytest
import segno
from PIL import Image, ImageDraw

from forms.rules.serial import page_code
from forms.scanning import DecodedPage, PagesFound, read_scan
from forms.scanning.blank import is_blank
from forms.scanning.decoding import decode
from forms.scanning.opening import RawPage
from tests.long import runs
from tests.paper.scans_made import (
    OFFICE,
    Wear,
    as_file,
    as_pdf,
    blank_back,
    decode_rate,
    printed,
    rasterised,
    serials,
    worn,
)


def read_all(*files: bytes) -> list[DecodedPage]:
    first, *pages = read_scan(files)
    assert first == PagesFound(len(pages))
    assert all(isinstance(page, DecodedPage) for page in pages)
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    return pages


def upright(page: DecodedPage) -> bool:
    """Whether more ink is in the upper half, where our test sheets have all their text."""
    picture = Image.open(BytesIO(page.jpeg))
    top = picture.crop((0, 0, picture.width, picture.height // 2))
    bottom = picture.crop((0, picture.height // 2, picture.width, picture.height))
    return sum(top.histogram()[:128]) > sum(bottom.histogram()[:128])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(7, 7 + runs(1, full=80)))
# The coarser is the coarsest that we promise to read.
@pytest.mark.parametrize("dpi", [200, 150])
def test_pages_askew_and_packed_hard_are_all_read_and_none_wrongly(dpi: int, seed: int):
    pages = runs(6, full=12)
    assert decode_rate(pages, dpi=dpi, seed=seed) == (pages, 0, pages)


def test_a_blot_or_a_hole_over_one_code_leaves_the_other():
    (serial,) = serials(1)
    (page,) = rasterised(printed([serial]))
    whole = decode(RawPage(page, lambda: None))
    assert whole.codes == (page_code(serial, 1, "1"),)
    for corner in ((page.width * 3 // 4, 0), (0, page.height * 3 // 4)):
        hurt = page.copy()
        hurt.paste(60, (*corner, corner[0] + page.width // 4, corner[1] + page.height // 4))
        assert decode(RawPage(hurt, lambda: None)).codes == whole.codes


def test_a_scan_of_two_sheets_in_disorder_with_backs_comes_back_upright():
    wanted = serials(2, seed=3)
    rng = random.Random(5)
    fronts = [worn(page, rng, wear=Wear(strokes=0)) for page in rasterised(printed(wanted, 2))]
    pages = [fronts[3], blank_back(rng), fronts[0], fronts[2], blank_back(rng), fronts[1]]
    read = read_all(as_pdf(pages))
    code = {n: page_code(wanted[n // 2], n % 2 + 1, "1") for n in range(4)}
    assert [page.codes for page in read] == [(code[3],), (), (code[0],), (code[2],), (), (code[1],)]
    assert [page.blank for page in read] == [False, True, False, False, True, False]
    found = [page for page in read if page.codes]
    assert all(page.height > page.width and upright(page) for page in found)
    assert all(max(page.width, page.height) <= 2339 for page in read)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_turned_page_is_told_by_how_much_it_was_turned(turned):
    (serial,) = serials(1)
    (page,) = rasterised(printed([serial]))
    # Pillow turns the other way round.
    (read,) = read_all(as_file(page.rotate(turned, expand=True)))
    assert (read.codes, read.turned) == ((page_code(serial, 1, "1"),), turned)


def test_images_of_each_kind_are_read_and_a_tiff_of_several_pages():
    wanted = serials(3, seed=9)
    one, two, three = rasterised(printed(wanted))
    tiff = as_file(two.convert("1"), "TIFF", save_all=True, append_images=[three.convert("1")])
    read = read_all(as_file(one.convert("RGBA"), "PNG"), tiff)
    assert [page.codes for page in read] == [(page_code(serial, 1, "1"),) for serial in wanted]


def test_a_code_of_somebody_else_is_told_from_ours_and_does_not_come_out():
    (serial,) = serials(1)
    (page,) = rasterised(printed([serial]))
    label = Image.new("L", (360, 360), 255)
    out = BytesIO()
    segno.make_qr("HTTPS://EXEMPEL.SE/PATIENT").save(out, kind="png", scale=8)
    label.paste(Image.open(out).convert("L").resize((300, 300)), (30, 30))
    both = page.copy()
    both.paste(label, (600, 1600))
    strange = Image.new("L", page.size, 250)
    strange.paste(label, (600, 900))
    seen = [decode(RawPage(picture, lambda: None)) for picture in (both, strange)]
    assert [(one.codes, one.foreign) for one in seen] == [((page_code(serial, 1, "1"),), False), ((), True)]


def test_two_sheets_on_one_page_are_both_told():
    first, second = serials(2)
    upper, lower = rasterised(printed([first, second]))
    both = upper.copy()
    half = upper.height // 2
    both.paste(lower.crop((0, half, lower.width, lower.height)), (0, half))
    assert set(decode(RawPage(both, lambda: None)).codes) == {
        page_code(first, 1, "1"),
        page_code(second, 1, "1"),
    }


def test_a_page_that_only_a_sharper_picture_tells_is_read():
    (serial,) = serials(1)
    pdf = printed([serial])
    (coarse,), (sharp,) = rasterised(pdf, 36), rasterised(pdf, 300)
    assert decode(RawPage(coarse, lambda: None)).codes == ()
    assert decode(RawPage(coarse, lambda: sharp)).codes == (page_code(serial, 1, "1"),)


@pytest.mark.long
def test_blank_backs_are_told_from_pages_with_a_few_words():
    rng = random.Random(1)
    # At 300 dpi and twice an office scanner's noise some are in doubt, and looked at by a person.
    # In `make test` each resolution once and each noise once.
    every = [*product((150, 200, 300), (2, 8)), (150, 16), (200, 16)]
    for dpi, noise in every[runs(1, full=0) :: runs(3, full=1)]:
        assert is_blank(blank_back(rng, dpi, Wear(noise=noise)))
    note = Image.new("L", (1654, 2339), 246)
    ImageDraw.Draw(note).line([(700, 1000), (760, 1010), (780, 990), (900, 1030)], fill=60, width=4)
    assert not is_blank(note)
    assert not is_blank(worn(note, rng, wear=OFFICE))
    assert is_blank(Image.new("L", (1654, 2339), 255))


def test_the_child_needs_nothing_of_the_application():
    loaded = "[name for name in sys.modules if name.split('.')[0] in ('django', 'contacts.models')]"
    code = f"import sys, forms.scanning.worker, forms.scanning.decoding; print({loaded})"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
