"""A form sent while another is logged in, or in another assignment, or without its secret: not written, but held."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contacts.rules.permissions import Role
from outage.models import CareChain, Handover, HeldForm
from tests.factories import County, make_event, person, tell
from tests.integration.outage.holding import TYPED, choose, log_in, mark_of, words
from tests.integration.outage.pages import Fields, fields_of, read
from tests.marks import typed_by_now


@pytest.fixture
def client() -> Client:
    """Sends what it is given and nothing more."""
    return Client()


@pytest.mark.parametrize("htmx", [False, True], ids=["whole page", "htmx"])
class TestAnother:
    """Somebody else is logged in, or the same person in another assignment."""

    @pytest.fixture
    def headers(self, htmx: bool) -> dict[str, str]:
        return {"HX-Request": "true"} if htmx else {}

    def test_nothing_is_signed_by_who_happens_to_be_logged_in(
        self, county: County, address: str, half_filled: Fields, client: Client, headers, htmx
    ):
        client.force_login(county.esa.user)
        answer = client.post(address, half_filled, headers=headers)
        assert answer.status_code == 409
        assert not Handover.objects.exists()
        text = words(answer)
        assert "Det här skrev Alva." in text
        assert "Nu är Esa Påhittad inloggad." in text
        assert "Hemtjänst" not in answer.content.decode()
        # A part of a page would hide who wrote it: the whole page is shown in its place.
        assert answer.headers.get("HX-Retarget") == ("body" if htmx else None)
        held = HeldForm.objects.get()
        assert (held.user, held.membership) == (county.alva.user, county.alva.membership)

    def test_one_who_has_changed_assignment_is_told_and_led_back(
        self, county: County, address: str, half_filled: Fields, client: Client, headers, htmx, second
    ):
        client.force_login(county.alva.user)
        choose(client, second)
        answer = client.post(address, half_filled, headers=headers)
        assert answer.status_code == 409
        assert not Handover.objects.exists()
        assert "från uppdraget Medicin 2. Nu är Ortopeden valt." in words(answer)
        # In this assignment Läge says that something waits, and not what.
        status = words(client.get(reverse("status")))
        assert "Något väntar i uppdraget Medicin 2" in status
        form = read(answer).main.find("form")
        back = client.post(
            form["action"], fields_of(form) | {"membership": [form.button["value"]]}, follow=True
        )
        assert "Det du skrev finns kvar" in words(back)
        held = HeldForm.objects.get()
        shown = client.get(reverse("held_form", args=[held.pk]))
        assert TYPED["comment"] in shown.content.decode()

    def test_one_who_has_chosen_no_assignment_yet_is_led_to_the_one_it_was_written_in(
        self, county: County, address: str, half_filled: Fields, client: Client, headers, htmx, second
    ):
        client.force_login(county.alva.user)
        answer = client.post(address, half_filled, headers=headers)
        assert answer.status_code == 409
        assert "Nu är inget uppdrag valt." in words(answer)
        assert HeldForm.objects.exists()

    def test_without_a_mark_nothing_is_written(
        self, county: County, address: str, half_filled: Fields, client: Client, headers, htmx
    ):
        client.force_login(county.alva.user)
        for mark in ([], [""], ["fel"]):
            answer = client.post(address, half_filled | {"typed_by": mark}, headers=headers)
            assert answer.status_code == 409
        assert not Handover.objects.exists()
        assert not HeldForm.objects.exists()

    def test_a_page_that_stood_open_for_days_is_its_owners_all_the_same(
        self, county: County, address: str, half_filled: Fields, client: Client, headers, htmx, clock
    ):
        clock.shift(timedelta(days=3))
        client.force_login(county.alva.user)
        assert client.post(address, half_filled, headers=headers).status_code != 409


@pytest.mark.parametrize("instead", ["nobody", "esa", "another assignment"])
def test_the_same_form_sent_again_once_the_right_one_is_logged_in_is_saved_and_no_longer_held(
    county: County, address: str, half_filled: Fields, client: Client, second, instead: str
):
    whole = half_filled | {"number": ["090-785 00 00"], "outcome": ["reached"]}
    client.logout()
    if instead != "nobody":
        client.force_login(getattr(county, "esa" if instead == "esa" else "alva").user)
    if instead == "another assignment":
        choose(client, second)
    client.post(address, whole)
    assert HeldForm.objects.count() == 1
    assert not Handover.objects.exists()
    client.force_login(county.alva.user)
    choose(client, county.alva.membership)
    assert client.post(address, whole).status_code == 302
    assert Handover.objects.count() == 1
    assert not HeldForm.objects.exists()


class TestTheLogInPage:
    def test_whoever_types_there_is_checked_also_where_another_is_logged_in(
        self, county: County, client: Client, outage
    ):
        client.force_login(county.alva.user)
        assert "Alva Påhittad är inloggad." in words(client.get(reverse("account_login")))
        wrong = client.post(reverse("account_login"), {"login": "esa", "password": "fel"})
        assert wrong.status_code == 200
        assert read(wrong).main.find(attrs={"role": "alert"})
        assert client.get(reverse("status")).context["page"].acting == county.alva
        session = client.session.session_key
        log_in(client, "esa")
        assert client.get(reverse("status")).context["page"].acting == county.esa
        assert client.session.session_key != session

    def test_the_assignment_of_the_one_before_does_not_stay(self, county: County, client: Client, second):
        client.force_login(county.alva.user)
        choose(client, second)
        log_in(client, "esa")
        assert "membership_id" not in client.session


class TestOnePress:
    @pytest.fixture
    def pressed(self, county: County, chain: CareChain, client: Client) -> CareChain:
        """Alva presses Upptaget at 10.52 on a page of hers, while nobody is logged in."""
        tell(county.alva, chain, make_event(county.alva, chain))
        client.force_login(county.alva.user)
        page = read(client.get(reverse("status")))
        form = next(f for f in page.main.find_all("form") if f["action"].endswith("/forsok/"))
        sent = fields_of(form) | {"outcome": ["busy"]}
        client.logout()
        client.post(form["action"], sent)
        return chain

    def ask(self, county: County, client: Client):
        client.force_login(county.alva.user)
        return client.get(reverse("held_form", args=[HeldForm.objects.get().pk]))

    def test_it_is_asked_about_with_its_time_and_is_then_logged_as_of_that_time(
        self, county: County, pressed: CareChain, client: Client, clock
    ):
        tries = Handover.objects.count()
        clock.shift(timedelta(minutes=40))
        question = self.ask(county, client)
        text = words(question)
        assert "Du tryckte Upptaget 10.52. Gör det nu?" in text
        assert "Heimdalls hälsocentral" in text
        assert "sparas det med tiden 10.52" in text
        assert Handover.objects.count() == tries
        form = read(question).main.find("form")
        client.post(form["action"], fields_of(form))
        again = client.post(form["action"], fields_of(form), follow=True)
        assert "Det är redan gjort eller kastat." in " ".join(read(again).text.split())
        assert Handover.objects.count() == tries + 1
        call = Handover.objects.latest("recorded_at")
        assert (call.outcome, call.recipient) == ("busy", "outpatient")
        assert (call.recorded_at - call.at) >= timedelta(minutes=40)
        assert not HeldForm.objects.exists()

    def test_the_same_press_sent_again_is_logged_as_of_when_it_was_made_and_no_longer_asked_about(
        self, county: County, pressed: CareChain, client: Client, clock
    ):
        tries = Handover.objects.count()
        held = HeldForm.objects.get()
        sent = json.loads(held.content) | {"typed_by": [mark_of(county.alva)]}
        clock.shift(timedelta(minutes=40))
        client.force_login(county.alva.user)
        # Another button of the same form is another press.
        client.post(held.path, sent | {"outcome": ["no_answer"], "client_id": [str(uuid4())]})
        assert HeldForm.objects.exists()
        client.post(held.path, sent)
        assert Handover.objects.count() == tries + 2
        call = Handover.objects.latest("recorded_at")
        assert call.outcome == "busy"
        assert call.recorded_at - call.at >= timedelta(minutes=40)
        assert not HeldForm.objects.exists()

    def test_no_title_names_the_patient(self, county: County, pressed: CareChain, client: Client):
        page = read(self.ask(county, client))
        assert "Tolvansson" not in page.title.text
        assert "Tolvansson" in page.main.text

    def test_a_press_that_is_refused_when_it_is_done_stays_held(
        self, county: County, pressed: CareChain, client: Client
    ):
        form = read(self.ask(county, client)).main.find("form")
        client.post(form["action"], fields_of(form) | {"number": [""]})
        assert HeldForm.objects.exists()

    def test_a_tick_is_asked_about_and_says_that_it_counts_from_now(
        self, county: County, chain: CareChain, client: Client
    ):
        address = reverse("checklist_tick", args=["inpatient-somatic-start"])
        client.post(address, {"typed_by": mark_of(county.alva), "item": "support", "done": "1"})
        assert "Du tryckte Bocka av 10.52. Gör det nu?" in words(self.ask(county, client))
        assert "som gjort nu, inte 10.52" in words(self.ask(county, client))


def test_a_file_is_not_held_and_the_page_says_so(county: County, client: Client, outage):
    keeper = person("keeper", county.ward, Role.ADMIN)
    file = SimpleUploadedFile("kontakter.csv", b"Namn;Nummer\nHemligt;090-12 34 56\n")
    sent = {"typed_by": mark_of(keeper), "file": file, "client_id": "00000000-0000-4000-8000-000000000000"}
    client.force_login(county.esa.user)
    answer = client.post(reverse("import_directory"), sent)
    assert answer.status_code == 409
    assert "Filer läggs inte undan: Keeper får välja filen igen." in words(answer)
    held = HeldForm.objects.get()
    assert "Hemligt" not in held.content
    client.force_login(keeper.user)
    page = client.get(reverse("held_form", args=[held.pk]))
    assert "Filen ligger inte kvar" in words(page)
    form = read(page).main.find("form")
    assert client.post(form["action"], fields_of(form)).headers["Location"] == reverse("import_directory")
    assert not HeldForm.objects.exists()


class TestACsrfRefusal:
    @pytest.fixture
    def client(self) -> Client:
        return Client(enforce_csrf_checks=True)

    def test_it_holds_what_carries_a_true_mark(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.cookies.pop("csrftoken", None)
        client.force_login(county.alva.user)
        answer = client.post(address, half_filled)
        assert answer.status_code == 403
        assert "undanlagt åt dig" in words(answer)
        held = HeldForm.objects.get()
        assert read(answer).main.find("a", href=reverse("held_form", args=[held.pk]))

    def test_htmx_gets_the_whole_page(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.cookies.pop("csrftoken", None)
        client.force_login(county.alva.user)
        answer = client.post(address, half_filled, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "body")
        assert HeldForm.objects.exists()

    def test_it_says_who_wrote_it_where_another_is_logged_in(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.cookies.pop("csrftoken", None)
        client.force_login(county.esa.user)
        answer = client.post(address, half_filled)
        assert answer.status_code == 409
        assert "Det här skrev Alva." in words(answer)

    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["whole page", "htmx"])
    def test_without_a_mark_it_promises_nothing(
        self, county: County, address: str, half_filled: Fields, client: Client, headers
    ):
        client.cookies.pop("csrftoken", None)
        client.force_login(county.alva.user)
        del half_filled["typed_by"]
        answer = client.post(address, half_filled, headers=headers)
        assert answer.status_code == 403
        assert "Inget är sparat" in words(answer)
        assert "kvar" not in words(answer)
        assert not HeldForm.objects.exists()


def test_the_page_asks_how_long_is_left_and_asking_keeps_nobody_logged_in(
    county: County, client: Client, clock
):
    client.force_login(county.alva.user)
    client.get(reverse("status"))
    mark = {"X-Typed-By": typed_by_now(client)}
    ask = reverse("session_left")
    clock.shift(timedelta(minutes=13))
    left = client.get(ask, headers=mark).json()
    assert left["mine"]
    assert left["left"] <= 120
    assert client.post(ask, headers=mark).json()["left"] > 850
    clock.shift(timedelta(minutes=13))
    client.get(ask, headers=mark)
    clock.shift(timedelta(minutes=3))
    assert client.get(ask, headers=mark).status_code == 302


def test_another_tab_that_has_changed_person_is_known(county: County, client: Client):
    client.force_login(county.esa.user)
    answer = client.get(reverse("session_left"), headers={"X-Typed-By": mark_of(county.alva)})
    assert answer.json()["mine"] is False
