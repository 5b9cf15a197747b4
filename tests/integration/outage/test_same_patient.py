"""One patient, one chain: whoever opens one more is told of the one there is, by the number in any spelling."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, MunicipalKind, Unit
from contacts.rules.errors import Question
from outage.models import CareChain, Outage
from outage.queries.care_chains import find_chains, get_chain
from outage.rules.back_registration import ChainStatus
from outage.services.care_chains import change_details, open_chain
from tests.factories import (
    County,
    at_once,
    chain_facts,
    end_for_all,
    make_chain,
    make_county,
    make_outage,
    person,
)
from tests.integration.outage.joining import join
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.long import runs

NAME = "Tolvan Tolvansson"
SPELLINGS = {
    "19121212-1212": [
        "191212121212",
        "19121212-1212",
        " 19121212 1212 ",
        "121212+1212",
        "1912\u200b1212\u00ad1212",
        "19121212–1212",
        "1212121212",
        "121212-1212",
        "1912-12-12-1212",
        "1912-12-12 1212",
        "19121212/1212",
        "12.12.12-1212",
        "19121212-1212.",
        "19121212-1212,",
        "Pnr: 19121212-1212",
        "'19121212-1212",
        "(19121212-1212)",
        "19121212*1212",
        "１９１２１２１２－１２１２",
    ],
    "19910672-2399": ["199106722399", "910672-2399", "9106722399"],
    "vb12ab345678": ["VB12AB345678", "vb12 ab34 5678", "VB12AB-345678", "VB12\u200bAB345678"],
    # Stored with the century that was guessed.
    "121212-1212": ["19121212-1212", "121212+1212", "20121212-1212"],
    # What it is read as is stored.
    "Pnr: 19121212-1212.": ["19121212-1212", "'191212121212"],
    "Okänd man rum 3": ["OKÄND MAN RUM 3", "okänd  man rum 3", "Okänd man, rum 3."],
    "NNN 4711": ["nnn4711", "NNN-4711", "Nnn  4711", "(NNN 4711)", "Nr: NNN/4711"],
}
PAIRS = [(stored, typed) for stored, spellings in SPELLINGS.items() for typed in spellings]


def opening(by, outage: Outage, county: County, number: str, answers=None, **more) -> CareChain:
    facts = chain_facts(county, **({"identity": number, "patient_name": NAME} | more))
    return open_chain(
        by=by, outage=outage, client_id=uuid4(), facts=facts, answers={} if answers is None else answers
    )


@pytest.mark.long
@pytest.mark.parametrize(("stored", "typed"), PAIRS[:: runs(3, full=1)])
def test_a_number_in_any_spelling_is_the_same_patient(
    county: County, outage: Outage, stored: str, typed: str
):
    there = make_chain(county, outage, identity=stored, patient_name=NAME)
    make_chain(county, outage, identity="20121212-1213", patient_name="Någon Annan")
    with pytest.raises(Question, match="Patienten finns redan: vårdkedja 1") as asked:
        opening(county.alva, outage, county, typed)
    assert asked.value.links == (("Visa vårdkedja 1", "chain", str(there.pk)),)
    assert asked.value.warning == ""
    assert list(find_chains(county.alva, typed, outage)) == [there]
    assert CareChain.objects.count() == 2


def test_where_names_differ_both_are_shown_loudly(county: County, outage: Outage):
    make_chain(county, outage, patient_name="Berit Påhittad")
    with pytest.raises(Question) as asked:
        opening(county.alva, outage, county, "19121212-1212")
    assert NAME in asked.value.warning
    assert "Berit Påhittad" in asked.value.warning


def test_who_goes_to_the_one_there_is_opens_none(county: County, outage: Outage):
    there = make_chain(county, outage, patient_name=NAME)
    got = opening(county.alva, outage, county, "121212-1212", {"same-patient": "go-1"})
    assert got == there
    assert CareChain.objects.count() == 1


@pytest.mark.parametrize("why", ["other-person", "same-person"])
def test_one_more_is_opened_for_a_reason_that_is_kept_on_both(county: County, outage: Outage, why: str):
    there = make_chain(county, outage, patient_name=NAME)
    new = opening(county.alva, outage, county, "19121212-1212", {"same-patient": why})
    row = AuditEntry.objects.get(action="chain.opened_beside")
    assert (row.chain, row.target_id, row.changes) == (there.pk, str(new.pk), {"beside": 2, "why": why})


def test_where_nobody_can_be_asked_one_more_is_opened(county: County, outage: Outage):
    make_chain(county, outage)
    make_chain(county, outage)
    assert CareChain.objects.count() == 2


def test_a_chain_logged_on_the_wrong_patient_is_not_that_patients(county: County, outage: Outage):
    make_chain(county, outage, status=ChainStatus.WRONG_PATIENT, status_reason="Fel")
    opening(county.alva, outage, county, "19121212-1212")


def test_another_unit_of_the_region_is_named_and_one_more_is_an_active_choice(county: County, outage: Outage):
    there = make_chain(county, outage, patient_name=NAME)
    facts = {"ward_unit": county.other_ward, "outpatient_unit": None}
    with pytest.raises(Question) as asked:
        opening(county.bo, outage, county, "121212-1212", **facts)
    assert asked.value.sentence == "Patienten finns hos annan enhet: Medicin 2. Vill du fortsätta?"
    assert (asked.value.links, asked.value.warning) == ((), "")
    new = opening(county.bo, outage, county, "121212-1212", {"other-unit": "open"}, **facts)
    row = AuditEntry.objects.get(action="chain.opened_beside")
    assert (row.chain, row.unit, row.changes["why"]) == (there.pk, county.other_ward, "open")
    assert new.unit == county.other_ward


@pytest.mark.parametrize("where", ["stored", "typed"])
def test_of_protected_identity_another_unit_is_told_nothing(county: County, outage: Outage, where: str):
    make_chain(county, outage, protected_identity=where == "stored")
    opening(
        county.bo,
        outage,
        county,
        "19121212-1212",
        ward_unit=county.other_ward,
        outpatient_unit=None,
        protected_identity=where == "typed",
    )


@pytest.mark.parametrize("marked", [False, True])
def test_who_sees_both_chains_is_told_that_the_number_is_protected_in_the_other(
    county: County, outage: Outage, marked: bool
):
    make_chain(county, outage, protected_identity=True)
    with pytest.raises(Question) as asked:
        opening(county.alva, outage, county, "19121212-1212", protected_identity=marked)
    said = "" if marked else "Patienten har skyddade personuppgifter i vårdkedja 1."
    assert asked.value.warning.startswith(said)
    assert bool(asked.value.warning) != marked
    assert "Skyddad patient" in asked.value.sentence


@pytest.mark.parametrize("joined", [False, True])
def test_of_a_number_protected_in_any_chain_no_other_units_chain_is_told(
    county: County, outage: Outage, log_in, joined: bool
):
    """The psychiatric ward's is protected; Medicin opens one on the number, and knows of no mark."""
    facts = {"ward_unit": county.psychiatric_ward, "outpatient_unit": None}
    pia = person("pia", county.psychiatric_ward)
    theirs = make_chain(county, outage, pia, protected_identity=True, **facts)
    open_one = make_chain(county, outage, patient_name=NAME)
    if joined:
        # The number of the open one is protected as that of a chain that was joined to it is.
        other = make_chain(county, outage, identity="20121212-1213", patient_name=NAME)
        join(county, other, open_one)
    number = "20121212-1213" if joined else "19121212-1212"
    opening(county.bo, outage, county, number, ward_unit=county.other_ward, outpatient_unit=None)
    client = log_in(county.bo)
    page = client.post(reverse("chains"), {"sok": number}).content.decode()
    assert "annan enhet" not in page
    assert "Medicin 2" not in page
    assert not AuditEntry.objects.filter(action__in=["chain.found_elsewhere", "chain.opened_beside"]).exists()
    change_details(
        by=pia,
        chain=get_chain(pia, theirs.pk),
        client_id=uuid4(),
        replaces=theirs.details.pk,
        facts=chain_facts(county, **facts),
        answers={"other-unit": "open"},
    )
    assert "Medicin 2" in client.post(reverse("chains"), {"sok": number}).content.decode()


