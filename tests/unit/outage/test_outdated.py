"""Whether a sheet of a patient is to be fetched: over every change of what is known, against a second formulation."""

from itertools import product

import pytest

from outage.rules.outdated import Known, count_outdated, why_outdated

NUMBERS, NAMES, YES = ("", "1", "2"), ("", "a", "b"), (False, True)
KNOWN = [Known(*each) for each in product(NUMBERS, NAMES, YES, YES)]


def second(then: Known, now: Known, parted: bool) -> str:
    reasons = [
        ("skyddade", (then.protected, now.protected) == (False, True)),
        ("fel patient", (then.wrong, now.wrong) == (False, True)),
        ("annan patients vård", parted),
        ("annat nummer", then.number != now.number),
        ("annat nummer", then.number == now.number == "" and then.name != now.name),
    ]
    return next((word for word, holds in reasons if holds), "")


@pytest.mark.parametrize("parted", YES)
def test_every_change(parted: bool):
    for then, now in product(KNOWN, KNOWN):
        found, wanted = why_outdated(then, now, parted=parted), second(then, now, parted)
        assert (wanted in found) if wanted else found == "", (then, now)


@pytest.mark.parametrize("known", KNOWN)
def test_nothing_changed_is_no_reason(known: Known):
    assert why_outdated(known, known, parted=False) == ""


def test_it_is_counted_in_words():
    assert count_outdated(1) == "1 blad är utskrivet före ändringen: hämta och makulera det."
    assert count_outdated(2) == "2 blad är utskrivna före ändringen: hämta och makulera dem."
