"""Long work whose patients are purged, or not to be named any more, by the time it is opened."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from contacts.models import Work
from contacts.models.data_key import key_to_write_with
from contacts.services.data_keys import destroy_key
from contacts.services.work import carry_out
from outage.services.care_chains import change_details
from tests.clock import Clock
from tests.factories import chain_facts, make_chain, make_county, make_outage
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


def test_a_list_that_names_who_has_got_protected_personal_data_since_is_not_opened(
    no_typesetting: None, client: Client, clock: Clock
):
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    client.force_login(county.alva.user)

    def asked() -> str:
        client.post(reverse("work_list_pdf", args=["vardkedjor"]), {"client_id": uuid4()})
        return reverse("work_file", args=[Work.objects.latest("asked_at").pk])

    before = asked()
    assert client.post(before).status_code == 200
    clock.shift(timedelta(minutes=1))
    facts = chain_facts(county, protected_identity=True)
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts)
    clock.shift(timedelta(minutes=1))
    answer = client.post(before)
    assert answer.status_code == 410
    assert "har fått skyddade personuppgifter sedan den gjordes" in read(answer).get_text()
    assert client.post(asked()).status_code == 200
