"""/admin/: outages and what was said of them are read there, never changed; patients are not there at all."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.test import Client

from contacts import audit
from contacts.models import User
from outage.models import Outage
from tests.factories import County
from tests.integration.outage.pages import read

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


@pytest.mark.parametrize("model", [model for model in admin.site._registry if model.__module__[0] in "cof"])
def test_every_column_and_field_has_a_name_in_swedish(county: County, rf, model):
    kept = admin.site._registry[model]
    request = rf.get("/")
    request.user = User.objects.create_superuser("rot", password="ett långt lösenord")
    shown = {*kept.list_display, *flatten_fieldsets(kept.get_fieldsets(request, model()))}
    by_name = {field.name: field for field in model._meta.fields}
    assert {
        name for name in shown & by_name.keys() if by_name[name].verbose_name == name.replace("_", " ")
    } <= {
        # The same in both languages.
        "system"
    }


def test_the_form_of_a_person_and_the_trace_are_in_swedish(superuser: Client, county: County):
    audit.record(by=county.adam, action="people.new", target=county.alva.user)
    assert "contacts.User" not in superuser.get("/admin/contacts/auditentry/").content.decode()
    assert "LDAP" not in superuser.get("/admin/contacts/user/add/").content.decode()
    page = read(superuser.get(f"/admin/contacts/user/{county.alva.user.pk}/change/"))
    assert not [label for label in page.find_all("label") if "Seen" in label.text]


def test_no_model_with_patients_is_in_the_admin():
    registered = {
        model._meta.model_name for model in admin.site._registry if model._meta.app_label == "outage"
    }
    assert registered == set(HISTORY)
