"""Two who log the same new message, each from a page on which it was not logged yet: asked about, and logged once."""

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.errors import Question
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import log_of
from outage.rules.handover import Message
from outage.services.handovers import log_call
from tests.clock import TUESDAY
from tests.factories import County, at_once, call_facts, make_event, same_id
from tests.integration.forms.entering import ROW, address, as_lists, make_sheet, row_of
from tests.integration.outage.joining import join, two_chains
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read
from tests.integration.outage.test_moves import owed

pytestmark = pytest.mark.clause("R4.1")

ASKED = (
    "Hos patienten står redan: Inskrivning 10.22, loggat av Alva Påhittad. "
    "Samtalet gällde: Inskrivning 10.52. Är det samma händelse?"
)
KEY = "answer-same-admission-inpatient"
TYPED: dict[str, Any] = {
    "recipient": ["municipality"],
    "outcome": ["reached"],
    "number": ["0910-00 00 00"],
    "spoken_to": ["Karin Påhittad"],
    "spoken_to_unit": ["Biståndsenheten"],
    "messages": ["new:admission:inpatient"],
}
READY = "new:preliminary_ready:inpatient"
DAY = "p-preliminary_ready-inpatient-preliminary_date"


@pytest.fixture
def esa(client: Client, county: County) -> Client:
    """Logged in where Alva works."""
    client.force_login(county.esa.user)
    return client


def path_of(chain: CareChain) -> str:
    return reverse("chain_call", args=[chain.pk])


def opened(client: Client, chain: CareChain, **typed: Any) -> Fields:
    page = read(client.get(path_of(chain)))
    return fields_of(form_of(page, method="post")) | TYPED | typed


def asked_in(client: Client, path: str, sent: Fields, field: str = KEY) -> tuple[Fields, dict[str, str]]:
    """Send a form that comes back with a question; what it holds, and the answers by their words."""
    answer = client.post(path, sent)
    assert answer.status_code == 422
    page = read(answer)
    assert "Svara om det är samma händelse." in page.main.find(id="id_messages").get_text()
    form = form_of(page, method="post", **{"data-guard": True})
    boxes = form.find_all("input", {"name": field})
    words = {page.find("label", {"for": box["id"]}).get_text(" ", strip=True): box["value"] for box in boxes}
    return fields_of(form), words


def choice(words: dict[str, str], begins: str) -> list[str]:
    (value,) = (value for label, value in words.items() if label.startswith(begins))
    return [value]


def standing(chain: CareChain) -> list[str]:
    return [event.kind for event in log_of(chain.pk).live_events]


def test_what_was_logged_meanwhile_is_asked_about_and_nothing_typed_is_lost(
    county: County, esa: Client, chain: CareChain
):
    sent = opened(esa, chain, comment=["Ring efter lunch."])
    make_event(county.alva, chain)
    answer = esa.post(path_of(chain), sent)
    assert ASKED in errors_of(read(answer))
    again, words = asked_in(esa, path_of(chain), sent)
    assert {name: again[name] for name in TYPED} == TYPED
    assert again["comment"] == ["Ring efter lunch."]
    assert not Handover.objects.filter(user=county.esa.user).exists()
    assert esa.post(path_of(chain), again | {KEY: choice(words, "Ja")}).status_code == 302
    assert standing(chain) == ["admission"]
    assert Handover.objects.get(user=county.esa.user).messages.get().event == CareChainEvent.objects.get()


def test_a_new_one_is_logged_where_that_is_answered(county: County, esa: Client, chain: CareChain):
    sent = opened(esa, chain)
    make_event(county.alva, chain)
    again, words = asked_in(esa, path_of(chain), sent)
    assert esa.post(path_of(chain), again | {KEY: choice(words, "Nej")}).status_code == 302
    assert standing(chain) == ["admission"] * 2


def test_a_new_one_beside_what_the_page_said_is_logged_asks_nothing_more(
    county: County, esa: Client, chain: CareChain
):
    make_event(county.alva, chain)
    sent = opened(esa, chain)
    assert esa.post(path_of(chain), sent).status_code == 302
    assert standing(chain) == ["admission"] * 2


def test_a_page_shown_again_does_not_count_as_having_asked(county: County, esa: Client, chain: CareChain):
    sent = opened(esa, chain, spoken_to=[""])
    make_event(county.alva, chain)
    page = read(esa.post(path_of(chain), sent))
    assert page.main.find("details", open=True).find(
        "input", {"value": TYPED["messages"][0], "checked": True}
    )
    again = fields_of(form_of(page, method="post")) | {"spoken_to": ["Karin"]}
    _, words = asked_in(esa, path_of(chain), again)
    assert len(words) == 2


