"""What stops a purge, each thing alone and all together; its steps, in every order, against a second telling."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from contacts.rules.errors import RuleError
from forms.rules.purge import (
    COUNTED,
    MOST_YEARS_AHEAD,
    LastStep,
    PurgeFacts,
    PurgeStepKind,
    check_confirm,
    check_propose,
    check_undone,
    check_withdraw,
    differing,
    is_due,
    stops,
    untold_in,
)
from outage.rules.closing import OpenThing

TODAY = date(2026, 11, 24)
MAY = PurgeFacts(closed_on=TODAY, left=True, purged=False, allows=True, reference="RS 980-2026")
ADAM, RUT = 1, 2
K = PurgeStepKind


def test_what_is_closed_decided_and_accounted_for_may_be_purged():
    assert stops(MAY) == []


STOPS = [
    ({"closed_on": None}, "Driftstoppet är inte stängt för er."),
    ({"goes_on": True}, "Driftstoppet pågår för andra. Vänta tills det är avslutat för alla."),
    ({"allows": False}, "Får inte gallras enligt RS 980-2026."),
    ({"without_fate": (("Medicin 2", 2),)}, "Medicin 2: 2 blad har inget öde."),
    ({"not_entered": (("Medicin 2", 1),)}, "Medicin 2: 1 blad är inte helt infört."),
    ({"kept": (("Medicin 2", 1),)}, "Medicin 2: 1 blad är sparat på papper: förstör det först."),
    ({"waiting": (("Medicin 2", 3),)}, "Medicin 2: 3 skannade sidor väntar."),
]


@pytest.mark.parametrize("chosen", list(product((False, True), repeat=len(STOPS))))
def test_each_thing_stops_it_in_a_sentence_whatever_else_does(chosen: tuple[bool, ...]):
    facts, said = MAY, []
    for (more, sentence), is_so in zip(STOPS, chosen, strict=True):
        if is_so:
            facts = replace(facts, **more)
            said.append(sentence)
    assert stops(facts) == said


def test_without_a_decision_nothing_is_purged():
    (said,) = stops(replace(MAY, allows=None, reference=""))
    assert said == "Inget gallringsbeslut är infört. Administratören för in det under Gallringsbeslut."


def test_what_is_purged_is_said_to_be_and_an_empty_one_too():
    assert stops(replace(MAY, left=False, purged=True)) == ["Driftstoppet är redan gallrat."]
    assert stops(replace(MAY, left=False)) == ["Det finns inget att gallra."]
    # A scan that came afterwards can be purged as well.
    assert stops(replace(MAY, purged=True)) == []


def refused(check, *args, **more) -> bool:
    try:
        check(*args, **more)
    except RuleError:
        return True
    return False


LASTS: list[LastStep | None] = [
    None,
    *(
        LastStep(kind, by, TODAY + timedelta(days=days))
        for kind in K
        for by in (ADAM, RUT, None)
        for days in (-1, 0, 1)
    ),
]


@pytest.mark.parametrize("last", LASTS)
@pytest.mark.parametrize("reasons", [[], ["Driftstoppet är inte stängt för er."]])
def test_each_step_after_each_other(last: LastStep | None, reasons: Iterable[str]):
    """The second telling: from a table of what may follow what."""
    goes_on = last is not None and last.kind in (K.PROPOSED, K.CONFIRMED)
    for days in (-1, 0, 1, 30):
        on = TODAY + timedelta(days=days)
        may = not goes_on and not reasons and days >= 1
        assert refused(check_propose, last, reasons, on=on, today=TODAY) is not may
    assert refused(check_propose, last, reasons, on=TODAY.replace(year=9999), today=TODAY)
    last_year = TODAY.replace(year=TODAY.year + MOST_YEARS_AHEAD)
    assert refused(check_propose, None, [], on=last_year, today=TODAY) is False
    assert refused(check_propose, None, [], on=last_year.replace(year=last_year.year + 1), today=TODAY)
    for by in (ADAM, RUT):
        may = (
            last is not None
            and last.kind is K.PROPOSED
            and last.by != by
            and last.on is not None
            and last.on >= TODAY
            and not reasons
        )
        assert refused(check_confirm, last, reasons, by=by, today=TODAY) is not may
    assert refused(check_withdraw, last, "Fel dag", begun=False) is not goes_on
    assert refused(check_withdraw, last, "Fel dag", begun=True)
    assert refused(check_withdraw, last, " ", begun=False)
    due = last is not None and last.kind is K.CONFIRMED and last.on is not None and last.on <= TODAY
    assert is_due(last, today=TODAY) is due


def test_whatever_was_written_since_shows():
    then = dict.fromkeys(COUNTED, 2)
    assert differing(then, then) == ""
    for key, label in COUNTED.items():
        said = differing(then, then | {key: 3})
        assert said == f"Ändrat sedan gallringen föreslogs: {label.lower()} 2 då, 3 nu."


LEFT = [
    OpenThing(1, "discharge:a:1:m"),
    OpenThing(1, "discharge:a:1:o"),
    OpenThing(1, "call:b:1:m"),
    OpenThing(1, "task:a:x"),
]


@pytest.mark.parametrize("chosen", list(product((False, True), repeat=len(LEFT))))
@pytest.mark.parametrize("anyway", [False, True])
def test_a_discharge_that_not_all_know_of_is_purged_only_when_somebody_says_so(
    chosen: tuple[bool, ...], anyway: bool
):
    undone = [thing for thing, is_so in zip(LEFT, chosen, strict=True) if is_so]
    assert untold_in(undone) == any(chosen[:2])
    if any(chosen[:2]) and not anyway:
        with pytest.raises(RuleError, match=r"^Kryssa för, eller låt enheten ringa först\."):
            check_undone(undone, anyway=anyway)
    else:
        check_undone(undone, anyway=anyway)
