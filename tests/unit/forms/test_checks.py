"""A sheet that cannot be printed stops the server at the start, with the place and the remedy."""

from pathlib import Path

from django.core import checks
from django.core.checks.registry import registry

from contacts.content.reader import ContentError
from forms.checks import check_specs


def test_the_sheets_in_the_repository_pass():
    assert check_specs(None) == []


def test_a_bad_sheet_is_named_with_key_and_remedy(monkeypatch):
    def bad():
        raise ContentError(
            Path("care-chain-sheet.toml"), "rows[3].sender", "use one of inpatient, municipality"
        )

    monkeypatch.setattr("forms.checks.all_specs", bad)
    (found,) = check_specs(None)
    assert found.level == checks.ERROR
    assert found.id == "driftstopp.E004"
    assert "care-chain-sheet.toml, rows[3].sender" in found.msg
    assert found.hint == "use one of inpatient, municipality"


def test_the_check_runs_at_the_start():
    assert check_specs in registry.get_checks()
