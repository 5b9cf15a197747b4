"""The paper: sheets and what became of them."""

from .sheet import Sheet, SheetKind

__all__ = ["Sheet", "SheetKind"]
