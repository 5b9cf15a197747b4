"""One-time codes, the first administrator, and one's own password."""

import re
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.models import AuditEntry, LoginCode, Membership, Principal, Submission, Unit, User
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.permissions import Role
from contacts.services.passwords import NOT_USABLE, issue_code
from contacts.services.people import end_person
from outage.models import HeldForm
from tests.clock import Clock
from tests.factories import PASSWORD, County, make_county
from tests.integration.log_in.steps import add_app, code_of
from tests.integration.outage.pages import read
from tests.kept import Keeper

from .keeping import opened

pytestmark = pytest.mark.django_db
NEW = "tre gula cyklar"
PAGE = "/engangskod/"


@pytest.fixture
def county(made_once: Keeper) -> County:
    return made_once("county", make_county)


def a_code(county: County, whom: Acting | None = None) -> str:
    return issue_code(by=county.adam, person=(whom or county.bo).user, client_id=uuid4())


def use(client: Client, username: str, code: str, password: str = NEW, again: str = "", **more):
    sent = {"username": username, "code": code, "password1": password, "password2": again or password}
    return client.post(PAGE, sent | more)


def text(response) -> str:
    return " ".join(read(response).get_text(" ").split())


class TestACodeIsIssued:
    def test_it_is_shown_once_on_the_answer_alone(self, client: Client, county: County):
        page = read(opened(client, county.adam, "person", county.bo.user.pk))
        address = reverse("person_code", args=[county.bo.user.pk])
        (form,) = page.main.find_all("form", action=address)
        fields = {field["name"]: field["value"] for field in form.find_all("input")}
        answer = client.post(address, fields)
        code = read(answer).select_one(".code-text").text
        assert re.fullmatch(r"(\w{4}-){3}\w{4}", code)
        assert "http://testserver/engangskod/" in text(answer)
        assert answer.headers["Cache-Control"] == "no-store, private"
        again = client.post(address, fields, follow=True)
        assert code not in again.content.decode()
        assert "Koden visades en gång och visas inte igen." in text(again)
        assert LoginCode.objects.count() == 1
        assert "Gäller till" in text(again)
        bare = code.replace("-", "")
        rows = [*AuditEntry.objects.values(), *LoginCode.objects.values(), *Submission.objects.values()]
        assert code not in str(rows)
        assert bare not in str(rows)
        issued = AuditEntry.objects.get(action="code.issued")
        assert (issued.user, issued.target_id) == (county.adam.user, str(county.bo.user.pk))

    def test_for_nobody_but_ones_own_people_who_work(self, county: County):
        with pytest.raises(NotAllowed, match="Mitt konto"):
            a_code(county, county.adam)
        end_person(by=county.adam, person=county.bo.user)
        with pytest.raises(RuleError, match="Personen har inget uppdrag"):
            a_code(county)
        User.objects.filter(pk=county.esa.user.pk).update(is_superuser=True)
        with pytest.raises(NotAllowed):
            a_code(county, county.esa)

    def test_how_long_it_holds_goes_by_whether_there_is_a_password(self, county: County):
        county.bo.user.set_unusable_password()
        county.bo.user.save()
        for whom in (county.bo, county.esa):
            a_code(county, whom)
        lasts = [row.expires_at - row.at for row in LoginCode.objects.order_by("pk")]
        assert lasts == [timedelta(days=7), timedelta(hours=24)]


