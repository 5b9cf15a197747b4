"""The sheet's content file, and what is refused in one."""

from pathlib import Path

import pytest

from contacts.rules.parties import Party
from forms.rules.spec import SheetRow, row_faults
from forms.specs import CARE_CHAIN_SHEET, all_specs, get_spec, load_spec
from outage.routine import RoutineError, current_routine

ROUTINE = current_routine()
FILE = Path("forms/specs/content/care-chain-sheet.toml")


@pytest.mark.clause("R2.4")
def test_the_sheet_has_a_row_for_everything_that_the_routine_has_anyone_tell():
    rows = get_spec(CARE_CHAIN_SHEET).rows
    told = [(row.message, row.sender) for row in rows]
    for message in ROUTINE.messages.values():
        for party in Party:
            assert told.count((message.key, party)) == (message.sending(party) is not None)


def test_the_rows_follow_the_process():
    order = [ROUTINE.message(row.message).order for row in get_spec(CARE_CHAIN_SHEET).rows]
    assert order == sorted(order)


def test_every_spec_can_be_read():
    on_disk = {path.stem for path in FILE.parent.glob("*.toml")}
    assert {spec.id for spec in all_specs()} == on_disk
    assert CARE_CHAIN_SHEET in on_disk


def test_another_routine_gets_its_own_process_order(tmp_path):
    spec = get_spec(CARE_CHAIN_SHEET)
    path = tmp_path / "elsewhere.toml"
    path.write_text(
        (Path("outage/routine/content") / f"{ROUTINE.id}.toml")
        .read_text(encoding="utf-8")
        .replace(f'id = "{ROUTINE.id}"', 'id = "elsewhere"'),
        encoding="utf-8",
    )
    from outage.routine import load_routine

    other = load_routine(path)
    rows = spec.rows_for(other)
    assert row_faults(rows, other) == []
    assert {row.empty_rows for row in rows} == {spec.empty_rows}


def test_faults_name_what_is_missing_repeated_and_unknown():
    rows = [SheetRow("admission", Party.INPATIENT, 1)] * 2 + [SheetRow("admission", Party.MUNICIPALITY, 1)]
    faults = row_faults(rows, ROUTINE)
    assert "municipality sends no admission; remove the row" in faults
    assert "admission from inpatient stands twice; keep one" in faults
    assert "discharge from inpatient is missing; add a row" in faults


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "care-chain-sheet"', 'id = "other"', "id"),
        ('version = "1"', 'version = "1.0"', "version"),
        ("landscape = true", 'landscape = "yes"', "landscape"),
        ('routine = "prator-2023-04-03"', 'routine = "nowhere"', "routine"),
        ("more_rows = 4", 'more_rows = "4"', "more_rows"),
        ('message = "discharge"', 'message = "admission"', "rows"),
        ('sender = "municipality"', 'sender = "nobody"', "rows[1].sender"),
        ("more_rows = 4", "more_rows = 4\nmisspelt = 1", "misspelt"),
        ('advice = "', 'advice = "{unknown} ', "advice"),
        ('title = "Vårdkedjeblankett"', "title = ", ""),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_key(tmp_path, old, new, key):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / FILE.name
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RoutineError) as refused:
        load_spec(path)
    assert refused.value.file == path
    assert refused.value.key == key
    assert refused.value.remedy


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RoutineError):
        load_spec(tmp_path / "none.toml")
