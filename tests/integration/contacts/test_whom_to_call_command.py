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
    assert told(unit="malå", at=LUNCH) == [
        "090-785 00 00 · Region Västerbottens växel · öppet nu · be om hemsjukvården i Malå, som förmedlar"
        " · ej verifierad",
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
def test_whom_to_ask_for_is_told_as_the_page_tells_it(client, county, at):
    client.force_login(county.cissi.user)
    with standing_at(datetime.fromisoformat(at).replace(tzinfo=STOCKHOLM)):
        page = read(search_for(client, "contacts", {"q": "Nordmalings kommun"}))
    told_on_page = [
        " ".join(each.get_text(" ").split()) for each in page.select(".ring-ask, .ring-others .soft")
    ]
    (asked,) = {words.casefold() for words in told_on_page if words.casefold().startswith("be om")}
    region = next(line for line in told(unit="Nordmaling", at=at) if line.startswith("090-785 00 00"))
    assert f" · {asked}" in region.casefold()


def test_a_name_of_nothing_of_several_and_a_time_that_is_none_are_refused(county):
    assert refused(unit="Atlantis") == '--unit: ingen enhet eller huvudman heter "Atlantis".'
    Unit.objects.create(principal=county.mala, name="Medicin 1")
    several = refused(unit="Medicin 1")
    assert "flera heter så" in several
    assert "Medicin 1 (Malå kommun)" in several
    assert "ISO-tid" in refused(unit="Malå", at="i morgon")
