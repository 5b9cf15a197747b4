"""Numbers in what people write beside them: which are found, of what kind, and what is left as a remark."""

from itertools import product

import pytest

from contacts.filing.guessing import column_of
from contacts.filing.numbers import find_numbers
from contacts.rules.errors import RuleError
from contacts.rules.phone import PhoneKind, check_phone
from contacts.rules.remarks import read_remark

DIRECT, SWITCHBOARD, EXTENSION = PhoneKind.DIRECT, PhoneKind.SWITCHBOARD, PhoneKind.EXTENSION
MOBILE, ON_CALL = PhoneKind.MOBILE, PhoneKind.ON_CALL


def found(text, kind=DIRECT):
    each = find_numbers(text, kind)
    return each and ([(phone.kind, phone.number) for phone in each.phones], each.rest)


FIRST = (DIRECT, "090-785 00 00")


@pytest.mark.parametrize(
    ("text", "numbers", "rest"),
    [
        ("090-785 00 00", [FIRST], ""),
        ("090-7850000", [FIRST], ""),
        ("090/785 00 00", [FIRST], ""),
        ("+46 (0)90-785 00 00", [FIRST], ""),
        ("0046 90 785 00 00", [FIRST], ""),
        ("Tfn 090-785 00 00", [FIRST], ""),
        ("Tel.: 090-785 00 00", [FIRST], ""),
        ("telefonnr 090-785 00 00", [FIRST], ""),
        ("Ring 090-785 00 00", [FIRST], ""),
        ("'090-785 00 00", [FIRST], ""),
        ("090-785 00 00 (vx)", [(SWITCHBOARD, "090-785 00 00")], ""),
        ("090-785 00 00 vx", [(SWITCHBOARD, "090-785 00 00")], ""),
        ("vx. 090-785 00 00", [(SWITCHBOARD, "090-785 00 00")], ""),
        ("Växel: 090-785 00 00", [(SWITCHBOARD, "090-785 00 00")], ""),
        ("090-785 00 00 (växel)", [(SWITCHBOARD, "090-785 00 00")], ""),
        ("090-785 00 00 / 070-123 45 67", [FIRST, (MOBILE, "070-123 45 67")], ""),
        ("090-785 00 00, 090-785 11 22", [FIRST, (DIRECT, "090-785 11 22")], ""),
        ("090-785 00 00 och 090-785 11 22", [FIRST, (DIRECT, "090-785 11 22")], ""),
        ("090-785 00 00 el. 070-123 45 67", [FIRST, (MOBILE, "070-123 45 67")], ""),
        ("090-785 00 00\n070-123 45 67", [FIRST, (MOBILE, "070-123 45 67")], ""),
        ("090-785 00 00; jour 070-123 45 67", [FIRST, (ON_CALL, "070-123 45 67")], ""),
        ("070-123 45 67 (jour)", [(ON_CALL, "070-123 45 67")], ""),
        ("mob: 070-123 45 67", [(MOBILE, "070-123 45 67")], ""),
        ("090-785 00 00 ankn 59090", [FIRST, (EXTENSION, "59090")], ""),
        ("090-785 00 00, ank. 590 90", [FIRST, (EXTENSION, "59090")], ""),
        ("Ank. 59090", [(EXTENSION, "59090")], ""),
        ("internt 59090", [(EXTENSION, "59090")], ""),
        ("090-785 00 00, 090-785 00 00", [FIRST], ""),
        ("090-785 00 00 (24/7)", [FIRST], "24/7"),
        ("090-785 00 00 fråga efter Eva", [FIRST], "fråga efter Eva"),
        ("090-785 00 00, fråga efter Eva, ej fredagar", [FIRST], "fråga efter Eva, ej fredagar"),
        ("Eva 090-785 00 00", [FIRST], "Eva"),
        ("mån-fre 8-16 090-785 00 00", [FIRST], "mån-fre 8-16"),
        ("kl. 8-16: 090-785 00 00", [FIRST], "kl. 8-16"),
        ("Jour: 070-123 45 67 efter kl 16", [(ON_CALL, "070-123 45 67")], "efter kl 16"),
        ("fråga växeln", [], "fråga växeln"),
        ("24/7", [], "24/7"),
        ("-", [], "-"),
        ("907850000", [FIRST], ""),
        ("907850000.0", [FIRST], ""),
        ("701234567", [(DIRECT, "070-123 45 67")], ""),
    ],
)
def test_what_is_found_and_what_is_left(text, numbers, rest):
    assert found(text) == (numbers, rest)


