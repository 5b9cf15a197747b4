"""Which switchboard is the main one: every case of what is chosen and what there is."""

import pytest

from contacts.rules.main_switchboard import MainSwitchboard, Switchboard, Why, main_switchboard

ROUTINE = Switchboard(7, "+46 90 785 00 00")
OTHER = Switchboard(3, "090-785 99 99")
OF_UNIT = Switchboard(5, "0950-391 00", of_unit=True)
NO_NUMBER = Switchboard(4, "")


@pytest.mark.clause("R5.1")
@pytest.mark.parametrize(
    ("chosen", "in_use", "expected"),
    [
        (None, [], (None, Why.NONE, False)),
        (None, [OTHER], (3, Why.ONLY, False)),
        (None, [NO_NUMBER], (4, Why.ONLY, False)),
        (None, [OF_UNIT], (None, Why.NONE, False)),
        (None, [OTHER, OF_UNIT], (3, Why.ONLY, False)),
        (None, [OTHER, NO_NUMBER], (None, Why.SEVERAL, False)),
        (3, [OTHER, NO_NUMBER], (3, Why.CHOSEN, False)),
        (5, [OTHER, OF_UNIT], (5, Why.CHOSEN, False)),
        (9, [OTHER, NO_NUMBER], (None, Why.SEVERAL, True)),
        (9, [OTHER], (3, Why.ONLY, True)),
        (9, [], (None, Why.NONE, True)),
    ],
)
@pytest.mark.parametrize("of_region", [False, True])
def test_chosen_or_the_only_one_and_never_a_guess(chosen, in_use, expected, of_region):
    assert main_switchboard(chosen, in_use, of_region=of_region) == MainSwitchboard(*expected)
    assert main_switchboard(chosen, in_use[::-1], of_region=of_region) == MainSwitchboard(*expected)


@pytest.mark.clause("R5.1")
def test_until_one_is_chosen_the_regions_is_the_one_of_the_routine():
    assert main_switchboard(None, [OTHER, ROUTINE, NO_NUMBER], of_region=True).entry_id == 7
    assert main_switchboard(None, [OTHER, ROUTINE], of_region=True).why is Why.ROUTINE
    assert main_switchboard(9, [OTHER, ROUTINE], of_region=True) == MainSwitchboard(7, Why.ROUTINE, lost=True)
    assert main_switchboard(3, [OTHER, ROUTINE], of_region=True).entry_id == 3
    assert main_switchboard(None, [OTHER, ROUTINE], of_region=False).entry_id is None
