"""The lines of Lägesbild are read on, and are what they would be if they were read anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.utils import timezone

from contacts.access import Acting
from contacts.page_versions import forget_pages
from contacts.seen import seeing
from outage.models import CareChain, ChainState, Outage
from outage.queries.matrix import matrix_of
from outage.queries.outages import outage_for
from outage.rules.informing import CallOutcome
from outage.rules.overview import ChainLine
from outage.services.outages import end_outage
from outage.services.states import rebuilt
from tests.factories import County, make_chain, make_event
from tests.integration.outage.joining import join, two_chains, undo


def looked_at(by: Acting, outage: Outage) -> list[ChainLine]:
    with seeing(lambda: "", only_reads=True):
        return matrix_of(by, outage_for(by.principal, outage.pk))


def read_anew(by: Acting, outage: Outage) -> list[ChainLine]:
    forget_pages()
    return looked_at(by, outage)


@contextmanager
def read_on(by: Acting, outage: Outage) -> Iterator[None]:
    """What was read before the block is read on after it, and is as it would be if it was read anew: another."""
    before = looked_at(by, outage)
    yield
    on = looked_at(by, outage)
    assert on == read_anew(by, outage)
    assert on != before


@pytest.fixture
def several(county: County, outage: Outage) -> list[CareChain]:
    return [make_event(county.alva, make_chain(county, outage)).chain for _ in range(3)]


@pytest.mark.parametrize("times", [1, 2])
def test_only_a_chain_that_was_written_about_is_read(
    county: County, outage: Outage, several: list[CareChain], times: int, django_assert_num_queries
):
    outage = outage_for(county.region, outage.pk)

    def look() -> list[ChainLine]:
        with seeing(lambda: "", only_reads=True):
            return matrix_of(county.alva, outage)

    before = look()
    with django_assert_num_queries(1):
        again = look()
    assert all(line is kept for line, kept in zip(again, before, strict=True))
    for chain in several[:times]:
        make_event(county.alva, chain, "preliminary_ready", outcome=CallOutcome.REACHED)
    with django_assert_num_queries(4):
        on = look()
    assert [line is kept for line, kept in zip(on, before, strict=True)] == [n >= times for n in range(3)]
    assert on == read_anew(county.alva, outage)


def test_a_chain_that_was_opened_since_is_there(county: County, outage: Outage, several: list[CareChain]):
    with read_on(county.alva, outage):
        make_chain(county, outage)


def test_after_an_own_end_less_is_owed_without_a_word_in_any_log(county: County, outage: Outage):
    make_event(county.alva, make_chain(county, outage), "admission", outcome=CallOutcome.REACHED)
    with read_on(county.disa, outage):
        end_outage(by=county.esa, outage=outage, ended_at=timezone.now())


def test_after_an_own_end_it_is_read_on_too(county: County, outage: Outage, several: list[CareChain]):
    ended = end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    with read_on(county.alva, ended):
        make_chain(county, ended)


@pytest.mark.parametrize("looks", [True, False])
def test_one_that_was_joined_and_parted_stands_as_it_does_then(county: County, outage: Outage, looks: bool):
    """Whether or not anybody looked between."""
    kept, other = two_chains(county, outage)
    make_event(county.disa, other)
    before = looked_at(county.alva, outage)
    join(county, kept, other)
    if looks:
        assert len(looked_at(county.alva, outage)) == 1
    make_event(county.alva, kept, "preliminary_ready", outcome=CallOutcome.REACHED)
    undo(county, kept)
    on = looked_at(county.alva, outage)
    assert on == read_anew(county.alva, outage)
    assert [line.number for line in on] == [line.number for line in before]


def test_what_is_made_anew_from_the_log_is_read(county: County, outage: Outage, several: list[CareChain]):
    rows = ChainState.objects.filter(chain=several[0])
    rows.delete()
    with read_on(county.alva, outage):
        assert [chain.pk for chain in rebuilt(CareChain.objects.all())] == [several[0].pk]


def written(county: County, several: list[CareChain]) -> None:
    make_event(county.alva, several[0], "preliminary_ready", outcome=CallOutcome.REACHED)


def wrongly_read(county: County, several: list[CareChain]) -> None:
    written(county, several)
    with seeing(lambda: ""):
        matrix_of(county.alva, outage_for(county.region, several[0].outage_id))


@pytest.mark.parametrize("does", [written, wrongly_read])
def test_what_was_rolled_back_is_kept_by_nobody(
    county: County, outage: Outage, several: list[CareChain], does: Callable[[County, list[CareChain]], None]
):
    before = looked_at(county.alva, outage)
    with transaction.atomic():
        does(county, several)
        transaction.set_rollback(True)
    assert looked_at(county.alva, outage) == before == read_anew(county.alva, outage)
    # It counts as the one that was rolled back did.
    make_event(county.alva, several[0], "preliminary_ready")
    assert looked_at(county.alva, outage) == read_anew(county.alva, outage)
