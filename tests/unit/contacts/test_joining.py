"""What two contacts or two units become when they are joined, over every case."""

from itertools import product

import pytest

from contacts.models import MunicipalKind
from contacts.rules.errors import RuleError
from contacts.rules.hours import Availability, Hours
from contacts.rules.joining import (
    AlreadyJoined,
    Part,
    Pick,
    Side,
    UnitKinds,
    both_numbers,
    check_pair,
    flags_after,
    flags_back,
    given_back,
    is_empty,
    joined,
    joined_kinds,
    picks,
    preset,
)
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.phone import Phone, PhoneKind, digits

ALWAYS, UNKNOWN = Hours(Availability.ALWAYS), Hours(Availability.UNKNOWN)
A, B, C = "0910-71 10 00", "0910-71 10 01", "0910-71 10 02"


def phones(*numbers: str) -> tuple[Phone, ...]:
    return tuple(Phone(PhoneKind.DIRECT, number) for number in numbers)


def said(**told: object) -> dict[Part, object]:
    empty: dict[Part, object] = dict.fromkeys(Part, "")
    empty |= {Part.UNIT: None, Part.NUMBERS: (), Part.HOURS: UNKNOWN}
    return empty | {Part(name): value for name, value in told.items()}


class TestWhatStands:
    @pytest.mark.parametrize("part", [part for part in Part if part is not Part.NUMBERS])
    def test_the_kept_ones_word_and_the_others_where_it_has_none(self, part: Part):
        values = (UNKNOWN, ALWAYS, Hours(Availability.DAYTIME)) if part is Part.HOURS else ("", "x", "y")
        for kept, other in product(values, repeat=2):
            after = joined(said(**{part: kept}), said(**{part: other}), {})
            assert after[part] == (other if is_empty(kept) else kept)

    @pytest.mark.parametrize("part", Part)
    def test_what_is_chosen_stands(self, part: Part):
        values = {Part.HOURS: (ALWAYS, UNKNOWN), Part.NUMBERS: (phones(A), phones(B))}.get(part, ("x", "y"))
        kept, other = (said(**{part: value}) for value in values)
        for pick in picks(part, kept, other):
            expected = {Pick.KEPT: values[0], Pick.OTHER: values[1], Pick.BOTH: phones(A, B)}[pick]
            assert joined(kept, other, {part: pick})[part] == expected
        for pick in set(Pick) - set(picks(part, kept, other)):
            with pytest.raises(RuleError):
                joined(kept, other, {part: pick})

    @pytest.mark.parametrize("part", Part)
    def test_nothing_is_asked_of_what_is_the_same(self, part: Part):
        assert picks(part, said(), said()) == ()
        assert joined(said(), said(), {part: Pick.OTHER}) == said()

    def test_both_numbers_are_preset(self):
        assert preset(Part.NUMBERS, said(numbers=phones(A)), said(numbers=phones(B))) is Pick.BOTH

    def test_every_part_has_a_word(self):
        assert all(part.label for part in Part)


class TestNumbers:
    def test_every_pair_of_lists_stands_in_order_without_doubles(self):
        lists = [[], *([n] for n in (A, B)), [A, B], [B, A], [A, B, C], [C, A]]
        for kept, other in product(lists, repeat=2):
            found = [phone.number for phone in both_numbers(phones(*kept), phones(*other))]
            assert found == list(dict.fromkeys(kept + other))

    def test_another_spelling_is_the_same_number(self):
        assert both_numbers(phones(A), phones("+46 910 71 10 00", "0910711000")) == phones(A)

    def test_the_first_use_of_it_stands(self):
        on_call = (Phone(PhoneKind.ON_CALL, A),)
        assert both_numbers(on_call, phones(A)) == on_call


