"""The stage of the outage app's tests: a Tuesday at 10.52, an outage two hours old, a patient on Alva's ward."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.models import Membership
from contacts.rules.permissions import Role
from outage.models import CareChain, Outage
from tests.factories import County, make_chain, make_county, make_outage
from tests.integration.outage.holding import TYPED
from tests.integration.outage.pages import Fields, fields_of, form_of, read
from tests.kept import Keeper


@pytest.fixture
def county(db: None, made_once: Keeper) -> County:
    """The units and the people."""
    return made_once("county", make_county)


@pytest.fixture
def outage(county: County, made_once: Keeper) -> Outage:
    """An outage of both principals since 08.52."""
    return made_once("outage", lambda: make_outage(county.alva), on=county.alva.user)


@pytest.fixture
def chain(county: County, outage: Outage, made_once: Keeper) -> CareChain:
    """A care chain on Alva's ward with Disa's hälsocentral and Cissi's municipality."""
    return made_once("chain", lambda: make_chain(county, outage), on=outage)


@pytest.fixture
def theirs(county: County, outage: Outage) -> CareChain:
    """The care chain that Cissi's municipality keeps of the same patient."""
    return make_chain(county, outage, county.cissi, patient_name="Granne Gransson")


@pytest.fixture
def log_in(client: Client):
    """A function that logs somebody in and returns the browser."""

    def enter(acting: Acting) -> Client:
        client.force_login(acting.user)
        return client

    return enter


@pytest.fixture
def address(chain: CareChain) -> str:
    return reverse("chain_call", args=[chain.pk]) + "?riktning=received"


@pytest.fixture
def half_filled(county: County, address: str, client: Client) -> Fields:
    """What Alva's browser sends: the form as she was shown it, with what she has typed, after the log-in lapsed."""
    client.force_login(county.alva.user)
    form = form_of(read(client.get(address)), method="post")
    sent = fields_of(form) | {k: v if isinstance(v, list) else [v] for k, v in TYPED.items()}
    client.session.flush()
    client.cookies.pop("sessionid")
    return sent


@pytest.fixture
def second(county: County) -> Membership:
    """Alva's second assignment, on the other ward; the first is chosen nowhere by itself any more."""
    return Membership.objects.create(
        user=county.alva.user, unit=county.other_ward, role=Role.STAFF, title="Sjuksköterska"
    )
