"""A form that comes in when nobody is logged in is held: found on Läge, on any PC, until saved or thrown away."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import TypedBy
from contacts.models import AuditEntry, Membership, Principal, Submission
from contacts.rules.parties import Party
from outage.models import CareChain, Handover, HeldForm, Outage, TaskTurn
from outage.services.care_chains import change_details
from outage.services.held_forms import LARGEST, drop_outdated
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event, tell
from tests.integration.outage.holding import TYPED, held_page, log_in, mark_of, words
from tests.integration.outage.pages import Fields, fields_of, form_of, read


@pytest.fixture
def client() -> Client:
    """Sends what it is given and nothing more."""
    return Client()


class TestALapsedLogIn:
    def test_the_form_comes_back_with_everything_typed_and_is_saved_once(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        lapsed = client.post(address, half_filled)
        assert lapsed.status_code == 302
        assert not Handover.objects.exists()
        page = read(log_in(client, "alva", held_page(lapsed)))
        assert "Det du skrev finns kvar" in page.main.get_text()
        shown = client.get(held_page(lapsed))
        assert shown.status_code == 200
        assert not Handover.objects.exists()
        form = form_of(read(shown), action=address)
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
        form = form_of(read(client.get(held_page(lapsed))), action=address)
        wrong = client.post(form["action"], fields_of(form) | {"spoken_to": [""]})
        assert wrong.status_code == 422
        assert HeldForm.objects.count() == 1
        # Put right on the page that said what was wrong, it is saved and no longer held.
        form = form_of(read(wrong), action=address)
        assert client.post(form["action"], fields_of(form) | {"spoken_to": ["Karin"]}).status_code == 302
        assert not HeldForm.objects.exists()

    def test_it_stays_held_where_its_owner_has_chosen_no_assignment(
        self, county: County, address: str, half_filled: Fields, second: Membership, client: Client
    ):
        client.post(address, half_filled)
        log_in(client, "alva")
        mark = TypedBy(county.alva.user.pk, None).mark
        sent = half_filled | {"typed_by": [mark], "taken_up": [str(HeldForm.objects.get().pk)]}
        assert client.post(address, sent).headers["Location"].startswith(reverse("choose_assignment"))
        assert HeldForm.objects.exists()

    def test_it_stands_first_on_status_after_any_log_in_on_any_computer(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.post(address, half_filled)
        page = read(log_in(Client(), "alva"))
        first = page.main.find(["section"])
        assert "Undanlagt åt dig" in first.text
        assert "Samtal 10.52" in " ".join(first.text.split())
        # Two calls to the same place about the same patient are told apart.
        assert TYPED["spoken_to"] in first.text
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
        page = words(client.get(reverse("account_login")))
        assert "undanlagt åt Alva" in page
        assert "Påhittad" not in page
        assert "Alva" not in words(Client().get(reverse("account_login")))
        HeldForm.objects.all().delete()
        assert "Alva" not in words(client.get(reverse("account_login")))

    def test_what_was_typed_is_gone_after_twelve_hours(
        self, county: County, address: str, half_filled: Fields, client: Client, clock
    ):
        page = held_page(client.post(address, half_filled))
        clock.shift(timedelta(hours=12, minutes=1))
        assert "Undanlagt" not in log_in(client, "alva", page).content.decode()

    def test_old_forms_are_removed_on_time_and_the_trace_says_so(
        self, county: County, address: str, half_filled: Fields, client: Client, clock
    ):
        client.post(address, half_filled)
        clock.shift(timedelta(hours=13))
        # An old one is not the same as what is sent now.
        client.post(address, half_filled)
        assert HeldForm.objects.count() == 2
        assert [drop_outdated(), drop_outdated()] == [1, 0]
        assert HeldForm.objects.exclude(content_hash="").count() == 1
        row = AuditEntry.objects.get(action="held_form.outdated")
        assert (row.principal, row.user, row.changes) == (county.region, None, {"count": 1})

    def test_its_owner_reads_for_a_week_that_it_was_never_saved(
        self, county: County, address: str, half_filled: Fields, client: Client, clock
    ):
        client.post(address, half_filled)
        clock.shift(timedelta(hours=16))
        for _ in ("before the content goes", "since"):
            page = words(log_in(client, "alva"))
            assert "Aldrig sparat (1)" in page
            assert "Samtal som du skrev tis 24 nov 10.52, Medicin 2" in page
            assert "Tolvansson" not in page.partition("Att ringa nu")[0]
            drop_outdated()
        kept = json.loads(HeldForm.objects.get().content)
        assert kept == {"client_id": half_filled["client_id"]}
        assert "Aldrig sparat" not in words(log_in(Client(), "esa"))
        clock.shift(timedelta(days=7))
        assert "Aldrig sparat" not in words(log_in(client, "alva"))
        drop_outdated()
        assert not HeldForm.objects.exists()

    def test_what_is_lost_is_read_once_and_not_said_of_what_was_saved(
        self, county: County, address: str, half_filled: Fields, client: Client, clock
    ):
        client.post(address, half_filled)
        clock.shift(timedelta(hours=13))
        drop_outdated()
        page = read(log_in(client, "alva"))
        form = form_of(page, action=reverse("throw_away_held", args=[HeldForm.objects.get().pk]))
        held = HeldForm.objects.get()
        assert "Aldrig sparat" not in words(client.post(form["action"], fields_of(form), follow=True))
        held.save(force_insert=True)
        Submission.objects.create(
            id=half_filled["client_id"][0], kind="call", content_hash="x", user=county.alva.user
        )
        assert "Aldrig sparat" not in words(client.get(reverse("status")))

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
        client.post(address, half_filled | {"comment": ["x" * (LARGEST + 1)]})
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
        shown = client.get(held_page(answer))
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


@pytest.mark.parametrize("protected", [False, True])
def test_whom_it_was_to_is_said_as_on_any_list(
    county: County, outage: Outage, client: Client, protected: bool
):
    chain = make_chain(county, outage, protected_identity=protected)
    sip = {"sender": Party.OUTPATIENT, "participants": ["Disa Dotter"]}
    event = make_event(county.alva, chain, "sip_invitation", **sip)
    tell(county.alva, chain, event, to=Party.MUNICIPALITY)
    elsewhere = Principal.objects.create(name="Vindelns kommun", short_name="Vindeln", kind="municipality")
    facts = replace(chain.details.facts, municipality=elsewhere)
    change = {"chain": chain, "client_id": uuid4(), "replaces": chain.details_id, "facts": facts}
    change_details(by=county.alva, **change)
    path = reverse("quick_try", args=[chain.pk])
    for key, name, hidden in (
        ("municipality", "Vindelns kommun", "Kommun"),
        (f"place:principal:{county.municipality.pk}", "Skellefteå kommun", "Kommun (tidigare)"),
        ("participant:Disa Dotter", "Disa Dotter", "Deltagare i SIP"),
    ):
        client.logout()
        client.post(path, {"recipient": key, "outcome": "busy", "typed_by": mark_of(county.alva)})
        client.force_login(county.alva.user)
        page = words(client.get(reverse("held_form", args=[HeldForm.objects.latest("at").pk])))
        assert f"· {hidden if protected else name} " in page


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


def test_who_does_a_task_is_shown_again_and_not_saved_by_being_shown(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    client.force_login(county.alva.user)
    page = read(client.get(reverse("back_registration")))
    address = reverse("task", args=[chain.pk])
    typed = fields_of(form_of(page, action=address)) | {
        "note": ["Ring Karin."],
        "holder": [str(county.esa.user.pk)],
    }
    client.logout()
    held = held_page(client.post(address, typed))
    shown = form_of(read(log_in(client, "alva", held)), action=address)
    assert not TaskTurn.objects.exists()
    again = fields_of(shown)
    assert (again["note"], again["holder"]) == (typed["note"], typed["holder"])
    assert "Ring Karin." not in client.get(reverse("back_registration")).content.decode()
    client.post(address, again)
    assert TaskTurn.objects.get().note == "Ring Karin."
    assert not HeldForm.objects.exists()
