"""Kvittenskod in the form of a call: the one to read aloud, and the one that was heard."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CallCode, CareChain, Handover
from outage.rules.call_code import UNKNOWN
from outage.rules.confirming import MOST_BY_PERSON
from outage.rules.handover import Direction
from outage.views.calls import CODE_NOT_TAKEN
from tests.factories import County
from tests.integration.outage.calling import code_of, confirmed, ring, row_of, take
from tests.integration.outage.holding import held_page, log_in
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read

GIVEN = {
    "recipient": "municipality",
    "outcome": "reached",
    "number": "0910-00 00 00",
    "spoken_to": "Karin Påhittad",
    "spoken_to_unit": "Biståndsenheten",
    "messages": "new:discharge:inpatient",
}
RECEIVED = {
    "recipient": "inpatient",
    "spoken_to": "Alva Påhittad",
    "spoken_to_unit": "Medicin 2",
    "messages": "new:discharge:inpatient",
}


def address(chain: CareChain, direction: Direction) -> str:
    return f"{reverse('chain_call', args=[chain.pk])}?riktning={direction}"


def opened(client: Client, by: Acting, path: str) -> tuple[Fields, str]:
    """What the form holds, and the code that stands in it to be read aloud."""
    client.force_login(by.user)
    return sent_with(client.get(path))


def sent_with(answer: HttpResponse) -> tuple[Fields, str]:
    page = read(answer)
    form = form_of(page, **{"class": "call-form"})
    shown = form.find(class_="code-to-say")
    return fields_of(form), shown.strong.text if shown else ""


def words(answer: HttpResponse) -> str:
    return " ".join(read(answer).main.get_text(" ").split())


def correction(client: Client, by: Acting, call: Handover, **changed: Any) -> HttpResponse:
    path = reverse("correct_call", args=[call.pk])
    fields, code = opened(client, by, path)
    assert not code
    return client.post(path, fields | changed, follow=True)


def test_the_form_of_a_call_that_we_make_shows_the_code_that_it_is_saved_with(
    county: County, chain: CareChain, theirs: CareChain, client: Client
):
    path = address(chain, Direction.GIVEN)
    fields, code = opened(client, county.alva, path)
    assert re.fullmatch(r"[2-9AJRWZ]{3} [2-9AJRWZ]{2} [2-9AJRWZ]{2}", code)
    assert "Kvittenskod – läs upp den:" in words(client.get(path))
    assert opened(client, county.alva, path)[1] != code
    # With something wrong in it, it is the same call, and the same code.
    refused, same = sent_with(client.post(path, fields))
    assert same == code
    # Nobody else's form tells it, though it be sent with the same id.
    esas, _ = opened(client, county.esa, path)
    assert sent_with(client.post(path, esas | {"client_id": fields["client_id"]}))[1] not in ("", code)
    client.force_login(county.alva.user)
    assert client.post(path, refused | GIVEN).status_code == 302
    call = Handover.objects.get()
    received = take(county.cissi, theirs, code)
    assert confirmed(county.alva, call)
    assert confirmed(county.cissi, received)


def test_the_form_of_a_call_that_we_get_asks_for_it_in_any_spelling(
    county: County, chain: CareChain, theirs: CareChain, client: Client
):
    call = ring(county.alva, chain)
    path = address(theirs, Direction.RECEIVED)
    fields, shown = opened(client, county.cissi, path)
    assert not shown
    assert "Kvittenskod från den som ringde" in words(client.get(path))
    wrong = code_of(call)[:-1] + ("3" if code_of(call).endswith("2") else "2")
    refused = client.post(path, fields | RECEIVED | {"code": f" {wrong.lower()}"})
    assert refused.status_code == 422
    assert UNKNOWN in errors_of(read(refused))
    kept, _ = sent_with(refused)
    assert kept["code"] == [f" {wrong.lower()}"]
    assert kept["spoken_to"] == ["Alva Påhittad"]
    spoken = "-".join(code_of(call)).lower()
    assert client.post(path, kept | RECEIVED | {"code": spoken}).status_code == 302
    assert confirmed(county.alva, call)


def test_what_is_said_of_the_way_the_call_goes_is_in_its_form_alone(
    county: County, chain: CareChain, client: Client
):
    fields, code = opened(client, county.alva, address(chain, Direction.GIVEN))
    assert code
    assert "code" not in fields
    page = words(client.get(address(chain, Direction.GIVEN)))
    assert "Kvittenskod från" not in page
    page = words(client.get(address(chain, Direction.RECEIVED)))
    assert "läs upp" not in page
    # A code sent with a call that we made is nothing that was asked for.
    path = address(chain, Direction.GIVEN)
    assert client.post(path, fields | GIVEN | {"code": "2222222"}).status_code == 302
    assert Handover.objects.get().code.code != "2222222"


def test_a_form_that_was_used_for_another_call_gets_a_new_code_and_says_so(
    county: County, chain: CareChain, theirs: CareChain, client: Client
):
    path = address(chain, Direction.GIVEN)
    fields, first = opened(client, county.alva, path)
    client.post(path, fields | GIVEN)
    clash = client.post(path, fields | GIVEN | {"spoken_to": "Lars Påhittad"})
    assert clash.status_code == 409
    again, second = sent_with(clash)
    assert second != first
    assert f"Ett nytt samtal har en ny kvittenskod: {second}. Läs upp den då." in words(clash)
    # Both tell of what is new: is it the same?
    asked, same = sent_with(client.post(path, again))
    assert same == second
    assert client.post(path, asked | {"answer-same-discharge-inpatient": "another"}).status_code == 302
    for code, name in ((first, "Karin Påhittad"), (second, "Lars Påhittad")):
        take(county.cissi, theirs, code)
        (call,) = (row for row in Handover.objects.filter(direction=Direction.GIVEN) if row.spoken_to == name)
        assert confirmed(county.alva, call)


def test_a_form_that_was_held_has_the_code_that_was_read_aloud(
    county: County, chain: CareChain, theirs: CareChain, client: Client
):
    path = address(chain, Direction.GIVEN)
    fields, code = opened(client, county.alva, path)
    client.session.flush()
    client.cookies.pop("sessionid")
    held = held_page(client.post(path, fields | GIVEN))
    log_in(client, "alva")
    taken_up, same = sent_with(client.get(held))
    assert same == code
    assert client.post(path, taken_up | GIVEN).status_code == 302
    take(county.cissi, theirs, code)
    assert confirmed(county.alva, Handover.objects.get(direction=Direction.GIVEN))


def test_the_code_is_corrected_in_the_call_that_was_received(
    county: County, chain: CareChain, theirs: CareChain, client: Client
):
    call = ring(county.alva, chain)
    received = take(county.cissi, theirs, "")
    correction(client, county.cissi, received, code=code_of(call), reason="Glömde koden.")
    received = Handover.objects.get(supersedes=received)
    assert confirmed(county.cissi, received)
    fields, _ = opened(client, county.cissi, reverse("correct_call", args=[received.pk]))
    assert "".join(fields["code"][0].split()) == code_of(call)
    answer = correction(client, county.cissi, received, comment="Hej", reason="Mer att säga.")
    assert CODE_NOT_TAKEN not in words(answer)
    assert confirmed(county.cissi, Handover.objects.get(supersedes=received))
    # What was read aloud is not changed by anybody.
    correction(client, county.alva, call, comment="Hej", reason="Mer att säga.", code="2222222")
    assert confirmed(county.alva, Handover.objects.get(supersedes=call))
    assert CallCode.objects.count() == 2


def test_who_has_typed_too_many_is_told_that_the_call_is_saved_without_it(
    county: County, chain: CareChain, theirs: CareChain, client: Client
):
    call = ring(county.alva, chain)
    for _ in range(MOST_BY_PERSON):
        CallCode(
            code="2222222", direction=Direction.RECEIVED, user=county.cissi.user, unit=county.cissi.unit
        ).save()
    path = address(theirs, Direction.RECEIVED)
    fields, _ = opened(client, county.cissi, path)
    answer = client.post(path, fields | RECEIVED | {"code": code_of(call)}, follow=True)
    assert CODE_NOT_TAKEN in answer.content.decode()
    received = Handover.objects.get(direction=Direction.RECEIVED)
    assert "vittenskod" not in row_of(county.cissi, received)
    answer = correction(client, county.cissi, received, code=code_of(call), reason="Koden.")
    assert CODE_NOT_TAKEN in answer.content.decode()
    assert "ekräftad" not in row_of(county.alva, call)


@pytest.mark.parametrize("client_id", ["", "nej", "\x00", "1" * 400])
def test_an_id_that_is_none_shows_no_code(county: County, chain: CareChain, client: Client, client_id: str):
    path = address(chain, Direction.GIVEN)
    fields, _ = opened(client, county.alva, path)
    answer = client.post(path, fields | GIVEN | {"client_id": client_id})
    assert answer.status_code == 422
    assert not sent_with(answer)[1]


def test_a_code_with_a_message_from_a_municipality_to_the_ward(
    county: County, chain: CareChain, theirs: CareChain, client: Client
):
    path = address(theirs, Direction.GIVEN)
    fields, code = opened(client, county.cissi, path)
    sent = GIVEN | {"recipient": "inpatient", "messages": "new:municipality_ready:municipality"}
    assert client.post(path, fields | sent).status_code == 302
    received = take(county.alva, chain, code, kind="municipality_ready", sender=Party.MUNICIPALITY)
    assert confirmed(county.alva, received)
