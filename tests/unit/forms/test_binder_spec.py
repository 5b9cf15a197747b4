"""The binder's content file: it is right as it stands, and every fault is refused with file, key and remedy."""

from dataclasses import replace
from pathlib import Path

import pytest

from contacts.content.reader import ContentError
from forms.rules.batch import BLANK
from forms.specs import all_specs, get_binder, load_spec
from forms.specs.loader import CONTENT
from outage.routine import current_routine

TEXT = (CONTENT / "binder.toml").read_text(encoding="utf-8")


def _load(tmp_path: Path, text: str):
    path = tmp_path / "binder.toml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path)


@pytest.mark.clause("R2.7")
def test_every_clause_of_the_routine_stands_once_in_the_routine_in_short():
    routine = current_routine()
    sections = get_binder().sections_for(routine)
    named = [clause for _, clauses in sections for clause in clauses]
    assert named == list(routine.clauses)
    assert all(clauses for _, clauses in sections)
    assert [clauses[0] for _, clauses in sections] == ["R1.1", "R1.4", "R2.1", "R3.1", "R4.1", "R5.1"]
    assert all(clause.split(".")[0] in ("R1", "R2", "R3", "R4", "R5") for clause in named)


def test_the_file_is_checked_with_all_the_others_and_counts_its_sheets():
    spec = get_binder()
    assert spec in all_specs()
    assert {blank.kind for blank in spec.blanks} <= set(BLANK)
    assert spec.sheets == 12
    assert "{" not in str(spec)


def test_another_routine_stands_whole_under_one_heading():
    other = replace(current_routine(), id="another-2027", clauses={"A1": "Gör så.", "A2": "Gör så här."})
    assert get_binder().sections_for(other) == [("Hela rutinen", ("A1", "A2"))]


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('first = "R1.1"', 'first = "R1.2"', "routine_sections", "R1.1 is left out; begin with it"),
        ('first = "R4.1"', 'first = "R5.1"', "routine_sections", "R5.1 does not come after R5.1"),
        ('first = "R4.1"', 'first = "R2.7"', "routine_sections", "R2.7 does not come after R3.1"),
        ('first = "R1.1"', 'first = "R9.9"', "routine_sections[0].first", "R9.9 does not stand"),
        ('first = "R1.1"', "", "routine_sections[0].first", "write"),
        ('clause = "R2.5"', 'clause = "R7.1"', "paper[0].steps[1].clause", "R7.1 does not stand"),
        ('kind = "sip"', 'kind = "checklist"', "blanks", "'checklist' is not issued blank"),
        ('kind = "sip"', 'kind = "log_sheet"', "blanks", "log_sheet stands twice"),
        ("count = 5", "count = 501", "blanks", "care_chain: write at most 500"),
        ("count = 5", "count = 0", "blanks[0].count", "above zero"),
        ('version = "3"', 'version = "3.0"', "version", "one or two"),
        ('title = "Beredskapspärm"', 'title = ""', "title", "write a text"),
        ('title = "Beredskapspärm"', 'tittle = "Beredskapspärm"', "title", "write a text"),
        ('id = "binder"', 'id = "pärm"', "id", "must be the same"),
        ("{system} är åter", "{systemet} är åter", "routine_sections[4].heading", "{system}"),
        ('advice = "Byt', 'colour = "röd"\nadvice = "Byt', "colour", "unknown key"),
    ],
)
def test_a_fault_is_refused_with_file_key_and_remedy(tmp_path, old, new, key, remedy):
    assert old in TEXT
    with pytest.raises(ContentError) as refused:
        _load(tmp_path, TEXT.replace(old, new, 1))
    assert refused.value.file.name == "binder.toml"
    assert refused.value.key == key
    assert remedy in refused.value.remedy
