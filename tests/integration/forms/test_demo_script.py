"""The script of the demo: what cannot be read or played is named by file, key and remedy, and nothing of it is made."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contacts.content.reader import ContentError
from contacts.models import AuditEntry, Unit, User
from forms.demo import player
from forms.demo.management.commands import demo
from forms.demo.script import CONTENT, read_script
from outage.models import CareChain, Outage
from tests.long import runs

MEDICINE = "chains-1-medicine.toml"


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the script with the first `old` in the file made `new`."""
    copy = folder / "script"
    shutil.copytree(CONTENT, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "remedy"),
    [
        (
            "places.toml",
            'ward = "somatic"',
            'word = "somatic"',
            "units[0].word",
            "unknown key; remove it or use",
        ),
        ("places.toml", '"somatic"', '"medical"', "units[0].ward", "use one of somatic, psychiatric"),
        ("places.toml", '"Umeå kommun"', '"Umeå"', "units[14].principal", "use one of Region Västerbotten, "),
        ("places.toml", 'key = "teg"', 'key = "medicin"', "units[7].key", "give each a key of its own"),
        (
            "places.toml",
            "Öppna {system}",
            "Öppna {systm}",
            "units[12].link",
            "use only these words in braces: {system}",
        ),
        (
            "people.toml",
            'unit = "medicin"',
            'unit = "medecin"',
            "people[0].assignments[0].unit",
            "medecin does not stand under [units] of places",
        ),
        (
            "people.toml",
            'role = "staff"',
            'role = "boss"',
            "people[0].assignments[0].role",
            "use one of staff",
        ),
        (
            "outage.toml",
            '"regionadmin"',
            '"nobody"',
            "keeper",
            "nobody does not stand under [people] of people",
        ),
        ("outage.toml", "sunday =", "someday =", "rota.weekly.sunday", "missing"),
        ("outage.toml", "spoilt = 2", "spoilt = 6", "paper", "write numbers up to 5"),
        (
            MEDICINE,
            'by = "alva"',
            'by = "elva"',
            "chains[0].by",
            "elva does not stand under [people] of people",
        ),
        (
            MEDICINE,
            'ward = "medicin"',
            'ward = "teg"',
            "chains[0].places.ward",
            "teg does not stand under [wards] of places",
        ),
        (
            MEDICINE,
            'clinic = "heimdall"',
            'clinic = "geriatrik"',
            "chains[0].places.clinic",
            "geriatrik does not stand under [clinics] of places",
        ),
        (
            MEDICINE,
            '"Skellefteå kommun"',
            '"Boden"',
            "chains[0].places.home",
            "'Boden' is unknown; use one of",
        ),
        (
            MEDICINE,
            '"discharge_report"',
            '"report"',
            "chains[0].steps[2].tell",
            "report does not stand under [messages] of prator-2023-04-03",
        ),
        (
            MEDICINE,
            "tell =",
            "shout =",
            "chains[0].steps[0]",
            "write one of these keys, and no other of them: tell,",
        ),
        (MEDICINE, "hear =", 'tell = "discharge", hear =', "chains[0].steps[1]", "and no other of them"),
        (MEDICINE, "outcome =", "result =", "chains[0].steps[3].result", "unknown key; remove it or use"),
    ],
)
def test_what_does_not_fit_is_refused_by_file_key_and_remedy(
    tmp_path: Path, file: str, old: str, new: str, key: str, remedy: str
):
    with pytest.raises(ContentError) as told:
        read_script(changed(tmp_path, file, old, new))
    assert (told.value.file.name, told.value.key) == (file, key)
    assert remedy in told.value.remedy


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "old", "new", "key", "reason"),
    [
        ("places.toml", "Tegs hälsocentral", "Ersboda hälsocentral", "units.teg", "finns redan"),
        ("people.toml", "Alva Bergdal", f"Alva {'B' * 160}", "people.alva", "högst 150 tecken"),
        ("outage.toml", "at = 11,", "at = 300,", "reports[1]", "framåt i tiden"),
        ("outage.toml", 'unit = "sk_hemsjuk"', 'unit = "um_hemsjuk"', "rota", "huvudman"),
        (MEDICINE, 'by = "alva"', 'by = "regionadmin"', "chains[0]", "roll"),
        (
            MEDICINE,
            '["municipality", "outpatient"]',
            '["town"]',
            "chains[0].steps[0]",
            "town är ingen part. Skriv inpatient",
        ),
        (
            MEDICINE,
            'tell = "preliminary_ready", to',
            'tell = "preliminary_ready", again = true, to',
            "chains[2].steps[0]",
            "preliminary_ready är inte lämnat eller mottaget än",
        ),
        (
            MEDICINE,
            "steps = [\n",
            'steps = [\n  { withdraw_call = "Fel." },\n',
            "chains[0].steps[0]",
            "Det finns inget samtal än",
        ),
        (MEDICINE, "at = 93", "at = 193", "chains[0].steps[4]", "framåt i tiden"),
        (
            "chains-2-region.toml",
            'to = ["municipality"], sender = "inpatient"',
            'to = ["municipality"]',
            "chains[18].steps[0]",
            "Skriv sender",
        ),
    ][:: runs(2, full=1)],
)
def test_a_line_that_a_service_refuses_is_named_and_nothing_is_made(
    tmp_path: Path, settings, monkeypatch, file: str, old: str, new: str, key: str, reason: str
):
    settings.DEMO = True
    script = read_script(changed(tmp_path, file, old, new))
    monkeypatch.setattr(player, "read_script", lambda: script)
    with pytest.raises(CommandError) as told:
        call_command(demo.Command())
    assert str(told.value).startswith(f"{file}: {key}: ")
    assert reason in str(told.value)
    for model in (User, Unit, Outage, CareChain, AuditEntry):
        assert not model.objects.exists()
