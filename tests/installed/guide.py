"""The commands of docs/drift.md, by their headings: a script gives them as they stand."""

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "drift.md"
_HEADING = re.compile(r"##+ (?:\d+\. )?(.+)")


def sections(text: str) -> dict[str, list[str]]:
    """The blocks of shell under each heading, in order."""
    found: dict[str, list[str]] = {}
    under, block = "", None
    for line in text.splitlines():
        if block is None and (heading := _HEADING.fullmatch(line)):
            under = heading[1]
            found[under] = []
        elif line == "```sh":
            block = []
        elif line.startswith("```"):
            if block is not None:
                found[under].append("\n".join(block))
            block = None
        elif block is not None:
            block.append(line)
    return found