class TestACodeIsUsed:
    @pytest.mark.parametrize("by", ["username", "hsa_id"])
    def test_a_password_is_chosen_and_one_is_logged_in(self, client: Client, county: County, by: str):
        User.objects.filter(pk=county.bo.user.pk).update(hsa_id="SE2321000222-B1")
        typed = {"username": " BO ", "hsa_id": "se2321000222-b1"}[by]
        elsewhere = Client()
        elsewhere.force_login(county.bo.user)
        code = a_code(county)
        # What stood holds until the code is used.
        assert Client().login(username="bo", password=PASSWORD)
        answer = use(client, typed, f" {code.lower()[:8]} {code[8:]}")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
        assert int(client.session["_auth_user_id"]) == county.bo.user.pk
        assert elsewhere.get("/").headers["Location"].startswith("/logga-in/")
        county.bo.user.refresh_from_db()
        assert county.bo.user.check_password(NEW)
        used = AuditEntry.objects.get(action="code.used")
        assert (used.user, used.principal) == (county.bo.user, county.region)
        assert use(Client(), "bo", code).status_code == 422

    def test_every_failure_says_the_same(self, client: Client, county: County, clock: Clock):
        former, code = a_code(county), a_code(county)
        other = a_code(county, county.esa)
        tries = [("bo", former), ("bo", other), ("bo", "ABCD"), ("ingen", code), ("", code), ("adam", code)]
        told = []
        for username, typed in tries:
            answer = use(Client(), username or "\u00a0x", typed)
            assert answer.status_code == 422
            told.append(" ".join(read(answer).select_one('[role="alert"]').text.split()))
        clock.shift(timedelta(hours=24, seconds=1))
        told.append(" ".join(read(use(client, "bo", code)).select_one('[role="alert"]').text.split()))
        assert set(told) == {NOT_USABLE}
        assert "_auth_user_id" not in client.session
        assert not AuditEntry.objects.filter(action="code.used").exists()

    def test_what_is_wrong_with_the_password_is_told_beside_it_and_nothing_is_echoed(
        self, client: Client, county: County
    ):
        county.bo.user.last_name = "Påhittadsson"
        county.bo.user.save()
        code = a_code(county)
        for password, again, said in (
            ("kort", "", "Minst 12 tecken"),
            ("123456789012", "", "enbart numeriskt"),
            (NEW, "tre röda cyklar", "Lösenorden är inte lika."),
            ("påhittadsson", "", "efternamn"),
        ):
            answer = use(client, "bo", code, password, again)
            assert answer.status_code == 422
            assert said in text(answer)
            assert password not in [field.get("value") for field in read(answer).find_all("input")]
        assert use(client, "bo", code).status_code == 302

    def test_it_is_no_way_past_the_second_step(self, client: Client, county: County):
        client.login(username="bo", password=PASSWORD)
        secret = add_app(client)
        client.logout()
        answer = use(client, "bo", a_code(county))
        assert answer.headers["Location"] == reverse("mfa_authenticate")
        assert client.get("/").headers["Location"].startswith("/logga-in/")
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert client.get("/").status_code == 200

    def test_who_has_several_assignments_chooses(self, client: Client, county: County):
        Membership.objects.create(user=county.bo.user, unit=county.ward, role=Role.STAFF, title="x")
        answer = client.post(
            PAGE,
            {"username": "bo", "code": a_code(county), "password1": NEW, "password2": NEW},
            follow=True,
        )
        assert "Välj uppdrag" in text(answer)


class TestMittKonto:
    def test_one_changes_the_own_password_and_is_out_elsewhere(self, client: Client, county: County):
        elsewhere = Client()
        for each in (client, elsewhere):
            each.force_login(county.bo.user)
        sent = {"old_password": PASSWORD, "password1": NEW, "password2": NEW}
        for wrong, said in (
            ({"old_password": "fel"}, "Det är inte ditt nuvarande lösenord."),
            ({"password1": "kort", "password2": "kort"}, "Minst 12 tecken"),
            ({"password2": "annat"}, "Lösenorden är inte lika."),
        ):
            answer = client.post("/konto/", sent | wrong)
            assert (answer.status_code, said in text(answer)) == (422, True)
        assert "Lösenordet är bytt." in text(client.post("/konto/", sent, follow=True))
        assert elsewhere.get("/konto/").status_code == 302
        failed, row = AuditEntry.objects.order_by("pk")
        assert (failed.action, failed.user, failed.changes["why"]) == (
            "login.failed",
            county.bo.user,
            "password",
        )
        assert (row.action, row.user, row.unit) == ("user.password_set", county.bo.user, county.other_ward)

    def test_it_opens_without_an_assignment_and_holds_nothing(self, client: Client, county: County):
        end_person(by=county.adam, person=county.bo.user)
        client.force_login(county.bo.user)
        assert "Du har inget uppdrag som gäller." in text(client.get("/konto/"))
        Client().post("/konto/", {"old_password": PASSWORD})
        assert not HeldForm.objects.exists()


