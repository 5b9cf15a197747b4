"""Makes bad scans of our own sheets, as an office scanner gives them: askew, turned, noisy, written on, punched."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from math import sqrt
from statistics import NormalDist

import pypdfium2 as pdfium
import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from forms.rendering import CodedSheet, render
from forms.rules.serial import make_serial, page_code, read_page_code
from forms.scanning.decoding import decode
from forms.scanning.opening import RawPage

MM = 1 / 25.4
_TILE = (1_500, 1_500)


@dataclass(frozen=True)
class Wear:
    """What has happened to the paper and in the scanner. `strokes` and `blots` fall anywhere on the page."""

    skew: float = 3.0
    noise: float = 8.0
    blur: float = 0.4
    jpeg: int = 40
    strokes: int = 6
    blots: int = 0
    holes: bool = True
    turn: bool = True


OFFICE = Wear()
CLEAN = Wear(skew=0, noise=0, blur=0, jpeg=90, strokes=0, holes=False, turn=False)


def serials(count: int, seed: int = 1) -> list[str]:
    """All different."""
    numbers = random.Random(seed).sample(range(31**7), count)
    return [make_serial(number) for number in numbers]


def printed(sheets: Sequence[str], pages_each: int = 1, version: str = "1") -> bytes:
    """A PDF of sheets, typeset as the product does it, each with so many pages."""
    page = (
        "<h2>Vårdkedja</h2>" + "<p>Ring mottagaren. Läs upp. Be om återläsning. Skriv tid och namn.</p>" * 12
    )
    body = "".join(
        f'<section class="sheet" id="blad-{serial}" data-serial="{serial}">'
        + "".join(
            f'<div class="page"><h1>Blad</h1>{page}</div>'
            if number == 0
            else f'<div style="break-before: page">{page}</div>'
            for number in range(pages_each)
        )
        + "</section>"
        for serial in sheets
    )
    html = (
        '<!doctype html><html lang="sv"><head><title>Blad</title>'
        "<style>section + section { break-before: page }</style></head><body>" + body + "</body></html>"
    )
    made = render(html, title="Blad", sheets=[CodedSheet(serial, version) for serial in sheets])
    assert made.pages == len(sheets) * pages_each
    return made.pdf


def coded(serial: str, page: int = 1, version: str = "1") -> Image.Image:
    """A page with its two codes and a few words, drawn without the typesetter, which is slow."""
    paper = Image.new("L", (827, 1169), 250)
    out = BytesIO()
    segno.make_qr(page_code(serial, page, version), error="h").save(out, kind="png", scale=3, border=4)
    code = Image.open(out).convert("L")
    paper.paste(code, (paper.width - code.width - 30, 20))
    paper.paste(code, (30, paper.height - code.height - 20))
    ImageDraw.Draw(paper).text((100, 200), "Tolvan", fill=20, font_size=60)
    return paper


def faded(
    serial: str, *, left: float, mirrored: bool = False, page: int = 1, version: str = "1"
) -> Image.Image:
    """A page whose codes have so much `left` of what distinguishes them from their own mirror image.

    All other squares are as printed, so a decoder still reads them, or detects that a code is there.
    """
    matrix = segno.make_qr(page_code(serial, page, version), error="h").matrix
    size = len(matrix)
    code = Image.new("L", (size, size))
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            strength = 1 if dark == row[size - 1 - x] else left
            code.putpixel((x, y), round(135 + (-110 if dark else 110) * strength))
    code = code.resize((size * 6, size * 6), Image.Resampling.NEAREST)
    paper = Image.new("L", (827, 1169), 246)
    paper.paste(code, (paper.width - code.width - 30, 30))
    paper.paste(code, (30, paper.height - code.height - 30))
    return ImageOps.mirror(paper) if mirrored else paper


def rasterised(pdf: bytes, dpi: int = 200) -> Iterator[Image.Image]:
    """Each page of a PDF as a grey picture."""
    document = pdfium.PdfDocument(pdf)
    for page in document:
        yield page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L").copy()


def blank_back(rng: random.Random, dpi: int = 200, wear: Wear = OFFICE) -> Image.Image:
    """The back of a sheet with nothing on it, as the scanner sees it."""
    paper = Image.new("L", (int(210 * MM * dpi), int(297 * MM * dpi)), 246)
    if wear.holes:
        _punch(paper, dpi)
    return _scanned(paper, rng, Wear(**{**wear.__dict__, "strokes": 0, "blots": 0}))


def handwritten(page: Image.Image, words: Sequence[str], rng: random.Random, dpi: int = 200) -> Image.Image:
    """A page written on with a ball-point pen: a word here and there over its middle, no letter as the one before."""
    page = page.copy()
    size = 5 * MM * dpi
    for word in words:
        x, y = rng.uniform(0.12, 0.6) * page.width, rng.uniform(0.3, 0.8) * page.height
        for letter in word:
            ink = Image.new("L", (int(size * 1.4),) * 2, 0)
            at = (size * 0.2, rng.gauss(0.1, 0.04) * size)
            ImageDraw.Draw(ink).text(at, letter, fill=210, font_size=size * rng.uniform(0.85, 1.1))
            ink = ink.rotate(rng.gauss(-8, 5), Image.Resampling.BICUBIC)
            page.paste(rng.randrange(30, 90), (round(x), round(y)), ink)
            x += size * rng.uniform(0.5, 0.62)
            y += rng.gauss(0, size * 0.03)
    return page


def worn(page: Image.Image, rng: random.Random, dpi: int = 200, wear: Wear = OFFICE) -> Image.Image:
    """A page as it comes back: written on, punched, and scanned askew."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    width, height = page.size
    for _ in range(wear.strokes):
        x, y = rng.uniform(0.1, 0.8) * width, rng.uniform(0.2, 0.85) * height
        points = [(x + step * width / 60, y + rng.gauss(0, height / 120)) for step in range(10)]
        draw.line(points, fill=40, width=max(2, dpi // 60))
    for _ in range(wear.blots):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(4, 14) * MM * dpi
        draw.ellipse((x - r, y - r, x + r, y + r), fill=60)
    if wear.holes:
        _punch(page, dpi)
    return _scanned(page, rng, wear)


def as_pdf(pictures: Sequence[Image.Image], dpi: int = 200, jpeg: int = 40) -> bytes:
    """A scanner's PDF: one picture a page."""
    out = BytesIO()
    first, *rest = pictures
    # Without the moment at which it was made: the same pictures are the same file.
    then = datetime.fromtimestamp(0, UTC).timetuple()
    first.save(
        out,
        "PDF",
        save_all=True,
        append_images=rest,
        resolution=dpi,
        quality=jpeg,
        creationDate=then,
        modDate=then,
    )
    return out.getvalue()


def as_file(picture: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    """One picture as an image file."""
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def decode_rate(pages: int, dpi: int = 200, seed: int = 1, wear: Wear = OFFICE) -> tuple[int, int, int]:
    """Scan so many pages badly and read them: give how many were read rightly, how many wrongly, and of how many."""
    rng = random.Random(seed)
    read = wrong = 0
    wanted = serials(pages, seed)
    for start in range(0, pages, 100):
        part = wanted[start : start + 100]
        for serial, picture in zip(part, rasterised(printed(part), dpi), strict=True):
            seen = decode(RawPage(worn(picture, rng, dpi, wear), lambda: None))
            right = seen.codes == (page_code(serial, 1, "1"),)
            read += right
            wrong += bool(seen.codes) and not right
            assert all(read_page_code(code) for code in seen.codes)
    return read, wrong, pages


def _punch(page: Image.Image, dpi: int) -> None:
    draw = ImageDraw.Draw(page)
    x, r = 12 * MM * dpi, 3 * MM * dpi
    for y in (108.5, 188.5):
        draw.ellipse((x - r, y * MM * dpi - r, x + r, y * MM * dpi + r), fill=30)


@cache
def _tile(sigma: float) -> Image.Image:
    # The library's own noise is of the C library's chance, which depends on what else the process has done. A sum of
    # two, so that a few pixels in a million lie four deviations out.
    chance, half = random.Random(sigma), NormalDist(128, sigma / sqrt(2))
    levels = [min(max(round(half.inv_cdf((level + 0.5) / 256)), 0), 255) for level in range(256)]
    one, other = (
        Image.frombytes("L", _TILE, chance.randbytes(_TILE[0] * _TILE[1])).point(levels) for _ in range(2)
    )
    return ImageChops.add(one, other, scale=1, offset=-128)


def _noise(size: tuple[int, int], sigma: float, chance: random.Random) -> Image.Image:
    """Noise that no other page has at the same places. Made anew, it would take longer than to read the page."""
    tile = _tile(sigma)
    noise = Image.new("L", size)
    left, top = (-chance.randrange(side) for side in tile.size)
    for x in range(left, size[0], tile.width):
        for y in range(top, size[1], tile.height):
            noise.paste(tile, (x, y))
    return noise


def _scanned(page: Image.Image, rng: random.Random, wear: Wear) -> Image.Image:
    if wear.skew:
        page = page.rotate(
            rng.uniform(-wear.skew, wear.skew), Image.Resampling.BICUBIC, expand=True, fillcolor=235
        )
    if wear.turn:
        page = page.rotate(rng.choice((0, 90, 180, 270)), expand=True)
    if wear.blur:
        page = page.filter(ImageFilter.GaussianBlur(wear.blur))
    if wear.noise:
        # As the page's own chance stands, which goes on as if nobody had looked.
        noise = _noise(page.size, wear.noise, random.Random(hash(rng.getstate()[1])))
        page = ImageChops.add(page, noise, scale=1, offset=-128)
    out = BytesIO()
    page.save(out, "JPEG", quality=wear.jpeg)
    return Image.open(out).convert("L")
