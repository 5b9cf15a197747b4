"""The pages of closing an outage."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import MunicipalKind, Unit, User
from contacts.page_versions import forget_pages, version_for
from contacts.rules.errors import NotYours, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_handover
from outage.rules.closing import Holds
from outage.services.handovers import withdraw_call
from tests.clock import Clock
from tests.factories import County, end_for_all, make_chain, make_event, make_outage, person, tell
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.closing import answer_for, as_seen, close, is_closed, leave, leave_all, things
from tests.integration.outage.pages import fields_of, form_of, read

pytestmark = pytest.mark.django_db


def test_another_branch_is_a_number_and_leaves_open_itself(county: County, outage: Outage, client: Client):
    nursing = Unit.objects.create(
        principal=county.municipality, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
    )
    hanna = person("hanna", nursing)
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    hilde = person("hilde", nursing, Role.COORDINATOR)
    theirs = make_chain(county, as_seen(hanna, outage), hanna)
    make_event(hanna, theirs, "municipality_ready", sender=Party.MUNICIPALITY, to=Party.INPATIENT)
    end_for_all(county, outage, timezone.now())
    client.force_login(cilla.user)
    page = read(client.get(reverse("closing", args=[outage.pk])))
    assert "annan verksamhetsgren" in page.text
    assert "Hemsjukvården" not in page.text
    with pytest.raises(NotYours):
        leave(cilla, outage, nursing, Holds.ACKNOWLEDGE)
    assert client.get(reverse("leave_at_closing", args=[outage.pk, nursing.pk])).status_code == 404
    with pytest.raises(RuleError):
        close(cilla, outage)
    leave_all(hilde, outage)
    page = read(client.get(reverse("closing", args=[outage.pk])))
    assert "Ringer i morgon" not in page.text
    client.force_login(hilde.user)
    assert "Ringer i morgon" in read(client.get(reverse("closing", args=[outage.pk]))).text
    close(cilla, outage)
    assert is_closed(hilde, outage)


@pytest.mark.parametrize("kind", [MunicipalKind.HOME_NURSING, ""], ids=["branch", "of none"])
@pytest.mark.parametrize("closes", ["nobody", "no longer", "out of use", "there"])
def test_where_a_branch_has_nobody_who_may_another_coordinator_leaves_it_open(
    county: County, outage: Outage, client: Client, kind: str, closes: str
):
    nursing = Unit.objects.create(principal=county.municipality, name="Hemsjukvården", municipal_kind=kind)
    hanna = person("hanna", nursing)
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    if closes != "nobody":
        hilde = person("hilde", nursing, Role.COORDINATOR)
        User.objects.filter(pk=hilde.user.pk).update(is_active=closes != "out of use")
        hilde.user.memberships.update(active=closes != "no longer")
    theirs = make_chain(county, as_seen(hanna, outage), hanna)
    make_event(hanna, theirs, "municipality_ready", sender=Party.MUNICIPALITY, to=Party.INPATIENT)
    end_for_all(county, outage, timezone.now())
    client.force_login(cilla.user)
    page = read(client.get(reverse("closing", args=[outage.pk])))
    link = reverse("leave_at_closing", args=[outage.pk, nursing.pk])
    if closes == "there":
        assert "annan verksamhetsgren" in page.text
        assert client.get(link).status_code == 404
        return
    assert "annan verksamhetsgren" not in page.text
    # Lägesbild is not hers to see there.
    (row,) = (
        row for row in page.main.find_all("tr") if "Hemsjukvården ingen samordnare där" in row.get_text()
    )
    assert [a["href"] for a in row.find_all("a")] == [link]
    leave_all(cilla, outage)
    close(cilla, outage)
    assert is_closed(cilla, outage)


def test_the_page_is_left_and_closed_by_its_forms(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "admission")
    end_for_all(county, outage, timezone.now())
    client.force_login(county.esa.user)
    path = reverse("closing", args=[outage.pk])
    page = read(client.get(path))
    assert chain.details.patient_name not in page.text
    assert page.main.find("form", action=reverse("close_outage", args=[outage.pk])) is None
    links = [a["href"] for a in page.main.find_all("a") if "/lamna/" in a["href"]]
    assert len(links) == 2
    for link in links:
        form = form_of(read(client.get(link)))
        chosen = [box["value"] for box in form.find_all("input", {"name": "what"})]
        typed = fields_of(form) | {"responsible": "Esa Påhittad", "what": chosen}
        refused = client.post(link, typed)
        assert refused.status_code == 422
        assert "Skriv varför det lämnas öppet." in read(refused).text
        answer = client.post(link, typed | {"reason": "I morgon"})
        assert (answer.status_code, answer["Location"]) == (302, path)
        # What is left no more leads back.
        assert client.get(link)["Location"] == path
    page = read(client.get(path))
    form = page.main.find("form", action=reverse("close_outage", args=[outage.pk]))
    client.post(reverse("close_outage", args=[outage.pk]), fields_of(form))
    assert "är stängt" in read(client.get(path)).text
    assert is_closed(county.esa, outage)


def test_a_later_outage_brings_nothing_back_to_the_page_of_a_closed_one(
    county: County, outage: Outage, chain: CareChain, client: Client, clock: Clock
):
    tell(county.alva, chain, make_event(county.alva, chain, "admission", ago=timedelta(minutes=50)))
    end_for_all(county, outage, timezone.now())
    clock.shift(timedelta(minutes=2))
    leave_all(county.esa, outage)
    close(county.esa, outage)
    clock.shift(timedelta(minutes=2))
    make_outage(county.alva, started=timedelta(minutes=1))
    assert any(thing.what is Holds.ANSWER for thing in things(county.esa, outage))
    client.force_login(county.esa.user)
    page = read(client.get(reverse("closing", args=[outage.pk]))).main
    assert "är stängt" in page.text
    assert not [cell for cell in page.select("[data-label]") if cell.find("strong")]
    assert not page.select('a[href*="/lamna/"]')


def test_a_chain_of_a_closed_outage_says_so_and_that_what_came_in_opened_it(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain, "admission")
    client.force_login(county.alva.user)
    path = reverse("chain", args=[chain.pk])
    end_for_all(county, outage, timezone.now())
    assert "stängt" not in read(client.get(path)).main.text
    leave_all(county.esa, outage)
    close(county.esa, outage)
    assert "Driftstoppet är stängt sedan 10.52. Det som loggas här öppnar det igen." in words(client, path)
    tell(county.alva, chain, event)
    said = words(client, path)
    assert "Driftstoppet är öppet igen. Det stängdes 10.52." in said
    assert "är stängt" not in said


def test_who_works_where_something_was_left_open_is_told_who_has_taken_it_on(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "discharge")
    end_for_all(county, outage, timezone.now())
    leave(county.esa, outage, county.ward, Holds.DISCHARGE)
    path = f"{reverse('back_registration')}?driftstopp={outage.pk}"
    client.force_login(county.alva.user)
    said = (
        "Lämnat öppet: samtal om utskrivning: 2. Esa Påhittad: Ringer i morgon Esa Påhittad, Medicin 2, 10.52"
    )
    assert said in words(client, path)
    client.force_login(county.disa.user)
    assert "Lämnat öppet" not in words(client, path)


def test_what_was_left_open_is_told_by_the_same_kinds_once_it_is_done(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain, "discharge")
    end_for_all(county, outage, timezone.now())
    leave(county.esa, outage, county.ward, Holds.DISCHARGE)
    tell(county.alva, chain, event)
    client.force_login(county.esa.user)
    said = words(client, reverse("closing", args=[outage.pk]))
    assert "samtal om utskrivning: 2, varav 1 kvar" in said


def test_a_discharge_that_an_open_point_answers_for_stays_on_the_page_when_it_is_closed(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain, "discharge")
    answer_for(county.alva, event, Party.OUTPATIENT)
    end_for_all(county, outage, timezone.now())
    leave_all(county.esa, outage)
    client.force_login(county.esa.user)
    path = reverse("closing", args=[outage.pk])

    def discharges() -> str:
        cell = read(client.get(path)).main.select_one('[data-label="Samtal om utskrivning"] .rows-sub')
        return cell.get_text() if cell else ""

    assert discharges() == "2 lämnade öppna"
    close(county.esa, outage)
    assert discharges() == "2 lämnade öppna"


def test_a_sheet_that_somebody_has_taken_on_says_who_at_the_hand_over(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    left = make_sheet(county.alva, outage=outage)
    end_for_all(county, outage, timezone.now())
    leave(county.esa, outage, county.ward, Holds.SHEET)
    later = make_sheet(county.alva)
    client.force_login(county.alva.user)
    lines = read(client.get(reverse("shift"))).find(id="papers-title").find_parent("section").find_all("li")
    said = {line.a.text: "Lämnat öppet – Esa Påhittad: Ringer i morgon" in line.text for line in lines}
    assert said == {left.shown_serial: True, later.shown_serial: False}


def test_what_is_logged_after_the_end_shows_to_everybody_of_the_principal(
    county: County, outage: Outage, chain: CareChain
):
    """Somebody may be closing the outage at that moment, and whoever logs does not see it yet."""
    event = make_event(county.alva, chain, "admission")
    before = [version_for(by) for by in (county.bo, county.cissi)]
    call = tell(county.alva, chain, event)
    assert [version_for(by) for by in (county.bo, county.cissi)] == before, "Bo's ward has no part in it"
    end_for_all(county, outage, timezone.now())
    before = [version_for(by) for by in (county.bo, county.cissi)]
    withdraw_call(
        by=county.alva, handover=get_handover(county.alva, call.pk), client_id=uuid4(), reason="Fel."
    )
    assert [version_for(by) == was for by, was in zip((county.bo, county.cissi), before, strict=True)] == [
        False,
        True,
    ]


def words(client: Client, path: str) -> str:
    return " ".join(read(client.get(path)).main.get_text().split())


def test_the_number_of_queries_does_not_hang_on_the_chains(county: County, outage: Outage, client: Client):
    def queries() -> int:
        # What all pages of the unit share is read once a minute.
        forget_pages()
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("closing", args=[outage.pk])).status_code == 200
        return len(found)

    for _ in range(2):
        make_event(county.alva, make_chain(county, outage), "admission")
    end_for_all(county, outage, timezone.now())
    client.force_login(county.esa.user)
    queries()
    few = queries()
    for _ in range(6):
        make_event(county.alva, make_chain(county, as_seen(county.alva, outage)), "admission")
    assert queries() <= few
