"""Every name, number and free text of the demo's patients, and of what is typed beside it: none may be read at rest."""

import tomllib
from collections.abc import Iterator
from typing import Any

from forms.demo.script import CONTENT

# What the driver of the pages types. Invented; no word of it stands anywhere else.
NAME, NUMBER = "Ruben Avskildsson", "19500101-9804"
CLASHED, HELD, UPLOADED = "Krocka Dubbelgren", "Vilma Kvarlämnad", "Filippa Felvaldström"
UPLOADED_NUMBER = "19610203-9817"
COMMENT = "Hustrun Hillevi hämtar kläderna på lördag."
REASON = "Droppade kaffe över Avskildssons uppgifter."
GIVEN_TO = "Systern Hillevi Avskildsson"
TYPED = [NAME, NUMBER, CLASHED, HELD, UPLOADED, UPLOADED_NUMBER, COMMENT, REASON, GIVEN_TO]

# Codes, times and people at work: what else the script says is of patients.
_NOT_OF_PATIENTS = {
    *("tell", "hear", "attempt", "to", "by", "sender", "outcome", "before", "places", "correct", "withdraw"),
    *("complete", "leave_open", "become", "rang", "spoken_to", "status", "kind"),
}


def demo_texts() -> list[str]:
    texts = {text for path in CONTENT.glob("chains-*.toml") for text in _texts(_read(path)["chains"])}
    units = {place["name"] for place in _read(CONTENT / "places.toml")["units"]}
    return sorted(text for text in texts - units if " " in text or "-" in text)


def terms() -> list[str]:
    """Each in the spellings that it may have been stored in."""
    return sorted({spelt for text in (*demo_texts(), *TYPED) for spelt in _spellings(text)})


def _read(path: Any) -> Any:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            if key not in _NOT_OF_PATIENTS:
                yield from _texts(value)
    elif isinstance(told, list):
        for value in told:
            yield from _texts(value)
    elif isinstance(told, str):
        yield told


def _spellings(text: str) -> Iterator[str]:
    yield text
    digits = text.replace("-", "").replace(" ", "")
    if digits.isdigit() and len(digits) == 12:
        yield from (digits, digits[2:], f"{digits[:8]}-{digits[8:]}", f"{digits[2:8]}-{digits[8:]}")
        yield f"{digits[:8]} {digits[8:]}"
    elif text.istitle() and text.count(" ") == 1:
        # The surname alone.
        yield text.split()[1]
