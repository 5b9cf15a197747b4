"""The directory brought in, by the service and by the command."""

from datetime import time
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.utils import timezone

from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import AuditEntry, DirectoryEntry, Principal
from contacts.rules.directory_file import COLUMNS
from contacts.rules.errors import NotAllowed
from contacts.services.directory import retire_entry
from contacts.services.directory_import import BadDirectoryFile, import_directory

pytestmark = pytest.mark.django_db


def own_file() -> bytes:
    return OWN_FILE.read_bytes()


def changed_file(old: str, new: str) -> bytes:
    text = own_file().decode("utf-8-sig")
    assert old in text
    return text.replace(old, new).encode()


def everything() -> list[tuple]:
    """Every stored value of every row that an import may touch."""
    return [
        *Principal.objects.order_by("pk").values_list(),
        *DirectoryEntry.objects.order_by("pk").values_list(),
    ]


def test_the_own_file_fills_an_empty_database():
    report = import_directory(by=None, content=own_file())

    assert (report.new, report.changed, report.unchanged, report.problems) == (20, 0, 0, ())
    assert DirectoryEntry.objects.count() == 20
    mala = DirectoryEntry.objects.get(name="Växel Malå")
    assert (mala.phone, mala.availability, mala.friday_closes_at) == ("0953-140 00", "daytime", time(15))
    assert (mala.lunch_from, mala.lunch_to) == (time(12), time(13))
    assert mala.source == "Offentlig webbplats, ålder okänd"


@pytest.mark.clause("R1.1")
def test_all_principals_are_there_with_their_own_support():
    import_directory(by=None, content=own_file())

    region = Principal.objects.get(kind="region")
    assert (region.name, region.support_name, region.support_number) == (
        "Region Västerbotten",
        "Servicedesk",
        "59090",
    )
    municipalities = Principal.objects.filter(kind="municipality")
    assert municipalities.count() == 15
    assert set(municipalities.values_list("support_name", "support_number")) == {
        ("Kommunens egen IT-support", "")
    }


def test_the_principals_are_created_even_by_a_file_that_names_none_and_are_not_changed_later():
    import_directory(by=None, content=";".join(COLUMNS).encode())
    assert Principal.objects.count() == 16
    assert AuditEntry.objects.get().changes["principals"] == 16
    Principal.objects.filter(short_name="Umeå").update(support_number="090-16 10 99")

    import_directory(by=None, content=own_file())

    assert Principal.objects.get(short_name="Umeå").support_number == "090-16 10 99"


def test_nothing_is_verified_whatever_the_file_says(directory):
    import_directory(by=None, content=changed_file("Rutin 2023-04-03;", "Rutin 2023-04-03;2026-11-01"))

    assert not DirectoryEntry.objects.filter(verified_at__isnull=False).exists()


def test_the_same_file_again_changes_nothing(directory):
    before, trace = everything(), AuditEntry.objects.count()

    report = import_directory(by=None, content=own_file())

    assert (report.new, report.changed, report.unchanged) == (0, 0, 20)
    assert everything() == before
    assert AuditEntry.objects.count() == trace


def test_a_changed_number_is_told_from_and_to_and_is_not_verified_any_more(directory, county):
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    entry.verified_at, entry.verified_by = timezone.now(), county.region_admin.user
    entry.save()

    report = import_directory(by=None, content=changed_file("090-16 10 00", "090-16 10 10"))

    entry.refresh_from_db()
    assert (report.changed, report.unchanged) == (1, 19)
    assert (entry.phone, entry.verified_at, entry.verified_by) == ("090-16 10 10", None, None)
    assert "0901610" in entry.digits_key
    row = AuditEntry.objects.filter(action="directory.import").first()
    assert row.user is None
    assert row.changes["changed"] == {str(entry.pk): {"phone": ["090-16 10 00", "090-16 10 10"]}}


def test_an_unchanged_row_keeps_its_verification(directory, county):
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    entry.verified_at, entry.verified_by = timezone.now(), county.region_admin.user
    entry.save()

    import_directory(by=None, content=changed_file("0953-140 00", "0953-140 99"))

    entry.refresh_from_db()
    assert entry.verified_at is not None


def test_what_is_not_in_the_file_stays(directory):
    import_directory(by=None, content=own_file().splitlines(keepends=True)[0])

    assert DirectoryEntry.objects.filter(retired_at__isnull=True).count() == 20


