"""Where one goes on to from a form that says where: a page here, whatever the address says."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from contacts.models import Membership, User
from contacts.views.arriving import own_path
from outage.services.held_forms import hold_form
from tests.demo_mode import DEMO_MODE
from tests.factories import PASSWORD, County
from tests.integration.fuzz.hostile import NEXTS, encoded

STATUS, CHAINS = "/", "/vardkedjor/?visa=alla#forst"
PLACES = [
    "account_login",
    "account_logout",
    "demo_login",
    "choose_assignment",
    "contact_columns",
    "admin:logout",
]
OURS = [STATUS, CHAINS, "/kontakter/", "/admin/", "/blad/A%20B/"]
OF_NEXTS = ["/vardkedjor/", "/vardkedjor/?q=%ff", "/logga-ut/", "/logga-in/?next=/logga-in/"]
NOT_OURS = [
    "abc",
    "admin:index",
    "/finns/inte/",
    "//elsewhere.example/",
    "https://elsewhere.example/",
    "\ud800",
    "",
]


@pytest.fixture
def going_on(county: County, client: Client):
    """A function that sends the form at a place with `next`, and returns where that leads."""
    User.objects.filter(pk=county.alva.user.pk).update(is_demo=True, is_staff=True)

    def send(place: str, wanted: str, *, in_query: bool = False) -> str:
        client.logout()
        if place not in {"account_login", "demo_login"}:
            client.force_login(county.alva.user)
        fields = {
            "login": ["alva"],
            "password": [PASSWORD],
            "membership": [str(county.alva.membership.pk)],
        }
        said = {"next": [wanted]}
        address = reverse(place) + ("?" + encoded(said) if in_query else "")
        sent = encoded(fields if in_query else fields | said)
        answer = client.post(address, sent, "application/x-www-form-urlencoded")
        assert answer.status_code == 302, f"{place} answered {answer.status_code}"
        return answer.headers["Location"]

    with override_settings(**DEMO_MODE):
        yield send


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("in_query", [False, True])
def test_what_is_no_page_here_leads_to_the_usual_one(going_on, place: str, in_query: bool):
    others = {
        "contact_columns": "advanced_search",
        "account_logout": "account_login",
        "admin:logout": "account_login",
    }
    usual = reverse(others.get(place, "status"))
    assert {going_on(place, wanted, in_query=in_query) for wanted in NOT_OURS} == {usual}


@pytest.mark.parametrize("place", [place for place in PLACES if place != "account_logout"])
def test_a_page_here_is_gone_on_to_with_its_query(going_on, place: str):
    assert [going_on(place, wanted) for wanted in OURS] == OURS


def test_the_choice_of_assignment_passes_on_pages_here_alone(county: County, client: Client):
    client.force_login(county.alva.user)
    for wanted, kept in (("/vardkedjor/", True), ("//elsewhere.example/", False), ("abc", False)):
        page = client.get(reverse("choose_assignment"), {"next": wanted}).content.decode()
        assert (f'name="next" value="{wanted}"' in page) == kept


def test_a_page_written_in_percents_that_is_not_ones_own_leads_to_laege(county: County, client: Client):
    """Where a log-in led back to another's page, the address compares with the one asked for as it is read."""
    answer = client.post(
        reverse("account_login"),
        {"login": "alva", "password": PASSWORD, "next": "/blad/%41%20B/"},
        follow=True,
    )
    assert answer.request["PATH_INFO"] == STATUS


def test_a_file_taken_up_leads_to_its_page(county: County, outage, client: Client):
    client.force_login(county.alva.user)
    for path, leads_to in (("/vardkedjor/ny/?a=b", "/vardkedjor/ny/?a=b"), ("//elsewhere.example/", STATUS)):
        held = hold_form(by=county.alva.membership, path=path, content={"comment": ["Ringer igen"]})
        assert held is not None
        assert client.post(reverse("held_form", args=[held.pk])).headers["Location"] == leads_to


def test_another_assignment_is_chosen_and_gone_on_from(county: County, second: Membership, client: Client):
    client.force_login(county.alva.user)
    sent = {"membership": second.pk, "next": CHAINS}
    assert client.post(reverse("choose_assignment"), sent).headers["Location"] == CHAINS


@pytest.mark.parametrize("address", [*NOT_OURS, *NEXTS])
def test_only_the_path_of_a_page_here_is_left_of_an_address(address: str):
    kept = own_path(address)
    assert kept in {"", address}
    assert bool(kept) == (address.startswith(tuple(OURS[1:])) or address in {STATUS, *OF_NEXTS})
