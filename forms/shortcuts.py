"""Optimisations of the engine for what fills our sheets: rows of similar cells, with plain text and borders.

The engine recomputes every style for each document, lays out each cell as if it were unique, and clips each border of
a cell to its corners. Inside `shortcuts`, a style is the one of an earlier document; a cell of plain text with the
style and width of one before it is a copy of that one, moved to its place; and the borders of a cell are filled as
rectangles. The pages are the same: `tests/paper/test_shortcuts.py` compares them.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from weasyprint import css, draw
from weasyprint.css import ComputedStyle
from weasyprint.formatting_structure.boxes import LineBox, TableCellBox, TextBox
from weasyprint.layout import block

_SIDES = ("top", "right", "bottom", "left")


@contextmanager
def shortcuts(styles: dict[Hashable, Any]) -> Iterator[None]:
    """Patches the engine while a document is laid out and written. The caller holds its lock.

    `styles` is the cache, of one stylesheet and one font configuration.
    """
    own = css.ComputedStyle, block.block_container_layout, draw.draw_border
    css.ComputedStyle = partial(_kept, styles)
    block.block_container_layout = _once(own[1])
    draw.draw_border = _edges(own[2])
    try:
        yield
    finally:
        css.ComputedStyle, block.block_container_layout, draw.draw_border = own


def _kept(
    styles: dict[Hashable, Any], parent: Any, cascaded: dict[str, Any], pseudo_type: str | None, *rest: Any
) -> Any:
    """The style that an element with the same rules and parent had in an earlier document.

    A link target has a style of its own; what is in it inherits from the one without that name.
    """
    parent = getattr(parent, "nameless", parent)
    if cascaded.get("anchor"):
        own = ComputedStyle(parent, cascaded, pseudo_type, *rest)
        nameless = {name: value for name, value in cascaded.items() if name != "anchor"}
        own.nameless = _kept(styles, parent, nameless, pseudo_type, *rest)
        return own
    # A value is the one object that its rule has in the stylesheet, cached with the style; a language is per document.
    rules = ((name, value if name == "lang" else id(value)) for name, (value, _) in cascaded.items())
    key = (id(parent), pseudo_type, *rules)
    if key not in styles:
        styles[key] = ComputedStyle(parent, cascaded, pseudo_type, *rest)
    elif styles[key].cascaded is cascaded:
        # Asked for by a style that is copied, to be changed.
        return ComputedStyle(parent, cascaded, pseudo_type, *rest)
    return styles[key]


def _once(lay_out: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps the layout of cells so that cells that are alike are laid out once."""
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


def _likeness(box: Any) -> Hashable | None:
    """The cache key of a cell: equal for all that look like it; None for one that has more in it than text."""
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
    """Wraps the drawing of borders: solid ones of one colour are filled as rectangles."""

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
