"""/admin/: outages and what was said of them are read there, never changed; patients are not there at all."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from contacts.models import User
from outage.models import Outage
from tests.factories import County

HISTORY = ["outage", "outagereport", "principalend", "supportcontact"]


@pytest.fixture
def superuser(client: Client, county: County) -> Client:
    client.force_login(User.objects.create_superuser("rot", password="ett långt lösenord"))
    return client


@pytest.mark.parametrize("name", HISTORY)
def test_history_is_listed_but_can_neither_be_added_nor_changed(superuser: Client, outage: Outage, name: str):
    assert superuser.get(f"/admin/outage/{name}/").status_code == 200
    assert superuser.get(f"/admin/outage/{name}/add/").status_code == 403
    model = apps.get_model("outage", name)
    for row in model._default_manager.all():
        page = superuser.get(f"/admin/outage/{name}/{row.pk}/change/")
        assert page.status_code == 200
        assert b'name="_save"' not in page.content
        assert superuser.post(f"/admin/outage/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_no_model_with_patients_is_in_the_admin():
    registered = {
        model._meta.model_name for model in admin.site._registry if model._meta.app_label == "outage"
    }
    assert registered == set(HISTORY)
