"""The paper: sheets and what became of them, their scans, and what was entered from them."""

from .purge import LateDecision, LateEntry, PurgeStep
from .scan import AllEntered, PaperEntry, ScanAside, ScanBack, ScanMatch, ScannedPage, ScanUndone, ScanUpload
from .sheet import (
    ACCOUNTABLE,
    BLANK_KINDS,
    COME_BACK,
    COPIES,
    DisposalDecision,
    Export,
    Sheet,
    SheetBatch,
    SheetFate,
    SheetKind,
)

__all__ = [
    "ACCOUNTABLE",
    "BLANK_KINDS",
    "COME_BACK",
    "COPIES",
    "AllEntered",
    "DisposalDecision",
    "Export",
    "LateDecision",
    "LateEntry",
    "PaperEntry",
    "PurgeStep",
    "ScanAside",
    "ScanBack",
    "ScanMatch",
    "ScanUndone",
    "ScanUpload",
    "ScannedPage",
    "Sheet",
    "SheetBatch",
    "SheetFate",
    "SheetKind",
]
