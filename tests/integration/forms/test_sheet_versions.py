"""Each step of a sheet makes another version of the pages that count sheets, in whatever order they come to light."""

import pytest

from forms.models import SheetFate
from forms.queries.sheets import newest_fate
from tests.factories import County

from .sheets_made import make_sheet


@pytest.mark.django_db
def test_a_step_that_was_begun_before_another_and_stands_after_it_is_noticed(county: County):
    first, second = make_sheet(county.alva), make_sheet(county.alva)
    newest = SheetFate.objects.latest("pk").pk
    step = {"unit": county.ward, "number": 2, "fate": "filled"}
    # On PostgreSQL a transaction that began first may end last.
    SheetFate.objects.create(pk=newest + 2, sheet=first, **step)
    before = newest_fate()
    assert newest_fate() == before
    SheetFate.objects.create(pk=newest + 1, sheet=second, **step)
    assert newest_fate() != before
