"""ROUTINE chooses the routine; what belongs to an outage keeps the one it started under, on screen and on paper."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

import outage.routine
from forms.models import Sheet
from forms.presenters.log_sheet import blank_log_sheet_part
from forms.services.log_prints import print_log_sheet
from outage.models import CareChain, Outage
from outage.routine import current_routine, loader
from tests.factories import County, make_event, make_outage
from tests.integration.outage.pages import read
from tests.paper.reading import everything

OTHER = "linkmed-2027"


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A second routine, for a system called LINKMED, beside the one there is."""
    known = Path(outage.routine.__file__).parent / "content" / "prator-2023-04-03.toml"
    text = known.read_text(encoding="utf-8")
    (tmp_path / known.name).write_text(text, encoding="utf-8")
    for old, new in (
        ('id = "prator-2023-04-03"', f'id = "{OTHER}"'),
        ('version = "2023-04-03"', 'version = "2027-01-15"'),
        ('system = "PRATOR"', 'system = "LINKMED"'),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / f"{OTHER}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(loader, "CONTENT", tmp_path)
    return OTHER


def text_at(client: Client, name: str, *args: object) -> str:
    return " ".join(read(client.get(reverse(name, args=args))).get_text(" ").split())


def test_a_new_outage_starts_under_the_chosen_routine(county: County, other: str, settings, log_in):
    settings.ROUTINE = other
    client = log_in(county.alva)
    assert "LINKMED i drift" in text_at(client, "status")
    form = text_at(client, "report_outage")
    assert "Anmäl driftstopp i LINKMED" in form
    assert "Vilka är utan LINKMED?" in form
    begun = make_outage(county.alva)
    assert (begun.system, begun.routine_id) == ("LINKMED", other)


def test_what_belongs_to_an_outage_keeps_its_routine(
    county: County, outage: Outage, chain: CareChain, other: str, settings, log_in
):
    """A new routine put in place while an outage goes on changes no word about it, on any page."""
    settings.ROUTINE = other
    assert current_routine().system == "LINKMED"
    client = log_in(county.alva)
    for name, *args in (
        ("status",),
        ("chains",),
        ("chain", chain.pk),
        ("edit_chain", chain.pk),
        ("record_support",),
        ("change_outage",),
        ("back_registration",),
        ("checklists",),
        ("report_outage",),
        ("routine",),
    ):
        text = text_at(client, name, *args)
        assert "PRATOR" in text, name
        assert "LINKMED" not in text, name
    refused = read(client.post(reverse("new_chain"), {"client_id": str(uuid4())})).get_text(" ")
    assert refused.count("Var patienten inskriven i PRATOR när driftstoppet började?") == 2


@pytest.mark.clause("R2.5")
def test_a_printed_loggblad_is_its_outages(
    county: County, outage: Outage, chain: CareChain, other: str, settings
):
    make_event(county.alva, chain)
    settings.ROUTINE = other
    made = print_log_sheet(by=county.alva, client_id=uuid4())
    assert Sheet.objects.get().routine_version == "2023-04-03"
    text = everything(made.pdf)
    assert "Rutin2023-04-03" in text
    assert "2027-01-15" not in text
    assert "LINKMED" not in text


def test_a_blank_loggblad_is_the_chosen_routines(county: County, outage: Outage, other: str, settings):
    settings.ROUTINE = other
    part = blank_log_sheet_part(serial="0" * 9, unit=county.alva.unit, by=county.alva, now=outage.recorded_at)
    assert "Rutin 2027-01-15" in part.print_line
    assert "PRATOR" not in f"{part}"
