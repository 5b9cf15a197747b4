"""The file of a rota, row by row."""

import unicodedata
from datetime import date, datetime, timedelta
from itertools import product
from random import Random

import pytest

from contacts.rules.file_rows import BadRow, Problem, grouped
from contacts.rules.personal_number import NO_PATIENT
from contacts.rules.rota import Turn
from contacts.rules.rota_file import COLUMNS, MOST_ROWS, cells_of, read_rota
from tests.clock import STOCKHOLM

TODAY = date(2026, 11, 26)
ROW = [
    "Malå kommun",
    "Hemsjukvården",
    "Anna",
    "070-174 06 05",
    "2026-11-27",
    "16.00",
    "2026-11-28",
    "08.00",
    "",
    "",
]


def read(*rows: list[str], head=COLUMNS):
    return read_rota([list(head), *rows], TODAY, STOCKHOLM)


def row(**changed: str) -> list[str]:
    cells = dict(zip(COLUMNS, ROW, strict=True)) | {
        name.replace("_", " "): text for name, text in changed.items()
    }
    return list(cells.values())


@pytest.mark.parametrize("column", COLUMNS)
def test_a_patients_number_is_refused_in_any_cell_and_not_repeated(column: str):
    found, bad = read(row(**{column.replace(" ", "_"): "Tolvan 19121212-1212"}))
    assert found == []
    assert [(one.column, one.sentence) for one in bad if one.column == column] == [(column, NO_PATIENT)]
    assert "1212" not in "".join(map(str, bad))


@pytest.mark.parametrize(
    ("said", "weekly"), [("TRUE", True), ("SANT", True), ("Ja", True), ("FALSE", False), ("FALSKT", False)]
)
def test_yes_and_no_are_read_as_a_spreadsheet_has_them(said: str, weekly: bool):
    (found,), bad = read(row(Varje_vecka=said))
    assert (found.turn.weekly, bad) == (weekly, [])


def test_a_number_kept_as_text_is_a_number():
    (found,), bad = read(row(Nummer="'070-174 06 05"))
    assert (found.turn.number, bad) == ("070-174 06 05", [])


@pytest.mark.parametrize("seed", range(200))
def test_what_is_written_is_read_as_it_was(seed: int):
    random = Random(seed)
    starts = datetime(2026, 11, 20) + timedelta(minutes=random.randint(0, 100_000))
    ends = starts + timedelta(minutes=random.randint(1, 7 * 1440))
    weekly = random.random() < 0.5
    until = (
        starts.date() + timedelta(days=random.randint(0, 300)) if weekly and random.random() < 0.5 else None
    )
    nobody = not weekly and random.random() < 0.3
    turn = Turn("" if nobody else "Åsa Öberg", "" if nobody else "59123", starts, ends, weekly, until)
    (found,), bad = read(cells_of(turn, "Malå kommun", "Hemsjukvården"))
    assert (found.row, found.principal, found.unit, found.turn, bad) == (
        2,
        "Malå kommun",
        "Hemsjukvården",
        turn,
        [],
    )


@pytest.mark.parametrize(
    ("day", "clock", "yes"),
    list(
        product(
            ["2026-11-27", "20261127", "2026-11-27 00:00:00"],
            ["16", "16.00", "16:00", "16:00:00", "1600", "kl 16"],
            ["ja", "Ja", "x", "nej", ""],
        )
    ),
)
def test_days_times_and_yes_as_people_and_spreadsheets_write_them(day: str, clock: str, yes: str):
    (found,), bad = read(row(Från_dag=day, Från_kl=clock, Varje_vecka=yes))
    assert (found.turn.starts, found.turn.weekly, bad) == (
        datetime(2026, 11, 27, 16),
        yes in ("ja", "Ja", "x"),
        [],
    )


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"Enhet": ""}, "Enhet"),
        ({"Vem": ""}, "Vem"),
        ({"Vem": "x" * 101}, "Vem"),
        ({"Nummer": ""}, "Nummer"),
        ({"Nummer": "12"}, "Nummer"),
        ({"Vem": "Ingen jour"}, "Vem"),
        ({"Från_dag": ""}, "Från dag"),
        ({"Från_dag": "27/11"}, "Från dag"),
        ({"Från_dag": "1926-11-27"}, "Från dag"),
        ({"Från_kl": ""}, "Från kl"),
        ({"Från_kl": "24.00"}, "Från kl"),
        ({"Till_dag": "2026-02-30"}, "Till dag"),
        ({"Till_dag": "2026-11-26"}, "Till dag"),
        ({"Till_kl": "8.60"}, "Till kl"),
        ({"Varje_vecka": "kanske"}, "Varje vecka"),
        ({"Vem": "ingen jour", "Nummer": "", "Varje_vecka": "ja"}, "Varje vecka"),
        ({"Sista_dag": "2026-12-24"}, "Sista dag"),
        ({"Sista_dag": "jul", "Varje_vecka": "ja"}, "Sista dag"),
        ({"Från_dag": "2027-03-28", "Från_kl": "02.30", "Till_dag": "2027-03-29"}, "Från kl"),
        ({"Från_dag": "2027-03-27", "Till_dag": "2027-03-28", "Till_kl": "2.59"}, "Till kl"),
    ],
)
def test_what_is_wrong_is_told_with_its_cell(changed: dict[str, str], column: str):
    rows, bad = read(ROW, row(**changed))
    assert [(one.row, one.column) for one in bad] == [(3, column)]
    assert [one.row for one in rows] == [2]
    assert bad[0].sentence.endswith(".")


