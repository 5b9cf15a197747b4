"""A call to a SIP without a date is an initiative, and a SIP with nobody to take part is asked about (R3.9)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from outage.routine import current_routine
from outage.rules.asked_messages import ask_if_before, ask_if_told_already, settle_message
from outage.rules.wording import STOCKHOLM

DATE = {"sip_date": "2026-12-01"}
# The evening before, in UTC.
HAPPENED = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
WHO = {"participants": ["Dotter Anna"]}


def settle(kind: str, said: dict[str, Any], sender: Party = Party.OUTPATIENT, **answers: str) -> str:
    given = {key.replace("__", "-"): value for key, value in answers.items()}
    return settle_message(current_routine(), kind, sender, said, given, happened=HAPPENED)


@pytest.mark.clause("R3.9")
def test_a_call_to_a_sip_without_a_date_is_an_initiative_once_somebody_has_said_so() -> None:
    assert settle("sip_invitation", DATE | WHO) == "sip_invitation"
    with pytest.raises(Question) as asked:
        settle("sip_invitation", WHO)
    assert asked.value.sentence == "Utan datum är det ett initiativ till SIP. Ska det loggas så?"
    assert [label for _, label in asked.value.choices] == [
        "Ja, logga som initiativ till SIP",
        "Nej, jag fyller i avtalat datum för SIP",
    ]
    assert settle("sip_invitation", WHO, sip_date__sip_invitation="instead") == "sip_initiative"
    assert settle("sip_initiative", WHO) == "sip_initiative"


@pytest.mark.clause("R3.9")
def test_a_sip_that_nobody_takes_part_in_is_asked_about() -> None:
    for kind in ("sip_invitation", "sip_initiative"):
        with pytest.raises(Question) as asked:
            settle(kind, DATE)
        assert asked.value.sentence == "Ska ingen mer än kommunen delta?"
        assert settle(kind, DATE, **{f"participants__{kind}": "nobody"}) == kind
    with pytest.raises(Question) as asked:
        settle("sip_invitation", {}, sip_date__sip_invitation="instead")
    assert asked.value.key == "participants-sip_initiative"


@pytest.mark.parametrize(
    ("said", "answers", "particular"),
    [
        (WHO, {"sip_date__sip_invitation": "fill_in"}, "sip_date"),
        (DATE, {"participants__sip_invitation": "fill_in"}, "participants"),
    ],
)
def test_what_is_to_be_filled_in_and_is_not_stands_beside_its_field(
    said: dict[str, Any], answers: dict[str, str], particular: str
) -> None:
    with pytest.raises(RuleError) as refused:
        settle("sip_invitation", said, **answers)
    assert not isinstance(refused.value, Question)
    assert refused.value.field == f"p-sip_invitation-outpatient-{particular}"
    assert settle("sip_invitation", DATE | WHO, **answers) == "sip_invitation"


@pytest.mark.parametrize(
    ("kind", "name", "label"),
    [
        ("sip_invitation", "sip_date", "Avtalat datum för SIP"),
        ("sip_initiative", "sip_date", "Avtalat datum för SIP"),
        ("preliminary_ready", "preliminary_date", "Preliminärt utskrivningsdatum"),
    ],
)
def test_a_date_that_lies_ahead_by_its_nature_and_does_not_is_asked_about(
    kind: str, name: str, label: str
) -> None:
    sender = Party.INPATIENT if kind == "preliminary_ready" else Party.OUTPATIENT
    for ahead in ("2026-12-01", "2027-01-15", ""):
        answers = {"sip_date__sip_invitation": "instead"}
        settle(kind, WHO | {name: ahead}, sender, **answers)
    key = f"past__{name}__{kind}"
    with pytest.raises(Question) as asked:
        settle(kind, WHO | {name: "2026-11-30"}, sender)
    assert asked.value.sentence == f"{label} är mån 30 nov, före meddelandet tis 1 dec. Stämmer datumet?"
    assert settle(kind, WHO | {name: "2026-11-30"}, sender, **{key: "right"}) == kind
    with pytest.raises(RuleError) as refused:
        settle(kind, WHO | {name: "2026-11-30"}, sender, **{key: "fill_in"})
    assert refused.value.field == f"p-{kind}-{sender.value}-{name}"
    # Whoever has changed it is asked no more.
    assert settle(kind, WHO | {name: "2026-12-01"}, sender, **{key: "fill_in"}) == kind


def test_nothing_else_is_asked_about() -> None:
    for party in Party:
        for message in current_routine().messages_from(party):
            if message.key not in ("sip_invitation", "sip_initiative"):
                assert settle(message.key, {}, party) == message.key


def test_in_the_hour_that_comes_twice_a_call_is_before_what_happened_by_elapsed_time() -> None:
    first, second = (
        datetime(2026, 10, 25, 2, minute, tzinfo=STOCKHOLM, fold=fold) for minute, fold in ((50, 0), (10, 1))
    )
    ask_if_before(second, first, second, {})
    with pytest.raises(Question):
        ask_if_before(first, second, second, {})


@pytest.mark.parametrize(("answer", "goes"), [("ja", True), ("nej", False), ("", False)])
def test_whoever_is_told_the_same_once_more_is_named_with_when_and_by_whom(answer: str, goes: bool):
    told = "Skellefteå kommun", HAPPENED, "Esa Påhittad", HAPPENED
    if goes:
        ask_if_told_already(*told, {"told-already": answer})
        return
    with pytest.raises(Question, match=r"Skellefteå kommun är redan underrättad, 00\.30 av Esa Påhittad\."):
        ask_if_told_already(*told, {"told-already": answer})
