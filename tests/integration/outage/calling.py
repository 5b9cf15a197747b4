"""A call as both who spoke log it, each in the log of the own principal."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import MunicipalKind, Principal, Unit
from contacts.rules.parties import Party, PrincipalKind
from outage.models import CareChain, CareChainEvent, Handover
from outage.queries.call_codes import code_of_form
from outage.queries.care_chains import get_handover
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.services.handovers import correct_call, log_call
from tests.factories import call_facts, person
from tests.integration.outage.pages import read
from tests.marks import Browser

WAITS = "Kvittenskoden väntar på motparten"
OTHER_MESSAGE = "Motparten loggade ett annat meddelande"
OTHER_PATIENT = "Motparten loggade en annan patient"
NO_LONGER = "Inte längre bekräftad av motparten"
NUMBER = "19380214-9801"


def ring(
    by: Acting,
    chain: CareChain,
    *,
    kind: str = "discharge",
    sender: Party = Party.INPATIENT,
    to: str = Party.MUNICIPALITY,
    ago: timedelta = timedelta(),
    outcome: CallOutcome = CallOutcome.REACHED,
    event: CareChainEvent | None = None,
    **more: Any,
) -> Handover:
    """Ring about something new, or about `event`, and save it."""
    at = timezone.now() - ago
    call = log_call(
        by=by,
        chain=chain,
        client_id=more.pop("client_id", None) or uuid4(),
        facts=call_facts(to, outcome=outcome, at=at, **more),
        messages=[_told(event, kind, sender, at)],
    )
    return get_handover(by, call.pk)


def _told(event: CareChainEvent | None, kind: str, sender: Party, at: datetime) -> Message:
    return Message(event_id=event.pk) if event else Message(kind=kind, sender=sender, happened_at=at)


def code_of(call: Handover) -> str:
    """What was read aloud in it."""
    return code_of_form(call.pk, call.user_id, call.unit_id)


def take(
    by: Acting,
    chain: CareChain,
    code: str,
    *,
    kind: str = "discharge",
    sender: Party = Party.INPATIENT,
    ago: timedelta = timedelta(),
    event: CareChainEvent | None = None,
) -> Handover:
    """Log a call that was received, with the code that was heard in it."""
    at = timezone.now() - ago
    call = log_call(
        by=by,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(
            sender, direction=Direction.RECEIVED, at=at, spoken_to="Någon Hörd", spoken_to_unit="Där"
        ),
        messages=[_told(event, kind, sender, at)],
        code=code,
    )
    return get_handover(by, call.pk)


def row_of(by: Acting, call: Handover) -> str:
    """What the page of the chain says of a call."""
    browser: Client = Browser()
    browser.force_login(by.user)
    page = read(browser.get(reverse("chain", args=[call.chain_id])))
    row = page.main.find(id=f"rad-{call.pk}")
    assert row is not None
    return " ".join(row.get_text(" ").split())


def page_of(by: Acting, path: str) -> str:
    browser: Client = Browser()
    browser.force_login(by.user)
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def confirmed(by: Acting, call: Handover) -> bool:
    return "Bekräftad av motparten" in row_of(by, call)


def other_municipality() -> Acting:
    """Somebody who works in another municipality."""
    principal = Principal.objects.create(
        name="Malå kommun", short_name="Malå", kind=PrincipalKind.MUNICIPALITY
    )
    unit = Unit.objects.create(
        principal=principal, name="Hemsjukvården Malå", municipal_kind=MunicipalKind.HOME_NURSING
    )
    return person("malte", unit)


def correct(call: Handover, by: Acting, code: str | None = None, **more: object) -> Handover:
    facts = {f: getattr(call.facts, f) for f in call.facts.__dataclass_fields__} | more
    new = correct_call(
        by=by,
        handover=call,
        client_id=uuid4(),
        facts=type(call.facts)(**facts),
        reason="Fel uppgift.",
        code=code,
    )
    return get_handover(by, new.pk)
