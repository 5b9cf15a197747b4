"""One-time codes for many: each slip lets its own person in, and what stands on it stands nowhere else."""

import re
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry, LoginCode, Membership, Unit, User
from contacts.rules.permissions import Role
from contacts.services.passwords import issue_code
from forms.models import Export, Sheet
from forms.rendering import PrintingUnavailable
from tests.clock import Clock
from tests.integration.work.asked import opened
from tests.paper.making import Place, make_place, person
from tests.paper.reading import pages, squashed, structure

pytestmark = pytest.mark.django_db
SLIP = re.compile(r"((?:[2-9A-Y]{4}-){3}[2-9A-Y]{4})\s+Användarnamn: (\S+)")
PAGE = "/kontakter/personer/engangskoder/"


@pytest.fixture
def place() -> Place:
    return make_place()


@pytest.fixture
def adam(place: Place, client: Client) -> Acting:
    adam = person("adam", place.alva.unit, Role.ADMIN)
    client.force_login(adam.user)
    session = client.session
    session["second_factor"] = True
    session.save()
    return adam


def shown(client: Client, query: str = "") -> BeautifulSoup:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def sent(page: BeautifulSoup, **more: object) -> dict[str, object]:
    """What the page's form would send, and an answer to what it asks."""
    form = page.find("form", method="post", action=re.compile("engangskoder"))
    boxes = [box for box in form.find_all("input") if box["type"] != "checkbox" or box.has_attr("checked")]
    fields: dict[str, object] = {
        box["name"]: box.get("value", "") for box in boxes if box["type"] == "hidden"
    }
    return fields | {"person": [box["value"] for box in boxes if box["name"] == "person"]} | more


def codes_of(pdf: bytes) -> dict[str, str]:
    """The code on each slip, by user name."""
    return {name: code for page in pages(pdf) for code, name in SLIP.findall(page)}


def lets_in(name: str, code: str) -> bool:
    new = {"username": name, "code": code, "password1": "tre gula cyklar", "password2": "tre gula cyklar"}
    pc = Client(REMOTE_ADDR=f"192.0.2.{User.objects.get(username=name).pk % 250}")
    return pc.post(reverse("one_time_code"), new).status_code == 302


def test_each_slip_lets_its_own_person_in_and_is_kept_nowhere(place, adam, client, caplog):
    new = [person(f"Ny{n} Påhittad", place.ward if n % 2 else place.centre) for n in range(10)]
    came = person("Kom Påhittad", place.ward, last_login=timezone.now())
    ended = person("Slut Påhittad", place.ward)
    Membership.objects.filter(pk=ended.membership.pk).update(active=False)
    elsewhere = person("Annans Påhittad", Unit.objects.create(principal=place.town, name="Hemsjukvården"))
    Membership.objects.create(user=elsewhere.user, unit=place.ward, role=Role.STAFF, title="x")
    User.objects.filter(pk=place.alva.user.pk).update(last_login=timezone.now())

    page = shown(client)
    press = sent(page)
    assert set(press["person"]) == {str(one.user.pk) for one in new}
    pressed = client.post(PAGE, press)
    # Twice at once is one.
    assert client.post(PAGE, press)["Location"] == pressed["Location"]
    answer = opened(client, pressed)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert re.search(r'filename="engangskoder-[0-9-]+\.pdf"', answer.headers["Content-Disposition"])
    first, second = pages(answer.content)
    assert (len(SLIP.findall(first)), len(SLIP.findall(second))) == (8, 2)
    for said in ("klipp isär", "http://testserver/engangskod/", "Gäller en gång, till", "av adam"):
        assert said in first
    # By unit, then by name: those of one unit are handed out together.
    units = re.findall(f"{place.ward.name}|{place.centre.name}", first + second)
    assert units == [place.ward.name] * 5 + [place.centre.name] * 5
    assert "/H2" in structure(answer.content)

    codes = codes_of(answer.content)
    assert set(codes) == {one.user.username for one in new}
    issued = AuditEntry.objects.filter(action="code.issued", user=adam.user)
    assert {row.target_id for row in issued} == set(press["person"])
    assert not Sheet.objects.exists()
    assert not Export.objects.exists()
    rows = [str(row) for model in apps.get_models() for row in model._default_manager.values()]
    kept = squashed("\n".join([*rows, caplog.text]))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes.values())

    again = client.post(PAGE, press, follow=True)
    assert "Den har öppnats, och visas bara en gång." in again.text
    assert "Alla som aldrig har loggat in har en kod som gäller." in client.get(PAGE).text
    (name, code), (other, _) = list(codes.items())[:2]
    assert not lets_in(other, code)
    assert lets_in(name, code)
    # Came in: has no code that holds, but has logged in.
    assert str(User.objects.get(username=name).pk) not in sent(shown(client, "?alla=1"))["person"]
    assert came.user.username not in codes


