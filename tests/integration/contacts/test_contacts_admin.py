"""The admin pages: who gets in, what is kept, and that history is read only."""

import pytest
from django.contrib import admin
from django.urls import reverse

from contacts.models import AuditEntry, DirectoryEntry, DirectoryUpload, NumberFlag, Principal, Unit, User
from tests.integration.outage.pages import fields_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(county) -> User:
    return User.objects.create_superuser("root", password="x" * 12)


def page_of(row, what: str = "change") -> str:
    return reverse(f"admin:contacts_{row._meta.model_name}_{what}", args=[row.pk])


MODELS = [
    *("principal", "unit", "user", "membership"),
    *("directoryentry", "numberflag", "directoryupload", "auditentry"),
]


@pytest.fixture
def upload(county) -> DirectoryUpload:
    made = DirectoryUpload(
        principal=county.mala,
        user=county.mala_admin.user,
        unit=county.social_care,
        choices={"values": "Hemlig rad"},
        plan={"rows": ["Hemlig plan"]},
        plan_hash="0" * 64,
    )
    made.save()
    return made


@pytest.fixture
def flag(county) -> NumberFlag:
    made = NumberFlag(
        entry=DirectoryEntry.objects.get(name="Växel Malå"),
        number="0953-140 00",
        user=county.alva.user,
        unit=county.ward,
    )
    made.save()
    return made


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_page_opens_in_swedish(client, root, county, upload, flag, model):
    client.force_login(root)
    listed = client.get(reverse(f"admin:contacts_{model}_changelist"), {"q": "a"})
    assert listed.status_code == 200
    row = {
        "principal": county.mala,
        "unit": county.ward,
        "user": county.alva.user,
        "membership": county.alva.membership,
        "directoryentry": DirectoryEntry.objects.first(),
        "numberflag": flag,
        "directoryupload": upload,
        "auditentry": AuditEntry.objects.first(),
    }[model]
    shown = client.get(page_of(row))
    assert shown.status_code == 200
    assert "Driftstopp – administration" in shown.content.decode()


def test_a_save_leaves_its_trace(client, root, county):
    client.force_login(root)
    response = client.post(page_of(county.ward), unit_form(county.ward, name="Medicin 9"))
    assert response.status_code == 302
    county.ward.refresh_from_db()
    assert county.ward.name == "Medicin 9"
    trace = AuditEntry.objects.order_by("-pk")[0]
    assert (trace.user, trace.action) == (root, "unit.changed")


def unit_form(unit: Unit, **changed) -> dict:
    fields = ("name", "ward_kind", "outpatient_kind", "municipal_kind", "hsa_id")
    return {field: getattr(unit, field) for field in fields} | {
        "principal": unit.principal_id,
        "active": "on",
        **changed,
    }


@pytest.mark.parametrize(
    ("model", "theirs", "mine"),
    [
        ("principal", {"support_number": "59091"}, {"support_name": "Regionens support"}),
        ("unit", {"hsa_id": "SE2321000222-AB12"}, {"name": "Medicin 9"}),
        ("user", {"hsa_id": "SE2321000222-AB12"}, {"last_name": "Ny"}),
        ("membership", {"title": "Vårdsamordnare"}, {"role": "coordinator"}),
    ],
)
def test_whoever_saves_second_sees_what_the_other_saved(client, root, county, model, theirs, mine):
    row = {
        "principal": county.region,
        "unit": county.ward,
        "user": county.alva.user,
        "membership": county.alva.membership,
    }[model]
    client.force_login(root)
    page = page_of(row)
    both = fields_of(read(client.get(page)).find("form", id=f"{model}_form"))
    assert client.post(page, both | {name: [value] for name, value in theirs.items()}).status_code == 302
    answer = client.post(page, both | {name: [value] for name, value in mine.items()})
    assert answer.status_code == 200
    row.refresh_from_db()
    (name, saved), *_ = theirs.items()
    assert getattr(row, name) == saved
    text = read(answer).text
    assert "Någon annan har ändrat sedan du öppnade sidan." in text
    assert f"nu står {saved}" in text
    again = fields_of(read(answer).find("form", id=f"{model}_form"))
    assert client.post(page, again | {name: [saved]}).status_code == 302
    row.refresh_from_db()
    assert [getattr(row, each) for each in (*theirs, *mine)] == [saved, *mine.values()]


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


@pytest.mark.parametrize("model", ["directoryentry", "numberflag", "directoryupload", "auditentry"])
def test_contacts_and_history_are_read_only(client, root, county, upload, flag, model):
    client.force_login(root)
    row = {
        "directoryentry": flag.entry,
        "numberflag": flag,
        "directoryupload": upload,
        "auditentry": AuditEntry.objects.first(),
    }[model]
    assert client.get(reverse(f"admin:contacts_{model}_add")).status_code == 403
    assert client.post(page_of(row), {"name": "annat"}).status_code == 403
    assert client.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403
    shown = client.get(page_of(row)).content.decode()
    assert 'name="_save"' not in shown
    assert 'name="action"' not in client.get(reverse(f"admin:contacts_{model}_changelist")).content.decode()


