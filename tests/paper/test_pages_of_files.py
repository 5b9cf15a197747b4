"""Every page of a file is read, upright, whatever a scanner or a telephone wrote it as."""

from io import BytesIO
from itertools import product

import numpy as np
import pillow_heif
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw

from forms.rules.serial import page_code
from forms.scanning import BadScan, DecodedPage, read_scan
from tests.long import runs
from tests.paper.scans_made import as_file, printed, rasterised, serials

ONE, TWO = serials(2, seed=5)


def front(serial: str) -> Image.Image:
    (page,) = rasterised(printed([serial]))
    return page


def together(kind: str, *pictures: Image.Image) -> bytes:
    if kind == "HEIF":
        out, held = BytesIO(), pillow_heif.from_pillow(pictures[0])
        for picture in pictures[1:]:
            held.add_from_pillow(picture)
        held.save(out, quality=80)
        return out.getvalue()
    more = {"duration": 100} if kind in ("WEBP", "PNG") else {}
    return as_file(pictures[0], kind, save_all=True, append_images=pictures[1:], **more)


def read(*files: bytes) -> list[tuple[str, ...]]:
    return [page.codes for page in read_scan(files) if isinstance(page, DecodedPage)]


@pytest.mark.parametrize("kind", ["HEIF", "WEBP", "PNG", "MPO", "TIFF"])
def test_each_picture_of_a_file_is_a_page(kind):
    content = together(kind, *(front(serial).convert("RGB") for serial in (ONE, TWO)))
    assert read(content) == [(page_code(serial, 1, "1"),) for serial in (ONE, TWO)]


def test_a_map_that_a_telephone_sends_with_a_picture_is_no_page():
    page = front(ONE).convert("RGB")
    assert read(together("MPO", page, page.reduce(4))) == [(page_code(ONE, 1, "1"),)]


KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"]
# First each way with one of the kinds, and each kind with one of the ways.
WAYS = sorted(product(range(1, 9), KINDS), key=lambda way: (way[0] - KINDS.index(way[1])) % len(KINDS))


@pytest.mark.long
@pytest.mark.parametrize(("orientation", "kind"), WAYS[: runs(8, full=len(WAYS))])
def test_a_page_is_upright_however_the_camera_lay_and_mirrored_it(kind, orientation):
    exif = Image.Exif()
    exif[0x112] = orientation
    undone = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    page = front(ONE).convert("RGB")
    if orientation in undone:
        page = page.transpose(undone[orientation])
    if kind == "HEIF":
        out = BytesIO()
        pillow_heif.from_pillow(page).save(out, quality=80, exif=exif.tobytes())
        content = out.getvalue()
    else:
        content = as_file(page, kind, exif=exif if kind == "TIFF" else exif.tobytes())
    (seen,) = (each for each in read_scan([content]) if isinstance(each, DecodedPage))
    assert (seen.codes, seen.turned) == ((page_code(ONE, 1, "1"),), 0)


@pytest.mark.parametrize(
    ("type_", "most"), [(np.int32, 2**24), (np.int32, 2**16), (np.float32, 1), (np.float32, 255)]
)
def test_a_picture_of_many_bits_is_read_as_any_other(type_, most):
    levels = np.asarray(front(ONE)).astype(np.float64) / 255 * (most - (most > 1))
    assert read(as_file(Image.fromarray(levels.astype(type_)), "TIFF")) == [(page_code(ONE, 1, "1"),)]


@pytest.mark.parametrize("filling", [b"\0", b" ", b"\r\n"])
def test_a_block_that_a_scanner_filled_up_after_the_end_is_no_cut_file(filling):
    content = printed([ONE])
    assert read(content + filling * 8192) == [(page_code(ONE, 1, "1"),)]
    with pytest.raises(BadScan) as refused:
        read(content[: len(content) // 2] + filling * 8192)
    assert refused.value.key == "cut"


def holding(name: str, content: bytes) -> bytes:
    document = pdfium.PdfDocument(printed([ONE]))
    document.new_attachment(name).set_data(content)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_pages_that_lie_in_a_file_within_a_pdf_are_not_passed_over():
    blank = Image.new("RGB", (800, 1100), "white")
    ImageDraw.Draw(blank).line((100, 100, 600, 130), fill=0, width=5)
    for name, content in (("blad.pdf", printed([TWO])), ("bild.jpg", as_file(blank, "JPEG"))):
        with pytest.raises(BadScan) as refused:
            read(holding(name, content))
        assert refused.value.key == "holds_files", name
    assert read(holding("skanner.txt", b"Kontoret, vaning 2")) == [(page_code(ONE, 1, "1"),)]
