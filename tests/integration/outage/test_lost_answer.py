"""A form that is saved, its answer lost, and sent again by the same person: it is said once that it is saved."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outage.models import CareChain, ChainJoin, Handover, LeftOpen, Outage
from outage.rules.back_registration import Before
from outage.rules.closing import Holds
from tests.factories import County, end_for_all, make_event
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.joining import two_chains
from tests.integration.outage.pages import Fields, fields_of, form_of, read


def receipts(response) -> list[str]:
    return [" ".join(note.get_text(" ").split()) for note in read(response).select(".flash .note")]


@pytest.fixture
def leaving(county: County, outage: Outage, chain: CareChain, client: Client) -> tuple[str, Fields]:
    """The form that leaves open a discharge of the ward, of its two kinds one."""
    make_event(county.alva, chain, "discharge")
    make_sheet(county.alva, outage=outage)
    end_for_all(county, outage, timezone.now())
    client.force_login(county.esa.user)
    path = reverse("leave_at_closing", args=[outage.pk, county.ward.pk])
    form = fields_of(form_of(read(client.get(path)), method="post"))
    return path, form | {"what": [Holds.SHEET], "responsible": ["Esa"], "reason": ["Ringer i morgon."]}


def test_what_is_left_open_is_said_once_to_be(leaving: tuple[str, Fields], client: Client, outage: Outage):
    assert client.post(*leaving).status_code == 302
    again = client.post(*leaving)
    assert again.status_code == 302
    assert receipts(client.get(again.headers["Location"])) == ["Antecknat: det lämnas öppet."]
    assert LeftOpen.objects.count() == 1


def test_other_words_are_not_taken_for_the_same_and_stand_there(leaving: tuple[str, Fields], client: Client):
    path, form = leaving
    client.post(path, form)
    page = client.post(path, form | {"reason": ["Ringer på fredag."]})
    assert page.status_code == 409
    main = read(page).main
    assert "redan sparat med annat innehåll" in main.get_text()
    assert "Ringer på fredag." in main.get_text()
    assert LeftOpen.objects.count() == 1


def test_what_somebody_else_left_open_can_not_be_chosen(
    leaving: tuple[str, Fields], client: Client, county: County
):
    path, form = leaving
    client.post(path, form)
    newer = form | {"client_id": ["00000000-0000-4000-8000-00000000000a"]}
    page = client.post(path, newer)
    assert page.status_code == 422
    assert "Det är redan gjort klart eller lämnat öppet." in read(page).main.get_text()


@pytest.fixture
def joining(county: County, outage: Outage, log_in: Callable[..., Client]) -> tuple[Client, str, Fields]:
    kept, other = two_chains(county, outage, before=Before.ADMITTED)
    for chain in (kept, other):
        make_event(county.alva, chain)
    client, path = log_in(county.alva), reverse("join_chain", args=[kept.pk])
    page = read(client.post(path, {"to": str(other.pk), "choose": "1"}))
    form = fields_of(form_of(page, action=path)) | {"join": ["1"]}
    for radio in page.select("input[type=radio]"):
        form[str(radio["name"])] = ["ja" if str(radio["name"]).startswith("same-") else "other"]
    return client, path, form


def test_two_that_are_joined_are_said_once_to_be(joining: tuple[Client, str, Fields]):
    client, *form = joining
    for _ in "12":
        answer = client.post(*form)
        assert answer.status_code == 302
    assert receipts(client.get(answer.headers["Location"])) == [
        "Sammanfört. Allt om patienten står nu i vårdkedja 1."
    ]
    assert ChainJoin.objects.count() == 1


def test_another_choice_than_the_one_that_is_saved_is_said_not_to_be(joining: tuple[Client, str, Fields]):
    client, path, form = joining
    client.post(path, form)
    picked = next(name for name in form if name.startswith("pick-"))
    answer = client.post(path, form | {picked: ["kept"]}, follow=True)
    assert any("Det du valde är inte sparat" in said for said in receipts(answer))


def test_a_call_is_said_once_to_be_saved_and_undone_once(
    county: County, address: str, half_filled: Fields, client: Client
):
    client.force_login(county.alva.user)
    for _ in "12":
        client.post(address, half_filled)
    page = client.get(reverse("status"))
    assert [said.count("Sparat på servern") for said in receipts(page)] == [1]
    assert (
        len(
            read(page).select(
                f'.flash form[action="{reverse("undo_call", args=[Handover.objects.get().pk])}"]'
            )
        )
        == 1
    )


def test_details_saved_as_they_were_write_nothing_and_say_so(
    county: County, chain: CareChain, client: Client
):
    client.force_login(county.alva.user)
    path = reverse("edit_chain", args=[chain.pk])
    form = fields_of(form_of(read(client.get(path)), action=path))
    assert receipts(client.post(path, form, follow=True)) == ["Inget var ändrat."]
    assert chain.history.count() == 1
    typed = form | {"client_id": ["00000000-0000-4000-8000-00000000000b"], "patient_name": ["Tolvan Ny"]}
    for _ in "12":
        answer = client.post(path, typed, follow=True)
        assert "Uppgifterna är ändrade" in receipts(answer)[0]
    assert chain.history.count() == 2
