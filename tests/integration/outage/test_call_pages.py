"""Logga samtal as a person meets it: filled in where it can be, nothing typed ever lost, who may say what (R3)."""

from itertools import product
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import SubmissionClash
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.chain_log import logs_of
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.webforms.calls import CallForm
from tests.factories import County, as_typed, make_chain, make_event, tell
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read
from tests.long import runs
from tests.routine_table import KINDS, kinds_of

WORKS_AS = {"alva": Party.INPATIENT, "cissi": Party.MUNICIPALITY, "disa": Party.OUTPATIENT}


def chain_of(county: County, outage: Outage, who: str) -> CareChain:
    return make_chain(county, outage, county.somebody(who))


def opened(client: Client, county: County, chain: CareChain, who: str = "alva", query: str = "") -> Fields:
    """Log somebody in and open the form; give what it holds as it is shown."""
    client.force_login(county.somebody(who).user)
    page = read(client.get(reverse("chain_call", args=[chain.pk]) + query))
    return fields_of(form_of(page, method="post"))


def send(client: Client, chain: CareChain, fields: Fields, query: str = "", **changed: Any):
    values = {name: v if isinstance(v, list) else [v] for name, v in changed.items()}
    return client.post(reverse("chain_call", args=[chain.pk]) + query, fields | values)


REACHED = {
    "recipient": "municipality",
    "outcome": "reached",
    "number": "0910-00 00 00",
    "spoken_to": "Karin Påhittad",
    "spoken_to_unit": "Biståndsenheten",
    "messages": ["new:admission:inpatient"],
}


@pytest.mark.clause("R3.1", "R3.2", "R3.3", "R3.4", "R3.5", "R3.6", "R3.7", "R3.8", "R3.9")
@pytest.mark.parametrize("who", WORKS_AS)
@pytest.mark.parametrize("direction", ["given", "received"])
def test_the_messages_offered_are_those_the_routine_lets_the_teller_say(
    county: County, outage: Outage, client: Client, who: str, direction: str
):
    chain = chain_of(county, outage, who)
    client.force_login(county.somebody(who).user)
    page = read(client.get(reverse("chain_call", args=[chain.pk]), {"riktning": direction}))
    offered = {box["value"] for box in page.main.find_all("input", {"name": "messages"})}
    tellers = {WORKS_AS[who]} if direction == "given" else set(Party) - {WORKS_AS[who]}
    for kind, party in product(KINDS, Party):
        says = party in tellers and kind in kinds_of(party)
        assert (f"new:{kind}:{party}" in offered) is says, (kind, party)
    assert {value.rpartition(":")[2] for value in offered} == set(tellers)


@pytest.mark.clause("R3.1", "R3.2", "R3.3", "R3.4", "R3.5", "R3.6", "R3.7", "R3.8", "R3.9")
@pytest.mark.parametrize("who", WORKS_AS)
def test_a_message_one_does_not_say_is_refused_however_it_comes(county: County, outage: Outage, who: str):
    chain, own = chain_of(county, outage, who), WORKS_AS[who]
    log = logs_of([chain.pk])[chain.pk]
    recipient = next(party for party in Party if party is not own)
    moment = {"client_id": str(uuid4()), "at_kl": "10.52", "at_dag": "2026-11-24"}
    for kind, party in product(KINDS, Party):
        said = REACHED | moment | {"recipient": str(recipient), "messages": [f"new:{kind}:{party}"]}
        form = CallForm(
            QueryDict(urlencode(said, doseq=True)),
            acting=county.somebody(who),
            chain=chain,
            log=log,
            direction=Direction.GIVEN,
        )
        fits = party is own and kind in kinds_of(own)
        assert form.is_valid() is fits, (kind, party)
        assert set(form.errors) == (set() if fits else {"messages"})


@pytest.mark.clause("R3.7")
def test_slutenvard_does_not_say_kommunklar(county: County, chain: CareChain, client: Client):
    fields = opened(client, county, chain)
    answer = send(client, chain, fields, **REACHED | {"messages": "new:municipality_ready:inpatient"})
    assert answer.status_code == 422
    assert "Meddelandet har ändrats sedan sidan öppnades. Välj igen." in errors_of(read(answer))
    assert not Handover.objects.exists()


