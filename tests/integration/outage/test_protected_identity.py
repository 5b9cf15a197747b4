"""With protected personal data neither name, number nor whereabouts stand anywhere but on the chain's own page."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import serializers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, Principal, Unit
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party, PrincipalKind, WardKind
from outage.models import CareChain, Outage
from outage.rules.back_registration import Before
from outage.rules.handover import Direction, Message
from outage.services.care_chains import change_details, open_chain
from outage.services.handovers import log_call
from outage.services.outages import end_outage
from outage.services.protected import SAYS_PROTECTED
from outage.services.ward_patients import open_each
from tests.factories import County, call_facts, chain_facts, make_chain, make_event, same_id

NAME, NUMBER, SHOWN_NUMBER = "Hemlig Hemligsson", "191212129801", "19121212-9801"
DAUGHTER = "Undina Hemligsson, dotter"
PLACES = ("Undangömda kommun", "Undanskymda avdelningen")
SECRETS = (NAME, "Hemlig", NUMBER, SHOWN_NUMBER, DAUGHTER, "Undina", *PLACES)


@pytest.fixture
def protected(county: County, outage: Outage) -> CareChain:
    """A patient with protected personal data, with calls owed by Alva and by Disa, and one received by each."""
    municipality = Principal.objects.create(
        name=PLACES[0], short_name="Undangömda", kind=PrincipalKind.MUNICIPALITY
    )
    ward = Unit.objects.create(principal=county.region, name=PLACES[1], ward_kind=WardKind.SOMATIC)
    chain = make_chain(
        county,
        outage,
        identity=NUMBER,
        patient_name=NAME,
        protected_identity=True,
        ward_unit=ward,
        municipality=municipality,
    )
    make_event(county.alva, chain, "admission")
    make_event(
        county.disa,
        chain,
        "sip_invitation",
        sender=Party.OUTPATIENT,
        participants=[DAUGHTER],
        sip_date="2026-12-01",
    )
    for number, by in enumerate((county.alva, county.disa), start=1):
        log_call(
            by=by,
            chain=chain,
            client_id=same_id(number),
            facts=call_facts(
                Party.MUNICIPALITY, direction=Direction.RECEIVED, spoken_to_unit=f"{PLACES[0]}, hemtjänsten"
            ),
            messages=[Message(kind="municipality_ready", sender=Party.MUNICIPALITY)],
        )
    return chain


def shown(text: str, but: tuple[str, ...] = ()) -> list[str]:
    return [secret for secret in SECRETS if secret in text and secret not in but]


@pytest.mark.parametrize("who", ["alva", "disa"])
@pytest.mark.parametrize("name", ["status", "calls_to_make", "chains", "log_call", "back_registration"])
def test_no_list_tells_who_it_is_or_where(
    county: County, protected: CareChain, client: Client, who: str, name: str
):
    client.force_login(county.somebody(who).user)
    page = client.get(reverse(name)).content.decode()
    assert f"Skyddad patient, vårdkedja {protected.number}" in page
    assert shown(page) == []


def test_what_is_to_be_entered_tells_neither_when_the_outage_is_over(
    county: County, protected: CareChain, client: Client
):
    end_outage(by=county.esa, outage=protected.outage, ended_at=timezone.now() + timedelta(minutes=1))
    client.force_login(county.alva.user)
    page = client.get(reverse("back_registration")).content.decode()
    assert "Skyddad patient" in page
    assert shown(page) == []


@pytest.mark.parametrize("typed", ["Hemlig", "hemligsson", "Hemlig 9801"])
def test_a_search_by_name_does_not_find_the_person(
    county: County, protected: CareChain, client: Client, typed: str
):
    client.force_login(county.alva.user)
    page = client.post(reverse("chains"), {"sok": typed}).content.decode()
    assert "Skyddad patient" not in page
    assert "Ingen vårdkedja stämmer" in page


@pytest.mark.parametrize("typed", [NUMBER, SHOWN_NUMBER])
def test_a_search_by_number_finds_the_chain_and_says_no_more(
    county: County, protected: CareChain, client: Client, typed: str
):
    client.force_login(county.alva.user)
    page = client.post(reverse("chains"), {"sok": typed}).content.decode()
    assert "Skyddad patient" in page
    assert shown(page, but=(typed,)) == []


def test_the_trace_holds_nothing_of_the_patient(county: County, protected: CareChain, client: Client):
    client.force_login(county.alva.user)
    client.get(reverse("chain", args=[protected.pk]))
    rows = AuditEntry.objects.filter(chain=protected.pk)
    assert {row.action for row in rows} >= {"chain.opened", "call.logged", "call.tried", "chain.read"}
    assert shown(json.dumps(serializers.serialize("python", AuditEntry.objects.all()), default=str)) == []


def test_the_chains_own_page_tells_who_it_is_and_warns(county: County, protected: CareChain, client: Client):
    client.force_login(county.alva.user)
    page = client.get(reverse("chain", args=[protected.pk])).content.decode()
    for secret in (NAME, SHOWN_NUMBER, *PLACES):
        assert secret in page
    assert "Ring upp på ett nummer ur din egen katalog" in page
    form = client.get(reverse("chain_call", args=[protected.pk])).content.decode()
    assert NAME in form
    assert PLACES[0] in form


@pytest.mark.parametrize(
    "known", [{"patient_name": "Nils Ek (SEKR)"}, {"patient_name": "", "identity": "Skyddad identitet"}]
)
def test_who_types_that_the_data_are_protected_and_does_not_mark_it_is_asked(
    county: County, outage: Outage, known: dict[str, str]
):
    def save(answers: dict[str, str] | None, **more: object) -> CareChain:
        facts = chain_facts(county, **known, **more)
        return open_chain(by=county.alva, outage=outage, client_id=uuid4(), facts=facts, answers=answers)

    with pytest.raises(Question, match="säger skyddade personuppgifter"):
        save({})
    with pytest.raises(RuleError, match="Markera Skyddade personuppgifter") as refused:
        save({SAYS_PROTECTED: "ja"})
    assert refused.value.field == "protected_identity"
    assert save({}, protected_identity=True).details.protected_identity
    there = save({SAYS_PROTECTED: "nej", "same-patient": "other-person"})
    assert not there.details.protected_identity
    # What stands is not asked about again, and what is new is.
    facts = there.details.facts
    changing = {"by": county.alva, "chain": there, "client_id": uuid4(), "replaces": there.details_id}
    with pytest.raises(Question, match="Är de skyddade"):
        change_details(facts=replace(facts, patient_name="Nils SPU Ek"), answers={}, **changing)
    change_details(facts=replace(facts, before=Before.ADMITTED), answers={}, **changing)


def test_a_pasted_row_whose_name_says_so_is_not_opened_unmarked(county: County, outage: Outage):
    facts = chain_facts(county, patient_name="Nils Ek SPU")
    opened = open_each(by=county.alva, outage=outage, list_id=uuid4(), patients={0: facts})
    assert "Markera det" in str(opened[0])
    assert not CareChain.objects.exists()
    facts = replace(facts, protected_identity=True)
    opened = open_each(by=county.alva, outage=outage, list_id=uuid4(), patients={0: facts})
    assert opened[0].details.protected_identity
