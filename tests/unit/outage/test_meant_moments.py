"""When a time that is typed may mean another moment: a date that was left as it was, an hour that comes twice."""

from datetime import UTC, datetime, timedelta

import pytest

from contacts.rules.errors import RuleError
from outage.rules.moments import (
    ask_day,
    ask_hour,
    both_hours,
    other_day,
    read_as_opened,
    read_moment,
    read_side,
    read_time,
)
from outage.rules.wording import STOCKHOLM, local_day, which_hour

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NEAR = datetime(2026, 11, 23, 23, 53, tzinfo=STOCKHOLM)
NOW = datetime(2026, 11, 26, 12, tzinfo=STOCKHOLM)
OCTOBER = datetime(2026, 10, 25, 2, 50, tzinfo=STOCKHOLM)


def test_every_minute_of_the_day_of_a_moment_is_asked_of_where_the_day_beside_is_nearer():
    for near in (NEAR, NEAR.replace(hour=12), NEAR.replace(hour=0, minute=5)):
        for minute in range(24 * 60):
            at = near.replace(hour=minute // 60, minute=minute % 60)
            beside = {at + DAY, at - DAY}
            nearer = {other for other in beside if abs(other - near) < abs(at - near)}
            assert {other_day(at, near, NOW)} == (nearer or {None}), (at, near)


@pytest.mark.parametrize(
    ("at", "now", "found"),
    [
        pytest.param(
            NEAR.replace(hour=0, minute=5), NEAR + 13 * MINUTE, NEAR + 12 * MINUTE, id="just passed"
        ),
        pytest.param(NEAR.replace(hour=0, minute=5), NEAR + 11 * MINUTE, None, id="the other lies ahead"),
        pytest.param(NEAR.replace(day=24, hour=0, minute=5), NOW, None, id="another day was typed"),
        pytest.param(
            NEAR.replace(hour=23, minute=59), NEAR, None, id="it lies ahead itself: that is refused"
        ),
    ],
)
def test_what_can_not_have_been_meant_is_not_asked_about(at: datetime, now: datetime, found: datetime | None):
    assert other_day(at, NEAR, now) == found


def test_a_time_that_is_not_in_the_day_beside_is_not_asked_about():
    before = datetime(2026, 3, 28, 23, 50, tzinfo=STOCKHOLM)
    assert other_day(before.replace(hour=2, minute=30), before, NOW) is None
    assert other_day(before.replace(hour=3, minute=30), before, NOW) == datetime(
        2026, 3, 29, 3, 30, tzinfo=STOCKHOLM
    )


def test_every_minute_of_the_night_in_october_at_every_quarter_of_it():
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    for quarter in range(5 * 4):
        now = start + quarter * 15 * MINUTE
        for minute in range(5 * 60):
            at = start + minute * MINUTE
            others = [at + each for each in (-60 * MINUTE, 60 * MINUTE)]
            twice = [
                at,
                *(
                    other
                    for other in others
                    if f"{other.astimezone(STOCKHOLM):%H%M}" == f"{at.astimezone(STOCKHOLM):%H%M}"
                ),
            ]
            both = {which_hour(each).strip(): each for each in twice}
            found = both_hours(at, now)
            assert {side: each.astimezone(UTC) for side, each in found.items()} == (
                both if len(twice) == 2 and max(twice) <= now else {}
            )


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("02.50 sommartid", "sommartid"),
        ("0250 Vintertid", "vintertid"),
        ("2.50,  sommartid", "sommartid"),
        ("25/10 02.50 vintertid", "vintertid"),
        ("02.50", ""),
    ],
)
def test_which_of_the_two_hours_is_read_beside_the_time(text: str, side: str):
    now = datetime(2026, 10, 25, 8, tzinfo=STOCKHOLM)
    rest, said = read_side(text)
    assert said == side
    for shown in (None, OCTOBER, OCTOBER.replace(fold=1)):
        found = read_moment(*read_time(rest), None, now=now, years=(2025, 2027), shown=shown, side=said)
        meant = said or which_hour(shown or OCTOBER.replace(fold=1)).strip()
        assert (found.hour, found.minute, which_hour(found).strip()) == (2, 50, meant)


def test_the_hour_of_october_is_not_said_of_another():
    with pytest.raises(RuleError, match="Sommartid skrivs bara i timmen som kommer två gånger"):
        read_moment(*read_time("03.10"), None, now=OCTOBER + DAY, years=(2025, 2027), side="sommartid")


def test_what_is_asked_names_both():
    asked = ask_day(NEAR.replace(hour=0, minute=5), NEAR + 12 * MINUTE, NOW)
    assert asked.sentence == (
        "Datumet är inte ändrat, så tiden blir mån 23 nov 00.05. Menar du tis 24 nov 00.05?"
    )
    assert [label for _, label in asked.choices] == ["Ja, tis 24 nov 00.05", "Nej, mån 23 nov 00.05 är rätt"]
    asked = ask_hour([OCTOBER, OCTOBER.replace(minute=10)], OCTOBER + DAY)
    assert asked.sentence.startswith("Klockan ställdes tillbaka sön 25 okt: 02.50 och 02.10 kom två gånger.")
    assert "skriv sommartid eller vintertid" in asked.warning
    assert local_day(OCTOBER).isoformat() == "2026-10-25"


@pytest.mark.parametrize("on", ["none", "the day of the page"])
@pytest.mark.parametrize(
    ("text", "then", "found"),
    [
        ("23.20", 23, 24),
        ("idag 23.20", 23, 24),
        ("i kväll 23.20", 23, 24),
        ("igår 23.20", 22, 23),
        ("i förrgår 23.20", 21, 22),
        ("i går kväll 23.20", 22, 23),
        ("i natt 05.20", 23, 24),
        # The weekday of the new day was a week ago; so was that of the page, said as one that has been.
        ("tis 23.20", 17, 24),
        ("i måndags 23.20", 16, 23),
        ("mån 23.20", None, 23),
        ("23/11 23.20", None, 23),
        ("2026-11-23 23.20", None, 23),
    ],
)
def test_what_reads_as_another_day_since_the_page_was_opened(
    text: str, then: int | None, found: int, on: str
):
    opened, now = NEAR.replace(hour=17), NEAR.replace(hour=8) + DAY
    beside = None if on == "none" else NEAR.date()
    word, at = read_time(text)

    def read(now: datetime) -> datetime:
        return read_moment(word, at, beside, now=now, years=(2025, 2027))

    try:
        saved = read(now)
    except RuleError:
        # The date that the page had filled in is beside the word of another day: said so, and not saved.
        assert beside is not None
        return
    if beside and not word:
        found, then = 23, None
    assert local_day(saved).day == found
    as_opened = read_as_opened(word, at, beside, found=saved, now=now, opened=opened, years=(2025, 2027))
    assert (local_day(as_opened).day if as_opened else None) == then
    for same in (now, now - timedelta(hours=7), now + DAY):
        assert read_as_opened(word, at, beside, found=saved, now=now, opened=same, years=(2025, 2027)) is None