@pytest.mark.long
@pytest.mark.parametrize(("caller", "party"), list(product(Party, Party))[:: runs(2, full=1)])
def test_who_rings_us_says_its_own_messages_only(
    county: County, chain: CareChain, client: Client, caller: Party, party: Party
):
    query = "?riktning=received"
    fields = opened(client, county, chain, query=query)
    kind = kinds_of(party)[0]
    answer = send(
        client,
        chain,
        fields,
        query,
        **(REACHED | {"recipient": str(caller), "messages": f"new:{kind}:{party}"}),
    )
    if caller is party and party is not Party.INPATIENT:
        assert answer.status_code == 302
        assert Handover.objects.get().direction == "received"
        return
    assert answer.status_code == 422
    if party is not Party.INPATIENT:
        assert "lämnas av" in errors_of(read(answer))


def test_from_the_list_all_but_the_name_and_the_read_back_is_filled_in(
    county: County, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    page = read(client.get(reverse("status")))
    link = page.main.find("a", string="Nådd")
    fields = fields_of(form_of(read(client.get(link["href"])), method="post"))
    assert fields["recipient"] == ["municipality"]
    assert fields["outcome"] == ["reached"]
    assert fields["messages"] == [f"event:{event.pk}"]
    assert fields["spoken_to_unit"] == ["Skellefteå kommun"]
    assert (fields["at_kl"], fields["at_dag"]) == (["10.52"], ["2026-11-24"])
    answer = client.post(
        link["href"], fields | {"spoken_to": ["Karin"], "read_back": ["done"], "number": ["0910-73 50 01"]}
    )
    assert answer.status_code == 302
    assert Handover.objects.filter(outcome=CallOutcome.REACHED, messages__event=event).count() == 1
    after = read(client.get(reverse("status")))
    assert "Sparat på servern 10.52." in after.get_text()
    assert not after.main.find(attrs={"id": "calls"}).find(string="Skellefteå kommun")


TYPED: dict[str, Any] = {
    "recipient": "municipality",
    "outcome": "reached",
    "number": "0910-00 00 00",
    "spoken_to": "",
    "spoken_to_unit": "Bistånds<enheten>",
    "messages": ["new:admission:inpatient", "new:preliminary_ready:inpatient"],
    "p-preliminary_ready-inpatient-preliminary_date": "2026-11-27",
    "h-admission-inpatient_kl": "1015",
    "h-admission-inpatient_dag": "2026-11-24",
    "read_back": "not_possible",
    "read_back_reason": "",
    "comment": "Två rader\noch ”citat”.",
    "next_step": "Ring 14.00",
    "call_back": "070-000 00 00 efter tre",
    "at_kl": "10.5x",
    "at_dag": "2026-11-24",
}


def expect_as_typed(fields: Fields, typed: dict[str, Any]) -> None:
    for name, value in typed.items():
        values = sorted(value) if isinstance(value, list) else [value]
        assert sorted(fields.get(name, [""])) == values, name


def test_errors_stand_at_their_fields_and_everything_typed_stays(
    county: County, chain: CareChain, client: Client
):
    fields = opened(client, county, chain)
    answer = send(client, chain, fields, **TYPED)
    assert answer.status_code == 422
    page = read(answer)
    assert "Inget är sparat än. Det du skrivit står kvar." in errors_of(page)
    assert "Skriv tiden som 10.52." in errors_of(page)
    shown = fields_of(form_of(page, method="post"))
    expect_as_typed(shown, TYPED)
    answer = send(client, chain, shown, at_kl="10.50")
    assert answer.status_code == 422
    page = read(answer)
    for sentence in (
        "Skriv namnet på den du talade med.",
        "Skriv varför meddelandet inte gick att upprepa.",
    ):
        assert sentence in errors_of(page)
    shown = fields_of(form_of(page, method="post"))
    expect_as_typed(shown, TYPED | {"at_kl": "10.50"})
    assert shown["client_id"] == fields["client_id"]
    answer = send(client, chain, shown, spoken_to="Karin", read_back_reason="Dålig linje.")
    assert answer.status_code == 302
    admission, preliminary = (m.event for m in Handover.objects.get().messages.all())
    assert f"{admission.happened_at:%H.%M}" == "09.15"
    assert preliminary.particulars == {"preliminary_date": "2026-11-27"}


def test_a_time_before_the_outage_is_told_at_the_time_of_its_message(
    county: County, chain: CareChain, client: Client
):
    fields = opened(client, county, chain)
    early = {"h-admission-inpatient_kl": "06.00", "h-admission-inpatient_dag": "2026-11-24"}
    answer = send(client, chain, fields, **REACHED | early)
    assert answer.status_code == 422
    page = read(answer)
    assert "När hände det? Driftstoppet började tis 24 nov 08.52" in errors_of(page)
    expect_as_typed(fields_of(form_of(page, method="post")), REACHED | early)
    assert not CareChainEvent.objects.exists()


def test_other_content_under_the_same_id_keeps_both_and_can_be_saved_as_its_own(
    county: County, chain: CareChain, client: Client
):
    fields = opened(client, county, chain)
    send(client, chain, fields, **REACHED)
    changed = REACHED | {"comment": "En annan kommentar.", "spoken_to": "Lars"}
    answer = send(client, chain, fields, **changed)
    assert answer.status_code == 409
    page = read(answer)
    assert "Det första är sparat 10.52." in errors_of(page)
    assert "Inget är sparat" not in page.main.get_text()
    clash = SubmissionClash.objects.get()
    assert clash.content["comment"] == ["En annan kommentar."]
    assert not {"csrfmiddlewaretoken", "typed_by"} & set(clash.content)
    assert Handover.objects.get().spoken_to == "Karin Påhittad"
    shown = fields_of(form_of(page, method="post"))
    expect_as_typed(shown, changed)
    assert shown["client_id"] != fields["client_id"]
    asked = send(client, chain, shown)
    assert "Är det samma händelse?" in errors_of(read(asked))
    shown = fields_of(form_of(read(asked), method="post"))
    answer = send(client, chain, shown, **{"answer-same-admission-inpatient": "another"})
    assert answer.status_code == 302
    assert sorted(Handover.objects.values_list("spoken_to", flat=True)) == ["Karin Påhittad", "Lars"]


def test_a_form_sent_twice_is_one_call_and_answers_the_same(county: County, chain: CareChain, client: Client):
    fields = opened(client, county, chain)
    answers = [send(client, chain, fields, **REACHED, stay="1") for _ in "12"]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, reverse("chain", args=[chain.pk]))
    }
    assert Handover.objects.count() == CareChainEvent.objects.count() == 1


