"""The sheet's content file, and what is refused in one."""

from pathlib import Path

import pytest

from contacts.content.reader import ContentError
from forms.rules.spec import BLANKETT_COLUMNS, Below, Column, Heading, below_faults, column_faults
from forms.specs import CARE_CHAIN_SHEET, all_specs, get_spec, load_spec

FILE = Path("forms/specs/content/care-chain-sheet.toml")


@pytest.mark.clause("R2.5")
def test_the_sheet_has_a_column_for_all_that_a_call_has():
    assert column_faults(get_spec().columns, BLANKETT_COLUMNS) == []


@pytest.mark.parametrize(("lines", "rows"), [(0, 10), (2, 10), (3, 9), (11, 7), (12, 6), (400, 6)])
def test_the_more_is_logged_the_fewer_rows_follow_and_never_fewer_than_six(lines: int, rows: int):
    assert get_spec().rows_to_write(lines) == rows


def test_every_spec_can_be_read():
    on_disk = {path.stem for path in FILE.parent.glob("*.toml")}
    assert {spec.id for spec in all_specs()} == on_disk
    assert CARE_CHAIN_SHEET in on_disk


def test_faults_name_what_is_missing_repeated_and_has_no_place():
    columns = [Heading(Column.TIME, "Kl.")] * 2 + [Heading(Column.PATIENT, "Patient")]
    faults = column_faults(columns, BLANKETT_COLUMNS)
    assert "time stands twice; keep one" in faults
    assert "patient has no place on this sheet; remove it" in faults
    assert sum("is missing" in fault for fault in faults) == len(BLANKETT_COLUMNS) - 1
    assert below_faults([Below("Kommentar", 4), Below("Nästa steg", 3)], 9) == [
        "the spans are 7 together; make them 9"
    ]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "care-chain-sheet"', 'id = "other"', "id"),
        ('version = "2"', 'version = "2.0"', "version"),
        ("landscape = true", 'landscape = "yes"', "landscape"),
        ('routine = "prator-2023-04-03"', 'routine = "nowhere"', "routine"),
        ("front_rows = 5", 'front_rows = "5"', "front_rows"),
        ('column = "time"', 'column = "way"', "columns"),
        ('column = "way"', 'column = "road"', "columns[1].column"),
        ("span = 4", "span = 5", "below"),
        ("front_rows = 5", "front_rows = 5\nmisspelt = 1", "misspelt"),
        ('advice = "', 'advice = "{unknown} ', "advice"),
        ('title = "Vårdkedjeblankett"', "title = ", ""),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_key(tmp_path, old, new, key):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / FILE.name
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        load_spec(path)
    assert refused.value.file == path
    assert refused.value.key == key
    assert refused.value.remedy


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ContentError):
        load_spec(tmp_path / "none.toml")
