"""An audit that looked nothing up says so."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

_spec = spec_from_file_location("audit", Path(__file__).resolve().parents[2] / ".ci" / "audit.py")
assert _spec
assert _spec.loader
audit = module_from_spec(_spec)
_spec.loader.exec_module(audit)

KNOWN = [{"name": "django", "version": "2.2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.2.1"]}]}]
WHOLE = {"name": "whole", "version": "1", "vulns": []}
BROKEN = {"name": "broken", "version": "1", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
SKIPPED = {"name": "skipped", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("known", "found", "status", "words"),
    [
        (KNOWN, [WHOLE], 0, "1 paket uppslagna"),
        (KNOWN, [WHOLE, BROKEN], 1, "PYSEC-2"),
        (KNOWN, [WHOLE, SKIPPED], 2, "Inte uppslagna: skipped"),
        (KNOWN, [BROKEN, SKIPPED], 1, "Inte uppslagna: skipped"),
        (KNOWN, [], 2, "Inga paket"),
        # The look-up says "none found" of what is known to be vulnerable: it looked nothing up.
        ([], [WHOLE], 2, "Inget slogs upp"),
        ([{"name": "django", "skip_reason": "not found"}], [WHOLE], 2, "Inget slogs upp"),
        ([{"name": "django", "version": "2.2", "vulns": []}], [WHOLE], 2, "Inget slogs upp"),
    ],
)
def test_none_found_is_said_only_of_what_was_looked_up(known, found, status: int, words: str):
    ended, said = audit.verdict(known, found)
    assert ended == status
    assert words in " ".join(said)
