"""A ward's list as a journal system gives it: number and name are found in every order; nothing is guessed."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer

from outage.rules.identity import classify_identity
from outage.rules.pasted_list import MOST_PATIENTS, PastedPatient, read_pasted, repeated
from tests.long import runs

TODAY = date(2026, 11, 26)
TOLVAN = "19121212-1212"
PLACES = ("Skellefteå", "Skellefteå kommun", "Heimdalls hälsocentral", "Medicin 2", "Dorotea")


def only(text: str) -> PastedPatient:
    found = read_pasted(text, TODAY, PLACES)
    assert len(found.patients) == 1, found
    return found.patients[0]


def pairs(text: str) -> list[tuple[str, str]]:
    return [(p.identity, p.name) for p in read_pasted(text, TODAY, PLACES).patients]


NUMBERS = [
    TOLVAN,
    "191212121212",
    "19121212 1212",
    "19121212–1212",
    "121212+1212",
    "19121272-1219",
    "1912-12-12-1212",
    "19900101-9802",
    "900101-9802",
    "19121212TK12",
    "121212-TF12",
]
NAMES = [
    ("Tolvan Tolvansson", "Tolvan Tolvansson"),
    ("TOLVANSSON TOLVAN", "TOLVANSSON TOLVAN"),
    ("TOLVANSSON, TOLVAN", "TOLVAN TOLVANSSON"),
    ("Anna-Karin Östlund", "Anna-Karin Östlund"),
    ("Östlund-Åberg, Anna-Karin", "Anna-Karin Östlund-Åberg"),
    ("Carl von Essen", "Carl von Essen"),
    ("von Essen, Carl", "Carl von Essen"),
    ("Maria de la Cruz", "Maria de la Cruz"),
    ("Fru Åsa Öberg", "Åsa Öberg"),
    ("Maj Ek", "Maj Ek"),
    ("Pat O'Brien", "Pat O'Brien"),
    ("T. Tolvansson", "T. Tolvansson"),
    ("Anna M Andersson", "Anna M Andersson"),
    ("José Müller", "José Müller"),
    ("محمد علي", "محمد علي"),
    ("Dorotea Lundgren", "Dorotea Lundgren"),
]
REST = ["3:1", "84 år", "070-123 45 67", "2026-11-24 10.52"]


@pytest.mark.long
@pytest.mark.parametrize("between", ["\t", ";", "; ", "|", "  "])
@pytest.mark.parametrize("number", NUMBERS)
def test_the_number_and_the_name_are_found_in_every_order_of_columns(number: str, between: str):
    wanted = classify_identity(number.replace("1912-12-12", "19121212"), TODAY).stored
    # Six parts have 720 orders; of a sample each part stands at each place.
    orders = list(permutations([number, "Tolvan Tolvansson", *REST]))
    for order in orders[:: len(orders) // runs(48, full=len(orders))]:
        found = only(between.join(order))
        assert [each.stored for each in found.numbers] == [wanted], order
        assert found.names == ("Tolvan Tolvansson",), order


@pytest.mark.parametrize("between", ["\t", ";", ",", ", ", " ", "  "])
@pytest.mark.parametrize(("written", "name"), NAMES)
def test_a_name_is_taken_as_it_is_written(written: str, name: str, between: str):
    for order in permutations([TOLVAN, written, "84 år", "rum 3"]):
        assert only(between.join(order)).name == name, order


@pytest.mark.parametrize("number", [*NUMBERS, "19121272-1212", "19121260-1212"])
def test_a_number_by_itself_among_words_is_found(number: str):
    assert only(f"Rum 12, säng 2: Tolvan Tolvansson {number} (84 år), KOL").name == "Tolvan Tolvansson"


@pytest.mark.parametrize(
    "rest",
    [
        "070-1234567", "0701234567", "070 123 45 67", "+46701234567", "090-785 00 00", "0907850000",
        "2026-11-24", "20261124", "2026-11-24 10.52", "20261124 1052", "202611241052", "24/11", "10.52",
        "I50.9", "S72.00", "Rum 3:1", "avd 12", "84 år", "K", "Man", "SE2321000222-1A2B", "232100-0222", "901 85 Umeå",
    ],
)  # fmt: skip
def test_other_numbers_are_no_patients(rest: str):
    found = read_pasted(f"{rest}\n{TOLVAN}\tTolvan Tolvansson\t{rest}", TODAY, PLACES)
    assert [(p.identity, p.line) for p in found.patients] == [(TOLVAN, 2)]
    assert found.not_read == ((1, rest),)
    assert found.patients[0].left == " ".join(rest.split())


# Valid numbers of patients, too: a samordningsnummer of 2009, and two born in 2007 and 2010.
PHONES = ["0910735000", "0703159822", "0101019800"]


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize(
    "word", ["Växel", "Växel Skellefteå", "Tel", "tel.", "Mobil:", "Telefonnr", "Jour", "+46", "Ring Åsa"]
)
def test_a_number_after_a_word_for_telephones_is_no_patient(word: str, phone: str):
    assert personnummer.valid(phone)
    for between in (" ", "\t", ": "):
        text = f"{word}{between}{phone}"
        found = read_pasted(f"{text}\n{TOLVAN}\tTolvan Tolvansson\t{text}", TODAY, PLACES)
        assert [(p.identity, p.name, p.line) for p in found.patients] == [(TOLVAN, "Tolvan Tolvansson", 2)]
        assert found.not_read == ((1, text),)


@pytest.mark.parametrize("phone", PHONES)
def test_ten_digits_that_may_be_a_telephone_number_are_asked_about(phone: str):
    for text in (
        phone,
        f"Heimdalls hälsocentral {phone}",
        f"{phone} Åsa Öberg tel 070-123 45 67",
        f"Tel {phone[:6]}-{phone[6:]}",
    ):
        found = only(text)
        assert (found.identity, found.perhaps_phone, found.to_choose) == ("", True, True), text
        assert [each.stored[2:] for each in found.numbers] == [phone]
    # Beside a number that is certain it is none.
    assert only(f"{TOLVAN} Tolvan Tolvansson {phone}").identity == TOLVAN
    # Nobody writes a telephone number so.
    for written in (f"{phone[:6]}-{phone[6:]}", f"{phone[:6]} {phone[6:]}", f"20{phone}"):
        assert not only(f"{written} Åsa Öberg").to_choose


def test_what_may_be_two_telephone_numbers_is_asked_about_as_well():
    for text in (" ".join(PHONES), f"{PHONES[0]} {PHONES[0]}"):
        assert all(patient.to_choose for patient in read_pasted(text, TODAY).patients)


@pytest.mark.parametrize(
    "written",
    [
        "１９１２１２１２－１２１２",
        "19121212*1212",
        "'19121212-1212",
        "(19121212-1212).",
        "Pnr:19121212_1212,",
        "1912 12 12 1212",
        "1912 12 12-1212",
    ],
)
def test_a_number_is_read_with_odd_signs(written: str):
    found = only(f"{written} Tolvan Tolvansson")
    assert (found.identity, found.name) == (TOLVAN, "Tolvan Tolvansson")


@pytest.mark.parametrize(
    "second", ["19900101-9802", "199001019802", "900101-9802", "19900101-9801", "19900101TK12"]
)
def test_of_two_numbers_none_is_guessed(second: str):
    for text in (f"{TOLVAN} {second} Tolvan Tolvansson", f"{second}\tTolvan Tolvansson\t{TOLVAN}"):
        found, other = read_pasted(text, TODAY, PLACES).patients
        assert len(found.numbers) == 2
        assert found.identity == ""
        assert found.name == "Tolvan Tolvansson"
        # The other may be a patient, too, and whose the name is nobody knows.
        assert (other.again, other.numbers, other.name, other.names) == (
            True,
            found.numbers,
            "",
            ("Tolvan Tolvansson",),
        )


def test_the_same_number_in_two_spellings_is_one():
    assert only("121212-1212 19121212-1212 Tolvan Tolvansson").identity == TOLVAN
    assert only("191212121212 121212-1212 Tolvan Tolvansson").identity == TOLVAN


@pytest.mark.parametrize("line", ["Tolvan Tolvansson(19121212-1212)", "[19121212-1212]Tolvan Tolvansson"])
def test_a_number_in_brackets_takes_no_part_of_the_name(line: str):
    (patient,) = read_pasted(line, TODAY).patients
    assert (patient.identity, patient.name) == ("19121212-1212", "Tolvan Tolvansson")


def test_of_two_names_none_is_guessed():
    found = only(f"Tolvan Tolvansson;{TOLVAN};Anna Läkarsson")
    assert (found.name, found.names) == ("", ("Tolvan Tolvansson", "Anna Läkarsson"))


def test_ten_digits_are_kept_as_ten_where_the_century_is_guessed():
    assert only("121212-1212 Tolvan Tolvansson").identity == "121212-1212"
    assert only("121212+1212 Tolvan Tolvansson").identity == TOLVAN


@pytest.mark.parametrize(
    "text",
    [
        f"{TOLVAN}\nTolvan Tolvansson\n19900101-9802\nÅsa Öberg",
        f"Tolvan Tolvansson\n{TOLVAN}\nÅsa Öberg\n19900101-9802",
        f"Tolvansson,\nTolvan\t{TOLVAN}\nÖberg,\r\nÅsa\t19900101-9802",
        f'"Tolvansson,\nTolvan";{TOLVAN}\n"Öberg, Åsa";19900101-9802',
        f"Tolvan\nTolvansson\t{TOLVAN}\n84\nÅsa\nÖberg\t19900101-9802",
        f"{TOLVAN}\t3:1\nTolvan Tolvansson\n\n19900101-9802\t3:2\nÅsa Öberg",
        f"Namn;Personnummer;Läkare\nTolvan Tolvansson;{TOLVAN};Anna Läkarsson\nÖberg, Åsa;19900101-9802;Anna Läkarsson",
        f"Läkare\tEfternamn\tFörnamn\tPnr\nAnna Ek\tTolvansson\tTolvan\t{TOLVAN}\nAnna Ek\tÖberg\tÅsa\t19900101-9802",
        f"Pnr: {TOLVAN} Namn: Tolvan Tolvansson\n• 19900101-9802, Öberg, Åsa, Skellefteå, Höftfraktur",
        f"\u200b{TOLVAN}\u00a0Tolvan\u00ad Tolvansson\u2028199001019802 Åsa Öberg",
    ],
)
def test_lists_as_they_come(text: str):
    assert pairs(text) == [(TOLVAN, "Tolvan Tolvansson"), ("19900101-9802", "Åsa Öberg")]


def test_a_number_between_two_names_is_not_given_either():
    found = read_pasted(f"Tolvan Tolvansson\n{TOLVAN}\nÅsa Öberg", TODAY)
    assert [p.name for p in found.patients] == [""]
    assert found.not_read == ((1, "Tolvan Tolvansson"), (3, "Åsa Öberg"))


def test_lines_that_are_not_understood_are_kept_with_their_places():
    found = read_pasted(f"Avdelning Medicin 2\n\n{TOLVAN} Tolvan Tolvansson\nTom säng\n", TODAY, PLACES)
    assert found.not_read == ((1, "Avdelning Medicin 2"), (4, "Tom säng"))
    assert found.patients[0].line == 3


def test_what_was_left_is_all_that_was_not_taken():
    found = only(f"3:1\t{TOLVAN}\tTolvansson, Tolvan\t84 år\tHöftfraktur op 24/11")
    assert found.left == "3:1 84 år Höftfraktur op 24/11"


def test_small_letters_are_a_name_where_there_are_no_others():
    assert only(f"tolvan tolvansson {TOLVAN} rum 3").name == "tolvan tolvansson"
    assert only(f"Tolvan Tolvansson {TOLVAN} svag och trött").name == "Tolvan Tolvansson"


def test_a_number_that_does_not_hold_is_taken_with_its_warning():
    found = only("19121212-1213 Tolvan Tolvansson")
    assert found.identity == "19121212-1213"
    assert found.numbers[0].warnings


def test_which_stood_there_before():
    assert repeated(["a", "b", "", "a", "", "a"]) == {3: 0, 5: 0}


def valid_number(born: date, serial: int, coordination: bool) -> str:
    day = born.day + 60 * coordination
    start = f"{born:%Y%m}{day:02}{serial:03}"
    return next(f"{start}{n}" for n in range(10) if personnummer.valid(f"{start}{n}"))


# Serials 980–999 are kept for tests.
numbers = st.builds(
    valid_number, st.dates(date(1900, 1, 1), date(2026, 11, 1)), st.integers(980, 999), st.booleans()
)
first = st.sampled_from(["Tolvan", "Åsa", "Anna-Karin", "Maj", "ÖRJAN", "José", "Per Olof"])
last = st.sampled_from(["Tolvansson", "Öberg", "von Essen", "Ek-Åberg", "DE LA CRUZ", "O'Brien", "af Sand"])
filler = st.lists(st.sampled_from([*REST, "K", "Höftfraktur", "Skellefteå", "I50.9"]), max_size=4)


@given(numbers, first, last, filler, st.sampled_from(["\t", ";", "|"]), st.integers(0, 3), st.randoms())
def test_every_valid_number_is_found_with_its_name(number, first, last, filler, between, shape, chance):
    spelt = [
        number,
        f"{number[:8]}-{number[8:]}",
        f"{number[:8]} {number[8:]}",
        f"{number[:8]}–{number[8:]}",
    ][shape]
    columns = [spelt, f"{first} {last}", *filler]
    chance.shuffle(columns)
    found = only(between.join(columns))
    assert [each.stored for each in found.numbers] == [number]
    assert found.name == f"{first} {last}"


signs = st.sampled_from(
    [*list("\t\n\r;,|\"'.:+-–  \x00\u2028ÅåÖö"), "19121212-1212", "Tolvan", "19", "Namn", "von"]
)


@given(st.one_of(st.text(), st.lists(signs, max_size=60).map("".join)))
def test_whatever_is_pasted_is_read_and_nothing_of_it_is_lost(text: str):
    found = read_pasted(text, TODAY, PLACES)
    kept = "".join([p.text for p in found.patients] + [line for _, line in found.not_read])
    for word in ("Tolvan", "von", "Å", "19121212-1212"):
        assert kept.count(word) == text.count(word) or "\x00" in text or not text.isprintable()
    assert all(p.numbers for p in found.patients)


@pytest.mark.slow
@pytest.mark.long
def test_a_long_line_and_a_long_list_take_no_time_and_lose_nothing():
    assert len(read_pasted("\n".join([f"{TOLVAN} Tolvan Tolvansson"] * 5000), TODAY).patients) == 5000
    for piece in ("1", "19", "Aa ", "a,", '"', "-", "1-", "ÅÅÅ", "\t", "Eva Ek\n", "PAL Aa,", "19121212\t"):
        read_pasted(piece * runs(5_000, full=20_000), TODAY)
    assert MOST_PATIENTS >= 100