def test_a_row_that_is_wrong_in_many_ways_tells_them_all():
    _, bad = read(row(Enhet="", Vem="", Nummer="12", Från_kl="25", Till_dag="x"))
    assert [one.column for one in bad] == ["Enhet", "Vem", "Nummer", "Från kl", "Till dag"]


def test_columns_in_any_order_and_those_that_need_not_be_there():
    head = ["till KL", "Till dag", "Från kl", "Från dag", "nummer", "VEM", "Enhet", ""]
    (found,), bad = read(["8", "2026-11-28", "16", "2026-11-27", "59123", "Anna", "Hemsjukvården"], head=head)
    assert (found.principal, found.turn.weekly, found.turn.until, bad) == ("", False, None, [])


def test_empty_rows_are_left_out_and_a_short_one_is_wrong():
    rows, bad = read([], ["", " "], ROW, ROW[:4])
    assert [one.row for one in rows] == [4]
    assert {one.column for one in bad} == {"Från dag", "Från kl", "Till dag", "Till kl"}


@pytest.mark.parametrize("above", [["Jourschema"], ["Jour", "", "2026"], []], ids=len)
def test_headings_are_found_under_a_title_and_rows_keep_their_numbers(above: list[str]):
    (found,), bad = read_rota([above, [], list(COLUMNS), ROW], TODAY, STOCKHOLM)
    assert (found.row, bad) == (4, [])
    _, (wrong,) = read_rota([above, list(COLUMNS), row(Vem="")], TODAY, STOCKHOLM)
    assert wrong.row == 3


def test_a_row_above_the_headings_is_not_left_out_in_silence():
    rows, (bad,) = read_rota([ROW, list(COLUMNS), ROW], TODAY, STOCKHOLM)
    assert (rows, bad.row, bad.sentence[:28]) == ([], 1, "Raden står ovanför rubrikern")


def test_what_is_not_seen_is_not_read():
    shown = [
        unicodedata.normalize("NFD", cell) for cell in row(Vem="Åsa\u200b Öberg", Enhet="Hem\u00adsjukvården")
    ]
    (found,), bad = read_rota([[f"\ufeff{name}" for name in COLUMNS], shown], TODAY, STOCKHOLM)
    assert (found.turn.who, found.unit, bad) == ("Åsa Öberg", "Hemsjukvården", [])


@pytest.mark.parametrize("table", [[], [[]], [["Hej"]], [list(COLUMNS[:5])]])
def test_a_table_without_its_heading_is_told(table):
    rows, bad = read_rota(table, TODAY, STOCKHOLM)
    assert rows == []
    assert {one.row for one in bad} == {1}


def test_no_more_rows_than_there_may_be():
    assert len(read(*[ROW] * MOST_ROWS)[0]) == MOST_ROWS
    assert read(*[ROW] * (MOST_ROWS + 1))[0] == []


def test_the_same_fault_stands_once_with_its_rows_the_most_frequent_first():
    bad = [BadRow(2, "A", "Fel."), BadRow(3, "B", "Fel."), BadRow(5, "B", "Fel.")]
    assert grouped(bad) == (Problem("B", "Fel.", (3, 5)), Problem("A", "Fel.", (2,)))
