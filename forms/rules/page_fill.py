"""How many rows to write on by hand fill the page that a list ends on."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forms.rules.fitting import letters

# Words are hyphenated: what is lost at line ends is less than what the letter-width estimate adds.
_LEAST, _MOST = 0.9, 1.06


@dataclass(frozen=True, slots=True)
class PageMeasures:
    """What a page has room for, in millimetres, as the stylesheet sets it.

    `first` is above the rows of the first page and `again` above those of the next ones, `below` under the last of
    them, and `heads` above the rows to write on, each of which takes `row`. `line` is one line of a listed row,
    `edge` its padding and borders, and `floor` its least height.
    """

    page: float
    first: float
    again: float
    below: float
    heads: float
    row: float
    line: float
    edge: float
    floor: float = 0

    def height(self, cells: Iterable[tuple[str, int]]) -> tuple[float, float]:
        """The least and greatest height of a row; each cell has its text and how many letters a line of it holds.

        How full a line is depends on where its words can be divided.
        """
        texts = list(cells)
        least, most = (self._lines(texts, share) * self.line + self.edge for share in (_LEAST, _MOST))
        return least, most

    def _lines(self, texts: Sequence[tuple[str, int]], share: float) -> int:
        return max(
            sum(math.ceil(letters(line) * share / per_line) or 1 for line in text.split("\n"))
            for text, per_line in texts
        )


def rows_to_fill(heights: Sequence[tuple[float, float]], measures: PageMeasures, *, least: int) -> int:
    """How many rows follow those of these least and greatest heights, on the same page.

    None where fewer than `least` do, or where it is not certain which page is the last: no page has such rows alone.
    """
    ends = {_end([height[which] for height in heights], measures) for which in (0, 1)}
    if len({page for page, _ in ends}) > 1:
        return 0
    used = max(used for _, used in ends)
    fit = int((measures.page - used - measures.heads) // measures.row)
    return fit if fit >= least else 0


def _end(heights: Sequence[float], measures: PageMeasures) -> tuple[int, float]:
    """On which page rows end, with what stands below them, and how much of it is used.

    The last two stay together, and with what is below.
    """
    page, used = 1, measures.first
    for height in (*heights[:-2], sum(heights[-2:]) + measures.below):
        if used + height > measures.page:
            page, used = page + 1, measures.again
        used += height
    return page, used