@pytest.mark.parametrize(
    "text",
    [
        "785 00 00",
        "59090",
        "0953-14000/14010",
        "9,07E+08",
        "2026-11-24",
        "090-785 00 00 / 14010",
        "19121212-1212",
    ],
)
def test_where_something_looks_like_a_number_and_is_none_nothing_is_proposed(text):
    assert find_numbers(text, DIRECT) is None


@pytest.mark.parametrize("text", ["59090", "590 90", "ank 59090", "int. 590 90"])
def test_an_extension_in_its_own_column(text):
    assert found(text, EXTENSION) == ([(EXTENSION, "59090")], "")


def test_a_whole_number_is_never_an_extension():
    assert found("090-785 00 00", EXTENSION) == ([FIRST], "")
    assert found("070-123 45 67", EXTENSION) == ([(MOBILE, "070-123 45 67")], "")


NUMBERS = ["090-785 00 00", "0953-140 00", "070-123 45 67", "+46 90 785 00 00"]
BEFORE = ["", "Tfn ", "vx ", "jour: ", "Eva, ", "("]
AFTER = ["", " (vx)", " ankn 212", " dagtid", ", Eva", ")"]


@pytest.mark.parametrize(("number", "before", "after"), list(product(NUMBERS, BEFORE, AFTER)))
def test_no_digit_is_lost_and_every_number_can_be_rung(number, before, after):
    text = f"{before}{number}{after}"
    each = find_numbers(text, DIRECT)
    assert each is not None
    for phone in each.phones:
        check_phone(phone)
    digits = "".join(phone.number for phone in each.phones) + each.rest
    kept = [char for char in digits if char.isdecimal()]
    wanted = [char for char in text.replace("+46 ", "0") if char.isdecimal()]
    assert sorted(kept) == sorted(wanted)


TEN, ELEVEN = (DIRECT, "0953-140 10"), (DIRECT, "0953-140 11")


@pytest.mark.parametrize(
    ("text", "numbers", "not_rung", "rest"),
    [
        ("Fax 0953-140 19, tel 0953-140 10", [TEN], ["0953-140 19"], "Fax 0953-140 19"),
        ("Fax 0953-140 19 tel 0953-140 10", [TEN], ["0953-140 19"], "Fax 0953-140 19"),
        ("Tel: 0953-140 10\nFax: 0953-140 19", [TEN], ["0953-140 19"], "Fax: 0953-140 19"),
        ("0953-140 10/fax 0953-140 19", [TEN], ["0953-140 19"], "fax 0953-140 19"),
        ("0953-140 19 (fax)", [], ["0953-140 19"], "0953-140 19 (fax)"),
        ("Fax\n0953-140 19", [], ["0953-140 19"], "Fax; 0953-140 19"),
        ("Tel/fax 0953-140 10", [TEN], [], "Tel/fax"),
        ("Tel och fax 0953-140 10", [TEN], [], "Tel och fax"),
        (
            "Gamla nr 0953-140 99, nya 0953-140 10",
            [TEN],
            ["0953-140 99"],
            "Gamla nr 0953-140 99, nya 0953-140 10",
        ),
        ("fd 0953-140 99, 0953-140 10", [TEN], ["0953-140 99"], "fd 0953-140 99"),
        ("OBS! Ring INTE 0953-140 99", [], ["0953-140 99"], "OBS! Ring INTE 0953-140 99"),
        ("0953-140 99 (upphört)", [], ["0953-140 99"], "0953-140 99 (upphört)"),
        ("0953-140 99, upphört", [], ["0953-140 99"], "0953-140 99, upphört"),
        ("0953-140 99 används ej", [], ["0953-140 99"], "0953-140 99 används ej"),
        (
            "0953-140 99 har upphört. Ring 0953-140 10",
            [TEN],
            ["0953-140 99"],
            "0953-140 99 har upphört",
        ),
        ("0953-140 99 (slutar gälla 1 mars)", [], ["0953-140 99"], "0953-140 99 (slutar gälla 1 mars)"),
        ("0953-140 99 stängd", [], ["0953-140 99"], "0953-140 99 stängd"),
        ("0953-140 99, hänvisas till växeln", [], ["0953-140 99"], "0953-140 99, hänvisas till växeln"),
        ("Ring inte efter 22: 0953-140 10", [], ["0953-140 10"], "Ring inte efter 22: 0953-140 10"),
        # When it is answered is no warning of the number.
        ("0953-140 10 ring inte efter 22", [TEN], [], "ring inte efter 22"),
        ("0953-140 10 ej fredagar", [TEN], [], "ej fredagar"),
        ("0953-140 10 stängt fredagar", [TEN], [], "stängt fredagar"),
        ("0953-140 10, vi har flyttat till hus B", [TEN], [], "vi har flyttat till hus B"),
        ("Ring i stället 0953-140 10", [TEN], [], "Ring i stället"),
        (
            "0953-140 10, om ej svar 070-123 45 67",
            [TEN, (MOBILE, "070-123 45 67")],
            [],
            "om ej svar 070-123 45 67",
        ),
    ],
)
def test_a_number_that_is_none_to_ring_is_left_out_and_stands_in_the_rest(text, numbers, not_rung, rest):
    each = find_numbers(text, DIRECT)
    assert each is not None
    assert ([(phone.kind, phone.number) for phone in each.phones], list(each.not_rung), each.rest) == (
        numbers,
        not_rung,
        rest,
    )


