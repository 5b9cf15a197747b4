"""Shorter ways through the engine for what fills our sheets: rows of cells that are alike, with plain text and edges.

The engine lays out and draws each cell as if there were no other like it, and clips each edge of a cell to its corners.
Inside `shortcuts`, a cell of plain text with the style and width of one before it is a copy of that one, moved to its
place; a text that was drawn before is drawn by the same bytes; and the edges of a cell are filled as rectangles. The
pages are the same: `tests/paper/test_shortcuts.py` compares them.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from weasyprint import draw
from weasyprint.formatting_structure.boxes import LineBox, TableCellBox, TextBox
from weasyprint.layout import block, table

_SIDES = ("top", "right", "bottom", "left")
_USED = (
    *(f"{name}_{side}" for name in ("margin", "padding") for side in _SIDES),
    *(f"border_{side}_width" for side in _SIDES),
    *(f"{limit}{axis}" for limit in ("", "min_", "max_") for axis in ("width", "height")),
)


@contextmanager
def shortcuts() -> Iterator[None]:
    """Let the engine take them for the document that is laid out and written inside. The caller holds its lock."""
    own = block.block_container_layout, draw.draw_border, draw.draw_text, table.resolve_percentages
    block.block_container_layout = _once(own[0])
    draw.draw_border = _edges(own[1])
    draw.draw_text = _again(own[2])
    table.resolve_percentages = _measured(own[3])
    try:
        yield
    finally:
        block.block_container_layout, draw.draw_border, draw.draw_text, table.resolve_percentages = own


def _once(lay_out: Callable[..., Any]) -> Callable[..., Any]:
    """What lays out cells that are alike once."""
    known: dict[Hashable, Any] = {}

    def laid_out(
        context: Any, box: Any, bottom_space: float, skip_stack: Any, *rest: Any, **options: Any
    ) -> Any:
        likeness = _likeness(box) if skip_stack is None else None
        if likeness in known:
            found = known[likeness].deepcopy()
            found.translate(box.position_x - found.position_x, box.position_y - found.position_y)
            if not context.overflows_page(bottom_space, found.position_y + found.border_height()):
                for inner in found.descendants():
                    inner.element = box.element
                found.colspan, found.rowspan, found.grid_x = box.colspan, box.rowspan, box.grid_x
                found.computed_height = box.computed_height
                return found, None, None, None, None, None
        result = lay_out(context, box, bottom_space, skip_stack, *rest, **options)
        if likeness and result[0] is not None and result[1] is None:
            known[likeness] = result[0].deepcopy()
        return result

    return laid_out


def _measured(resolve: Callable[..., None]) -> Callable[..., None]:
    """What measures cells of the same style in the same table once."""
    known: dict[Hashable, dict[str, Any]] = {}

    def resolved(box: Any, containing_block: Any) -> None:
        if not isinstance(box, TableCellBox) or box.style["border_collapse"] == "collapse":
            resolve(box, containing_block)
            return
        likeness = (*_style(box), containing_block.width, containing_block.height)
        if likeness not in known:
            resolve(box, containing_block)
            known[likeness] = {name: getattr(box, name) for name in _USED}
        box.__dict__.update(known[likeness])

    return resolved


def _likeness(box: Any) -> Hashable | None:
    """What a cell has in common with all that look like it; None for one that has more in it than text."""
    if not isinstance(box, TableCellBox):
        return None
    found: list[Hashable] = [box.width, *_style(box)]
    for line in box.children:
        if not isinstance(line, LineBox):
            return None
        found += _style(line)
        for text in line.children:
            if not isinstance(text, TextBox):
                return None
            found += [*_style(text), text.text]
    return tuple(found)


def _style(box: Any) -> tuple[Hashable, ...]:
    # The engine copies the style of a cell that has a height.
    return id(getattr(box.style, "cascaded", box.style)), id(box.style.parent_style)


def _edges(draw_border: Callable[..., None]) -> Callable[..., None]:
    """What fills the edges of a cell as rectangles, where they are whole lines of one colour."""

    def drawn(stream: Any, box: Any) -> None:
        style = box.style
        sides = [side for side in _SIDES if getattr(box, f"border_{side}_width")]
        colours = {draw.border.get_color(style, f"border_{side}_color") for side in sides}
        if (
            not isinstance(box, TableCellBox)
            or len(colours) != 1
            or {style[f"border_{side}_style"] for side in sides} != {"solid"}
            or style["visibility"] != "visible"
        ):
            draw_border(stream, box)
            return
        x, y, width, height = box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height()
        top, right, bottom, left = (getattr(box, f"border_{side}_width") for side in _SIDES)
        with stream.artifact():
            stream.set_color(*colours)
            for edge in (
                (x, y, width, top),
                (x + width - right, y, right, height),
                (x, y + height - bottom, width, bottom),
                (x, y, left, height),
            ):
                if edge[2] and edge[3]:
                    stream.rectangle(*edge)
            stream.fill()

    return drawn


def _again(draw_text: Callable[..., None]) -> Callable[..., None]:
    """What draws a text of a cell that is a copy by the bytes of the first."""
    known: dict[Any, tuple[Any, bytes]] = {}

    def drawn(stream: Any, box: Any, *rest: Any) -> None:
        if box.pango_layout in known:
            font, shown = known[box.pango_layout]
            stream.set_color(box.style["color"])
            stream.begin_text()
            stream.set_text_matrix(1, 0, 0, -1, box.position_x, box.position_y + box.baseline)
            stream.set_font_size(*font)
            stream.stream.append(shown)
            stream.end_text()
            return
        draw_text(stream, box, *rest)
        *_, shown, end = stream.stream
        plain = box.style["text_decoration_line"] == "none" and end == b"ET" and shown.endswith(b"TJ")
        if plain and stream.stream[-4:-3] and stream.stream[-3].endswith((b"Tm", b"Tf")):
            known[box.pango_layout] = stream._old_font, shown

    return drawn
