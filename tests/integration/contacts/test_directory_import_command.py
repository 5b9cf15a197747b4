"""The directory brought in by the command."""

import pytest
from django.core.management import call_command

from contacts.filing.columns import COLUMNS
from contacts.filing.writing import write_csv
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import AuditEntry, DirectoryEntry
from tests.integration.contacts.test_directory_import import changed_file, everything
from tests.integration.contacts.ugly_files import READ

pytestmark = pytest.mark.django_db


def test_defaults_to_the_own_file_and_prints_the_counts(capsys):
    call_command("import_directory")
    assert capsys.readouterr().out.strip() == "Nya: 20. Ändrade: 0. Oförändrade: 0. Felaktiga: 0."

    call_command("import_directory", str(OWN_FILE))
    assert capsys.readouterr().out.strip() == "Nya: 0. Ändrade: 0. Oförändrade: 20. Felaktiga: 0."


def test_a_dry_run_says_that_nothing_is_written(capsys):
    call_command("import_directory", "--dry-run")
    *lines, counts = capsys.readouterr().out.splitlines()
    assert lines[0] == "ny: rad 2, Region Västerbottens växel (Växel)"
    assert len(lines) == 20
    assert counts == "Nya: 20. Ändrade: 0. Oförändrade: 0. Felaktiga: 0. Inget är skrivet."
    assert everything() == []


def test_a_dry_run_lists_each_bad_row(tmp_path, capsys):
    path = tmp_path / "fil.csv"
    path.write_bytes(changed_file("090-16 10 00", "fråga").replace(b"0951-140 00", b"kommer"))
    with pytest.raises(SystemExit) as end:
        call_command("import_directory", str(path), "--dry-run")
    assert end.value.code == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == ["rad 14, Telefon", "rad 15, Telefon"]
    assert lines[-1].endswith("Felaktiga: 2. Inget är skrivet.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Filen går inte att läsa: "),
        (b"", "Filen är tom"),
        ("Växel".encode("cp1252"), "Huvudman, Enhet och Typ"),
        (b"%PDF-1.7", "en PDF"),
        (changed_file("090-16 10 00", "fråga"), "rad 15, Telefon"),
    ],
)
def test_a_bad_file_is_one_line_on_standard_error_and_status_2(tmp_path, capsys, content, words):
    path = tmp_path / "fil.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit) as end:
        call_command("import_directory", str(path))
    told = capsys.readouterr()
    assert end.value.code == 2
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert words in told.err
    assert everything() == []


ELSEWHERE = "på sidan Läs in kontakter"


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    "name", ["other headings", "title above", "type in other words", "a word before", "two sheets"]
)
def test_a_file_of_another_shape_is_told_where_to_go(tmp_path, capsys, name, options):
    path = tmp_path / "fil"
    path.write_bytes(READ[name][0])
    with pytest.raises(SystemExit) as end:
        call_command("import_directory", str(path), *options)
    told = capsys.readouterr()
    assert end.value.code == 2
    assert (told.out + told.err).count(ELSEWHERE) == 1
    assert "/kontakter/las-in/" in told.err or name == "two sheets"
    assert everything() == []


def test_a_dry_run_tells_each_change_from_and_to(directory, tmp_path, capsys):
    path = tmp_path / "fil.csv"
    path.write_bytes(changed_file("090-16 10 00", "090-16 10 10"))
    call_command("import_directory", str(path), "--dry-run")
    assert "ändrad: rad 15, Växel Umeå (Växel): Nummer: växel 090-16 10 00 → växel 090-16 10 10" in (
        capsys.readouterr().out.splitlines()
    )


def test_one_principals_rows_alone(directory, tmp_path, capsys):
    path = tmp_path / "fil.csv"
    path.write_bytes(changed_file("-140 00", "-140 11"))
    call_command("import_directory", str(path), "--principal", "malå")
    assert "Ändrade: 1." in capsys.readouterr().out
    assert DirectoryEntry.objects.get(name="Växel Malå").phones[0].number == "0953-140 11"
    assert DirectoryEntry.objects.get(name="Växel Bjurholm").phones[0].number == "0932-140 00"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--principal", "Mars"], "Mars"),
        (["--person", "ingen"], "ingen"),
        (["--retire-missing"], "--person"),
    ],
)
def test_what_the_options_can_not_mean_is_refused(directory, capsys, options, words):
    with pytest.raises(SystemExit) as end:
        call_command("import_directory", *options)
    assert end.value.code == 2
    assert words in capsys.readouterr().err


def test_a_person_retires_what_is_missing(county, tmp_path, capsys):
    path = tmp_path / "fil.csv"
    path.write_bytes(changed_file("Region Västerbotten;Servicedesk;", "Region Västerbotten;Ny disk;"))
    call_command("import_directory", str(path), "--retire-missing", "--person", "rut")
    assert "Saknas i filen, avförda: 2." in capsys.readouterr().out
    retired = DirectoryEntry.objects.get(name="Servicedesk")
    assert retired.retired_by == county.region_admin.user
    assert AuditEntry.objects.get(action="directoryentry.retired", target_id=str(retired.pk)).user == (
        county.region_admin.user
    )


def test_progress_is_told_every_thousand_rows(directory, tmp_path, capsys):
    cells = dict.fromkeys(COLUMNS, "") | {"Huvudman": "Malå kommun", "Typ": "annan"}
    rows = [[*(cells | {"Enhet": f"Enhet {number}"}).values()] for number in range(2500)]
    path = tmp_path / "fil.csv"
    path.write_bytes(write_csv([COLUMNS, *rows]))
    call_command("import_directory", str(path))
    told = capsys.readouterr()
    assert told.out.startswith("Nya: 2500.")
    assert "Läser rader: 1000 av 2500" in told.err.splitlines()
    assert "Skriver: 2000 av 2500" in told.err.splitlines()
    call_command("import_directory", str(path), verbosity=0)
    assert capsys.readouterr().err == ""
