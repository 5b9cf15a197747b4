"""What may become of a sheet: every case of the table against a grid and a pattern written another way (R2.6)."""

import re
from datetime import date, timedelta
from itertools import chain, combinations, product

import pytest

from contacts.rules.errors import RuleError
from forms.rules.sheet_fate import (
    ENDS,
    Fate,
    Look,
    VoidReason,
    check_day,
    check_looked,
    check_step,
    check_void,
    ended_words,
    may_enter_from,
    why_not,
)

# One letter for each step, in this order; a row is where the sheet is, a column the step that is asked for.
LETTER_OF = {
    Fate.PRINTED: "P",
    Fate.FILLED: "F",
    Fate.SCANNED: "S",
    Fate.CHECKED: "C",
    Fate.DESTROYED: "D",
    Fate.KEPT: "K",
    Fate.GIVEN: "G",
    Fate.VOIDED: "V",
}
GRID = """
    P F S C D K G V
P   a . f s d k g .
F   a a . s d k g .
S   a . a . d k g w
C   a . a a . . g w
D   a . a a a a a a
K   a . a a . a a w
G   a . a a a a a a
V   a . a a a a a a
"""
# Of the patient's copy the first row is all that can come about; the others hold what a fault could lead to.
PATIENTS_GRID = """
    P F S C D K G V
P   a p p p p p . .
F   a a p p p p . .
S   a p a p p p n w
C   a p a a p p n w
D   a . a a a a a a
K   a . a a . a a w
G   a . a a a a a a
V   a . a a a a a a
"""
ALREADY = {
    "P": "Bladet är redan utskrivet.",
    "F": "Bladet är redan ifyllt.",
    "S": "Bladet är redan skannat.",
    "C": "Bladet är redan granskat.",
    "D": "Bladet är redan förstört.",
    "K": "Bladet är redan sparat.",
    "G": "Bladet är redan överlämnat.",
    "V": "Bladet är redan makulerat.",
}
SENTENCES = {
    "f": "Bladet måste vara ifyllt innan det skannas.",
    "s": "Bladet måste vara skannat innan det granskas.",
    "d": "Bladet måste vara skannat och granskat innan det förstörs.",
    "k": "Bladet måste vara skannat och granskat innan det sparas.",
    "g": "Bara patientens exemplar lämnas över.",
    "n": "Bara ett blad som inte är skannat kan lämnas över.",
    "w": "Ett skannat blad makuleras bara om papperet är borttappat eller förstört av misstag.",
    "p": "Patientens exemplar lämnas över eller makuleras.",
}
# Whole lives: a sheet that is followed to its end, or so far on the way.
LIFE = re.compile(r"PV?(?:F(?:V|S(?:V|C(?:D|V|K[DV]?)?)?))*F?")
PATIENTS_LIFE = re.compile(r"P(?:[GV](?:F[GV])*F?)?")


def cells(grid: str) -> dict[tuple[str, str], str]:
    heads, *rows = [line.split() for line in grid.strip().splitlines()]
    return {(row[0], head): cell for row in rows for head, cell in zip(heads, row[1:], strict=True)}


TABLES = {False: cells(GRID), True: cells(PATIENTS_GRID)}


def expected(
    now: str,
    step: str,
    *,
    patients_copy: bool,
    reason: str,
    may_destroy: bool,
    all_pages_scanned: bool,
    paper_gone: bool,
) -> str:
    """The sentence that refuses the step, empty where it is allowed, read from the grids."""
    cell = TABLES[patients_copy][now, step]
    if cell == "a":
        return ALREADY[now]
    if cell == "w" and paper_gone:
        return "" if reason.split() else "Skriv varför."
    if cell != ".":
        return SENTENCES[cell]
    refusals = {
        (True, "S"): "" if all_pages_scanned else "Alla sidor är inte skannade.",
        (True, "D"): ""
        if may_destroy
        else "Det finns inget gallringsbeslut som tillåter att bladet förstörs.",
        (True, "V"): "" if reason.split() else "Skriv varför.",
        (now != "P", "F"): "" if reason.split() else "Skriv varför.",
    }
    return refusals.get((True, step), "")


def refused(now: Fate | None, step: Fate, **facts) -> str:
    try:
        check_step(now, step, **facts)
    except RuleError as error:
        return error.reason
    return ""


@pytest.mark.clause("R2.6")
def test_every_case_is_as_the_grid_says():
    flags = ("patients_copy", "may_destroy", "all_pages_scanned", "paper_gone")
    cases = 0
    for (now, a), (step, b) in product(LETTER_OF.items(), repeat=2):
        for values in product((False, True), repeat=len(flags)):
            for reason in ("", "  \n", "Fel patient"):
                facts = dict(zip(flags, values, strict=True)) | {"reason": reason}
                assert refused(now, step, **facts) == expected(a, b, **facts), (now, step, facts)
                cases += 1
    assert cases == 8 * 8 * 16 * 3


def test_a_refusal_for_want_of_a_reason_stands_beside_its_field():
    with pytest.raises(RuleError) as told:
        check_step(Fate.FILLED, Fate.VOIDED)
    assert told.value.field == "reason"


