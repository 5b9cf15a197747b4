"""Överlämning between shifts: who hands over to whom, what is kept of it, and who may take over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry
from contacts.models.encrypted import is_encrypted
from contacts.page_versions import version_for
from contacts.rules.errors import IdClash, NotAllowed, NotYours, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import CareChain, Outage, ShiftHandover, ShiftTakeover
from outage.presenters.shift import shift_rows, waiting_line
from outage.queries.outages import outage_for
from outage.queries.shift import calls_to_ring_back, handovers_of, may_come, open_now
from outage.queries.shift_left import became_of
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.shift import ShiftState
from outage.rules.shift_told import LeftKind, LeftNow, told_lines
from outage.services.events import leave_discharge_open
from outage.services.handovers import withdraw_call
from outage.services.outages import end_outage
from outage.services.shift import take_over_shift
from tests.clock import Clock
from tests.factories import County, at_once, end_for_all, make_chain, make_event, make_outage, person, tell
from tests.integration.outage.pages import read
from tests.integration.outage.shifting import hand_over


@pytest.fixture
def handover(county: County, outage: Outage) -> ShiftHandover:
    return hand_over(county.alva)


def state_of(by: Acting, handover: ShiftHandover) -> ShiftState:
    rows = shift_rows(by, handovers_of(by, [handover.outage]), timezone.now())
    return next(row.state for row in rows if row.id == handover.pk)


def test_who_handed_over_to_whom_is_a_row_and_the_new_shift_confirms(county: County, outage: Outage):
    handover = hand_over(county.alva, to=county.esa.user.pk, text="  Ring först Karin.  ")
    assert (handover.user, handover.unit, handover.to) == (county.alva.user, county.ward, county.esa.user)
    assert ShiftHandover.objects.get().text == "Ring först Karin."
    assert state_of(county.esa, handover) is ShiftState.WAITING
    taken = take_over_shift(by=county.esa, handover=handover)
    assert (taken.user, taken.unit) == (county.esa.user, county.ward)
    assert state_of(county.esa, handover) is ShiftState.TAKEN_OVER
    actions = list(AuditEntry.objects.filter(action__startswith="shift.").values_list("action", flat=True))
    assert sorted(actions) == ["shift.handed_over", "shift.taken_over"]


def test_the_same_form_sent_again_is_the_first_row_and_with_other_words_neither_is_lost(
    county: County, outage: Outage
):
    pk = uuid4()
    first = hand_over(county.alva, client_id=pk, text="Ring Karin.")
    assert hand_over(county.alva, client_id=pk, text="Ring Karin.") == first
    with pytest.raises(IdClash):
        hand_over(county.alva, client_id=pk, text="Ring Stina.")
    assert ShiftHandover.objects.count() == 1


def test_nobody_takes_over_from_oneself(county: County, handover: ShiftHandover):
    with pytest.raises(RuleError, match="inte över själv"):
        take_over_shift(by=county.alva, handover=handover)
    assert not ShiftTakeover.objects.exists()


def test_whoever_is_second_is_told_who_was_first(county: County, handover: ShiftHandover):
    first = take_over_shift(by=county.esa, handover=handover)
    assert take_over_shift(by=county.esa, handover=handover) == first
    with pytest.raises(RuleError, match=r"Esa Påhittad tog över 10\.52"):
        take_over_shift(by=person("klara", county.ward), handover=handover)
    assert ShiftTakeover.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_takes_over():
    from tests.factories import make_county, make_outage

    county = make_county()
    make_outage(county.alva)
    handover = hand_over(county.alva)
    people = [county.esa, person("klara", county.ward)]
    results = at_once([lambda by=by: take_over_shift(by=by, handover=handover) for by in people])
    assert ShiftTakeover.objects.count() == 1
    assert sorted(type(result).__name__ for result in results) == ["RuleError", "ShiftTakeover"]


def test_one_that_nobody_confirmed_before_the_next_stays_so(
    county: County, handover: ShiftHandover, clock: Clock
):
    clock.shift(timedelta(hours=8))
    newer = hand_over(county.esa)
    assert state_of(county.alva, handover) is ShiftState.NOT_CONFIRMED
    assert state_of(county.alva, newer) is ShiftState.WAITING
    with pytest.raises(RuleError, match=r"En ny överlämning är gjord 18\.52 av Esa Påhittad"):
        take_over_shift(by=person("klara", county.ward), handover=handover)


def test_the_same_once_more_and_empty_is_no_hand_over_of_its_own(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    """Pressed, and pressed again by Back in a form that is empty by then."""
    make_event(county.alva, chain)
    first = hand_over(county.alva, text="Ring Karin")
    clock.shift(timedelta(minutes=1))
    with pytest.raises(RuleError, match=r"Du lämnade över 10\.52, och inget är ändrat"):
        hand_over(county.alva)
    assert list(ShiftHandover.objects.all()) == [first]
    # To somebody else, by somebody else, or of something more it is another.
    hand_over(county.alva, to=county.esa.user.pk)
    hand_over(county.esa)
    hand_over(county.alva)
    make_event(county.alva, chain, "discharge")
    hand_over(county.alva)


def test_what_was_heard_of_with_a_later_one_is_not_called_unconfirmed(
    county: County, handover: ShiftHandover, clock: Clock
):
    clock.shift(timedelta(hours=8))
    newer = hand_over(county.esa)
    take_over_shift(by=county.alva, handover=newer)
    assert state_of(county.alva, newer) is ShiftState.TAKEN_OVER
    assert state_of(county.alva, handover) is ShiftState.FOLLOWED


def test_it_is_handed_over_to_somebody_who_works_there_and_reads_patients(county: County, outage: Outage):
    ended = person("ella", county.ward)
    ended.membership.active = False
    ended.membership.save()
    klara = person("klara", county.ward, Role.COORDINATOR)
    assert [one.user for one in may_come(county.alva)] == [county.esa.user, klara.user]
    for other in (county.alva, county.bo, county.adam, ended):
        with pytest.raises(RuleError, match="arbetar på enheten"):
            hand_over(county.alva, to=other.user.pk)


def test_those_who_neither_read_nor_log_hand_nothing_over(county: County, handover: ShiftHandover):
    with pytest.raises(NotAllowed):
        hand_over(county.adam)
    with pytest.raises(NotAllowed):
        take_over_shift(by=county.adam, handover=handover)
    for other in (county.bo, county.disa, county.cissi):
        with pytest.raises(NotYours):
            take_over_shift(by=other, handover=handover)


def test_the_words_lie_encrypted_and_what_was_open_names_nobody(county: County, chain: CareChain):
    make_event(
        county.alva, chain, "sip_initiative", participants=["Dotter Hemligsson"], sender=Party.OUTPATIENT
    )
    make_event(county.alva, chain, "discharge")
    hand_over(county.alva, text="Anhöriga till Tolvan kommer 17.")
    with connection.cursor() as cursor:
        cursor.execute('SELECT text, CAST("left" AS TEXT) FROM outage_shifthandover')
        [(text, left)] = cursor.fetchall()
    assert is_encrypted(text)
    assert str(chain.pk) in left
    for secret in ("Tolvan", "Hemligsson", "Karin"):
        assert secret not in left
    assert not AuditEntry.objects.filter(action="shift.handed_over").exclude(changes={}).exists()


def test_pages_of_the_unit_are_made_anew_and_those_of_others_are_not(county: County, outage: Outage):
    before = {name: version_for(county.somebody(name)) for name in ("alva", "esa", "bo", "cissi")}
    handover = hand_over(county.alva)
    changed = {name for name, version in before.items() if version_for(county.somebody(name)) != version}
    assert changed == {"alva", "esa"}
    assert waiting_line(county.esa, [outage], timezone.now()) == (
        "Överlämning 10.52 från Alva Påhittad väntar på att någon tar över"
    )
    assert waiting_line(county.bo, [outage], timezone.now()) == ""
    before = {"esa": version_for(county.esa)}
    take_over_shift(by=county.esa, handover=handover)
    assert version_for(county.esa) != before["esa"]
    assert waiting_line(county.esa, [outage], timezone.now()) == ""


def test_what_is_open_is_kept_and_what_is_left_of_it_told(county: County, outage: Outage, chain: CareChain):
    event = make_event(county.alva, chain, "discharge")
    leave_discharge_open(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        recipient=Party.OUTPATIENT,
        responsible="Esa",
        reason="Stängt till kl 8",
    )
    call = tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 00 kl 16")
    make_chain(county, outage, outpatient_unit=None)
    kept = hand_over(county.alva).left
    lines = told_lines(kept)
    assert [(line.kind, line.said[0].get("party")) for line in lines] == [
        (LeftKind.CALLS, Party.MUNICIPALITY),
        (LeftKind.CALLS, Party.OUTPATIENT),
        (LeftKind.RING_BACK, None),
        (LeftKind.PLACES, None),
    ]
    assert [bool(said["open_item"]) for line in lines[:2] for said in line.said] == [False, True]
    tell(county.esa, chain, event)
    found = became_of(county.esa, (outage,), lines, {call.pk: call})
    assert [one.now is LeftNow.LEFT for one in found] == [False, True, False, True]
    assert [one.now is LeftNow.DONE for one in found] == [True, False, True, False]


def ring_back(by: Acting, outage: Outage) -> int:
    return len(calls_to_ring_back(by, outage))


def test_a_call_that_asks_to_be_rung_back_is_left_until_one_gets_through(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    event = make_event(county.alva, chain)
    tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 00 kl 16")
    assert [ring_back(by, outage) for by in (county.alva, county.disa, county.bo)] == [1, 0, 0]
    clock.shift(timedelta(minutes=5))
    tell(county.alva, chain, event, outcome=CallOutcome.BUSY)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert ring_back(county.alva, outage) == 1
    reached = tell(county.alva, chain, event)
    assert ring_back(county.alva, outage) == 0
    withdraw_call(by=county.alva, handover=reached, client_id=uuid4(), reason="Fel")
    assert ring_back(county.alva, outage) == 1
    clock.shift(timedelta(minutes=5))
    tell(county.alva, chain, event, direction=Direction.RECEIVED)
    assert ring_back(county.alva, outage) == 0


def test_after_the_own_end_what_is_left_to_enter_is_open_too(
    county: County, outage: Outage, chain: CareChain
):
    make_event(county.alva, chain, "admission")
    assert open_now(county.alva, outage).registering == []
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    over = outage_for(county.region, outage.pk)
    (registering,) = open_now(county.alva, over).registering
    assert (registering.outage, registering.done) == (over, (0, 1))
    (told,) = hand_over(county.alva).left["tasks"]
    assert (told["outage"], told["done"]) == (str(outage.pk), [0, 1])


def test_one_that_waits_is_waited_for_though_an_outage_starts_again(
    client: Client, county: County, outage: Outage, chain: CareChain, clock: Clock
):
    first = hand_over(county.alva, text="Dottern är allergisk")
    end_for_all(county, outage, timezone.now())
    clock.shift(timedelta(minutes=5))
    again = make_outage(county.alva, started=timedelta(0))
    client.force_login(county.esa.user)
    page = read(client.get(reverse("shift")))
    assert "Dottern är allergisk" in page.main.get_text()
    assert page.find("form", action=reverse("take_over_shift", args=[first.pk]))
    assert "väntar på att någon tar över" in read(client.get(reverse("status"))).get_text()
    # A newer one tells of it, too, and it is that which is taken over.
    clock.shift(timedelta(minutes=5))
    second = hand_over(county.alva, text="Och hunden")
    assert second.outage == again
    page = read(client.get(reverse("shift")))
    assert {"Dottern är allergisk", "Och hunden"} <= set(page.main.get_text("\n", strip=True).split("\n"))
    with pytest.raises(RuleError, match="En ny överlämning är gjord"):
        take_over_shift(by=county.esa, handover=first)
    take_over_shift(by=county.esa, handover=second)
    assert "väntar på att någon tar över" not in read(client.get(reverse("status"))).get_text()
