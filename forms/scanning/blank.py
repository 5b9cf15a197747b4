"""Whether a page is blank, said only where it is certain: who checks the sheet need not enlarge it then.

Whatever is darker than the paper about it counts, however faint, and at the very edge too. Left out is what a scanner
and a binder leave: the strip beside a paper that lies askew, whose rim is straight, and punched holes, which are round,
solid and of one size. What is neither is writing, or may be.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

_A4_LONG_MM = 297
# The page is analysed at 100 dpi, the paper itself at 10.
_LONG, _PAPER_LONG = 1169, 117
_PAPER_WINDOW = 11
_MIDDLE = 128
_FINE = 4
"""Steps of darkness to one level of grey."""

# In times the noise, and in levels of grey at least.
_FAINT, _FAINT_LEVELS = 4.5, 6
_STRONG, _STRONG_LEVELS = 9, 25
_STAIN_LEVELS = 12
# Paper, in levels of grey: under a darker page, as where the lid was open or the lamp off, writing does not show.
_LIGHT = 128
# In pixels of 100 dpi: of one mark, and of all together.
_STROKE, _SPECKS = 14, 60
_MOST_SHARE = 0.01

_HOLE_MM = (4.0, 8.5)
_HOLE_ROUND_MM = 0.8
_HOLE_SOLID = (0.68, 0.88)
_HOLE_FROM_EDGE_MM = 25
_STRIP_MM = 22
# In pixels of 100 dpi, and in levels of grey.
_STRIP_OFF = 2.5
_STRIP_LEVELS = 5
_STRIP_STRAIGHT = 0.95
_NOISY = 1.2


def extremes(grey: Image.Image) -> tuple[float, float]:
    """The darkest and the lightest level of a grey picture."""
    return cast("tuple[float, float]", grey.getextrema())


def is_blank(picture: Image.Image) -> bool:
    """Whether a grey page is certain to be blank."""
    page = _at_long_side(picture, _LONG)
    if _level_below(page.histogram(), 0.5) < _LIGHT:
        return False
    page = ImageOps.crop(_without_strips(page, _noise(_darkness(page, _paper(page)))), 1)
    paper = _paper(page)
    if _level_below(page.histogram(), 0.5) - extremes(paper)[0] > _STAIN_LEVELS:
        return False
    darkness = _darkness(page, paper)
    noise = _noise(darkness)
    faint = min(_MIDDLE + round(_FINE * max(_FAINT * noise, _FAINT_LEVELS)), 255)
    strong = _MIDDLE + round(_FINE * max(_STRONG * noise, _STRONG_LEVELS))
    counts = darkness.histogram()
    if sum(counts[faint:]) > page.width * page.height * _MOST_SHARE:
        return False
    mm = _LONG / _A4_LONG_MM
    marks = [mark for mark in _marks(darkness, faint) if not mark.is_hole(page.size, mm)]
    # Symmetrically on the light side there is nothing but noise.
    noisy = sum(counts[: 2 * _MIDDLE - faint + 1])
    return sum(mark.area for mark in marks) <= 2 * noisy + _SPECKS and all(
        mark.area < _STROKE and mark.darkest < strong for mark in marks
    )


@dataclass(frozen=True, slots=True)
class _Mark:
    area: int
    darkest: int
    left: int
    top: int
    right: int
    bottom: int

    def is_hole(self, size: tuple[int, int], mm: float) -> bool:
        """Whether it is a punched hole; `mm` is pixels per millimetre."""
        width, height = self.right - self.left + 1, self.bottom - self.top + 1
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        edge = min(x, y, size[0] - x, size[1] - y)
        return (
            all(_HOLE_MM[0] <= side / mm <= _HOLE_MM[1] for side in (width, height))
            and abs(width - height) <= _HOLE_ROUND_MM * mm
            and _HOLE_SOLID[0] <= self.area / (width * height) <= _HOLE_SOLID[1]
            and edge <= _HOLE_FROM_EDGE_MM * mm
        )


def _at_long_side(picture: Image.Image, longest: int) -> Image.Image:
    scale = longest / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)


def _paper(page: Image.Image) -> Image.Image:
    """The paper without what is on it: the median of a neighbourhood of some three centimetres."""
    middle = _at_long_side(page, _PAPER_LONG).filter(ImageFilter.MedianFilter(_PAPER_WINDOW))
    return middle.resize(page.size, Image.Resampling.BICUBIC)


def _darkness(page: Image.Image, paper: Image.Image) -> Image.Image:
    """How much darker than the paper each pixel is, with single-pixel noise removed."""
    return ImageChops.subtract(paper, page.filter(ImageFilter.BoxBlur(1)), scale=1 / _FINE, offset=_MIDDLE)


def _noise(darkness: Image.Image) -> float:
    """The noise of the paper in levels of grey, measured on the light side, where there is no ink."""
    counts = darkness.histogram()
    return max(_level_below(counts, 0.5) - _level_below(counts, 0.16), 1) / _FINE


def _level_below(counts: Sequence[int], share: float) -> int:
    wanted, passed = share * sum(counts), 0
    for level, count in enumerate(counts):
        passed += count
        if passed >= wanted:
            return level
    return len(counts) - 1


def _marks(darkness: Image.Image, faint: int) -> Iterator[_Mark]:
    """Each connected group of pixels that are `faint` or darker."""
    width = darkness.width
    levels = darkness.tobytes()
    left = {found.start() for found in re.finditer(b"[\\x%02x-\\xff]" % faint, levels, re.DOTALL)}
    while left:
        group, edge = [], [left.pop()]
        while edge:
            place = edge.pop()
            group.append(place)
            for near in (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1):
                if place + near in left:
                    left.remove(place + near)
                    edge.append(place + near)
        across, down = [place % width for place in group], [place // width for place in group]
        yield _Mark(
            area=len(group),
            darkest=max(levels[place] for place in group),
            left=min(across),
            top=min(down),
            right=max(across),
            bottom=max(down),
        )


def _without_strips(page: Image.Image, noise: float) -> Image.Image:
    """Lift what lies beside a skewed paper to the paper's own grey; what is darker on it stays darker.

    Only where its inner rim is straight all the way: writing that reaches the edge is not.
    """
    for _ in range(4):
        page = _without_strip(page, noise).transpose(Image.Transpose.ROTATE_90)
    return page


def _without_strip(page: Image.Image, noise: float) -> Image.Image:
    """Lift the strip along the upper edge, if there is one."""
    deepest = round(_STRIP_MM * _LONG / _A4_LONG_MM)
    # The rim goes along the edge, or nearly.
    calm = ImageFilter.BoxBlur((20, 2)) if noise > _NOISY else ImageFilter.MedianFilter(5)
    rim = page.crop((0, 0, page.width, 2 * deepest)).filter(calm)
    paper = _level_below(page.histogram(), 0.5)
    dark = paper - _STRIP_LEVELS
    rows = [rim.crop((0, row, rim.width, row + 1)).tobytes() for row in range(deepest)]
    depths = [next((d for d, row in enumerate(rows) if row[x] >= dark), deepest) for x in range(rim.width)]
    line = _line(depths, deepest)
    if line is None:
        return page
    start, slope = line
    inside = sorted(rows[depth // 2][x] for x, depth in enumerate(depths) if 0 < depth < deepest)
    lift = paper - inside[len(inside) // 2]
    reach = [(x, start + slope * x + _STRIP_OFF) for x in (page.width, 0)]
    mask = Image.new("L", page.size)
    ImageDraw.Draw(mask).polygon([(0, -1), (page.width, -1), *reach], fill=255)
    return Image.composite(page.point(lambda level: min(level + lift, 255)), page, mask)


def _line(depths: Sequence[int], deepest: int) -> tuple[float, float] | None:
    """Start and slope of the straight line where a strip of these depths ends; None where there is no such strip.

    The ends are left out: the strips of the adjoining edges lie there.
    """
    found = [(x, depth) for x, depth in enumerate(depths) if deepest <= x < len(depths) - deepest]
    strip = [(x, depth) for x, depth in found if 0 < depth < deepest]
    if len(strip) < len(found) / 20:
        return None
    start, slope = _fitted(strip)
    # Once more without what noise cut short.
    near = [(x, depth) for x, depth in strip if abs(start + slope * x - depth) <= 2 * _STRIP_OFF]
    if not near:
        return None
    start, slope = _fitted(near)
    straight = sum(abs(max(start + slope * x, 0) - depth) <= _STRIP_OFF for x, depth in found)
    return (start, slope) if straight >= _STRIP_STRAIGHT * len(found) else None


def _fitted(points: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Start and slope of the least-squares line."""
    mean_x, mean_y = sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return mean_y - slope * mean_x, slope
