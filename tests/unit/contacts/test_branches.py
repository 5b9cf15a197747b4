"""Which units share a branch, over every pair of kinds."""

from itertools import product

import pytest

from contacts.rules.branches import Branch, MunicipalKind, branch_of, is_shared

KINDS = ["", *(kind.value for kind in MunicipalKind)]


@pytest.mark.parametrize(("one", "other"), list(product(KINDS, KINDS)))
def test_the_region_is_one_branch_whatever_its_units_are(one: str, other: str):
    assert branch_of(one, is_region=True) is Branch.REGION
    assert is_shared(branch_of(one, is_region=True), branch_of(other, is_region=True))


@pytest.mark.parametrize(("one", "other"), list(product(KINDS, KINDS)))
def test_inside_a_municipality_units_of_one_kind_alone_share_a_branch(one: str, other: str):
    shared = is_shared(branch_of(one, is_region=False), branch_of(other, is_region=False))
    assert shared is (one == other != "")


def test_each_kind_of_municipal_unit_has_its_branch():
    found = {kind: branch_of(kind.value, is_region=False) for kind in MunicipalKind}
    assert found == {
        MunicipalKind.SOCIAL_CARE: Branch.SOCIAL_SERVICES,
        MunicipalKind.HOME_NURSING: Branch.HEALTH_CARE,
    }
