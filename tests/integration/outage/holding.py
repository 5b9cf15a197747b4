"""A call that Alva has typed, sent when she is not the one logged in, and the way back to it."""

from django.test import Client
from django.urls import reverse

from contacts.access import Acting, TypedBy
from contacts.models import Membership
from tests.factories import PASSWORD
from tests.integration.outage.pages import read

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


def mark_of(acting: Acting) -> str:
    return TypedBy(acting.user.pk, acting.membership.pk).mark


def choose(client: Client, membership: Membership) -> None:
    client.post(reverse("choose_assignment"), {"membership": membership.pk})


def log_in(client: Client, username: str, next_page: str = ""):
    form = {"login": username, "password": PASSWORD, "next": next_page}
    return client.post(reverse("account_login"), form, follow=True)


def held_page(response) -> str:
    location = response.headers["Location"]
    assert location.startswith(f"{reverse('account_login')}?next=/sparat/")
    return location.partition("?next=")[2]


def words(response) -> str:
    return " ".join(read(response).main.get_text(" ").split())
