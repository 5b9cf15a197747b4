"""The only door to the decoder: files from a scanner in, upright pages with what their codes say out.

The files come from outside, so they are opened in a process of their own, with little memory, little time and nothing
of ours in it.
"""

from .child import PagesFound, read_scan, sweep
from .limits import FILE_BYTES, MB, MOST_PAGES, BadScan
from .page import DecodedPage

__all__ = ["FILE_BYTES", "MB", "MOST_PAGES", "BadScan", "DecodedPage", "PagesFound", "read_scan", "sweep"]
