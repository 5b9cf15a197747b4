"""The admin pages: who gets in, what is kept, and that history is read only."""

import pytest
from django.contrib import admin
from django.urls import reverse

from contacts.models import AuditEntry, DirectoryEntry, DirectoryUpload, NumberFlag, Principal, User
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


def sent_from(client, row, **changed) -> dict:
    """What the form of a row sends, with fields changed or, as None, left out."""
    name = row._meta.model_name
    fields = fields_of(read(client.get(page_of(row))).find("form", id=f"{name}_form"))
    return {key: value for key, value in (fields | changed).items() if value is not None}


def test_a_save_leaves_its_trace(client, root, county):
    client.force_login(root)
    response = client.post(page_of(county.mala), sent_from(client, county.mala, own_series="0953-140"))
    assert response.status_code == 302
    county.mala.refresh_from_db()
    assert county.mala.own_series == "0953-140"
    trace = AuditEntry.objects.order_by("-pk")[0]
    assert (trace.user, trace.action) == (root, "principal.changed")


@pytest.mark.parametrize(
    ("model", "theirs", "mine"),
    [
        ("principal", {"support_number": "59091"}, {"support_name": "Regionens support"}),
        ("user", {"hsa_id": "SE2321000222-AB12"}, {"last_name": "Ny"}),
    ],
)
def test_whoever_saves_second_sees_what_the_other_saved(client, root, county, model, theirs, mine):
    row = {"principal": county.region, "user": county.alva.user}[model]
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
    assert "Det har ändrats sedan du öppnade sidan." in text
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