def test_a_draft_that_is_taken_up_late_is_asked_about(county: County, esa: Client, chain: CareChain):
    sent = opened(esa, chain)
    make_event(county.alva, chain)
    shown = read(esa.post(path_of(chain), sent | {"held": ["1"]}))
    asked_in(esa, path_of(chain), fields_of(form_of(shown, method="post")))


def test_ticked_as_logged_and_as_new_it_is_told_once(county: County, esa: Client, chain: CareChain):
    event = make_event(county.alva, chain)
    sent = opened(esa, chain, messages=[f"event:{event.pk}", *TYPED["messages"]]) | {"seen": [""]}
    again, words = asked_in(esa, path_of(chain), sent)
    assert esa.post(path_of(chain), again | {KEY: choice(words, "Ja")}).status_code == 302
    assert standing(chain) == ["admission"]
    assert Handover.objects.get(user=county.esa.user).messages.get().event_id == event.pk


def test_who_was_told_another_day_of_the_same_hears_what_holds(county: County, esa: Client, chain: CareChain):
    key = "answer-same-preliminary_ready-inpatient"
    sent = opened(esa, chain, messages=[READY], **{DAY: ["2026-12-04"]})
    make_event(county.alva, chain, "preliminary_ready", preliminary_date="2026-12-10")
    again, words = asked_in(esa, path_of(chain), sent, key)
    assert esa.post(path_of(chain), again | {key: choice(words, "Ja")}).status_code == 302
    found = [event.particulars for event in log_of(chain.pk).live_events]
    assert found == [{"preliminary_date": "2026-12-10"}]
    assert owed(county, chain)["Skellefteå kommun"] == [
        "Preliminärt utskrivningsklar",
        "Återtag: preliminärt utskrivningsklar fre 4 dec",
    ]


def test_of_another_kind_or_taken_back_it_asks_nothing(county: County, esa: Client, chain: CareChain):
    sent = opened(esa, chain)
    make_event(county.alva, chain, "discharge")
    assert esa.post(path_of(chain), sent).status_code == 302
    assert sorted(standing(chain)) == ["admission", "discharge"]


def log(county: County, chain: CareChain, **more: Any) -> Handover:
    given: dict[str, Any] = {
        "by": county.alva,
        "chain": chain,
        "facts": call_facts(at=TUESDAY),
        "messages": [Message(kind="admission", sender=Party.INPATIENT)],
        "answers": {},
    }
    return log_call(**given | more)


def test_two_at_the_very_same_time_are_caught_under_the_lock(county: County, chain: CareChain):
    found = get_chain(county.alva, chain.pk)
    before = log_of(chain.pk, signed=False)
    mine, theirs = same_id(1), same_id(2)
    first = log(county, chain, client_id=mine, log=log_of(chain.pk, signed=False))
    with pytest.raises(Question, match=r"står redan: Inskrivning 10\.52, loggat av Alva"):
        log(county, found, client_id=theirs, log=before)
    assert Handover.objects.count() == 1
    # Sent again, the first one is the first row.
    assert log(county, get_chain(county.alva, chain.pk), client_id=mine) == first
    told = log(
        county,
        found,
        client_id=theirs,
        answers={"same-admission-inpatient": str(CareChainEvent.objects.get().pk)},
    )
    assert log(county, found, client_id=theirs) == told
    assert standing(chain) == ["admission"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_together_the_second_is_asked(county: County, chain: CareChain):
    calls = [partial(log, county, get_chain(county.alva, chain.pk), client_id=same_id(n)) for n in (1, 2)]
    kinds = sorted(type(result).__name__ for result in at_once(calls))
    assert kinds == ["Handover", "Question"]
    assert standing(chain) == ["admission"]


def test_what_a_joined_chain_brought_is_asked_about_too(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    make_event(county.alva, other)
    join(county, kept, other)
    with pytest.raises(Question, match="Är det samma händelse"):
        log(county, get_chain(county.alva, kept.pk), client_id=same_id(1))


def test_a_row_of_a_sheet_is_asked_about_as_a_call_is(county: County, esa: Client, chain: CareChain):
    where = address(make_sheet(county.alva), chain)
    action, fields = row_of(esa, where)
    make_event(county.alva, chain)
    again, words = asked_in(esa, action, fields | as_lists(ROW))
    assert again["signed_by"] == ["N.N."]
    assert esa.post(action, again | {KEY: choice(words, "Ja")}).status_code == 302
    assert standing(chain) == ["admission"]


def test_a_row_of_a_sheet_beside_what_its_page_said_is_logged_asks_nothing(
    county: County, esa: Client, chain: CareChain
):
    make_event(county.alva, chain)
    action, fields = row_of(esa, address(make_sheet(county.alva), chain))
    assert esa.post(action, fields | as_lists(ROW)).status_code == 302
    assert standing(chain) == ["admission"] * 2
