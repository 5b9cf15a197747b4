"""Prints and scans as rows alone: what a page looks like is tested elsewhere."""

import pytest

from forms.rendering import Rendered
from forms.services import printing, scans


@pytest.fixture
def no_typesetting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A print is an empty file with one page for each sheet, a scan has no pages and a picture no bytes."""

    def render(html: str, *, title: str, sheets: list[object]) -> Rendered:
        return Rendered(b"%PDF-1.7", len(sheets), (1,) * len(sheets))

    monkeypatch.setattr(printing, "render", render)
    monkeypatch.setattr(printing, "render_to_string", lambda *more: "")
    monkeypatch.setattr(scans, "read_scan", lambda files: (page for page in ()))
    monkeypatch.setattr(scans.scan_store, "load", lambda *more, **named: b"")
