"""A form that its owner did not send is held for the owner: found on Läge, on any PC, until saved or thrown away."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from contacts.access import Acting, TypedBy
from contacts.models import AuditEntry, Membership
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import CareChain, Handover, HeldForm
from tests.factories import PASSWORD, County, make_event, person, tell
from tests.integration.outage.pages import Fields, fields_of, form_of, read
from tests.marks import typed_by_now

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


@pytest.fixture
def client() -> Client:
    """Sends what it is given and nothing more."""
    return Client()


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


@pytest.fixture
def second(county: County) -> Membership:
    """Alva's second assignment, on the other ward; the first is chosen nowhere by itself any more."""
    return Membership.objects.create(
        user=county.alva.user, unit=county.other_ward, role=Role.STAFF, title="Sjuksköterska"
    )


def choose(client: Client, membership: Membership) -> None:
    client.post(reverse("choose_assignment"), {"membership": membership.pk})


def log_in(client: Client, username: str, next_page: str = ""):
    form = {"username": username, "password": PASSWORD, "next": next_page}
    return client.post(reverse("login"), form, follow=True)


def held_page(response) -> str:
    location = response.headers["Location"]
    assert location.startswith(f"{reverse('login')}?next=/sparat/")
    return location.partition("?next=")[2]


def words(response) -> str:
    return " ".join(read(response).main.get_text(" ").split())


def take_up(client: Client, page: str):
    """Press the one button of a held form's page that leads on."""
    form = read(client.get(page)).main.find("form")
    return client.post(form["action"], fields_of(form))


