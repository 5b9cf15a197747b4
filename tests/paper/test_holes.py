"""Every sheet in a binder: two holes (ISO 838) on either side of a duplex sheet take away nothing that is printed."""

from collections.abc import Iterator

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw

from forms.models import SheetKind
from tests.clock import standing_at
from tests.long import runs
from tests.paper.conformance import MAKERS
from tests.paper.making import at, make_place

pytestmark = pytest.mark.django_db
DPI = 150
MM = DPI / 25.4
# The holes are 6 mm wide, 80 mm apart and 12 mm in; one punches a millimetre or two beside.
RADIUS, APART, IN, ASKEW = 3, 80, 12, 2


def holes(width: float, height: float) -> Iterator[tuple[float, float]]:
    """The centres of the holes in mm: left on a front is right on its back.

    A landscape sheet is punched along its long sides as well, above on its front and below on its back.
    """
    for along in (-APART / 2, APART / 2):
        yield from ((IN, height / 2 + along), (width - IN, height / 2 + along))
        if width > height:
            yield from ((width / 2 + along, IN), (width / 2 + along, height - IN))


def punched(page: Image.Image) -> tuple[Image.Image, bool]:
    """A page with its holes, and whether they hit anything but white."""
    paper = Image.new("L", page.size, 0)
    draw = ImageDraw.Draw(paper)
    radius = (RADIUS + ASKEW) * MM
    for x, y in holes(page.width / MM, page.height / MM):
        draw.ellipse((x * MM - radius, y * MM - radius, x * MM + radius, y * MM + radius), fill=255)
    lost = Image.composite(page, Image.new("L", page.size, 255), paper).getextrema()[0] < 200
    return ImageChops.lighter(page, paper), lost


@pytest.mark.long
@pytest.mark.parametrize("kind", list(SheetKind)[runs(1, full=0) :: runs(2, full=1)])
def test_the_holes_take_nothing_away_and_text_keeps_twenty_millimetres_from_the_sides(kind: str):
    with standing_at(at(14, 5)):
        pdf = MAKERS[SheetKind(kind)](make_place())
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document, 1):
        picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
        after, lost = punched(picture)
        assert not lost, f"page {number}"
        assert len(zxingcpp.read_barcodes(after)) == 2
        text = page.get_textpage()
        rects = [text.get_rect(place) for place in range(text.count_rects())]
        width = page.get_size()[0]
        left = min(rect[0] for rect in rects)
        right = max(rect[2] for rect in rects)
        assert left >= (20 - 0.5) * 72 / 25.4, f"page {number}"
        assert right <= width - (20 - 0.5) * 72 / 25.4, f"page {number}"
    document.close()