def test_it_says_where_contacts_are_kept(client, root, county):
    client.force_login(root)
    listed = client.get(reverse("admin:contacts_directoryentry_changelist")).content.decode()
    assert f"Ändra under Kontakter: {reverse('keep_contacts')}" in listed


def test_what_a_file_held_is_not_shown(client, root, county, upload):
    client.force_login(root)
    assert "Hemlig" not in client.get(page_of(upload)).content.decode()


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


def test_no_user_name_is_anothers_in_another_case(client, root, county):
    client.force_login(root)
    page = reverse("admin:contacts_user_change", args=[county.cissi.user.pk])
    sent = fields_of(read(client.get(page)).select_one("#user_form"))
    answer = client.post(page, sent | {"username": "ALVA"})
    assert (answer.status_code, "Användarnamnet är upptaget." in answer.content.decode()) == (403, True)
    assert client.post(page, sent | {"username": "CISSI"}).status_code == 302


def test_a_password_set_for_somebody_is_in_the_trace(client, root, county):
    client.force_login(root)
    secret = "mycket-hemligt-8"
    address = reverse("admin:auth_user_password_change", args=[county.alva.user.pk])
    response = client.post(address, {"password1": secret, "password2": secret, "usable_password": "true"})
    assert response.status_code == 302
    assert User.objects.get(pk=county.alva.user.pk).check_password(secret)
    assert AuditEntry.objects.order_by("-pk")[0].action == "user.password_set"


class TestAnAdministratorOfAPrincipal:
    def test_sees_and_changes_its_own_units_only(self, client, county):
        client.force_login(county.mala_admin.user)
        listed = client.get(reverse("admin:contacts_unit_changelist")).content.decode()
        assert "Biståndshandläggarna Malå" in listed
        assert "Medicin 1" not in listed
        own = county.social_care
        assert client.post(page_of(own), unit_form(own, name="Biståndet")).status_code == 302
        own.refresh_from_db()
        assert own.name == "Biståndet"
        client.post(page_of(county.ward), unit_form(county.ward, name="Smygändrad"))
        county.ward.refresh_from_db()
        assert county.ward.name == "Medicin 1"

    def test_can_not_move_a_unit_to_another_principal(self, client, county):
        client.force_login(county.mala_admin.user)
        umea = Principal.objects.get(short_name="Umeå")
        response = client.post(page_of(county.social_care), unit_form(county.social_care, principal=umea.pk))
        assert list(response.context["adminform"].errors) == ["principal"]
        response = client.post(
            reverse("admin:contacts_unit_add"), {"name": "Smygenheten", "principal": umea.pk, "active": "on"}
        )
        assert list(response.context["adminform"].errors) == ["principal"]
        assert not Unit.objects.filter(name="Smygenheten").exists()

    @pytest.mark.parametrize(
        "model",
        [
            *("user", "membership", "principal", "auditentry"),
            *("directoryentry", "numberflag", "directoryupload"),
        ],
    )
    def test_does_not_reach_people_rights_or_the_trace(self, client, county, model):
        client.force_login(county.mala_admin.user)
        assert client.get(reverse(f"admin:contacts_{model}_changelist")).status_code == 403


def test_staff_without_the_right_and_people_outside_do_not_get_in(client, county):
    county.alva.user.is_staff = True
    county.alva.user.save()
    client.force_login(county.alva.user)
    assert client.get(reverse("admin:contacts_unit_changelist")).status_code == 403
    client.force_login(county.cissi.user)
    assert client.get(reverse("admin:contacts_unit_changelist")).status_code == 302


def test_what_the_second_did_not_touch_stays_as_the_first_saved_it(client, root, county):
    client.force_login(root)
    page = page_of(county.ward)
    both = fields_of(read(client.get(page)).find("form", id="unit_form"))
    assert client.post(page, both | {"hsa_id": ["SE2321000222-AB12"]}).status_code == 302
    answer = read(client.post(page, both | {"name": ["Medicin 9"]}))
    assert "HSA-id: nu står SE2321000222-AB12, du skrev inget nytt: det som nu står gäller." in answer.text
    assert client.post(page, fields_of(answer.find("form", id="unit_form"))).status_code == 302
    county.ward.refresh_from_db()
    assert (county.ward.hsa_id, county.ward.name) == ("SE2321000222-AB12", "Medicin 9")


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.model_name)
def test_no_list_has_a_search_that_ends_in_the_address(client, county, root, model):
    client.force_login(root)
    listed = read(client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")))
    forms = [form for form in listed.find_all("form") if form.get("method", "get").lower() == "get"]
    assert [form for form in forms if form.find("input", {"type": ["text", "search"]})] == []
    assert listed.find("input", {"name": "q"}) is None


def test_people_and_units_are_still_found_where_an_assignment_is_made(client, county, root):
    client.force_login(root)
    for field, wanted in (("user", county.alva.user), ("unit", county.ward)):
        asked = {"app_label": "contacts", "model_name": "membership", "field_name": field}
        term = wanted.username if field == "user" else wanted.search_key
        answer = client.get(reverse("admin:autocomplete"), asked | {"term": term})
        assert str(wanted.pk) in [found["id"] for found in answer.json()["results"]]