class TestALapsedLogIn:
    def test_the_form_comes_back_with_everything_typed_and_is_saved_once(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        lapsed = client.post(address, half_filled)
        assert lapsed.status_code == 302
        assert not Handover.objects.exists()
        page = read(log_in(client, "alva", held_page(lapsed)))
        assert "Det du skrev finns kvar" in page.main.h1.text
        shown = take_up(client, held_page(lapsed))
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
        assert not HeldForm.objects.exists()

    def test_taking_it_up_does_not_lose_it_where_the_save_fails(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        lapsed = client.post(address, half_filled)
        log_in(client, "alva")
        form = form_of(read(take_up(client, held_page(lapsed))), method="post")
        wrong = client.post(form["action"], fields_of(form) | {"spoken_to": [""]})
        assert wrong.status_code == 422
        assert HeldForm.objects.count() == 1
        # Put right on the page that said what was wrong, it is saved and no longer held.
        form = form_of(read(wrong), method="post")
        assert client.post(form["action"], fields_of(form) | {"spoken_to": ["Karin"]}).status_code == 302
        assert not HeldForm.objects.exists()

    def test_it_stands_first_on_status_after_any_log_in_on_any_computer(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.post(address, half_filled)
        page = read(log_in(Client(), "alva"))
        first = page.main.find(["section"])
        assert "Undanlagt åt dig" in first.text
        assert "Samtal 10.52" in " ".join(first.text.split())
        assert "Hemtjänst" not in page.text

    def test_nobody_else_sees_what_was_typed_and_lands_on_status(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        page = held_page(client.post(address, half_filled))
        answer = log_in(client, "esa", page)
        assert answer.redirect_chain[-1][0] == reverse("status")
        assert answer.status_code == 200
        assert "Undanlagt" not in answer.content.decode()
        assert "Hemtjänst" not in answer.content.decode()

    def test_the_log_in_page_of_that_browser_says_for_whom_and_no_more(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.post(address, half_filled)
        page = words(client.get(reverse("login")))
        assert "undanlagt åt Alva" in page
        assert "Påhittad" not in page
        assert "Alva" not in words(Client().get(reverse("login")))
        HeldForm.objects.all().delete()
        assert "Alva" not in words(client.get(reverse("login")))

    def test_what_was_typed_is_gone_after_twelve_hours(
        self, county: County, address: str, half_filled: Fields, client: Client, clock
    ):
        page = held_page(client.post(address, half_filled))
        clock.shift(timedelta(hours=12, minutes=1))
        assert "Undanlagt" not in log_in(client, "alva", page).content.decode()

    def test_old_forms_are_removed_when_a_new_one_is_held(
        self, county: County, address: str, half_filled: Fields, client: Client, clock
    ):
        client.post(address, half_filled)
        clock.shift(timedelta(hours=13))
        client.post(address, half_filled)
        assert HeldForm.objects.count() == 1

    def test_sent_twice_it_is_held_once(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        assert held_page(client.post(address, half_filled)) == held_page(client.post(address, half_filled))
        assert HeldForm.objects.count() == 1

    def test_a_part_of_a_page_is_asked_for_again_as_a_whole_form(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        answer = client.post(address, half_filled, headers={"HX-Request": "true"})
        assert answer.status_code == 401
        assert not HeldForm.objects.exists()

    @pytest.mark.parametrize(
        "token",
        [
            pytest.param(lambda county: "", id="none"),
            pytest.param(lambda county: mark_of(county.alva)[:-1] + "x", id="tampered"),
            pytest.param(lambda county: signing.dumps([county.alva.user.pk, 1], salt="other"), id="of else"),
            pytest.param(lambda county: TypedBy(0, 0).mark, id="of nobody"),
            pytest.param(
                lambda county: TypedBy(county.alva.user.pk, county.esa.membership.pk).mark,
                id="of another's assignment",
            ),
        ],
    )
    def test_a_form_without_a_true_mark_of_who_typed_it_is_not_held(
        self, county: County, address: str, half_filled: Fields, client: Client, token
    ):
        answer = client.post(address, half_filled | {"typed_by": [token(county)]})
        assert (answer.status_code, HeldForm.objects.count()) == (302, 0)
        assert "/sparat/" not in answer.headers["Location"]

    def test_a_mark_from_days_ago_is_not_taken(
        self, county: County, address: str, half_filled: Fields, client: Client, clock
    ):
        clock.shift(timedelta(days=2))
        client.post(address, half_filled)
        assert not HeldForm.objects.exists()

    def test_what_is_too_large_to_be_a_form_of_ours_is_not_held(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.post(address, half_filled | {"comment": ["x" * 100_001]})
        assert not HeldForm.objects.exists()

    def test_a_person_who_may_no_longer_log_in_has_nothing_held(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        county.alva.user.is_active = False
        county.alva.user.save()
        client.post(address, half_filled)
        assert not HeldForm.objects.exists()

    def test_neither_the_mark_nor_the_secret_of_the_form_is_kept(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        half_filled["csrfmiddlewaretoken"] = ["hemligt"]
        client.post(address, half_filled)
        content = HeldForm.objects.get().content
        assert "hemligt" not in content
        assert "typed_by" not in content
        assert "Hemtjänst" in content

    def test_a_form_with_a_very_long_address_is_held_too(
        self, county: County, chain: CareChain, client: Client
    ):
        events = [
            make_event(county.alva, chain, kind)
            for kind in ("admission", "discharge_report", "discharge") * 3
        ]
        query = "&".join(f"meddelande=event:{event.pk}" for event in events)
        address = f"{reverse('chain_call', args=[chain.pk])}?riktning=given&till={Party.MUNICIPALITY}&{query}"
        answer = client.post(address, {"typed_by": mark_of(county.alva), "comment": "Lång adress."})
        log_in(client, "alva")
        shown = take_up(client, held_page(answer))
        assert "Lång adress." in shown.content.decode()
        assert "Jag ringer" in read(shown).main.h1.text

    def test_what_is_thrown_away_is_gone_and_leaves_its_row_of_the_trace(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.post(address, half_filled)
        page = read(log_in(client, "alva"))
        form = next(f for f in page.main.find_all("form") if f["action"].endswith("/kasta/"))
        answer = client.post(form["action"], fields_of(form), follow=True)
        assert "Undanlagt" not in answer.content.decode()
        assert not HeldForm.objects.exists()
        assert AuditEntry.objects.filter(action="held_form.thrown_away", user=county.alva.user).exists()

    def test_another_can_not_throw_it_away(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.post(address, half_filled)
        client.force_login(county.esa.user)
        held = HeldForm.objects.get()
        client.post(reverse("throw_away_held", args=[held.pk]), {"typed_by": mark_of(county.esa)})
        assert HeldForm.objects.exists()


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
        shown = take_up(client, reverse("held_form", args=[held.pk]))
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


def test_what_was_written_in_an_assignment_that_has_ended_can_be_read_and_thrown_away(
    county: County, address: str, half_filled: Fields, client: Client, second
):
    client.post(address, half_filled)
    Membership.objects.filter(pk=county.alva.membership.pk).update(active=False)
    page = log_in(client, "alva")
    assert "Något väntar i uppdraget Medicin 2" in words(page)
    held = words(client.get(reverse("held_form", args=[HeldForm.objects.get().pk])))
    assert "Hemtjänst två gånger om dagen." in held


def test_the_next_page_survives_the_choice_of_assignment(
    county: County, address: str, half_filled: Fields, client: Client, second
):
    page = held_page(client.post(address, half_filled))
    choosing = log_in(client, "alva", page)
    form = form_of(read(choosing), method="post")
    assert fields_of(form)["next"] == [page]
    chosen = client.post(
        form["action"], fields_of(form) | {"membership": [county.alva.membership.pk]}, follow=True
    )
    assert "Det du skrev finns kvar" in words(chosen)


@pytest.mark.parametrize("name", ["chain", "edit_chain", "quick_try"])
def test_who_logs_in_where_anothers_page_was_goes_to_status(
    county: County, chain: CareChain, client: Client, name: str
):
    answer = log_in(client, "bo", reverse(name, args=[chain.pk]))
    assert answer.redirect_chain[-1][0] == reverse("status")
    assert answer.status_code == 200
    # Only where the log-in led: an address that is typed in is still not there.
    assert client.get(reverse("chain", args=[chain.pk])).status_code == 404


class TestTheLogInPage:
    def test_whoever_types_there_is_checked_also_where_another_is_logged_in(
        self, county: County, client: Client, outage
    ):
        client.force_login(county.alva.user)
        assert "Alva Påhittad är inloggad." in words(client.get(reverse("login")))
        wrong = client.post(reverse("login"), {"username": "esa", "password": "fel"})
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
    from django.core.files.uploadedfile import SimpleUploadedFile

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
    clock.shift(timedelta(minutes=58))
    left = client.get(ask, headers=mark).json()
    assert left["mine"]
    assert left["left"] <= 120
    assert client.post(ask, headers=mark).json()["left"] > 3500
    clock.shift(timedelta(minutes=58))
    client.get(ask, headers=mark)
    clock.shift(timedelta(minutes=3))
    assert client.get(ask, headers=mark).status_code == 302


def test_another_tab_that_has_changed_person_is_known(county: County, client: Client):
    client.force_login(county.esa.user)
    answer = client.get(reverse("session_left"), headers={"X-Typed-By": mark_of(county.alva)})
    assert answer.json()["mine"] is False
