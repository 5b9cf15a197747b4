"""Pages as pictures: what they are made from, the codes on them, turned upright, blank or not. Runs in the child only.

No Django here, and nothing of a file is run: the build of PDFium has neither JavaScript nor XFA.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
import zxingcpp
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from forms.rules.serial import read_page_code

from .limits import LONGEST_POINTS, MOST_PAGES, MOST_PIXELS, SHORTEST_POINTS, BadScan

A4_LONG = 2339
"""The long side of an A4 page in 200 dpi, in pixels; no picture that is kept is longer."""

_SHARPER = 1.5
_POINTS_LONG = 842
_QUALITY = 80
_BLUR = 1.2
# Blank: hardly any pixel is much darker than the paper, when the edges with holes and shadows are left out.
_SMALL_LONG = 877
_EDGES = 0.14
_DARKER = 45
_INK = 0.0001
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
_FORMATS = ("JPEG", "PNG", "TIFF")
_IMAGE_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# Pillow only warns of a picture up to twice the limit.
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Page:
    """One page upright: the texts of our codes on it, whether it has others, and its picture as grey JPEG.

    `turned` is by how many degrees, clockwise, it was turned.
    """

    codes: tuple[str, ...]
    foreign: bool
    blank: bool
    turned: int
    width: int
    height: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page before it is decoded: its grey picture, and a way to a sharper one, which costs more."""

    picture: Image.Image
    sharper: Callable[[], Image.Image | None]