@pytest.mark.parametrize(
    "text",
    [
        "0953-140 10 fax 0953-140 19",
        "Fax\n0953-140 19\nTel\n0953-140 10",
        "Ej 0953-140 99 utan 0953-140 10",
        "0953-140 99 ersatt av 0953-140 10",
        "0953-140 10, 0953-140 99, upphört",
        "0953-140 99 -> 0953-140 10",
        "0953-140 99 → 0953-140 10",
        "0953-140 99 har flyttat till 0953-140 10",
        "0953-140 99 hänvisas till 0953-140 10",
        "Ring 0953-140 10 i stället för 0953-140 99",
    ],
)
def test_where_it_cannot_be_told_which_is_none_to_ring_that_is_said(text):
    with pytest.raises(RuleError, match="ska ringas"):
        find_numbers(text, DIRECT)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Dag 0953-140 10, natt 0953-140 11", "Dag 0953-140 10, natt 0953-140 11"),
        ("Dag 0953-140 10 natt 0953-140 11", "Dag 0953-140 10 natt 0953-140 11"),
        ("Dag 0953-140 10\nNatt 0953-140 11", "Dag 0953-140 10, Natt 0953-140 11"),
        ("Dag:\n0953-140 10\nNatt:\n0953-140 11", "Dag: 0953-140 10, Natt: 0953-140 11"),
        ("Dag\n0953-140 10\nNatt\n0953-140 11", "Dag; 0953-140 10; Natt; 0953-140 11"),
        ("0953-140 10 (dag), 0953-140 11", "0953-140 10 (dag)"),
        ("0953-140 10, 0953-140 11 kväll", "0953-140 11 kväll"),
    ],
)
def test_the_word_stays_with_its_number_and_hours_are_to_be_read(text, rest):
    assert found(text) == ([TEN, ELEVEN], rest)
    assert read_remark(rest).left


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (
            "Expedition 0953-140 10, sköterska 0953-140 11",
            "Expedition 0953-140 10, sköterska 0953-140 11",
        ),
        (
            "0953-140 10, fråga efter Eva, 0953-140 11",
            "0953-140 10, fråga efter Eva, 0953-140 11",
        ),
        ("0953-140 10, 0953-140 11, fråga efter Eva", "fråga efter Eva"),
    ],
)
def test_what_is_said_of_one_of_several_stays_with_it(text, rest):
    assert found(text) == ([TEN, ELEVEN], rest)


def test_a_number_beside_others_in_its_row_keeps_its_words():
    each = find_numbers("Eva 0953-140 10", DIRECT, alone=False)
    assert each is not None
    assert each.rest == "Eva 0953-140 10"


@pytest.mark.parametrize(
    "heading", ["Fax", "Faxnr", "Telefax", "Fax vardag", "Gammalt nummer", "Telefon (gamla)", "Ring inte"]
)
def test_a_column_of_numbers_that_are_none_to_ring_is_left_out(heading):
    assert column_of(heading) == ""


def test_a_telephone_that_is_a_fax_as_well_is_one():
    assert column_of("Tel/fax") == "Telefon"
