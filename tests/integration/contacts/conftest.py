"""People and places of the county, invented, and the product's own directory."""

from dataclasses import dataclass

import pytest

from contacts.access import Acting, acting_for
from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import Membership, MunicipalKind, Principal, Unit, User
from contacts.queries import searched
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.permissions import Role
from tests.factories import make_entry
from tests.kept import Keeper


@pytest.fixture
def directory(db, made_once: Keeper) -> Principal:
    """The product's own directory file, brought in; gives the region."""
    return made_once("directory", _bring_in)


def _bring_in() -> Principal:
    import_directory(by=None, content=OWN_FILE.read_bytes())
    return Principal.objects.get(name="Region Västerbotten")


@dataclass(frozen=True)
class County:
    """The units the tests ring and the people who ring."""

    region: Principal
    mala: Principal
    nordmaling: Principal
    ward: Unit
    health_centre: Unit
    social_care: Unit
    alva: Acting
    cissi: Acting
    region_admin: Acting
    mala_admin: Acting


def person(username: str, unit: Unit, role: Role, **user) -> Acting:
    made = User.objects.create_user(username, first_name=username.title(), last_name="Påhittad", **user)
    Membership.objects.create(user=made, unit=unit, role=role, title="Sjuksköterska")
    acting = acting_for(made)
    assert acting is not None
    return acting


@pytest.fixture
def county(directory: Principal, made_once: Keeper) -> County:
    """A ward and a hälsocentral of the region, a unit of Malå, and who works there."""
    return made_once("county of the directory", lambda: _make_county(directory), on=directory)


def _make_county(region: Principal) -> County:
    mala = Principal.objects.get(short_name="Malå")
    ward = Unit.objects.create(principal=region, name="Medicin 1", ward_kind=WardKind.SOMATIC)
    make_entry(
        region,
        ward.name,
        "090-785 11 22",
        kind=EntryKind.WARD,
        availability=Availability.ALWAYS,
        unit=ward,
    )
    health_centre = Unit.objects.create(
        principal=region, name="Bjurholms hälsocentral", outpatient_kind=OutpatientKind.HEALTH_CENTRE
    )
    social_care = Unit.objects.create(
        principal=mala, name="Biståndshandläggarna Malå", municipal_kind=MunicipalKind.SOCIAL_CARE
    )
    return County(
        region=region,
        mala=mala,
        nordmaling=Principal.objects.get(short_name="Nordmaling"),
        ward=ward,
        health_centre=health_centre,
        social_care=social_care,
        alva=person("alva", ward, Role.STAFF),
        cissi=person("cissi", social_care, Role.STAFF),
        region_admin=person("rut", ward, Role.ADMIN, is_staff=True),
        mala_admin=person("malin", social_care, Role.ADMIN, is_staff=True),
    )


@pytest.fixture
def still(monkeypatch) -> int:
    """Let nobody else's writes count while queries are counted; how many fewer are asked then."""
    monkeypatch.setattr(searched, "_stamp", lambda: ())
    monkeypatch.setattr(searched, "_kept", None)
    return 1
