"""The parent's side of reading a workbook: see `worker`."""

import json
import logging
from typing import Any

from contacts import sandbox

from .book import Book, Sheet
from .errors import BadTable
from .limits import CHILD

WORKER = "contacts.filing.worker"
_SLOW = "Filen tog för lång tid att läsa. Kopiera kontakterna till en ny arbetsbok."
_DIED = "Filen går inte att läsa: den är skadad eller för tung. Kopiera kontakterna till en ny arbetsbok."

logger = logging.getLogger(__name__)


def read_in_child(content: bytes) -> Book:
    """Read a workbook in a process of its own. Raises BadTable."""
    process = sandbox.start(WORKER, [content])
    try:
        for told, after in sandbox.listen(process, CHILD):
            if "refused" in told:
                raise BadTable(str(told["refused"]))
            return _book(json.loads(after))
        raise sandbox.ChildLost("died")
    except (sandbox.ChildLost, ValueError, TypeError, KeyError) as lost:
        how = lost.how if isinstance(lost, sandbox.ChildLost) else "died"
        logger.warning("a workbook could not be read: %s, the child's end: %s", how, process.poll())
        raise BadTable(_SLOW if how == "slow" else _DIED) from None
    finally:
        sandbox.end(process)


def _book(told: dict[str, Any]) -> Book:
    sheets = tuple(_sheet(sheet) for sheet in told["sheets"])
    return Book(sheets, blind=bool(told["blind"]))


def _sheet(told: dict[str, Any]) -> Sheet:
    return Sheet(
        name=str(told["name"]),
        rows=[[str(cell) for cell in row] for row in told["rows"]],
        hidden=bool(told["hidden"]),
        hidden_rows=tuple(int(row) for row in told["hidden_rows"]),
        hidden_columns=tuple(int(place) for place in told["hidden_columns"]),
        struck=tuple((int(row), int(place)) for row, place in told["struck"]),
        merged=tuple(str(reference) for reference in told["merged"]),
        formulas=tuple((int(row), int(place)) for row, place in told["formulas"]),
        refused=str(told["refused"]),
    )
