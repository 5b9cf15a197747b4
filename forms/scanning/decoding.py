"""Pages as pictures: the codes on them, turned upright, blank or not, two side by side cut apart. In the child only."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFilter, ImageOps

from .blank import extremes, is_blank
from .codes import SeenCode, SeenCodes, read_codes, texts
from .cut_off import is_cut_off
from .opening import A4_LONG, RawPage, at_most
from .page import Page

_QUALITY = 80
_BLUR = 1.2
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
# How much of the long side a printed code takes: 5.6 % of an A4 page, 4.0 % where two lie side by side.
_BESIDE_ANOTHER = 0.047
_SPREAD = 1.2
_FAR_APART = 0.2
# Five millimetres a cell, three of which are as broad as a code; darker than this is covered.
_CELLS = 59
_COVERED = 110


def pages_of(raw: RawPage, *, hurried: bool = False) -> Iterator[Page]:
    """The page of a picture, or the two that lie side by side on it.

    `hurried`: there is no time for a closer look; a page that the first look does not settle waits for a person.
    """
    seen = _look(raw, hurried=hurried)
    if _side_by_side(seen, raw.picture):
        halves = [_halves(raw.sharper() or raw.picture), _halves(raw.shown or raw.picture)]
        for grey, shown in zip(*halves, strict=True):
            half = RawPage(
                at_most(grey, A4_LONG), lambda: None, at_most(shown, A4_LONG) if raw.shown else None
            )
            yield _page(half, _look(half, hurried=hurried))
    else:
        yield _page(raw, seen)


def decode(raw: RawPage) -> Page:
    """Read the codes of a picture that is one page, turn it upright and compress it."""
    return _page(raw, _look(raw))


@dataclass(frozen=True, slots=True)
class _Look:
    codes: SeenCodes
    blank: bool


def _look(raw: RawPage, *, hurried: bool = False) -> _Look:
    """Read the codes of a page. Where none of ours is read, enhanced copies are tried."""
    first = read_codes(raw.picture)
    if first.printed or hurried:
        return _Look(first, blank=False)
    if first == SeenCodes() and is_blank(raw.shown or raw.picture):
        return _Look(first, blank=True)
    seen = first
    for copy in _other_copies(raw, closely=not first.mirrored):
        more = read_codes(copy)
        seen = seen | more
        if more.printed:
            break
    return _Look(seen, blank=False)


def _page(raw: RawPage, look: _Look) -> Page:
    printed, mirrored = look.codes.printed, look.codes.mirrored
    ours = printed or mirrored
    turned = ours[0].turned if ours else 0
    shown = raw.shown or raw.picture
    upright = shown.transpose(_TURNS[turned]) if turned else shown
    return Page(
        codes=texts(printed),
        through=texts(mirrored),
        foreign=look.codes.foreign and not ours,
        torn=look.codes.torn or (not ours and _may_hide_a_code(raw.picture)),
        blank=look.blank,
        cut_off=is_cut_off(raw.picture, printed),
        turned=turned,
        width=upright.width,
        height=upright.height,
        jpeg=_packed(upright),
    )


def _other_copies(raw: RawPage, *, closely: bool) -> Iterator[Image.Image]:
    yield raw.picture.filter(ImageFilter.GaussianBlur(_BLUR))
    yield ImageOps.autocontrast(raw.picture, cutoff=2)
    sharper = raw.sharper() if closely else None
    if sharper is not None:
        yield sharper
        yield sharper.filter(ImageFilter.GaussianBlur(_BLUR))


def _side_by_side(look: _Look, picture: Image.Image) -> bool:
    """Whether two pages lie side by side: codes too small for one page, and none on both halves.

    Both codes of one page on one half say it too, where those of the other cannot be read.
    """
    codes = look.codes.printed
    if not codes or max(picture.size) < _SPREAD * min(picture.size):
        return False
    if any(code.side >= _BESIDE_ANOTHER for code in codes):
        return False
    halves = {(code.text, _half(code, picture)) for code in codes}
    if len(texts(codes)) == 1:
        apart = max(abs(one.x - two.x) + abs(one.y - two.y) for one in codes for two in codes)
        return len(halves) == 1 and apart > _FAR_APART * max(picture.size)
    return len(halves) == 2 and len({half for _, half in halves}) == 2


def _half(code: SeenCode, picture: Image.Image) -> int:
    """Which half a code lies on, 0 or 1, counted along the longer side."""
    place = code.x / picture.width if picture.width > picture.height else code.y / picture.height
    return int(place >= 0.5)


def _halves(picture: Image.Image) -> list[Image.Image]:
    width, height = picture.size
    if width > height:
        return [picture.crop((0, 0, width // 2, height)), picture.crop((width // 2, 0, width, height))]
    return [picture.crop((0, 0, width, height // 2)), picture.crop((0, height // 2, width, height))]


def _may_hide_a_code(picture: Image.Image) -> bool:
    """Whether a part of the page is covered by something dark, at least as large as a code."""
    cells = at_most(picture, _CELLS)
    return extremes(cells.filter(ImageFilter.MaxFilter(3)))[0] < _COVERED


def _packed(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
