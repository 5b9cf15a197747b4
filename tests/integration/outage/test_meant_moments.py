"""A date that may have been left as it was, and a time that came twice, are asked about before anything is saved."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forms.models import Sheet
from outage.models import CareChain, CareChainEvent, Handover
from outage.rules.wording import STOCKHOLM, day_and_time
from tests.clock import Clock
from tests.factories import County, make_chain, make_event, make_outage
from tests.integration.forms.entering import ROW, address, as_lists, make_sheet, row_of
from tests.integration.outage.conftest import county
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

__all__ = ["county"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("R2.5")]


TRIED: dict[str, Any] = {
    "outcome": "busy",
    "spoken_to": "",
    "spoken_to_unit": "",
    "read_back": [],
    "messages": ["new:ready_for_discharge:inpatient"],
}


def chain_since(county: County, clock: Clock, *began: int) -> CareChain:
    """Move to when an outage begins, and open a chain in it."""
    clock.move_to(datetime(*began, tzinfo=STOCKHOLM))  # type: ignore[misc,arg-type]
    return make_chain(county, make_outage(county.alva, started=timedelta(0)))


def logged_in(client: Client, county: County) -> Client:
    """Log in by the clock as it is."""
    client.force_login(county.alva.user)
    return client


def asked(answer: HttpResponse) -> dict[str, str]:
    """Return the answers that a page that was not saved asks to choose among, by value."""
    assert answer.status_code == 422, answer.status_code
    radios = read(answer).main.find_all(
        "input", {"type": "radio", "name": lambda name: name.startswith("answer-")}
    )
    return {radio["value"]: radio.find_parent("label").get_text(" ", strip=True) for radio in radios}


def times(rows: Any) -> list[str]:
    return [day_and_time(at, timezone.now()) for at in rows]


def enter(alva: Client, sheet: Sheet, chain: CareChain, kl: str, written: str, **more: Any) -> HttpResponse:
    """Send the next row of a sheet as it is typed: the times alone, unless `more` has the days."""
    action, fields = row_of(alva, address(sheet, chain))
    typed = {name: value for name, value in ROW.items() if not name.endswith("_dag")}
    return alva.post(action, fields | as_lists(typed | {"at_kl": kl, "written_at_kl": written} | more))


def test_a_row_past_midnight_is_of_the_day_that_is_answered(client: Client, county: County, clock: Clock):
    chain = chain_since(county, clock, 2026, 11, 22, 21, 0)
    sheet = make_sheet(county.alva)
    clock.move_to(datetime(2026, 11, 24, 12, 0, tzinfo=STOCKHOLM))
    alva = logged_in(client, county)
    # The first row starts from the day on which the outage began.
    offered = {"other": "Ja, mån 23 nov 00.40", "same": "Nej, sön 22 nov 00.40 är rätt"}
    assert asked(enter(alva, sheet, chain, "00.40", "00.42")) == offered
    assert not Handover.objects.exists()
    done = enter(alva, sheet, chain, "23.50", "23.52", **TRIED)
    assert (done.status_code, times(row.at for row in Handover.objects.all())) == (302, ["sön 22 nov 23.50"])
    # So does each next one from the row above; both times follow the answer.
    assert asked(enter(alva, sheet, chain, "00.40", "00.42")) == offered
    action, fields = row_of(alva, address(sheet, chain))
    fields |= as_lists({**ROW, "at_kl": "00.40", "written_at_kl": "00.42"})
    fields |= {"at_dag": ["2026-11-22"], "written_at_dag": ["2026-11-22"]}
    page = read(alva.post(action, fields))
    fields = fields_of(form_of(page, **{"data-guard": True})) | {"answer-which-day": ["other"]}
    assert alva.post(action, fields).status_code == 302
    row = Handover.objects.get(outcome="reached")
    assert times([row.at, row.written_at]) == ["mån 23 nov 00.40", "mån 23 nov 00.42"]
    assert times([CareChainEvent.objects.get(kind="admission").happened_at]) == ["mån 23 nov 00.40"]
    # A row of the same day is asked about nothing, nor is one in which the date was written.
    assert enter(alva, sheet, chain, "08.00", "08.02", **TRIED).status_code == 302
    typed = {"at_dag": "2026-11-24", "written_at_dag": "2026-11-24"}
    assert enter(alva, sheet, chain, "00.10", "00.12", **TRIED, **typed).status_code == 302


def test_a_row_that_was_written_past_midnight_is_asked_about_alone(
    client: Client, county: County, clock: Clock
):
    chain = chain_since(county, clock, 2026, 11, 22, 21, 0)
    sheet = make_sheet(county.alva)
    clock.move_to(datetime(2026, 11, 24, 12, 0, tzinfo=STOCKHOLM))
    alva = logged_in(client, county)
    answer = enter(alva, sheet, chain, "23.58", "00.02")
    assert asked(answer)["other"] == "Ja, mån 23 nov 00.02"
    form = form_of(read(answer), **{"data-guard": True})
    assert alva.post(form["action"], fields_of(form) | {"answer-which-day": ["other"]}).status_code == 302
    row = Handover.objects.get()
    assert times([row.at, row.written_at]) == ["sön 22 nov 23.58", "mån 23 nov 00.02"]


def corrected(alva: Client, event: CareChainEvent, kl: str, **more: str) -> HttpResponse:
    """Correct the time of an event alone, as it is typed."""
    path = reverse("correct_event", args=[event.pk])
    fields = fields_of(form_of(read(alva.get(path)), method="post"))
    typed = {"happened_at_kl": kl, "reason": "Fel tid", "told_rightly": "ja"}
    return alva.post(path, fields | as_lists(typed | more))


def test_a_correction_over_midnight_is_of_the_day_that_is_answered(
    client: Client, county: County, clock: Clock
):
    chain = chain_since(county, clock, 2026, 11, 22, 21, 0)
    clock.move_to(datetime(2026, 11, 24, 0, 10, tzinfo=STOCKHOLM))
    alva = logged_in(client, county)
    event = make_event(county.alva, chain, "discharge", ago=timedelta(minutes=17))
    clock.shift(timedelta(minutes=10))
    answer = corrected(alva, event, "00.05")
    assert asked(answer) == {"other": "Ja, tis 24 nov 00.05", "same": "Nej, mån 23 nov 00.05 är rätt"}
    fields = fields_of(form_of(read(answer), method="post")) | {"answer-which-day": ["other"]}
    assert alva.post(reverse("correct_event", args=[event.pk]), fields).status_code == 302
    event = CareChainEvent.objects.get(superseded_by=None)
    assert times([event.happened_at]) == ["tis 24 nov 00.05"]
    # Another minute of the night is asked about nothing; back over midnight it is.
    assert corrected(alva, event, "00.01").status_code == 302
    event = CareChainEvent.objects.get(superseded_by=None)
    clock.move_to(datetime(2026, 11, 25, 1, 0, tzinfo=STOCKHOLM))
    alva = logged_in(client, county)
    answer = corrected(alva, event, "23.53")
    assert asked(answer) == {"other": "Ja, mån 23 nov 23.53", "same": "Nej, tis 24 nov 23.53 är rätt"}
    fields = fields_of(form_of(read(answer), method="post")) | {"answer-which-day": ["other"]}
    assert alva.post(reverse("correct_event", args=[event.pk]), fields).status_code == 302
    assert times([CareChainEvent.objects.get(superseded_by=None).happened_at]) == ["mån 23 nov 23.53"]


def test_a_time_in_the_hour_that_came_twice_is_asked_about_unless_it_is_said(
    client: Client, county: County, clock: Clock
):
    chain = chain_since(county, clock, 2026, 10, 24, 22, 30)
    clock.move_to(datetime(2026, 10, 25, 8, 0, tzinfo=STOCKHOLM))
    alva = logged_in(client, county)
    path = f"{reverse('chain_call', args=[chain.pk])}?riktning=given"
    typed = {
        name: value
        for name, value in ROW.items()
        if "_at" not in name and name not in ("at_dag", "signed_by")
    }
    form = form_of(read(alva.get(path)), **{"data-guard": True})
    answer = alva.post(path, fields_of(form) | as_lists(typed | {"at_kl": "02.50"}))
    assert asked(answer) == {
        "sommartid": "Första gången (sommartid)",
        "vintertid": "Andra gången (vintertid)",
    }
    form = form_of(read(answer), **{"data-guard": True})
    assert alva.post(path, fields_of(form) | {"answer-which-hour": ["vintertid"]}).status_code == 302
    event = CareChainEvent.objects.get()
    assert times([event.happened_at]) == ["sön 25 okt 02.50 vintertid"]
    # The page that corrects it shows which, and takes the other.
    shown = fields_of(form_of(read(alva.get(reverse("correct_event", args=[event.pk]))), method="post"))
    assert shown["happened_at_kl"] == ["02.50 vintertid"]
    assert corrected(alva, event, "02.50 sommartid").status_code == 302
    event = CareChainEvent.objects.get(superseded_by=None)
    assert times([event.happened_at]) == ["sön 25 okt 02.50 sommartid"]
    refused = corrected(alva, event, "03.50 vintertid")
    assert "bara i timmen som kommer två gånger" in errors_of(read(refused))


def test_a_row_of_paper_of_that_hour_is_of_one_side_with_when_it_was_written(
    client: Client, county: County, clock: Clock
):
    chain = chain_since(county, clock, 2026, 10, 24, 22, 30)
    sheet = make_sheet(county.alva)
    clock.move_to(datetime(2026, 10, 25, 8, 0, tzinfo=STOCKHOLM))
    alva = logged_in(client, county)
    typed = {"at_dag": "2026-10-25", "written_at_dag": "2026-10-25"}
    answer = enter(alva, sheet, chain, "02.30", "02.32", **typed)
    assert "02.30 och 02.32 kom två gånger" in read(answer).main.get_text()
    form = form_of(read(answer), **{"data-guard": True})
    fields = fields_of(form) | {"answer-which-hour": ["sommartid"]}
    assert alva.post(form["action"], fields).status_code == 302
    row = Handover.objects.get()
    assert times([row.at, row.written_at]) == ["sön 25 okt 02.30 sommartid", "sön 25 okt 02.32 sommartid"]
    answer = enter(alva, sheet, chain, "02.40 sommartid", "02.05 vintertid", **TRIED, **typed)
    assert answer.status_code == 302


def test_a_page_left_open_over_midnight_asks_which_day_its_words_were_of(
    client: Client, county: County, clock: Clock
):
    chain = chain_since(county, clock, 2026, 11, 22, 21, 0)
    clock.move_to(datetime(2026, 11, 23, 23, 40, tzinfo=STOCKHOLM))
    event = make_event(county.alva, chain, "discharge", ago=timedelta(minutes=17))
    path = reverse("correct_event", args=[event.pk])
    fields = fields_of(form_of(read(logged_in(client, county).get(path)), method="post"))
    fields |= as_lists({"happened_at_kl": "igår 22.10", "reason": "Fel tid", "told_rightly": "ja"})
    clock.move_to(datetime(2026, 11, 24, 7, 5, tzinfo=STOCKHOLM))
    alva = logged_in(client, county)
    answer = alva.post(path, fields)
    assert asked(answer) == {"opened": "sön 22 nov 22.10", "now": "mån 23 nov 22.10"}
    assert times([CareChainEvent.objects.get(superseded_by=None).happened_at]) == ["mån 23 nov 23.23"]
    fields = fields_of(form_of(read(answer), method="post")) | {"answer-opened": ["opened"]}
    assert alva.post(path, fields).status_code == 302
    assert times([CareChainEvent.objects.get(superseded_by=None).happened_at]) == ["sön 22 nov 22.10"]


def test_a_time_alone_in_a_page_left_open_over_midnight_is_asked_about(
    client: Client, county: County, clock: Clock
):
    chain = chain_since(county, clock, 2026, 11, 22, 21, 0)
    clock.move_to(datetime(2026, 11, 23, 23, 40, tzinfo=STOCKHOLM))
    path = f"{reverse('chain_call', args=[chain.pk])}?riktning=given"
    fields = fields_of(form_of(read(logged_in(client, county).get(path)), **{"data-guard": True}))
    fields |= as_lists(
        TRIED | {"recipient": "municipality", "number": "0910-71 10 00", "at_kl": "06.30", "at_dag": ""}
    )
    clock.move_to(datetime(2026, 11, 24, 7, 5, tzinfo=STOCKHOLM))
    alva = logged_in(client, county)
    answer = alva.post(path, fields)
    assert asked(answer) == {"opened": "mån 23 nov 06.30", "now": "tis 24 nov 06.30"}
    form = form_of(read(answer), **{"data-guard": True})
    assert alva.post(path, fields_of(form) | {"answer-opened": ["now"]}).status_code == 302
    assert times([Handover.objects.get().at]) == ["tis 24 nov 06.30"]
