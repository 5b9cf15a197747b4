"""Which chains a unit sees is said of all of them, of each one and by the lines of Lägesbild: all say the same."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Principal, Unit
from outage.models import CareChain, CareChainDetails, ChainState, Outage, StateKind
from outage.queries.care_chains import is_about_seen, seen_by
from outage.queries.lines import Lines
from tests.factories import County, end_for_all, make_chain, make_event, make_outage
from tests.integration.outage.joining import join, two_chains
from tests.seed import seed_outage


def assert_said_alike(principal: Principal, outages: list[Outage]) -> int:
    """Of every unit; how many it sees in all."""
    ids, found = [outage.pk for outage in outages], 0
    read = [Lines().read_on(principal, outage) for outage in outages]
    for unit in Unit.objects.values_list("pk", flat=True):
        seen = set(seen_by(principal.pk, (unit,), ids).order_by().values_list("pk", flat=True))
        rows = CareChainDetails.objects.filter(is_about_seen(principal.pk, (unit,), tuple(ids)))
        assert set(rows.values_list("chain", flat=True)) == seen
        lines = (line for each in read for group in each.seen_by([unit]) for line in group.lines)
        assert {line.chain_id for line in lines} == seen
        found += len(seen)
    return found


def test_of_joined_chains_and_of_who_rings_about_a_patient_that_has_moved_on(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    make_event(county.alva, kept, "discharge")
    join(county, kept, other)
    other.refresh_from_db()
    assert other.joined_to == kept
    # Opened by another unit than that of the chain that it is read in now.
    CareChain.objects.filter(pk=other.pk).update(unit=county.other_ward)
    moved = make_chain(county, outage, patient_name="Flyttad Flyttsson")
    make_event(county.alva, moved, "discharge")
    CareChain.objects.filter(pk=moved.pk).update(unit=county.other_ward, ward_unit=county.other_ward)
    assert ChainState.objects.filter(chain=moved, unit=county.ward, what=StateKind.OWED).exists()
    # By where the patient is alone, and by who is to care for the patient afterwards alone.
    lies_here, cared_for = make_chain(county, outage), make_chain(county, outage)
    CareChain.objects.filter(pk=lies_here.pk).update(unit=county.other_ward)
    elsewhere = {"unit": county.other_ward, "ward_unit": county.other_ward}
    CareChain.objects.filter(pk=cared_for.pk).update(**elsewhere, outpatient_unit=county.health_centre)
    before = assert_said_alike(county.region, [outage])
    assert assert_said_alike(county.municipality, [outage]) == 0
    assert before > 4
    end_for_all(county, outage, timezone.now())
    later = make_outage(county.alva, timedelta())
    make_chain(county, later)
    assert assert_said_alike(county.region, [outage, later]) == before + assert_said_alike(
        county.region, [later]
    )


@pytest.mark.django_db
def test_of_a_whole_outage():
    seeded = seed_outage(chains=60, handovers=400, own_share=0.2)
    assert assert_said_alike(seeded.acting.principal, [seeded.outage]) >= 60
