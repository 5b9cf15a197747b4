"""An id that came as text, in an address or a form."""

import re

# Eighteen digits fit the key of every database; more would be its error instead of a row that is not there.
ROW_ID = "[0-9]{1,18}"


def read_id(text: str) -> int | None:
    """None for what is no id of any row."""
    return int(text) if re.fullmatch(ROW_ID, text, re.ASCII) else None
