"""Reads a PDF back as a person would, and as a screen reader would."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pypdfium2
from pypdf import PageObject, PdfReader


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def pages(pdf: bytes) -> list[str]:
    """The text of each page with white space normalized."""
    document = pypdfium2.PdfDocument(pdf)
    # What it writes for a hyphen at the end of a line.
    found = [
        page.get_textpage().get_text_range().replace("\ufffe", "-").replace("\x02", "-") for page in document
    ]
    document.close()
    return [" ".join(text.split()) for text in found]


def squashed(text: str) -> str:
    """`text` without any white space: a long word is broken over lines on paper."""
    return re.sub(r"\s+", "", text)


def everything(pdf: bytes) -> str:
    """All text of the file, without white space."""
    return squashed("".join(pages(pdf)))


def fonts(pdf: bytes) -> Iterator[Any]:
    """The font dictionaries of all pages."""
    for page in read(pdf).pages:
        for font in page["/Resources"]["/Font"].values():
            yield font.get_object()


def structure(pdf: bytes) -> list[str]:
    """The kinds of all elements of the structure tree, in reading order."""
    root = read(pdf).trailer["/Root"]["/StructTreeRoot"]
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for part in node:
                walk(part)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(root["/K"])
    return found


def text_outside(page: PageObject) -> list[str]:
    """The pieces of text that begin outside the page's edges."""
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    outside: list[str] = []

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        if text.strip() and not (0 <= x <= width and 0 <= y <= height):
            outside.append(text)

    page.extract_text(visitor_text=visit)
    return outside