def test_a_second_press_says_how_many_codes_stop_working_before_they_do(place, adam, client, clock: Clock):
    new = [person(f"Ny{n} Påhittad", place.ward) for n in range(3)]
    User.objects.filter(pk=place.alva.user.pk).update(last_login=timezone.now())
    early = sent(shown(client))
    first = codes_of(opened(client, client.post(PAGE, sent(shown(client)))).content)
    # The page of another tab or another administrator, opened before.
    asked = client.post(PAGE, early)
    assert asked.status_code == 422
    assert "3 personer har redan en kod som gäller. De koderna slutar gälla." in asked.text
    page = BeautifulSoup(asked.text, "html.parser")
    assert LoginCode.objects.count() == 3
    refused = client.post(PAGE, sent(page, **{"answer-cancel": "no"}))
    assert "Inget är utskrivet." in refused.text
    assert lets_in(new[0].user.username, first[new[0].user.username])
    # Two hold by now: what was answered was said of three.
    yes = {"answer-cancel": "yes"}
    asked = client.post(PAGE, sent(page, **yes))
    assert asked.status_code == 422
    assert "2 personer har redan en kod som gäller." in asked.text
    answer = opened(client, client.post(PAGE, sent(BeautifulSoup(asked.text, "html.parser"), **yes)))
    assert answer.status_code == 200
    second = codes_of(answer.content)
    name = new[1].user.username
    assert not lets_in(name, first[name])
    assert lets_in(name, second[name])

    assert "1 person som aldrig har loggat in har en kod som gäller." in client.get(PAGE).text
    clock.shift(timedelta(days=7, seconds=1))
    client.force_login(adam.user)
    session = client.session
    session["second_factor"] = True
    session.save()
    assert sent(shown(client))["person"] == [str(new[2].user.pk)]


def test_those_chosen_in_the_list_get_one_whether_they_have_logged_in_or_not(place, adam, client):
    came = person("Kom Påhittad", place.ward, last_login=timezone.now())
    kept = person("Annans Påhittad", Unit.objects.create(principal=place.town, name="Hemsjukvården"))
    Membership.objects.create(user=kept.user, unit=place.ward, role=Role.STAFF, title="x")
    people = BeautifulSoup(client.get(reverse("keep_people")).text, "html.parser")
    boxes = {box["value"]: box for box in people.select('input[name="person"]')}
    assert str(adam.user.pk) not in boxes
    assert boxes[str(came.user.pk)].find_parent("form")["action"] == PAGE
    query = f"?person={came.user.pk}&person={kept.user.pk}&person=x&person=9999999999999999999"
    page = shown(client, query)
    assert "en annan huvudman lade till" in page.text
    press = sent(page)
    assert press["person"] == [str(came.user.pk)]
    for whom in (kept, adam):
        answer = client.post(PAGE, press | {"person": [str(whom.user.pk)]})
        assert answer.status_code == 422
        assert "Någon av dem kan inte få en kod härifrån." in answer.text
    assert client.post(PAGE, press | {"person": []}).status_code == 422
    assert not LoginCode.objects.exists()
    answer = opened(client, client.post(PAGE + query, press))
    assert set(codes_of(answer.content)) == {came.user.username}
    assert LoginCode.objects.get().user == came.user


def test_a_server_that_cannot_print_cancels_nothing(place, adam, client):
    issue_code(by=adam, person=place.alva.user, client_id=uuid4())
    held = list(LoginCode.objects.all())
    press = sent(shown(client, "?alla=1"), **{"answer-cancel": "yes"})
    asked = client.post(PAGE, press)
    press = sent(BeautifulSoup(asked.text, "html.parser"), **{"answer-cancel": "yes"})
    with patch("forms.services.printing.render", side_effect=PrintingUnavailable("Utskrift är avstängd")):
        failed = client.post(PAGE, press, follow=True)
    assert "Det gick inte. Inga nya koder är gjorda. Utskrift är avstängd" in " ".join(
        BeautifulSoup(failed.text, "html.parser").get_text(" ").split()
    )
    assert list(LoginCode.objects.all()) == held


def test_many_take_no_more_queries_and_long_names_keep_eight_on_a_page(
    place, adam, client, django_assert_num_queries
):
    User.objects.filter(pk=place.alva.user.pk).update(last_login=timezone.now())
    person("Ny Påhittad", place.ward)
    # Who looks first after a change reads what stands on every page.
    client.get(PAGE)
    with django_assert_num_queries(7):
        client.get(PAGE)
    Unit.objects.filter(pk=place.ward.pk).update(name="Kirurgiska vårdavdelningen " * 7)
    users = User.objects.bulk_create(
        User(username=f"p{n}", first_name="Påhittad " * 15, last_name="Långnamn" * 15) for n in range(205)
    )
    Membership.objects.bulk_create(
        Membership(user=user, unit=place.ward, role=Role.STAFF, title="x") for user in users
    )
    client.get(PAGE)
    with django_assert_num_queries(7):
        page = shown(client)
    assert "6 till visas när du har skrivit ut de här" in page.text
    some = sent(page)
    assert len(some["person"]) == 200
    some["person"] = some["person"][:16]
    found = [len(SLIP.findall(text)) for text in pages(opened(client, client.post(PAGE, some)).content)]
    assert found == [8, 8]
