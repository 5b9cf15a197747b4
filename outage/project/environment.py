"""Variables of the environment that are more than words. What cannot be read is told with the variable's name."""

import json
import os
import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def number(name: str, default: int) -> int:
    text = os.environ.get(name, str(default)).strip()
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ImproperlyConfigured(f"{name}={text} är inget heltal. Skriv till exempel {name}={default}.")
    return int(text)


def options(name: str) -> dict[str, Any]:
    """What is written as JSON. It may hold secrets, so it is not repeated."""
    try:
        read = json.loads(os.environ.get(name) or "{}")
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ImproperlyConfigured(
            f'{name} går inte att läsa. Skriv JSON, till exempel {{"bucket_name": "…"}}.'
        )
    return read
