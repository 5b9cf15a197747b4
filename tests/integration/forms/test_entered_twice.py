"""One row of a sheet that two people enter: the second is asked whether it is one more (R2.4)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.errors import Question
from contacts.rules.parties import Party
from forms.models import PaperEntry, Sheet
from forms.services.entering import move_entry
from outage.models import CareChain, Handover, Outage
from outage.rules.handover import Message
from outage.services.handovers import log_call, withdraw_call
from tests.factories import County, at_once, call_facts, make_chain, make_event, same_id
from tests.integration.forms.entering import AT, ROW, address, as_lists, enter, make_sheet, row_of
from tests.integration.outage.conftest import chain, county, outage
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

__all__ = ["chain", "county", "outage"]
pytestmark = pytest.mark.clause("R2.4")

ASKED = "Den här raden är redan införd 10.52 av Alva Påhittad. Är det en till?"


@pytest.fixture
def sheet(county: County) -> Sheet:
    return make_sheet(county.alva)


@pytest.fixture
def told(county: County, chain: CareChain) -> list[Message]:
    """What each row tells of is logged already, so that nothing but the row itself can be asked about."""
    return [Message(event_id=make_event(county.alva, chain, ago=timedelta(hours=1)).pk)]


def one_more(asked: Question) -> dict[str, str]:
    return {asked.key: asked.choices[0][0]}


def test_the_second_of_two_is_asked_and_everything_typed_is_kept(
    client: Client, county: County, sheet: Sheet, chain: CareChain
):
    sent = {}
    for by in (county.alva, county.esa):
        client.force_login(by.user)
        action, fields = row_of(client, address(sheet, chain))
        sent[by] = fields | as_lists(ROW)
    client.force_login(county.alva.user)
    assert client.post(action, sent[county.alva]).status_code == 302
    client.force_login(county.esa.user)
    answer = client.post(action, sent[county.esa])
    assert answer.status_code == 422
    page = read(answer)
    assert ASKED in errors_of(page)
    assert "Är det samma rad: avbryt. Den står redan i loggen." in page.main.get_text(" ")
    assert page.main.find("a", string="Avbryt")["href"] == reverse("sheet", args=[sheet.serial])
    assert PaperEntry.objects.count() == Handover.objects.count() == 1
    again = fields_of(form_of(page, **{"data-guard": True}))
    assert {name: again[name] for name in ROW} == as_lists(ROW)
    box = page.main.find("input", {"type": "radio", "name": f"answer-entered-{Handover.objects.get().pk}"})
    assert page.find("label", {"for": box["id"]}).get_text(strip=True) == "Ja, det är en till"
    asked = client.post(action, again | {box["name"]: [box["value"]]})
    # What it told of is asked about as of any call.
    assert "Är det samma händelse?" in errors_of(read(asked))
    again = fields_of(form_of(read(asked), **{"data-guard": True}))
    answered = again | {"answer-same-admission-inpatient": ["another"]}
    assert client.post(action, answered).status_code == 302
    assert PaperEntry.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        {"at": AT + timedelta(minutes=1)},
        {"recipient": Party.OUTPATIENT},
        {"outcome": "relayed"},
    ],
)
def test_another_row_asks_nothing(
    county: County, sheet: Sheet, chain: CareChain, told: list[Message], other: dict[str, Any]
):
    enter(county, sheet, chain, messages=told, answers={})
    enter(county, sheet, chain, messages=told, answers={}, facts=call_facts(**{"at": AT} | other))
    assert PaperEntry.objects.count() == 2


def test_of_another_patient_or_one_taken_back_it_asks_nothing(
    county: County, outage: Outage, sheet: Sheet, chain: CareChain, told: list[Message]
):
    first = enter(county, sheet, chain, messages=told, answers={})
    enter(county, sheet, make_chain(county, outage), answers={})
    first.chain = chain
    withdraw_call(by=county.alva, handover=first, client_id=same_id(9), reason="Fel.")
    enter(county, sheet, chain, messages=told, answers={})
    assert PaperEntry.objects.count() == 3


def test_a_row_that_stands_on_another_sheet_too_is_asked_about(
    county: County, sheet: Sheet, chain: CareChain, told: list[Message]
):
    enter(county, sheet, chain, messages=told, answers={})
    asked = ASKED.replace("Påhittad.", f"Påhittad från blad {sheet.shown_serial}.")
    with pytest.raises(Question) as found:
        enter(county, make_sheet(county.alva), chain, messages=told, answers={})
    assert found.value.sentence == asked
    enter(county, make_sheet(county.alva), chain, messages=told, answers=one_more(found.value))
    assert PaperEntry.objects.count() == 2


def test_a_row_that_was_logged_as_it_was_rung_is_asked_about(
    county: County, sheet: Sheet, chain: CareChain, told: list[Message]
):
    # The clock of the call has seconds, the paper has none.
    live = call_facts(at=AT + timedelta(seconds=20))
    log_call(by=county.alva, chain=chain, client_id=same_id(1), facts=live, messages=told)
    with pytest.raises(Question) as found:
        enter(county, sheet, chain, messages=told, answers={})
    asked = "Ett likadant samtal är redan loggat 10.52 av Alva Påhittad. Är det ett till?"
    assert found.value.sentence == asked
    enter(county, sheet, chain, messages=told, answers=one_more(found.value))
    assert Handover.objects.filter(chain=chain).count() == 3


def test_sent_again_it_is_the_first_row_though_somebody_entered_one_more(
    county: County, sheet: Sheet, chain: CareChain, told: list[Message]
):
    first = enter(county, sheet, chain, client_id=same_id(1), messages=told, answers={})
    with pytest.raises(Question, match=r"redan införd 10\.52 av Alva Påhittad") as asked:
        enter(county, sheet, chain, client_id=same_id(2), messages=told, answers={})
    answers = one_more(asked.value)
    more = enter(county, sheet, chain, client_id=same_id(2), messages=told, answers=answers)
    assert enter(county, sheet, chain, client_id=same_id(1), messages=told, answers={}) == first
    assert enter(county, sheet, chain, client_id=same_id(2), messages=told, answers=answers) == more
    assert PaperEntry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_together_the_second_is_asked(
    county: County, sheet: Sheet, chain: CareChain, told: list[Message]
):
    rows = [
        partial(enter, county, sheet, chain, client_id=same_id(n), messages=told, answers={}) for n in (1, 2)
    ]
    assert sorted(type(result).__name__ for result in at_once(rows)) == ["Handover", "Question"]
    assert PaperEntry.objects.count() == 1


def test_a_row_moved_to_a_sheet_that_has_it_is_asked_about(
    county: County, sheet: Sheet, chain: CareChain, told: list[Message], client: Client
):
    right = make_sheet(county.alva)
    enter(county, right, chain, messages=told)
    entry = enter(county, sheet, chain, messages=told).paper_entry
    client.force_login(county.alva.user)
    path = reverse("enter_sheet", args=[sheet.serial]) + f"?flytta={entry.pk}"
    fields = fields_of(form_of(read(client.get(path)), **{"data-guard": True}))
    fields |= {"serial": [right.shown_serial], "reason": ["Fel blad."]}
    page = read(client.post(path, fields))
    assert ASKED in errors_of(page)
    again = fields_of(form_of(page, **{"data-guard": True}))
    assert again["reason"] == ["Fel blad."]
    box = page.main.find("input", {"type": "radio"})
    assert client.post(path, again | {box["name"]: [box["value"]]}).status_code == 302
    assert PaperEntry.objects.filter(sheet=right).count() == 2


def test_a_row_moved_to_a_sheet_that_has_another_asks_nothing(
    county: County, sheet: Sheet, chain: CareChain, told: list[Message]
):
    right = make_sheet(county.alva)
    enter(county, right, chain, messages=told, facts=call_facts(at=AT - timedelta(minutes=3)))
    entry = enter(county, sheet, chain, messages=told).paper_entry
    moved = move_entry(
        by=county.alva,
        entry=entry,
        client_id=same_id(3),
        serial_text=right.shown_serial,
        reason="Fel blad.",
        answers={},
    )
    assert moved.sheet == right
