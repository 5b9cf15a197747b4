"""A row that was entered from the wrong sheet is moved to the one it stood on, by new rows (R2.4)."""

from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from contacts.models import AuditEntry
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.parties import Party
from forms.models import PaperEntry, Sheet, SheetKind
from forms.queries.entering import entries_from, last_entry, said_all_entered
from forms.queries.left import not_entered
from forms.services.entering import move_entry, say_all_entered
from outage.models import CareChain, CareChainEvent, Handover
from outage.queries.chain_log import logs_of
from outage.rules.handover import Message
from outage.services.handovers import withdraw_call
from tests.factories import County, at_once, make_chain
from tests.integration.outage.conftest import chain, county, outage
from tests.integration.outage.pages import read

from .entering import enter, make_sheet, void
from .sheet_pages import text_of

__all__ = ["chain", "county", "outage"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("R2.4")]


@pytest.fixture
def wrong(county: County) -> Sheet:
    return make_sheet(county.alva)


@pytest.fixture
def right(county: County) -> Sheet:
    return make_sheet(county.alva)


def move(county: County, entry: PaperEntry, to: Sheet, **more) -> PaperEntry:
    facts = {
        "by": county.alva,
        "client_id": uuid4(),
        "serial_text": to.shown_serial,
        "reason": "Fel blad i handen",
    }
    return move_entry(entry=entry, **facts | more)


def test_the_call_and_what_stood_by_it_name_the_right_sheet_and_nothing_else_changes(
    county, chain, wrong, right
):
    call = enter(county, wrong, chain)
    before = logs_of([chain.pk])[chain.pk]
    moved = move(county, call.paper_entry, right)
    log = logs_of([chain.pk])[chain.pk]
    (now,) = log.live_handovers
    assert (now.pk, now.supersedes_id, now.paper_serial) == (moved.handover_id, call.pk, right.serial)
    assert (now.facts, now.written_at, now.paper_signature) == (
        call.facts,
        call.written_at,
        call.paper_signature,
    )
    (event,) = log.live_events
    (first,) = before.live_events
    assert (event.paper_serial, first.paper_serial) == (right.serial, wrong.serial)
    assert (event.kind, event.happened_at, event.particulars, event.told_rightly) == (
        first.kind, first.happened_at, first.particulars, True
    )  # fmt: skip
    assert [each.moved_to for each in entries_from(wrong)] == [moved]
    assert [each.call for each in entries_from(right)] == [now]
    assert (last_entry(wrong), last_entry(right)) == (None, moved)
    # What was logged first is there still.
    assert Handover.objects.get(pk=call.pk).paper_serial == wrong.serial
    assert (CareChainEvent.objects.count(), PaperEntry.objects.count()) == (2, 2)
    assert right.fates.order_by("number").last().fate == "filled"
    assert AuditEntry.objects.filter(action="sheet.entry_moved").count() == 1


def test_what_happened_shortly_before_the_outage_is_moved_with_what_was_said_of_it(
    county, outage, chain, wrong, right
):
    shortly_before = outage.current.started_at - timedelta(minutes=10)
    admission = Message(kind="admission", sender=Party.INPATIENT, happened_at=shortly_before)
    answers = {f"stands-in-system-{shortly_before.astimezone(UTC):%d%H%M}": "nej"}
    call = enter(county, wrong, chain, messages=[admission], answers=answers)
    move(county, call.paper_entry, right)
    (event,) = logs_of([chain.pk])[chain.pk].live_events
    assert (event.happened_at, event.in_system, event.paper_serial) == (shortly_before, False, right.serial)


def test_the_right_sheet_is_asked_for_anew_and_the_wrong_one_is_not_taken_for_entered(
    county, chain, wrong, right
):
    call = enter(county, wrong, chain)
    enter(county, right, chain)
    for sheet in (wrong, right):
        facts = {"rows": sheet.entries.count(), "seen": sheet.fates.count()}
        say_all_entered(by=county.alva, sheet=sheet, client_id=uuid4(), **facts)
    move(county, call.paper_entry, right)
    assert (said_all_entered(wrong) is None, said_all_entered(right) is None) == (False, True)
    enter(county, wrong, chain)
    assert not_entered(wrong.unit).filter(pk=wrong.pk).exists()


