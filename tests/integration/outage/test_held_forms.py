"""What one was typing when the log-in lapsed comes back whole, to the same person and to nobody else."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, Handover, HeldForm
from outage.project.middleware import typed_by_token
from tests.factories import PASSWORD, County, make_event
from tests.integration.outage.pages import Fields, fields_of, form_of, read

TYPED = {
    "recipient": "municipality",
    "messages": ["new:admission_reply:municipality", "new:municipality_ready:municipality"],
    "p-admission_reply-municipality-current_services": "Hemtjänst två gånger om dagen.\nTrygghetslarm.",
    "spoken_to": "Karin & Co <Påhittad>",
    "spoken_to_unit": "Biståndsenheten",
    "read_back": "corrected",
    "comment": "Ringer igen 14.00 – om ”allt” är klart.",
    "at_kl": "1030",
    "at_dag": "2026-11-24",
}


@pytest.fixture
def address(chain: CareChain) -> str:
    return reverse("chain_call", args=[chain.pk]) + "?riktning=received"


@pytest.fixture
def half_filled(county: County, address: str, client: Client) -> Fields:
    """What Alva's browser sends: the form as she was shown it, with what she has typed, after the log-in lapsed."""
    client.force_login(county.alva.user)
    form = form_of(read(client.get(address)), method="post")
    sent = fields_of(form) | {k: v if isinstance(v, list) else [v] for k, v in TYPED.items()}
    client.session.flush()
    client.cookies.pop("sessionid")
    return sent


def log_in(client: Client, username: str, next_page: str):
    form = {"username": username, "password": PASSWORD, "next": next_page}
    return client.post(reverse("login"), form, follow=True)


def held_page(response) -> str:
    location = response.headers["Location"]
    assert location.startswith(f"{reverse('login')}?next=/sparat/")
    return location.partition("?next=")[2]


def test_the_form_comes_back_with_everything_typed_and_is_saved_once(
    county: County, address: str, half_filled: Fields, client: Client
):
    lapsed = client.post(address, half_filled)
    assert lapsed.status_code == 302
    assert not Handover.objects.exists()
    page = read(log_in(client, "alva", held_page(lapsed)))
    assert "Det du skrev finns kvar" in page.main.h1.text
    held = form_of(page, method="post")
    shown = client.post(held["action"], fields_of(held))
    assert shown.status_code == 200
    assert not Handover.objects.exists()
    form = form_of(read(shown), method="post")
    again = fields_of(form)
    for name, typed in TYPED.items():
        assert sorted(again[name]) == sorted(typed if isinstance(typed, list) else [typed]), name
    assert again["client_id"] == half_filled["client_id"]
    for _ in "12":
        assert client.post(form["action"], again).status_code == 302
    call = Handover.objects.get()
    assert (call.direction, call.comment, call.spoken_to) == (
        "received",
        TYPED["comment"],
        TYPED["spoken_to"],
    )
    assert [m.event.kind for m in call.messages.all()] == ["admission_reply", "municipality_ready"]


def test_nobody_else_sees_what_was_typed(county: County, address: str, half_filled: Fields, client: Client):
    page = held_page(client.post(address, half_filled))
    answer = log_in(client, "esa", page)
    assert answer.status_code == 404
    assert "Hemtjänst" not in answer.content.decode()


def test_what_was_typed_is_gone_after_twelve_hours(
    county: County, address: str, half_filled: Fields, client: Client, clock
):
    page = held_page(client.post(address, half_filled))
    clock.shift(timedelta(hours=12, minutes=1))
    assert log_in(client, "alva", page).status_code == 404


def test_old_forms_are_removed_when_a_new_one_is_held(
    county: County, address: str, half_filled: Fields, client: Client, clock
):
    client.post(address, half_filled)
    clock.shift(timedelta(hours=13))
    client.post(address, half_filled)
    assert HeldForm.objects.count() == 1


def test_a_part_of_a_page_is_asked_for_again_as_a_whole_form(
    county: County, address: str, half_filled: Fields, client: Client
):
    answer = client.post(address, half_filled, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert not HeldForm.objects.exists()


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda county: "", id="none"),
        pytest.param(lambda county: typed_by_token(county.alva.user.pk)[:-1] + "x", id="tampered"),
        pytest.param(lambda county: signing.dumps(county.alva.user.pk, salt="other"), id="of something else"),
        pytest.param(lambda county: typed_by_token(0), id="of nobody"),
    ],
)
def test_a_form_without_a_true_mark_of_who_typed_it_is_not_held(
    county: County, address: str, half_filled: Fields, client: Client, token
):
    answer = client.post(address, half_filled | {"typed_by": [token(county)]})
    assert (answer.status_code, HeldForm.objects.count()) == (302, 0)
    assert "/sparat/" not in answer.headers["Location"]


def test_a_mark_from_days_ago_is_not_taken(
    county: County, address: str, half_filled: Fields, client: Client, clock
):
    clock.shift(timedelta(days=2))
    client.post(address, half_filled)
    assert not HeldForm.objects.exists()


def test_what_is_too_large_to_be_a_form_of_ours_is_not_held(
    county: County, address: str, half_filled: Fields, client: Client
):
    client.post(address, half_filled | {"comment": ["x" * 100_001]})
    assert not HeldForm.objects.exists()


def test_a_person_who_may_no_longer_log_in_has_nothing_held(
    county: County, address: str, half_filled: Fields, client: Client
):
    county.alva.user.is_active = False
    county.alva.user.save()
    client.post(address, half_filled)
    assert not HeldForm.objects.exists()


def test_neither_the_mark_nor_the_secret_of_the_form_is_kept(
    county: County, address: str, half_filled: Fields, client: Client
):
    half_filled["csrfmiddlewaretoken"] = ["hemligt"]
    client.post(address, half_filled)
    content = HeldForm.objects.get().content
    assert "hemligt" not in content
    assert "typed_by" not in content
    assert "Hemtjänst" in content


def test_a_form_with_a_very_long_address_is_held_too(county: County, chain: CareChain, client: Client):
    events = [
        make_event(county.alva, chain, kind) for kind in ("admission", "discharge_report", "discharge") * 3
    ]
    query = "&".join(f"meddelande=event:{event.pk}" for event in events)
    address = f"{reverse('chain_call', args=[chain.pk])}?riktning=given&till={Party.MUNICIPALITY}&{query}"
    answer = client.post(
        address, {"typed_by": typed_by_token(county.alva.user.pk), "comment": "Lång adress."}
    )
    page = read(log_in(client, "alva", held_page(answer)))
    shown = client.post(form_of(page, method="post")["action"], fields_of(form_of(page, method="post")))
    assert "Lång adress." in shown.content.decode()
    assert "Jag ringer" in read(shown).main.h1.text
