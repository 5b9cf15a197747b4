"""A file that names a patient is not opened once that patient is known to have protected personal data."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.queries.outdated import hidden_since
from outage.services.care_chains import change_details
from tests.factories import County, make_chain
from tests.integration.outage.joining import join, two_chains, undo


def protect(county: County, outage: Outage) -> tuple[CareChain, CareChain]:
    """One with protected personal data, and one by name and another number: nobody knows yet that they are one."""
    kept = make_chain(county, outage, patient_name="Tolvan Tolvansson", protected_identity=True)
    return kept, make_chain(county, outage, patient_name="Okänd man", identity="25K0123456ZZ")


@pytest.mark.parametrize("kept_first", [True, False])
def test_one_that_is_joined_with_a_protected_patient_since_is_hidden(
    county: County, outage: Outage, clock, kept_first: bool
):
    hidden, named = protect(county, outage)
    clock.shift(timedelta(minutes=5))
    made = timezone.now()
    assert hidden_since(([named.pk], made)) == [False]
    clock.shift(timedelta(minutes=5))
    pair = (hidden, named) if kept_first else (named, hidden)
    choices = {} if kept_first else {"protected_identity": "other"}
    join(county, *pair, choices=choices, answers={"identity": "written_wrong"})
    assert hidden_since(([named.pk], made)) == [True]
    # What is made after it names nobody.
    clock.shift(timedelta(minutes=1))
    assert hidden_since(([named.pk], timezone.now())) == [False]
    undo(county, pair[0])
    assert hidden_since(([named.pk], made)) == [True]


def test_one_whose_kept_chain_is_protected_since_is_hidden(county: County, outage: Outage, clock):
    kept, other = two_chains(county, outage)
    clock.shift(timedelta(minutes=5))
    made = timezone.now()
    clock.shift(timedelta(minutes=5))
    join(county, kept, other)
    assert hidden_since(([other.pk], made)) == [False]
    clock.shift(timedelta(minutes=5))
    chain = get_chain(county.alva, kept.pk)
    facts = replace(chain.details.facts, protected_identity=True)
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details.pk, facts=facts)
    assert hidden_since(([other.pk], made)) == [True]
    assert hidden_since(([kept.pk], made)) == [True]
