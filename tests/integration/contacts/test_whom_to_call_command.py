"""The command that says whom to ring: in words, and what it refuses."""

from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from contacts.models import DirectoryEntry, Unit
from tests.asking import search_for
from tests.clock import STOCKHOLM, standing_at
from tests.integration.outage.pages import read

pytestmark = pytest.mark.django_db

LUNCH = "2026-11-24T12:10"


def told(**options: Any) -> list[str]:
    out = StringIO()
    call_command("whom_to_call", stdout=out, **options)
    return out.getvalue().splitlines()


def refused(**options: Any) -> str:
    err = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("whom_to_call", stderr=err, **options)
    assert ended.value.code == 2
    return err.getvalue().strip()


@pytest.mark.clause("R5.3")
def test_in_words_who_answers_comes_first_and_the_other_says_when_it_opens(county):
    asked = "be om hemsjukvården i Malå, som förmedlar"
    assert told(unit="malå", at=LUNCH) == [
        f"090-785 00 00 · Region Västerbottens växel · öppet nu · {asked} · ej verifierad",
        "0953-140 00 · Växel Malå · öppnar 13.00 · ej verifierad",
    ]


@pytest.mark.clause("R5.4")
def test_who_relays_a_missing_number_and_one_said_not_to_work_are_told(county):
    entry = DirectoryEntry.objects.get(name="Medicin 1")
    entry.flagged = ["0907851122"]
    entry.save()
    assert told(unit="MEDICIN 1", at=LUNCH)[1].endswith("ej verifierad · anmält fel")
    evening = told(unit="Nordmaling", at="2026-11-28T19:00")
    assert evening[1] == ("nummer saknas · Hemsjukvård Nordmaling kväll/helg · förmedlar · ej verifierad")


@pytest.mark.clause("R5.5")
@pytest.mark.parametrize("at", ["2026-11-24T10:00", LUNCH, "2026-11-28T19:00"])
@pytest.mark.parametrize("name", ["Malå", "Nordmaling"])
def test_whom_to_ask_for_is_told_as_the_page_tells_it(client, county, name, at):
    with standing_at(datetime.fromisoformat(at).replace(tzinfo=STOCKHOLM)):
        client.force_login(county.cissi.user)
        page = read(search_for(client, "contacts", {"q": name}))
    card = next(card for card in page.select(".ring-card") if card.h3.get_text(strip=True).startswith(name))
    shown = [" ".join(each.get_text(" ").split()) for each in card.select(".ring-ask, .ring-others .soft")]
    on_page = [words.removeprefix("Be om ").removeprefix("be om ") for words in shown if "e om " in words]
    asked = [
        part for line in told(unit=name, at=at) for part in line.split(" · ") if part.startswith("be om ")
    ]
    assert [part.removeprefix("be om ").removesuffix(", som förmedlar") for part in asked] == on_page
    assert on_page


def test_a_name_of_nothing_of_several_and_a_time_that_is_none_are_refused(county):
    assert refused(unit="Atlantis") == '--unit: ingen enhet eller huvudman heter "Atlantis".'
    Unit.objects.create(principal=county.mala, name="Medicin 1")
    several = refused(unit="Medicin 1")
    assert "flera heter så" in several
    assert "Medicin 1 (Malå kommun)" in several
    assert "ISO-tid" in refused(unit="Malå", at="i morgon")
    for year in ("0001", "9999"):
        assert f"år {int(year)} ligger för långt bort" in refused(unit="Malå", at=f"{year}-01-01T00:00")
