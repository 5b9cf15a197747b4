"""The sheet of emergency codes: what stands on the paper lets people in, and stands nowhere else."""

import re
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from contacts.models import EmergencyCode, EmergencySheet, Unit
from contacts.rules.permissions import Role
from forms.models import Export, Sheet
from forms.rendering import PrintingUnavailable
from tests.paper.making import make_place, person
from tests.paper.reading import everything, pages, structure

pytestmark = pytest.mark.django_db
CODE = re.compile(r"(?:[2-9A-Y]{4}-){3}[2-9A-Y]{4}")


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def admin(place, client: Client) -> Client:
    client.force_login(person("adam", place.alva.unit, Role.ADMIN).user)
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def printed(client: Client, unit: Unit, press=None):
    return client.post(reverse("emergency_codes", args=[unit.pk]), {"client_id": press or uuid4()})


def test_the_codes_on_the_paper_are_the_ones_that_let_in_and_stand_nowhere_else(place, admin, caplog):
    unit, press = place.alva.unit, uuid4()
    answer = printed(admin, unit, press)
    assert answer.status_code == 200
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "application/pdf",
        "no-store, private",
    )
    assert re.search(r'filename="nodkoder-[a-z0-9-]+\.pdf"', answer.headers["Content-Disposition"])
    (page,) = pages(answer.content)
    codes = CODE.findall(page)
    assert len(set(codes)) == 10
    for said in (
        "Nödkoder – förseglas i kuvert",
        unit.name,
        "http://testserver/nodinloggning/",
        "användarnamn eller HSA-id",
        "högst 4 timmar",
        "granskas",
        "Utskrivet",
        "av adam för",
    ):
        assert said in page
    assert {"/Table", "/TH", "/TD"} <= set(structure(answer.content))
    for at, code in enumerate(codes):
        sent = {"username": place.alva.user.username, "code": code, "reason": "provider_down", "note": ""}
        pc = Client(REMOTE_ADDR=f"192.0.2.{at}")
        assert pc.post(reverse("emergency_log_in"), sent).status_code == 302
        assert pc.get(reverse("status")).status_code == 200
    assert not Sheet.objects.exists()
    assert not Export.objects.exists()
    rows = [str(row) for model in apps.get_models() for row in model._default_manager.values()]
    bare = [code.replace("-", "") for code in codes]
    kept = "\n".join([*rows, caplog.text])
    assert not any(code in kept for code in [*codes, *bare])

    again = printed(admin, unit, press)
    assert again.status_code == 409
    assert "Bladet visades en gång och visas inte igen." in again.text
    assert EmergencySheet.objects.count() == 1


def test_a_server_that_cannot_print_cancels_nothing(place, admin):
    first = EmergencyCode.objects.filter(sheet__unit=place.alva.unit)
    assert printed(admin, place.alva.unit).status_code == 200
    held = list(first)
    with patch("forms.services.printing.render", side_effect=PrintingUnavailable("Utskrift är avstängd")):
        assert printed(admin, place.alva.unit).status_code == 503
    assert list(first) == held


def test_long_names_fit_on_one_page(place, admin):
    Unit.objects.filter(pk=place.alva.unit.pk).update(name="Kirurgiska vårdavdelningen " * 7)
    answer = printed(admin, place.alva.unit)
    assert len(pages(answer.content)) == 1
    assert len(CODE.findall(everything(answer.content))) == 10
