"""Whether a part of a page is missing: where only one of its two codes is read, and nothing lies where the other is.

A code under a pen stroke or a punch hole leaves something dark there, so a worn page is not taken for a half one.
"""

import math
from collections.abc import Iterator, Sequence

from PIL import Image

from .blank import extremes
from .codes import SeenCode
from .opening import at_most

# As it is printed (`forms.rendering`): a code without its quiet zone, and from the centre of the upper one to that of
# the lower one, to the left and down.
_CODE_MM = 16.7
_APART_MM = {"portrait": (148, 271), "landscape": (235, 184)}
# About where the other code is expected; a paper may lie askew, and a picture may be taken at an angle.
_ABOUT_MM = 22
_CELLS = 44
_DARKER = 60
_IN_PICTURE = 0.25


def is_cut_off(picture: Image.Image, codes: Sequence[SeenCode]) -> bool:
    """`codes` are those printed on the page, as they lie in `picture`."""
    if not codes or any(_is_elsewhere(code, codes[0], picture) for code in codes):
        return False
    return not any(_is_something(picture, box) for box in _where_the_other_is(codes[0], picture))


def _is_elsewhere(code: SeenCode, first: SeenCode, picture: Image.Image) -> bool:
    return math.dist((code.x, code.y), (first.x, first.y)) > 2 * first.side * max(picture.size)


def _where_the_other_is(code: SeenCode, picture: Image.Image) -> Iterator[tuple[float, float, float, float]]:
    """The code that is read may be either, on a page that stands or lies."""
    mm = code.side * max(picture.size) / _CODE_MM
    turned = math.radians(code.turned)
    cos, sin = math.cos(turned), math.sin(turned)
    about = _ABOUT_MM * mm
    for left, down in _APART_MM.values():
        for way in (1, -1):
            right, below = -left * mm * way, down * mm * way
            # From the page upright to the picture as it came.
            x, y = code.x + right * cos + below * sin, code.y - right * sin + below * cos
            yield x - about, y - about, x + about, y + about


def _is_something(picture: Image.Image, box: tuple[float, float, float, float]) -> bool:
    left, upper = max(0, round(box[0])), max(0, round(box[1]))
    right, lower = min(picture.width, round(box[2])), min(picture.height, round(box[3]))
    whole = (box[2] - box[0]) * (box[3] - box[1])
    if right <= left or lower <= upper or (right - left) * (lower - upper) < _IN_PICTURE * whole:
        return False
    darkest, lightest = extremes(at_most(picture.crop((left, upper, right, lower)), _CELLS))
    return lightest - darkest > _DARKER