def test_another_principal_is_told_nothing(county: County, outage: Outage):
    make_chain(county, outage)
    opening(county.cissi, outage, county, "19121212-1212")


@pytest.mark.parametrize(
    ("kind", "told"),
    [(MunicipalKind.SOCIAL_CARE, True), (MunicipalKind.HOME_NURSING, False), ("", False)],
)
def test_inside_a_municipality_only_the_own_branch_is_told(
    county: County, outage: Outage, kind: str, told: bool
):
    make_chain(county, outage, by=county.cissi)
    unit = Unit.objects.create(principal=county.municipality, name="Annan enhet", municipal_kind=kind)
    if told:
        with pytest.raises(Question, match="annan enhet: Biståndsenheten"):
            opening(person("dag", unit), outage, county, "19121212-1212")
    else:
        opening(person("dag", unit), outage, county, "19121212-1212")


def test_a_number_changed_to_one_that_another_chain_has_is_asked_about(county: County, outage: Outage):
    make_chain(county, outage, patient_name=NAME)
    chain = make_chain(county, outage, patient_name=NAME, identity="")
    change = {
        "by": county.alva,
        "chain": chain,
        "replaces": chain.details_id,
        "facts": chain_facts(county, patient_name=NAME, identity="1212121212"),
    }
    with pytest.raises(Question) as asked:
        change_details(**change, client_id=uuid4(), answers={})
    assert [label for label, *_ in asked.value.links] == ["Visa vårdkedja 1", "Sammanför vårdkedjorna"]
    change_details(**change, client_id=uuid4(), answers={"same-patient": "same-person"})
    assert AuditEntry.objects.filter(action="chain.opened_beside").exists()
    # The same number again is no change to it.
    now = get_chain(county.alva, chain.pk)
    change |= {"replaces": now.details_id, "chain": now}
    change_details(**change, client_id=uuid4(), answers={})


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_the_same_patient_at_the_same_time_the_second_is_told():
    county = make_county()
    outage = make_outage(county.alva)
    results = at_once([lambda: opening(county.alva, outage, county, "19121212-1212")] * 3)
    assert sorted(type(result).__name__ for result in results) == ["CareChain", "Question", "Question"]


