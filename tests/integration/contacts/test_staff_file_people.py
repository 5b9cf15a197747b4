"""Whom a row of a staff list is of: nobody gets another's log-in, and who is there is known however it is written."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Membership, User
from contacts.rules.permissions import Role
from tests.factories import County, make_county
from tests.integration.outage.pages import read
from tests.kept import Keeper

from .test_staff_files import NINA, NINA_TOO, confirm, faults, state, text, upload

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def county(made_once: Keeper) -> County:
    return made_once("county", make_county)


@pytest.mark.parametrize("ended", [False, True], ids=["who works here", "who has left"])
@pytest.mark.parametrize("name", ["Alvar;Nyman", "Alva;Nyman", "Alvar;Påhittad"])
@pytest.mark.parametrize("ends", ["", "ja"], ids=["begins", "ends"])
def test_a_user_name_is_used_again_by_nobody_else(
    client: Client, county: County, ended: bool, name: str, ends: str
):
    """The old password would log in as somebody new, and the old trace stand under the new name."""
    Membership.objects.filter(user=county.alva.user).update(active=not ended)
    before = state()
    answer = upload(client, county.adam, f"alva;{name};;;Ortopeden;Vårdpersonal;läkare;{ends}")
    wrong = "Användarnamnet är Alva Påhittads. Är det samma person, rätta namnet i filen eller på personens sida. "
    assert faults(answer) == {
        f"{wrong}Är det någon annan, skriv ett annat användarnamn.": "Användarnamn 1 rad: 2"
    }
    assert read(answer).find("form", action=reverse("confirm_staff")) is None
    assert state() == before


def test_a_user_name_of_whom_another_principal_keeps_is_used_again_by_nobody_either(
    client: Client, county: County
):
    Membership.objects.create(user=county.cissi.user, unit=county.ward, role=Role.STAFF, title="x")
    answer = upload(client, county.adam, "cissi;Alvar;Nyman;;;Ortopeden;Vårdpersonal;läkare;")
    assert any(said.startswith("Användarnamnet är Cissi Påhittads.") for said in faults(answer))


def test_somebody_of_the_same_name_with_another_hsa_id_is_somebody_else(client: Client, county: County):
    User.objects.filter(pk=county.bo.user.pk).update(hsa_id="SE2321000222-B1")
    row = "bo;Bo;Påhittad;;{};Medicin 2;Vårdpersonal;läkare;"
    (said,) = faults(upload(client, county.adam, row.format("SE2321000222-B2")))
    assert said.startswith("Användarnamnet är Bo Påhittads, med ett annat HSA-id.")
    assert "Nytt uppdrag" in text(upload(client, county.adam, row.format("SE2321000222-B1")))


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("Bo;Ek", True),
        ("Bosse;Påhittad", True),
        ("BO;pahittad", True),
        ("Kim;Öberg", False),
        ("Kim;Ek", False),
    ],
)
def test_an_hsa_id_says_who_it_is_where_one_name_is_new_and_not_both(
    client: Client, county: County, name: str, taken: bool
):
    User.objects.filter(pk=county.bo.user.pk).update(hsa_id="SE2321000222-B1")
    answer = upload(client, county.adam, f"bo;{name};;SE2321000222-B1;Ortopeden;Vårdpersonal;läkare;")
    refused = "HSA-id:t är Bo Påhittads. Rätta HSA-id:t eller namnet." in text(answer)
    assert refused is not taken


def test_another_case_of_a_user_name_alone_is_no_difference(client: Client, county: County):
    assert "Filen ändrar ingenting." in text(
        upload(client, county.adam, "ALVA;Alva;Påhittad;;;Medicin 2;Vårdpersonal;Sjuksköterska;")
    )
    confirm(
        client,
        upload(
            client,
            county.adam,
            NINA,
            NINA_TOO.replace("nina", "Nina", 1),
            "Alva;Alva;Påhittad;;;Ortopeden;Vårdpersonal;x;",
            "ALVA;Alva;Påhittad;;;Ortopeden;Samordnare;x;",
        ),
    )
    assert User.objects.get(username="nina").memberships.count() == 2
    assert User.objects.get(username="alva").memberships.count() == 3


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        (("alva;Alva;Påhittad;;{};Ortopeden", "bo;Bo;Påhittad;;{};Medicin 2"), 3),
        (("alva;Alva;Påhittad;;{};Ortopeden", "ny;Nina;Ny;;{};Medicin 2"), 3),
        (("ny;Nina;Ny;;{};Medicin 2", "alva;Alva;Påhittad;;{};Ortopeden"), 3),
    ],
)
def test_an_hsa_id_is_given_to_one_of_two(client: Client, county: County, rows: tuple[str, str], at: int):
    before = state()
    given = [f"{row.format('SE2321000222-NY')};Vårdpersonal;läkare;" for row in rows]
    answer = upload(client, county.adam, *given)
    assert faults(answer) == {"HSA-id:t står för en annan person på rad 2.": f"HSA-id 1 rad: {at}"}
    assert read(answer).find("form", action=reverse("confirm_staff")) is None
    assert state() == before


def test_and_stands_twice_where_one_person_has_two_rows(client: Client, county: County):
    row = "alva;Alva;Påhittad;;SE2321000222-NY;{};Vårdpersonal;läkare;"
    page = text(upload(client, county.adam, row.format("Ortopeden"), row.format("Medicin 2")))
    assert "Nytt uppdrag: Ortopeden" in page
    assert "står för en annan person" not in page
