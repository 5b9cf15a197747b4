"""What happened in an outage that ended shortly before the next one is logged in that one: the system was down."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.rules.back_registration import Before
from outage.rules.handover import Message
from outage.rules.outage_status import OutageScope
from outage.services.events import correct_event
from outage.services.handovers import log_call
from tests.clock import Clock
from tests.factories import County, call_facts, end_for_all, make_chain, make_event, make_outage
from tests.integration.forms.entering import ROW, address, make_sheet, send
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.ticking import event_of, rows

# The first went on from 08.52 to 10.47.
THERE = (
    "PRATOR låg nere då också, 08.52–10.47. Öppna patientens vårdkedja i det driftstoppet, och logga det där."
)


def log(by: Acting, chain: CareChain, minutes: int, answers: dict[str, str] | None = None) -> Handover:
    at = timezone.now() - timedelta(minutes=minutes)
    return log_call(
        by=by,
        chain=get_chain(by, chain.pk),
        client_id=uuid4(),
        facts=call_facts(),
        messages=[Message(kind="admission", sender=Party.INPATIENT, happened_at=at)],
        answers=answers,
    )


def again(county: County, outage: Outage, clock: Clock, after: timedelta = timedelta(minutes=30)) -> Outage:
    """The next outage, reported so long after what was now; it began ten minutes before that."""
    if outage.is_open:
        end_for_all(county, outage, timezone.now() - timedelta(minutes=5))
    clock.shift(after)
    return make_outage(county.alva, timedelta(minutes=10))


@pytest.mark.parametrize("answers", [None, {}])
def test_what_happened_in_the_outage_before_is_logged_there_and_not_asked_about(
    county: County, outage: Outage, clock: Clock, answers: dict[str, str] | None
):
    chain = make_chain(county, again(county, outage, clock))
    with pytest.raises(RuleError) as refused:
        log(county.alva, chain, 60, answers)
    assert refused.value.reason == THERE
    # Between the two the system was up.
    with pytest.raises(Question, match="Stod det i PRATOR"):
        log(county.alva, chain, 20, {})


def test_so_it_is_hours_later_from_paper_too(county: County, outage: Outage, clock: Clock, client: Client):
    first = make_chain(county, outage)
    sheet = make_sheet(county.alva)
    later = make_chain(county, again(county, outage, clock, timedelta(hours=4)))
    client.force_login(county.alva.user)
    refused = read(send(client, address(sheet, later), **ROW))
    assert THERE in errors_of(refused)
    assert send(client, address(sheet, first), **ROW).status_code == 302


def test_where_there_is_no_chain_in_it_the_paper_leads_to_a_new_one(
    county: County, outage: Outage, clock: Clock, client: Client
):
    sheet = make_sheet(county.alva)
    later = make_chain(county, again(county, outage, clock))
    client.force_login(county.alva.user)
    page = read(client.get(reverse("enter_sheet", args=[sheet.serial])))
    (opens,) = (a["href"] for a in page.main.find_all("a") if "driftstoppet 08.52–10.47" in a.get_text())
    assert opens == f"{reverse('new_chain')}?driftstopp={outage.pk}"
    form = read(client.get(opens))
    assert "driftstoppet 08.52–10.47" in form.main.select_one(".note").get_text()
    known = {"identity": ["19121212-1212"], "patient_name": ["Tolvan Tolvansson"], "before": ["not_admitted"]}
    places = {"ward_unit": [str(county.ward.pk)], "municipality": [str(county.municipality.pk)]}
    sent = fields_of(form_of(form, method="post")) | known | places
    assert client.post(opens, sent | {"outpatient_unit": [str(county.health_centre.pk)]}).status_code == 302
    opened = CareChain.objects.get(outage=outage)
    assert send(client, address(sheet, opened), **ROW).status_code == 302
    assert [row.clause for row in rows(county.alva, opened)][:1] == ["R4.1"]
    assert later.outage_id != opened.outage_id


def test_what_stands_is_put_right_where_it_stands(county: County, outage: Outage, clock: Clock):
    chain = make_chain(county, again(county, outage, clock), before=Before.NOT_ADMITTED)
    make_event(county.alva, chain, "admission", ago=timedelta(minutes=5))
    event = event_of(chain)
    event.chain = get_chain(county.alva, chain.pk)

    def correct(minutes: int, answer: str) -> None:
        at = event.happened_at - timedelta(minutes=minutes)
        correct_event(
            by=county.alva,
            event=event,
            client_id=uuid4(),
            happened_at=at,
            particulars={},
            reason="Fel tid.",
            told_rightly=True,
            answers={f"stands-in-system-{at:%d%H%M}": answer},
        )

    with pytest.raises(RuleError, match="PRATOR låg nere då också"):
        correct(140, "nej")
    correct(60, "nej")
    assert [row.clause for row in rows(county.alva, chain)][:1] == ["R4.1"]


def test_who_had_the_system_then_is_asked(county: County, clock: Clock):
    first = make_outage(county.cissi, scope=OutageScope.MUNICIPALITIES_ONLY)
    end_for_all(county, first, timezone.now() - timedelta(minutes=5))
    clock.shift(timedelta(minutes=30))
    chain = make_chain(county, make_outage(county.alva, timedelta(minutes=10)))
    with pytest.raises(Question, match="Stod det i PRATOR"):
        log(county.alva, chain, 60, {})
