"""What is said in a call, on its page: what is offered, where what is wrong stands, what was not said after all."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.chain_log import logs_of
from outage.queries.standing import standing_of
from outage.routine import current_routine
from tests.factories import County, make_chain, make_event, tell
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read

EARLY = {
    "recipient": "municipality",
    "outcome": "reached",
    "at_kl": "00.10",
    "number": "0910-00 00 00",
    "spoken_to": "Karin Påhittad",
    "spoken_to_unit": "Biståndsenheten",
    "read_back": "done",
    "messages": "new:admission:inpatient",
}


def opened(client: Client, by: Acting, address: str) -> Fields:
    client.force_login(by.user)
    return fields_of(form_of(read(client.get(address)), method="post"))


def test_what_is_logged_stands_apart_from_what_is_new_and_the_law_is_said_once(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, county.disa)
    make_event(county.disa, chain, "sip_initiative", sender=Party.OUTPATIENT)
    client.force_login(county.disa.user)
    main = read(client.get(reverse("chain_call", args=[chain.pk]))).main
    assert [rows.p.get_text() for rows in main.select("#id_messages > .messages")] == [
        "Redan loggat:",
        "Nytt:",
    ]
    said = [p.get_text(strip=True) for p in main.select(".messages .soft")]
    reminder = current_routine().message("sip_invitation").law_reminder
    assert said.count(reminder) == 1


def test_a_call_too_early_for_its_event_is_refused_at_the_time_that_was_typed(
    county: County, chain: CareChain, client: Client
):
    address = reverse("chain_call", args=[chain.pk])
    fields = opened(client, county.alva, address)
    early = {name: [value] for name, value in EARLY.items()}
    answer = client.post(address, fields | early)
    assert "Samtalets tid: Driftstoppet började" in errors_of(read(answer))
    answer = client.post(address, fields | early | {"h-admission-inpatient_kl": ["00.20"]})
    assert "När hände det? Driftstoppet började" in errors_of(read(answer))


@pytest.mark.parametrize(("answer", "stands"), [("ja", False), ("nej", True)])
def test_what_was_not_said_after_all_is_unticked_and_nobody_stands_as_told_of_it(
    county: County, chain: CareChain, client: Client, answer: str, stands: bool
):
    said, not_said = make_event(county.alva, chain), make_event(county.alva, chain, "discharge")
    call = tell(county.alva, chain, said, not_said)
    address = reverse("correct_call", args=[call.pk])
    fields = opened(client, county.alva, address)
    fields |= {"reason": ["Sades inte."], "messages": [f"event:{said.pk}"]}
    asked = read(client.post(address, fields))
    assert "Det här står bara genom samtalet: Utskrivningsmeddelande" in errors_of(asked)
    fields |= fields_of(form_of(asked, method="post")) | {"answer-events-too": [answer]}
    assert client.post(address, fields).status_code == 302
    new = Handover.objects.get(supersedes=call)
    assert [message.event_id for message in new.messages.all()] == [said.pk]
    assert CareChainEvent.objects.filter(supersedes=not_said, withdraws=True).exists() is not stands
    owed = [
        o.id
        for o in standing_of(chain, logs_of([chain.pk])[chain.pk]).owed
        if o.target.party == "municipality"
    ]
    assert (str(not_said.pk) in owed) is stands
