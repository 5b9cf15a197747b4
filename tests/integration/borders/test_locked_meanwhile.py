"""Whoever waits for a row that somebody else is just changing gets it as it then is, with all that it points at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from contacts.models import DirectoryEntry, Membership, Unit
from contacts.models.locking import locked
from contacts.queries.versions import version_of
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from contacts.services.joining_units import join_units
from contacts.services.people import lock_people
from contacts.services.versions import ChangedMeanwhile
from outage.models import CareChain, CareChainEvent, Handover
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_in_view
from outage.rules.back_registration import Before
from outage.rules.handover import Message
from outage.services.care_chains import change_details
from outage.services.drills import start_drill
from outage.services.events import withdraw_event
from outage.services.handovers import correct_call, log_call, withdraw_call
from outage.services.moving import move_call
from outage.services.outages import change_outage
from tests.factories import (
    County,
    call_facts,
    make_chain,
    make_county,
    make_entry,
    make_event,
    make_outage,
    meanwhile,
    outage_facts,
    person,
    tell,
)
from tests.integration.outage.calling import ring
from tests.integration.outage.joining import join
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

pytestmark = pytest.mark.django_db(transaction=True)


def edited(county: County, chain: CareChain) -> None:
    found = get_chain(county.esa, chain.pk)
    change_details(
        by=county.esa,
        chain=found,
        client_id=uuid4(),
        replaces=found.details.pk,
        facts=replace(found.details.facts, before=Before.ADMITTED),
    )


Write = Callable[[County, CareChain, Handover, CareChainEvent], Handover | CareChainEvent]
WRITES: dict[str, Write] = {
    "a call": lambda county, chain, call, event: log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(),
        messages=[Message(kind="discharge_report", sender=Party.INPATIENT)],
        answers={},
    ),
    "a call corrected": lambda county, chain, call, event: correct_call(
        by=county.alva,
        handover=call,
        client_id=uuid4(),
        facts=replace(call.facts, spoken_to="Nils Påhittad"),
        reason="Fel namn.",
    ),
    "a call taken back": lambda county, chain, call, event: withdraw_call(
        by=county.alva, handover=call, client_id=uuid4(), reason="Fel."
    ),
    "an event taken back": lambda county, chain, call, event: withdraw_event(
        by=county.alva, event=event, client_id=uuid4(), reason="Fel."
    ),
}


@pytest.mark.parametrize("what", WRITES)
def test_what_is_written_while_a_colleague_changes_the_chain_is_written(what: str):
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    event = make_event(county.alva, chain)
    call = tell(county.alva, chain, event)
    event.chain = call.chain = get_chain(county.alva, chain.pk)
    result = meanwhile(
        partial(edited, county, chain),
        lambda: WRITES[what](county, get_chain(county.alva, chain.pk), call, event),
    )
    assert isinstance(result, Handover | CareChainEvent), result
    assert get_chain(county.alva, chain.pk).details.before == Before.ADMITTED


def test_who_changes_what_a_colleague_has_just_changed_is_told_so():
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    result = meanwhile(partial(edited, county, chain), partial(edited, county, chain))
    assert isinstance(result, ChangedMeanwhile)


@pytest.mark.parametrize("outcome", ["reached", "busy"])
def test_a_form_that_is_sent_while_a_colleague_changes_the_chain_is_saved(outcome: str):
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    client = Client()
    client.force_login(county.alva.user)
    address = reverse("chain_call", args=[chain.pk])
    filled = fields_of(form_of(read(client.get(address)), method="post")) | {
        "recipient": "municipality",
        "outcome": outcome,
        "number": "090-785 00 00",
        "spoken_to": "Karin Påhittad",
        "spoken_to_unit": "Skellefteå kommun",
        "read_back": "done",
        "messages": "new:admission:inpatient",
    }
    answer = meanwhile(partial(edited, county, chain), lambda: client.post(address, filled))
    assert answer.status_code == 302, errors_of(read(answer))
    assert Handover.objects.get().outcome == outcome


def test_a_contact_that_is_moved_meanwhile_comes_with_its_new_unit():
    county = make_county()
    entry = make_entry(county.region, "Avdelningen", "090-785 00 01", unit=county.ward)

    def move() -> None:
        DirectoryEntry.objects.filter(pk=entry.pk).update(unit=county.other_ward)

    def read_locked() -> DirectoryEntry:
        with transaction.atomic():
            return locked(
                DirectoryEntry.objects.filter(pk=entry.pk).select_related("principal", "unit")
            ).get()

    found = meanwhile(move, read_locked)
    assert (found.unit, found.principal) == (county.other_ward, county.region)


def test_a_drill_that_is_changed_meanwhile_is_ended_by_an_outage_in_earnest():
    county = make_county()
    drill = start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))
    result = meanwhile(
        lambda: change_outage(
            by=county.esa,
            outage=outage_in_view(county.esa.principal),
            client_id=uuid4(),
            facts=outage_facts(timedelta(minutes=50)),
        ),
        lambda: make_outage(county.bo),
    )
    assert outage_in_view(county.region) == result
    drill.refresh_from_db()
    assert drill.closed_at is not None


@pytest.mark.parametrize("order", [1, -1])
def test_a_call_is_not_moved_to_the_patient_that_it_is_of_since_a_moment_ago(order: int):
    county = make_county()
    outage = make_outage(county.alva)
    kept, other = (make_chain(county, outage) for _ in range(2))
    from_, to = [kept, other][::order]
    call = tell(county.alva, from_, make_event(county.alva, from_, "admission"))
    call.chain = get_chain(county.alva, from_.pk)
    there = get_chain(county.alva, to.pk)
    result = meanwhile(
        lambda: join(county, kept, other),
        lambda: move_call(by=county.alva, handover=call, to=there, client_id=uuid4(), reason="Fel patient."),
    )
    assert isinstance(result, RuleError), result
    assert result.reason == "Samtalet hör redan till den patienten."
    assert not Handover.objects.filter(supersedes=call).exists()


def test_whose_role_is_just_ended_does_not_come_along_to_the_unit_that_is_kept():
    county = make_county()
    rut = person("rut", county.ward, Role.ADMIN)
    olle = person("olle", county.other_ward)

    def end() -> None:
        lock_people(county.region)
        Membership.objects.filter(pk=olle.membership.pk).update(active=False)

    result = meanwhile(
        end,
        lambda: join_units(
            by=rut,
            kept=county.ward,
            other=county.other_ward,
            client_id=uuid4(),
            version=version_of(county.ward),
            other_version=version_of(county.other_ward),
        ),
    )
    assert result == county.ward, result
    assert not Membership.objects.filter(user=olle.user, active=True).exists()


def test_a_code_waits_for_nobody_who_keeps_people():
    """An import of people holds its principal for as long as it writes."""
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    done: list[Handover] = []

    def import_people() -> None:
        lock_people(county.municipality)

    def ring_meanwhile() -> None:
        done.append(ring(county.alva, chain))

    # On SQLite whoever writes is alone.
    if connection.vendor == "postgresql":
        meanwhile(import_people, ring_meanwhile, lambda: done or pytest.fail("it waited"))


def test_who_writes_at_a_unit_does_not_wait_while_it_is_renamed():
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    done: list[CareChainEvent] = []

    def rename() -> None:
        Unit.objects.filter(pk=county.ward.pk).update(name="Medicin 9")

    if connection.vendor == "postgresql":
        meanwhile(
            rename,
            lambda: done.append(make_event(county.alva, chain)),
            lambda: done or pytest.fail("it waited"),
        )
