"""A mirrored code is a back, and a page is called blank only where nothing is on it."""

import random
from itertools import product

import pytest
from PIL import Image, ImageDraw, ImageOps

from forms.rules.serial import page_code
from forms.scanning.blank import is_blank
from forms.scanning.decoding import decode
from forms.scanning.opening import RawPage, open_scan
from tests.long import runs
from tests.paper.backs_made import TOOLS, Back, back_of, drawn
from tests.paper.scans_made import CLEAN, Wear, as_file, faded, printed, rasterised, serials, worn

SERIAL = serials(1, seed=21)[0]
CODE = page_code(SERIAL, 1, "1")


@pytest.fixture(scope="module")
def front() -> Image.Image:
    return next(iter(rasterised(printed([SERIAL]))))


def raw(picture: Image.Image) -> RawPage:
    """A picture as it comes out of a file, in colours or without."""
    _, pages = open_scan([as_file(picture, "TIFF")])
    return next(pages)


@pytest.mark.long
@pytest.mark.parametrize(
    ("strength", "turned"), list(product([0.1, 1.0], [0, 90, 180, 270]))[:: runs(3, full=1)]
)
def test_a_mirrored_code_is_told_from_one_that_is_printed_here(front, strength, turned):
    through = ImageOps.mirror(front).point(lambda level: 246 - int((246 - min(level, 246)) * strength))
    # A telephone's picture can be mirrored as a whole; then the code is as strong as any.
    back = worn(through, random.Random(turned), wear=Wear(strokes=0, turn=False)).rotate(turned, expand=True)
    seen = decode(RawPage(back, lambda: None))
    assert (seen.codes, seen.through, seen.turned) == ((), (CODE,), turned)
    assert not seen.blank
    printed_here = worn(front, random.Random(turned), wear=Wear(turn=False)).rotate(turned, expand=True)
    seen = decode(RawPage(printed_here, lambda: None))
    assert (seen.codes, seen.through, seen.turned) == ((CODE,), (), turned)


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize("seed", range(runs(2, full=300)))
def test_no_code_is_taken_for_its_mirror_image_however_it_is_worn(front, seed):
    rng = random.Random(seed)
    wear = Wear(skew=rng.choice((0, 3, 8)), noise=rng.choice((0, 8, 16)), strokes=rng.choice((0, 6, 20)))
    strength = rng.uniform(0.05, 1)
    back = ImageOps.mirror(front).point(lambda level: 246 - int((246 - min(level, 246)) * strength))
    assert decode(RawPage(worn(front, rng, wear=wear), lambda: None)).through == ()
    assert decode(RawPage(worn(back, rng, wear=wear), lambda: None)).codes == ()


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_code_too_worn_to_tell_which_way_it_is_is_neither_a_front_nor_a_back(mirrored):
    for left in (0.02, 0.1, 0.2):
        seen = decode(RawPage(faded(SERIAL, left=left, mirrored=mirrored), lambda: None))
        assert (seen.codes, seen.through, seen.torn, seen.blank) == ((), (), True, False), left
    # A third of it is enough, and more is not asked for.
    for left in (0.3, 0.5, 1):
        seen = decode(RawPage(faded(SERIAL, left=left, mirrored=mirrored), lambda: None))
        assert (seen.codes, seen.through) == (((), (CODE,)) if mirrored else ((CODE,), ())), left


def test_a_page_with_a_code_of_its_own_is_no_back_whatever_shines_through(front):
    other = next(iter(rasterised(printed(serials(1, seed=22)))))
    through = ImageOps.mirror(other).point(lambda level: 255 - int((255 - level) * 0.3))
    both = Image.composite(front, through, front.point(lambda level: 255 if level < 200 else 0))
    seen = decode(RawPage(both, lambda: None))
    assert seen.codes == (CODE,)


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize("start", range(0, runs(20, full=1_000), 20))
def test_of_a_thousand_backs_none_with_writing_is_blank_and_nearly_all_clean_ones_are(front, start):
    clean = blank = 0
    for number in range(start, start + runs(5, full=20)):
        back = back_of(number)
        told = decode(raw(drawn(back, front))).blank
        assert not (told and back.tool), back
        clean += back.clean
        blank += told and back.clean
    # One of each twenty may be in doubt: of all there are fewer.
    assert clean - blank <= 1, (clean, blank)


@pytest.mark.long
@pytest.mark.parametrize(("tool", "edge"), list(product(TOOLS, range(4)))[:: runs(5, full=1)])
def test_writing_at_the_very_edge_is_seen(front, edge, tool):
    wear = Wear(strokes=0, skew=2, turn=False)
    back = Back(edge, tool, edge, from_edge=1, landscape=edge > 1, colour=edge % 2 == 0, dpi=120, wear=wear)
    page = raw(drawn(back, front))
    assert not is_blank(page.shown or page.picture), back


def test_a_yellow_marker_stays_to_be_seen_and_what_is_under_it_to_be_read():
    page = Image.new("RGB", (1654, 2339), (246, 246, 246))
    draw = ImageDraw.Draw(page)
    draw.line([(300, 500), (1300, 500)], fill=(252, 246, 90), width=60)
    draw.line([(500, 500), (700, 500)], fill=(20, 20, 20), width=6)
    shown = raw(page).shown
    paper, marker, ink = (shown.getpixel(place) for place in ((100, 100), (1000, 500), (600, 500)))
    assert paper - marker > 40
    assert marker - ink > 100


def test_punched_holes_and_the_strip_beside_a_paper_askew_are_no_writing(front):
    for skew in (0.5, 3):
        for landscape in (False, True):
            back = Back(seed=int(skew * 2), landscape=landscape, wear=Wear(strokes=0, skew=skew, noise=2))
            assert is_blank(drawn(back, front)), back
    # A ring of the size of a hole is a letter, and a disc where no hole is punched is a mark.
    for box, solid in (((60, 400, 107, 447), False), ((800, 1100, 847, 1147), True)):
        page = Image.new("L", (1654, 2339), 246)
        ImageDraw.Draw(page).ellipse(box, fill=30 if solid else None, outline=30, width=4)
        assert not is_blank(page)


def test_what_is_large_and_faint_is_not_blank():
    for box, grey in (((300, 300, 1300, 1500), 230), ((0, 0, 1654, 400), 225)):
        page = Image.new("L", (1654, 2339), 246)
        ImageDraw.Draw(page).ellipse(box, fill=grey)
        assert not is_blank(page)


@pytest.mark.parametrize("level", [0, 20, 90, 127])
def test_a_page_too_dark_to_show_writing_is_not_blank(level):
    assert not is_blank(Image.new("L", (827, 1169), level))
    assert is_blank(Image.new("L", (827, 1169), 128))


def test_a_clean_page_is_blank(front):
    assert is_blank(drawn(Back(seed=1, wear=CLEAN), front))
