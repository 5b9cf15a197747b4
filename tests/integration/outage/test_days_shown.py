"""A clock time has its day beside it where that is not today."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from outage.models import CareChain
from outage.presenters.receipts import about_call
from outage.presenters.status import told_rows
from outage.queries.lately import Told
from outage.rules.informing import CallOutcome
from outage.webforms.call_options import MessageOption, RecipientOption, in_one_line
from tests.clock import Clock
from tests.factories import County, make_event, tell
from tests.integration.outage.pages import read

TODAY, YESTERDAY = "10.52", "mån 23 nov 10.52"


@pytest.mark.parametrize(("ago", "said"), [(timedelta(), TODAY), (timedelta(days=1), YESTERDAY)])
def test_the_receipt_of_a_call_says_its_day(county: County, chain: CareChain, ago: timedelta, said: str):
    call = tell(county.alva, chain, make_event(county.alva, chain))
    call.at = timezone.now() - ago
    assert about_call(call, timezone.now()).endswith(f"nådd på 0910-00 00 00, {said}.")


@pytest.mark.parametrize(("ago", "said"), [(timedelta(), TODAY), (timedelta(days=1), YESTERDAY)])
def test_who_has_just_rung_says_the_day_of_the_call(ago: timedelta, said: str):
    now = timezone.now()
    call = Told(UUID(int=1), "municipality", now - ago, now, "esa", "Esa", "Ek")
    assert told_rows([call], now) == {f"{UUID(int=1)}-municipality": f"Ringd av Esa Ek {said}"}


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime.fromisoformat("2026-11-24T10:52+01:00"), TODAY),
        (datetime.fromisoformat("2026-11-23T10:52+01:00"), YESTERDAY),
        (["10.52", "2026-11-24", ""], TODAY),
        (["10.52", "2026-11-23", ""], YESTERDAY),
        (["10.52", "", ""], TODAY),
        (["10.52", "x", ""], TODAY),
        (["10.52", None], TODAY),
    ],
)
def test_a_call_that_is_filled_in_says_its_day(at: object, said: str):
    to = RecipientOption(
        "municipality", "municipality", "", "Umeå", "Kommun", "1", (), chosen=True, unknown=False
    )
    option = MessageOption("1", "Inskrivning")
    line = in_one_line(to, [option], number="1", at=at, outcome=CallOutcome.REACHED)
    assert line == f"Nådd: Inskrivning till Umeå, 1, {said}"


@pytest.mark.parametrize(("later", "said"), [(timedelta(), TODAY), (timedelta(days=1), "tis 24 nov 10.52")])
def test_a_second_message_of_a_kind_says_the_day_of_the_first(
    county: County, chain: CareChain, log_in, clock: Clock, later: timedelta, said: str
):
    make_event(county.alva, chain, ago=timedelta())
    clock.shift(later)
    text = read(log_in(county.alva).get(reverse("chain_call", args=[chain.pk]))).get_text(" ")
    assert f"ny, loggad också {said} " in " ".join(text.split())
