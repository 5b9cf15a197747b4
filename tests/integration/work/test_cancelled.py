"""Who cancels work is told what is so: nothing was written, or it is done."""

from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from contacts.models import PageChange, User, Work
from contacts.page_versions import changed
from contacts.services import work as works
from contacts.services.progress import Progress, Steps
from contacts.services.whole import whole
from contacts.services.work import KINDS, Job, Kind, Made, ask, cancel, carry_out
from tests.factories import County, make_chain, make_county, make_outage
from tests.integration.outage.pages import read

from .test_my_work import ASKED, IN_LINE, NAME, ONLY_TRACED, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> County:
    return make_county()


# The codes are kept in the transaction that makes them, and `ONLY_TRACED` has nothing to take back.
@pytest.mark.parametrize("kind", sorted(ASKED.keys() - ONLY_TRACED - {"code_slips"}))
def test_what_is_written_is_not_said_to_be_cancelled(
    no_typesetting: None, county: County, client: Client, kind: str
):
    who, path, typed = ASKED[kind]
    make_chain(county, make_outage(county.alva), patient_name=NAME)
    at = path(county, client)
    fields = {"client_id": uuid4()} | typed(county)
    client.force_login(User.objects.get(username=who))
    keep, late = works._keep, []

    def cancelled_before(work: Work, *told: Any) -> None:
        """After the commit of what was done, before what came of it is kept."""
        late.append(rows())
        answer = client.post(reverse("work_cancel", args=[work.pk]), follow=True)
        assert "Det var redan klart eller avbrutet." in read(answer).get_text()
        keep(work, *told)

    with override_settings(TASKS=IN_LINE):
        client.post(at, fields)
        work = Work.objects.get(kind=kind, state="waiting")
        before = rows()
        with patch("contacts.services.work._keep", cancelled_before):
            carry_out.call(str(work.pk), 1)
    work.refresh_from_db()
    assert work.state == "done", work.said
    assert late[0] != before


def test_what_is_cancelled_before_its_commit_is_not_written(county: County, monkeypatch: pytest.MonkeyPatch):
    def steered(job: Job) -> Steps[Made]:
        yield Progress("Räknar")
        assert cancel(by=job.by, work=Work.objects.get())
        with whole():
            changed("mark")
        return Made(content=b"in")

    monkeypatch.setitem(KINDS, "steered", Kind(steered, "my_work", "Inget."))
    with override_settings(TASKS=IN_LINE):
        work = ask(by=county.alva, kind="steered", label="Pärm", client_id=uuid4())
        carry_out.call(str(work.pk), 1)
    work.refresh_from_db()
    assert (work.state, work.bound) == ("cancelled", False)
    assert not PageChange.objects.filter(scope="mark").exists()


def test_one_that_failed_after_it_was_done_is_not_said_not_to_be(
    county: County, client: Client, monkeypatch: pytest.MonkeyPatch
):
    def steered(job: Job) -> Steps[Made]:
        yield Progress("Räknar")
        with whole():
            changed("mark")
        raise ValueError

    monkeypatch.setitem(KINDS, "steered", Kind(steered, "my_work", "Inget är inläst."))
    with override_settings(TASKS=IN_LINE):
        work = ask(by=county.alva, kind="steered", label="Pärm", client_id=uuid4())
        carry_out.call(str(work.pk), 1)
    client.force_login(county.alva.user)
    page = client.get(reverse("work", args=[work.pk])).content.decode()
    assert "Det gick inte." in page
    assert "Inget är inläst." not in page
