"""HSA-id: what a unit or a person is called in the national catalogue."""

import re

from .errors import RuleError

_HSA_ID = re.compile(r"SE[0-9]{10}-[0-9A-Z]+", re.ASCII)
LONGEST_HSA_ID = 31


def tidy_hsa_id(text: str) -> str:
    """In capitals without spaces, "" for none. Raises RuleError (field `hsa_id`) where it is not an id."""
    tidied = "".join(text.split()).upper()
    if tidied and (len(tidied) > LONGEST_HSA_ID or not _HSA_ID.fullmatch(tidied)):
        raise RuleError(
            "Skriv HSA-id som SE, tio siffror, bindestreck och sedan bokstäver och siffror.", field="hsa_id"
        )
    return tidied
