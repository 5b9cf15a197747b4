"""Texts too long for their column stand under their row, over the whole width, so that no row outgrows its page."""

from dataclasses import dataclass

from forms.rules.fitting import letters, lines, pieces

_CELL_LINES = 2
_BELOW = "Se nedan"


@dataclass(frozen=True, slots=True)
class Part:
    """A text under its row with its label. `remark` says something about the row, and so is not struck with it.

    `goes_on` says that it continues the line above.
    """

    label: str
    text: str
    remark: bool = False
    goes_on: bool = False


Note = tuple[Part, ...]
"""A line under a row: one part or several beside each other."""


class Notes:
    """What stands under one row, in the order it was found."""

    def __init__(self, per_line: int, most_lines: int = 28) -> None:
        self._per_line, self._most_lines = per_line, most_lines
        self._found: list[Part] = []

    def add(self, label: str, text: str, *, remark: bool = False) -> None:
        if text:
            self._found.append(Part(label, text, remark))

    def cell(self, label: str, text: str, most: int, in_lines: int = _CELL_LINES) -> str:
        """`text` where its cell holds it: `most` small letters, `in_lines` lines; else note it and say so."""
        per_line = max(1, most // in_lines)
        if letters(text) <= most and lines(text, per_line) <= in_lines:
            return text
        self.add(label, text)
        return _BELOW

    def taken(self) -> tuple[Note, ...]:
        """The lines there are: short parts share one, and a long part is divided over several."""
        found: list[Note] = []
        together: list[Part] = []
        room = 0
        for part in self._found:
            size = letters(f"{part.label}: {part.text} · ")
            if "\n" in part.text or size > self._per_line:
                found += [tuple(together)] if together else []
                together, room = [], 0
                split = pieces(part.text, per_line=self._per_line, most_lines=self._most_lines)
                found += [
                    (Part(part.label * (not place), text, part.remark, place > 0),)
                    for place, text in enumerate(split)
                ]
                continue
            if size > room and together:
                found.append(tuple(together))
                together, room = [], 0
            room = (room or self._per_line) - size
            together.append(part)
        return (*found, tuple(together)) if together else tuple(found)
