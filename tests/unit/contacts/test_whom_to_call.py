"""Which number to ring now: by clause, and for every pair of candidates by argument."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import combinations, islice
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.hours import Availability, Hours
from contacts.rules.whom_to_call import Candidate, NumberToRing, Sought, Way, best_first, is_verified
from tests.long import runs

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TUESDAY_10 = datetime(2026, 11, 24, 10, 52, tzinfo=STOCKHOLM)
TUESDAY_LUNCH = datetime(2026, 11, 24, 12, 10, tzinfo=STOCKHOLM)
TUESDAY_EVENING = datetime(2026, 11, 24, 19, 0, tzinfo=STOCKHOLM)
SATURDAY_EVENING = datetime(2026, 11, 28, 19, 0, tzinfo=STOCKHOLM)
CHRISTMAS_EVE = datetime(2026, 12, 24, 10, 0, tzinfo=STOCKHOLM)  # a Thursday

DAYTIME = Hours(Availability.DAYTIME)
LUNCH = Hours(Availability.DAYTIME, lunch_from=time(12), lunch_to=time(13))
EVENING = Hours(Availability.EVENING_WEEKEND)
ALWAYS = Hours(Availability.ALWAYS)
UNKNOWN = Hours(Availability.UNKNOWN)

REGION = Candidate("Regionens växel", "090-785 00 00", Way.REGION_SWITCHBOARD, ALWAYS)
SWITCHBOARD = Candidate("Växel Malå", "0953-140 00", Way.SWITCHBOARD, LUNCH)
HOME_DAY = Candidate("Hemsjukvård dagtid", "0953-140 01", Way.HOME_NURSING, DAYTIME)
HOME_EVENING = Candidate("Hemsjukvård kväll/helg", "0953-140 02", Way.HOME_NURSING, EVENING)
EVERYTHING = (REGION, HOME_EVENING, HOME_DAY, SWITCHBOARD)


def names(candidates, at) -> list[str]:
    return [line.entry_name for line in best_first(candidates, at, STOCKHOLM)]


@pytest.mark.clause("R5.3")
def test_daytime_on_a_weekday_the_switchboard_comes_first():
    best = best_first(EVERYTHING, TUESDAY_10, STOCKHOLM)[0]
    assert (best.entry_name, best.number, best.tel) == ("Växel Malå", "0953-140 00", "tel:+4695314000")
    assert best.open_now
    assert best.opens_at is None
    assert not best.relays


@pytest.mark.clause("R5.4")
@pytest.mark.parametrize("at", [TUESDAY_EVENING, SATURDAY_EVENING, CHRISTMAS_EVE])
def test_evenings_weekends_and_holidays_the_hemsjukvard_comes_first_and_relays(at):
    best = best_first(EVERYTHING, at, STOCKHOLM)[0]
    assert best.entry_name == "Hemsjukvård kväll/helg"
    assert best.relays


@pytest.mark.clause("R5.3")
def test_closed_for_lunch_says_when_it_opens_and_puts_the_hemsjukvard_first():
    lines = best_first(EVERYTHING, TUESDAY_LUNCH, STOCKHOLM)
    assert [line.entry_name for line in lines] == [
        "Hemsjukvård dagtid",
        "Regionens växel",
        "Växel Malå",
        "Hemsjukvård kväll/helg",
    ]
    assert lines[2].opens_at == datetime(2026, 11, 24, 13, 0, tzinfo=STOCKHOLM)


@pytest.mark.clause("R5.4")
def test_a_missing_number_is_listed_but_never_first_when_another_has_one():
    missing = Candidate("Hemsjukvård kväll/helg", "", Way.HOME_NURSING, EVENING)
    lines = best_first((missing, REGION, SWITCHBOARD), SATURDAY_EVENING, STOCKHOLM)
    assert [(line.entry_name, line.number) for line in lines] == [
        ("Regionens växel", "090-785 00 00"),
        ("Växel Malå", "0953-140 00"),
        ("Hemsjukvård kväll/helg", ""),
    ]
    assert lines[2].tel is None


@pytest.mark.clause("R5.1")
def test_a_wards_own_number_comes_before_the_switchboard():
    ward = Candidate("Medicin 1", "090-785 11 22", Way.UNIT, ALWAYS)
    assert names((REGION, ward), SATURDAY_EVENING) == ["Medicin 1", "Regionens växel"]


@pytest.mark.clause("R5.2")
def test_a_closed_halsocentral_comes_after_the_switchboard_and_says_when_it_opens():
    centre = Candidate("Bjurholms hälsocentral", "0932-141 00", Way.UNIT, DAYTIME)
    assert names((REGION, centre), TUESDAY_10) == ["Bjurholms hälsocentral", "Regionens växel"]
    lines = best_first((REGION, centre), TUESDAY_EVENING, STOCKHOLM)
    assert [line.entry_name for line in lines] == ["Regionens växel", "Bjurholms hälsocentral"]
    assert lines[1].opens_at == datetime(2026, 11, 25, 8, 0, tzinfo=STOCKHOLM)


@pytest.mark.clause("R5.1")
def test_an_internal_extension_is_never_first_when_another_number_works_from_outside():
    ward = Candidate("Medicin 1", "59123", Way.UNIT, ALWAYS)
    lines = best_first((ward, REGION), TUESDAY_10, STOCKHOLM)
    assert [line.entry_name for line in lines] == ["Regionens växel", "Medicin 1"]
    assert (lines[1].is_extension, lines[1].tel, lines[1].shown) == (True, None, "internt 59123")


def test_unknown_hours_count_as_answering_in_daytime_only():
    centre = Candidate("Hälsocentral", "0932-141 00", Way.UNIT, UNKNOWN)
    assert names((REGION, centre), TUESDAY_10)[0] == "Hälsocentral"
    lines = best_first((REGION, centre), SATURDAY_EVENING, STOCKHOLM)
    assert lines[0].entry_name == "Regionens växel"
    assert (lines[1].open_now, lines[1].opens_at, lines[1].hours_known) == (False, None, False)


def test_the_verified_of_two_equals_comes_first_until_ninety_days_have_passed():
    plain = Candidate("A", "0953-140 01", Way.HOME_NURSING, DAYTIME)
    checked = Candidate("B", "0953-140 02", Way.HOME_NURSING, DAYTIME, "", TUESDAY_10 - timedelta(days=90))
    assert names((plain, checked), TUESDAY_10) == ["B", "A"]
    later = TUESDAY_10 + timedelta(days=1)
    assert names((plain, checked), later) == ["A", "B"]
    assert not best_first((checked,), later, STOCKHOLM)[0].verified


def test_verified_for_as_long_as_is_said():
    assert is_verified(TUESDAY_10 - timedelta(days=30), TUESDAY_10, timedelta(days=30))
    assert not is_verified(TUESDAY_10 - timedelta(days=31), TUESDAY_10, timedelta(days=30))
    assert not is_verified(None, TUESDAY_10)


@pytest.mark.clause("R5.3")
def test_a_number_said_not_to_work_comes_after_every_other_that_answers_and_before_what_is_closed():
    broken = replace(SWITCHBOARD, flagged=True)
    assert names((broken, HOME_EVENING, HOME_DAY, REGION), TUESDAY_10) == [
        "Hemsjukvård dagtid",
        "Regionens växel",
        "Växel Malå",
        "Hemsjukvård kväll/helg",
    ]


def test_the_numbers_of_one_entry_keep_their_order():
    numbers = [replace(HOME_DAY, number=f"0953-140 0{n}", place=place) for place, n in enumerate((7, 3, 5))]
    lines = best_first(numbers, TUESDAY_10, STOCKHOLM)
    assert [line.number for line in lines] == ["0953-140 07", "0953-140 03", "0953-140 05"]


MOMENTS = (TUESDAY_10, TUESDAY_LUNCH, TUESDAY_EVENING, SATURDAY_EVENING, CHRISTMAS_EVE)
KINDS_OF_NUMBER = ("0953-140 00", "59123", "")


def beats(a, b) -> bool:
    """Whether line `a` must come before line `b`, by pairs, as one would argue it."""
    if bool(a.number) != bool(b.number):
        return bool(a.number)
    if not a.number:
        return False
    if a.open_now != b.open_now:
        # Unknown hours of a straighter way may win in daytime: that is tested by name.
        return a.open_now and b.hours_known
    if not a.open_now:
        return False
    if a.flagged != b.flagged:
        return not a.flagged
    if a.is_extension != b.is_extension:
        return not a.is_extension
    return a.way < b.way


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.4")
def test_every_pair_of_candidates_at_each_kind_of_moment():
    all_of_them = [
        Candidate(
            f"{way.name} {number} {hours.availability} {hours.lunch_from} {flagged}",
            number,
            way,
            hours,
            flagged=flagged,
        )
        for way in Way
        for number in KINDS_OF_NUMBER
        for hours in (DAYTIME, LUNCH, EVENING, ALWAYS, UNKNOWN)
        for flagged in (False, True)
    ]
    # In `make test` each pair at one of the five moments.
    for number, at in enumerate(MOMENTS):
        for mix in islice(combinations(all_of_them, 2), number % runs(5, full=1), None, runs(5, full=1)):
            first, second = best_first(mix, at, STOCKHOLM)
            assert not beats(second, first), (at, first, second)
            assert {first.entry_name, second.entry_name} == {c.entry_name for c in mix}
            assert [line.relays for line in (first, second)] == [
                line.way is Way.HOME_NURSING for line in (first, second)
            ]
            assert (first, second) == best_first(mix[::-1], at, STOCKHOLM)


MALA = Sought(municipality="Malå")


def first(candidates, at, sought) -> NumberToRing:
    return best_first(candidates, at, STOCKHOLM, sought=sought)[0]


@pytest.mark.clause("R5.4")
@pytest.mark.clause("R5.5")
def test_off_hours_the_regions_switchboard_is_asked_for_the_hemsjukvard_which_relays():
    for at in (TUESDAY_LUNCH, TUESDAY_EVENING, SATURDAY_EVENING, CHRISTMAS_EVE):
        best = first((replace(REGION, remark="Kopplar till avdelning"), SWITCHBOARD), at, MALA)
        assert (best.entry_name, best.ask_for) == ("Regionens växel", "hemsjukvården i Malå")
        assert (best.relays, best.leads_to_relay, best.remark) == (False, True, "")


@pytest.mark.clause("R5.3")
def test_by_day_it_is_asked_for_the_switchboard_whose_number_is_missing():
    missing = replace(SWITCHBOARD, number="", remark="Biståndshandläggare")
    best = first((REGION, missing), TUESDAY_10, MALA)
    assert (best.ask_for, best.leads_to_relay, best.remark) == ("Växel Malå", False, "Biståndshandläggare")
    assert first((REGION,), TUESDAY_10, MALA).ask_for == "växeln i Malå"
    assert first((REGION,), SATURDAY_EVENING, MALA).ask_for == "hemsjukvården i Malå"


@pytest.mark.clause("R5.5")
def test_the_hemsjukvard_that_answers_now_is_asked_for_by_name_and_several_areas_by_area():
    evening = replace(HOME_EVENING, number="", remark="Vidarebefordrar")
    best = first((REGION, evening, replace(HOME_DAY, number="")), SATURDAY_EVENING, MALA)
    assert (best.ask_for, best.remark) == ("Hemsjukvård kväll/helg", "Vidarebefordrar")
    areas = [replace(evening, entry_name=f"Hemsjukvård {area}", area=area) for area in ("Backen", "Ersboda")]
    best = first((REGION, *areas), SATURDAY_EVENING, Sought(municipality="Umeå"))
    assert best.ask_for == "hemsjukvården i Umeå, området där patienten bor (Backen, Ersboda)"


def test_a_hemsjukvard_for_the_whole_comes_before_its_areas_which_are_named():
    north = replace(HOME_DAY, entry_name="A-laget", area="Norr", number="0953-140 11")
    south = replace(HOME_DAY, entry_name="B-laget", area="Söder", number="0953-140 12")
    lines = best_first((north, south, HOME_DAY), TUESDAY_10, STOCKHOLM, sought=MALA)
    assert [line.area for line in lines] == ["", "Norr", "Söder"]
    # One alone is no choice.
    assert [line.area for line in best_first((north,), TUESDAY_10, STOCKHOLM, sought=MALA)] == [""]


def test_a_switchboard_is_asked_for_the_unit_and_its_own_remark_is_not_shown_for_the_hemsjukvard():
    own = replace(SWITCHBOARD, connects=True, remark="Biståndshandläggare", hours=DAYTIME)
    best = first((own, REGION), TUESDAY_10, Sought("Biståndsenheten", "Malå"))
    assert (best.ask_for, best.remark) == ("Biståndsenheten", "Biståndshandläggare")
    best = first((own, REGION), TUESDAY_10, Sought("Hemsjukvården Malå", "Malå", is_home_nursing=True))
    assert (best.ask_for, best.remark) == ("Hemsjukvården Malå", "")
    region = replace(REGION, connects=True)
    assert first((region,), SATURDAY_EVENING, Sought("Medicin 1")).ask_for == "Medicin 1"
    assert first((region,), SATURDAY_EVENING, Sought()).ask_for == ""
    closed = Sought("Medicin 1", in_use=False)
    assert first((region,), SATURDAY_EVENING, closed).ask_for == "Medicin 1 (ur bruk)"
    home = Sought("Hemsjukvården Malå", "Malå", is_home_nursing=True)
    best = first((region,), SATURDAY_EVENING, home)
    assert (best.ask_for, best.leads_to_relay) == ("Hemsjukvården Malå", False)


@pytest.mark.clause("R5.4")
def test_a_municipal_switchboard_round_the_clock_is_asked_for_the_hemsjukvard_off_hours():
    always = replace(SWITCHBOARD, hours=ALWAYS, connects=True, remark="Biståndshandläggare")
    best = first((REGION, always), SATURDAY_EVENING, MALA)
    assert (best.entry_name, best.ask_for, best.leads_to_relay) == (
        "Växel Malå",
        "hemsjukvården i Malå",
        True,
    )
    assert first((REGION, always), TUESDAY_10, MALA).ask_for == ""


def test_who_reaches_the_area_s_own_unit_reads_nothing_of_relaying():
    own = replace(HOME_EVENING, way=Way.UNIT, remark="Vidarebefordrar information; ring två gånger")
    best = first((own, REGION), SATURDAY_EVENING, Sought("Hemsjukvården", "Malå", is_home_nursing=True))
    assert (best.relays, best.leads_to_relay, best.remark) == (False, False, "ring två gånger")


@pytest.mark.parametrize("hours", [DAYTIME, EVENING, ALWAYS, UNKNOWN])
@pytest.mark.parametrize("number", ["", " ", "-", "saknas"])
@pytest.mark.parametrize("way", Way)
def test_nobody_answers_on_a_number_that_is_missing(way, number, hours):
    for at in (TUESDAY_10, SATURDAY_EVENING):
        line = best_first((Candidate("X", number, way, hours),), at, STOCKHOLM)[0]
        assert line.number or not (line.open_now or line.opens_at or line.may_close_early)


def test_a_remark_that_people_must_read_takes_open_now_away_and_not_the_place():
    unsure = replace(SWITCHBOARD, hours=DAYTIME, remark="Enhetsmöte tisdagar, 13-15")
    lines = best_first((HOME_DAY, unsure), TUESDAY_10, STOCKHOLM)
    assert [line.entry_name for line in lines] == ["Växel Malå", "Hemsjukvård dagtid"]
    assert (lines[0].open_now, lines[0].hours_known) == (False, False)


def test_where_the_remark_speaks_for_closed_who_answers_for_sure_comes_first():
    july = datetime(2026, 7, 15, 13, tzinfo=STOCKHOLM)
    summer = replace(SWITCHBOARD, hours=DAYTIME, remark="Sommartid endast 08–12")
    lines = best_first((summer, REGION), july, STOCKHOLM, sought=MALA)
    assert [line.entry_name for line in lines] == ["Regionens växel", "Växel Malå"]
    assert lines[0].ask_for == "hemsjukvården i Malå"


ON_DUTY = Candidate(
    "Hemsjukvården: Eva", "070-174 06 05", Way.HOME_NURSING, ALWAYS, duty_ends=TUESDAY_10 + timedelta(days=9)
)


@pytest.mark.clause("R5.4")
@pytest.mark.parametrize("at", [TUESDAY_LUNCH, TUESDAY_EVENING, SATURDAY_EVENING, CHRISTMAS_EVE])
def test_the_jour_of_the_hemsjukvard_is_first_where_the_switchboard_does_not_answer(at):
    lines = best_first([*EVERYTHING, ON_DUTY], at, STOCKHOLM, sought=Sought(municipality="Malå"))
    assert lines[0].entry_name == "Hemsjukvården: Eva"
    assert lines[1:] == best_first(EVERYTHING, at, STOCKHOLM, sought=Sought(municipality="Malå"))


@pytest.mark.clause("R5.3")
@pytest.mark.parametrize("without", [[], [SWITCHBOARD]])
def test_by_day_the_jour_of_the_hemsjukvard_comes_after_who_answers_for_the_municipality(without):
    candidates = [candidate for candidate in EVERYTHING if candidate not in without]
    found = names([*candidates, ON_DUTY], TUESDAY_10)
    assert [name for name in found if name != "Hemsjukvården: Eva"] == names(candidates, TUESDAY_10)
    assert found.index("Hemsjukvården: Eva") > found.index("Regionens växel")


def test_the_jour_of_the_hemsjukvard_is_not_first_on_a_number_that_does_not_work():
    found = names([*EVERYTHING, replace(ON_DUTY, flagged=True)], SATURDAY_EVENING)
    assert found[0] == "Hemsjukvård kväll/helg"
