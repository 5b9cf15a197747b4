"""An id that came as text, in an address or a form."""

# Eighteen fit the key of every database; more would be its error instead of a row that is not there.
_MOST_DIGITS = 18


def read_id(text: str) -> int | None:
    """None for what is no id of any row."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def fits_key(number: int) -> bool:
    """Whether a number of an address may be the id of a row; a larger one would be the database's error."""
    return len(str(number)) <= _MOST_DIGITS
