import pytest

from contacts.rules.parties import Party, WardKind
from outage.rules.checklist import Checklist, Item, Phase

ITEMS = (Item("support", "Ring support.", "R1.1"), Item("parties", "Ring alla parter.", "R2.1"))


def checklist(psychiatric: bool | None) -> Checklist:
    return Checklist("start", Party.INPATIENT, Phase.START, "När driftstoppet börjar", ITEMS, psychiatric)


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
