"""Pictures of sheets that are gone or damaged: a backup and a restore say so."""

import shutil
from pathlib import Path

import pytest

from tests.integration.at_rest.installation import Installation
from tests.integration.at_rest.test_backup import asides

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SCANNED = """
from forms.rules.sheet_fate import Fate
from tests.factories import make_county
from tests.integration.forms.sheets_made import bring_to, make_sheet
alva = make_county().alva
for _ in range(3):
    sheet = bring_to(alva, make_sheet(alva), Fate.SCANNED)
    print(sheet.shown_serial, sheet.matches.get().page_id)
"""


def test_lost_pictures_are_said_and_take_no_older_backup_away(ours: Installation, tmp_path: Path):
    told = dict(line.split() for line in ours.runs(SCANNED).splitlines())
    scans, old = ours.room / "var" / "scans", tmp_path / "driftstopp-20200101T000000Z.backup"
    whole, lacking = tmp_path / "whole.backup", tmp_path / "lacking.backup"
    ours.does("backup", str(whole))
    missing, damaged, _ = sorted(told)
    kept = (scans / told[missing]).read_bytes()
    (scans / told[missing]).unlink()
    (scans / told[damaged]).write_bytes(b"rubbish")
    lost = f"2 bilder saknas eller är skadade: blad {missing}, blad {damaged}."
    old.touch()
    said = ours.does("backup", str(tmp_path), "--keep-days", "31", ends=1)
    assert lost in said
    assert "Säkerhetskopian är gjord utan dem. Inga äldre säkerhetskopior är borttagna." in said
    assert old.exists()
    (made,) = set(tmp_path.glob("driftstopp-*.backup")) - {old}
    # The next one may be made within the same second.
    made.rename(tmp_path / "driftstopp-20200102T000000Z.backup")
    assert "är borttagen" in ours.does("backup", str(tmp_path), "--keep-days", "31", "--known-lost", "2")
    assert lost in ours.does("backup", str(lacking), ends=1)
    # What the backup had is there again; what it had not is said.
    place = scans.stat().st_ino
    assert "saknas" not in ours.does("restore", str(whole), "--replace")
    assert (scans / told[missing]).read_bytes() == kept
    said = ours.does("restore", str(lacking), "--replace")
    assert f"{lost} Så var det redan när säkerhetskopian gjordes." in said
    # The folder may be a mount: it stays, and what was in it is kept aside.
    assert scans.stat().st_ino == place
    assert (asides(ours)[-1] / "scans" / told[missing]).read_bytes() == kept
    # Nothing is there at all, as where the folder is not mounted.
    shutil.rmtree(scans)
    assert "3 bilder saknas" in ours.does("backup", str(tmp_path / "none.backup"), ends=1)


def test_a_picture_that_the_backup_does_not_know_to_be_lost_is_a_fault(ours: Installation, tmp_path: Path):
    ours.runs(SCANNED)
    backup = tmp_path / "it.backup"
    ours.runs(
        "from forms.backup import making\nfrom pathlib import Path\nmaking._put_pictures = lambda archive: 0\n"
        f"making.back_up(Path({str(backup)!r}))"
    )
    said = ours.does("restore", str(backup), "--replace", ends=1)
    assert "3 bilder saknas eller är skadade: blad " in said
    assert "Återställt, men inte som det var: 1 fel." in said
