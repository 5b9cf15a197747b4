"""Two who keep people, or use a code, at the same moment."""

from functools import partial
from uuid import uuid4

import pytest

from contacts.models import AuditEntry, Membership, User
from contacts.rules.errors import RuleError
from contacts.rules.people import PersonFacts
from contacts.rules.permissions import Role
from contacts.services.passwords import issue_code, use_code
from contacts.services.people import add_person, end_person
from tests.factories import at_once, make_county, person

pytestmark = pytest.mark.django_db(transaction=True)


def refused(results: list[object]) -> list[str]:
    assert all(result is None or isinstance(result, User | RuleError) for result in results), results
    return [result.reason for result in results if isinstance(result, RuleError)]


def test_a_code_is_used_once():
    county = make_county()
    code = issue_code(by=county.adam, person=county.bo.user, client_id=uuid4())
    passwords = ("tre gula cyklar", "fyra gula cyklar")
    results = at_once([partial(use_code, by="bo", code=code, password=each) for each in passwords])
    assert len(refused(results)) == 1
    assert AuditEntry.objects.filter(action="code.used").count() == 1


def test_two_administrators_who_end_each_other_leave_one():
    county = make_county()
    other = person("ada", county.other_ward, Role.ADMIN)
    pairs = ((county.adam, other), (other, county.adam))
    results = at_once([partial(end_person, by=by, person=whom.user) for by, whom in pairs])
    assert len(refused(results)) == 1
    assert Membership.objects.filter(role=Role.ADMIN, active=True).count() == 1


def test_two_principals_who_add_the_same_hsa_id_make_one_person():
    county = make_county()
    keepers = (county.adam, person("malin", county.social_care, Role.ADMIN))
    calls = [
        partial(
            add_person,
            by=by,
            client_id=uuid4(),
            facts=PersonFacts(f"nina.{by.user.username}", "Nina", "Ek", hsa_id="SE2321000222-N1"),
            unit=by.unit,
            role=Role.STAFF,
            title="x",
            answers={},
        )
        for by in keepers
    ]
    assert len(refused(at_once(calls))) == 1
    assert User.objects.filter(hsa_id="SE2321000222-N1").count() == 1