def corrected(client: Client, handover: Handover, **changed: Any):
    address = reverse("correct_call", args=[handover.pk])
    fields = fields_of(form_of(read(client.get(address)), method="post"))
    values = {name: v if isinstance(v, list) else [v] for name, v in changed.items()}
    return client.post(address, fields | values)


def test_a_call_is_corrected_from_what_it_held(county: County, chain: CareChain, client: Client):
    event = make_event(county.alva, chain, "admission")
    handover = tell(county.alva, chain, event, to=Party.MUNICIPALITY, comment="Hon ringer åter.")
    client.force_login(county.alva.user)
    refused = corrected(client, handover, recipient="outpatient")
    assert refused.status_code == 422
    answer = corrected(client, handover, recipient="outpatient", reason="Fel mottagare.")
    assert answer.status_code == 302
    new = Handover.objects.get(supersedes=handover)
    assert (new.recipient, new.comment, new.reason) == ("outpatient", "Hon ringer åter.", "Fel mottagare.")
    assert [m.event for m in new.messages.all()] == [event]
    page = read(client.get(answer.headers["Location"])).get_text()
    assert "Rättat 10.52 av Alva Påhittad: Fel mottagare." in " ".join(page.split())


def test_a_try_that_told_of_nothing_can_be_corrected(county: County, outage: Outage, client: Client):
    chain = make_chain(county, outage, county.disa)
    tried = tell(county.disa, chain, outcome=CallOutcome.NO_ANSWER)
    client.force_login(county.disa.user)
    assert corrected(client, tried, outcome="busy", reason="Fel knapp.").status_code == 302
    assert Handover.objects.get(supersedes=tried).outcome == "busy"


def test_a_call_is_taken_back_with_its_reason(county: County, chain: CareChain, client: Client):
    handover = tell(county.alva, chain, make_event(county.alva, chain))
    client.force_login(county.alva.user)
    address = reverse("withdraw_call", args=[handover.pk])
    fields = fields_of(form_of(read(client.get(address)), method="post"))
    assert client.post(address, fields).status_code == 422
    # The admission stands by this call alone: the try before it told nobody.
    asked = client.post(address, fields | {"reason": ["Fel patient."]})
    assert asked.status_code == 422
    fields = fields_of(form_of(read(asked), method="post"))
    assert client.post(address, fields | {"answer-events-too": ["nej"]}).status_code == 302
    row = Handover.objects.get(supersedes=handover)
    assert row.withdraws
    for name in ("correct_call", "withdraw_call"):
        assert client.get(reverse(name, args=[row.pk])).status_code == 404


