"""The end is said after somebody, unaware that the system was back, has logged what happened since."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.rules.errors import Answers, Question, RuleError
from outage.models import Outage
from outage.presenters.back import task_rows
from outage.queries.care_chains import get_chain, get_handover
from outage.queries.chain_log import logs_of
from outage.services.moving import move_call
from outage.services.outages import end_outage
from tests.clock import Clock
from tests.factories import County, make_chain, make_event
from tests.integration.outage.ticking import rows


def ended(county: County, outage: Outage, **answers: str) -> Outage:
    """Esa says that it has been back for 30 minutes, with what she answers to the question as it was put."""
    ago = timezone.now() - timedelta(minutes=30)
    return end_outage(by=county.esa, outage=outage, ended_at=ago, answers=answers)


@pytest.mark.clause("R4.4")
def test_a_true_end_can_be_said_after_what_was_logged_unaware(county: County, outage: Outage):
    chain = make_chain(county, outage, before="admitted")
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=10))
    with pytest.raises(Question) as asked:
        ended(county, outage)
    assert asked.value.sentence == (
        "Var PRATOR åter 10.22? Det här är loggat efter den tiden. Det som ska stå i PRATOR kommer då på listan för "
        "att kontrolleras."
    )
    # Of the own unit it is not said where.
    logged = (
        f"Utskrivningsmeddelande 10.42, {chain.details.patient_name}, loggat av {county.alva.user.full_name}"
    )
    assert asked.value.rows == (
        (logged, "chain", str(chain.pk)),
        ("1 samtal, som står kvar som det är", "", ""),
    )
    with pytest.raises(RuleError, match="Ange när PRATOR kom tillbaka") as refused:
        ended(county, outage, **{"logged-after-end": "nej"})
    assert refused.value.field == "ended_at"
    assert not ended(county, outage, **{"logged-after-end": "ja"}).is_open
    chain = get_chain(county.alva, chain.pk)
    rows = task_rows(county.alva, chain, logs_of([chain.pk])[chain.pk], timezone.now())
    assert [(row.decision.value, row.do, row.facts) for row in rows] == [
        (
            "register",
            "Kontrollera att utskrivningen står i PRATOR. Skriv annars ut patienten.",
            ("Utskrivningsmeddelande 10.42",),
        )
    ]


def test_what_is_logged_meanwhile_is_asked_about_anew(county: County, outage: Outage):
    chain = make_chain(county, outage, before="admitted")
    make_event(county.alva, chain, "ready_for_discharge", ago=timedelta(minutes=20))
    with pytest.raises(Question) as asked:
        ended(county, outage)
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=10))
    answers = Answers({asked.value.key: "ja"}, {asked.value.key: asked.value.told})
    with pytest.raises(Question, match=r"Utskrivningsklar 10\.32.*\nUtskrivningsmeddelande 10\.42"):
        end_outage(
            by=county.esa,
            outage=outage,
            ended_at=timezone.now() - timedelta(minutes=30),
            answers=answers,
        )


def test_of_what_one_may_not_see_only_the_number_is_said_and_of_who_is_protected_no_name(
    county: County, outage: Outage
):
    protected = make_chain(county, outage, protected_identity=True)
    make_event(county.alva, protected, ago=timedelta(minutes=10))
    other = make_chain(county, outage, by=county.bo, ward_unit=county.other_ward)
    make_event(county.bo, other, ago=timedelta(minutes=5))
    with pytest.raises(Question) as asked:
        ended(county, outage)
    said = asked.value.told
    assert "Inskrivning 10.42, Skyddad patient, vårdkedja 1, loggat av" in said
    assert "1 händelse i en vårdkedja som du inte ser" in said
    assert "Bo" not in said
    assert "Tolvan" not in said
    assert [address for _, address, _ in asked.value.rows] == ["chain", "", ""]


@pytest.mark.clause("R4.4")
def test_what_was_logged_unaware_of_the_wrong_patient_is_checked_of_the_right_one(
    county: County, outage: Outage, clock: Clock
):
    wrong, right, third = (make_chain(county, outage, before="admitted") for _ in range(3))
    event = make_event(county.alva, wrong, "discharge", ago=timedelta(minutes=10))
    ended(county, outage, **{"logged-after-end": "ja"})
    call = get_handover(county.alva, event.messages.get().handover_id)
    for chain in (right, third):
        # Whoever moves it knows of the end.
        clock.shift(timedelta(minutes=1))
        to = get_chain(county.alva, chain.pk)
        call = move_call(by=county.alva, handover=call, to=to, client_id=uuid4(), reason="Fel patient.")
        call = get_handover(county.alva, call.pk)
        assert [row.do for row in rows(county.alva, to)] == [
            "Kontrollera att utskrivningen står i PRATOR. Skriv annars ut patienten."
        ]
