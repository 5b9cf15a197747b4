"""Mina utskrifter: what is asked for is its owner's alone, lies encrypted, is done once however often it is begun."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.models import AuditEntry, DirectoryUpload, Work, WorkPiece
from contacts.rules.permissions import Role
from contacts.rules.trace_words import PRINTED
from contacts.rules.work import KEPT, SILENT_MOST
from contacts.services.work import KINDS, ask, carry_out
from contacts.services.work_sweep import sweep_work
from forms.models import Export, SheetBatch, SheetKind
from forms.rendering import Rendered
from forms.services.batches import issue_batch
from tests.clock import Clock
from tests.factories import County, make_chain, make_county, make_outage, person
from tests.integration.work.asked import opened
from tests.marks import Browser

pytestmark = pytest.mark.django_db

IN_LINE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
NAME = "Tolvan Tolvansson"
FILE = "Huvudman;Enhet;Typ;Telefon\n{};Kosten;annan;0910-00 00 10\n"


@pytest.fixture
def county() -> County:
    return make_county()


def file_of(county: County) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.csv", FILE.format(county.ward.principal.name).encode())


def to_confirm(county: County) -> str:
    """A file that Adam has been shown what it changes."""
    client = Browser()
    client.force_login(county.adam.user)
    client.post(reverse("import_directory"), {"client_id": uuid4(), "file": file_of(county)})
    return reverse("import_preview", args=[DirectoryUpload.objects.get().pk])


def part(county: County) -> str:
    batch = issue_batch(by=county.alva, client_id=uuid4(), kind=SheetKind.LOG_SHEET, count=2)
    return reverse("batch_part", args=[batch.pk, 1])


# Who asks, where and what is typed beside the id.
ASKED: dict[str, tuple[str, Callable[[County], str], Callable[[County], dict[str, Any]]]] = {
    "binder": ("alva", lambda c: reverse("binder"), lambda c: {}),
    "batch_part": ("alva", part, lambda c: {}),
    "contact_list": ("alva", lambda c: reverse("contact_list"), lambda c: {}),
    "work_list": ("alva", lambda c: reverse("work_list_pdf", args=["vardkedjor"]), lambda c: {}),
    "code_slips": ("adam", lambda c: reverse("code_slips"), lambda c: {"person": [c.alva.user.pk]}),
    "scan": (
        "alva",
        lambda c: reverse("scan"),
        lambda c: {"files": [SimpleUploadedFile("a.pdf", b"%PDF-1.7")]},
    ),
    "directory.upload": ("adam", lambda c: reverse("import_directory"), lambda c: {"file": file_of(c)}),
    "directory.confirm": ("adam", to_confirm, lambda c: {}),
}
# What a try leaves behind on purpose: the work, the trace, that something was typeset.
OF_TRIES = {Work, WorkPiece, DBTaskResult, Export}


def rows() -> dict[str, int]:
    kept = (
        model
        for model in apps.get_models()
        if model not in OF_TRIES and "audit" not in model.__name__.lower()
    )
    return {
        model._meta.label: model._default_manager.count()
        for model in kept
        if not model._meta.label.startswith(
            ("contacts.Trail", "contacts.Patient", "contacts.DataKey", "sessions")
        )
        and model._meta.label not in {"contacts.PageChange"}
    }


@pytest.mark.parametrize("kind", ASKED)
def test_work_whose_worker_was_lost_is_done_again_and_is_there_once(
    no_typesetting: None, county: County, client: Client, kind: str
):
    who, path, typed = ASKED[kind]
    make_chain(county, make_outage(county.alva), patient_name=NAME)
    at = path(county)
    client.force_login(county.somebody(who).user)
    with override_settings(TASKS=IN_LINE):
        answer = client.post(at, {"client_id": uuid4()} | typed(county))
        work = Work.objects.get(kind=kind, state="waiting")
        assert answer["Location"] == reverse("work", args=[work.pk])
        before = rows()
        with transaction.atomic():
            carry_out.call(str(work.pk), 1)
            undisturbed = rows()
            assert Work.objects.get(pk=work.pk).state == "done"
            transaction.set_rollback(True)
        with (
            patch("contacts.services.work._keep", side_effect=KeyboardInterrupt),
            pytest.raises(KeyboardInterrupt),
        ):
            carry_out.call(str(work.pk), 1)
        assert sweep_work(now=timezone.now() + SILENT_MOST + timedelta(seconds=1)) == 1
        # Who was taken for dead, and one more sweep, do nothing.
        carry_out.call(str(work.pk), 1)
        assert sweep_work() == 0
        for _ in range(2):
            carry_out.call(str(work.pk), 2)
    work.refresh_from_db()
    assert (work.state, work.tries) == ("done", 2), work.said
    assert rows() == undisturbed
    if kind not in {"batch_part"}:
        assert undisturbed != before
    assert not work.pieces.exclude(place=0).exists()


def test_every_kind_is_known_and_says_what_did_not_happen():
    assert set(KINDS) == {*ASKED, "directory.choose", "directory.undo", "log_extract"}
    for kind in KINDS.values():
        assert reverse(kind.back)
        assert kind.nothing.endswith(".")


def test_a_list_of_patients_is_its_owner_s_lies_encrypted_leaves_a_row_and_goes_after_a_day(
    county: County, client: Client, clock: Clock
):
    chain = make_chain(county, make_outage(county.alva), patient_name=NAME)
    client.force_login(county.alva.user)
    with patch("forms.services.printing.render", lambda html, **more: _laid_out(html)):
        asked = client.post(reverse("work_list_pdf", args=["vardkedjor"]), {"client_id": uuid4()})
    work = Work.objects.get()
    assert work.patients == [str(chain.pk)]
    # Asking for it is no look.
    assert not AuditEntry.objects.filter(action=PRINTED).exists()
    for name in ("bo", "cissi", "esa", "adam"):
        client.force_login(county.somebody(name).user)
        for path in (
            f"/utskrifter/{work.pk}/",
            f"/utskrifter/{work.pk}/fil",
            f"/utskrifter/{work.pk}/avbryt/",
        ):
            answers = {client.post(path).status_code, client.get(path).status_code}
            assert answers <= {404, 405}, (name, path)
        assert "Lista" not in client.get(reverse("my_work")).text.partition("<main")[2]
    # The same person in another assignment.
    client.force_login(person("alva.two", county.other_ward, Role.STAFF).user)
    assert client.get(f"/utskrifter/{work.pk}/").status_code == 404
    for table in (Work, WorkPiece):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table._meta.db_table}")
            lies = b" ".join(_bytes(value) for row in cursor for value in row)
        assert lies
        assert b"Tolvan" not in lies
        assert b"<html" not in lies
    client.force_login(county.alva.user)
    before = AuditEntry.objects.count()
    file = opened(client, asked)
    assert NAME in file.content.decode()
    assert (file["Content-Type"], file["Cache-Control"]) == ("application/pdf", "no-store, private")
    fetched, look = AuditEntry.objects.filter(pk__gt=0).order_by("pk")[before:]
    assert {fetched.action, look.action} == {"work.fetched", PRINTED}
    assert look.chain == chain.pk
    clock.shift(KEPT - timedelta(minutes=1))
    call_command("tidy")
    assert Work.objects.exists()
    clock.shift(timedelta(minutes=2))
    call_command("tidy")
    assert not Work.objects.exists()
    assert not WorkPiece.objects.exists()


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _laid_out(html: str) -> Any:
    return Rendered(html.encode(), 1, (1,))


def test_codes_are_opened_once(no_typesetting: None, county: County, client: Client):
    client.force_login(county.adam.user)
    asked = client.post(reverse("code_slips"), {"client_id": uuid4(), "person": [county.alva.user.pk]})
    assert "Filen visas en gång." in client.get(asked["Location"]).text
    assert opened(client, asked).status_code == 200
    gone = client.post(f"{asked['Location']}fil")
    assert (gone.status_code, "Filen är inte kvar." in gone.text) == (410, True)
    page = client.get(asked["Location"]).text
    assert "Den har öppnats, och visas bara en gång." in page
    assert "Öppna utskriften" not in page


def test_the_same_press_is_the_same_work_and_what_is_listed_asks_as_often(county: County, client: Client):
    def press(client_id: UUID) -> Work:
        return ask(by=county.alva, kind="binder", label="Pärm", client_id=client_id)

    with override_settings(TASKS=IN_LINE):
        same = uuid4()
        assert press(same) == press(same)
        client.force_login(county.alva.user)
        client.get(reverse("my_work"))
        with CaptureQueriesContext(connection) as few:
            assert "Väntar på sin tur" in client.get(reverse("my_work")).text
        for _ in range(30):
            press(uuid4())
        with CaptureQueriesContext(connection) as many:
            page = client.get(reverse("my_work"))
    assert len(many) <= len(few) + 1
    assert "Sida 1 av 2" in page.text
    cancelled = client.post(reverse("work_cancel", args=[Work.objects.first().pk]), follow=True)
    assert "Avbruten" in cancelled.text
    assert "Inget är utskrivet." in cancelled.text
    assert SheetBatch.objects.count() == 0
