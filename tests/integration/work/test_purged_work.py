"""Long work whose data key is destroyed meanwhile."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from contacts.models import Work
from contacts.models.data_key import key_to_write_with
from contacts.services.data_keys import destroy_key
from contacts.services.work import carry_out
from tests.factories import make_county
from tests.integration.outage.pages import read

pytestmark = pytest.mark.django_db

IN_LINE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_what_was_asked_for_before_a_purge_and_is_made_after_it_has_an_end(
    no_typesetting: None, client: Client
):
    client.force_login(make_county().alva.user)
    with override_settings(TASKS=IN_LINE):
        asked = client.post(reverse("contact_list"))
    work = Work.objects.get()
    key_to_write_with(work.key_name)
    destroy_key(by=None, name=work.key_name)
    carry_out.call(str(work.pk), work.tries)
    work.refresh_from_db()
    assert work.state == "failed"
    page = read(client.get(asked["Location"]))
    assert "Uppgifterna är gallrade." in page.get_text()
    assert "Pågår" not in page.get_text()