@pytest.mark.parametrize("step", Fate)
@pytest.mark.parametrize("patients_copy", [False, True])
def test_a_sheet_begins_by_being_printed(step: Fate, patients_copy: bool):
    told = refused(None, step, patients_copy=patients_copy)
    assert told == ("" if step is Fate.PRINTED else "Bladet är inte utskrivet.")


@pytest.mark.parametrize(("patients_copy", "life"), [(False, LIFE), (True, PATIENTS_LIFE)])
def test_every_short_path_of_steps_is_a_life_or_is_refused(patients_copy: bool, life: re.Pattern[str]):
    lives = []
    for length in range(1, 7):
        for path in product(LETTER_OF, repeat=length):
            before = (None, *path)
            goes = all(
                not refused(now, step, patients_copy=patients_copy, reason="Suddig", paper_gone=True)
                for now, step in zip(before, path, strict=False)
            )
            text = "".join(LETTER_OF[step] for step in path)
            assert goes == bool(life.fullmatch(text)), text
            if goes:
                lives.append(text)
    assert "PV" in lives
    assert ("PG" in lives) is patients_copy
    assert ("PFSCKD" in lives) is not patients_copy


@pytest.mark.clause("R2.6")
def test_no_way_leads_to_destroyed_but_by_scan_check_and_decision():
    for now in Fate:
        allowed = not refused(now, Fate.DESTROYED, may_destroy=True)
        assert allowed is (now in {Fate.CHECKED, Fate.KEPT})
        assert refused(now, Fate.DESTROYED, may_destroy=False)


@pytest.mark.parametrize("patients_copy", [False, True])
def test_what_has_come_to_an_end_stays_there_until_it_is_said_why_the_paper_is_here(patients_copy: bool):
    for end, step in product(ENDS, Fate):
        told = refused(end, step, reason="-", paper_gone=True, patients_copy=patients_copy)
        if step is Fate.FILLED:
            assert told == ""
            assert refused(end, step, patients_copy=patients_copy) == "Skriv varför."
        elif end is not Fate.KEPT or step not in (Fate.DESTROYED, Fate.VOIDED):
            assert told.startswith("Bladet är redan")


def test_a_page_of_a_sheet_that_has_ended_is_refused_with_the_way_back():
    assert ended_words(Fate.KEPT) == "Bladet är redan sparat. Skanna om bladet först."
    for end in ENDS - {Fate.KEPT}:
        assert ended_words(end).endswith("Ta tillbaka bladet först, om papperet är här.")


@pytest.mark.parametrize("patients_copy", [False, True])
def test_what_a_page_offers_is_what_the_check_lets_through(patients_copy: bool):
    for now, step in product((None, *Fate), Fate):
        facts = {"reason": "Suddig", "may_destroy": True, "paper_gone": True}
        told = refused(now, step, patients_copy=patients_copy, **facts)
        assert why_not(now, step, patients_copy=patients_copy) == told


@pytest.mark.parametrize("reason", VoidReason)
@pytest.mark.parametrize("text", ["", " \t", "Vårdkedja 3, samtal till kommunen"])
@pytest.mark.parametrize("scanned", [False, True])
def test_voiding_asks_for_words_where_the_reason_says_too_little(
    reason: VoidReason, text: str, scanned: bool
):
    told = {"other": "Skriv varför bladet makuleras.", "lost": "Skriv vad som stod på bladet."}.get(
        reason.value
    )
    if scanned:
        told = "Skriv vad som har hänt med papperet."
    if told and not text.strip():
        with pytest.raises(RuleError) as refusal:
            check_void(reason, text, scanned=scanned)
        assert (refusal.value.reason, refusal.value.field) == (told, "reason")
    else:
        check_void(reason, text, scanned=scanned)


@pytest.mark.clause("R2.4")
def test_rows_are_entered_from_any_sheet_but_one_voided_without_a_picture():
    for length in range(1, 7):
        for path in product("PFSCDKV", repeat=length):
            text = "".join(path)
            if LIFE.fullmatch(text):
                steps = [step for letter in text for step, short in LETTER_OF.items() if short == letter]
                assert may_enter_from(steps) is (not text.endswith("V") or "S" in text), text


@pytest.mark.clause("R2.6")
def test_the_second_look_answers_for_all_four():
    assert len(Look) == 4
    for ticked in chain.from_iterable(combinations(Look, count) for count in range(5)):
        if len(ticked) == 4:
            check_looked(ticked)
        else:
            with pytest.raises(RuleError) as told:
                check_looked(ticked)
            assert told.value.field == "looked"


def test_four_times_the_same_tick_is_one():
    with pytest.raises(RuleError):
        check_looked([Look.LEGIBLE] * 4)


def test_a_day_lies_between_the_earliest_and_today():
    today = date(2026, 11, 24)
    for back in range(-3, 8):
        on, earliest = today - timedelta(days=back), today - timedelta(days=4)
        if 0 <= back <= 4:
            check_day(on, today=today, earliest=earliest, too_early="För tidigt.")
            continue
        with pytest.raises(RuleError) as told:
            check_day(on, today=today, earliest=earliest, too_early="För tidigt.")
        assert told.value.field == "on"
        assert told.value.reason == ("För tidigt." if back > 4 else "Dagen kan inte ligga framåt i tiden.")
