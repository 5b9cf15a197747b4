"""Hours to and from words: what a person reads, what the directory file holds, what is written in a form."""

import random
from datetime import time
from itertools import product

import pytest

from contacts.rules.clock_words import day_words, parse_clock, parse_day
from contacts.rules.errors import RuleError
from contacts.rules.hours import Availability, Eves, Hours, Span, Summer, check_hours
from contacts.rules.hours_text import hours_text, hours_words, read_hours

OFFICE, FRIDAY, ROUND = Span(time(8), time(16, 30)), Span(time(8), time(15)), Span(time(0), time(0))
HIGH_SUMMER = Summer("06-15", "08-15", time(8), time(12))


def own(*days: Span | None, **more) -> Hours:
    return Hours(Availability.OWN_HOURS, days=days, **more)


def day(**more) -> Hours:
    return Hours(Availability.DAYTIME, **more)


SPLIT = Span(time(8), time(12), Span(time(13), time(16)))
OFFICE_WEEK = (OFFICE, OFFICE, OFFICE, OFFICE, FRIDAY, None, None, Span(time(10), time(14)))
EVERYTHING = day(
    opens_at=time(8),
    closes_at=time(16, 30),
    friday_closes_at=time(15),
    lunch_from=time(12),
    lunch_to=time(13),
    summer=HIGH_SUMMER,
    eves=Eves.SHORT,
    eve_closes_at=time(12),
)


@pytest.mark.parametrize(
    ("hours", "words", "text"),
    [
        (day(), "Vardag dagtid", ""),
        (Hours(Availability.ALWAYS), "Dygnet runt", ""),
        (Hours(Availability.UNKNOWN), "Tider okända", ""),
        (Hours(Availability.EVENING_WEEKEND), "Kväll och helg", ""),
        (
            Hours(Availability.EVENING_WEEKEND, eves=Eves.WEEKEND),
            "Kväll och helg, aftnar som helg",
            "aftnar som helg",
        ),
        (day(opens_at=time(7, 30)), "Vardag dagtid 07.30–16.30", "från 07.30"),
        (day(closes_at=time(15)), "Vardag dagtid 08.00–15.00", "till 15.00"),
        (day(eves=Eves.WEEKDAY), "Vardag dagtid, aftnar som vardag", "aftnar som vardag"),
        (
            EVERYTHING,
            (
                "Vardag dagtid 08.00–16.30, fredag till 15.00, lunchstängt 12.00–13.00, "
                "sommartid 15 juni–15 aug 08.00–12.00, aftnar till 12.00"
            ),
            "08.00–16.30; fredag till 15.00; lunch 12.00–13.00; sommar 15 juni–15 aug 08.00–12.00; aftnar till 12.00",
        ),
        (
            own(*OFFICE_WEEK),
            "mån–tor 08.00–16.30, fre 08.00–15.00, helgdag 10.00–14.00",
            "mån–tor 08.00–16.30; fre 08.00–15.00; helgdag 10.00–14.00",
        ),
        (
            own(OFFICE, None, OFFICE, None, None, ROUND, ROUND, ROUND),
            "mån 08.00–16.30, ons 08.00–16.30, lör–sön dygnet runt, helgdag dygnet runt",
            "mån 08.00–16.30; ons 08.00–16.30; lör–sön dygnet runt; helgdag dygnet runt",
        ),
        (
            own(*[Span(time(22), time(6))] * 7, Span(time(6), time(6)), eves=Eves.WEEKEND),
            "mån–sön 22.00–06.00, helgdag 06.00–06.00, aftnar som helg",
            "mån–sön 22.00–06.00; helgdag 06.00–06.00; aftnar som helg",
        ),
    ],
)
def test_how_hours_are_written(hours, words, text):
    assert hours_words(hours) == words
    assert hours_text(hours) == text


