"""The files of a scan as pictures: what kind each is, how many pages it has, and each page in turn.

No Django here, and nothing of a file is run: the build of PDFium has neither JavaScript nor XFA.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pillow_heif
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
from PIL import ExifTags, Image, ImageChops, UnidentifiedImageError

from .blank import extremes
from .limits import LONGEST_POINTS, MOST_PAGES, MOST_PIXELS, SHORTEST_POINTS, BadScan

A4_LONG = 2339
"""The long side of an A4 page in 200 dpi, in pixels; no picture that is kept is longer."""

_HEAD = 2048
_SHARPER = 1.5
_POINTS_LONG = 842
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "HEIF")
_IMAGE_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")
# What a telephone writes: the brands of HEIF that hold HEVC, or say nothing of what they hold.
_HEIF_MARKS = tuple(
    b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"heif")
)
_COLOURED = 12
# What makes a picture upright, by its orientation in EXIF: a camera may mirror it too.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BROKEN = (OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError, RuntimeError)

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# Pillow only warns of a picture up to twice the limit.
warnings.simplefilter("error", Image.DecompressionBombWarning)
pillow_heif.register_heif_opener(thumbnails=False)
pillow_heif.options.DECODE_THREADS = 1


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page before it is decoded: its grey picture, and a way to a sharper one, which costs more.

    `shown` is the picture for a person, where that is another one: coloured marks made darker, so that a yellow
    marker is not lost in the grey.
    """

    picture: Image.Image
    sharper: Callable[..., Image.Image | None]
    shown: Image.Image | None = None


