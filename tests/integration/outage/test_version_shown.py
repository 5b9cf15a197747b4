"""The foot of every page shows the version, which stands in pyproject.toml only."""

import tomllib

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.urls import reverse

from contacts.models import User
from outage.models import Outage
from outage.project.views import server_error
from tests.architecture.tree import ROOT
from tests.factories import County

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def foot(content: bytes) -> str:
    feet = BeautifulSoup(content, "html.parser").find_all("footer")
    assert len(feet) == 1
    return feet[0].get_text(" ", strip=True)


def test_it_is_the_version_of_the_project():
    assert PROJECT["version"] == settings.VERSION


@pytest.mark.parametrize(
    "address", ["/", "/logga-in/", "/kontakter/", "/rutinen/", "/vardkedjor/", "/finns-inte/"]
)
def test_pages_show_it(county: County, outage: Outage, client: Client, address: str):
    client.force_login(county.alva.user)
    assert f"Version {PROJECT['version']}" in foot(client.get(address).content)


def test_the_log_in_page_shows_it_to_who_is_not_logged_in(county: County, client: Client):
    assert foot(client.get(reverse("account_login")).content) == f"Version {PROJECT['version']}"


def test_the_page_of_a_broken_server_shows_it(rf):
    assert foot(server_error(rf.get("/")).content) == f"Version {PROJECT['version']}"


@pytest.mark.django_db
def test_the_administration_shows_it(client: Client):
    client.force_login(User.objects.create_superuser("root", password="x" * 20))
    for address in ("/admin/", "/admin/contacts/unit/"):
        assert foot(client.get(address).content) == f"Version {PROJECT['version']}"
