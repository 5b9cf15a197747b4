"""Where no worker runs: whoever waits is told, and whoever keeps the server."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from contacts.models import Work
from contacts.rules.work import LONG_WAIT, LONGEST
from contacts.services.work import ask
from tests.clock import Clock
from tests.factories import make_county

pytestmark = pytest.mark.django_db

IN_LINE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_where_no_worker_runs_the_page_and_the_servers_log_say_so(
    client: Client, clock: Clock, caplog: pytest.LogCaptureFixture
):
    county = make_county()
    client.force_login(county.alva.user)
    with override_settings(TASKS=IN_LINE):
        work = ask(by=county.alva, kind="binder", label="Pärm")
        other = ask(by=county.alva, kind="binder", label="Pärm", client_id=uuid4())
    page = reverse("work", args=[work.pk])

    def said() -> tuple[bool, bool]:
        shown = client.get(page).content.decode()
        return "gör inga utskrifter" in shown, "Andras utskrifter kan ligga före" in shown

    assert said() == (False, False)
    clock.shift(LONG_WAIT + timedelta(seconds=1))
    assert said() == (True, False)
    assert caplog.text.count("manage.py work") == 1
    client.get(page, headers={"HX-Request": "true"})
    assert caplog.text.count("manage.py work") == 1
    # Another's was begun: they stand in line.
    now = timezone.now()
    Work.objects.filter(pk=other.pk).update(state="running", started_at=now, beat_at=now)
    assert said() == (False, True)
    Work.objects.filter(pk=other.pk).update(state="done")
    assert said() == (False, True)
    # The worker did that, and has ended since.
    clock.shift(LONG_WAIT + timedelta(seconds=1))
    assert said() == (True, False)
    # In hand since before, and dead for long.
    Work.objects.filter(pk=other.pk).update(state="running", started_at=work.asked_at, beat_at=timezone.now())
    assert said() == (False, True)
    clock.shift(LONGEST + timedelta(seconds=1))
    # The log-in has locked.
    client.logout()
    client.force_login(county.alva.user)
    assert said() == (True, False)
    assert caplog.text.count("manage.py work") == 3


def test_a_boosted_form_that_leads_to_the_work_is_shown_the_whole_page(client: Client):
    county = make_county()
    client.force_login(county.alva.user)
    with override_settings(TASKS=IN_LINE):
        work = ask(by=county.alva, kind="binder", label="Pärm")
    for page in (reverse("work", args=[work.pk]), reverse("my_work")):
        asks = {"HX-Request": "true"}
        assert "<main" not in client.get(page, headers=asks).content.decode()
        assert "<main" in client.get(page, headers=asks | {"HX-Boosted": "true"}).content.decode()