class TestTheFirstAdministrator:
    def run(self, **changed: str) -> tuple[int, str, str]:
        given = {
            "name": "Anna Maria Ek",
            "username": "anna.ek",
            "email": "anna@exempel.se",
            "principal": "Skellefteå",
        } | changed
        out, err = StringIO(), StringIO()
        try:
            call_command("first_administrator", **given, stdout=out, stderr=err)
        except SystemExit as end:
            return int(end.code or 0), out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    def test_on_an_empty_database_the_way_leads_to_work(self, client: Client):
        page = text(client.get("/logga-in/"))
        assert "Ingen kan logga in än" in page
        command = re.search(r"manage\.py (first_administrator .*?\")\s", page)
        assert command is not None
        status, said, _ = self.run()
        assert status == 0
        assert Principal.objects.count() == 16
        code = re.search(r"Engångskod: +(\S+)", said)
        assert code is not None
        assert "http://127.0.0.1:8000/engangskod/" in said
        assert "Ingen kan logga in än" not in text(client.get("/logga-in/"))
        assert use(client, "anna.ek", code[1]).status_code == 302
        anna = User.objects.get()
        assert (anna.full_name, anna.is_superuser, anna.is_staff) == ("Anna Maria Ek", False, False)
        (works,) = anna.memberships.all()
        assert (works.role, works.unit.name) == ("admin", "Administration")
        assert works.unit.principal.name == "Skellefteå kommun"
        assert client.get(reverse("keep_people")).headers["Location"] == reverse("mfa_index")
        add_app(client, NEW)
        assert client.get(reverse("keep_people")).status_code == 200
        assert client.get(reverse("import_directory")).status_code == 200
        trace = AuditEntry.objects.get(action="administrator.appointed")
        assert (trace.user, trace.principal) == (None, works.unit.principal)
        assert trace.changes["administrator"] == ["", "anna.ek"]

    def test_once_more_it_is_a_new_code_and_the_same_person(self):
        _, first, _ = self.run()
        status, again, _ = self.run()
        assert (status, first == again) == (0, False)
        assert "finns redan" in again
        assert (User.objects.count(), Membership.objects.count(), Unit.objects.count()) == (1, 1, 1)
        old, new = (re.search(r"Engångskod: +(\S+)", said)[1] for said in (first, again))
        assert use(Client(), "anna.ek", old).status_code == 422
        assert use(Client(), "anna.ek", new).status_code == 302

    def test_what_is_pasted_is_read_without_what_is_not_seen(self, county: County):
        name, unit = "Anna\u00a0Maria\u00a0Ek", "Bistånds\u00adenheten"
        assert self.run(name=name, username="anna.ek\u200b", unit=unit)[0] == 0
        anna = User.objects.get(username="anna.ek")
        assert (anna.first_name, anna.last_name) == ("Anna Maria", "Ek")
        assert self.run(unit="Biståndsenheten")[0] == 0

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"principal": "Narnia"}, 'Ingen huvudman heter "Narnia". Det finns: Skellefteå kommun, Region'),
            ({"name": "Anna"}, "--name: skriv för- och efternamn"),
            ({"email": ""}, "Ange --email eller --hsa-id."),
            ({"email": "anna"}, '--email: "anna" är ingen e-postadress.'),
            ({"hsa_id": "SE1"}, "Skriv HSA-id som SE"),
            ({"username": "anna ek"}, "användarnamn"),
            ({"username": "alva"}, "alva är redan Alva Påhittad"),
            ({"username": "ALVA"}, "Användarnamnet finns redan med andra stora och små bokstäver."),
            ({"unit": ""}, "Välj med --unit varifrån administratören arbetar: Biståndsenheten."),
            ({"unit": "Saknas"}, 'Ingen enhet hos Skellefteå kommun heter "Saknas".'),
        ],
    )
    def test_nonsense_is_refused_in_a_sentence_and_writes_nothing(self, county: County, given, said):
        before = User.objects.count(), AuditEntry.objects.count()
        status, _, told = self.run(**{"unit": "Biståndsenheten"} | given)
        assert status == 2
        assert said in told
        assert (User.objects.count(), AuditEntry.objects.count()) == before

    def test_a_unit_or_a_principal_is_chosen(self, county: County):
        assert self.run(unit="biståndsenheten")[0] == 0
        assert Membership.objects.get(user__username="anna.ek").unit == county.social_care
        status, _, _ = self.run(principal="Region Annorstädes", new="region", username="a.ek")
        assert status == 0
        assert Membership.objects.get(user__username="a.ek").unit.principal.is_region
