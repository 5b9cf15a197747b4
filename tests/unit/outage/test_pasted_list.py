"""A ward's list as a journal system gives it: number and name are found in every order; nothing is guessed."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer

from outage.rules.identity import classify_identity
from outage.rules.pasted_list import MOST_PATIENTS, PastedPatient, read_pasted, repeated

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


@pytest.mark.parametrize("between", ["\t", ";", "; ", "|", "  "])
@pytest.mark.parametrize("number", NUMBERS)
def test_the_number_and_the_name_are_found_in_every_order_of_columns(number: str, between: str):
    wanted = classify_identity(number.replace("1912-12-12", "19121212"), TODAY).stored
    for order in permutations([number, "Tolvan Tolvansson", *REST]):
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


@pytest.mark.parametrize(
    "second", ["19900101-9802", "199001019802", "900101-9802", "19900101-9801", "19900101TK12"]
)
def test_of_two_numbers_none_is_guessed(second: str):
    for text in (f"{TOLVAN} {second} Tolvan Tolvansson", f"{second}\tTolvan Tolvansson\t{TOLVAN}"):
        found = only(text)
        assert len(found.numbers) == 2
        assert found.identity == ""
        assert found.name == "Tolvan Tolvansson"


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


EVA, PER, ASA, NILS = "19400110-9802", "19410211-9817", "19420312-9822", "19430413-9837"


def told(text: str) -> dict[str, tuple[str, bool]]:
    """Of each number the name, and whether the person is shown as protected."""
    return {p.identity: (p.name, p.protected) for p in read_pasted(text, TODAY, PLACES).patients}


@pytest.mark.parametrize(
    "text",
    [
        f"Tolvan Tolvansson\n{TOLVAN}\n\n19900101-9802\nÅsa Öberg",
        f"{TOLVAN}\nTolvan Tolvansson\n19900101-9802",
        f"Tolvan Tolvansson\n{TOLVAN}\n19900101-9802\nÅsa Öberg\n19900102-9819",
        f"{TOLVAN}\nÅsa Öberg\n19900101-9802\nPer Ek\n19900102-9819",
        f"{TOLVAN}\n\nÅsa Öberg\n19900101-9802\n\nPer Ek\n19900102-9819",
        f"Tolvan Tolvansson\nÅsa Öberg\n\n{TOLVAN}\n19900101-9802",
        f"{TOLVAN}\n19900101-9802\n\nTolvan Tolvansson\nÅsa Öberg",
        f"Tolvan Tolvansson\n{TOLVAN}\nLisa Lindgren\nÅsa Öberg\n19900101-9802\nOla Holm",
        f"Tolvan Tolvansson\n86 år\n{TOLVAN}\nLisa Lindgren\nÅsa Öberg\n85 år\n19900101-9802\nOla Holm",
        f"Tolvan Ek\n86 år\n{TOLVAN}\nLisa Lindgren\n\nÅsa Öberg\n85 år\n19900101-9802\nOla Holm",
        f"Tolvan Tolvansson\n{TOLVAN} Lisa Lindgren\nÅsa Öberg\n19900101-9802 Ola Holm",
        f"{TOLVAN}\nLisa Lindgren\n19900101-9802\nLisa Lindgren",
    ],
)
def test_a_name_on_a_line_of_its_own_is_given_only_where_the_whole_list_has_it_so(text: str):
    patients = read_pasted(text, TODAY, PLACES).patients
    assert [p.name for p in patients] == [""] * len(patients)


def test_names_that_may_be_the_patients_are_offered_and_stay_in_the_rest():
    text = f"Eva Andersson\n86 år\n{EVA}\nLisa Lindgren\n\nPer Berg\n85 år\n{PER}\nOla Holm"
    found = read_pasted(text, TODAY)
    assert [p.names for p in found.patients] == [("Eva Andersson", "Lisa Lindgren"), ("Per Berg", "Ola Holm")]
    assert "Eva Andersson" in [line for _, line in found.not_read]


def test_a_list_with_a_blank_line_after_each_line_is_read_as_without_them():
    assert pairs(f"Eva Ek\n\n{EVA}\n\nPer Ek\n\n{PER}") == [(EVA, "Eva Ek"), (PER, "Per Ek")]


def test_one_who_stands_without_a_name_takes_no_others():
    text = f"Eva Ek\n{EVA}\nSkyddad identitet\n{PER}\nÅsa Öberg\n{ASA}\nNils Ek\n{NILS}"
    assert told(text) == {
        EVA: ("Eva Ek", True),
        PER: ("", True),
        ASA: ("Åsa Öberg", False),
        NILS: ("Nils Ek", False),
    }
    text = f"Okänd man\n{EVA}\nPer Berg\n{PER}\nÅsa Öberg\n{ASA}"
    assert told(text) == {EVA: ("", False), PER: ("Per Berg", False), ASA: ("Åsa Öberg", False)}


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        (f"{EVA} Eva Ek\nSkyddade personuppgifter\n\n{PER} Per Berg", {EVA}),
        (f"{EVA} Eva Ek\n\nSkyddade personuppgifter\n{PER} Per Berg", {PER}),
        (f"{EVA} Eva Ek\nRum 2\n*SEKRETESS*\n86 år\n{PER} Per Berg\n{ASA} Åsa Ek", {EVA, PER}),
        (f"{EVA} Eva Ek\n\nKvarskriven\n\n{PER} Per Berg\n{ASA} Åsa Ek", {EVA, PER}),
        (f"{EVA}\nEva Ek\nSkyddad identitet\n\n{PER}\nPer Berg", {EVA}),
        (f"Namn\tSekretess\tPnr\nEva Ek\tNej\t{EVA}\nPer Ek\tJa\t{PER}\nÅsa Ek\t\t{ASA}", {PER}),
        (f"Namn\tPnr\nSkyddad identitet\t{EVA}\nPer Ek\t{PER}", {EVA}),
    ],
)
def test_a_mark_of_protection_protects_everyone_it_may_be_about(text: str, protected: set[str]):
    assert {number for number, (_, is_protected) in told(text).items() if is_protected} == protected


@pytest.mark.parametrize(
    "line",
    [
        f"{EVA} Skyddad identitet PAL Lisa Lindgren",
        f"{EVA} Madonna PAL Lisa Lindgren",
        f"{EVA} (namn saknas) Dr Lisa Lindgren",
        f"{EVA} Dr. Lisa Lindgren",
        f"{EVA} PAL:Lisa Lindgren",
        f"{EVA}\tLäkare\tLisa Lindgren",
        f"{EVA}, PAL Lindgren, Lisa, 84 år",
        f"{EVA} Anhörig: dotter Lisa Lindgren",
        f"{EVA} närstående Lisa Lindgren",
        f"{EVA} Kontakt Lisa Lindgren 070-123 45 67",
        f"{EVA} Nyfödd till Lisa Lindgren",
        f"{EVA}\t\tLisa Lindgren",
        f"Lisa Lindgren\t\t{EVA}",
        f"{EVA} Skyddad identitet Lisa Lindgren",
        f"{EVA} Okänd man Lisa Lindgren",
        f"{EVA} Eva Ek (PAL)\tLisa Lindgren",
        f"{EVA} Lisa Lindgren läkare",
        f"{EVA} Eva Andersson Lisa Lindgren",
        f"Personnummer\tNamn\tNärstående\tNamn\n{EVA}\tEva Ek\tson\tLisa Lindgren",
        f"Personnummer\tPatient\tKontakt\tNamn\n{EVA}\tEva Ek\tson\tLisa Lindgren",
        f"Personnummer\tNamn\tNärstående\tNamn\n{EVA}\t\tson\tLisa Lindgren",
        f"Pnr\tEfternamn\tFörnamn\tEfternamn\tFörnamn\n{EVA}\tEk\tEva\tLindgren\tLisa",
        f"Namn;Personnummer;Läkare;Tel;Rum\n;{EVA};Lisa Lindgren",
        f"Namn;Personnummer;Läkare\n;{EVA};x;Lisa Lindgren",
    ],
)
def test_a_name_that_may_be_somebody_elses_is_not_the_patients(line: str):
    assert only(line).name == ""


def test_a_name_that_is_said_to_be_somebody_elses_leaves_the_patients_plain():
    for rest in ("PAL Lisa Lindgren", "Läkare: Lindgren, Lisa", "(son Sven Ek 070-123 45 67)", "dr Ek"):
        assert only(f"{EVA} Eva Andersson {rest}").name == "Eva Andersson"
    assert only(f"{EVA} PAL Lisa Lindgren").others == ("Lisa Lindgren",)


def test_in_a_list_with_two_columns_of_names_none_is_plain():
    found = read_pasted(f"{EVA}\tEva Ek\tLisa Lindgren\n{PER}\t86 år\tOla Holm\n{ASA}\tÅsa Ek\t", TODAY)
    assert [(p.name, p.names) for p in found.patients] == [
        ("", ("Eva Ek", "Lisa Lindgren")),
        ("", ("Ola Holm",)),
        ("", ("Åsa Ek",)),
    ]


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("Garcia Lopez, Maria", "Maria Garcia Lopez"),
        ("dos Santos Áhkká O'Brien-McDonald, José", "José dos Santos Áhkká O'Brien-McDonald"),
        ("Dorotea;Karin", "Dorotea Karin"),
        ("Pal Kovacs", "Pal Kovacs"),
        ("PAL KOVACS", "PAL KOVACS"),
        ("Karin Man", "Karin Man"),
        ("Björn Ström Knä", "Björn Ström Knä"),
        ("Tolvan T", "Tolvan T"),
        ("Eva Ek B", "Eva Ek B"),
        ("Per Olof;Berg", "Per Olof Berg"),
        ("Tolvan", "Tolvan"),
    ],
)
def test_a_name_that_may_be_cut_is_offered_whole_and_not_given(written: str, whole: str):
    found = only(f"{EVA};{written}")
    assert found.name == ""
    assert whole in found.names


def test_signs_that_are_words_by_themselves_are_a_name():
    assert only(f"{EVA}\t李 明").name == "李 明"


def test_several_surnames_are_plain_where_the_list_has_all_its_names_with_the_surname_first():
    text = f"{EVA}\tGarcia Lopez, Maria\n{PER}\tBerg, Per"
    assert pairs(text) == [(EVA, "Maria Garcia Lopez"), (PER, "Per Berg")]
    assert pairs(f"{text}\n{ASA}\tÅsa Öberg")[0] == (EVA, "")


@pytest.mark.parametrize(
    "line",
    [
        "Eva Ek\t19400110\t9802",
        "1940-01-10\t9802\tEva Ek",
        "Eva Ek;1940-01-10;-9802",
        "Eva Ek  19400110  9802",
        '"Ek, Eva","1940-01-10","9802"',
        "Namn\tFödd\tSista fyra\nEva Ek\t19400110\t9802",
    ],
)
def test_the_date_of_birth_and_the_last_four_may_stand_in_two_columns(line: str):
    found = only(line)
    assert (found.identity, found.name) == (EVA, "Eva Ek")


def test_what_only_looks_like_the_two_columns_of_a_number_is_none():
    assert only(f"1940-01-10\t9803\t{TOLVAN}\tTolvan Ek").identity == TOLVAN
    for line in ("1940-01-10\t9803", "2026-11-20\t1435", "Tom säng\t2026-11-20\t1052"):
        assert not read_pasted(line, TODAY).patients


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


def test_a_long_line_and_a_long_list_take_no_time_and_lose_nothing():
    assert len(read_pasted("\n".join([f"{TOLVAN} Tolvan Tolvansson"] * 5000), TODAY).patients) == 5000
    for piece in ("1", "19", "Aa ", "a,", '"', "-", "1-", "ÅÅÅ", "\t", "Eva Ek\n", "PAL Aa,", "19121212\t"):
        read_pasted(piece * 20_000, TODAY)
    assert MOST_PATIENTS >= 100