# The pages


def send(client: Client, county: County, number: str):
    """Fill in the form of a new chain and send it."""
    page = read(client.get(reverse("new_chain")))
    filled = fields_of(form_of(page, method="post")) | {
        "identity": number,
        "patient_name": "Berit Påhittad",
        "ward_unit": str(county.ward.pk),
        "municipality": str(county.municipality.pk),
        "outpatient_unit": str(county.health_centre.pk),
        "before": "unknown",
    }
    return client.post(reverse("new_chain"), filled)


def test_the_page_asks_shows_the_way_there_and_goes_there(county: County, chain: CareChain, log_in):
    client = log_in(county.esa)
    answer = send(client, county, "121212-1212")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert reverse("chain", args=[chain.pk]) in text
    assert "Samma nummer, olika namn!" in text
    again = fields_of(form_of(read(answer), method="post"))
    gone = client.post(reverse("new_chain"), again | {"answer-same-patient": f"go-{chain.number}"})
    assert gone.headers["Location"] == reverse("chain", args=[chain.pk])
    assert CareChain.objects.count() == 1
    opened = client.post(reverse("new_chain"), again | {"answer-same-patient": "other-person"})
    assert opened.status_code == 302
    assert CareChain.objects.count() == 2


def test_an_answer_about_one_patient_is_none_about_another(
    county: County, outage: Outage, chain: CareChain, log_in
):
    make_chain(county, outage, identity="19910672-2399", patient_name="Någon Annan")
    client = log_in(county.esa)
    asked = send(client, county, "121212-1212")
    again = fields_of(form_of(read(asked), method="post")) | {"answer-same-patient": ["other-person"]}
    other = client.post(reverse("new_chain"), again | {"identity": ["19910672-2399"]})
    assert other.status_code == 422
    assert "Patienten finns redan: vårdkedja 2" in errors_of(read(other))
    assert CareChain.objects.count() == 2


def test_a_search_by_the_number_tells_which_other_unit_has_the_patient(
    county: County, chain: CareChain, log_in
):
    client = log_in(county.bo)
    for address in ("chains", "log_call"):
        text = client.post(reverse(address), {"sok": "121212-1212"}).content.decode()
        assert "finns hos annan enhet: <strong>Medicin 2</strong>" in text
        assert "Tolvan" not in text
        assert "annan enhet" not in client.post(reverse(address), {"sok": "1212"}).content.decode()
    assert AuditEntry.objects.filter(action="chain.found_elsewhere", chain=chain.pk).count() == 2
    text = log_in(county.cissi).post(reverse("log_call"), {"sok": "121212-1212"}).content.decode()
    assert "annan enhet" not in text


def test_the_own_chains_of_the_former_outage_are_found_with_the_way_there(
    county: County, chain: CareChain, outage: Outage, log_in
):
    end_for_all(county, outage, timezone.now())
    now = make_outage(county.alva)
    client = log_in(county.alva)
    there = reverse("chain", args=[chain.pk])
    for address in ("chains", "log_call"):
        text = client.post(reverse(address), {"sok": "1212121212"}).content.decode()
        assert "Fanns i förra driftstoppet" in text
        assert there in text
    assert there not in log_in(county.bo).post(reverse("log_call"), {"sok": "1212121212"}).content.decode()
    opened = opening(county.alva, now, county, "19121212-1212")
    text = log_in(county.alva).get(reverse("chain", args=[opened.pk])).content.decode()
    assert "Fanns i förra driftstoppet" in text
    assert there in text
