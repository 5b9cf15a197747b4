"""audit.py FILE…: known vulnerabilities of the pinned packages.

Ends with 0: each was looked up, none is known. 1: some are. 2: it cannot be told.
A look-up that finds nothing because nothing could be looked up is no pass: an old version of Django, whose
vulnerabilities are known, must be found vulnerable by the same look-up.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_KNOWN = "django==2.2"
_COMMAND = (
    "-m",
    "pip_audit",
    "--disable-pip",
    "--no-deps",
    "--progress-spinner=off",
    "--format=json",
    "--requirement",
)


def verdict(known: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> tuple[int, list[str]]:
    """The status to end with, and what is to be said. Both are pip-audit's: of _KNOWN, of the files."""
    if not any(each.get("vulns") for each in known):
        return 2, ["Inget slogs upp: inte heller en gammal Django, som har kända sårbarheter, hittades."]
    said = [
        f"{each['name']} {each['version']}: {vulnerability['id']}, rättad i {vulnerability['fix_versions'] or '–'}"
        for each in found
        for vulnerability in each.get("vulns", ())
    ]
    skipped = [each["name"] for each in found if "skip_reason" in each]
    if skipped:
        said.append(f"Inte uppslagna: {', '.join(skipped)}.")
    if any(each.get("vulns") for each in found):
        return 1, said
    if skipped or not found:
        return 2, said or ["Inga paket."]
    return 0, [f"{len(found)} paket uppslagna, inga kända sårbarheter."]


def looked_up(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Nothing where the service does not answer."""
    found: list[dict[str, Any]] = []
    for file in files:
        done = subprocess.run(
            [sys.executable, *_COMMAND, str(file)], capture_output=True, text=True, check=False
        )
        try:
            found += json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            return []
    return found


def main(files: Sequence[Path]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder) / "old.txt"
        old.write_text(f"{_KNOWN}\n", encoding="utf-8")
        known = looked_up([old])
    status, said = verdict(known, looked_up(files) if known else [])
    print("\n".join(said))
    return status


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
