"""What has changed since a page was made, by unit: nothing is passed over, and what cannot be told is said to be so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import PageChange
from contacts.page_versions import EVERYBODY, changed, of_own, of_principal, of_unit
from outage.queries import changes_seen
from outage.queries.changes_seen import ChangesSeen
from tests.clock import Clock

pytestmark = pytest.mark.django_db


def seen_now() -> ChangesSeen:
    return ChangesSeen().read_on(timezone.now())[0]


def since(seen: ChangesSeen) -> set[int] | None:
    return seen.read_on(timezone.now())[1]


def test_the_units_whose_pages_changed_since(clock: Clock):
    changed(of_unit(1), of_unit(2))
    seen = seen_now()
    assert since(seen) == set()
    changed(of_unit(2), of_unit(3), of_own(4))
    assert since(seen) == {2, 3}
    on, _ = seen.read_on(timezone.now())
    assert since(on) == set()


@pytest.mark.parametrize("scope", [EVERYBODY, of_principal(1)])
def test_of_what_is_no_units_alone_it_cannot_be_told(scope: str, clock: Clock):
    seen = seen_now()
    changed(of_unit(1), scope)
    assert since(seen) is None


def test_at_first_and_in_another_minute_it_cannot_be_told(clock: Clock):
    assert since(ChangesSeen()) is None
    seen = seen_now()
    clock.shift(timedelta(minutes=1))
    assert since(seen) is None


def test_one_that_was_written_before_another_and_came_to_light_after_it_is_found(clock: Clock):
    changed(of_unit(1))
    newest = PageChange.objects.latest("pk").pk
    # On PostgreSQL a transaction that began first may end last.
    PageChange.objects.create(pk=newest + 2, scope=of_unit(2))
    seen = seen_now()
    PageChange.objects.create(pk=newest + 1, scope=of_unit(3))
    assert since(seen) == {3}


def test_of_too_many_it_cannot_be_told_and_of_what_comes_then_it_can(clock: Clock):
    seen = seen_now()
    PageChange.objects.bulk_create(PageChange(scope=of_unit(1)) for _ in range(changes_seen._MOST_NEW))
    on, units = seen.read_on(timezone.now())
    assert units is None
    changed(of_unit(2))
    assert since(on) == {2}
