"""Kvittenskod: what a correction, a withdrawal, a move, a clash and too many tries do to a confirmation."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.page_versions import version_for
from contacts.rules.parties import Party
from outage.models import CareChain, Confirmation, Handover, Outage
from outage.queries.call_codes import code_of_form
from outage.queries.care_chains import get_chain, get_event
from outage.rules.confirming import ATTEMPTS_WITHIN, MOST_BY_PERSON, MOST_BY_UNIT
from outage.services.call_errors import CallErrors
from outage.services.events import correct_event
from outage.services.handovers import withdraw_call
from outage.services.moving import move_call
from tests.clock import Clock
from tests.factories import County, make_chain, make_event, person, tell
from tests.integration.outage.calling import (
    NO_LONGER,
    NUMBER,
    OTHER_MESSAGE,
    OTHER_PATIENT,
    WAITS,
    code_of,
    confirmed,
    correct,
    ring,
    row_of,
    take,
)
from tests.integration.outage.joining import join, two_chains, undo


def test_a_correction_is_compared_anew(county: County, outage: Outage, chain: CareChain):
    other = make_chain(county, outage, county.cissi)
    given = ring(county.alva, chain)
    received = take(county.cissi, other, code_of(given), kind="discharge_report")
    assert OTHER_MESSAGE in row_of(county.alva, given)
    event = get_event(county.cissi, received.messages.get().event_id)
    correct_event(
        by=county.cissi,
        event=event,
        client_id=uuid4(),
        kind="discharge",
        happened_at=event.happened_at,
        particulars={},
        reason="Fel meddelande.",
        told_rightly=False,
    )
    for by, call in ((county.alva, given), (county.cissi, received)):
        assert confirmed(by, call)
        assert OTHER_MESSAGE not in row_of(by, call)
    # The call itself corrected: the newest row says it, the struck one nothing.
    newer = correct(received, county.cissi, comment="Hej")
    assert confirmed(county.cissi, newer)
    assert not confirmed(county.cissi, received)
    assert confirmed(county.alva, given)
    # We told of another thing than we logged.
    event = get_event(county.alva, given.messages.get().event_id)
    changed = correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        kind="discharge_report",
        happened_at=event.happened_at,
        particulars={},
        reason="Fel meddelande.",
        told_rightly=True,
    )
    assert changed.kind == "discharge_report"
    assert OTHER_MESSAGE in row_of(county.alva, given)
    assert OTHER_MESSAGE in row_of(county.cissi, newer)


def test_what_is_owed_anew_was_told_as_it_was(county: County, chain: CareChain, theirs: CareChain):
    given = ring(county.alva, chain)
    received = take(county.cissi, theirs, code_of(given))
    event = get_event(county.alva, given.messages.get().event_id)
    correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        kind="discharge_report",
        happened_at=event.happened_at,
        particulars={},
        reason="Det blev inte så.",
        told_rightly=False,
    )
    assert OTHER_MESSAGE not in row_of(county.alva, given) + row_of(county.cissi, received)


def test_a_call_taken_back_is_no_longer_confirmed_and_can_be_confirmed_again(
    county: County, chain: CareChain, theirs: CareChain
):
    given = ring(county.alva, chain)
    received = take(county.cissi, theirs, code_of(given))
    withdraw_call(
        by=county.cissi, handover=received, client_id=uuid4(), reason="Fel.", answers={"events-too": "ja"}
    )
    row = row_of(county.alva, given)
    assert f"{NO_LONGER}: motparten har tagit tillbaka sitt samtal" in row
    assert "Bekräftad av" not in row
    assert "Fel." not in row
    again = take(county.cissi, theirs, code_of(given))
    assert confirmed(county.alva, given)
    assert confirmed(county.cissi, again)
    withdraw_call(by=county.alva, handover=given, client_id=uuid4(), reason="Fel.")
    assert f"{NO_LONGER}: motparten har tagit tillbaka" in row_of(county.cissi, again)
    assert "ekräftad" not in row_of(county.alva, given)


def test_an_open_page_of_either_end_is_told_of_what_the_other_end_does(
    county: County, chain: CareChain, theirs: CareChain
):
    def versions() -> tuple[str, str]:
        return version_for(county.alva), version_for(county.cissi)

    client_id = uuid4()
    code = code_of_form(client_id, county.alva.user.pk, county.ward.pk)
    received = take(county.cissi, theirs, code)
    ours, before = versions()
    given = ring(county.alva, chain, client_id=client_id)
    assert confirmed(county.cissi, received)
    now_ours, after = versions()
    assert after != before
    # What is said of the call, of its message and of the patient is compared with what the other end says.
    received = correct(received, county.cissi, comment="Hej")
    ours, theirs_now = versions()
    assert ours != now_ours
    event = get_event(county.alva, given.messages.get().event_id)
    correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        kind="discharge_report",
        happened_at=event.happened_at,
        particulars={},
        reason="Fel meddelande.",
        told_rightly=False,
    )
    assert versions()[1] != theirs_now
    ours, _ = versions()
    withdraw_call(
        by=county.cissi, handover=received, client_id=uuid4(), reason="Fel.", answers={"events-too": "ja"}
    )
    assert versions()[0] != ours


def test_a_correction_that_unties_the_two_says_so_to_both(
    county: County, chain: CareChain, theirs: CareChain
):
    given = ring(county.alva, chain)
    received = take(county.cissi, theirs, code_of(given))
    given = correct(given, county.alva, recipient=str(Party.OUTPATIENT))
    for by, call in ((county.alva, given), (county.cissi, received)):
        assert f"{NO_LONGER}: samtalet är rättat sedan dess" in row_of(by, call)
    given = correct(given, county.alva, recipient=str(Party.MUNICIPALITY))
    assert confirmed(county.alva, given)
    assert confirmed(county.cissi, received)


def test_a_code_is_typed_changed_and_removed_by_a_correction(
    county: County, chain: CareChain, theirs: CareChain
):
    given = ring(county.alva, chain)
    code = code_of(given)
    received = take(county.cissi, theirs, "")
    assert "vittenskod" not in row_of(county.cissi, received)
    received = correct(received, county.cissi, code)
    assert confirmed(county.cissi, received)
    assert confirmed(county.alva, given)
    received = correct(received, county.cissi, "")
    assert "vittenskod" not in row_of(county.cissi, received)
    assert NO_LONGER in row_of(county.alva, given)
    received = correct(received, county.cissi, code)
    assert confirmed(county.alva, given)
    # With nothing said of it, and with the same one, it stays.
    assert correct(correct(received, county.cissi), county.cissi, code).code_id == received.code_id


def test_a_call_moved_to_the_right_patient_takes_its_code_along(
    county: County, outage: Outage, chain: CareChain, theirs: CareChain
):
    wrong = make_chain(county, outage, identity=NUMBER)
    given = ring(county.alva, wrong)
    received = take(county.cissi, theirs, code_of(given))
    assert OTHER_PATIENT in row_of(county.alva, given)
    assert OTHER_PATIENT in row_of(county.cissi, received)
    moved = move_call(by=county.alva, handover=given, to=chain, client_id=uuid4(), reason="Fel patient.")
    assert confirmed(county.alva, moved)
    assert not confirmed(county.alva, given)
    assert confirmed(county.cissi, received)
    assert OTHER_PATIENT not in row_of(county.alva, moved) + row_of(county.cissi, received)
    assert Confirmation.objects.count() == 1


def test_a_call_about_two_joined_chains_is_confirmed_in_each_when_they_are_parted(
    county: County, outage: Outage, theirs: CareChain
):
    kept, other = two_chains(county, outage)
    event, double = (
        make_event(by, where, kind, sender=sender, to=Party.MUNICIPALITY)
        for by, where, kind, sender in (
            (county.alva, kept, "discharge", Party.INPATIENT),
            (county.disa, other, "admission_reply", Party.OUTPATIENT),
        )
    )
    join(county, kept, other, same=False)
    given = tell(county.alva, get_chain(county.alva, kept.pk), event, double, at=timezone.now())
    received = take(county.cissi, theirs, code_of(given))
    assert OTHER_MESSAGE in row_of(county.alva, given)
    undo(county, get_chain(county.alva, kept.pk))
    rows = Handover.objects.filter(code=given.code, superseded_by__isnull=True)
    assert {row.chain_id for row in rows} == {kept.pk, other.pk}
    for row in rows:
        assert confirmed(county.alva, row)
    assert confirmed(county.cissi, received)


def test_two_calls_with_one_code_are_matched_by_what_was_said_or_not_at_all(
    county: County, outage: Outage, theirs: CareChain, monkeypatch: pytest.MonkeyPatch
):
    code = code_of_form(uuid4(), 1, 1)
    monkeypatch.setattr("outage.services.call_codes.code_of_form", lambda *of: code)
    calls = [
        ring(county.alva, make_chain(county, outage, identity=NUMBER)),
        ring(county.esa, make_chain(county, outage)),
    ]
    received = take(county.cissi, theirs, code)
    assert not confirmed(county.alva, calls[0])
    assert confirmed(county.alva, calls[1])
    assert confirmed(county.cissi, received)
    # Two of the same patient and message: nothing is guessed, until one of them is gone.
    more = [ring(county.alva, make_chain(county, outage)) for _ in range(2)]
    other = take(county.cissi, theirs, code)
    assert WAITS in row_of(county.cissi, other)
    withdraw_call(by=county.alva, handover=more[0], client_id=uuid4(), reason="Dubbelt.", undo=True)
    withdraw_call(by=county.alva, handover=calls[0], client_id=uuid4(), reason="Dubbelt.", undo=True)
    assert confirmed(county.cissi, other)
    assert confirmed(county.alva, more[1])


def test_what_cannot_be_a_code_is_refused_beside_its_field_by_the_service_too(
    county: County, theirs: CareChain
):
    with pytest.raises(CallErrors) as refused:
        take(county.cissi, theirs, "W47 R29")
    assert list(refused.value.fields) == ["code"]
    assert not Handover.objects.exists()


def codes(count: int) -> list[str]:
    return [code_of_form(uuid4(), 0, 0) for _ in range(count)]


def test_so_many_unanswered_codes_and_no_more_are_taken_and_the_call_is_logged_all_the_same(
    county: County, chain: CareChain, theirs: CareChain, clock: Clock
):
    given = ring(county.alva, chain)
    tries = [take(county.cissi, theirs, code, kind="admission") for code in codes(MOST_BY_PERSON)]
    assert all(call.code for call in tries)
    late = take(county.cissi, theirs, code_of(given))
    assert late.code is None
    assert not confirmed(county.alva, given)
    # By a correction no more than by a new call.
    assert correct(tries[0], county.cissi, code_of(given)).code is None
    # A colleague has tries left, but the unit as such has not without end.
    colleagues = [person(f"kollega{n}", county.social_care) for n in range(MOST_BY_UNIT // MOST_BY_PERSON)]
    taken = sum(
        take(by, theirs, code, kind="admission").code is not None
        for by in colleagues
        for code in codes(MOST_BY_PERSON - 1)
    )
    assert taken == MOST_BY_UNIT - MOST_BY_PERSON
    clock.shift(ATTEMPTS_WITHIN + timedelta(minutes=1))
    assert confirmed(county.cissi, correct(late, county.cissi, code_of(given)))


def test_codes_that_were_answered_are_not_counted(county: County, chain: CareChain, theirs: CareChain):
    calls = [ring(county.alva, chain, kind="discharge_report") for _ in range(MOST_BY_PERSON)]
    for call in calls:
        assert take(county.cissi, theirs, code_of(call), kind="discharge_report").code
    assert take(county.cissi, theirs, codes(1)[0]).code
    assert Confirmation.objects.count() == MOST_BY_PERSON
