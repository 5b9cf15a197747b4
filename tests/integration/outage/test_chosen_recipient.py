"""A call stays with the place that was chosen on the page, though the chain or the call was changed meanwhile."""

from dataclasses import replace
from itertools import product
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Principal
from outage.models import CareChain, Handover
from outage.queries.care_chains import get_chain
from outage.services.care_chains import change_details
from tests.factories import SKELLEFTEA, County, make_event, tell
from tests.integration.outage.pages import Fields, fields_of, form_of, read
from tests.integration.outage.test_two_editors import differences, opened
from tests.long import runs
from tests.marks import Browser

UMEA = "Umeå kommun"


def to_umea(county: County, chain: CareChain, how: str = "moved") -> None:
    chain = get_chain(county.alva, chain.pk)
    assert chain.details is not None
    town, _ = Principal.objects.get_or_create(name=UMEA, short_name="Umeå", kind="municipality")
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details.pk,
        facts=replace(chain.details.facts, municipality=town),
        answers={"place-municipality": how},
    )


def chosen(client: Client, path: str, place: str) -> Fields:
    """The form of a call with the one at `place` chosen in it."""
    page = read(client.get(path))
    (box,) = (b for b in page.main.find_all("input", {"name": "recipient"}) if place in b.parent.text)
    return fields_of(form_of(page, method="post")) | {"recipient": [box["value"]]}


@pytest.mark.long
@pytest.mark.parametrize(
    ("theirs", "mine"),
    # In `make test` each of them by each of the two, chosen by both and by one only.
    list(product([SKELLEFTEA, UMEA, "Heimdalls hälsocentral"], repeat=2))[:: runs(2, full=1)],
)
def test_who_corrects_a_call_second_sees_both_recipients_and_keeps_the_one_that_was_chosen(
    county: County, chain: CareChain, client: Client, mine: str, theirs: str
):
    call = tell(county.alva, chain, make_event(county.alva, chain))
    to_umea(county, chain)
    esa = Browser()
    client.force_login(county.alva.user)
    esa.force_login(county.esa.user)
    path, why = reverse("correct_call", args=[call.pk]), {"reason": ["Fel mottagare."]}
    own, other = chosen(client, path, mine) | why, chosen(esa, path, theirs) | why
    assert esa.post(path, other | {"comment": ["Esas ord."]}).status_code == 302
    answer = client.post(path, own)
    assert answer.status_code == 409
    page = read(answer)
    untouched = mine == SKELLEFTEA  # whom the call was with
    said = "inget nytt: det som nu står gäller" if untouched else mine
    assert differences(page).get("Vem samtalet är med") == ((theirs, said) if theirs != mine else None)
    mine = theirs if untouched else mine
    form = form_of(page, method="post")
    marked = form.find("input", attrs={"name": "recipient", "checked": True})
    assert mine in marked.find_parent("label").text
    # Whatever else is wrong, the choice stays.
    again = read(client.post(form["action"], fields_of(form) | {"reason": [""]}))
    form = form_of(again, method="post")
    assert mine in form.find("input", attrs={"name": "recipient", "checked": True}).find_parent("label").text
    assert client.post(form["action"], fields_of(form) | why).status_code == 302
    calls = Handover.objects.order_by("order")
    assert [row.place_name for row in calls if row.comment in ("", "Esas ord.")][-2:] == [theirs, mine]


@pytest.mark.parametrize("how", ["moved", "mistake"])
def test_a_new_call_is_with_the_place_that_was_chosen(
    county: County, chain: CareChain, client: Client, how: str
):
    make_event(county.alva, chain, to="participant:Dotter")
    client.force_login(county.alva.user)
    path = reverse("chain_call", args=[chain.pk])
    sent = chosen(client, path, SKELLEFTEA) | {
        "number": ["0910-00 00 00"],
        "spoken_to": ["Karin"],
        "spoken_to_unit": ["Biståndsenheten"],
        "read_back": ["done"],
        "messages": ["new:preliminary_ready:inpatient"],
    }
    to_umea(county, chain, how)
    assert client.post(path, sent | {"spoken_to": [""]}).status_code == 422
    assert client.post(path, sent).status_code == 302
    row = Handover.objects.latest("order")
    assert (row.recipient, row.place_name) == ("municipality", SKELLEFTEA)
    page = read(client.get(reverse("chain", args=[chain.pk]))).main.find("ol", class_="owed").get_text()
    assert UMEA in page
    assert SKELLEFTEA in page


def test_a_press_is_a_try_to_reach_the_place_beside_it(county: County, chain: CareChain, client: Client):
    make_event(county.alva, chain, to="participant:Dotter")
    client.force_login(county.alva.user)
    page = read(client.get(reverse("status"))).main.find(id="calls")
    row = next(row for row in page.find_all("li", class_="owed-call") if SKELLEFTEA in row.text)
    form = row.find("button", string="Inget svar").find_parent("form")
    to_umea(county, chain)
    client.post(form["action"], fields_of(form) | {"outcome": ["no_answer"]})
    assert Handover.objects.latest("order").place_name == SKELLEFTEA


@pytest.mark.parametrize(
    "meant", ["municipality=principal:0", "municipality=", "=", "x", "outpatient=unit:0"]
)
def test_a_place_that_the_chain_never_named_is_no_choice(
    county: County, chain: CareChain, client: Client, meant: str
):
    client.force_login(county.alva.user)
    path = reverse("chain_call", args=[chain.pk])
    sent = opened(client, path) | {"recipient": ["municipality"], "meant": [meant]}
    said = read(client.post(path, sent)).main.text
    assert ("Välj vem samtalet är med." in said) == meant.startswith("municipality=p")