def some_hours() -> list[Hours]:
    """Every kind of daytime and of evenings, and a thousand weeks of own hours, those that are valid."""
    eves = [(said, None) for said in Eves if said is not Eves.SHORT]
    eves += [(Eves.SHORT, time(0)), (Eves.SHORT, time(12, 5))]
    lunches = [(None, None), (time(12), time(13)), (time(11, 45), time(12, 15))]
    summers = [
        None,
        HIGH_SUMMER,
        Summer("01-01", "12-31", time(9, 1), time(9, 59)),
        Summer("02-29", "02-29", *lunches[1]),
    ]
    found = [Hours(Availability.ALWAYS), Hours(Availability.UNKNOWN)]
    for said, closes in eves:
        found.append(Hours(Availability.EVENING_WEEKEND, eves=said, eve_closes_at=closes))
        for opens, shuts, friday, lunch, summer in product(
            (None, time(7, 30), time(8)),
            (None, time(16, 30), time(18)),
            (None, time(15), time(20)),
            lunches,
            summers,
        ):
            found.append(Hours(Availability.DAYTIME, opens, shuts, friday, *lunch, (), said, closes, summer))
    dice = random.Random(3)
    midnight_on = [time(n // 12, n % 12 * 5) for n in range(288)]
    for _ in range(1000):
        spans = [
            None,
            OFFICE,
            ROUND,
            Span(*dice.choices(midnight_on, k=2)),
            Span(*dice.choices(midnight_on, k=2)),
            SPLIT,
            Span(time(8), time(9), Span(time(10), time(11), Span(time(22), time(6)))),
        ]
        said, closes = dice.choice(eves)
        hours = own(*dice.choices(spans, k=8), eves=said, eve_closes_at=closes, summer=dice.choice(summers))
        lunch_from, lunch_to = dice.choice(lunches)
        with_lunch = own(
            *hours.days,
            eves=said,
            eve_closes_at=closes,
            summer=hours.summer,
            lunch_from=lunch_from,
            lunch_to=lunch_to,
        )
        found += [hours for hours in {hours, with_lunch} if can_be_meant(hours)]
    return found


def can_be_meant(hours: Hours) -> bool:
    try:
        check_hours(hours)
    except RuleError:
        return False
    return True


def test_reads_back_what_it_writes():
    some = some_hours()
    assert len(some) > 3000
    for hours in some:
        check_hours(hours)
        label, text = hours.availability.label, hours_text(hours)
        assert read_hours(label, "", text) == hours, text
        if hours.availability is Availability.OWN_HOURS:
            assert read_hours(label, "", hours_words(hours)) == hours


@pytest.mark.parametrize(
    "remark", ["", "Kundtjänst", "Stängt 12–13; fredag till 15", "Sommartid 1 juni–31 aug 9–12"]
)
@pytest.mark.parametrize("hours", [day(), EVERYTHING, own(*OFFICE_WEEK), Hours(Availability.ALWAYS)])
def test_reads_back_what_it_writes_beside_a_remark_that_says_otherwise(hours, remark):
    text = hours_text(hours, remark)
    assert read_hours(hours.availability.label, remark, text) == hours


@pytest.mark.parametrize(
    ("applies", "times", "expected"),
    [
        ("egna tider", "mån–fre 8–12, 13–16", own(*[SPLIT] * 5, None, None, None)),
        ("egna tider", "mån–fre 8–12 och 13–16", own(*[SPLIT] * 5, None, None, None)),
        (
            "egna tider",
            "vardagar kl. 8-12; 13-16; lör 10-14",
            own(*[SPLIT] * 5, Span(time(10), time(14)), None, None),
        ),
        ("vardag dagtid", "8-16:30", day(opens_at=time(8), closes_at=time(16, 30))),
        ("vardag dagtid", "ÖPPET KL. 8 – 16.30.", day(opens_at=time(8), closes_at=time(16, 30))),
        ("vardag dagtid", "öppnar 7.30, stänger kl 15", day(opens_at=time(7, 30), closes_at=time(15))),
        (
            "vardag dagtid",
            "fre till 15; Lunchstängt 12–13",
            day(friday_closes_at=time(15), lunch_from=time(12), lunch_to=time(13)),
        ),
        ("vardag dagtid", "STÄNGT FÖR LUNCH 12-13", day(lunch_from=time(12), lunch_to=time(13))),
        ("vardag dagtid", "sommartid 15 juni – 15 augusti endast 8-12", day(summer=HIGH_SUMMER)),
        ("vardag dagtid", "Sommar 15/6-15/8 8–12", day(summer=HIGH_SUMMER)),
        ("vardag dagtid", "sommar 06-15–08-15: 08:00–12:00", day(summer=HIGH_SUMMER)),
        ("vardag dagtid", "sommar 15–30 juni 8–12", day(summer=Summer("06-15", "06-30", time(8), time(12)))),
        ("vardag dagtid", "Alla aftnar som helg", day(eves=Eves.WEEKEND)),
        ("vardag dagtid", "aftnar till kl 12", day(eves=Eves.SHORT, eve_closes_at=time(12))),
        ("vardag dagtid", "–", day()),
        ("kväll/helg", "aftnar som vardagar", Hours(Availability.EVENING_WEEKEND, eves=Eves.WEEKDAY)),
        ("egna tider", "Måndag–torsdag 8–16.30; fredag: 8–15; helgdagar 10–14", own(*OFFICE_WEEK)),
        ("Egna tider", "mån-tors 8–16.30, fre 08:00-15, helgdag 10-14, lör-sön stängt", own(*OFFICE_WEEK)),
        ("egna tider", "måndag till torsdag 8–16.30\nfredagar 8–15\nhelgdag 10–14", own(*OFFICE_WEEK)),
        ("egna tider", "vardagar 8–16.30", own(*[OFFICE] * 5, None, None, None)),
        ("egna tider", "mån, ons och fre 8–16.30", own(OFFICE, None, OFFICE, None, OFFICE, None, None, None)),
        ("egna tider", "lör–mån dygnet runt", own(ROUND, None, None, None, None, ROUND, ROUND, None)),
        (
            "egna tider",
            "lördag 10–24",
            own(None, None, None, None, None, Span(time(10), time(0)), None, None),
        ),
    ],
)
def test_reads_what_people_write(applies, times, expected):
    assert read_hours(applies, "Stängt 11–12", times) == expected


@pytest.mark.parametrize(
    ("applies", "times", "sentence"),
    [
        ("vardag dagtid", "ibland", '"ibland" går inte att läsa.'),
        ("vardag dagtid", "08–16; ring först", '"ring först" går inte att läsa.'),
        ("vardag dagtid", "sommar 8–12", '"sommar 8–12" går inte att läsa.'),
        ("vardag dagtid", "08–25", "25 är inget klockslag."),
        ("vardag dagtid", "08.70–16", "08.70 är inget klockslag."),
        ("vardag dagtid", "16–08", "Stängningstiden måste vara senare än öppningstiden."),
        ("vardag dagtid", "sommar 31 juni–15 aug 8–12", "31 juni är ingen dag."),
        (
            "vardag dagtid",
            "sommar 15 aug–15 juni 8–12",
            "Sommartiden måste sluta senare på året än den börjar.",
        ),
        ("vardag dagtid", "lunch 12–13; lunch 11–12", "Skriv lunch bara en gång."),
        ("vardag dagtid", "mån 08–12", "Ange tider för varje dag bara för egna tider."),
        ("egna tider", "", "Ange tider för minst en dag."),
        ("egna tider", "lunch 12–13", "Ange tider för minst en dag."),
        ("egna tider", "mån 08–12; mån–tis 13–16", "Skriv mån bara en gång."),
        ("egna tider", "mån 08–12, 11–16", "Ange dagens tider i ordning"),
        ("egna tider", "mån 22–06, 13–16", "Ange dagens tider i ordning"),
        ("egna tider", "mån, ons", "Skriv tiderna efter ons."),
        ("egna tider", "mån–helgdag 08–12", '"mån–helgdag 08–12" går inte att läsa.'),
        ("egna tider", "08–16", "Ange tiderna dag för dag."),
        ("dygnet runt", "lunch 12–13", "Ange lunch bara för vardag dagtid och egna tider."),
        ("", "08–16", "Ange klockslaget bara för vardag dagtid."),
        ("kväll och helg", "sommar 15/6–15/8 8–12", "Ange sommartid bara för vardag dagtid och egna tider."),
    ],
)
def test_times_that_can_not_be_read_are_told_with_their_column(applies, times, sentence):
    with pytest.raises(RuleError) as told:
        read_hours(applies, "", times)
    assert told.value.field == "Tider"
    assert told.value.reason.startswith(sentence)


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        ("Sommartid 15 juni–15 augusti 08–12", day(summer=HIGH_SUMMER)),
        ("Kundtjänst; sommartid 15/6–15/8 endast 08–12", day(summer=HIGH_SUMMER)),
        ("Sommartid endast 08–12", day()),
        ("kortare tider sommartid", day()),
        ("aftnar till 12", day(eves=Eves.SHORT, eve_closes_at=time(12))),
        ("mån–tor 08–12", day()),
    ],
)
def test_of_a_remark_summer_hours_with_dates_are_read(remark, expected):
    assert read_hours("vardag dagtid", remark) == expected