def test_a_row_is_moved_back_and_once_by_two_at_once(county, chain, wrong, right):
    call = enter(county, wrong, chain)
    client_id = uuid4()
    first = move(county, call.paper_entry, right, client_id=client_id)
    assert move(county, call.paper_entry, right, client_id=client_id) == first
    with pytest.raises(RuleError, match="redan flyttad"):
        move(county, call.paper_entry, make_sheet(county.alva))
    back = move(county, first, wrong)
    (now,) = logs_of([chain.pk])[chain.pk].live_handovers
    assert (now.pk, now.paper_serial, now.paper_entry) == (back.handover_id, wrong.serial, back)


@pytest.mark.django_db(transaction=True)
def test_two_who_move_one_row_at_once_move_it_once(county, chain, wrong, right):
    entry = enter(county, wrong, chain).paper_entry
    other = make_sheet(county.alva)
    results = at_once([lambda: move(county, entry, right), lambda: move(county, entry, other)])
    assert sum(isinstance(result, RuleError) for result in results) == 1
    assert len(logs_of([chain.pk])[chain.pk].live_handovers) == 1


def test_where_a_row_can_not_be_moved_is_said_beside_its_field(county, chain, outage, wrong, right):
    entry = enter(county, wrong, chain).paper_entry
    another = make_chain(county, outage, identity="", patient_name="Örja Ek")
    lost = make_sheet(county.alva)
    void(county, lost)
    for more, field, told in (
        ({"serial_text": "7K3"}, "serial", "nio tecken"),
        ({"serial_text": wrong.serial}, "serial", "ett annat blad"),
        ({"serial_text": make_sheet(county.disa).serial}, "serial", "på din enhet"),
        ({"serial_text": make_sheet(county.alva, SheetKind.CHECKLIST).serial}, "serial", "ett annat blad"),
        (
            {"serial_text": make_sheet(county.alva, SheetKind.CARE_CHAIN, another).serial},
            "serial",
            "annan patient",
        ),
        ({"serial_text": lost.serial}, None, "makulerat"),
        ({"reason": "  "}, "reason", "Skriv varför"),
    ):
        with pytest.raises(RuleError, match=told) as refused:
            move(county, entry, right, **more)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        move(county, entry, right, by=county.disa)
    assert PaperEntry.objects.count() == 1


def test_a_call_that_was_taken_back_is_not_moved(county, chain: CareChain, wrong, right):
    call = enter(county, wrong, chain)
    withdraw_call(by=county.alva, handover=call, client_id=uuid4(), reason="Fel")
    with pytest.raises(RuleError, match="återtaget"):
        move(county, call.paper_entry, right)


def test_a_person_moves_it_from_the_sheets_page(client, county, chain, wrong, right):
    entry = enter(county, wrong, chain).paper_entry
    client.force_login(county.alva.user)
    address = f"{reverse('enter_sheet', args=[wrong.serial])}?flytta={entry.pk}"
    assert address in client.get(reverse("enter_sheet", args=[wrong.serial])).content.decode()
    form = read(client.get(address)).main.find("form")
    client_id = form.find("input", {"name": "client_id"})["value"]
    sent = {"client_id": client_id, "serial": right.serial, "reason": ""}
    refused = client.post(address, sent)
    assert (refused.status_code, "Skriv varför." in refused.content.decode()) == (422, True)
    assert right.serial in refused.content.decode()
    done = read(client.post(address, sent | {"reason": "Bladen låg i fel ordning"}, follow=True))
    assert f"Flyttad till blad {right.shown_serial}" in text_of(done.main)
    assert client.get(address).status_code == 404
    chain_page = client.get(reverse("chain", args=[chain.pk])).content.decode()
    assert right.shown_serial in chain_page
    client.force_login(county.disa.user)
    assert client.get(address).status_code == 404