def kind_of(head: bytes) -> str:
    """File type by its first bytes, "pdf" or "image". Raises BadScan for everything else, saying what it is."""
    if not head:
        raise BadScan("empty")
    if head.startswith(_IMAGE_MARKS) or head[4:12] in _HEIF_MARKS:
        return "image"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image"
    if head.startswith((b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")):
        raise BadScan("program")
    if head.startswith(
        (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
    ):
        raise BadScan("archive")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise BadScan("markup")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    raise BadScan("unknown")


def open_scan(files: Sequence[bytes]) -> tuple[int, Iterator[RawPage]]:
    """How many pages the files have, one PDF or images, and the pages one at a time.

    Raises BadScan with a Swedish sentence, before the first page or at the one that is wrong.
    """
    kinds = {kind_of(content[:_HEAD]) for content in files}
    if "pdf" not in kinds:
        return _open_images(files)
    if len(files) > 1:
        raise BadScan("many_pdfs")
    return _open_pdf(files[0])


def at_most(picture: Image.Image, longest: int) -> Image.Image:
    """A picture scaled down to at most so many pixels on its longer side, never enlarged."""
    longer = max(picture.size)
    if longer <= longest:
        return picture
    size = (max(1, picture.width * longest // longer), max(1, picture.height * longest // longer))
    return picture.resize(size, Image.Resampling.BOX if longer > 4 * longest else Image.Resampling.BILINEAR)


def _open_pdf(content: bytes) -> tuple[int, Iterator[RawPage]]:
    # Some scanners fill a whole block up after the end.
    if b"%%EOF" not in content.rstrip(b"\0 \t\r\n")[-4096:]:
        raise BadScan("cut")
    # What this check misses because it is compressed is not run either: it only spares a person a file that is no scan.
    if b"/JavaScript" in content or b"/XFA" in content or b"/Launch" in content:
        raise BadScan("active")
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise BadScan("locked" if "assword" in str(error) else "broken") from None
    if pdfium_raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        raise BadScan("active")
    if any(_is_scan(document.get_attachment(place)) for place in range(document.count_attachments())):
        raise BadScan("holds_files")
    count = len(document)
    if not count:
        raise BadScan("no_pages")
    if count > MOST_PAGES:
        raise BadScan("many_pages")
    return count, _pdf_pages(document, count)


def _is_scan(attachment: Any) -> bool:
    """Whether a file within a PDF may be a scan: its pages are none of the PDF's own."""
    try:
        kind_of(bytes(attachment.get_data()[:_HEAD]))
    except (BadScan, pdfium.PdfiumError):
        return False
    return True


def _pdf_pages(document: Any, count: int) -> Iterator[RawPage]:
    for number in range(1, count + 1):
        try:
            page = document[number - 1]
            size = page.get_size()
            if max(size) > LONGEST_POINTS or min(size) < SHORTEST_POINTS:
                raise BadScan("page_size", page=number)
            # Checked before they are decompressed: PDFium silently skips a picture that it has no room for.
            pictures = page.get_objects(filter=(pdfium_raw.FPDF_PAGEOBJ_IMAGE,))
            if any(_pixels(picture) > MOST_PIXELS for picture in pictures):
                raise BadScan("many_pixels", page=number)
            # A4 in 200 dpi; a larger page is often an A4 page of which a scanner wrote a point for each pixel.
            scale = A4_LONG / max(_POINTS_LONG, *size)
            picture, shown = _drawn(page, scale)
        except pdfium.PdfiumError:
            raise BadScan("broken_page", page=number) from None
        yield RawPage(picture, lambda page=page, scale=scale: _drawn(page, scale * _SHARPER)[0], shown)
        page.close()


def _pixels(picture: Any) -> int:
    width, height = picture.get_px_size()
    return int(width) * int(height)


def _drawn(page: Any, scale: float) -> tuple[Image.Image, Image.Image | None]:
    bitmap = page.render(scale=scale, may_draw_forms=False)
    # Copies: the bitmap belongs to PDFium and is freed at once.
    grey, shown = _in_grey(bitmap.to_pil())
    bitmap.close()
    return grey, shown


def _in_grey(colour: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """A picture in grey, and the one to show where it has colours that the grey would lose."""
    if colour.mode == "L":
        return colour.copy(), None
    colour = colour.convert("RGB")
    grey = colour.convert("L")
    if extremes(_spread(colour.reduce(min(8, *colour.size))))[1] < _COLOURED:
        return grey, None
    # Not all of it: what is written under a marker is still to be read.
    return grey, ImageChops.subtract(grey, _spread(colour).point(lambda level: level // 3))


def _spread(colour: Image.Image) -> Image.Image:
    """The saturation of each pixel: the distance from its lightest band to its darkest."""
    red, green, blue = colour.split()
    lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return ImageChops.subtract(lightest, ImageChops.darker(ImageChops.darker(red, green), blue))


def _open_images(files: Sequence[bytes]) -> tuple[int, Iterator[RawPage]]:
    frames = [(content, frame) for place, content in enumerate(files, 1) for frame in _frames(content, place)]
    if len(frames) > MOST_PAGES:
        raise BadScan("many_pages")
    return len(frames), _image_pages(frames)


def _frames(content: bytes, place: int) -> list[int]:
    """Which pictures of an image file are pages: every kind but plain JPEG may have many, which are looked for no
    further than needed.
    """
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            found, size = [0], image.size
            for frame in range(1, MOST_PAGES + 1):
                try:
                    image.seek(frame)
                except EOFError:
                    break
                # With a JPEG a telephone may send a map of its lights or depths, which is smaller.
                if image.format != "MPO" or image.size == size:
                    found.append(frame)
            return found
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadScan("many_pixels", page=place) from None
    except (UnidentifiedImageError, *_BROKEN):
        raise BadScan("broken") from None


def _image_pages(frames: Sequence[tuple[bytes, int]]) -> Iterator[RawPage]:
    for number, (content, frame) in enumerate(frames, 1):
        try:
            with Image.open(BytesIO(content), formats=_FORMATS) as image:
                image.seek(frame)
                if min(image.size) < SHORTEST_POINTS:
                    raise BadScan("page_size", page=number)
                if image.width * image.height > MOST_PIXELS:
                    raise BadScan("many_pixels", page=number)
                grey, shown = _grey(image)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise BadScan("many_pixels", page=number) from None
        except _BROKEN:
            raise BadScan("broken_page", page=number) from None
        picture = at_most(grey, A4_LONG)
        sharper = at_most(grey, int(A4_LONG * _SHARPER)) if grey.size != picture.size else None
        shown = at_most(shown, A4_LONG) if shown is not None else None
        yield RawPage(picture, lambda sharper=sharper: sharper, shown)


def _grey(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """An image in 8-bit grey on white paper, upright by its EXIF orientation, and the one to show."""
    if image.mode in ("I", "F"):
        # Nothing says what is white in so many bits: the lightest there is.
        scale = 255 / max(extremes(image)[1], 1e-9)
        flat = image.point(lambda level: level * scale).convert("L")
    elif image.mode.startswith("I"):
        flat = image.point(lambda level: level / 256).convert("L")
    elif image.has_transparency_data:
        colour = image.convert("RGBA")
        flat = Image.alpha_composite(Image.new("RGBA", colour.size, "white"), colour)
    else:
        flat = image.convert("L" if image.mode in ("1", "L", "LA") else "RGB")
    how = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    flat.info.clear()
    return _in_grey(flat.transpose(how) if how is not None else flat)
