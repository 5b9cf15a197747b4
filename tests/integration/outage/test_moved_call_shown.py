"""A call that was moved from another patient: who made it, and who moved it, wherever it is shown with a signature."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forms.presenters.care_chain import sheet_view
from forms.presenters.log_sheet import log_sheet_view
from forms.queries.sources import calls_since, sheet_source
from forms.specs import get_spec
from outage.models import CareChain, Handover, Outage
from outage.presenters.call_codes import code_lines_in_list
from outage.presenters.outage_log import log_cells
from outage.queries.care_chains import get_chain, get_handover
from outage.queries.chain_log import log_of, logs_of
from outage.services.moving import move_call
from tests.factories import County, make_chain, make_event, same_id, tell
from tests.integration.outage.calling import correct, row_of
from tests.integration.outage.pages import read

MADE = "Alva Påhittad, Sjuksköterska, Medicin 2"
MOVED = "Flyttat hit 11.22 av Esa Påhittad"
WHY = "Två patienter med samma namn."


def moved(county: County, call: Handover, to: CareChain, number: int = 1) -> Handover:
    """By the coordinator."""
    call = get_handover(county.esa, call.pk)
    row = move_call(by=county.esa, handover=call, to=to, client_id=same_id(number), reason=WHY)
    return get_handover(county.esa, row.pk)


@pytest.fixture
def call(county: County, outage: Outage, chain: CareChain, clock) -> Handover:
    made = tell(county.alva, chain, make_event(county.alva, chain))
    clock.shift(timedelta(minutes=30))
    return moved(county, made, make_chain(county, outage, identity="19800101-9808"))


def on_the_page(county: County, call: Handover) -> str:
    return row_of(county.alva, call)


def on_the_blankett(county: County, call: Handover) -> str:
    source = sheet_source(get_chain(county.alva, call.chain_id), county.alva, timezone.now())
    return str(sheet_view(source, get_spec(), by=county.alva, now=timezone.now()))


def on_the_loggblad(county: County, call: Handover) -> str:
    calls = calls_since(county.alva, timezone.now() - timedelta(hours=5))
    routine = call.chain.outage.routine
    return str(log_sheet_view(calls, unit=county.ward, now=timezone.now(), routine=routine))


def in_the_log(county: County, call: Handover) -> str:
    chain = get_chain(county.alva, call.chain_id)
    log, now = log_of(chain.pk), timezone.now()
    return str(list(log_cells(chain, log, code_lines_in_list(log.live_handovers, now), now)))


def on_overlamning(county: County, call: Handover) -> str:
    browser = Client()
    browser.force_login(county.alva.user)
    done = read(browser.get(reverse("shift"))).find(attrs={"aria-labelledby": "done-title"})
    there = reverse("chain", args=[call.chain_id])
    told = [line.get_text(" ") for line in done.find_all("li") if line.find(href=there)]
    return next(text for text in told if "Lämnat till" in text)


@pytest.mark.parametrize(
    ("shown", "made", "why"),
    [
        (on_the_page, MADE, WHY),
        (on_the_blankett, MADE, WHY),
        (on_the_loggblad, MADE, ""),
        (in_the_log, MADE, ""),
        (on_overlamning, "Alva Påhittad", ""),
    ],
)
def test_a_moved_call_says_who_made_it_and_who_moved_it(
    county: County, call: Handover, shown: Callable[[County, Handover], str], made: str, why: str
):
    said = shown(county, call)
    assert made in said
    assert f"{MOVED}. " in said if why else MOVED in said
    assert why in said
    assert "Esa Påhittad, Sjuksköterska" not in said


def test_who_made_it_is_said_however_often_it_was_corrected_and_moved(
    county: County, outage: Outage, chain: CareChain
):
    call = tell(county.alva, chain, make_event(county.alva, chain))
    call = correct(get_handover(county.esa, call.pk), county.esa, comment="Läste fel.")
    for number in (1, 2):
        call = moved(county, call, make_chain(county, outage), number)
    assert MADE in row_of(county.alva, call)
    # A correction where it is now is signed by who corrected it, above it the row that was moved.
    corrected = correct(call, county.esa, comment="Hörde fel.")
    assert MADE not in row_of(county.alva, corrected)
    assert MADE in row_of(county.alva, call)


def test_no_question_more_is_put_to_the_database_for_many(county: County, outage: Outage, chain: CareChain):
    event, right = make_event(county.alva, chain), make_chain(county, outage)
    asked = []
    for number in range(3):
        moved(county, tell(county.alva, chain, event), right, number)
        with CaptureQueriesContext(connection) as found:
            logs_of([right.pk])
        asked.append(len(found))
    assert len(set(asked)) == 1
    plain = make_chain(county, outage)
    tell(county.alva, plain, make_event(county.alva, plain))
    with CaptureQueriesContext(connection) as found:
        logs_of([plain.pk])
    assert len(found) == asked[0] - 2
