"""Whose a name, a number and a mark of protection in a pasted list are: what is not plain is offered, and not given."""

import re

import pytest

from outage.rules.pasted_list import read_pasted
from tests.unit.outage.test_pasted_list import PLACES, TODAY, TOLVAN, only, pairs

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


def test_a_name_with_more_on_its_line_is_offered_for_the_number_beside_it():
    for line in ("1:1 Eva Ek", "Patient: Eva Ek", "Eva Ek 86 år"):
        found = only(f"{line}\n{EVA}")
        assert (found.name, found.names) == ("", ("Eva Ek",))


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
        (f"{EVA}\tEva Ek\tSekretess: Nej\n{PER}\tPer Ek\tSkyddad identitet: Ja", {PER}),
        (f"Namn\tPnr\nSkyddad identitet\t{EVA}\nPer Ek\t{PER}", {EVA}),
    ],
)
def test_a_mark_of_protection_protects_everyone_it_may_be_about(text: str, protected: set[str]):
    assert {number for number, (_, is_protected) in told(text).items() if is_protected} == protected


MARKS = """
    sekr,SEKR,Sekr.,sekr.mark,Sekr.mark.,sekr-mark,sekr mark,SEKRETESS,Sekretess.,Sekretessmark.,sekretessmarkering
    sekretessmarkerad,Sekretessmarkerat,SPU,spu,Skydd,SKYDD,skydds-ID,SKYDD ID,Skyddad id,skyddat,Skyddsmarkerad
    skyddad folkbokföring,ID-skydd,PROT,prot.,fingerade personuppgifter,Fingerad,kvarskrivning,Kvarskriven
    spärrmarkering,Spärrmarkerad,SM,🔒,🔐,*SEKR*,SEKR/SPU,Hemlig adress
"""


@pytest.mark.parametrize("mark", re.split(r",|\n *", MARKS.strip()))
def test_a_mark_of_protection_is_seen_in_every_form_and_is_no_part_of_the_name(mark: str):
    for line in (
        f"{EVA} Eva Ek {mark}",
        f"{EVA} Ek, Eva ({mark})",
        f"{EVA}\tEva Ek\t{mark}",
        f"{mark} {EVA} Eva Ek",
        f"{EVA} Eva Ek\n{mark}",
        f"Pnr;Namn\n{EVA};Eva Ek {mark}",
        f"Pnr;Namn;Övrigt\n{EVA};Eva Ek;[{mark}], 86 år",
    ):
        patient = only(line)
        assert patient.protected, line
        assert patient.name in ("", "Eva Ek"), line
        assert "Eva Ek" in patient.names, line


@pytest.mark.parametrize(
    "text",
    [
        *(f"{EVA} {name}" for name in ("Eva Skyddenberg", "Eva Sekrén", "Eva Protas", "Ek, Sm", "Eva Spuhr")),
        f"{EVA} Eva Ek höftskydd smittskydd protes sekreterare",
        *(
            f"{EVA}\tEva Ek\t{no}"
            for no in ("Sekr: nej", "Skydd Nej", "SPU nej", "Skyddade personuppgifter: nej")
        ),
        f"{EVA} Eva Ek PAL SM",
        *(f"Pnr;Namn;Skydd\n{EVA};Eva Ek;{no}" for no in ("Nej", "N", "", "-", "ej", "0", "☐")),
    ],
)
def test_what_only_looks_like_a_mark_protects_nobody(text: str):
    assert not only(text).protected


@pytest.mark.parametrize(
    "heading", ["Skydd", "Sekr", "Sekr.", "SPU", "Skyddad ID (J/N)", "Sekretessmark.", "🔒"]
)
@pytest.mark.parametrize("yes", ["Ja", "J", "x", "X", "1", "✓", "*", "🔒", "Se journal"])
def test_any_sign_in_the_column_protects(heading: str, yes: str):
    assert told(f"Pnr;Namn;{heading}\n{EVA};Eva Ek;{yes}\n{PER};Per Berg;Nej") == {
        EVA: ("Eva Ek", True),
        PER: ("Per Berg", False),
    }


def test_the_column_protects_in_a_list_whose_headings_or_lines_do_not_fit():
    for text in (
        f"Pnr;Efternamn, förnamn;Skydd\n{EVA};Ek, Eva;Ja\n{PER};Berg, Per;Nej",
        f"Pnr;Namn;Skydd\n{EVA};Ek;Eva;Ja\n{PER};Berg;Per;Nej",
        f"Namn Skydd Pnr\n\nEva Ek Ja {EVA}\nPer Berg Nej {PER}",
    ):
        assert {EVA} <= {number for number, (_, protected) in told(text).items() if protected}, text
    assert not told(f"Pnr;Efternamn, förnamn;Skydd\n{EVA};Ek, Eva;Nej\n{PER};Berg, Per;Ja")[EVA][1]


def test_no_said_of_something_else_takes_no_mark_away():
    for rest in ("SEKR Smitta nej", "(SEKR) Allergi nej", "Skyddad identitet. Isolering nej", "sekr N"):
        assert only(f"{EVA} Eva Ek {rest}").protected


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


@pytest.mark.parametrize(
    "said", ["Barn", "Dotter", "Flicka", "Pojke", "Son", "Nyfödd", "BARN", "Tvilling A", "Tvilling 2"]
)
@pytest.mark.parametrize("surname", ["Ek", "Ek-Lind", "Ek Lind"])
def test_a_child_without_a_first_name_is_offered_by_the_name_that_the_list_has(said: str, surname: str):
    name = f"{said} {surname}"
    for text in (
        f"{EVA}\t{name}",
        f"{name} {EVA}",
        f"{EVA}\t{surname}, {said}",
        f"1:1\t{EVA}\t{name}\t2 dygn",
    ):
        found = only(text)
        assert (found.name, found.names[:1], found.others) == ("", (name,), ()), text


def test_whose_child_somebody_is_stays_said_of_another():
    for text in (f"{EVA}\tÅsa Öberg\tDotter Karin Ek", f"{EVA}\tÅsa Öberg, dotter Karin Ek"):
        found = only(text)
        assert (found.name, found.names, found.others) == ("Åsa Öberg", ("Åsa Öberg",), ("Karin Ek",)), text
