"""The tags of a typeset file for screen readers: a cell has its own headers, a table over several pages is one table.

The engine gives a cell every header in its row and, where it spans columns, all of theirs, and starts a new table on
each page. It keeps, on the boxes of cells, the tag that each became: so the parts of one table are found.
"""

from collections.abc import Iterator
from typing import Any

_HEADS = "Headers"


def mend_tags(document: Any, pdf: Any) -> None:
    """Correct the tags of `pdf`, which the engine has made of `document` and not yet written."""
    for cell in [found for found in pdf.objects if _kind(found) == "/TD"]:
        _name_own_heads(pdf, cell)
    parts: dict[int, list[Any]] = {}
    for page in document.pages:
        for element, table in _tables(pdf, page._page_box):
            known = parts.setdefault(element, [])
            if not known or known[-1] is not table:
                known.append(table)
    for first, *others in parts.values():
        for other in others:
            _join(pdf, first, other)


def _name_own_heads(pdf: Any, cell: Any) -> None:
    """Leave a cell the nearest header before it in its row, and that of its column unless it has several columns."""
    given = cell["A"].get(_HEADS, ())
    row = [_at(pdf, reference) for reference in _at(pdf, cell["P"])["K"]]
    of_row = [head["ID"] for head in row if _kind(head) == "/TH" and "ID" in head]
    before = [head["ID"] for head in row[: row.index(cell)] if _kind(head) == "/TH" and "ID" in head]
    named = {head.data for head in of_row}
    columns = [] if "ColSpan" in cell["A"] else [head for head in given if head.data not in named]
    cell["A"][_HEADS] = type(cell["K"])([*(before[-1:] if len(given) > len(columns) else ()), *columns])


def _tables(pdf: Any, box: Any) -> Iterator[tuple[int, Any]]:
    """For each table on a page the element that it is of, and its tag."""
    for found in box.descendants():
        if found.element_tag != "table":
            continue
        cell = next((inner.mark for inner in found.descendants() if hasattr(inner, "mark")), None)
        while cell is not None and _kind(cell) != "/Table":
            cell = _at(pdf, cell["P"])
        if cell is not None:
            yield id(found.element), cell


def _join(pdf: Any, first: Any, other: Any) -> None:
    """Append the rows of `other`, the same table on a later page, to those of `first`; its headers are kept once."""
    own = {_place(head): head["ID"] for head in _below(pdf, first) if "ID" in head}
    body = next(_at(pdf, kid) for kid in reversed(first["K"]) if _kind(_at(pdf, kid)) == "/TBody")
    for reference in other["K"]:
        group = _at(pdf, reference)
        if _kind(group) == "/THead":
            _make_artifacts(pdf, group)
            continue
        for row in group["K"]:
            _at(pdf, row)["P"] = body.reference
            body["K"].append(row)
        for cell in _below(pdf, group):
            if _HEADS in cell.get("A", {}):
                heads = cell["A"][_HEADS]
                heads[:] = [own.get(_place({"ID": head}), head) for head in heads]
    _remove(pdf, other)


def _remove(pdf: Any, tag: Any) -> None:
    """Remove a tag from the tree, and those above it that are then empty."""
    above = _at(pdf, tag["P"])
    above["K"].remove(tag.reference)
    if not above["K"] and "P" in above and _kind(above) != "/Document":
        _remove(pdf, above)


def _make_artifacts(pdf: Any, group: Any) -> None:
    """Turn what a tag and those below it mark into artifacts, which are not read aloud."""
    page = _at(pdf, group["Pg"])
    marked = {kid for tag in _below(pdf, group) for kid in tag.get("K", ()) if isinstance(kid, int)}
    stream = _at(pdf, page["Contents"]).stream
    for place in range(len(stream) - 1, 0, -1):
        properties = stream[place]
        if isinstance(properties, dict) and properties.get("MCID") in marked:
            stream[place - 1 : place + 2] = ["/Artifact", b"BMC"]
    numbers = _at(pdf, _at(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    tags = numbers[2 * page["StructParents"] + 1]
    for mark in marked:
        tags[mark] = "null"


def _below(pdf: Any, tag: Any) -> Iterator[Any]:
    yield tag
    for kid in tag.get("K", ()):
        if not isinstance(kid, int):
            yield from _below(pdf, _at(pdf, kid))


def _place(head: Any) -> str:
    """Row and column of a header, which its id ends with."""
    return str(head["ID"].string).partition("-")[2]


def _kind(found: Any) -> str:
    return str(found["S"]) if isinstance(found, dict) and found.get("Type") == "/StructElem" else ""


def _at(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
