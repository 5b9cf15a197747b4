"""People and their assignments, kept by the administrators of a principal in the application."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.models import AuditEntry, Membership, Unit, User
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.people import KEPT_ELSEWHERE, NOT_YOUR_OWN, PersonFacts
from contacts.rules.permissions import Role
from contacts.services.directory import save_row
from contacts.services.people import (
    add_assignment,
    change_person,
    end_assignment,
    end_person,
    restore_assignment,
    restore_person,
)
from tests.factories import County, make_county, person
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_two_editors import differences
from tests.kept import Keeper

from .keeping import form_at, opened, sent

pytestmark = pytest.mark.django_db
HSA = "SE2321000222-AB12"
NEW = {
    "first_name": "Nina",
    "last_name": "Åkerö",
    "username": "nina.akero",
    "hsa_id": "se2321000222-ab12",
    "email": "nina@exempel.se",
    "role": "staff",
    "title": "sjuksköterska",
}


@pytest.fixture
def county(made_once: Keeper) -> County:
    return made_once("county", make_county)


def deeds(row: Any = None) -> list[str]:
    rows = AuditEntry.objects.order_by("pk")
    if row is not None:
        rows = rows.filter(target_type=row._meta.label, target_id=str(row.pk))
    return [each.action for each in rows]


def new(client: Client, county: County, by: Acting | None = None, **changed: Any):
    by = by or county.adam
    fields = form_at(client, by, "person_new")
    return sent(client, fields, "person_new", **NEW | {"unit": str(county.ward.pk)} | changed)


def table(client: Client, by: Acting, **asked: str) -> list[str]:
    client.force_login(by.user)
    page = read(client.post(reverse("keep_people"), asked, follow=True))
    return [link.text for link in page.select("tbody th a")]


def add(by: Acting, whom: User, unit: Unit, role: Role = Role.STAFF) -> Membership:
    return add_assignment(by=by, person=whom, unit=unit, client_id=uuid4(), role=role, title="x")


def admin_of(county: County) -> Acting:
    return person("malin", county.social_care, Role.ADMIN)


class TestAPersonIsAdded:
    def test_with_a_first_assignment_and_no_password(self, client: Client, county: County):
        answer = new(client, county)
        made = User.objects.get(username="nina.akero")
        assert answer.headers["Location"] == reverse("person", args=[made.pk])
        assert (made.full_name, made.hsa_id, made.has_usable_password()) == ("Nina Åkerö", HSA, False)
        (works,) = made.memberships.all()
        assert (works.unit, works.role, works.title) == (county.ward, "staff", "sjuksköterska")
        rows = AuditEntry.objects.order_by("pk")
        assert [row.action for row in rows] == ["user.added", "membership.added"]
        assert rows[0].changes["username"] == ["", "nina.akero"]
        assert (rows[0].user, rows[0].principal) == (county.adam.user, county.region)
        page = read(opened(client, county.adam, "person", made.pk)).main.text
        assert "Medicin 2" in page
        assert "sjuksköterska" in page

    def test_sent_twice_it_is_one_person(self, client: Client, county: County):
        fields = form_at(client, county.adam, "person_new")
        content = NEW | {"unit": str(county.ward.pk), "hsa_id": HSA}
        first, again = (sent(client, fields, "person_new", **content).headers["Location"] for _ in range(2))
        assert first == again
        assert User.objects.filter(username="nina.akero").count() == 1
        answer = sent(client, fields, "person_new", **content | {"title": "annan", "last_name": "Åker"})
        assert answer.status_code == 409
        page = read(answer)
        assert differences(page) == {"Efternamn": ("Åkerö", "Åker"), "Titel": (NEW["title"], "annan")}
        made = User.objects.get(username="nina.akero")
        address = reverse("person_edit", args=[made.pk])
        assert page.main.find("button", string="Rätta det som sparades")["formaction"] == address
        shown = read(client.post(address, fields_of(form_of(page, method="post")) | {"first": ["1"]}))
        assert client.post(address, fields_of(form_of(shown, method="post"))).status_code == 302
        made.refresh_from_db()
        assert (made.last_name, made.username) == ("Åker", "nina.akero")

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"first_name": ""}, "Förnamn: Skriv förnamnet."),
            ({"username": "ALVA"}, "Användarnamn: Användarnamnet är upptaget."),
            ({"username": "nina ek"}, "Användarnamn: Bara bokstäver"),
            ({"hsa_id": "SE1"}, "HSA-id: Skriv HSA-id som SE"),
            ({"email": "nina"}, "E-post: Skriv e-posten som"),
            ({"unit": ""}, "Enhet: Välj enhet."),
            ({"role": "root"}, "Roll: Valet finns inte i listan."),
            ({"title": ""}, "Titel: Skriv en titel."),
        ],
    )
    def test_what_is_wrong_is_told_beside_its_field(self, client: Client, county: County, typed, told):
        answer = new(client, county, **typed)
        assert answer.status_code == 422
        page = read(answer)
        assert told in errors_of(page)
        assert page.select_one("#id_last_name")["value"] == "Åkerö"
        assert not User.objects.filter(last_name="Åkerö").exists()

    def test_a_unit_of_another_principal_is_none(self, client: Client, county: County):
        assert new(client, county, unit=str(county.social_care.pk)).status_code == 422

    def test_who_is_known_by_hsa_id_is_the_same_person_and_not_told_from_where(
        self, client: Client, county: County
    ):
        new(client, county)
        nina = User.objects.get(username="nina.akero")
        asked = read(new(client, county, admin_of(county), unit=str(county.social_care.pk)))
        told = " ".join(asked.main.text.split())
        assert "HSA-id:t hör till Nina Åkerö, som redan finns i Driftstopp. Är det samma person?" in told
        assert "Medicin" not in told
        assert "Västerbotten" not in told
        fields = fields_of(form_of(asked, method="post"))
        assert sent(client, fields, "person_new", **{"answer-same_person": "no"}).status_code == 422
        assert sent(client, fields, "person_new", **{"answer-same_person": "yes"}).status_code == 302
        assert {one.unit for one in nina.memberships.all()} == {county.ward, county.social_care}
        assert User.objects.filter(hsa_id=HSA).count() == 1

    def test_a_superuser_is_nobodys_to_be_found(self, client: Client, county: County):
        User.objects.create_superuser("root", hsa_id=HSA)
        assert "HSA-id:t hör till en annan person." in errors_of(read(new(client, county)))


class TestAPersonIsShared:
    """Bo works for the region, and was then given an assignment by the municipality."""

    @pytest.fixture
    def malin(self, county: County) -> Acting:
        malin = admin_of(county)
        Membership.objects.create(user=county.bo.user, unit=county.social_care, role=Role.STAFF, title="x")
        return malin

    def test_each_sees_its_own_assignments(self, client: Client, county: County, malin: Acting):
        for by, own, other in (
            (malin, "Biståndsenheten", "Ortopeden"),
            (county.adam, "Ortopeden", "Biståndsenheten"),
        ):
            for page in (opened(client, by, "person", county.bo.user.pk), opened(client, by, "keep_people")):
                text = read(page).main.text
                assert own in text
                assert other not in text

    def test_only_who_added_the_person_changes_names_and_makes_codes(
        self, client: Client, county: County, malin: Acting
    ):
        page = read(opened(client, malin, "person", county.bo.user.pk)).main
        assert KEPT_ELSEWHERE in page.text
        assert "engångskod</button>" not in str(page)
        assert opened(client, malin, "person_edit", county.bo.user.pk).status_code == 302
        fields = {"client_id": str(uuid4()), "first_name": "X", "last_name": "Y", "username": "z"}
        assert client.post(reverse("person_edit", args=[county.bo.user.pk]), fields).status_code == 403
        client.post(reverse("person_code", args=[county.bo.user.pk]), {"client_id": str(uuid4())})
        assert "code.issued" not in deeds()
        county.bo.user.refresh_from_db()
        assert county.bo.user.username == "bo"

    def test_ended_by_one_it_stands_with_the_other(self, county: County, malin: Acting):
        end_person(by=malin, person=county.bo.user)
        assert Membership.objects.get(pk=county.bo.membership.pk).active
        with pytest.raises(NotAllowed):
            change_person(
                by=malin,
                person=county.bo.user,
                client_id=uuid4(),
                version="",
                facts=PersonFacts("x", "X", "X"),
            )


class TestAPersonIsChanged:
    def test_with_from_and_to(self, client: Client, county: County):
        fields = form_at(client, county.adam, "person_edit", county.bo.user.pk)
        assert sent(client, fields, "person_edit", county.bo.user.pk, last_name="Ek").status_code == 302
        row = AuditEntry.objects.get()
        assert (row.action, row.changes) == ("user.changed", {"last_name": ["Påhittad", "Ek"]})

    def test_two_at_once_overwrite_nothing(self, client: Client, county: County):
        for name, pk, theirs, mine in (
            ("person_edit", county.bo.user.pk, {"email": "bo@exempel.se"}, {"last_name": "Ek"}),
            ("assignment_edit", county.bo.membership.pk, {"title": "chef"}, {"title": "samordnare"}),
        ):
            fields = form_at(client, county.adam, name, pk)
            assert sent(client, fields, name, pk, **theirs).status_code == 302
            other = fields | {"client_id": [str(uuid4())]}
            answer = sent(client, other, name, pk, **mine)
            assert answer.status_code == 409
            assert next(iter(theirs.values())) in errors_of(read(answer))
            again = fields_of(form_of(read(answer), method="post"))
            assert sent(client, again, name, pk).status_code == 302
        county.bo.user.refresh_from_db()
        assert (county.bo.user.email, county.bo.user.last_name) == ("bo@exempel.se", "Ek")

    def test_a_log_in_meanwhile_is_no_change(self, client: Client, county: County):
        fields = form_at(client, county.adam, "person_edit", county.bo.user.pk)
        Client().force_login(county.bo.user)
        assert sent(client, fields, "person_edit", county.bo.user.pk, last_name="Ek").status_code == 302


class TestAssignments:
    def test_several_are_added_ended_and_taken_back(self, client: Client, county: County):
        bo = county.bo.user
        fields = form_at(client, county.adam, "assignment_new", bo.pk)
        content = {"unit": str(county.ward.pk), "role": "coordinator", "title": "samordnare"}
        assert sent(client, fields, "assignment_new", bo.pk, **content).status_code == 302
        made = Membership.objects.get(user=bo, unit=county.ward)
        assert client.post(reverse("assignment_end", args=[made.pk])).status_code == 302
        assert client.post(reverse("assignment_restore", args=[made.pk])).status_code == 302
        assert deeds(made) == ["membership.added", "membership.ended", "membership.restored"]
        again = form_at(client, county.adam, "assignment_new", bo.pk)
        answer = sent(client, again, "assignment_new", bo.pk, **content)
        assert "Roll: Personen har redan uppdraget." in errors_of(read(answer))

    def test_added_again_an_ended_one_comes_back_with_its_new_title(self, county: County):
        end_assignment(by=county.adam, membership=county.bo.membership)
        row = add(county.adam, county.bo.user, county.other_ward)
        assert (row.pk, row.active, row.title) == (county.bo.membership.pk, True, "x")

    def test_who_was_ended_is_out_at_once_and_all_come_back_together(self, client: Client, county: County):
        add(county.adam, county.bo.user, county.ward)
        bo = Client()
        bo.force_login(county.bo.user)
        client.force_login(county.adam.user)
        client.post(reverse("person_end", args=[county.bo.user.pk]))
        assert bo.get("/kontakter/").headers["Location"].startswith("/uppdrag/")
        assert "Ta tillbaka personen" in read(opened(client, county.adam, "person", county.bo.user.pk)).text
        client.post(reverse("person_restore", args=[county.bo.user.pk]))
        assert county.bo.user.memberships.filter(active=True).count() == 2
        assert deeds(county.bo.user) == ["user.ended", "user.restored"]

    def test_at_a_unit_out_of_use_none_is_given_or_taken_back(self, county: County):
        closed = Unit.objects.create(principal=county.region, name="Stängd", active=False)
        ended = Membership.objects.create(
            user=county.bo.user, unit=closed, role=Role.STAFF, title="x", active=False
        )
        with pytest.raises(RuleError, match="Stängd är ur bruk"):
            restore_assignment(by=county.adam, membership=ended)
        with pytest.raises(RuleError, match="Stängd är ur bruk"):
            add(county.adam, county.bo.user, closed, Role.COORDINATOR)


class TestNobodyGivesThemselvesRights:
    def test_by_any_service(self, county: County):
        adam = county.adam
        ended = Membership.objects.create(
            user=adam.user, unit=county.ward, role=Role.COORDINATOR, title="x", active=False
        )
        for write in (
            lambda: add(adam, adam.user, county.other_ward),
            lambda: restore_assignment(by=adam, membership=ended),
            lambda: restore_person(by=adam, person=adam.user),
        ):
            with pytest.raises(NotAllowed, match=NOT_YOUR_OWN):
                write()

    def test_the_page_says_who_does(self, client: Client, county: County):
        page = read(opened(client, county.adam, "person", county.adam.user.pk)).main
        assert "En annan administratör ger dig uppdrag." in page.text
        assert "Lägg till uppdrag" not in page.text
        answer = opened(client, county.adam, "assignment_new", county.adam.user.pk)
        content = {"unit": str(county.ward.pk), "role": "staff", "title": "x"}
        fields = fields_of(form_of(read(answer), method="post"))
        assert sent(client, fields, "assignment_new", county.adam.user.pk, **content).status_code == 403


class TestTheLastAdministrator:
    def test_stays_until_there_is_another(self, client: Client, county: County):
        adam = county.adam
        for write in (
            lambda: end_person(by=adam, person=adam.user),
            lambda: end_assignment(by=adam, membership=adam.membership),
        ):
            with pytest.raises(RuleError, match="Adam Påhittad är den enda administratören hos Region"):
                write()
        client.force_login(adam.user)
        answer = client.post(reverse("assignment_end", args=[adam.membership.pk]), follow=True)
        assert "Inget är avslutat. Adam Påhittad är den enda" in read(answer).text
        add(adam, county.bo.user, county.other_ward, Role.ADMIN)
        end_assignment(by=adam, membership=adam.membership)
        assert not Membership.objects.get(pk=adam.membership.pk).active

    def test_nor_of_two_who_close_the_unit_of_each_other(self, county: County):
        """Whoever is last to be asked sees that the own unit is closed by now."""
        add(county.adam, county.bo.user, county.other_ward, Role.ADMIN)
        save_row(by=None, row=_closed(county.ward))
        with pytest.raises(RuleError, match="är den enda administratören hos Region"):
            save_row(by=None, row=_closed(county.other_ward))
        assert Unit.objects.get(pk=county.other_ward.pk).active


def _closed(unit: Unit) -> Unit:
    unit.active = False
    return unit


class TestTheList:
    def test_is_in_swedish_order_and_sought_by_name_unit_or_id(self, client: Client, county: County):
        for name in ("Åberg", "Zorn", "Öberg", "Äng"):
            user = person(f"x{name.lower()}", county.ward).user
            user.last_name = name
            user.save()
        names = [name.split()[1] for name in table(client, county.adam)]
        assert [name for name in names if name != "Påhittad"] == ["Zorn", "Åberg", "Äng", "Öberg"]
        assert table(client, county.adam, q="oberg") == ["Xöberg Öberg"]
        assert table(client, county.adam, q="ortoped") == ["Bo Påhittad"]
        assert table(client, county.adam, q="cissi") == []
        assert table(client, county.adam, q="!!") == []

    def test_who_has_ended_is_under_ended_and_found(self, client: Client, county: County):
        end_person(by=county.adam, person=county.bo.user)
        assert "Bo Påhittad" not in table(client, county.adam)
        assert table(client, county.adam, visa="avslutade") == ["Bo Påhittad"]
        assert table(client, county.adam, q="ortoped") == ["Bo Påhittad"]

    def test_many_take_no_more_queries(self, client: Client, county: County, django_assert_num_queries):
        client.force_login(county.adam.user)
        client.get(reverse("keep_people"))
        with django_assert_num_queries(7):
            client.get(reverse("keep_people"))
        users = User.objects.bulk_create(User(username=f"p{n}") for n in range(80))
        Membership.objects.bulk_create(
            Membership(user=user, unit=county.ward, role=Role.STAFF, title="x") for user in users
        )
        with django_assert_num_queries(7):
            page = read(client.get(reverse("keep_people")))
        assert len(page.select("tbody tr")) == 50
        with django_assert_num_queries(7):
            client.get(reverse("person", args=[users[0].pk]))
