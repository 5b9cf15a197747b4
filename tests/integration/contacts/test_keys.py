"""Keys by which rows are found and sorted follow the columns that they are made of, however a row is saved."""

import pytest
from django.urls import reverse

from contacts.models import DirectoryEntry, Principal, Unit, User
from contacts.queries.people import Listed, own_people
from tests.integration.outage.pages import fields_of, form_of, read

pytestmark = pytest.mark.django_db


def test_who_is_renamed_is_found_by_the_new_name_and_sorted_by_it(client, county):
    client.force_login(county.mala_admin.user)
    works = county.cissi
    page = reverse("person_edit", args=[works.user.pk])
    sent = fields_of(form_of(read(client.get(page)), method="post"))
    assert client.post(page, sent | {"last_name": "Abrahamsson"}).status_code == 302
    found = own_people(county.mala, listed=Listed.IN_FORCE, text="Abrahamsson")
    assert [one.pk for one in found] == [works.user.pk]
    assert own_people(county.mala, listed=Listed.IN_FORCE)[0].pk == works.user.pk


@pytest.mark.parametrize(
    ("model", "column", "keys"),
    [
        (Principal, "name", {"sort_key": "zzy"}),
        (Unit, "name", {"search_key": "zzy", "sort_key": "zzy"}),
        (User, "username", {"username_key": "zzy"}),
        (DirectoryEntry, "title", {"title_key": "zzy"}),
    ],
)
def test_a_column_saved_alone_takes_its_keys_with_it(county, model, column, keys):
    row = model.objects.first()
    setattr(row, column, "Zzy")
    row.save(update_fields=[column])
    assert model.objects.filter(pk=row.pk, **keys).exists()


def test_a_column_saved_alone_takes_no_key_of_others_with_it(county):
    """Somebody else may have changed those since the row was read."""
    row = User.objects.get(pk=county.alva.user.pk)
    User.objects.filter(pk=row.pk).update(search_key="ny")
    row.save(update_fields=["password"])
    assert User.objects.get(pk=row.pk).search_key == "ny"
