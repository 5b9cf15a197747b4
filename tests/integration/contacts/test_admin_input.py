"""What comes to an admin page in its address or its form, and is no value of the column it is of, is never a fault."""

from itertools import cycle, product

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from contacts.models import Principal, RotaTurn, Unit, User
from tests.integration.fuzz.hostile import encoded
from tests.long import runs

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
KEPT_HERE = [Principal, User]
VALUES = [
    "x", "", "0", "-1", "²", "1,x", str(2**31), str(2**63), "9" * 5_000, "2026-02-30", "9999-12-31", "(", "\0",
    "\ud800",
]  # fmt: skip
ENDS = ["", "__exact", "__id__exact", "__in", "__year", "__gte", "__range", "__regex", "__isnull", "__x"]
STANDING = ["p", "o", "e", "q", "all", "_popup", "_to_field", "_facets", "_changelist_filters"]
URLENCODED = "application/x-www-form-urlencoded"
FINE = {200, 302, 400, 404}


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root", password="x" * 12))
    client.raise_request_exception = False
    return client


def page(model, what: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_takes_its_own_filters_alone(root: Client, model):
    # One column of each kind: an id, a row of another table, a text, a moment.
    columns = {type(field): field.name for field in model._meta.fields}
    asked = [*(f"{name}{end}" for name, end in product(columns.values(), ENDS)), *STANDING]
    for name, value in list(zip(asked, cycle(VALUES)))[:: runs(3, full=1)]:
        answer = root.get(f"{page(model, 'changelist')}?{encoded({name: [value]})}")
        assert answer.status_code in FINE, (name, value)


def test_of_a_column_that_is_no_filter_nothing_is_asked(county, root: Client):
    """Else whoever may read a list may ask about columns that it does not show, by the parts they begin with."""
    for name in ("password__startswith", "username", "id__in", "id"):
        answer = root.get(page(User, "changelist"), {name: "1"})
        assert (answer.status_code, answer.headers.get("Location", "")[-4:]) in {(302, "?e=1"), (400, "")}


@pytest.mark.parametrize(
    "ask", [{"is_active__exact": "1"}, {"is_staff__exact": "0", "p": "1"}, {"o": "1.-2"}]
)
def test_a_filter_of_the_page_narrows_it_as_before(county, root: Client, ask):
    shown = root.get(page(User, "changelist"), ask)
    assert shown.status_code == 200
    assert "alva" in shown.content.decode()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize(
    "day", [("9999", "12", "31"), ("9999", "12", ""), ("9" * 30, "1", "1"), ("2026", "x", "1")]
)
def test_days_that_no_calendar_has_are_refused(root: Client, model, day):
    asked = {f"at__{part}": value for part, value in zip(("year", "month", "day"), day, strict=True) if value}
    assert root.get(page(model, "changelist"), asked).status_code in FINE


@pytest.mark.long
@pytest.mark.parametrize(("model", "value"), list(product(KEPT_HERE, VALUES))[:: runs(11, full=1)])
def test_a_new_row_is_not_filled_in_by_the_address(county, root: Client, model, value: str):
    asked = encoded({field.name: [value] for field in model._meta.fields})
    assert root.get(f"{page(model, 'add')}?{asked}").status_code == 200


@pytest.mark.long
@pytest.mark.parametrize(("model", "value"), list(product(KEPT_HERE, VALUES))[:: runs(5, full=1)])
def test_values_that_are_none_in_a_form_are_a_bad_request_at_most(county, root: Client, model, value: str):
    sent = encoded({field.name: [value] for field in model._meta.fields})
    assert root.post(page(model, "add"), sent, URLENCODED).status_code in FINE


@pytest.mark.parametrize("value", ["x", "1", str(2**63), "9" * 5_000, "%20", "a/b"])
def test_ids_that_are_none_in_an_address_are_not_found(county, root: Client, value: str):
    for model in MODELS:
        assert root.get(page(model, "change", value)).status_code in FINE, model
    for model in (Unit, RotaTurn):
        kind = ContentType.objects.get_for_model(model).pk
        assert root.get(reverse("admin:view_on_site", args=[kind, value])).status_code in FINE
    assert root.get(reverse("admin:view_on_site", args=[value, "1"])).status_code in FINE


def test_what_was_typed_is_not_in_the_log(county, root: Client, caplog, monkeypatch):
    def fails(*, by: object, row: Principal) -> None:
        raise ValueError(row.name)

    monkeypatch.setattr("contacts.admin.save_row", fails)
    sent = {"name": "19121212-1212", "short_name": "x", "kind": "municipality"}
    assert root.post(reverse("admin:contacts_principal_add"), sent).status_code == 400
    assert "ValueError in admin:contacts_principal_add" in caplog.text
    assert "1212" not in caplog.text
