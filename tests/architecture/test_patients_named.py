"""Who reads a patient's name or number in order to show it says so for the trace: nothing else on a page's way does."""

import ast

from tests.architecture.test_templates import TEMPLATES
from tests.architecture.tree import files_of_floor, parsed, relative

_TELLING = {"patient_name", "identity_number", "name_text", "number_texts"}
_FLOORS = ("presenters", "queries", "views", "webforms")
# By file, why the look is noted all the same (`contacts.seen.shows`), or that nobody is shown.
READERS = {
    "outage/queries/naming.py": "notes it",
    "outage/presenters/care.py": "notes it",
    "outage/queries/tasks.py": "with the number, by shown_identity",
    "outage/presenters/typed.py": "with the number, by shown_identity",
    "outage/presenters/owed.py": "in a task, beside its patient",
    "outage/presenters/later.py": "to look for the patient's other chains",
    "outage/queries/call_codes.py": "to work out a code",
    "outage/queries/joining.py": "to compare two chains, which are shown by their sides",
    "outage/queries/care_chains.py": "to find whom a search means, and people of one name",
    "outage/queries/logged_beside.py": "to look for the patient's other chains",
    "outage/queries/same_patient.py": "to look for the patient's other chains",
    "outage/queries/heard.py": "to compare as whom two patients were spoken of",
    "outage/queries/outdated.py": "to compare what is known with what was when a sheet was printed",
    "forms/queries/entering.py": "to look for the patient's other chains",
    "outage/views/chains.py": "to look for the patient's other chains",
    "outage/views/joining.py": "to look for the patient's other chains",
}


def test_who_reads_a_name_or_a_number_is_known():
    found = {
        relative(path)
        for path in files_of_floor(*_FLOORS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in _TELLING and isinstance(node.ctx, ast.Load)
    }
    assert found - {*READERS} == set()
    assert {*READERS} - found == set()


def test_no_template_takes_a_name_from_a_row():
    wrong = [
        relative(path)
        for path in TEMPLATES
        if any(f"details.{name}" in path.read_text(encoding="utf-8") for name in _TELLING)
    ]
    assert wrong == []
