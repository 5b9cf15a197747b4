"""The admin pages: who gets in, what is kept, and that history is read only."""

import pytest
from django.urls import reverse

from contacts.models import AuditEntry, DirectoryEntry, Principal, Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(county) -> User:
    return User.objects.create_superuser("root", password="x" * 12)


def entry_form(entry: DirectoryEntry, **changed) -> dict:
    fields = (
        "name",
        "kind",
        "first_name",
        "last_name",
        "title",
        "department",
        "phone",
        "extension",
        "mobile",
    )
    form = {field: getattr(entry, field) for field in fields}
    form |= {"principal": entry.principal_id, "availability": entry.availability, "remark": entry.remark}
    return form | changed


def page_of(row, what: str = "change") -> str:
    return reverse(f"admin:contacts_{row._meta.model_name}_{what}", args=[row.pk])


@pytest.mark.parametrize("model", ["principal", "unit", "user", "membership", "directoryentry", "auditentry"])
def test_every_list_and_page_opens_in_swedish(client, root, county, model):
    client.force_login(root)
    listed = client.get(reverse(f"admin:contacts_{model}_changelist"), {"q": "a"})
    assert listed.status_code == 200
    row = {
        "principal": county.mala,
        "unit": county.ward,
        "user": county.alva.user,
        "membership": county.alva.membership,
        "directoryentry": DirectoryEntry.objects.first(),
        "auditentry": AuditEntry.objects.first(),
    }[model]
    shown = client.get(page_of(row))
    assert shown.status_code == 200
    assert "Driftstopp – administration" in shown.content.decode()


def test_a_save_leaves_its_trace(client, root, county):
    client.force_login(root)
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    response = client.post(page_of(entry), entry_form(entry, phone="090-16 10 10"))
    assert response.status_code == 302
    entry.refresh_from_db()
    assert entry.phone == "090-16 10 10"
    trace = AuditEntry.objects.order_by("-pk")[0]
    assert (trace.user, trace.action) == (root, "directoryentry.changed")


def test_hours_that_can_not_be_meant_are_told_beside_the_field(client, root, county):
    client.force_login(root)
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    response = client.post(page_of(entry), entry_form(entry, lunch_from="13:00", lunch_to="12:00"))
    assert response.status_code == 200
    assert response.context["adminform"].errors == {"lunch_to": ["Lunchen måste sluta senare än den börjar."]}


@pytest.mark.parametrize("model", ["principal", "unit", "user", "membership", "directoryentry"])
def test_nothing_is_deleted(client, root, county, model):
    client.force_login(root)
    row = {
        "principal": county.mala,
        "unit": county.ward,
        "user": county.alva.user,
        "membership": county.alva.membership,
        "directoryentry": DirectoryEntry.objects.first(),
    }[model]
    assert client.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_the_trace_is_read_only(client, root, county):
    client.force_login(root)
    row = AuditEntry.objects.first()
    assert client.get(reverse("admin:contacts_auditentry_add")).status_code == 403
    assert client.post(page_of(row), {"action": "annat"}).status_code == 403
    assert client.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403
    assert 'name="action"' not in client.get(page_of(row)).content.decode()


def test_contacts_are_retired_and_taken_back_by_an_action(client, root, county):
    client.force_login(root)
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    address = reverse("admin:contacts_directoryentry_changelist")
    client.post(address, {"action": "retire", "_selected_action": [entry.pk]})
    entry.refresh_from_db()
    assert entry.retired_by == root
    client.post(address, {"action": "restore", "_selected_action": [entry.pk]})
    entry.refresh_from_db()
    assert entry.retired_at is None


def test_a_person_is_added_with_a_password_that_works_and_is_not_in_the_trace(client, root, county):
    client.force_login(root)
    secret = "mycket-hemligt-7"
    response = client.post(
        reverse("admin:contacts_user_add"),
        {"username": "nina", "password1": secret, "password2": secret, "usable_password": "true"},
    )
    assert response.status_code == 302, response.context["errors"]
    nina = User.objects.get(username="nina")
    assert nina.check_password(secret)
    trace = AuditEntry.objects.order_by("-pk")[0]
    assert (trace.action, trace.target_id) == ("user.added", str(nina.pk))
    assert "password" not in trace.changes


def test_a_password_set_for_somebody_is_in_the_trace(client, root, county):
    client.force_login(root)
    secret = "mycket-hemligt-8"
    address = reverse("admin:auth_user_password_change", args=[county.alva.user.pk])
    response = client.post(address, {"password1": secret, "password2": secret, "usable_password": "true"})
    assert response.status_code == 302
    assert User.objects.get(pk=county.alva.user.pk).check_password(secret)
    assert AuditEntry.objects.order_by("-pk")[0].action == "user.password_set"


class TestAnAdministratorOfAPrincipal:
    def test_sees_and_changes_its_own_contacts_only(self, client, county):
        client.force_login(county.mala_admin.user)
        listed = client.get(reverse("admin:contacts_directoryentry_changelist")).content.decode()
        assert "Växel Malå" in listed
        assert "Växel Umeå" not in listed
        own = DirectoryEntry.objects.get(name="Växel Malå")
        assert client.post(page_of(own), entry_form(own, phone="0953-140 99")).status_code == 302
        own.refresh_from_db()
        assert own.phone == "0953-140 99"
        other = DirectoryEntry.objects.get(name="Växel Umeå")
        client.post(page_of(other), entry_form(other, phone="0953-140 99"))
        other.refresh_from_db()
        assert other.phone == "090-16 10 00"

    def test_can_not_move_a_contact_or_a_unit_to_another_principal(self, client, county):
        client.force_login(county.mala_admin.user)
        own = DirectoryEntry.objects.get(name="Växel Malå")
        umea = Principal.objects.get(short_name="Umeå")
        response = client.post(page_of(own), entry_form(own, principal=umea.pk))
        assert list(response.context["adminform"].errors) == ["principal"]
        response = client.post(
            reverse("admin:contacts_unit_add"), {"name": "Smygenheten", "principal": umea.pk, "active": "on"}
        )
        assert list(response.context["adminform"].errors) == ["principal"]
        assert not Unit.objects.filter(name="Smygenheten").exists()

    @pytest.mark.parametrize("model", ["user", "membership", "principal", "auditentry"])
    def test_does_not_reach_people_rights_or_the_trace(self, client, county, model):
        client.force_login(county.mala_admin.user)
        assert client.get(reverse(f"admin:contacts_{model}_changelist")).status_code == 403


def test_staff_without_the_right_and_people_outside_do_not_get_in(client, county):
    county.alva.user.is_staff = True
    county.alva.user.save()
    client.force_login(county.alva.user)
    assert client.get(reverse("admin:contacts_directoryentry_changelist")).status_code == 403
    client.force_login(county.cissi.user)
    assert client.get(reverse("admin:contacts_directoryentry_changelist")).status_code == 302
