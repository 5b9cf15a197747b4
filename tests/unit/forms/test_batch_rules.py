"""The parts of a batch, for every size there can be, against a count made sheet by sheet."""

import pytest

from contacts.rules.errors import RuleError
from forms.models import BLANK_KINDS
from forms.rules.batch import BLANK, LARGEST, PART_SIZE, check_count, part_of, parts_of


def _counted(count: int) -> list[list[int]]:
    """Lay the sheets in heaps one at a time."""
    heaps: list[list[int]] = []
    for sheet in range(1, count + 1):
        if not heaps or len(heaps[-1]) == PART_SIZE:
            heaps.append([])
        heaps[-1].append(sheet)
    return heaps


def test_the_parts_hold_every_sheet_once_in_order():
    for count in range(1, LARGEST + 1):
        parts = parts_of(count)
        assert [list(range(part.first, part.last + 1)) for part in parts] == _counted(count)
        assert [part.number for part in parts] == list(range(1, len(parts) + 1))
        assert sum(part.count for part in parts) == count


def test_a_part_is_found_by_its_number_and_no_other_is():
    for count in (1, PART_SIZE, PART_SIZE + 1, LARGEST):
        parts = parts_of(count)
        assert [part_of(count, part.number) for part in parts] == list(parts)
        for wrong in (-1, 0, len(parts) + 1):
            assert part_of(count, wrong) is None


@pytest.mark.parametrize(("count", "right"), [(-1, False), (0, False), (1, True), (500, True), (501, False)])
def test_one_to_five_hundred_are_issued_at_once(count, right):
    if right:
        check_count(count)
        return
    with pytest.raises(RuleError) as refused:
        check_count(count)
    assert refused.value.reason == "Utfärda 1–500 blad åt gången."
    assert refused.value.field == "count"


def test_content_files_and_the_models_name_the_same_blank_kinds():
    assert set(BLANK) == {kind.value for kind in BLANK_KINDS}