@pytest.mark.parametrize(
    "model", ["unit", "membership", "directoryentry", "numberflag", "directoryupload", "auditentry"]
)
def test_what_has_pages_of_its_own_and_history_are_read_only(client, root, county, upload, flag, model):
    client.force_login(root)
    row = {
        "unit": county.ward,
        "membership": county.alva.membership,
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


@pytest.mark.parametrize(
    ("model", "name"),
    [("directoryentry", "keep_contacts"), ("unit", "keep_units"), ("membership", "keep_people")],
)
def test_it_says_where_that_is_kept(client, root, county, model, name):
    client.force_login(root)
    listed = client.get(reverse(f"admin:contacts_{model}_changelist")).content.decode()
    assert f"Ändra under Kontakter: {reverse(name)}" in listed


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


def test_no_user_name_is_anothers_in_another_case_and_what_was_typed_stands(client, root, county):
    client.force_login(root)
    cissi = county.cissi.user
    answer = client.post(page_of(cissi), sent_from(client, cissi, username="ALVA", email="c@example.se"))
    assert answer.status_code == 200
    page = read(answer)
    assert "Användarnamnet är upptaget." in page.find(class_="field-username").text
    typed = fields_of(page.find("form", id="user_form"))
    assert (typed["username"], typed["email"]) == (["ALVA"], ["c@example.se"])
    assert client.post(page_of(cissi), sent_from(client, cissi, username="CISSI")).status_code == 302


def test_nor_is_that_of_somebody_new(client, root, county):
    client.force_login(root)
    secret = {"password1": "mycket-hemligt-7", "password2": "mycket-hemligt-7", "usable_password": "true"}
    answer = client.post(reverse("admin:contacts_user_add"), {"username": "ALVA", **secret})
    assert (answer.status_code, list(answer.context["adminform"].errors)) == (200, ["username"])


def test_the_last_administrator_keeps_the_account_and_it_is_said_why(client, root, county):
    client.force_login(root)
    malin = county.mala_admin.user
    answer = client.post(page_of(malin), sent_from(client, malin, is_active=None, email="m@example.se"))
    assert answer.status_code == 200
    assert "den enda administratören hos Malå" in read(answer).text
    malin.refresh_from_db()
    assert (malin.is_active, malin.email) == (True, "")


@pytest.mark.parametrize("name", ["region vasterbotten", "Region-Västerbotten", "Malå", "region"])
@pytest.mark.parametrize("field", ["name", "short_name"])
def test_no_principal_has_anothers_name_in_another_spelling(client, root, county, field, name):
    client.force_login(root)
    umea = Principal.objects.get(short_name="Umeå")
    county.region.short_name = "Region"
    county.region.save()
    answer = client.post(page_of(umea), sent_from(client, umea, **{field: name}))
    assert (answer.status_code, list(answer.context["adminform"].errors)) == (200, [field])
    new = {"name": name, "short_name": "Ny", "kind": "municipality"} | {field: name}
    answer = client.post(reverse("admin:contacts_principal_add"), new)
    assert {"name", "short_name"} & set(answer.context["adminform"].errors)
    assert client.post(page_of(umea), sent_from(client, umea, name="UMEÅ KOMMUN")).status_code == 302


def test_a_principal_stays_of_its_kind_and_its_second_step_is_chosen_elsewhere(client, root, county):
    client.force_login(root)
    sent = sent_from(client, county.mala, kind="region", second_factor="everybody", support_name="Ny")
    assert client.post(page_of(county.mala), sent).status_code == 302
    was = (county.mala.kind, county.mala.second_factor)
    county.mala.refresh_from_db()
    assert (county.mala.kind, county.mala.second_factor, county.mala.support_name) == (*was, "Ny")


def test_a_password_set_for_somebody_is_in_the_trace(client, root, county):
    client.force_login(root)
    secret = "mycket-hemligt-8"
    address = reverse("admin:auth_user_password_change", args=[county.alva.user.pk])
    response = client.post(address, {"password1": secret, "password2": secret, "usable_password": "true"})
    assert response.status_code == 302
    assert User.objects.get(pk=county.alva.user.pk).check_password(secret)
    assert AuditEntry.objects.order_by("-pk")[0].action == "user.password_set"


@pytest.mark.parametrize("model", MODELS)
def test_an_administrator_of_a_principal_reaches_nothing_there(client, county, upload, flag, model):
    client.force_login(county.region_admin.user)
    assert client.get(reverse(f"admin:contacts_{model}_changelist")).status_code == 403
    assert client.get(reverse(f"admin:contacts_{model}_add")).status_code == 403
    assert client.post(page_of(county.ward), {"name": "Smygändrad"}).status_code == 403
    assert client.get(reverse("admin:index")).context["app_list"] == []


def test_staff_without_the_right_and_people_outside_do_not_get_in(client, county):
    county.alva.user.is_staff = True
    county.alva.user.save()
    client.force_login(county.alva.user)
    assert client.get(reverse("admin:contacts_unit_changelist")).status_code == 403
    client.force_login(county.cissi.user)
    assert client.get(reverse("admin:contacts_unit_changelist")).status_code == 302


def test_what_the_second_did_not_touch_stays_as_the_first_saved_it(client, root, county):
    client.force_login(root)
    page, alva = page_of(county.alva.user), county.alva.user
    both = sent_from(client, alva)
    assert client.post(page, both | {"hsa_id": ["SE2321000222-AB12"]}).status_code == 302
    answer = read(client.post(page, both | {"last_name": ["Ny"]}))
    assert "HSA-id: nu står SE2321000222-AB12, du skrev inget nytt: det som nu står gäller." in answer.text
    assert client.post(page, fields_of(answer.find("form", id="user_form"))).status_code == 302
    alva.refresh_from_db()
    assert (alva.hsa_id, alva.last_name) == ("SE2321000222-AB12", "Ny")


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.model_name)
def test_no_list_has_a_search_that_ends_in_the_address(client, county, root, model):
    client.force_login(root)
    listed = read(client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")))
    forms = [form for form in listed.find_all("form") if form.get("method", "get").lower() == "get"]
    assert [form for form in forms if form.find("input", {"type": ["text", "search"]})] == []
    assert listed.find("input", {"name": "q"}) is None


@pytest.mark.django_db(transaction=True)
def test_a_password_is_saved_with_its_trace_or_not_at_all(client, root, county, monkeypatch):
    """Outside the transaction of a test, as on the server: the row is locked."""
    client.force_login(root)
    client.raise_request_exception = False
    address = reverse("admin:auth_user_password_change", args=[county.alva.user.pk])
    sent = {"password1": "mycket-hemligt-8", "password2": "mycket-hemligt-8", "usable_password": "true"}
    was = User.objects.get(pk=county.alva.user.pk).password

    def fails(**_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("contacts.admin.note_password_change", fails)
        assert client.post(address, sent).status_code == 500
    assert User.objects.get(pk=county.alva.user.pk).password == was
    assert client.post(address, sent).status_code == 302
    assert User.objects.get(pk=county.alva.user.pk).check_password("mycket-hemligt-8")
    assert AuditEntry.objects.order_by("-pk")[0].action == "user.password_set"
