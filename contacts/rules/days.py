"""A day as it comes from a form or a file."""

import re
from datetime import date

from .errors import RuleError

NOT_A_DAY = "Fyll i ett giltigt datum."

_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")


def read_day(text: str) -> date:
    """2026-11-24 or 20261124. Raises RuleError for all else."""
    found = _DAY.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        return date(*(int(part) for part in found.groups()))
    except ValueError as wrong:
        raise RuleError(NOT_A_DAY) from wrong
