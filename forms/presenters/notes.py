"""Texts too long for their column get rows of their own, the full width of the page, so that no row outgrows it."""

from dataclasses import dataclass

from forms.rules.fitting import letters, lines, pieces

_CELL_LINES = 8


@dataclass(frozen=True, slots=True)
class Note:
    """A text, or a part of one, on a row of its own. Only its first part has a `label`; it may be empty there too."""

    label: str
    text: str


class Notes:
    """What did not fit in the cells of one row, in the order it was found."""

    def __init__(self, per_line: int, most_lines: int = 28) -> None:
        self._per_line, self._most_lines = per_line, most_lines
        self._found: list[Note] = []

    def cell(self, label: str, text: str, most: int, in_lines: int = _CELL_LINES) -> str:
        """Give `text` where its cell holds it: `most` small letters, `in_lines` lines; else "", and note it."""
        per_line = max(1, most // in_lines)
        if letters(text) <= most and lines(text, per_line) <= in_lines:
            return text
        for place, piece in enumerate(pieces(text, per_line=self._per_line, most_lines=self._most_lines)):
            self._found.append(Note(label if place == 0 else "", piece))
        return ""

    def taken(self) -> tuple[Note, ...]:
        """Give the notes there are."""
        return tuple(self._found)