@pytest.mark.parametrize(
    ("read_back", "said"), [("done", False), ("", True)], ids=["read back", "not read back"]
)
def test_a_call_saved_without_a_read_back_is_saved_and_says_so(
    county: County, chain: CareChain, client: Client, read_back: str, said: bool
):
    client.force_login(county.alva.user)
    kl, dag = as_typed(timezone.now())
    answer = client.post(
        reverse("chain_call", args=[chain.pk]) + "?riktning=given",
        {
            "client_id": str(uuid4()),
            "recipient": "municipality",
            "outcome": "reached",
            "number": "0910-73 50 00",
            "at_kl": kl,
            "at_dag": dag,
            "spoken_to": "Elva Elvasson",
            "spoken_to_unit": "Skellefteå kommun",
            "read_back": read_back,
            "messages": ["new:admission:inpatient"],
        },
        follow=True,
    )
    text = answer.content.decode()
    assert "Sparat på servern" in text
    assert ("Återläsningen är inte antecknad." in text) is said


@pytest.mark.clause("R3.9")
def test_a_call_to_a_sip_without_date_and_participants_is_asked_about_and_nothing_typed_is_lost(
    county: County, outage: Outage, client: Client
):
    chain = chain_of(county, outage, "disa")
    fields = opened(client, county, chain, "disa")
    page = read(client.get(reverse("chain_call", args=[chain.pk])))
    assert "Utan datum är det ett initiativ till SIP." in page.get_text()
    typed = REACHED | {
        "messages": "new:sip_invitation:outpatient",
        "p-sip_invitation-outpatient-sip_place": "Sal 3",
        # The ward is preset; here nobody is to take part.
        "p-sip_invitation-outpatient-participants": "",
    }
    asked = send(client, chain, fields, **typed)
    assert asked.status_code == 422
    form = form_of(read(asked), method="post")
    assert [each.text for each in form.find("legend")] == [
        "Utan datum är det ett initiativ till SIP. Ska det loggas så?"
    ]
    sent = fields_of(form)
    assert (sent["spoken_to"], sent["p-sip_invitation-outpatient-sip_place"]) == (
        ["Karin Påhittad"],
        ["Sal 3"],
    )
    asked = send(client, chain, sent, **{"answer-sip_date-sip_invitation": "instead"})
    assert asked.status_code == 422
    sent = fields_of(form_of(read(asked), method="post"))
    assert sent["answer-sip_date-sip_invitation"] == ["instead"]
    assert not CareChainEvent.objects.exists()
    last = {"answer-participants-sip_initiative": "nobody"}
    for _ in "12":
        assert send(client, chain, sent, **last).status_code == 302
    event = CareChainEvent.objects.get()
    assert (event.kind, event.particulars) == ("sip_initiative", {"sip_place": "Sal 3"})


@pytest.mark.clause("R3.9")
def test_whoever_will_fill_in_the_date_is_told_beside_the_field_and_can(
    county: County, outage: Outage, client: Client
):
    chain = chain_of(county, outage, "disa")
    fields = opened(client, county, chain, "disa")
    name = "p-sip_invitation-outpatient-sip_date"
    typed = REACHED | {
        "messages": "new:sip_invitation:outpatient",
        "p-sip_invitation-outpatient-participants": "Dotter Anna",
    }
    sent = fields_of(form_of(read(send(client, chain, fields, **typed)), method="post"))
    refused = send(client, chain, sent, **{"answer-sip_date-sip_invitation": "fill_in"})
    page = read(refused)
    assert "Fyll i avtalat datum för SIP." in page.find(id=f"id_{name}").find_parent("div").get_text()
    sent = fields_of(form_of(page, method="post"))
    assert send(client, chain, sent, **{name: "2026-12-01"}).status_code == 302
    assert CareChainEvent.objects.get().kind == "sip_invitation"


def test_a_choice_that_is_none_is_said_in_plain_words(county: County, chain: CareChain, client: Client):
    sent = opened(client, county, chain) | {"outcome": ["<vet inte>"], "client_id": ["7"]}
    answer = client.post(reverse("chain_call", args=[chain.pk]), sent)
    assert answer.status_code == 422
    text = read(answer).main.text
    assert "Valet finns inte i listan. Välj igen." in text
    assert "Formuläret kom inte fram helt. Ladda om sidan." in text
    assert "giltigt" not in text
