"""A call moved to the right patient, where what it told of is logged already: asked about, and logged once (R4)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, Handover, HandoverMessage, Outage
from outage.queries.care_chains import get_chain, get_handover
from outage.queries.chain_log import logs_of
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event
from outage.services.moving import move_call
from tests.factories import County, make_chain, make_event
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_moves import owed

pytestmark = pytest.mark.clause("R4.1")


def call_about(county: County, chain: CareChain, kind: str = "admission", **said: object) -> Handover:
    event = make_event(county.alva, chain, kind, to=Party.OUTPATIENT, outcome=CallOutcome.REACHED, **said)
    return get_handover(county.alva, event.messages.get().handover_id)


def there(county: County, right: CareChain, kind: str = "admission", **said: object) -> str:
    event = make_event(
        county.alva, right, kind, outcome=CallOutcome.REACHED, ago=timedelta(minutes=32), **said
    )
    return str(event.pk)


def move(county: County, call: Handover, right: CareChain, answer: str | None) -> Handover:
    told = call.messages.get().event_id
    answers = {} if answer is None else {f"same-{told}": answer}
    return move_call(
        by=county.alva, handover=call, to=right, client_id=uuid4(), reason="Fel patient.", answers=answers
    )


def logged(right: CareChain) -> list[tuple[str, str]]:
    log = logs_of([right.pk])[right.pk]
    return [(event.kind, event.particulars.get("preliminary_date", "")) for event in log.live_events]


def test_what_may_be_the_same_is_asked_about_and_nothing_is_moved_before(
    county: County, outage: Outage, chain: CareChain
):
    right = make_chain(county, outage)
    call, event = call_about(county, chain), there(county, right)
    asks = "står redan: Inskrivning 10.20. Samtalet gällde: Inskrivning 10.22. Är det samma"
    with pytest.raises(Question, match=asks) as asked:
        move(county, call, right, None)
    assert [value for value, _ in asked.value.choices] == [event, "another"]
    assert not Handover.objects.filter(supersedes=call).exists()
    move(county, call, right, event)
    assert logged(right) == [("admission", "")]
    assert owed(county, right) == {}


def test_two_that_are_not_the_same_both_stand(county: County, outage: Outage, chain: CareChain):
    right = make_chain(county, outage)
    call, _ = call_about(county, chain), there(county, right)
    move(county, call, right, "another")
    assert logged(right) == [("admission", "")] * 2


def test_what_is_not_logged_there_or_is_of_another_kind_asks_nothing(
    county: County, outage: Outage, chain: CareChain
):
    right = make_chain(county, outage)
    call, _ = call_about(county, chain), there(county, right, "discharge")
    move(county, call, right, None)
    assert {kind for kind, _ in logged(right)} == {"admission", "discharge"}


def test_who_was_told_something_else_of_it_hears_what_holds_and_nobody_else_does(
    county: County, outage: Outage, chain: CareChain
):
    right = make_chain(county, outage)
    call = call_about(county, chain, "preliminary_ready", preliminary_date="2026-12-04")
    event = there(county, right, "preliminary_ready", preliminary_date="2026-12-10")
    move(county, call, right, event)
    assert logged(right) == [("preliminary_ready", "2026-12-10")]
    assert list(owed(county, right)) == ["Heimdalls hälsocentral"]
    assert owed(county, right)["Heimdalls hälsocentral"] == [
        "Preliminärt utskrivningsklar",
        "Återtag: preliminärt utskrivningsklar fre 4 dec",
    ]


def test_who_was_told_what_it_said_before_it_was_corrected_there_hears_the_correction(
    county: County, outage: Outage, chain: CareChain
):
    right = make_chain(county, outage)
    call = call_about(county, chain, "preliminary_ready", preliminary_date="2026-12-04")
    event = make_event(county.alva, right, "preliminary_ready", preliminary_date="2026-12-04")
    event.chain = get_chain(county.alva, right.pk)
    new = correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at,
        particulars={"preliminary_date": "2026-12-10"},
        reason="Ändrat.",
        told_rightly=False,
    )
    move(county, call, right, str(new.pk))
    assert logged(right) == [("preliminary_ready", "2026-12-10")]
    assert owed(county, right)["Heimdalls hälsocentral"] == ["Preliminärt utskrivningsklar (rättad)"]


def test_one_event_is_not_the_same_as_two_of_the_call(county: County, outage: Outage, chain: CareChain):
    right = make_chain(county, outage)
    call, event = call_about(county, chain), there(county, right)
    other = make_event(county.alva, chain)
    HandoverMessage(handover=call, event=other).save()
    answers = {f"same-{message.event_id}": event for message in call.messages.all()}
    with pytest.raises(RuleError, match="kan inte vara samma händelse"):
        move_call(by=county.alva, handover=call, to=right, client_id=uuid4(), reason="Fel.", answers=answers)


@pytest.mark.parametrize("protected", ["right", "wrong"])
def test_the_question_says_of_a_protected_patient_what_a_list_may_say(
    county: County, outage: Outage, protected: str
):
    wrong = make_chain(county, outage, protected_identity=protected == "wrong")
    right = make_chain(county, outage, protected_identity=protected == "right")
    said = {"sender": Party.OUTPATIENT, "sip_date": "2026-12-01", "sip_place": "Ersboda"}
    call = call_about(county, wrong, "sip_initiative", **said)
    there(county, right, "sip_initiative", **said)
    with pytest.raises(Question, match="datum för SIP tis 1 dec") as asked:
        move(county, call, right, None)
    stands, told = asked.value.sentence.split("Samtalet gällde")
    assert ("Ersboda" in stands, "Ersboda" in told) == (protected == "wrong", False)


def test_the_page_asks_and_keeps_what_was_typed(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    right = make_chain(county, outage)
    call, event = call_about(county, chain), there(county, right)
    path = reverse("move_call", args=[call.pk])
    client.force_login(county.alva.user)
    sent = fields_of(form_of(read(client.get(path)), method="post"))
    page = read(client.post(path, sent | {"to": [str(right.pk)], "reason": ["Två lika namn."]}))
    assert "Är det samma händelse?" in errors_of(page)
    again = fields_of(form_of(page, method="post"))
    assert (again["to"], again["reason"]) == ([str(right.pk)], ["Två lika namn."])
    again[f"answer-same-{call.messages.get().event_id}"] = [event]
    assert client.post(path, again).status_code == 302
    assert logged(right) == [("admission", "")]
