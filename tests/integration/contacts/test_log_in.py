"""Who is logged in is read together with the assignments in force, and in one query."""

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.urls import reverse

from contacts.access import acting_for
from contacts.backends import AssignmentBackend
from contacts.models import Membership, User
from contacts.queries.people import is_taken, person_to_log_in

pytestmark = pytest.mark.django_db


def test_one_query_tells_who_it_is_and_in_which_assignment(county, django_assert_num_queries):
    with django_assert_num_queries(1):
        user = AssignmentBackend().get_user(county.alva.user.pk)
        assert user is not None
        acting = acting_for(user)
        assert acting is not None
        assert (acting.user.username, acting.principal.name) == ("alva", county.region.name)
    assert acting == county.alva


def test_an_assignment_that_ends_is_gone_at_the_next_page(client, county):
    client.force_login(county.alva.user)
    assert client.get(reverse("contacts")).status_code == 200
    Membership.objects.filter(user=county.alva.user).update(active=False)
    assert client.get(reverse("contacts")).headers["Location"].startswith(reverse("choose_assignment"))
    Membership.objects.filter(user=county.alva.user).update(active=True)
    assert client.get(reverse("contacts")).status_code == 200


def test_a_person_who_may_no_longer_log_in_is_out_at_the_next_page(client, county):
    client.force_login(county.alva.user)
    User.objects.filter(pk=county.alva.user.pk).update(is_active=False)
    assert client.get(reverse("contacts")).headers["Location"].startswith(reverse("account_login"))


def test_one_with_no_assignment_is_a_person_all_the_same_and_nobody_is_nobody():
    lone = User.objects.create_user("ensam", password="ett långt lösenord")
    found = AssignmentBackend().get_user(lone.pk)
    assert found == lone
    assert acting_for(found) is None
    assert AssignmentBackend().get_user(lone.pk + 1) is None
    assert authenticate(username="ensam", password="ett långt lösenord") == lone
    assert authenticate(username="ensam", password="ett annat lösenord") is None


PASSWORD = "ett långt lösenord"


@pytest.mark.parametrize("typed", ["åsa.ek", "ÅSA.EK", "Åsa.Ek", "A\u030asa.ek"])
def test_the_case_of_a_user_name_is_no_matter(typed):
    asa = User.objects.create_user("åsa.ek", password=PASSWORD)
    assert authenticate(username=typed, password=PASSWORD) == asa
    assert authenticate(username=typed, password=PASSWORD.upper()) is None
    assert person_to_log_in(typed) == asa
    assert is_taken(typed)
    assert not is_taken(typed, but=asa)


def test_two_that_differ_in_case_alone_are_refused_by_the_database():
    User.objects.create_user("alva", password=PASSWORD)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("ALVA", password=PASSWORD)


def test_a_user_name_of_a_server_of_the_version_before_logs_in_as_it_stands():
    """It has no key, while that server still runs."""
    for name in ("alva", "ALVA"):
        User.objects.create_user(name, password=PASSWORD)
        User.objects.update(username_key="")
    for name in ("alva", "ALVA"):
        assert authenticate(username=name, password=PASSWORD).username == name
    assert authenticate(username="Alva", password=PASSWORD) is None
