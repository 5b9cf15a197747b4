"""Who is logged in is read together with the assignments in force, and in one query."""

import pytest
from django.contrib.auth import authenticate
from django.urls import reverse

from contacts.access import acting_for
from contacts.backends import AssignmentBackend
from contacts.models import Membership, User

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
