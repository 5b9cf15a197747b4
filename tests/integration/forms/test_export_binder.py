"""manage.py export_binder: a file for each unit, whole or not at all, and what the job is told."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from contacts.models import Unit
from contacts.rules.errors import RuleError
from forms.management.commands import export_binder as command
from forms.models import Export, Sheet
from forms.rendering import PrintingUnavailable, Rendered
from forms.sealing import Sealed
from forms.services import binder as service
from forms.services.fates import mark_filled
from tests.factories import make_county
from tests.kept import Keeper

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(made_once: Keeper):
    return made_once("county", make_county)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Typeset nothing: each file is the serial of its binder."""

    def quick(parts, *, title):
        return Rendered(pdf=parts[0].serial.encode(), pages=len(parts), sheet_pages=tuple(1 for _ in parts))

    monkeypatch.setattr(service, "typeset", quick)
    monkeypatch.setattr(service, "seal", lambda pdf: Sealed(pdf=pdf, by=""))


def _run(folder: Path, *more: str) -> tuple[int, list[str], str]:
    out, err = StringIO(), StringIO()
    status = 0
    try:
        call_command("export_binder", str(folder), *more, stdout=out, stderr=err)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, out.getvalue().splitlines(), err.getvalue()


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_every_unit_in_use_gets_its_binder_under_a_plain_name(county, tmp_path):
    Unit.objects.create(principal=county.region, name="Stängda avdelningen", active=False)
    odd = Unit.objects.create(
        principal=county.region, name="Åsele sjukstuga: akut / jour", ward_kind="somatic"
    )
    foreign = Unit.objects.create(principal=county.region, name="病棟", ward_kind="somatic")
    status, told, wrong = _run(tmp_path)
    active = list(Unit.objects.filter(active=True).order_by("sort_key", "pk"))
    assert (status, wrong) == (0, "")
    assert told == [
        *(f"{number} av {len(active)} {unit.name}" for number, unit in enumerate(active, 1)),
        f"Nya pärmar: {len(active)}. Ersatta: 0. Misslyckade: 0.",
    ]
    assert len(_names(tmp_path)) == len(active)
    assert all(name.isascii() for name in _names(tmp_path))
    assert {f"asele-sjukstuga-akut-jour-{odd.pk}.pdf", f"enhet-{foreign.pk}.pdf"} <= _names(tmp_path)
    for unit in active:
        binder = Sheet.objects.get(kind="binder", unit=unit)
        assert binder.user is None
        assert (tmp_path / command.file_name(unit)).read_text() == binder.serial
        assert Export.objects.get(sheet=binder).user is None


def test_run_again_the_files_are_replaced_and_their_blank_sheets_are_the_same(county, tmp_path):
    _run(tmp_path, "--unit", "Medicin 2")
    target = tmp_path / command.file_name(county.ward)
    first, sheets = target.read_text(), Sheet.objects.count()
    status, told, _ = _run(tmp_path, "--unit", "medicin 2")
    assert status == 0
    assert told == ["1 av 1 Medicin 2", "Nya pärmar: 0. Ersatta: 1. Misslyckade: 0."]
    assert (target.read_text(), Sheet.objects.count()) == (first, sheets)
    assert Export.objects.count() == 2
    assert _names(tmp_path) == {target.name}


def test_once_a_blank_sheet_is_used_the_next_binder_has_new_ones(county, tmp_path):
    _run(tmp_path, "--unit", "Medicin 2")
    target = tmp_path / command.file_name(county.ward)
    first, sheets = target.read_text(), Sheet.objects.count()
    mark_filled(by=county.alva, sheet=Sheet.objects.exclude(kind="binder")[0])
    _run(tmp_path, "--unit", "Medicin 2")
    assert target.read_text() != first
    assert Sheet.objects.count() == 2 * sheets
    # The newest is the standing one from now on.
    second = target.read_text()
    _run(tmp_path, "--unit", "Medicin 2")
    assert (target.read_text(), Sheet.objects.count()) == (second, 2 * sheets)


