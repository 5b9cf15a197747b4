"""Codes from paper, for when the identity provider or the second step is out of reach."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import (
    AuditEntry,
    EmergencyCode,
    EmergencyLogIn,
    EmergencySheet,
    Membership,
    Submission,
    Unit,
)
from contacts.queries.versions import version_of
from contacts.rules.errors import NotAllowed, NotYours, RuleError
from contacts.rules.permissions import Role
from contacts.rules.second_factor import SecondFactor
from contacts.services.codes import new_code
from contacts.services.emergency import NOT_USABLE, keep_emergency_sheet, use_emergency_code
from contacts.services.joining_units import join_units
from contacts.services.people import end_assignment
from outage.models import HeldForm
from tests.clock import Clock
from tests.factories import PASSWORD, County, at_once, make_chain, make_outage, person
from tests.integration.contacts.keeping import opened
from tests.integration.log_in.test_guessing import refusal
from tests.integration.outage.holding import TYPED, mark_of
from tests.integration.outage.pages import read

from .steps import log_in

PAGE = "/nodinloggning/"
QUERIES = 7


def sheet_of(by: Acting, unit: Unit | None = None, count: int = 10) -> list[str]:
    codes = [new_code() for _ in range(count)]
    keep_emergency_sheet(by=by, unit=unit or by.unit, client_id=uuid4(), codes=codes, at=timezone.now())
    return codes


def use(client: Client, name: str, code: str, **more: str):
    sent = {"username": name, "code": code, "reason": "provider_down", "note": ""} | more
    return client.post(PAGE, sent)


def text(response) -> str:
    return " ".join(read(response).get_text(" ").split())


def alert(response) -> str:
    return " ".join(read(response).select_one('[role="alert"]').text.split())


def inside(client: Client) -> bool:
    return client.get(reverse("status")).status_code == 200


@pytest.fixture
def codes(county: County) -> list[str]:
    return sheet_of(county.adam)


@pytest.fixture
def emergency(county: County, codes: list[str], client: Client) -> Client:
    """Alva, whose provider is down, in by the first code."""
    county.alva.user.set_unusable_password()
    county.alva.user.save()
    use(client, "alva", codes[0])
    return client


class TestACodeLetsIn:
    def test_who_has_no_password_and_a_second_step_that_is_away(
        self, county: County, client: Client, codes: list[str], clock: Clock
    ):
        county.region.second_factor = SecondFactor.ALL
        county.region.save()
        county.alva.user.set_unusable_password()
        county.alva.user.hsa_id = "SE2321000222-A1"
        county.alva.user.save()
        link = read(client.get("/logga-in/?next=/kontakter/")).find("a", string="Använd en nödkod")
        shown = read(client.get(link["href"]))
        assert shown.main.select_one("[name=next]")["value"] == "/kontakter/"
        typed = f" {codes[3].lower()[:8]} {codes[3][8:]}"
        answer = use(
            client, "se2321000222-a1", typed, reason="other", note=" Kortet är sönder ", next="/kontakter/"
        )
        assert (answer.status_code, answer.headers["Location"]) == (302, "/kontakter/")
        page = client.get("/kontakter/")
        until = timezone.localtime(timezone.now() + timedelta(hours=4))
        assert f"Nödinloggad till {until:%H.%M}" in text(page)
        assert "Mitt konto" not in text(page)
        (row,) = EmergencyLogIn.objects.all()
        assert (row.membership, row.code.number, row.note) == (county.alva.membership, 4, "Kortet är sönder")
        trace = AuditEntry.objects.get(action="emergency_login")
        assert (trace.user, trace.unit, trace.principal) == (county.alva.user, county.ward, county.region)
        assert trace.changes == {"reason": "other", "sheet": row.code.sheet.pk, "number": 4}

    def test_once(self, county: County, codes: list[str]):
        assert use(Client(), "alva", codes[0]).status_code == 302
        for name in ("alva", "esa"):
            assert alert(use(Client(), name, codes[0])) == NOT_USABLE
        assert AuditEntry.objects.filter(action="emergency_login").count() == 1
        assert use(Client(), "esa", codes[1]).status_code == 302
        assert EmergencyLogIn.objects.count() == 2

    def test_every_failure_says_the_same_and_uses_up_no_code(
        self, county: County, codes: list[str], clock: Clock
    ):
        former, new = codes, sheet_of(county.adam)
        elsewhere = sheet_of(county.adam, county.other_ward)
        end_assignment(by=county.adam, membership=county.esa.membership)
        county.cissi.user.is_active = True
        told = [
            alert(use(Client(REMOTE_ADDR=f"192.0.2.{at}"), name, code))
            for at, (name, code) in enumerate(
                [
                    ("alva", former[0]),
                    ("alva", elsewhere[0]),
                    ("esa", new[0]),  # the assignment has ended
                    ("cissi", new[0]),  # another principal's
                    ("bo", new[0]),  # another unit's
                    ("adam", new[0]),  # keeps people
                    ("ingen", new[0]),
                    ("alva", "2345-6789-ACDE-FHJK"),
                ]
            )
        ]
        Unit.objects.filter(pk=county.other_ward.pk).update(active=False)
        told.append(alert(use(Client(), "bo", elsewhere[0])))
        clock.shift(timedelta(days=400))
        told.append(alert(use(Client(), "alva", new[0])))
        assert set(told) == {NOT_USABLE}
        assert not EmergencyLogIn.objects.exists()
        assert not AuditEntry.objects.filter(action="emergency_login").exists()
        clock.shift(timedelta(minutes=-1))
        assert use(Client(), "alva", new[0]).status_code == 302

    def test_what_is_missing_is_told_beside_it_and_what_was_typed_stays(self, county: County, codes, client):
        for sent, said in (
            ({"reason": ""}, "Välj varför du inte kan logga in som vanligt."),
            ({"reason": "x"}, "Välj varför du inte kan logga in som vanligt."),
            ({"reason": "other"}, "Skriv kort vad som hindrar dig"),
            ({"username": ""}, "Skriv ditt användarnamn eller HSA-id."),
            ({"code": ""}, "Skriv en kod från bladet med nödkoder."),
        ):
            answer = use(client, **{"name": "alva", "code": codes[0]} | _renamed(sent))
            assert answer.status_code == 422
            assert said in text(answer)
        assert not EmergencyLogIn.objects.exists()
        assert read(answer).select_one("[name=username]")["value"] == "alva"

    def test_it_is_guessed_at_no_more_than_passwords(self, county: County, codes: list[str]):
        pc = Client(REMOTE_ADDR="192.0.2.1")
        for number in range(30):
            answer = use(pc, "alva", "2345-6789-ACDE-FHJK")
            assert ("För många försök." in text(answer)) == (number >= 5)
        assert "För många försök." in text(use(pc, "esa", codes[0]))
        assert "För många försök." in text(log_in(pc, "esa"))
        assert refusal("emergency_log_in", "192.0.2.1")
        assert not EmergencyLogIn.objects.exists()

    def test_a_right_code_costs_no_try(self, county: County):
        codes = sheet_of(county.adam, count=8)
        for code in codes:
            pc = Client(REMOTE_ADDR="192.0.2.1")
            assert use(pc, "alva", code).status_code == 302


def _renamed(sent: dict[str, str]) -> dict[str, str]:
    return {"name" if key == "username" else key: value for key, value in sent.items()}


@pytest.mark.django_db(transaction=True)
def test_of_three_at_the_same_time_one_is_let_in(county: County, codes: list[str]):
    def come_in(name: str) -> EmergencyLogIn:
        return use_emergency_code(by=name, code=codes[0], reason="provider_down")

    results = at_once([lambda name=name: come_in(name) for name in ("alva", "esa", "alva")])
    assert sorted(type(result).__name__ for result in results) == ["EmergencyLogIn", "RuleError", "RuleError"]
    assert EmergencyLogIn.objects.count() == 1
    assert AuditEntry.objects.filter(action="emergency_login").count() == 1


class TestItReachesTheWorkAlone:
    def test_not_the_account_other_assignments_or_the_admin_pages(self, county: County, emergency: Client):
        user = county.alva.user
        user.is_staff = user.is_superuser = True
        user.save()
        other = Membership.objects.create(user=user, unit=county.other_ward, role=Role.ADMIN, title="x")
        assert inside(emergency)
        for name in ("account", "choose_assignment", "mfa_index", "mfa_activate_totp", "usersessions_list"):
            answer = emergency.get(reverse(name))
            assert (answer.status_code, name) == (403, name)
            assert "Med en nödkod når du bara arbetet på enheten" in text(answer)
        for path in ("/admin/", "/admin/contacts/user/", reverse("account_reauthenticate")):
            assert emergency.get(path).status_code == 403
        mark = {"typed_by": mark_of(county.alva)}
        assert (
            emergency.post(reverse("choose_assignment"), {"membership": other.pk} | mark).status_code == 403
        )
        assert "Byt uppdrag" not in text(emergency.get("/"))
        for name in ("keep_people", "keep_units", "second_factor"):
            assert emergency.get(reverse(name)).status_code == 403

    def test_not_what_the_person_left_half_written_in_another_assignment(
        self, county: County, emergency: Client
    ):
        other = Membership.objects.create(
            user=county.alva.user, unit=county.other_ward, role=Role.STAFF, title="x"
        )
        rows = [
            HeldForm.objects.create(user=county.alva.user, membership=one, path="/", content="{}")
            for one in (county.alva.membership, other)
        ]
        assert [emergency.get(reverse("held_form", args=[row.pk])).status_code for row in rows] == [200, 403]
        page = emergency.get("/").text
        assert [reverse("held_form", args=[row.pk]) in page for row in rows] == [True, False]

    def test_a_whole_log_in_of_the_same_person_is_free_again(self, county: County, codes, client: Client):
        client.force_login(county.alva.user)
        use(client, "alva", codes[0])
        assert client.get(reverse("account")).status_code == 403
        log_in(client, "alva")
        page = client.get(reverse("account"))
        assert page.status_code == 200
        assert "Nödinloggad" not in text(page)

    @pytest.mark.parametrize("who", ["bo", "alva"])
    def test_it_takes_over_from_whoever_is_logged_in_and_leaves_nothing_of_it(
        self, county: County, codes, client: Client, who: str
    ):
        log_in(client, who)
        session = client.session
        session["kvar"] = True
        session.save()
        use(client, "alva", codes[0])
        assert int(client.session["_auth_user_id"]) == county.alva.user.pk
        assert client.session["membership_id"] == county.alva.membership.pk
        assert "kvar" not in client.session

    def test_the_person_can_end_it_from_elsewhere(self, county: County, codes, client: Client):
        use(client, "alva", codes[0])
        home = Client()
        log_in(home, "alva")
        assert UserSession.objects.filter(user=county.alva.user).count() == 2
        sent = {"old_password": PASSWORD, "password1": "tre gula cyklar", "password2": "tre gula cyklar"}
        assert home.post(reverse("account"), sent | {"typed_by": mark_of(county.alva)}).status_code == 302
        assert not inside(client)


class TestItEnds:
    def test_after_four_hours_whatever_one_does_with_the_form_kept(
        self, county: County, codes, client: Client, clock: Clock
    ):
        chain = make_chain(county, make_outage(county.alva))
        use(client, "alva", codes[0])
        for _ in range(23):
            clock.shift(timedelta(minutes=10))
            assert inside(client)
        left = client.get(reverse("session_left")).json()["left"]
        assert 580 < left <= 600
        client.post(reverse("session_left"), headers={"X-Typed-By": mark_of(county.alva)})
        clock.move_to(EmergencyLogIn.objects.get().until - timedelta(seconds=2))
        assert inside(client)
        clock.shift(timedelta(seconds=2))
        call = reverse("chain_call", args=[chain.pk])
        answer = client.post(call, TYPED | {"typed_by": mark_of(county.alva)})
        held = HeldForm.objects.get()
        there = reverse("held_form", args=[held.pk])
        assert answer.headers["Location"] == f"/logga-in/?next={there}"
        assert read(client.get("/logga-in/")).main.h1.text == "Logga in"
        assert use(client, "alva", codes[1], next=there).headers["Location"] == there
        assert read(client.get(there)).select_one("[name=comment]").text.strip() == TYPED["comment"]

    @pytest.mark.parametrize("how", ["left behind", "byt", "lock"])
    def test_rather_than_locks(self, county: County, emergency: Client, clock: Clock, how: str):
        if how == "left behind":
            clock.shift(timedelta(minutes=15))
        else:
            emergency.post(reverse("lock"), {"byt": "1"} if how == "byt" else {})
        assert not inside(emergency)
        page = read(emergency.get("/logga-in/"))
        assert page.main.h1.text == "Logga in"
        assert "_auth_user_id" not in emergency.session

    def test_with_the_assignment(self, county: County, emergency: Client):
        Membership.objects.create(user=county.alva.user, unit=county.other_ward, role=Role.STAFF, title="x")
        end_assignment(by=county.adam, membership=county.alva.membership)
        assert emergency.get("/").headers["Location"].startswith("/logga-in/")
        assert "_auth_user_id" not in emergency.session

    def test_with_the_role(self, county: County, emergency: Client):
        Membership.objects.filter(pk=county.alva.membership.pk).update(role=Role.ADMIN)
        assert emergency.get(reverse("keep_people")).headers["Location"].startswith("/logga-in/")


class TestASheet:
    def test_is_made_by_an_administrator_for_a_unit_of_the_own_principal(self, county: County):
        for by in (county.alva, county.esa, county.cissi):
            with pytest.raises(NotAllowed):
                sheet_of(by)
        with pytest.raises(NotYours):
            sheet_of(county.adam, county.social_care)
        Unit.objects.filter(pk=county.other_ward.pk).update(active=False)
        county.other_ward.refresh_from_db()
        with pytest.raises(RuleError, match="ur bruk"):
            sheet_of(county.adam, county.other_ward)
        assert not EmergencySheet.objects.exists()

    def test_keeps_no_code_and_cancels_the_former(self, county: County, codes: list[str]):
        sheet = EmergencySheet.objects.get()
        assert (sheet.unit, sheet.by, sheet.expires_at - sheet.at) == (
            county.ward,
            county.adam.user,
            timedelta(days=400),
        )
        kept = [
            *EmergencyCode.objects.values(),
            *AuditEntry.objects.values(),
            *Submission.objects.values(),
        ]
        assert not any(code in str(kept) for code in codes)
        row = AuditEntry.objects.get(action="emergency_codes.printed")
        assert row.changes == {"unit": county.ward.pk, "codes": 10}
        new = sheet_of(county.adam)
        assert use(Client(), "alva", codes[0]).status_code == 422
        assert use(Client(), "alva", new[0]).status_code == 302

    def test_of_a_unit_that_was_joined_holds_at_the_one_kept_until_that_has_a_new_one(
        self, county: County, client: Client, clock: Clock
    ):
        old, office = Unit.objects.create(principal=county.region, name="Medicin två"), county.other_ward
        own, former = sheet_of(county.adam), sheet_of(county.adam, old)
        by = person("rut", office, Role.ADMIN)
        assert use(Client(), "alva", former[0]).status_code == 422
        clock.shift(timedelta(minutes=1))
        seen = {"version": version_of(county.ward), "other_version": version_of(old)}
        join_units(by=by, kept=county.ward, other=old, client_id=uuid4(), **seen)
        assert use(Client(), "alva", former[0]).status_code == 302
        assert use(Client(), "alva", own[0]).status_code == 302
        assert use(Client(), "bo", former[1]).status_code == 422
        brief = text(opened(client, by, "unit_edit", county.ward.pk))
        assert re.search(
            r"1 av 10 använda, senast 1\d\.\d\d\. Bladet för Medicin två: 1 av 10 använda", brief
        )
        page = text(opened(client, by, "emergency_codes", county.ward.pk))
        assert "Bladet för Medicin två, som är sammanförd hit" in page
        assert "koderna på de gamla slutar gälla" in page
        clock.shift(timedelta(minutes=1))
        new = sheet_of(county.adam)
        for code in (former[2], own[1]):
            assert use(Client(), "alva", code).status_code == 422
        assert use(Client(), "alva", new[0]).status_code == 302

    def test_its_use_is_told_on_the_units_page_to_administrators(
        self, county: County, client: Client, codes: list[str], clock: Clock
    ):
        for name, code in zip(("alva", "esa", "alva"), codes, strict=False):
            use(Client(), name, code, reason="other", note="Kortet är sönder")
            clock.shift(timedelta(minutes=1))
        brief = text(opened(client, county.adam, "unit_edit", county.ward.pk))
        assert re.search(r"3 av 10 använda, senast 10\.5\d\.", brief)
        page = text(opened(client, county.adam, "emergency_codes", county.ward.pk))
        assert "3 av 10 använda , senast 10.5" in page
        assert re.search(r"Kod 2 Esa Påhittad 10\.5\d Annat: Kortet är sönder", page)
        for name in ("unit_edit", "emergency_codes"):
            assert "Enheten har inga nödkoder." in text(
                opened(client, county.adam, name, county.other_ward.pk)
            )
        clock.shift(timedelta(days=400))
        for name in ("unit_edit", "emergency_codes"):
            assert "har gått ut" in text(opened(client, county.adam, name, county.ward.pk))

    def test_its_page_takes_no_more_queries_for_many_uses(
        self, county: County, client: Client, codes: list[str], django_assert_num_queries
    ):
        opened(client, county.adam, "emergency_codes", county.ward.pk)
        address = reverse("emergency_codes", args=[county.ward.pk])
        with django_assert_num_queries(QUERIES):
            client.get(address)
        for name, code in zip(("alva", "esa", "alva"), codes, strict=False):
            use(Client(), name, code)
        # Who looks first after a change reads what stands on every page.
        client.get(address)
        with django_assert_num_queries(QUERIES):
            client.get(address)
