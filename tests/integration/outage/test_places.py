"""Places that are in no list, places not known yet, patients who are at home; and the ward preset for a SIP."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.rules.parties import Party, PrincipalKind
from forms.presenters.care_chain import sheet_view
from forms.presenters.sip import _known
from forms.queries.sources import sheet_source, sip_source
from forms.specs import get_spec
from outage.models import CareChain, OtherPlace, Outage
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.owed import event_standings
from outage.queries.tasks import tasks_of
from outage.rules.back_registration import ChainStatus
from tests.factories import County, make_chain, make_event, make_outage, person, tell
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read

PATIENT = {"identity": "19121212-1212", "patient_name": "Tolvan Tolvansson", "before": "unknown"}
ELSEWHERE = {
    "ward_unit": "other",
    "other_inpatient": "Kirurgen Sundsvall",
    "other_inpatient_number": "060181000",
    "ward_kind": "somatic",
    "municipality": "other",
    "other_municipality": "Sundsvalls kommun",
    "other_municipality_number": "０６０ 18 10 01",
    "outpatient_unit": "other",
    "other_outpatient": "Granlo hälsocentral",
    "other_outpatient_number": "060-18 10 00",
}


@pytest.fixture
def alva(county: County, outage: Outage, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


def form_at(client: Client, path: str) -> Fields:
    return fields_of(form_of(read(client.get(path)), method="post"))


def opened(client: Client, **changed: Any):
    path = reverse("new_chain")
    fields = form_at(client, path) | {name: [str(value)] for name, value in (PATIENT | changed).items()}
    return client.post(path, fields)


def words(page: Any) -> str:
    return " ".join(read(page).main.get_text(" ").split())


def test_a_chain_is_opened_on_an_installation_with_nothing_but_the_own_unit(db: None, client: Client):
    region = Principal.objects.create(name="Regionen", short_name="Regionen", kind=PrincipalKind.REGION)
    unit = Unit.objects.create(principal=region, name="Enheten")
    nurse = person("nyss", unit)
    outage = make_outage(nurse)
    client.force_login(nurse.user)
    assert opened(client, **ELSEWHERE).status_code == 302
    chain = get_chain(nurse, CareChain.objects.get().pk)
    assert chain.details.place_names == {
        Party.INPATIENT: "Kirurgen Sundsvall",
        Party.MUNICIPALITY: "Sundsvalls kommun",
        Party.OUTPATIENT: "Granlo hälsocentral",
    }
    others = chain.details.facts.others
    assert others[Party.INPATIENT] == OtherPlace("Kirurgen Sundsvall", "somatic", "060-18 10 00")
    assert others[Party.MUNICIPALITY] == OtherPlace("Sundsvalls kommun", "", "060-18 10 01")
    assert others[Party.OUTPATIENT] == OtherPlace("Granlo hälsocentral", "health_centre", "060-18 10 00")
    assert outage.pk == chain.outage_id
    for name in ("chain", "edit_chain", "chain_call"):
        assert client.get(reverse(name, args=[chain.pk])).status_code == 200
    for name in ("status", "chains", "log_call", "back_registration", "paste_patients"):
        page = client.get(reverse(name))
        assert page.status_code == 200, name
    assert "Granlo hälsocentral" in words(client.get(reverse("chain", args=[chain.pk])))


def test_the_form_shows_a_place_in_no_list_as_it_was_filled_in(county: County, alva: Client):
    opened(alva, **ELSEWHERE)
    path = reverse("edit_chain", args=[CareChain.objects.get().pk])
    fields = form_at(alva, path)
    kept = {"other_inpatient_number": "060-18 10 00", "other_municipality_number": "060-18 10 01"}
    kept |= {"other_outpatient_kind": "health_centre"}
    assert {name: fields[name] for name in ELSEWHERE | kept} == {
        name: [value] for name, value in (ELSEWHERE | kept).items()
    }
    assert alva.post(path, fields | {"patient_name": ["Tolvan T"]}).status_code == 302
    chain = CareChain.objects.get()
    first, second = chain.history.order_by("pk")
    assert (first.others, first.other_ids) == (second.others, second.other_ids)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"other_inpatient": ""}, "Skriv vad stället heter."),
        ({"ward_kind": ""}, "Välj om avdelningen är somatisk eller psykiatrisk."),
        (
            {"municipality": "", "other_municipality": "Sundsvall"},
            "Välj Annan under Kommun, eller ta bort namnet.",
        ),
        ({"other_municipality": "skellefteå KOMMUN"}, "finns i listan. Välj den där."),
        ({"other_outpatient_kind": "psychiatric_outpatient"}, "Välj en hälsocentral (R3.10)."),
        (
            {"ward_kind": "psychiatric", "other_outpatient_kind": "health_centre"},
            "Välj en psykiatrisk öppenvård",
        ),
        ({"ward_unit": ""}, "ta bort namnet"),
        ({"ward_unit": "999999"}, "Valet finns inte i listan"),
    ],
)
@pytest.mark.clause("R3.10")
def test_what_is_wrong_with_a_place_is_told_at_its_field(
    alva: Client, changed: dict[str, str], sentence: str
):
    answer = opened(alva, **(ELSEWHERE | changed))
    assert answer.status_code == 422
    page = read(answer)
    assert sentence in errors_of(page)
    shown = fields_of(form_of(page, method="post"))
    assert shown["other_outpatient"] == [ELSEWHERE["other_outpatient"]]
    assert not CareChain.objects.exists()


@pytest.mark.clause("R3.10")
def test_a_psychiatric_ward_elsewhere_has_a_psychiatric_oppenvard(county: County, alva: Client):
    places = ELSEWHERE | {"ward_kind": "psychiatric", "outpatient_unit": county.clinic.pk}
    assert opened(alva, **places).status_code == 302
    details = CareChain.objects.get().details
    assert (details.ward_kind, details.outpatient_unit) == ("psychiatric", county.clinic)


def test_a_patient_at_home_has_the_kind_of_the_oppenvard_and_no_case_18(county: County, alva: Client):
    assert opened(alva, ward_unit="not_admitted", outpatient_unit=county.clinic.pk).status_code == 302
    chain = get_chain(county.alva, CareChain.objects.get().pk)
    assert (chain.details.not_admitted, chain.details.ward_kind) == (True, "psychiatric")
    assert tasks_of(chain, logs_of([chain.pk])[chain.pk]) == ()
    assert "Inte inlagd" in words(alva.get(reverse("chains")))


def at_places(county: County, outage: Outage, **more: Any) -> CareChain:
    facts = {"municipality": None, "outpatient_unit": None} | more
    return make_chain(county, outage, **facts)


def test_a_place_nobody_knows_is_to_be_found_out_before_anything_is_owed_there(
    county: County, outage: Outage, alva: Client
):
    chains = [
        at_places(county, outage),
        at_places(county, outage, municipality=county.municipality, patient_name="Asta Provberg"),
        at_places(
            county,
            outage,
            outpatient_unit=county.health_centre,
            municipality=county.municipality,
            patient_name="Bo",
        ),
        at_places(county, outage, status=ChainStatus.DECEASED, status_reason="Avled kl 9"),
    ]

    def to_find() -> list[tuple[str, str]]:
        main = read(alva.get(reverse("status"))).main
        title = main.find(id="places-title")
        rows = main.find("ul", {"aria-labelledby": "places-title"}).find_all("li") if title else []
        assert not title or title.get_text() == f"Ta reda på ({len(rows)})"
        return [(row.strong.get_text(), row.find_all("a")[-1]["href"]) for row in rows]

    edits = [reverse("edit_chain", args=[chain.pk]) for chain in chains]
    assert to_find() == [("Kommun och hälsocentral", edits[0]), ("Hälsocentral", edits[1])]
    row = read(alva.get(reverse("status"))).main.find(id="chains").tbody.tr
    assert row.get_text().count("Ta reda på") == 2
    # Who is to be rung about the patient finds it there.
    make_event(county.alva, chains[1], "discharge")
    assert to_find() == [("Kommun och hälsocentral", edits[0])]
    # Another unit has nothing to find out about the ward's patients.
    alva.force_login(county.disa.user)
    assert to_find() == []


def test_a_place_nobody_knows_yet_is_to_be_found_out_and_has_no_dead_button(
    county: County, outage: Outage, alva: Client
):
    chain = at_places(county, outage, outpatient_unit=county.health_centre)
    make_event(county.alva, chain, "discharge", to=Party.OUTPATIENT)
    edit = reverse("edit_chain", args=[chain.pk])
    for path in (reverse("status"), reverse("chain", args=[chain.pk])):
        page = read(alva.get(path)).main
        row = page.find(id=f"samtal-{chain.pk}-municipality")
        assert "Ta reda på kommun" in row.get_text()
        assert row.find("a", href=edit)
        assert not row.find_all(["button", "form"])
        assert "riktning=given" not in str(row)
    # It stands once: what is owed there says that the place is to be found.
    assert not read(alva.get(reverse("status"))).main.find(id="places-title")
    listed = read(alva.get(reverse("log_call"))).main
    assert [link["href"] for link in listed.find_all("a") if "ta reda på kommun" in link.get_text()] == [edit]
    path = reverse("chain_call", args=[chain.pk]) + "?riktning=given"
    page = read(alva.get(path))
    assert "Kommun är inte angiven än. Ange den under Ändra uppgifter" in " ".join(
        page.main.get_text(" ").split()
    )
    fields = fields_of(form_of(page, method="post")) | {
        "recipient": ["municipality"], "outcome": ["reached"], "spoken_to": ["Karin"], "spoken_to_unit": ["Bistånd"],
            "read_back": ["done"],
        "number": ["0910-73 50 00"], "messages": ["new:preliminary_ready:inpatient"],
    }  # fmt: skip
    answer = alva.post(path, fields)
    assert answer.status_code == 422
    assert "Ange den under Ändra uppgifter först." in errors_of(read(answer))
    assert fields_of(form_of(read(answer), method="post"))["spoken_to"] == ["Karin"]


def test_a_place_in_no_list_is_rung_on_its_own_number(county: County, outage: Outage, alva: Client):
    place = OtherPlace("Sundsvalls kommun", "", "060-19 10 00")
    chain = at_places(
        county, outage, others={Party.MUNICIPALITY: place}, outpatient_unit=county.health_centre
    )
    event = make_event(county.alva, chain, "discharge", to=Party.OUTPATIENT)
    row = read(alva.get(reverse("status"))).main.find(id=f"samtal-{chain.pk}-municipality")
    assert "Sundsvalls kommun" in row.get_text()
    assert row.find("a", href="tel:+4660191000")
    tell(county.alva, chain, event)
    assert not read(alva.get(reverse("status"))).main.find(id=f"samtal-{chain.pk}-municipality")


def test_the_papers_have_the_place_by_its_name_and_number(county: County, outage: Outage):
    others = {
        Party.MUNICIPALITY: OtherPlace("Sundsvalls kommun", "", "060-19 10 00"),
        Party.OUTPATIENT: OtherPlace("Granlo hälsocentral", "health_centre", ""),
    }
    chain = at_places(county, outage, others=others)
    now = timezone.now()
    view = sheet_view(sheet_source(chain, county.alva, now), get_spec(), county.alva, now)
    places = {fact.label: fact for facts in view.facts for fact in facts.facts}
    assert places["Kommun"].text == "Sundsvalls kommun"
    assert [line.number.replace("\xa0", " ") for line in places["Kommun"].numbers] == ["060-19 10 00"]
    assert places["Öppenvård"].text == "Granlo hälsocentral"
    known = _known(sip_source(chain))
    assert (known["municipality"], known["outpatient"]) == ("Sundsvalls kommun", "Granlo hälsocentral")


def test_of_a_protected_patient_no_list_names_the_place(county: County, outage: Outage, alva: Client):
    others = {Party.MUNICIPALITY: OtherPlace("Sundsvalls kommun", "", "060-19 10 00")}
    chain = at_places(county, outage, others=others, protected_identity=True)
    make_event(county.alva, chain, "discharge", to=Party.MUNICIPALITY)
    for name in ("status", "chains", "log_call"):
        page = words(alva.get(reverse(name)))
        assert "Sundsvall" not in page
        assert "060-19" not in page


class TestWardPresetForSip:
    """domain.md, section 3: while the patient is in, the ward is preset among those who are to take part."""

    def preset(self, client: Client, chain: CareChain, direction: str = "given") -> list[str]:
        page = read(client.get(reverse("chain_call", args=[chain.pk]) + f"?riktning={direction}"))
        return [
            box.text.strip()
            for box in page.find_all("textarea", {"name": lambda n: n and "participants" in n})
        ]

    def test_while_the_patient_is_in(self, county: County, chain: CareChain, client: Client):
        client.force_login(county.disa.user)
        found = self.preset(client, chain)
        assert found
        assert set(found) == {"Medicin 2"}

    def test_not_after_the_discharge_and_again_after_a_new_admission(
        self, county: County, chain: CareChain, client: Client
    ):
        client.force_login(county.disa.user)
        make_event(county.alva, chain, "discharge")
        assert set(self.preset(client, chain)) == {""}
        make_event(county.alva, chain, "admission")
        assert set(self.preset(client, chain)) == {"Medicin 2"}

    def test_not_of_a_patient_at_home(self, county: County, outage: Outage, client: Client):
        home = make_chain(county, outage, ward_unit=None, not_admitted=True)
        client.force_login(county.disa.user)
        assert set(self.preset(client, home)) == {""}

    def test_not_where_the_ward_itself_calls(self, county: County, outage: Outage, client: Client):
        Unit.objects.filter(pk=county.health_centre.pk).update(ward_kind="somatic")
        cottage = make_chain(county, outage, county.disa, ward_unit=county.health_centre)
        client.force_login(county.disa.user)
        assert set(self.preset(client, cottage)) == {""}

    def test_the_ward_is_then_rung_as_the_place_it_is(self, county: County, chain: CareChain):
        event = make_event(
            county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT,
            sip_date="2026-12-01", participants=["Medicin 2", "Dottern Eva"],
        )  # fmt: skip
        tell(county.disa, chain, event, to=Party.INPATIENT)
        log = logs_of([chain.pk])[chain.pk]
        stored = next(e for e in log.live_events if e.pk == event.pk)
        told = {
            s.target.participant or s.target.party: s.state.value for s in event_standings(chain, log, stored)
        }
        assert told["Medicin 2"] == "informed"
        assert told["Dottern Eva"] == "still_to_ring"