def test_a_retired_entry_is_not_brought_back(county):
    retire_entry(by=county.region_admin, entry=DirectoryEntry.objects.get(name="Servicedesk"))

    report = import_directory(by=None, content=own_file())

    assert (report.new, report.unchanged, report.retired) == (0, 19, 1)
    assert DirectoryEntry.objects.get(name="Servicedesk").retired_at is not None


def test_one_bad_row_and_nothing_is_written():
    with pytest.raises(BadDirectoryFile) as told:
        import_directory(
            by=None, content=changed_file("Region Västerbotten;Servicedesk", "Region Mars;Servicedesk")
        )

    assert [(bad.row, bad.column) for bad in told.value.problems] == [(3, "Huvudman")]
    assert "Region Mars" in told.value.problems[0].sentence
    assert everything() == []
    assert not AuditEntry.objects.exists()


def test_what_the_model_refuses_is_told_with_row_and_column():
    with pytest.raises(BadDirectoryFile) as told:
        import_directory(by=None, content=changed_file("Kundtjänst", "x" * 501))

    assert [(bad.row, bad.column) for bad in told.value.problems] == [(7, "Anmärkning")]


def test_a_break_in_the_middle_leaves_nothing(directory):
    before = everything()
    content = changed_file("-140 00", "-140 11")
    with (
        patch("contacts.audit.record_system", side_effect=RuntimeError("disk full")),
        pytest.raises(RuntimeError),
    ):
        import_directory(by=None, content=content)
    assert everything() == before


def test_a_dry_run_tells_everything_and_writes_nothing():
    content = changed_file("Region Västerbotten;Servicedesk", "Region Mars;Servicedesk")

    report = import_directory(by=None, content=content, dry_run=True)

    assert (report.new, len(report.problems)) == (19, 1)
    assert everything() == []


def test_an_administrator_changes_only_contacts_of_the_own_principal(county):
    header, *_ = own_file().decode("utf-8-sig").splitlines()
    row = "{};Ny växel;växel;;;;;0953-140 77;;;dygnet runt;;;"

    report = import_directory(by=county.mala_admin, content=f"{header}\n{row.format('Malå kommun')}".encode())
    assert report.new == 1
    trace = AuditEntry.objects.filter(action="directory.import").first()
    assert (trace.user, trace.unit, trace.principal) == (
        county.mala_admin.user,
        county.social_care,
        county.mala,
    )

    with pytest.raises(BadDirectoryFile) as told:
        import_directory(by=county.mala_admin, content=f"{header}\n{row.format('Umeå kommun')}".encode())
    assert "Malå kommun" in told.value.problems[0].sentence


def test_staff_may_not_import(county):
    with pytest.raises(NotAllowed):
        import_directory(by=county.alva, content=own_file())


class TestCommand:
    def test_defaults_to_the_own_file_and_prints_the_counts(self, capsys):
        call_command("import_directory")
        assert capsys.readouterr().out.strip() == "Nya: 20. Ändrade: 0. Oförändrade: 0. Felaktiga: 0."

        call_command("import_directory", str(OWN_FILE))
        assert capsys.readouterr().out.strip() == "Nya: 0. Ändrade: 0. Oförändrade: 20. Felaktiga: 0."

    def test_a_dry_run_says_that_nothing_is_written(self, capsys):
        call_command("import_directory", "--dry-run")
        assert capsys.readouterr().out.strip() == (
            "Nya: 20. Ändrade: 0. Oförändrade: 0. Felaktiga: 0. Inget är skrivet."
        )
        assert everything() == []

    def test_a_dry_run_lists_each_bad_row(self, tmp_path, capsys):
        path = tmp_path / "fil.csv"
        path.write_bytes(changed_file("090-16 10 00", "fråga").replace(b"0951-140 00", b"kommer"))
        with pytest.raises(SystemExit) as end:
            call_command("import_directory", str(path), "--dry-run")
        assert end.value.code == 2
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0] for line in lines] == ["rad 14, Telefon", "rad 15, Telefon", "Nya"]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "filen går inte att läsa"),
            (b"", "Rubrikraden"),
            ("Växel".encode("cp1252"), "UTF-8"),
            (changed_file("090-16 10 00", "fråga"), "rad 15, Telefon"),
        ],
    )
    def test_a_bad_file_is_one_line_on_standard_error_and_status_2(self, tmp_path, capsys, content, words):
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
