"""The only door to pyHanko: a PDF is sealed, so that a changed byte is detected, and the seal of a file is examined."""

from .door import Sealed, seal
from .examining import Examined, SealState, examine
from .keys import DEMO_NAME, Seal, SealUnusable, has_seal, open_seal

__all__ = [
    "DEMO_NAME",
    "Examined",
    "Seal",
    "SealState",
    "SealUnusable",
    "Sealed",
    "examine",
    "has_seal",
    "open_seal",
    "seal",
]
