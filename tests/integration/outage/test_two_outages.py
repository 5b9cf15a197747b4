"""What is left to enter after one outage does not go away because another has begun, or ended, since."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from forms.rules.sheet_fate import Fate
from outage.models import Acknowledgement, CareChain, CareChainEvent, Outage
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for, outage_in_view
from outage.services.outages import end_outage
from tests.clock import Clock
from tests.factories import County, end_for_all, make_chain, make_event, make_outage, person, tell
from tests.integration.forms.sheets_made import bring_to, make_sheet
from tests.integration.outage.ends import make_three
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.ticking import mark, rows


@pytest.fixture
def earlier(county: County, outage: Outage, chain: CareChain, clock) -> Outage:
    """An outage with a patient still in, ended; the next one has begun since."""
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    clock.shift(timedelta(hours=5))
    return outage


@pytest.fixture
def later(county: County, earlier: Outage) -> Outage:
    found = make_outage(county.alva, started=timedelta(hours=1))
    patient = make_chain(county, found, patient_name="Sena Senasson")
    make_event(county.alva, patient, "admission")
    return found


def back(outage: Outage) -> str:
    return f"{reverse('back_registration')}?driftstopp={outage.pk}"


def test_the_first_page_leads_to_what_the_earlier_outage_left(
    county: County, earlier: Outage, later: Outage, client: Client
):
    client.force_login(county.alva.user)
    assert back(earlier) in client.get("/").content.decode()
    listed = client.get(back(earlier)).content.decode()
    assert "Tolvan" in listed
    assert "Sena Senasson" not in listed
    assert "Sena Senasson" in client.get(reverse("back_registration")).content.decode()


def test_the_calls_it_left_are_still_to_ring_now(
    county: County, earlier: Outage, later: Outage, chain: CareChain, client: Client
):
    client.force_login(county.alva.user)
    for address in ("/", reverse("calls_to_make")):
        listed = client.get(address).content.decode()
        first, second = (listed.index(f'"{reverse("chain", args=[pk])}"') for pk in _chains(earlier, later))
        assert first < second, "what has waited longest comes first"
    event = CareChainEvent.objects.get(chain=chain)
    for party in (Party.MUNICIPALITY, Party.OUTPATIENT):
        tell(county.alva, chain, event, to=party)
    # An answer is still awaited in the earlier one, which stands further down.
    calls = str(read(client.get(reverse("calls_to_make"))).find(id="calls"))
    assert reverse("chain", args=[chain.pk]) not in calls
    assert "Sena Senasson" in calls


@pytest.fixture
def discharge_left(county: County, outage: Outage, chain: CareChain, clock: Clock) -> None:
    """By an outage that ended an hour ago; another one goes on."""
    make_event(county.alva, chain, "discharge", to=Party.OUTPATIENT)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    clock.shift(timedelta(hours=1))
    make_outage(county.alva, started=timedelta(minutes=10))


@pytest.mark.clause("R1.6")
def test_what_the_earlier_left_is_told_wherever_what_is_left_is_counted(county: County, discharge_left: None):
    client = Client()
    client.force_login(county.esa.user)
    assert len(client.get("/").context["calls"]) == 2
    said = (
        "Kvar från driftstoppet som avslutades 10.52: 1 utskrivning där någon inte är underrättad,"
        " 2 samtal kvar att ringa."
    )
    page = read(client.get("/lagesbild/"))
    assert said in " ".join(page.get_text().split())
    assert "Ingen utskrivning väntar" not in page.get_text()
    assert "2 samtal om 1 patient återstår hos Region Västerbotten, varav 2 hos Medicin 2." in " ".join(
        read(client.get(reverse("end_outage"))).get_text().split()
    )
    client.post(reverse("show_on_wall"), fields_of(form_of(page, action=reverse("show_on_wall"))))
    assert said in " ".join(read(client.get("/lagesbild/vagg/")).get_text().split())


def test_what_the_earlier_left_leads_to_where_it_is_settled_by_whoever_may(
    county: County, outage: Outage, discharge_left: None
):
    client = Client()
    to_close, to_enter = reverse("closing", args=[outage.pk]), back(outage)
    for by, leads_to in ((county.esa, to_close), (county.alva, to_enter), (county.esa, to_close)):
        client.force_login(by.user)
        page = read(client.get("/lagesbild/"))
        links = [link["href"] for link in page.find(id="overview-earlier-1").find_all("a")]
        assert links == [leads_to]
        assert client.get(leads_to).status_code == 200
    client.post(reverse("show_on_wall"), fields_of(form_of(page, action=reverse("show_on_wall"))))
    assert not read(client.get("/lagesbild/vagg/")).find(id="overview-earlier-1").find("a")


def test_who_sees_another_part_sees_nothing_of_what_the_earlier_left(county: County, discharge_left: None):
    client = Client()
    for other in (county.bo, person("cilla", county.social_care, Role.COORDINATOR)):
        client.force_login(other.user)
        page = read(client.get("/lagesbild/")).get_text()
        assert "Kvar från" not in page
    assert "Ingen utskrivning väntar" in page


def _chains(*outages: Outage) -> list[UUID]:
    return [outage.chains.get().pk for outage in outages]


def test_its_messages_are_acknowledged_although_another_goes_on(
    county: County, earlier: Outage, later: Outage, client: Client
):
    client.force_login(county.alva.user)
    answer = client.post(reverse("acknowledge"), {"driftstopp": str(earlier.pk)})
    assert answer["Location"] == back(earlier)
    assert Acknowledgement.objects.get().outage == earlier


def test_of_two_that_ended_in_the_same_minute_the_one_reported_last_is_in_view(
    county: County, earlier: Outage, later: Outage
):
    moment = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
    end_outage(by=county.esa, outage=later, ended_at=moment)
    Outage.objects.filter(pk=earlier.pk).update(closed_at=moment)
    assert outage_in_view(county.region) == later


@pytest.mark.parametrize("wanted", ["x", "00000000-0000-4000-8000-000000000000"])
def test_an_outage_that_is_not_there_is_not_found(
    county: County, outage: Outage, client: Client, wanted: str
):
    client.force_login(county.alva.user)
    assert client.get(reverse("back_registration"), {"driftstopp": wanted}).status_code == 404


def test_one_that_only_the_region_has_ended_is_ended_from_the_list_of_the_earlier_ones(
    county: County, outage: Outage, client: Client
):
    umea = make_three(county).umea
    make_outage(umea)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - timedelta(minutes=20))
    later = make_outage(county.alva, timedelta(minutes=10))
    client.force_login(umea.user)
    address = f"{reverse('end_outage')}?driftstopp={outage.pk}"
    assert address in client.get("/").content.decode()
    other = f"{reverse('end_outage')}?driftstopp={later.pk}"
    for here, ends, leads_to in ((other, later, address), (address, outage, other)):
        page = read(client.get(here))
        assert f"Det här avslutar driftstoppet {ends.listed_as} för Umeå kommun." in page.text
        assert page.find("main").find("a", href=leads_to)
    form = fields_of(form_of(page, method="post"))
    # It was over before now, if it ever was: when is not guessed.
    assert client.post(address, form).status_code == 422
    form |= {"ended_at_kl": "10.35", "ended_at_dag": "2026-11-24"}
    assert client.post(address, form)["Location"] == back(outage)
    assert not outage_for(umea.principal, outage.pk).is_open
    assert outage_in_view(umea.principal) == later


def page_of(client: Client, outage: Outage) -> str:
    return " ".join(read(client.get(back(outage))).main.get_text(" ").split())


def test_what_an_earlier_one_left_is_counted_above_the_list_of_the_next(
    county: County, earlier: Outage, later: Outage, client: Client
):
    left = "1 kvar efter driftstoppet 08.52–10.52."
    for by, sees in ((county.alva, True), (county.bo, False)):
        client.force_login(by.user)
        assert (left in page_of(client, later)) is sees
        assert left not in page_of(client, earlier)
    client.force_login(county.alva.user)
    assert "PRATOR ligger nere sedan 14.52. Andra driftstopp: 08.52–10.52" in page_of(client, later)
    make_outage(county.esa)
    end_outage(by=county.esa, outage=later, ended_at=timezone.now())
    assert "PRATOR låg nere 14.52–15.52. Andra driftstopp: 08.52–10.52" in page_of(client, later)
    assert left in page_of(client, later)
    (task,) = rows(county.alva, get_chain(county.alva, CareChain.objects.get(outage=earlier).pk))
    # What the next one's log says of the patient leaves it to be decided.
    chain = get_chain(county.alva, CareChain.objects.get(outage=earlier).pk)
    mark(county.alva, chain, task, choice="Skrivs in.", entered=True)
    assert "kvar efter driftstoppet" not in page_of(client, later)


def test_a_sheet_of_an_earlier_one_is_told_in_its_own_list(
    county: County, earlier: Outage, later: Outage, client: Client
):
    bring_to(county.alva, make_sheet(county.alva, outage=earlier), Fate.FILLED)
    client.force_login(county.alva.user)
    told = "1 ifyllt blad är inte helt infört i loggen."
    assert told in page_of(client, earlier)
    assert told not in page_of(client, later)


def test_an_end_is_not_taken_back_while_another_goes_on(
    county: County, earlier: Outage, later: Outage, client: Client
):
    client.force_login(county.esa.user)
    again = "Driftstoppet pågår ändå"
    assert again not in page_of(client, earlier)
    end_for_all(county, later, timezone.now())
    assert again in page_of(client, earlier)
    client.force_login(county.bo.user)
    # A unit that took no part has nothing to acknowledge.
    assert "Kvittera" not in read(client.get(back(earlier))).main.get_text()


def test_an_empty_list_names_its_outage_and_says_where_those_of_another_are(
    county: County, earlier: Outage, client: Client
):
    client.force_login(county.alva.user)
    make_outage(county.alva, started=timedelta(hours=1))
    Outage.objects.filter(pk=earlier.pk).update(closed_at=timezone.now() - timedelta(hours=4))
    for page in ("chains", "status"):
        said = " ".join(read(client.get(reverse(page))).main.get_text(" ").split())
        assert "Inga vårdkedjor i driftstoppet som började 14.52." in said, page
        assert "Patienter från ett annat driftstopp: sök på namn eller personnummer." in said, page


def test_where_there_is_no_other_outage_the_empty_list_says_nothing_of_one(
    county: County, outage: Outage, client: Client
):
    client.force_login(county.alva.user)
    said = " ".join(read(client.get(reverse("chains"))).main.get_text(" ").split())
    assert "Inga vårdkedjor i driftstoppet som började 08.52." in said
    assert "annat driftstopp" not in said
