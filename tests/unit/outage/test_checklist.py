import pytest

from contacts.rules.parties import Party, WardKind
from outage.rules.checklist import Checklist, Item, Phase, progress

ITEMS = (Item("support", "Ring support.", "R1.1"), Item("parties", "Ring alla parter.", "R2.1"))


def checklist(psychiatric: bool | None) -> Checklist:
    return Checklist("start", Party.INPATIENT, Phase.START, "När driftstoppet börjar", ITEMS, psychiatric)


@pytest.mark.clause("R2.7")
def test_progress_counts_and_names_the_next_item() -> None:
    none, some, every = (progress(ITEMS, ticked) for ticked in ((), {"support"}, ["parties", "support"]))
    assert (none.ticked, none.total, none.next_item, none.done) == (0, 2, ITEMS[0], False)
    assert (some.ticked, some.next_item, some.done) == (1, ITEMS[1], False)
    assert (every.ticked, every.next_item, every.done) == (2, None, True)


def test_a_tick_of_an_item_that_is_gone_counts_for_nothing() -> None:
    assert progress(ITEMS, {"support", "removed"}).ticked == 1


@pytest.mark.clause("R3.10")
@pytest.mark.parametrize(
    ("psychiatric", "somatic_ward", "psychiatric_ward"),
    [(None, True, True), (True, False, True), (False, True, False)],
)
def test_a_variant_suits_its_kind_of_ward(
    psychiatric: bool | None, somatic_ward: bool, psychiatric_ward: bool
) -> None:
    found = checklist(psychiatric)
    assert found.suits(Party.INPATIENT, WardKind.SOMATIC) is somatic_ward
    assert found.suits(Party.INPATIENT, WardKind.PSYCHIATRIC) is psychiatric_ward
    assert not found.suits(Party.MUNICIPALITY, WardKind.PSYCHIATRIC)