class TestFlags:
    def test_every_flag_follows_its_number(self):
        numbers = [A, B, C]
        sets = [set(c) for c in ([], [A], [B], [A, B], [C])]
        for kept, other, confirmed in product(sets, repeat=3):
            flags = [{digits(n) for n in each} for each in (kept, other, confirmed)]
            after = flags_after(phones(A, B), *flags)
            for number in numbers:
                follows = number in kept or (number in other and number not in confirmed)
                assert (digits(number) in after) is (follows and number != C)

    def test_what_was_cleared_since_does_not_come_back(self):
        a, b = digits(A), digits(B)
        assert flags_back(phones(A, B), [a], [a], [a]) == [a]
        assert flags_back(phones(A, B), [a], [a], []) == []
        assert flags_back(phones(A, B), [a], [a], [a, b]) == [a, b]
        assert flags_back(phones(B), [a], [a], [a]) == []
        # It did not follow, for the number was confirmed where it was kept: it is still what was said of this one.
        assert flags_back(phones(A), [a], [], []) == [a]


class TestGivenBack:
    GROUPS = (("a", "b"), ("c",))

    def test_every_case_of_two_columns(self):
        for before, after, now in product(product("xy", repeat=2), repeat=3):
            rows = [dict(zip("ab", values, strict=True)) for values in (before, after, now)]
            back, stands = given_back(*(row | {"c": "x"} for row in rows), self.GROUPS)
            if before == after:
                assert (back, stands) == ({}, [])
            elif now == after:
                assert {**rows[2], **back} == rows[0]
                assert stands == []
            else:
                assert (back, stands) == ({}, [("a", "b")])

    def test_one_group_stands_and_the_other_goes_back(self):
        before, after = {"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 1, "c": 2}
        assert given_back(before, after, {"a": 2, "b": 1, "c": 3}, self.GROUPS) == ({"a": 1}, [("c",)])


class TestPairs:
    def test_every_pair(self):
        sides = [
            Side(pk, f"nr {pk}", in_use, into, holds)
            for pk in (1, 2)
            for in_use in (True, False)
            for into in ("", "nr 3")
            for holds in (True, False)
        ]
        for kept, other in product(sides, repeat=2):
            may = (
                kept.pk != other.pk
                and kept.in_use
                and other.in_use
                and not (kept.joined_into or other.joined_into)
                and not other.holds
            )
            if may:
                check_pair(kept, other, word="kontakt")
                continue
            with pytest.raises(RuleError) as refused:
                check_pair(kept, other, word="kontakt")
            if kept.pk != other.pk:
                joined_already = bool(kept.joined_into or other.joined_into)
                assert isinstance(refused.value, AlreadyJoined) is joined_already


KINDS = [
    *(UnitKinds(w, o, "") for w in ("", *WardKind) for o in ("", *OutpatientKind)),
    *(UnitKinds("", "", m) for m in MunicipalKind),
]


@pytest.mark.parametrize(("kept", "other"), list(product(KINDS, repeat=2)))
def test_every_pair_of_units(kept: UnitKinds, other: UnitKinds):
    named = {kind for unit in (kept, other) for kind in (unit.ward, unit.outpatient, unit.municipal) if kind}
    apart = (
        {WardKind.SOMATIC, WardKind.PSYCHIATRIC},
        {OutpatientKind.HEALTH_CENTRE, OutpatientKind.PSYCHIATRIC_OUTPATIENT},
        {WardKind.SOMATIC, OutpatientKind.PSYCHIATRIC_OUTPATIENT},
        {WardKind.PSYCHIATRIC, OutpatientKind.HEALTH_CENTRE},
        {MunicipalKind.SOCIAL_CARE, MunicipalKind.HOME_NURSING},
    )
    if any(pair <= named for pair in apart):
        with pytest.raises(RuleError):
            joined_kinds(kept, other)
    else:
        found = joined_kinds(kept, other)
        assert {found.ward, found.outpatient, found.municipal} - {""} == named
        assert joined_kinds(other, kept) == found
