"""The parent's side of reading a file: see `worker`."""

import json
import logging

from contacts import sandbox
from contacts.sandbox import Limits

from .book import Book
from .errors import BadTable
from .limits import CHILD

WORKER = "contacts.filing.worker"
_SLOW = "Filen tog för lång tid att läsa. Kopiera kontakterna till en ny arbetsbok."
_DIED = "Filen går inte att läsa: den är skadad eller för tung. Kopiera kontakterna till en ny arbetsbok."

logger = logging.getLogger(__name__)


def read_in_child(content: bytes, limits: Limits | None = None) -> Book:
    """Read a workbook, or a table in text, in a process of its own. Raises BadTable."""
    process = sandbox.start(WORKER, [content])
    try:
        for told, after in sandbox.listen(process, limits or CHILD):
            if "refused" in told:
                raise BadTable(str(told["refused"]))
            return Book.read(json.loads(after))
        raise sandbox.ChildLost("died")
    except (sandbox.ChildLost, ValueError, TypeError, KeyError) as lost:
        how = lost.how if isinstance(lost, sandbox.ChildLost) else "died"
        logger.warning("a file of contacts could not be read: %s, the child's end: %s", how, process.poll())
        raise BadTable(_SLOW if how == "slow" else _DIED) from None
    finally:
        sandbox.end(process)