@pytest.mark.parametrize(
    "remark", ["Sommartid 31 juni–15 augusti 08–12", "Stängt 12–25", "16–08", "08.70–16"]
)
def test_of_a_remark_that_can_not_be_meant_nothing_is_read(remark):
    assert read_hours("vardag dagtid", remark) == day()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8", time(8)),
        ("08", time(8)),
        ("8.30", time(8, 30)),
        ("08:30", time(8, 30)),
        ("830", time(8, 30)),
        ("0830", time(8, 30)),
        (" kl. 16.05 ", time(16, 5)),
        ("0", time(0)),
        ("23.59", time(23, 59)),
    ],
)
def test_reads_a_clock_time(text, expected):
    assert parse_clock(text) == expected


@pytest.mark.parametrize("text", ["25", "8.7", "8.60", "08.00.00", "åtta", "12345", "-8", "８", "8–9"])
def test_what_is_no_clock_time(text):
    with pytest.raises(RuleError) as told:
        parse_clock(text)
    assert told.value.reason == f"{text} är inget klockslag. Skriv till exempel 08.00."
    assert told.value.field is None


def test_midnight_and_nothing_as_a_clock_time_say_what_to_write():
    with pytest.raises(RuleError, match=r"24\.00 är inget klockslag. Skriv 00\.00 för midnatt\."):
        parse_clock("24.00")
    with pytest.raises(RuleError, match=r"Skriv ett klockslag, till exempel 08\.00\."):
        parse_clock(" ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 juni", "06-15"),
        ("15 Jun.", "06-15"),
        ("den 15 juni", "06-15"),
        ("15/6", "06-15"),
        ("06-15", "06-15"),
        ("1 mar", "03-01"),
        ("3 sept", "09-03"),
        ("29 februari", "02-29"),
    ],
)
def test_reads_a_day_of_the_year(text, expected):
    assert parse_day(text) == expected


@pytest.mark.parametrize(
    "text", ["30 feb", "31/6", "13-01", "15", "15 ju", "15 juno", "midsommar", "2026-06-15"]
)
def test_what_is_no_day_of_the_year(text):
    with pytest.raises(RuleError) as told:
        parse_day(text)
    assert told.value.reason == f"{text} är ingen dag. Skriv till exempel 15 juni."
    assert told.value.field is None


def test_every_day_of_the_year_is_written_and_read_back():
    days = [f"{month:02}-{number:02}" for month in range(1, 13) for number in range(1, 32)]
    real = [text for text in days if text not in {"02-30", "02-31", "04-31", "06-31", "09-31", "11-31"}]
    assert len(real) == 366
    for text in real:
        assert parse_day(day_words(text)) == text
    assert day_words("06-15") == "15 juni"
