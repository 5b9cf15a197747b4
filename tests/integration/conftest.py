"""What the tests with a database share."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import pytest

from contacts import sandbox
from contacts.filing import child, reading
from contacts.filing.book import Book
from contacts.filing.errors import BadTable
from contacts.filing.limits import WHILE_WAITING
from contacts.sandbox import Limits
from forms import rendering
from forms.rendering import CodedSheet, Rendered
from forms.services import printing, scans


@pytest.fixture(scope="session", autouse=True)
def _files_are_read_once() -> Iterator[None]:
    """Let each process read a file of contacts in a child once: starting one takes longer than most tests do.

    Only as the product starts it; a test that changes that has a child of its own.
    """
    read, usual = child.read_in_child, (child.WORKER, child.CHILD, sandbox.start)
    told: dict[bytes, str | BadTable] = {}

    def read_once(content: bytes, limits: Limits | None = None) -> Book:
        if (child.WORKER, child.CHILD, sandbox.start) != usual or limits not in (None, WHILE_WAITING):
            return read(content, limits)
        if content not in told:
            try:
                told[content] = json.dumps(asdict(read(content)))
            except BadTable as wrong:
                told[content] = wrong
        known = told[content]
        if isinstance(known, BadTable):
            raise BadTable(known.reason)
        return Book.read(json.loads(known))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "read_in_child", read_once)
        yield


# In each process: the blank sheet that a batch is measured by is the same each time.
_typeset_once = lru_cache(maxsize=32)(printing.render)


@pytest.fixture(scope="package", autouse=True)
def _alike_is_typeset_once() -> Iterator[None]:
    """Not in `tests/paper`, which holds how it is typeset."""

    def render(html: str, *, title: str, sheets: Sequence[CodedSheet] = (), pictures: Any = None) -> Rendered:
        if pictures:
            return rendering.render(html, title=title, sheets=sheets, pictures=pictures)
        return _typeset_once(html, title=title, sheets=tuple(sheets))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing, "render", render)
        yield


@pytest.fixture
def no_typesetting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints and scans as rows alone, where what a page looks like is tested elsewhere.

    A print is an empty file with one page for each sheet, a scan has no pages and a picture no bytes.
    """

    def render(html: str, *, title: str, sheets: list[object], pictures: object = None) -> Rendered:
        # Of a real one all can be read that is neither drawn nor packed: what it is called.
        return Rendered(f"%PDF-1.7 {title}".encode(), len(sheets), (1,) * len(sheets))

    monkeypatch.setattr(printing, "render", render)
    monkeypatch.setattr(printing, "render_to_string", lambda *more: "")
    monkeypatch.setattr(scans, "read_scan", lambda files: (page for page in ()))
    monkeypatch.setattr(scans.scan_store, "load", lambda *more, **named: b"")