def test_blank_sheets_that_have_become_longer_get_new_serials(county, tmp_path, monkeypatch):
    _run(tmp_path, "--unit", "Medicin 2")
    target = tmp_path / command.file_name(county.ward)
    first = target.read_text()

    def longer(parts, *, title):
        return Rendered(pdf=parts[0].serial.encode(), pages=2 * len(parts), sheet_pages=(2,) * len(parts))

    monkeypatch.setattr(service, "typeset", longer)
    _run(tmp_path, "--unit", "Medicin 2")
    assert target.read_text() != first
    assert set(Sheet.objects.filter(serial=target.read_text()).values_list("pages", flat=True)) == {2}


def test_two_principals_units_of_one_name_get_a_file_each(county, tmp_path):
    other = Unit.objects.create(
        principal=county.municipality, name="Medicin 2", municipal_kind="home_nursing"
    )
    status, _, _ = _run(tmp_path, "--unit", "Medicin 2")
    assert status == 0
    assert _names(tmp_path) == {command.file_name(county.ward), command.file_name(other)}


@pytest.mark.parametrize("where", ["write", "sync", "replace", "keep"])
def test_what_fails_on_the_way_leaves_the_old_file_whole_and_nothing_beside_it(
    county, tmp_path, monkeypatch, where
):
    _run(tmp_path, "--unit", "Medicin 2")
    target = tmp_path / command.file_name(county.ward)
    before, rows = target.read_bytes(), (Sheet.objects.count(), Export.objects.count())

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    if where == "write":
        monkeypatch.setattr(Path, "open", full)
    elif where == "sync":
        monkeypatch.setattr(os, "fsync", full)
    elif where == "replace":
        monkeypatch.setattr(Path, "replace", full)
    else:
        monkeypatch.setattr(service, "keep_export", full)
    status, told, wrong = _run(tmp_path, "--unit", "Medicin 2")
    monkeypatch.undo()
    assert status == 1
    assert told[-1] == "Nya pärmar: 0. Ersatta: 0. Misslyckade: 1."
    assert "- Medicin 2 (Region Västerbotten): Filen får inte plats: disken är full." in wrong
    assert target.read_bytes() == before
    assert _names(tmp_path) == {target.name}
    if where != "replace":
        # Sheets that were never handed out are not looked for.
        assert (Sheet.objects.count(), Export.objects.count()) == rows


@pytest.mark.parametrize("error", [RuleError("Det gick inte."), ValueError("oj")])
def test_one_unit_s_fault_does_not_keep_the_others_from_theirs(county, tmp_path, monkeypatch, error):
    real = command.print_binder

    def sometimes(*, unit, **more):
        if unit == county.other_ward:
            raise error
        return real(unit=unit, **more)

    monkeypatch.setattr(command, "print_binder", sometimes)
    status, told, wrong = _run(tmp_path)
    units = Unit.objects.count()
    assert status == 1
    assert told[-1] == f"Nya pärmar: {units - 1}. Ersatta: 0. Misslyckade: 1."
    assert "- Ortopeden (Region Västerbotten): " in wrong
    assert ("Det gick inte." if isinstance(error, RuleError) else "oväntat fel (ValueError)") in wrong
    assert len(_names(tmp_path)) == units - 1


def test_an_unknown_unit_is_refused_with_the_nearest_names(county, tmp_path):
    for wrong, near in (("Medecin 2", "Medicin 2"), ("heimdall", "Heimdalls hälsocentral")):
        status, told, said = _run(tmp_path, "--unit", wrong)
        assert (status, told) == (2, [])
        assert f'ingen enhet i bruk heter "{wrong}". Menar du någon av dessa: {near}' in said
    status, _, said = _run(tmp_path, "--unit", "xqz")
    assert status == 2
    assert "Menar du" not in said
    assert _run(tmp_path, "--unit", "")[0] == 2
    assert _names(tmp_path) == set()


def test_a_folder_that_is_not_there_and_a_server_without_pango_are_told_at_once(
    county, tmp_path, monkeypatch
):
    status, told, said = _run(tmp_path / "finns-inte")
    assert (status, told) == (2, [])
    assert "mappen finns inte" in said

    def unavailable(*args, **kwargs):
        raise PrintingUnavailable("Utskrift är avstängd: servern saknar Pango.")

    monkeypatch.setattr(service, "typeset", unavailable)
    status, told, said = _run(tmp_path)
    assert status == 2
    assert len(told) == 1
    assert "saknar Pango" in said
    assert _names(tmp_path) == set()
