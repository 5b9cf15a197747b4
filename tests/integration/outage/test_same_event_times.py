"""Two have logged the same event with different times: neither is lost, and who was told the wrong one hears it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.rules.errors import Question
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent
from outage.queries.chain_log import log_of
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.services.handovers import log_call
from tests.factories import County, call_facts, make_event, same_id
from tests.integration.outage.test_moves import owed

KEY = "same-discharge-inpatient"


def told(county: County, chain: CareChain, ago: int, **answers: str):
    """Esa has told Skellefteå that it happened `ago` minutes ago, and has not seen what Alva logged."""
    at = timezone.now() - timedelta(minutes=ago)
    message = Message(kind="discharge", sender=Party.INPATIENT, happened_at=at)
    return log_call(
        by=county.esa,
        chain=chain,
        client_id=same_id(7),
        facts=call_facts(at=timezone.now()),
        messages=[message],
        answers=answers,
    )


@pytest.fixture
def logged(county: County, chain: CareChain) -> CareChainEvent:
    """Alva has told the hälsocentral that it happened 30 minutes ago."""
    return make_event(county.alva, chain, "discharge", to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)


def rows(chain: CareChain) -> list[str]:
    return [f"{row.happened_at:%H.%M}{' -' * row.withdraws}" for row in log_of(chain.pk).events]


def test_the_same_time_is_not_asked_about(county: County, chain: CareChain, logged: CareChainEvent):
    with pytest.raises(Question) as asked:
        told(county, chain, 30)
    assert [value for value, _ in asked.value.choices] == [str(logged.pk), "another"]
    told(county, chain, 30, **{KEY: str(logged.pk)})
    assert len(rows(chain)) == 1


def test_what_is_logged_holds_and_who_was_told_otherwise_hears_it(
    county: County, chain: CareChain, logged: CareChainEvent
):
    with pytest.raises(Question) as asked:
        told(county, chain, 34)
    values = [value for value, _ in asked.value.choices]
    assert values == [str(logged.pk), f"told:{logged.pk}", "another"]
    assert asked.value.choices[1][1].endswith("Det som gäller: Utskrivningsmeddelande 10.18, som du skrev")
    told(county, chain, 34, **{KEY: str(logged.pk)})
    assert [row.pk for row in log_of(chain.pk).live_events] == [logged.pk]
    assert rows(chain) == ["09.18", "09.22", "09.52 -"]
    assert "Utskrivningsmeddelande" in owed(county, chain)["Skellefteå kommun"]


def test_what_was_told_holds_and_the_event_is_corrected(
    county: County, chain: CareChain, logged: CareChainEvent
):
    told(county, chain, 34, **{KEY: f"told:{logged.pk}"})
    (event,) = log_of(chain.pk).live_events
    assert (event.supersedes_id, f"{event.happened_at:%H.%M}") == (logged.pk, "09.18")
    assert rows(chain) == ["09.18", "09.22"]
    # Skellefteå was told what holds; whom Alva told is owed it.
    assert set(owed(county, chain)) == {"Heimdalls hälsocentral"}
