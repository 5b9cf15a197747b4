"""Cells that a spreadsheet would run as formulas: escaped on export, unescaped on import.

A cell is risky where it begins with = + - @ (plain or full-width), a tab or a carriage return, also after blanks
and after characters that cannot be seen. Such a cell gets an apostrophe in front, and so does one that already
stands behind apostrophes: what one apostrophe hid is told from what a person wrote, and `restore` is exact.
"""

import re

_UNSEEN = r"[\s\ufeff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069]"
_RISKY = re.compile(rf"'*{_UNSEEN}*[=+\-@\t\r＝＋－＠]")


def neutralise(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet could take it for a formula, else as it is."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def restore(cell: str) -> str:
    """The original of a cell that `neutralise` may have changed; a cell it would not have touched stays as it is."""
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell, 1) else cell
