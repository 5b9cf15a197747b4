"""Backs of sheets as they come out of a scanner: with writing anywhere on them, faint or strong, and with nothing."""

import random
from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from tests.paper.scans_made import CLEAN, MM, Wear, _punch, _scanned

PAPER = 246
# What writes: its grey or its colour, and how wide it is in millimetres.
TOOLS: dict[str, tuple[tuple[int, int, int], float]] = {
    "hard pencil": ((208, 208, 208), 0.4),
    "pencil": ((165, 165, 168), 0.5),
    "ball pen": ((40, 45, 120), 0.4),
    "thin felt pen": ((30, 30, 30), 0.8),
    "red pen": ((200, 40, 40), 0.5),
    "marker": ((20, 20, 20), 3.0),
    "yellow marker": ((252, 246, 90), 4.0),
}


@dataclass(frozen=True)
class Back:
    """What one back is like. `edge` counts the edges clockwise from the top, `from_edge` is in millimetres."""

    seed: int
    tool: str | None = None
    edge: int = 0
    from_edge: float = 0
    length: float = 25
    show_through: float = 0
    stain: bool = False
    holes: bool = True
    landscape: bool = False
    colour: bool = False
    dpi: int = 200
    wear: Wear = CLEAN

    @property
    def clean(self) -> bool:
        return not (self.tool or self.show_through or self.stain)


def back_of(number: int) -> Back:
    """Back `number` of a series: writing at each millimetre with each tool; each third is clean."""
    rng = random.Random(number)
    back = Back(
        seed=number,
        landscape=rng.random() < 0.5,
        holes=rng.random() < 0.6,
        colour=rng.random() < 0.4,
        dpi=rng.choice((150, 200, 200, 300)),
        wear=Wear(
            strokes=0,
            skew=rng.choice((0, 1, 3)),
            noise=rng.choice((0, 2, 5, 8)),
            blur=rng.choice((0, 0.4, 0.7)),
            jpeg=rng.choice((40, 60, 90)),
        ),
    )
    if number % 3 == 0:
        return back
    if number % 30 == 1:
        return replace(back, stain=True)
    return replace(
        back,
        tool=rng.choice(list(TOOLS)),
        edge=rng.randrange(4),
        # Each millimetre up to the middle of the page, over and over.
        from_edge=number % 105,
        length=rng.choice((6, 12, 25, 60)),
        show_through=rng.choice((0, 0, 0.05, 0.1, 0.2, 0.3)),
        stain=rng.random() < 0.1,
    )


def drawn(back: Back, front: Image.Image) -> Image.Image:
    """Draw a back, whose front shines through it; grey, or in colours as some scanners send them."""
    rng = random.Random(back.seed)
    width, height = int(210 * MM * back.dpi), int(297 * MM * back.dpi)
    if back.landscape:
        width, height = height, width
    page = Image.new("RGB", (width, height), (PAPER,) * 3)
    if back.show_through:
        through = ImageOps.mirror(front).resize(page.size)
        through = through.point(lambda level: PAPER - int((PAPER - min(level, PAPER)) * back.show_through))
        page = ImageChops.darker(
            page, Image.merge("RGB", [through.filter(ImageFilter.GaussianBlur(0.6))] * 3)
        )
    if back.stain:
        _stain(page, rng)
    if back.tool:
        _write(page, back, rng)
    if back.holes:
        for turned in (0, 90) if back.landscape else (0,):
            page = page.rotate(turned, expand=True)
            _punch(page, back.dpi) if turned or not back.landscape else None
    bands = page.split() if back.colour else [page.convert("L")]
    # One and the same paper goes askew, whatever its colours.
    worn = [_scanned(band, random.Random(back.seed), back.wear) for band in bands]
    return Image.merge("RGB", worn) if back.colour else worn[0]


def _write(page: Image.Image, back: Back, rng: random.Random) -> None:
    """Write some letters along an edge, their nearest point so far from it."""
    ink, broad = TOOLS[back.tool or ""]
    width = max(1, round(broad * MM * back.dpi))
    tall = 3.0 if broad < 2 else 0.0
    along = page.width if back.edge % 2 == 0 else page.height
    length = min(back.length * MM * back.dpi, along * 0.8)
    start = rng.uniform(0, along - length)
    steps = max(4, int(back.length / 1.5))
    points = []
    for step in range(steps + 1):
        deep = (back.from_edge + (tall if step % 2 else 0)) * MM * back.dpi + width / 2
        at = start + length * step / steps
        points.append(((at, deep), (page.width - deep, at), (at, page.height - deep), (deep, at))[back.edge])
    stroke = Image.new("L", page.size, 0)
    ImageDraw.Draw(stroke).line(points, fill=255, width=width)
    page.paste(ImageChops.darker(page, Image.new("RGB", page.size, ink)), (0, 0), stroke)


def _stain(page: Image.Image, rng: random.Random) -> None:
    x, y, r = rng.uniform(0, page.width), rng.uniform(0, page.height), rng.uniform(0.03, 0.12) * page.width
    shape = Image.new("L", page.size, 0)
    ImageDraw.Draw(shape).ellipse((x - r, y - r, x + r, y + r), fill=200)
    shape = shape.filter(ImageFilter.GaussianBlur(3))
    page.paste(ImageChops.darker(page, Image.new("RGB", page.size, (225, 205, 170))), (0, 0), shape)
