"""Who is to take part in a SIP under a name that the place had before is that place still."""

from uuid import uuid4

import pytest
from django.test import Client

from contacts.access import Acting
from contacts.models import Principal, Unit
from contacts.queries.versions import version_of
from contacts.rules.parties import Party, WardKind
from contacts.rules.permissions import Role
from contacts.services.directory import save_row
from contacts.services.joining_units import join_units, undo_unit_join
from contacts.services.units import UnitFacts, change_unit
from outage.models import CareChain, Outage
from outage.queries.chain_log import log_of
from outage.queries.owed import count_calls_owed
from outage.queries.standing import standing_of, units_to_ring
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.webforms.ward_patients import PasteForm
from tests.factories import County, make_chain, make_event, person, tell
from tests.integration.outage.pages import errors_of, read
from tests.integration.outage.test_places import ELSEWHERE, opened

pytestmark = pytest.mark.clause("R3.9")


@pytest.fixture
def rut(county: County) -> Acting:
    return person("rut", Unit.objects.create(principal=county.region, name="Katalogen"), Role.ADMIN)


def rename(by: Acting, unit: Unit, name: str) -> None:
    unit.refresh_from_db()
    facts = UnitFacts(name, unit.ward_kind, unit.outpatient_kind, unit.municipal_kind)
    change_unit(by=by, unit=unit, client_id=uuid4(), version=version_of(unit), facts=facts)


def call_sip(by: Acting, chain: CareChain, *names: str, to: Party = Party.INPATIENT, **more):
    return make_event(
        by,
        chain,
        "sip_invitation",
        sender=Party.OUTPATIENT,
        to=to,
        outcome=CallOutcome.REACHED,
        sip_date="2026-12-01",
        participants=list(names),
        **more,
    )


def rung(chain: CareChain) -> set[tuple[str, str]]:
    """Whom somebody has to ring, and which unit has to."""
    chain = CareChain.objects.select_related("unit", "principal", "outage", "details").get(pk=chain.pk)
    log = log_of(chain.pk)
    return {
        (owed.target.whom, Unit.objects.get(pk=unit).name)
        for owed in standing_of(chain, log).owed
        if not owed.closed
        for unit in units_to_ring(chain, log, owed)
    }


def test_who_was_told_under_a_former_name_is_told(county: County, outage: Outage, rut: Acting):
    chain = make_chain(county, outage, county.disa)
    event = call_sip(county.disa, chain, "Medicin 2", "Skellefteå kommun")
    tell(county.disa, chain, event, to=Party.MUNICIPALITY)
    rename(rut, county.ward, "Medicin 3")
    rename(rut, county.ward, "Medicinavdelning 2, NUS")
    save_row(by=None, row=_called(county.municipality, "Skellefte kommun"))
    assert rung(chain) == set()
    assert count_calls_owed(county.disa, outage) == 0
    # Whoever still says the former name, and who says the new one.
    for names in (["Medicin 2", "Skellefteå kommun"], ["Medicinavdelning 2, NUS", "Skellefte kommun"]):
        again = call_sip(county.disa, chain, *names, sip_time="10.00")
        tell(county.disa, chain, again, to=Party.MUNICIPALITY)
        assert rung(chain) == set()


def _called(principal: Principal, name: str) -> Principal:
    principal.refresh_from_db()
    principal.name = name
    return principal


def test_a_unit_never_rings_itself_under_a_former_name(county: County, outage: Outage, rut: Acting):
    chain = make_chain(county, outage, county.alva)
    centre = county.health_centre.name
    call_sip(county.alva, chain, centre, "Dotter", to=Party.OUTPATIENT, direction=Direction.RECEIVED)
    before = rung(chain)
    rename(rut, county.health_centre, "Morö Backe hälsocentral")
    assert {who for who, _ in rung(chain)} == {who for who, _ in before}
    assert "participant:dotter" in {who for who, _ in before}


def test_nor_does_the_one_that_opened_the_chain_and_is_not_named_in_it(
    county: County, outage: Outage, rut: Acting
):
    chain = make_chain(county, outage, county.disa, outpatient_unit=None)
    call_sip(county.disa, chain, county.health_centre.name)
    before = rung(chain)
    rename(rut, county.health_centre, "Morö Backe hälsocentral")
    assert {who for who, _ in rung(chain)} == {who for who, _ in before}


def test_a_joined_units_name_means_the_one_kept_until_they_are_parted(
    county: County, outage: Outage, rut: Acting
):
    other = Unit.objects.create(principal=county.region, name="Medicin två", ward_kind=WardKind.SOMATIC)
    rename(rut, other, "Medicin tvåan")
    kept = county.ward
    for row in (kept, other):
        row.refresh_from_db()
    versions = {"version": version_of(kept), "other_version": version_of(other)}
    join_units(by=rut, kept=kept, other=other, client_id=uuid4(), **versions)
    chain = make_chain(county, outage, county.disa)
    event = call_sip(county.disa, chain, "Medicin två", "Medicin tvåan")
    tell(county.disa, chain, event, to=Party.MUNICIPALITY)
    assert rung(chain) == set()
    kept.refresh_from_db()
    undo_unit_join(by=rut, join=kept.joins.get(), client_id=uuid4())
    kept.refresh_from_db(), other.refresh_from_db()
    assert (kept.other_names, other.other_names) == ([], ["Medicin två"])


def test_a_name_of_today_goes_before_one_that_another_had(county: County, outage: Outage, rut: Acting):
    rename(rut, county.ward, "Medicin 3")
    rename(rut, county.other_ward, "Medicin 2")
    chain = make_chain(county, outage, county.disa, ward_unit=county.other_ward)
    event = call_sip(county.disa, chain, "Medicin 2")
    tell(county.disa, chain, event, to=Party.MUNICIPALITY)
    assert (
        standing_of(chain, log_of(chain.pk)).participant("Medicin 2").place == f"unit:{county.other_ward.pk}"
    )
    assert rung(chain) == set()


def test_a_name_that_is_taken_back_is_no_other_name(county: County, rut: Acting):
    for name in ("Medicin 3", "Medicin 2"):
        rename(rut, county.ward, name)
    county.ward.refresh_from_db()
    assert county.ward.other_names == ["Medicin 3"]


def test_a_former_name_is_no_unlisted_place(county: County, outage: Outage, client: Client):
    client.force_login(county.alva.user)
    save_row(by=None, row=_called(county.municipality, "Skellefte kommun"))
    page = read(opened(client, **(ELSEWHERE | {"other_municipality": "skellefteå KOMMUN"})))
    assert "skellefteå KOMMUN heter nu Skellefte kommun. Välj den i listan." in errors_of(page)


def test_a_former_name_in_a_pasted_list_is_no_patient(county: County, outage: Outage, rut: Acting):
    rename(rut, county.ward, "Norra Granlo")
    rename(rut, county.ward, "Medicin 2")
    form = PasteForm({"text": "19121212-1212\tNorra Granlo", "ward_unit": county.ward.pk}, acting=county.alva)
    assert not form.has_error("text")
    assert form.pasted.patients[0].name == ""
