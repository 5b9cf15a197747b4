"""Påminnelser: at the very second of each limit, over both clock changes and every short history of a stay."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations, product
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.parties import Party, WardKind
from outage.routine import get_routine
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.owed import ChainStanding
from outage.rules.reminders import (
    Due,
    Late,
    Unsent,
    by_kind,
    late,
    ring_back_at,
    ring_back_later,
    send_by,
    tell_by,
    unsent,
)
from outage.rules.told import EventRow, Version

ROUTINE = get_routine("prator-2023-04-03")
ZONE = ROUTINE.limits.time_zone
STOCKHOLM = ZoneInfo(ZONE)
A_SECOND = timedelta(seconds=1)
START = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def test_the_routine_limits_three_messages():
    messages = ROUTINE.messages.values()
    assert {m.key: m.tell_within for m in messages if m.tell_within} == {
        "admission": timedelta(hours=24),
        "discharge": timedelta(minutes=15),
    }
    (sent,) = [m for m in messages if m.due_after]
    assert sent.due_after is not None
    assert (sent.key, sent.due_after.message, sent.due_after.calendar_days) == (
        "sip_invitation",
        "ready_for_discharge",
        3,
    )


# Noon of the day before each clock change, of the day itself, and of one when nothing changes.
DAYS = ("2026-03-28 12:00", "2026-03-29 12:00", "2026-10-24 12:00", "2026-10-25 12:00", "2026-11-24 10:40")


@pytest.mark.parametrize("at", DAYS)
@pytest.mark.parametrize(
    ("kind", "length"), [("admission", timedelta(days=1)), ("discharge", timedelta(minutes=15))]
)
def test_a_time_to_tell_in_is_elapsed_time_to_the_second(at: str, kind: str, length: timedelta):
    since = here(at)
    by = tell_by(ROUTINE.message(kind), since)
    assert by is not None
    due = Due(kind, UUID(int=1), by)
    end = since.astimezone(UTC) + length
    assert [late([due], end + n * A_SECOND) for n in (-1, 0, 1)] == [[], [due], [due]]


@pytest.mark.parametrize("kind", [m.key for m in ROUTINE.messages.values() if not m.tell_within])
def test_of_what_has_no_limit_nobody_is_reminded(kind: str):
    assert tell_by(ROUTINE.message(kind), START) is None


def test_three_days_are_whole_days_in_stockholm_at_every_hour_of_a_year():
    message = ROUTINE.message("sip_invitation")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year == 2026:
        by = send_by(message, at, ZONE)
        assert by is not None
        local = by.astimezone(STOCKHOLM)
        assert local.time() == time(0)
        assert local.date() - at.astimezone(STOCKHOLM).date() == timedelta(days=4)
        # The second before it is still the third day.
        last = (by.astimezone(UTC) - A_SECOND).astimezone(STOCKHOLM)
        assert last.date() - at.astimezone(STOCKHOLM).date() == timedelta(days=3)
        at += timedelta(hours=1)
    assert send_by(ROUTINE.message("admission"), at, ZONE) is None


# What may stand in a log of one stay, by name: the kind, who says it, and what is said.
SAID = {
    "in": ("admission", Party.INPATIENT, {}),
    "ready": ("ready_for_discharge", Party.INPATIENT, {}),
    "dated": ("sip_invitation", Party.OUTPATIENT, {"sip_date": "2026-12-01"}),
    "agreed": ("sip_initiative", Party.OUTPATIENT, {"sip_date": "2026-12-01"}),
    "undated": ("sip_initiative", Party.OUTPATIENT, {}),
    "out": ("discharge", Party.INPATIENT, {}),
}


def event(name: str, order: int, **more: object) -> EventRow:
    kind, sender, said = SAID[name]
    at = START + timedelta(minutes=order)
    return replace(EventRow(f"{name}{order}", order, at, kind, sender, said=said), **more)  # type: ignore[arg-type]


def standing(*events: EventRow, status: ChainStatus = ChainStatus.OK, own: str = "unit:2") -> ChainStanding:
    places = {Party.INPATIENT: "unit:1", Party.OUTPATIENT: "unit:2", Party.MUNICIPALITY: "principal:3"}
    version = Version("v", 0, START, places, WardKind.SOMATIC, status, Before.ADMITTED)
    return ChainStanding(
        routine=ROUTINE,
        versions=[version],
        events=events,
        calls=[],
        ours=frozenset({Party.INPATIENT, Party.OUTPATIENT}),
        own=frozenset({own}),
    )


def slowly(names: tuple[str, ...]) -> list[Unsent]:
    """Each stay by itself: from one admission to the next."""
    stays: list[list[tuple[int, str]]] = [[]]
    for order, name in enumerate(names, start=1):
        if name == "in":
            stays.append([])
        stays[-1].append((order, name))
    for number, stay in enumerate(stays):
        ready = [order for order, name in stay if name == "ready"]
        # A call that comes in a later stay has come.
        after = {name for later in stays[number:] for _, name in later}
        if ready and not after & {"dated", "agreed"}:
            at = START + timedelta(minutes=ready[0])
            return [Unsent("sip_invitation", Party.OUTPATIENT, at)]
    return []


def test_a_call_to_a_sip_is_missed_over_every_short_history():
    for length in range(5):
        for names in product(SAID, repeat=length):
            rows = [event(name, order) for order, name in enumerate(names, start=1)]
            assert unsent(standing(*rows)) == slowly(names), names


def test_the_order_of_writing_does_not_matter():
    rows = [event("in", 1), event("ready", 2), event("undated", 3), event("in", 4), event("ready", 5)]
    found = unsent(standing(*rows))
    assert [one.since for one in found] == [rows[1].at]
    assert all(unsent(standing(*order)) == found for order in permutations(rows))


@pytest.mark.parametrize("status", [s for s in ChainStatus if s is not ChainStatus.OK])
def test_nobody_is_called_to_a_sip_about_who_died_or_was_another(status: ChainStatus):
    assert unsent(standing(event("ready", 1), status=status)) == []


def test_only_who_is_the_out_patient_care_is_reminded_of_a_sip():
    ready = event("ready", 1)
    assert unsent(standing(ready))
    assert unsent(standing(ready, own="unit:1")) == unsent(standing(ready, own="principal:3")) == []


def test_what_is_withdrawn_corrected_or_known_in_the_system_counts_as_it_stands():
    ready, dated = event("ready", 1), event("dated", 2)
    gone = event("ready", 3, supersedes=ready.id, withdraws=True)
    assert unsent(standing(ready, gone)) == []
    earlier = event("ready", 3, supersedes=ready.id, at=START - timedelta(days=1))
    assert [one.since for one in unsent(standing(ready, earlier))] == [earlier.at]
    no_call = event("dated", 3, supersedes=dated.id, withdraws=True)
    undated = event("undated", 3, supersedes=dated.id)
    assert unsent(standing(ready, dated)) == []
    assert unsent(standing(ready, dated, no_call)) == unsent(standing(ready, dated, undated))
    assert len(unsent(standing(ready, dated, no_call))) == 1
    # Who was in the system then may have sent it there.
    assert unsent(standing(event("ready", 1, in_system=True))) == []


CALLED = here("2026-11-24 10:52")
TEXTS = {
    "0910-00 00 01 kl 16": "2026-11-24 16:00",
    "kl. 16.30, 0910-73 50 00": "2026-11-24 16:30",
    "16:30": "2026-11-24 16:30",
    "klockan 13": "2026-11-24 13:00",
    "090-785 12 30 efter 13.00": "2026-11-24 13:00",
    "mellan 13.00 och 15.00": "2026-11-24 15:00",
    "i morgon kl 8": "2026-11-25 08:00",
    "0910-00 00 01 imorgon 08.15": "2026-11-25 08:15",
    # The time has been today: the next one is meant.
    "kl 9": "2026-11-25 09:00",
    "10.52": "2026-11-25 10:52",
    "i dag kl 23": "2026-11-24 23:00",
    "senast 1500": "2026-11-24 15:00",
    "kl 1630": "2026-11-24 16:30",
    "före 12": "2026-11-24 12:00",
    "innan kl. 14, 070-174 06 05": "2026-11-24 14:00",
    # The part of the day that is named.
    "kl 3 em": "2026-11-24 15:00",
    "kl 3 e.m.": "2026-11-24 15:00",
    "i eftermiddag 2.30": "2026-11-24 14:30",
    "kl 14 på eftermiddagen": "2026-11-24 14:00",
    "i kväll kl 8": "2026-11-24 20:00",
    "ikväll 20.30": "2026-11-24 20:30",
    "i morgon kväll kl 7": "2026-11-25 19:00",
    "efter lunch, kl 1": "2026-11-24 13:00",
    "i morgon fm kl 9": "2026-11-25 09:00",
    "i natt 01.30": "2026-11-25 01:30",
    "kl 11 i natt": "2026-11-24 23:00",
    "kvällspersonalen kl 14": "2026-11-24 14:00",
    "inte på em, kl 11": "2026-11-24 11:00",
    "kl 3 i kväll": None,
    "fm 9.00 eller em 3.00": None,
    "kl 3": None,
    "före 14,30": "2026-11-24 14:30",
    "kl 14,30": "2026-11-24 14:30",
    "13-14": "2026-11-24 14:00",
    "kl 13–14": "2026-11-24 14:00",
    "13.00-14.00": "2026-11-24 14:00",
    "0910-73 50 00, 14:30-15": "2026-11-24 15:00",
    "mellan 13 och 14": "2026-11-24 14:00",
    "mellan kl 1 och 3 em": "2026-11-24 15:00",
    "0910-73 50 00 14:30": "2026-11-24 14:30",
    "om 10-15 min": None,
    "070-13 13-14": None,
    "08-12.30.40": None,
    # Where somebody is.
    "kl 14 (Svea, rum 12.10)": "2026-11-24 14:00",
    "kl 14, ankn 12.30": "2026-11-24 14:00",
    # Names that begin as a day does.
    "kl 14 Helga": "2026-11-24 14:00",
    "kl 15 Jan": "2026-11-24 15:00",
    "kl. 15 Maj": "2026-11-24 15:00",
    "kl 15 Augusta": "2026-11-24 15:00",
    "14.30 Jan": "2026-11-24 14:30",
    "070-123 45 67 Jan kl 14.00": "2026-11-24 14:00",
    # What it is not.
    "kl 11.00 (ej 12.00-13.00)": "2026-11-24 11:00",
    "inte 12.00, 13.30 går bra": "2026-11-24 13:30",
    "inte före 15": None,
    # No time, or none that can be read.
    "": None,
    "0910-00 00 01": None,
    "070-000 00 00 efter tre": None,
    "090-785.12.30": None,
    "090 785 12.30": None,
    "073-12.30 40": None,
    "kl 25": None,
    "12.75": None,
    "kl 1630 40": None,
    # A day that it is not said which.
    "tisdag kl 10": None,
    "26/11 kl 10": None,
    "i övermorgon kl 10": None,
    "2026-11-26 10.00": None,
    "3 dec kl 10": None,
    "nästa vecka 10.00": None,
    "v 49 kl 10": None,
    "senast 15 jan": None,
    "0910-73 50 00 3 december kl 10": None,
    "den 3 kl 10": None,
    "om två dagar kl 10": None,
    "i helgen kl 10": None,
    "julhelgen kl 10": None,
    "lördagskväll kl 8": None,
}


@pytest.mark.parametrize("text", TEXTS)
def test_when_to_ring_back_is_read_from_what_was_written(text: str):
    meant = TEXTS[text]
    assert ring_back_at(text, CALLED, ZONE) == (here(meant) if meant else None)


def test_a_time_to_ring_back_is_the_next_one_after_the_call_every_quarter_of_two_changes():
    for day in (date(2026, 3, 28), date(2026, 10, 24)):
        called = datetime.combine(day, time(0), STOCKHOLM).astimezone(UTC)
        for quarter, hour, minute in product(range(0, 4 * 50, 3), range(24), (0, 30)):
            at = called + timedelta(minutes=15 * quarter)
            found = ring_back_at(f"kl {hour:02}.{minute:02}", at, ZONE)
            assert found is not None
            assert timedelta(0) < found.astimezone(UTC) - at <= timedelta(hours=25)
            read = found.astimezone(UTC).astimezone(STOCKHOLM).time()
            # The hour that is skipped is read an hour later.
            assert read == time(hour, minute) or (hour == 2 and read == time(3, minute))


def test_the_longest_late_is_first_but_discharges_are_before_all_else():
    one, two, three = (UUID(int=n) for n in (1, 2, 3))
    at = [START + timedelta(hours=n) for n in range(5)]
    found = late(
        [
            Due("discharge", one, at[3], is_listed=True),
            Due("discharge", one, at[2], is_listed=True),
            Due("discharge", two, at[4], is_listed=True),
            Due("", three, at[1], call=three),
            Due("admission", one, at[0], is_listed=True),
        ],
        at[3],
    )
    assert [due.at for due in found] == at[:4]
    assert by_kind(ROUTINE, found) == [
        Late("discharge", 1, at[2], is_listed=True),
        Late("admission", 1, at[0], is_listed=True),
        Late("", 1, at[1], is_listed=False),
    ]
    assert by_kind(ROUTINE, []) == []


def test_a_call_to_ring_back_is_late_or_left_for_later_and_never_both():
    """Two calls, each with a time or none, before, at and after the moment; with a message that is late beside them."""
    told = Due("discharge", UUID(int=9), START, is_listed=True)
    times = [START + timedelta(hours=n) for n in (-1, 0, 1)]
    for first, second in product(product(times, (True, False)), repeat=2):
        calls = [
            Due("", UUID(int=n), at, UUID(int=n), reminds=reminds)
            for n, (at, reminds) in enumerate((first, second), start=1)
        ]
        now, later = late([*calls, told], START), ring_back_later([*calls, told], START)
        assert told in now
        assert told not in later
        assert {c.call for c in (*now, *later) if c.call} == {c.call for c in calls}
        assert {c.call for c in now if c.call} == {c.call for c in calls if c.reminds and c.at <= START}
        assert [c.reminds for c in later] == sorted((c.reminds for c in later), reverse=True)
