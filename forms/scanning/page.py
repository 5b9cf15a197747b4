"""A page of a scan as it was read: in the child process, and as it comes from there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One page upright: what our codes on it say, whether it has others, and its picture as grey JPEG.

    `codes` are printed on this side, `through` shine through from the other side of the paper. `torn`: a code is
    there that could not be read. `blank` means certainly blank, `cut_off` that a part of the page may be missing.
    `turned` is the clockwise rotation applied, in degrees.
    """

    codes: tuple[str, ...]
    through: tuple[str, ...]
    foreign: bool
    torn: bool
    blank: bool
    cut_off: bool
    turned: int
    width: int
    height: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class DecodedPage(Page):
    """`number` counts the pages of the scan from 1."""

    number: int
