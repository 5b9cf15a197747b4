"""How a typed time becomes a moment: every minute of both clock changes, the words for days, the years that can be."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.days import read_day
from contacts.rules.errors import RuleError
from outage.rules.moments import (
    ahead,
    check_past,
    check_start,
    check_year,
    read_clock,
    read_moment,
    read_time,
    years_around,
)
from outage.rules.wording import day_and_time

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 26, 10, 52, tzinfo=STOCKHOLM)
YEARS = years_around(NOW)
MINUTE = timedelta(minutes=1)
EVERY_MINUTE = [time(hour, minute) for hour in range(24) for minute in range(60)]


def read(text: str, on: date | None, now: datetime = NOW, shown: datetime | None = None) -> datetime:
    """Read a typed time and a date as a form does."""
    word, at = read_time(text)
    return read_moment(word, at, on, now=now, years=years_around(now), shown=shown)


@pytest.mark.parametrize("hour", range(24))
def test_every_minute_is_read_in_each_way_of_writing_it(hour: int):
    for minute in range(60):
        meant = time(hour, minute)
        for text in (
            f"{hour}.{minute:02}",
            f"{hour:02}:{minute:02}",
            f"{hour:02}{minute:02}",
            f"{hour} {minute:02}",
            f"{hour},{minute:02}",
            f"kl {hour}.{minute:02}",
            f"kl. {hour:02}:{minute:02}",
            f"Kl.{hour:02}{minute:02}",
            f"klockan {hour} {minute:02}",
            f"{hour:02}-{minute:02}",
            f"{hour:02}:{minute:02}:00",
        ):
            assert read_clock(text) == meant, text
            assert read_time(text) == ("", meant), text


@pytest.mark.parametrize(
    "text",
    ["24", "25.00", "24.01", "10.60", "tio", "10.5", "1", "10", "10.52.30", "-1.00", "１０.５２", "10 5"],
)
def test_what_is_no_time_is_refused(text: str):
    with pytest.raises(RuleError, match=r"Skriv tiden som 10\.52"):
        read_time(text)


@pytest.mark.parametrize(
    "text", ["24.00", "24:00", "2400", "24 00", "kl. 24.00", "klockan 24:00", "igår 24.00", "Kl 24.00 i dag"]
)
def test_the_midnight_that_ends_a_day_is_told_how_it_is_written(text: str):
    with pytest.raises(RuleError, match=r"Midnatt skrivs 00\.00, med datumet för dagen som börjar"):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("igår 23.50", 25),
        ("i går 23.50", 25),
        ("Igår kl. 23.50", 25),
        ("IGÅR, 2350", 25),
        ("i ga\N{COMBINING RING ABOVE}r 23 50", 25),
        ("23.50 igår", 25),
        ("kl 23.50 i går", 25),
        ("idag 23.50", 26),
        ("i dag 23.50", 26),
        ("i förrgår 23.50", 24),
        ("iförrgår kl 23:50", 24),
    ],
)
@pytest.mark.parametrize("on", ["none", "today", "same"])
def test_a_word_names_the_day(text: str, day: int, on: str):
    beside = {"none": None, "today": NOW.date(), "same": date(2026, 11, day)}[on]
    assert read(text, beside) == datetime(2026, 11, day, 23, 50, tzinfo=STOCKHOLM)


def test_a_word_beside_another_date_is_refused_and_names_both():
    with pytest.raises(RuleError, match=r"Igår är ons 25 nov, men datumet är mån 23 nov\. Ändra det ena\."):
        read("igår 23.50", date(2026, 11, 23))
    with pytest.raises(RuleError, match="Idag är tors 26 nov, men datumet är ons 25 nov"):
        read("idag 9.05", date(2026, 11, 25))


def test_a_word_counts_from_the_day_in_stockholm():
    night = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert read("igår 23.50", None, night) == datetime(2026, 11, 25, 23, 50, tzinfo=STOCKHOLM)


@pytest.mark.parametrize("year", [1, 26, 1926, 2024, 2028, 2206, 9999])
def test_a_year_that_cannot_be_is_refused_with_the_years_that_can(year: int):
    for on in (date(year, 1, 1), date(year, 12, 31)):
        with pytest.raises(RuleError, match=f"Året {year:04} kan inte stämma.*mellan 2025 och 2027"):
            read("0.00", on)
        with pytest.raises(RuleError, match="kan inte stämma"):
            check_year(on, YEARS)


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_years_beside_are_taken(year: int):
    assert read("10.52", date(year, 6, 1)).year == year


@pytest.mark.parametrize("text", ["2026-11-24", "20261124", " 2026-11-24 "])
def test_a_day_is_read(text: str):
    assert read_day(text) == date(2026, 11, 24)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "0000-01-01", "11/24/2026", "24", "i går", "２０２６-11-24", "2026-11-24x"]
)
def test_what_is_no_day_is_refused(text: str):
    with pytest.raises(RuleError):
        read_day(text)


def test_a_start_longer_ago_than_an_outage_lasts_is_refused():
    check_start(NOW - timedelta(days=31), NOW)
    with pytest.raises(RuleError, match="mer än 31 dagar tillbaka"):
        check_start(NOW - timedelta(days=31, minutes=1), NOW)
    with pytest.raises(RuleError):
        check_start(NOW.replace(year=2025), NOW)


def test_every_minute_of_the_night_to_summer_time():
    night, now = date(2026, 3, 29), datetime(2026, 3, 30, 8, tzinfo=STOCKHOLM)
    for at in EVERY_MINUTE:
        if at.hour == 2:
            with pytest.raises(RuleError, match="tiden finns inte"):
                read(f"{at:%H.%M}", night, now)
        else:
            found = read(f"{at:%H.%M}", night, now)
            assert found.astimezone(UTC).astimezone(STOCKHOLM) == found
            assert found.utcoffset() == timedelta(hours=1 if at.hour < 2 else 2)


def test_every_minute_of_the_night_to_winter_time_at_every_quarter_of_it():
    """Of two moments that read the same, the later one that is not ahead of now."""
    night = date(2026, 10, 25)
    start = datetime(2026, 10, 24, 23, tzinfo=UTC)
    for quarter in range(5 * 4):
        now = start + quarter * 15 * MINUTE
        for at in EVERY_MINUTE[: 5 * 60]:
            first = datetime.combine(night, at, STOCKHOLM)
            both = sorted({first.astimezone(UTC), first.replace(fold=1).astimezone(UTC)})
            passed = [each for each in both if each <= now]
            meant = passed[-1] if passed else both[0]
            assert read(f"{at:%H%M}", night, now).astimezone(UTC) == meant, (at, now)


def test_what_a_form_shows_and_gets_back_is_the_same_moment_to_the_second():
    """Every minute of both clock changes, whenever it is sent."""
    for start in (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)):
        for minute in range(6 * 60):
            shown = start + timedelta(minutes=minute, seconds=37)
            local = shown.astimezone(STOCKHOLM)
            for now in (shown, shown + 61 * MINUTE, shown + timedelta(days=3)):
                for text in (f"{local:%H.%M}", f"{local:%H%M}", f"kl. {local:%H:%M}"):
                    assert read(text, local.date(), now, shown).astimezone(UTC) == shown


@pytest.mark.parametrize("offset", [2, 1])
def test_a_changed_minute_in_the_repeated_hour_keeps_the_side_of_the_one_shown(offset: int):
    shown = datetime(2026, 10, 25, 2 - offset, 30, tzinfo=UTC)
    later = datetime(2026, 10, 25, 8, tzinfo=UTC)
    for minute in range(60):
        found = read(f"2.{minute:02}", date(2026, 10, 25), later, shown)
        assert found.utcoffset() == timedelta(hours=offset), minute


def test_the_side_is_not_kept_where_it_would_be_ahead_of_now():
    shown = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    found = read("2.50", date(2026, 10, 25), shown + MINUTE, shown)
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)


def test_a_day_that_has_been_lies_not_ahead_and_not_out_of_living_memory():
    today = NOW.date()
    for days in (0, 1, 365, 49 * 365):
        check_past(today - timedelta(days=days), today)
    for later in (today + timedelta(days=1), date(2199, 1, 1)):
        with pytest.raises(RuleError, match="framåt i tiden"):
            check_past(later, today)
    for old in (date(1975, 12, 31), date(26, 1, 1), date(1, 1, 1)):
        with pytest.raises(RuleError, match="kan inte stämma"):
            check_past(old, today)


# Days by name. It is Thursday the 26th, 10.52, where nothing else is said.


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mån 23.50", "2026-11-23"),
        ("måndag 23.50", "2026-11-23"),
        ("Mån. kl 23.50", "2026-11-23"),
        ("23.50 tisdag", "2026-11-24"),
        ("tors 23.50", "2026-11-26"),
        ("tor 23.50", "2026-11-26"),
        ("torsdag 23.50", "2026-11-26"),
        ("fre 23.50", "2026-11-20"),
        ("sön, 23.50", "2026-11-22"),
        ("30/11 23.50", "2026-11-30"),
        ("25/11 2350", "2026-11-25"),
        ("25 nov 23.50", "2026-11-25"),
        ("25 nov. 23.50", "2026-11-25"),
        ("25 november 23.50", "2026-11-25"),
        ("ons 25 nov 23.50", "2026-11-25"),
        ("onsdag 25/11 23:50", "2026-11-25"),
        ("23.50 25 nov", "2026-11-25"),
        ("1 mars 23.50", "2027-03-01"),
        ("1 jul 23.50", "2026-07-01"),
        ("i natt 23.50", "2026-11-25"),
        ("inatt 23.50", "2026-11-25"),
        ("igår23.50", "2026-11-25"),
        ("23.50igår", "2026-11-25"),
        ("25 nov23.50", "2026-11-25"),
        ("igår kväll 23.50", "2026-11-25"),
        ("i går kväll kl. 23.50", "2026-11-25"),
        ("23.50 i förrgår kväll", "2026-11-24"),
        ("i kväll 23.50", "2026-11-26"),
        ("ikväll 23.50", "2026-11-26"),
        ("i torsdags 23.50", "2026-11-19"),
        ("i fredags 23.50", "2026-11-20"),
        ("ionsdags 23.50", "2026-11-25"),
        ("23.50 i måndags", "2026-11-23"),
        ("2026-11-25 23.50", "2026-11-25"),
        ("2026-11-25, 23:50:31", "2026-11-25"),
        ("23.50 2026-11-25", "2026-11-25"),
    ],
)
def test_a_day_is_named_beside_its_time(text: str, day: str):
    for on in (None, NOW.date(), date.fromisoformat(day)):
        assert read(text, on) == datetime.fromisoformat(f"{day}T23:50").replace(tzinfo=STOCKHOLM)


def test_every_day_of_a_year_is_named_as_the_pages_name_it():
    for days in range(-180, 181):
        on = NOW.date() + timedelta(days=days)
        named = day_and_time(datetime.combine(on, time(9, 5), STOCKHOLM), NOW)
        short = day_and_time(datetime.combine(on, time(9, 5), STOCKHOLM), on).partition(" ")[2]
        for text in (named, short, f"{on.day}/{on.month} 9.05", f"9.05 {on.day}/{on.month}"):
            assert read(text, None).date() == on, text


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (("i morse", "imorse", "i dag morgon", "igår morse", "i går morgon"), "04.00", "11.59"),
        (("i förmiddags", "i dag förmiddag", "igår förmiddag"), "06.00", "12.30"),
        (("i eftermiddags", "idag eftermiddag", "i förrgår eftermiddag"), "12.00", "18.59"),
        (("i kväll", "idag kväll", "igår kväll"), "17.00", "23.59"),
    ],
)
def test_a_part_of_a_day_is_read_beside_the_times_that_are_of_it(
    words: tuple[str, ...], first: str, last: str
):
    for word in words:
        back = 1 if "går" in word and "förr" not in word else 2 if "förrgår" in word else 0
        for at in EVERY_MINUTE:
            written = f"{at:%H.%M}"
            if first <= written <= last:
                found = read(f"{word} {written}", None)
                assert found == datetime.combine(NOW.date() - timedelta(days=back), at, STOCKHOLM)
            else:
                with pytest.raises(RuleError, match=f"{written} är inte på .*Ändra det ena"):
                    read(f"{word} {written}", None)


@pytest.mark.parametrize("today", [date(2026, 11, 30) + timedelta(days=days) for days in range(7)])
def test_i_mandags_is_never_today(today: date):
    for back in range(1, 8):
        on = today - timedelta(days=back)
        word = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")[on.weekday()]
        assert read(f"i {word}dags 00.10", None, datetime.combine(today, time(8), STOCKHOLM)).date() == on


@pytest.mark.parametrize("today", [date(2026, 11, 30) + timedelta(days=days) for days in range(7)])
def test_a_weekday_is_the_last_one_today_included(today: date):
    now = datetime.combine(today, time(0, 21), STOCKHOLM)
    for back in range(7):
        on = today - timedelta(days=back)
        word = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")[on.weekday()]
        assert read(f"{word} 00.10", None, now).date() == on


@pytest.mark.parametrize(
    ("hour", "text", "days"),
    [
        (0, "i natt 00.10", 0),
        (0, "i natt 23.50", -1),
        (8, "i natt 02.30", 0),
        (8, "i natt 22.10", -1),
        (17, "i natt 02.30", 0),
        # It may be the night to come.
        (19, "i natt 02.30", None),
        (23, "i natt 22.10", None),
        (8, "i natt 12.00", None),
    ],
)
def test_of_a_night_only_what_is_sure_is_read(hour: int, text: str, days: int | None):
    now = NOW.replace(hour=hour, minute=21)
    if days is None:
        with pytest.raises(RuleError, match=r"Skriv tiden som 10\.52 eller igår 23\.50"):
            read(text, None, now)
    else:
        assert read(text, None, now).date() == now.date() + timedelta(days=days)


@pytest.mark.parametrize(
    "text",
    [
        "31/2 10.52",
        "32 nov 10.52",
        "0/11 10.52",
        "1/13 10.52",
        "nov 10.52",
        "30-11 10.52",
        "m 10.52",
        "30/11",
        "2026-02-30 10.52",
        "2026-13-01 10.52",
        "i natts 10.52",
        "igår natt 02.10",
        "i dagis 10.52",
    ],
)
def test_a_day_that_is_none_or_not_clear_is_refused(text: str):
    with pytest.raises(RuleError, match=r"Skriv tiden som 10\.52"):
        read(text, None)


def test_a_weekday_that_is_not_that_of_the_date_is_refused():
    with pytest.raises(RuleError, match=r"Ons 25 nov är den dagen\. Ändra veckodagen eller datumet"):
        read("tis 25 nov 10.52", None)
    with pytest.raises(RuleError, match="Dagen du skrev är mån 23 nov, men datumet är tis 24 nov"):
        read("mån 10.52", date(2026, 11, 24))


def test_new_year_is_the_nearest():
    now = datetime(2027, 1, 1, 0, 21, tzinfo=STOCKHOLM)
    assert read("31 dec 23.50", None, now) == datetime(2026, 12, 31, 23, 50, tzinfo=STOCKHOLM)
    assert read("1/1 00.10", None, now - timedelta(hours=1)).year == 2027


def test_what_lies_ahead_today_and_was_just_now_yesterday_is_offered():
    night = datetime(2026, 12, 1, 0, 20, tzinfo=STOCKHOLM)
    told = "För sent."
    at = night.replace(hour=23, minute=50)
    assert ahead(told, at, night) == f"{told} Menar du i går (mån 30 nov) 23.50? Skriv igår 23.50."
    assert ahead(told, night + timedelta(hours=1), night) == told
    assert ahead(told, at + timedelta(days=1), night) == told
    assert read("igår 23.50", night.date(), night) == at - timedelta(days=1)
