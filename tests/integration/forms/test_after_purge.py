"""What a purged outage is afterwards: over for good, with nothing to do, and what comes in is kept beside it."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Role
from forms.models import LateEntry
from forms.queries.purge import preview_of
from outage.models import CareChain, Handover, Outage, PrincipalEnd
from outage.queries.outages import outage_for
from outage.rules.outage_status import OutageScope
from outage.services.outages import reopen_outage
from tests.factories import County, make_chain, make_outage, person
from tests.integration.forms.purging import log_it, purged
from tests.integration.outage.holding import TYPED, mark_of
from tests.integration.outage.pages import fields_of, form_of, read

pytestmark = pytest.mark.django_db
KEPT = "Uppgifterna från driftstoppet är gallrade. Din anteckning är sparad och går till samordnaren."
NOT_AGAIN = "Driftstoppet är gallrat hos er och kan inte öppnas igen. Anmäl ett nytt driftstopp."


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.SCAN_DIR = tmp_path / "scans"
    settings.TRAIL_CHECKPOINTS = tmp_path / "trail" / "checkpoints.jsonl"


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return log_it(county, outage)


def words(answer) -> str:
    return " ".join(read(answer).main.get_text(" ").split())


def at(acting: Acting) -> Client:
    client = Client()
    client.force_login(acting.user)
    return client


def test_it_is_not_opened_again_and_the_page_has_no_button(county: County, outage, chain, clock):
    outage = purged(county, outage, clock)
    page = reverse("back_registration")
    assert "Driftstoppet pågår ändå" not in words(at(county.esa).get(page))
    with pytest.raises(RuleError, match=NOT_AGAIN):
        reopen_outage(by=county.esa, outage=outage)
    esa = at(county.esa)
    fields = {"driftstopp": str(outage.pk), "client_id": str(uuid4())}
    answer = esa.post(reverse("reopen_outage"), fields | {"typed_by": mark_of(county.esa)}, follow=True)
    assert NOT_AGAIN in read(answer).get_text()
    assert not outage_for(county.region, outage.pk).is_open
    # A new one is reported as ever, and is another.
    assert make_outage(county.alva).pk != outage.pk


def test_while_it_goes_on_for_others_it_is_neither_purged_nor_joined(county: County, clock):
    outage = make_outage(county.alva, scope=OutageScope.MUNICIPALITIES_ONLY)
    log_it(county, outage)
    make_chain(county, outage, county.cissi, patient_name="Granne Gransson")
    outage = purged(county, outage, clock)
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    reopen_outage(by=cilla, outage=outage_for(county.municipality, outage.pk))
    outage = outage_for(county.region, outage.pk)
    assert outage.closed_at is None
    with pytest.raises(RuleError, match="Anmäl ett nytt när det är avslutat för alla"):
        make_outage(county.alva)
    assert not outage_for(county.region, outage.pk).is_open
    assert preview_of(county.region, outage).facts.goes_on


def test_what_met_the_destroyed_key_is_kept_whatever_the_outage_is(county: County, outage, chain, clock):
    outage = purged(county, outage, clock)
    # As it was opened again before that was refused.
    PrincipalEnd.objects.create(
        outage=outage, principal=county.region, user=county.esa.user, unit=county.esa.unit
    )
    assert outage_for(county.region, outage.pk).is_open
    alva, path = at(county.alva), reverse("chain_call", args=[chain.pk]) + "?riktning=received"
    calls = Handover.objects.count()
    fields = fields_of(form_of(read(alva.get(path)), method="post"))
    answer = alva.post(path, fields | TYPED | {"comment": "Hemligsson ringde"}, follow=True)
    assert KEPT in read(answer).get_text()
    assert Handover.objects.count() == calls
    assert "Hemligsson ringde" in dict(LateEntry.objects.get().said).values()