def kind_of(head: bytes) -> str:
    """Give "pdf" or "image" from how a file begins. Raises BadScan for everything else, with what it is."""
    if not head:
        raise BadScan("empty")
    if head.startswith(_IMAGE_MARKS):
        return "image"
    if head.startswith((b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")):
        raise BadScan("program")
    if head.startswith(
        (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
    ):
        raise BadScan("archive")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise BadScan("markup")
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif"):
        raise BadScan("heic")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    raise BadScan("unknown")


def open_scan(paths: Sequence[Path]) -> tuple[int, Iterator[RawPage]]:
    """Give how many pages the files have, one PDF or images, and the pages one at a time.

    Raises BadScan with a Swedish sentence, before the first page or at the one that is wrong.
    """
    kinds = {kind_of(_head(path)) for path in paths}
    if "pdf" not in kinds:
        return _open_images(paths)
    if len(paths) > 1:
        raise BadScan("many_pdfs")
    return _open_pdf(paths[0])


def decode(raw: RawPage) -> Page:
    """Read the codes of a page, turn it upright and pack it. Where none of ours is read, other copies are tried."""
    first = raw.picture
    seen = _read(first)
    ours = _ours(seen)
    foreign = bool(seen) and not ours
    blank = not seen and is_blank(first)
    if not ours and not blank:
        for copy in _other_copies(raw):
            more = _read(copy)
            ours = _ours(more)
            foreign = foreign or bool(more)
            if ours:
                foreign = False
                break
    turned = -round(ours[0].orientation / 90) * 90 % 360 if ours else 0
    upright = first.transpose(_TURNS[turned]) if turned else first
    return Page(
        codes=tuple(dict.fromkeys(code.text for code in ours)),
        foreign=foreign,
        blank=blank,
        turned=turned,
        width=upright.width,
        height=upright.height,
        jpeg=_packed(upright),
    )


def is_blank(picture: Image.Image) -> bool:
    """Tell whether a grey page has no ink on it but at its edges, where holes and shadows are."""
    small = _at_most(picture, _SMALL_LONG)
    x, y = int(small.width * _EDGES), int(small.height * _EDGES)
    inner = small.crop((x, y, small.width - x, small.height - y))
    counts = inner.histogram()
    total = sum(counts)
    paper = _median(counts, total)
    return sum(counts[: max(paper - _DARKER, 0)]) < total * _INK


def _median(counts: Sequence[int], total: int) -> int:
    passed = 0
    for level, count in enumerate(counts):
        passed += count
        if passed * 2 >= total:
            return level
    return 255


def _other_copies(raw: RawPage) -> Iterator[Image.Image]:
    yield raw.picture.filter(ImageFilter.GaussianBlur(_BLUR))
    yield ImageOps.autocontrast(raw.picture, cutoff=2)
    sharper = raw.sharper()
    if sharper is not None:
        yield sharper
        yield sharper.filter(ImageFilter.GaussianBlur(_BLUR))


def _read(picture: Image.Image) -> list[Any]:
    return list(zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode))


def _ours(codes: Sequence[Any]) -> list[Any]:
    return [code for code in codes if read_page_code(code.text) is not None]


def _packed(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(2048)


def _at_most(picture: Image.Image, longest: int) -> Image.Image:
    """Give a picture no longer than so many pixels, never enlarged."""
    longer = max(picture.size)
    if longer <= longest:
        return picture
    size = (max(1, picture.width * longest // longer), max(1, picture.height * longest // longer))
    return picture.resize(size, Image.Resampling.BOX if longer > 4 * longest else Image.Resampling.BILINEAR)


def _open_pdf(path: Path) -> tuple[int, Iterator[RawPage]]:
    content = path.read_bytes()
    if b"%%EOF" not in content[-4096:]:
        raise BadScan("cut")
    # What is packed away from this look is not run either: it only spares a person a file that is no scan.
    if b"/JavaScript" in content or b"/XFA" in content or b"/Launch" in content:
        raise BadScan("active")
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise BadScan("locked" if "assword" in str(error) else "broken") from None
    if pdfium_raw.FPDF_GetSecurityHandlerRevision(document) != -1:
        raise BadScan("locked")
    if pdfium_raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        raise BadScan("active")
    count = len(document)
    if not count:
        raise BadScan("no_pages")
    if count > MOST_PAGES:
        raise BadScan("many_pages")
    return count, _pdf_pages(document, count)


def _pdf_pages(document: Any, count: int) -> Iterator[RawPage]:
    for number in range(1, count + 1):
        try:
            page = document[number - 1]
            size = page.get_size()
            if max(size) > LONGEST_POINTS or min(size) < SHORTEST_POINTS:
                raise BadScan("page_size", page=number)
            # Looked at before they are unpacked: PDFium leaves out a picture that it has no room for, and says nothing.
            pictures = page.get_objects(filter=(pdfium_raw.FPDF_PAGEOBJ_IMAGE,))
            if any(_pixels(picture) > MOST_PIXELS for picture in pictures):
                raise BadScan("many_pixels", page=number)
            # A4 in 200 dpi; a larger page is often an A4 page of which a scanner wrote a point for each pixel.
            scale = A4_LONG / max(_POINTS_LONG, *size)
            picture = _drawn(page, scale)
        except pdfium.PdfiumError:
            raise BadScan("broken_page", page=number) from None
        yield RawPage(picture, lambda page=page, scale=scale: _drawn(page, scale * _SHARPER))
        page.close()


def _pixels(picture: Any) -> int:
    width, height = picture.get_px_size()
    return int(width) * int(height)


def _drawn(page: Any, scale: float) -> Image.Image:
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    # A copy: the bitmap belongs to PDFium and is let go at once.
    picture: Image.Image = bitmap.to_pil().convert("L").copy()
    bitmap.close()
    return picture


def _open_images(paths: Sequence[Path]) -> tuple[int, Iterator[RawPage]]:
    frames = [(path, frame) for place, path in enumerate(paths, 1) for frame in range(_frames(path, place))]
    if len(frames) > MOST_PAGES:
        raise BadScan("many_pages")
    return len(frames), _image_pages(frames)


def _frames(path: Path, place: int) -> int:
    """Give how many pages an image file has: a TIFF may have many, which are counted no further than needed."""
    try:
        with Image.open(path, formats=_FORMATS) as image:
            frames = 1
            while image.format == "TIFF" and frames <= MOST_PAGES:
                try:
                    image.seek(frames)
                except EOFError:
                    break
                frames += 1
            return frames
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadScan("many_pixels", page=place) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, KeyError):
        raise BadScan("broken") from None


def _image_pages(frames: Sequence[tuple[Path, int]]) -> Iterator[RawPage]:
    for number, (path, frame) in enumerate(frames, 1):
        try:
            with Image.open(path, formats=_FORMATS) as image:
                image.seek(frame)
                if min(image.size) < SHORTEST_POINTS:
                    raise BadScan("page_size", page=number)
                if image.width * image.height > MOST_PIXELS:
                    raise BadScan("many_pixels", page=number)
                grey = _grey(image)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise BadScan("many_pixels", page=number) from None
        except (OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError):
            raise BadScan("broken_page", page=number) from None
        picture = _at_most(grey, A4_LONG)
        sharper = _at_most(grey, int(A4_LONG * _SHARPER)) if grey.size != picture.size else None
        yield RawPage(picture, lambda sharper=sharper: sharper)


def _grey(image: Image.Image) -> Image.Image:
    """Give an image in 8 bits of grey on white paper, upright as the camera held it."""
    if image.mode.startswith("I"):
        grey = image.point(lambda level: level / 256).convert("L")
    elif image.has_transparency_data:
        colour = image.convert("RGBA")
        paper = Image.new("RGBA", colour.size, "white")
        grey = Image.alpha_composite(paper, colour).convert("L")
    else:
        grey = image.convert("L")
    grey.info.clear()
    exif = image.getexif()
    turned = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}
    how = turned.get(exif.get(0x0112, 1))
    return grey.transpose(how) if how is not None else grey
