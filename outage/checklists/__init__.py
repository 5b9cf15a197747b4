"""The checklists in use, read from the content files beside this package (R2.7)."""

from .loader import all_checklists, load_checklists

__all__ = ["all_checklists", "load_checklists"]
