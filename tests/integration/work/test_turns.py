"""Many who ask for long work take turns, and one who asks for very much is told that the line is full."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from contacts.access import Acting, acting_in
from contacts.models import AuditEntry, Membership, Work
from contacts.rules.permissions import Role
from contacts.rules.work import MOST_IN_LINE, LineFull
from contacts.services.work import ask, cancel, carry_out, give_back
from contacts.services.work_sweep import sweep_work
from tests.clock import Clock
from tests.factories import County, make_county, person
from tests.integration.contacts.importing import filled_in
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.work.test_my_work import chosen, to_choose
from tests.integration.work.test_my_work import staff as people_to_bring_in
from tests.integration.work.test_worker import Bench, bench, until

__all__ = ["bench"]
FULL = f"Du har redan {MOST_IN_LINE} utskrifter och filer i kö."
FILE = "Huvudman;Enhet;Typ;Telefon\n{};Kosten;annan;0910-00 00 10\n"


@pytest.fixture
def county(db: None) -> Iterator[County]:
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
        yield make_county()


AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


def press(by: Acting) -> Work:
    return ask(by=by, kind="binder", label="Pärm", client_id=uuid4())


def in_line() -> list[Work]:
    """In the order in which a worker takes them."""
    return [Work.objects.get(pk=task.args_kwargs["args"][0]) for task in DBTaskResult.objects.ready()]


def names() -> str:
    return " ".join(work.user.username for work in in_line())


def test_they_take_turns_and_what_is_begun_anew_keeps_its_own(county: County, clock: Clock):
    for _ in range(4):
        press(county.alva)
    first = in_line()[0]
    press(county.bo)
    press(county.bo)
    press(county.cissi)
    assert names() == "alva bo cissi alva bo alva alva"
    # A worker that stops gives its work back, and it is where it was.
    begun = {"state": "running", "worker": "nobody"}
    DBTaskResult.objects.filter(pk=first.task).delete()
    Work.objects.filter(pk=first.pk).update(**begun)
    assert names() == "bo cissi alva bo alva alva"
    give_back(Work.objects.get(pk=first.pk))
    assert [work.pk for work in in_line() if work.turn == 0 and work.user == county.alva.user] == [first.pk]
    assert sorted(names().split()[:3]) == ["alva", "bo", "cissi"]
    # So is one that the line has lost.
    lost = in_line()[-1]
    DBTaskResult.objects.filter(pk=lost.task).delete()
    clock.shift(timedelta(minutes=2))
    assert sweep_work() == 1
    assert in_line()[-1] == lost


def test_one_in_two_assignments_is_one_person(county: County):
    other = Membership.objects.create(
        user=county.alva.user, unit=county.other_ward, role=Role.STAFF, title=""
    )
    two = acting_in(other)
    press(county.alva)
    press(two)
    press(county.bo)
    assert [work.turn for work in in_line()] == [0, 0, 1]
    assert in_line()[1].user == county.bo.user


def fill(by: Acting) -> list[Work]:
    return [press(by) for _ in range(MOST_IN_LINE)]


def test_nobody_has_more_than_so_much_in_the_line(county: County):
    had = fill(county.alva)
    with pytest.raises(LineFull):
        press(county.alva)
    assert Work.objects.count() == AuditEntry.objects.filter(action="work.asked").count() == MOST_IN_LINE
    # What is in it already is no more of it, and another person has a line of their own.
    again = ask(by=county.alva, kind="binder", label="Pärm", client_id=had[3].client_id)
    assert again == had[3]
    press(county.bo)
    cancel(by=county.alva, work=had[3])
    press(county.alva)
    with pytest.raises(LineFull):
        press(county.alva)


def sent_in_line(county: County, client: Client, kind: str) -> tuple[str, dict[str, Any]]:
    """Where one asks for long work of a kind, and what is typed there."""
    csv = SimpleUploadedFile("a.csv", FILE.format(county.ward.principal.name).encode())
    if kind == "choose":
        return to_choose(county, client), chosen(county)
    if kind == "staff":
        return reverse("confirm_staff"), people_to_bring_in(county)
    typed: dict[str, tuple[str, dict[str, Any]]] = {
        "binder": (reverse("binder"), {}),
        "contact_list": (reverse("contact_list"), {}),
        "export": (reverse("export_contacts", args=["xlsx"]), {}),
        "slips": (reverse("code_slips"), {"person": [county.alva.user.pk]}),
        "scan": (reverse("scan"), {"files": [SimpleUploadedFile("a.pdf", b"%PDF-1.7")]}),
        "file": (reverse("import_directory"), {"file": csv}),
    }
    path, content = typed[kind]
    return path, content | {"client_id": uuid4()}


EACH_PAGE = ("csrfmiddlewaretoken", "client_id", "typed_by")
PRESSED = ("binder", "contact_list", "export")


@pytest.mark.parametrize("kind", [*PRESSED, "slips", "staff", "scan", "file", "choose"])
def test_where_it_is_full_the_page_says_so_and_keeps_what_was_typed(
    county: County, client: Client, kind: str
):
    who = county.adam if kind in ("slips", "staff", "file", "choose") else county.alva
    client.force_login(who.user)
    with override_settings(TASKS=AT_ONCE):
        path, typed = sent_in_line(county, client, kind)
    had = Work.objects.count()
    fill(who)
    answer = client.post(path, typed, follow=True)
    page = read(answer)
    assert FULL in page.get_text()
    assert Work.objects.count() == had + MOST_IN_LINE
    if kind in PRESSED:
        assert answer.redirect_chain == [(reverse("my_work"), 302)]
        return
    assert answer.status_code == 422
    if kind == "slips":
        (person_chosen,) = page.main.find_all("input", {"name": "person", "checked": True})
        assert person_chosen["value"] == str(county.alva.user.pk)
    if kind == "staff":
        assert fields_of(form_of(page, method="post"))["table"] == typed["table"]
    if kind == "choose":
        kept = filled_in(page.main.find("form", class_="import-choices"))
        assert kept | dict.fromkeys(EACH_PAGE, "") == typed | dict.fromkeys(EACH_PAGE, "")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_does_another_s_first_before_the_second_of_who_asked_for_much(bench: Bench, tmp_path: Path):
    def put(by: Acting, gate: str) -> Work:
        args = {"gate": str(tmp_path / gate)}
        return ask(by=by, kind="steered", label="Lista", client_id=uuid4(), args=args, files=[b"x"])

    much = [put(bench.by, f"a{number}") for number in range(4)]
    bench.start(at_once=1)
    bench.shows(much[0], "Räknar: 3 av 9")
    other = person("esa.two", bench.by.unit, Role.STAFF)
    one = put(other, "b")
    for gate in ("a0", "a1", "a2", "a3", "b"):
        bench.open(gate)
    until(lambda: not Work.objects.exclude(state="done").exists())
    done = Work.objects.order_by("started_at").values_list("pk", flat=True)
    assert list(done) == [much[0].pk, one.pk, *(work.pk for work in much[1:])]
    bench.stop()


def test_done_at_once_nobody_waits_and_nothing_is_counted(db: None):
    county = make_county()
    for _ in range(2):
        work = ask(by=county.alva, kind="contact_list", label="Lista", args={"principal": None, "number": 99})
        assert (work.turn, Work.objects.get(pk=work.pk).is_unfinished) == (0, False)
    assert carry_out.get_backend().supports_defer is False
