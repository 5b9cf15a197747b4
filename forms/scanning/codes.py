"""The codes on a page: what they say, and whether they are printed on this side of the paper or shine through it.

A decoder reads a mirrored code as readily as any other, and the corners it reports look the same. So the text is
re-encoded, and the modules in the picture are compared with those of the code and with those of its mirror image.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import segno
import zxingcpp
from PIL import Image

from forms.rules.serial import read_page_code

_OVERSAMPLED = 4
# Of a code that was read at all, the right way round correlates with 0.5 at least, and 0.3 more than the wrong one.
_CERTAIN = 0.2

_Modules = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class SeenCode:
    """A code of ours: printed on this side, or `mirrored`, seen through the paper from its other side.

    `turned` is the clockwise rotation, in degrees, that makes the page upright; `x` and `y` are its centre in pixels,
    and `side` is its side as a share of the picture's longer one.
    """

    text: str
    mirrored: bool
    turned: int
    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class SeenCodes:
    """`foreign`: a code of somebody else; `torn`: one that is there and cannot be read."""

    ours: tuple[SeenCode, ...] = ()
    foreign: bool = False
    torn: bool = False

    @property
    def printed(self) -> tuple[SeenCode, ...]:
        return tuple(code for code in self.ours if not code.mirrored)

    @property
    def mirrored(self) -> tuple[SeenCode, ...]:
        return tuple(code for code in self.ours if code.mirrored)

    def __or__(self, more: "SeenCodes") -> "SeenCodes":
        """What was seen on two copies of one page."""
        return SeenCodes(self.ours + more.ours, self.foreign or more.foreign, self.torn or more.torn)


def read_codes(picture: Image.Image) -> SeenCodes:
    """The QR codes of a grey picture. One of ours that may be either way round counts as torn."""
    qr: Any = zxingcpp.BarcodeFormat.QRCode
    found = zxingcpp.read_barcodes(picture, formats=qr, return_errors=True)
    ours, foreign, torn = [], False, False
    for code in found:
        if not code.valid:
            torn = True
        elif read_page_code(code.text) is None:
            foreign = True
        elif (seen := _seen(picture, code)) is not None:
            ours.append(seen)
        else:
            torn = True
    return SeenCodes(tuple(ours), foreign, torn)


def texts(codes: Iterable[SeenCode]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.text for code in codes))


def _seen(picture: Image.Image, code: Any) -> SeenCode | None:
    """A code with its orientation; None where that is not certain."""
    printed = segno.make_qr(code.text, error=code.ec_level or "h", mask=_mask_of(code)).matrix
    corners = _clockwise(code)
    squares = _sampled(picture, corners, len(printed))
    straight = max(_likeness(squares, printed))
    mirrored = max(_likeness(squares, [row[::-1] for row in printed]))
    if abs(straight[0] - mirrored[0]) < _CERTAIN:
        return None
    _, first = max(straight, mirrored)
    (x, y), (to_x, to_y) = corners[first], corners[(first + 1) % 4]
    turn = round(math.degrees(math.atan2(to_y - y, to_x - x)) / 90) * 90
    around = zip(corners, corners[1:] + corners[:1], strict=True)
    return SeenCode(
        code.text,
        mirrored=mirrored > straight,
        turned=-turn % 360,
        x=sum(x for x, _ in corners) / 4,
        y=sum(y for _, y in corners) / 4,
        side=sum(math.dist(one, two) for one, two in around) / 4 / max(picture.size),
    )


def _mask_of(code: Any) -> int | None:
    mask = code.extra.get("DataMask")
    return mask if isinstance(mask, int) and 0 <= mask <= 7 else None


def _clockwise(code: Any) -> list[tuple[int, int]]:
    """The corners of a code clockwise as seen in the picture, starting at any of them."""
    place = code.position
    corners = [
        (corner.x, corner.y)
        for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    ]
    area = sum(
        x * below - right * y
        for (x, y), (right, below) in zip(corners, corners[1:] + corners[:1], strict=True)
    )
    return corners if area > 0 else corners[::-1]


def _sampled(picture: Image.Image, corners: Sequence[tuple[int, int]], size: int) -> list[int]:
    """The lightness of each module of a code, row by row."""
    first, second, third, fourth = corners
    side = size * _OVERSAMPLED
    flat = picture.transform(
        (side, side), Image.Transform.QUAD, (*first, *fourth, *third, *second), Image.Resampling.BILINEAR
    )
    return list(flat.reduce(_OVERSAMPLED).tobytes())


def _likeness(squares: Sequence[int], matrix: _Modules) -> Iterator[tuple[float, int]]:
    """The correlation of the squares with a code rotated by 0 to 3 quarter turns, and which corner then comes first."""
    mean = sum(squares) / len(squares)
    spread = math.sqrt(sum((square - mean) ** 2 for square in squares)) or 1.0
    for first in range(4):
        dark = [module for row in matrix for module in row]
        share = sum(dark) / len(dark)
        alike = sum((mean - square) * (module - share) for square, module in zip(squares, dark, strict=True))
        yield alike / spread / math.sqrt(len(dark) * share * (1 - share)), first
        matrix = list(zip(*matrix[::-1], strict=True))
