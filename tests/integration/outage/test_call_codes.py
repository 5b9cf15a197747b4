"""Kvittenskod: a call that both have logged is confirmed to both, and nothing else crosses the border."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.page_versions import forget_pages
from contacts.rules.parties import Party
from forms.presenters.chain_rows import ChainRows
from forms.presenters.log_sheet import log_sheet_view
from forms.queries.sources import calls_since, sheet_source
from forms.specs import get_spec
from outage.models import CallCode, CareChain, Confirmation, Handover, OtherPlace, Outage
from outage.queries.call_codes import code_of_form
from outage.queries.care_chains import get_chain
from outage.routine import current_routine
from outage.rules.call_code import ALPHABET, read_code, shown_code
from outage.rules.confirming import WINDOW
from outage.rules.handover import Direction, Message
from outage.rules.informing import PARTICIPANT_PREFIX, CallOutcome
from outage.services.handovers import log_call
from tests.clock import Clock
from tests.factories import County, at_once, call_facts, make_chain, make_event
from tests.integration.outage.calling import (
    NUMBER,
    OTHER_MESSAGE,
    OTHER_PATIENT,
    WAITS,
    code_of,
    confirmed,
    correct,
    other_municipality,
    page_of,
    ring,
    row_of,
    take,
)

_ID = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{10}(?=&quot;)|\.[0-9]{6}(?=\+)|(?<=value=\")[\w:-]{40,}"
)
# What only the other principal's rows say.
OURS = ("Vännen Viksson", "Sekret anteckning", "0910-11 22 33", "Tala Talarsson", "Nästa hemliga steg")
THEIRS = ("Granne Gransson", "Diskret anteckning", "Hör Hörarsson", "Där borta")


@pytest.mark.parametrize("first", ["given", "received"])
def test_both_say_it_is_confirmed_whoever_saves_first(
    county: County, chain: CareChain, theirs: CareChain, first: str, clock: Clock
):
    client_id = uuid4()
    code = code_of_form(client_id, county.alva.user.pk, county.alva.unit.pk)
    if first == "given":
        given = ring(county.alva, chain, client_id=client_id)
        assert f"Kvittenskod: {shown_code(code)}" in row_of(county.alva, given)
        clock.shift(timedelta(minutes=3))
        received = take(county.cissi, theirs, shown_code(code).lower())
    else:
        received = take(county.cissi, theirs, shown_code(code).lower())
        assert WAITS in row_of(county.cissi, received)
        clock.shift(timedelta(minutes=3))
        given = ring(county.alva, chain, client_id=client_id)
    assert "Bekräftad av motparten 10.55, Cissi Påhittad, Biståndsenheten" in row_of(county.alva, given)
    assert "Bekräftad av motparten 10.55, Alva Påhittad, Medicin 2" in row_of(county.cissi, received)
    for by, call in ((county.alva, given), (county.cissi, received)):
        row = row_of(by, call)
        assert not any(words in row for words in (OTHER_MESSAGE, OTHER_PATIENT, WAITS, "Kvittenskod:"))
    confirmation = Confirmation.objects.get()
    last = county.cissi if first == "given" else county.alva
    assert (confirmation.user, confirmation.unit) == (last.user, last.unit)
    trace = AuditEntry.objects.get(action="call.confirmed")
    assert (trace.principal, trace.chain) == (last.principal, (theirs if first == "given" else chain).pk)
    assert "Bekräftad av motparten 10.55, Alva Påhittad, Medicin 2" in page_of(
        county.cissi, reverse("status")
    )


def test_it_changes_nothing_about_who_is_informed(county: County, chain: CareChain, theirs: CareChain):
    given = ring(county.alva, chain)
    before = page_of(county.alva, reverse("status")).count("Underrättad")
    take(county.cissi, theirs, code_of(given), kind="admission")
    assert page_of(county.alva, reverse("status")).count("Underrättad") == before > 0


def test_within_one_principal_too(county: County, chain: CareChain):
    given = ring(county.alva, chain, to=Party.OUTPATIENT)
    # The code is heard, not looked up: the other unit reads the same chain.
    assert "Kvittenskod:" not in row_of(county.disa, given)
    received = take(county.disa, get_chain(county.disa, chain.pk), code_of(given))
    assert "Bekräftad av motparten 10.52, Disa Påhittad, Heimdalls hälsocentral" in row_of(county.alva, given)
    assert "Bekräftad av motparten 10.52, Alva Påhittad, Medicin 2" in row_of(county.disa, received)


def test_an_entry_that_comes_days_late_counts_by_the_time_of_the_call(
    county: County, chain: CareChain, theirs: CareChain, clock: Clock
):
    given = ring(county.alva, chain, ago=timedelta(minutes=20))
    clock.shift(timedelta(days=2))
    received = take(county.cissi, theirs, code_of(given), ago=timedelta(days=2, minutes=30))
    assert "Bekräftad av motparten 10.52, Cissi Påhittad" in row_of(county.alva, given)
    assert confirmed(county.cissi, received)
    clock.shift(timedelta(days=1))
    assert "Bekräftad av motparten tors 26 nov 10.52" in row_of(county.cissi, received)


def test_a_code_of_another_time_of_day_is_not_of_this_call(
    county: County, chain: CareChain, theirs: CareChain, clock: Clock
):
    given = ring(county.alva, chain)
    clock.shift(WINDOW + timedelta(minutes=2))
    received = take(county.cissi, theirs, code_of(given))
    assert WAITS in row_of(county.cissi, received)
    # The time was wrong: corrected, it is.
    received = correct(received, county.cissi, at=given.at)
    assert confirmed(county.cissi, received)
    assert confirmed(county.alva, given)


def test_who_was_not_rung_is_told_the_same_as_of_a_code_that_nobody_made(
    county: County, outage: Outage, chain: CareChain, theirs: CareChain, clock: Clock
):
    malte, bo_chain = other_municipality(), make_chain(county, outage, county.bo)
    given = ring(county.alva, chain)
    unknown = code_of_form(uuid4(), county.alva.user.pk, county.alva.unit.pk)
    strangers = make_chain(county, outage, malte)
    rows = [
        (by, take(by, where, code))
        for by, where in ((malte, strangers), (county.bo, bo_chain), (county.cissi, theirs))
        for code in ((code_of(given), unknown) if by is not county.cissi else (unknown,))
    ]
    # The unit that rang does not confirm its own call, either.
    rows.append(
        (county.esa, take(county.esa, chain, code_of(given), kind="admission_reply", sender=Party.OUTPATIENT))
    )
    for by, call in rows:
        assert f"{WAITS} {by.user.full_name}" in row_of(by, call)
    assert not Confirmation.objects.exists()
    assert "Bekräftad" not in row_of(county.alva, given)


@pytest.mark.parametrize("how", ["relayed", "busy", "participant", "unlisted"])
def test_only_a_call_that_reached_a_place_with_a_log_binds_its_code(
    county: County, outage: Outage, chain: CareChain, theirs: CareChain, how: str
):
    to: str = Party.MUNICIPALITY
    if how == "participant":
        make_event(
            county.disa,
            chain,
            "sip_invitation",
            sender=Party.OUTPATIENT,
            participants=["Vera"],
            to=Party.INPATIENT,
        )
        to = f"{PARTICIPANT_PREFIX}Vera"
    elif how == "unlisted":
        chain = make_chain(
            county, outage, municipality=None, others={Party.MUNICIPALITY: OtherPlace("Luleå kommun")}
        )
    outcome = {"relayed": CallOutcome.RELAYED, "busy": CallOutcome.BUSY}.get(how, CallOutcome.REACHED)
    given = ring(county.alva, chain, to=to, outcome=outcome)
    received = take(county.cissi, theirs, code_of(given))
    assert not CallCode.objects.filter(direction=Direction.GIVEN).exists()
    assert WAITS in row_of(county.cissi, received)
    if how in ("relayed", "busy"):
        # It was said all the same: when the outcome is put right the code is that of the form.
        given = correct(given, county.esa, outcome=CallOutcome.REACHED)
        assert confirmed(county.alva, given)
        assert confirmed(county.cissi, received)


def test_another_message_or_patient_is_amber_to_both_and_neither_is_told_which(
    county: County, outage: Outage, chain: CareChain
):
    other = make_chain(county, outage, county.cissi, identity=NUMBER, patient_name=THEIRS[0])
    given = ring(county.alva, chain)
    received = take(county.cissi, other, code_of(given), kind="discharge_report")
    for by, call in ((county.alva, given), (county.cissi, received)):
        row = row_of(by, call)
        assert "Motparten loggade en annan patient och ett annat meddelande. Ring och stäm av" in row
        assert "Bekräftad av motparten" in row
    assert "Utskrivningsrapport" not in row_of(county.alva, given)
    assert "Utskrivningsmeddelande" not in row_of(county.cissi, received)
    assert "Motparten loggade en annan patient" in page_of(county.cissi, reverse("status"))


@pytest.mark.parametrize(
    ("ours", "others"),
    [
        ({"identity": ""}, {"identity": NUMBER}),
        ({}, {"identity": ""}),
        ({"protected_identity": True}, {"identity": NUMBER}),
        ({}, {"identity": NUMBER, "protected_identity": True}),
        ({}, {"identity": "AB1234567890"}),
    ],
)
def test_the_patient_is_compared_only_where_both_have_a_number_and_neither_is_protected(
    county: County, outage: Outage, ours: dict, others: dict
):
    mine, other = make_chain(county, outage, **ours), make_chain(county, outage, county.cissi, **others)
    given = ring(county.alva, mine)
    received = take(county.cissi, other, code_of(given))
    for by, call in ((county.alva, given), (county.cissi, received)):
        assert confirmed(by, call)
        assert "annan patient" not in row_of(by, call)


def test_a_protected_patients_list_does_not_say_whom_one_spoke_to(
    county: County, outage: Outage, chain: CareChain
):
    hidden = make_chain(county, outage, county.cissi, protected_identity=True)
    take(county.cissi, hidden, code_of(ring(county.alva, chain)))
    listed = page_of(county.cissi, reverse("status")).partition('id="received-list"')[2].partition("</ul>")[0]
    assert "Bekräftad av motparten 10.52</span>" in listed
    assert "Medicin 2" not in listed
    assert "Alva" not in listed


def test_nothing_else_of_the_other_principals_row_is_on_any_page(
    county: County, outage: Outage, client, clock: Clock
):
    mine = make_chain(county, outage, patient_name=OURS[0], identity=NUMBER)
    other = make_chain(county, outage, county.cissi, patient_name=THEIRS[0])
    given = ring(
        county.alva,
        mine,
        comment=OURS[1],
        number=OURS[2],
        spoken_to=OURS[3],
        next_step=OURS[4],
    )
    received = take(county.cissi, other, code_of(given), kind="discharge_report")
    received = correct(
        received, county.cissi, comment=THEIRS[1], spoken_to=THEIRS[2], spoken_to_unit=THEIRS[3]
    )
    assert confirmed(county.cissi, received)
    for by, where, call, hidden in (
        (county.alva, mine, given, (*THEIRS, "19121212-1212", "Sjuksköterska, Biståndsenheten")),
        (county.cissi, other, received, (*OURS, NUMBER, NUMBER[-4:], "Sjuksköterska, Medicin 2")),
    ):
        assert confirmed(by, call)
        for path in (
            reverse("chain", args=[where.pk]),
            reverse("status"),
            reverse("calls_to_make"),
            reverse("chains"),
            reverse("correct_call", args=[call.pk]),
            reverse("withdraw_call", args=[call.pk]),
            reverse("back_registration"),
        ):
            # Four digits in an id, a hash, a token or a fraction of a second are nobody's.
            page = _ID.sub("", page_of(by, path))
            found = [words for words in hidden if words in page]
            assert not found, (path, found)
        client.force_login(by.user)
        theirs = other if where is mine else mine
        their_call = received if call is given else given
        assert client.get(reverse("chain", args=[theirs.pk])).status_code == 404
        assert client.get(reverse("correct_call", args=[their_call.pk])).status_code == 404


def test_nobody_works_out_a_code_from_an_id_nor_has_it_told_by_another_form(county: County):
    client_id = uuid4()
    alva, esa = (code_of_form(client_id, by.user.pk, by.unit.pk) for by in (county.alva, county.esa))
    assert alva != esa
    assert alva == code_of_form(client_id, county.alva.user.pk, county.alva.unit.pk) == read_code(alva)
    assert set(alva) <= set(ALPHABET)


def test_the_same_call_sent_twice_is_one_row_with_one_code(
    county: County, chain: CareChain, theirs: CareChain
):
    given = ring(county.alva, chain)
    facts = call_facts(Party.INPATIENT, direction=Direction.RECEIVED, at=given.at)
    sent = {
        "by": county.cissi,
        "chain": theirs,
        "client_id": uuid4(),
        "facts": facts,
        "messages": [Message(kind="discharge", sender=Party.INPATIENT, happened_at=given.at)],
        "code": code_of(given),
    }
    assert log_call(**sent).pk == log_call(**sent).pk
    assert CallCode.objects.count() == 2
    assert Confirmation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_saves_while_the_other_is_saving_sees_the_others_call(county: County, outage: Outage):
    for first in (0, 1):
        mine, other = make_chain(county, outage), make_chain(county, outage, county.cissi)
        # Of what is logged already: what is new waits for the outage itself.
        ours = make_event(county.alva, mine, "discharge")
        heard = {"to": Party.INPATIENT, "direction": Direction.RECEIVED, "outcome": CallOutcome.REACHED}
        theirs = make_event(county.cissi, other, "discharge", **heard)
        client_id = uuid4()
        code = code_of_form(client_id, county.alva.user.pk, county.alva.unit.pk)
        saves: list[Callable[[], Handover]] = [
            partial(ring, county.alva, mine, client_id=client_id, event=ours),
            partial(take, county.cissi, other, code, event=theirs),
        ]
        results = at_once(_one_in_the_middle_of_the_other(saves[first], saves[1 - first]))
        assert not [result for result in results if isinstance(result, Exception)]
        assert Confirmation.objects.count() == first + 1


def _one_in_the_middle_of_the_other(
    first: Callable[[], Handover], second: Callable[[], Handover]
) -> list[Callable[[], Handover]]:
    written, followed = Event(), Event()

    def not_through_yet() -> Handover:
        with transaction.atomic():
            call = first()
            written.set()
            # The second one waits for what is not committed. If it did not, it would be through by then.
            followed.wait(2)
        return call

    def meanwhile() -> Handover:
        written.wait(20)
        call = second()
        followed.set()
        return call

    return [not_through_yet, meanwhile]


def test_pages_ask_no_more_of_many_confirmed_calls_than_of_few(
    county: County, chain: CareChain, theirs: CareChain
):
    def asked() -> list[int]:
        found = []
        for by, where in ((county.alva, chain), (county.cissi, theirs)):
            for path in (reverse("chain", args=[where.pk]), reverse("status")):
                forget_pages()
                with CaptureQueriesContext(connection) as captured:
                    page_of(by, path)
                found.append(len(captured))
        return found

    take(county.cissi, theirs, code_of(ring(county.alva, chain)))
    # The first time the key of the log-ins is made.
    asked()
    few = asked()
    for _ in range(5):
        take(county.cissi, theirs, code_of(ring(county.alva, chain)))
    assert asked() == few


@pytest.mark.parametrize("protected", [False, True])
def test_what_is_printed_says_it_too(county: County, outage: Outage, protected: bool):
    mine = make_chain(county, outage, protected_identity=protected)
    other = make_chain(county, outage, county.cissi)
    given = ring(county.alva, mine)
    waiting = ring(county.alva, mine, kind="discharge_report")
    take(county.cissi, other, code_of(given), kind="admission")
    who = "" if protected else ", Cissi Påhittad, Biståndsenheten"
    said = f"Bekräftad av motparten 10.52{who}. {OTHER_MESSAGE}. Ring och stäm av."
    now = timezone.now()
    sheets = (
        log_sheet_view(
            calls_since(county.alva, now - timedelta(hours=3)),
            unit=county.ward,
            now=now,
            routine=current_routine(),
        ).logged,
        ChainRows(sheet_source(mine, county.alva, now), get_spec(), current_routine(), now, ink=False).rows(),
    )
    for rows in sheets:
        notes = [[part.text for note in row.notes for part in note] for row in rows]
        assert [said in texts for texts in notes] == [True, False]
        assert "vittenskod" not in str(notes)
    assert waiting.code is not None
