"""What was written on paper past the true end, before anybody had said it, is taken and checked (R2.4, R4, case 19)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.rules.parties import Party
from forms.services.entering import enter_call
from outage.models import CareChain, Handover, Outage
from outage.presenters.back import task_rows
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.past_end import past_end
from outage.rules.handover import Message
from outage.rules.paper import PaperMark
from outage.services.call_errors import CallErrors
from tests.clock import Clock
from tests.factories import County, call_facts, end_for_all, make_event, make_outage
from tests.integration.forms.entering import make_sheet
from tests.integration.outage.conftest import chain, county, outage

__all__ = ["chain", "county", "outage"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("R2.4", "R4.3")]

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def entered(county: County, chain: CareChain, at: datetime, written_at: datetime) -> Handover:
    """Enter a discharge of that time from a sheet, as somebody who answers for it."""
    sheet = make_sheet(county.alva)
    return enter_call(
        by=county.alva,
        sheet=sheet,
        chain=get_chain(county.alva, chain.pk),
        client_id=uuid4(),
        facts=call_facts(at=at),
        messages=[Message(kind="discharge", sender=Party.INPATIENT)],
        paper=PaperMark(sheet.serial, written_at, "N.N."),
        answers={},
    )


def to_do(county: County, chain: CareChain) -> list[tuple[str, str]]:
    chain = get_chain(county.alva, chain.pk)
    rows = task_rows(county.alva, chain, logs_of([chain.pk])[chain.pk], timezone.now())
    return [(row.decision.value, row.do) for row in rows]


def test_what_was_written_before_anybody_had_said_the_end_is_checked(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    make_event(county.alva, chain)
    clock.shift(2 * HOUR)
    ended_at, said_at = timezone.now() - HOUR, timezone.now()
    end_for_all(county, outage, ended_at)
    clock.shift(HOUR)
    at = said_at - 30 * MINUTE
    entered(county, chain, at, at + 2 * MINUTE)
    assert to_do(county, chain) == [
        ("register", "Skriv in patienten i PRATOR."),
        ("register", "Kontrollera att utskrivningen står i PRATOR. Skriv annars ut patienten."),
    ]


def test_what_was_written_when_the_end_had_been_said_is_refused(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    make_event(county.alva, chain)
    clock.shift(2 * HOUR)
    end_for_all(county, outage, timezone.now() - HOUR)
    clock.shift(HOUR)
    for written_at in (timezone.now() - HOUR, timezone.now()):
        with pytest.raises(CallErrors, match=r"Registrera direkt i PRATOR"):
            entered(county, chain, timezone.now() - 80 * MINUTE, written_at)


def test_what_was_written_in_an_outage_that_followed_is_of_that_one(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    clock.shift(2 * HOUR)
    again = timezone.now() - 40 * MINUTE
    end_for_all(county, outage, timezone.now() - HOUR)
    make_outage(county.alva, started=40 * MINUTE)
    clock.shift(HOUR)
    with pytest.raises(CallErrors, match="logga det där"):
        entered(county, chain, again + MINUTE, again + 2 * MINUTE)


def test_it_is_told_of_where_another_end_is_said_as_what_was_logged_then_is(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    clock.shift(2 * HOUR)
    ended_at, said_at = timezone.now() - HOUR, timezone.now()
    end_for_all(county, outage, ended_at)
    clock.shift(HOUR)
    at = said_at - 30 * MINUTE
    entered(county, chain, at, at + 2 * MINUTE)
    found = past_end(county.alva, outage, ended_at)
    assert found is not None
    assert [event.happened_at for event, *_ in found.seen] == [at]
