"""Who gets an answer at each address about people."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import County, make_county
from tests.integration.contacts.test_people import admin_of
from tests.kept import Keeper

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(made_once: Keeper) -> County:
    return made_once("county", make_county)


# What each address answers: Adam keeps people, Alva does not, Malin keeps another principal's.
PAGES = {
    "keep_people": (200, 403, 200),
    "person_new": (200, 403, 200),
    "person": (200, 403, 404),
    "person_edit": (200, 403, 404),
    "person_end": (302, 403, 404),
    "person_restore": (302, 403, 404),
    "person_code": (302, 403, 404),
    "person_second_factor": (302, 403, 404),
    "second_factor": (200, 403, 200),
    "assignment_new": (200, 403, 404),
    "assignment_edit": (200, 403, 404),
    "assignment_end": (302, 403, 404),
    "assignment_restore": (302, 403, 404),
    "staff_file": (200, 403, 200),
    "import_staff": (200, 403, 200),
    "confirm_staff": (302, 403, 302),
}


def test_each_address_answers_its_own_administrator_alone(client: Client, county: County):
    from contacts.urls import urlpatterns

    names = {pattern.name for pattern in urlpatterns}
    assert set(PAGES) <= names
    people = {"person", "personer", "uppdrag", "tva-steg"}
    assert {p.name for p in urlpatterns if str(p.pattern).split("/")[0] in people} == set(PAGES)
    given: dict[str, Any] = {"person_id": county.bo.user.pk, "membership_id": county.bo.membership.pk}
    people_asked = (county.adam, county.alva, admin_of(county))

    def asked(path: str) -> Any:
        answer = client.get(path)
        return client.post(path) if answer.status_code == 405 else answer

    for at, by in enumerate(people_asked):
        client.force_login(by.user)
        for pattern in urlpatterns:
            if pattern.name not in PAGES:
                continue
            args = {name: given.get(name, "csv") for name in pattern.pattern.converters}
            answer = asked(reverse(pattern.name, kwargs=args))
            assert answer.status_code == PAGES[pattern.name][at], (by.user.username, pattern.name)
            missing = {name: 999_999 if name != "form" else "vcf" for name in args}
            if missing and by is county.adam:
                assert asked(reverse(pattern.name, kwargs=missing)).status_code == 404
