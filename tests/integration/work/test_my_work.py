"""Mina utskrifter: what is asked for is its owner's alone, lies encrypted, is done once however often it is begun."""

import os
import subprocess
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

from contacts.access import Acting
from contacts.models import AuditEntry, DirectoryUpload, User, Work, WorkPiece
from contacts.rules.permissions import Role
from contacts.rules.trace_words import PRINTED
from contacts.rules.work import KEPT, LONGEST, SILENT_MOST
from contacts.services.alive import this_process
from contacts.services.data_keys import destroy_key
from contacts.services.progress import Progress, Steps
from contacts.services.work import KINDS, Job, Kind, Made, Stopping, Watch, ask, cancel, carry_out
from contacts.services.work_sweep import sweep_work
from contacts.services.work_watching import stop, watching
from forms.models import Export, SheetBatch, SheetKind
from forms.rendering import Rendered
from forms.services.batches import issue_batch
from outage.models import Outage, OutageFigures
from tests.clock import Clock
from tests.factories import TOLVAN, County, end_for_all, make_chain, make_county, make_outage, person
from tests.integration.contacts.importing import filled_in
from tests.integration.outage.pages import fields_of, form_of, read
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


def adam(county: County) -> Browser:
    client = Browser()
    client.force_login(county.adam.user)
    return client


def uploaded(county: County, page: str, file: SimpleUploadedFile) -> str:
    """The page that shows what becomes of a file that Adam has sent."""
    adam(county).post(reverse("import_directory"), {"client_id": uuid4(), "file": file})
    return reverse(page, args=[DirectoryUpload.objects.get().pk])


def to_confirm(county: County, client: Client) -> str:
    return uploaded(county, "import_preview", file_of(county))


def to_choose(county: County, client: Client) -> str:
    return uploaded(
        county, "import_choices", SimpleUploadedFile("a.csv", b"Namn;Ring\nKosten;0910-00 00 10\n")
    )


def chosen(county: County) -> dict[str, Any]:
    page = adam(county).get(reverse("import_choices", args=[DirectoryUpload.objects.get().pk]))
    return filled_in(read(page).main.find("form", class_="import-choices"))


def to_undo(county: County, client: Client) -> str:
    adam(county).post(to_confirm(county, client), {"client_id": uuid4()})
    return reverse("import_undo", args=[DirectoryUpload.objects.get().pk])


def shown(county: County, page: str, *rows: str) -> dict[str, Any]:
    """The form that the preview of a table ends with."""
    file = SimpleUploadedFile("a.csv", "\n".join(rows).encode())
    preview = adam(county).post(reverse(page), {"client_id": uuid4(), "file": file})
    return fields_of(form_of(read(preview), method="post"))


def staff(county: County) -> dict[str, Any]:
    head, nina = (
        "Användarnamn;Förnamn;Efternamn;Enhet;Roll;Titel",
        "nina;Nina;Ek;{};Vårdpersonal;sjuksköterska",
    )
    return shown(county, "import_staff", head, nina.format(county.ward.name))


def jour(county: County) -> dict[str, Any]:
    head = "Enhet;Vem;Nummer;Från dag;Från kl;Till dag;Till kl"
    day = timezone.localdate() + timedelta(days=1)
    return shown(
        county, "import_rota", head, f"{county.ward.name};Anna Ek;0910-00 00 10;{day};08.00;{day};16.00"
    )


def extract(county: County, client: Client) -> str:
    """What she has asked for stands sealed for her log-in."""
    client.force_login(person("rigmor", county.ward, Role.LOG_REVIEWER).user)
    page = read(client.post(reverse("review_log"), {"patient": TOLVAN, "tid": "alla"}, follow=True))
    return next(str(form["action"]) for form in page.main.find_all("form") if "utdrag.pdf" in form["action"])


def part(county: County, client: Client) -> str:
    batch = issue_batch(by=county.alva, client_id=uuid4(), kind=SheetKind.LOG_SHEET, count=2)
    return reverse("batch_part", args=[batch.pk, 1])


def over(county: County) -> UUID:
    outage = end_for_all(county, Outage.objects.get(), timezone.now())
    return OutageFigures.objects.create(outage=outage, principal=county.region).outage_id


# Who asks, where and what is typed beside the id.
ASKED: dict[str, tuple[str, Callable[[County, Client], str], Callable[[County], dict[str, Any]]]] = {
    "binder": ("alva", lambda c, b: reverse("binder"), lambda c: {}),
    "batch_part": ("alva", part, lambda c: {}),
    "contact_list": ("alva", lambda c, b: reverse("contact_list"), lambda c: {}),
    "work_list": ("alva", lambda c, b: reverse("work_list_pdf", args=["vardkedjor"]), lambda c: {}),
    "outage_file": ("alva", lambda c, b: reverse("outage_file", args=["logg", "csv"]), lambda c: {}),
    "outage_log": ("alva", lambda c, b: reverse("outage_log_pdf", args=[1]), lambda c: {}),
    "code_slips": ("adam", lambda c, b: reverse("code_slips"), lambda c: {"person": [c.alva.user.pk]}),
    "scan": (
        "alva",
        lambda c, b: reverse("scan"),
        lambda c: {"files": [SimpleUploadedFile("a.pdf", b"%PDF-1.7")]},
    ),
    "directory.upload": ("adam", lambda c, b: reverse("import_directory"), lambda c: {"file": file_of(c)}),
    "directory.choose": ("adam", to_choose, chosen),
    "directory.confirm": ("adam", to_confirm, lambda c: {}),
    "directory.undo": ("adam", to_undo, lambda c: {}),
    "directory.export": ("bo", lambda c, b: reverse("export_contacts", args=["xlsx"]), lambda c: {}),
    "people.import": ("adam", lambda c, b: reverse("confirm_staff"), staff),
    "rota.import": ("adam", lambda c, b: reverse("confirm_rota"), jour),
    "log_extract": ("rigmor", extract, lambda c: {}),
    "outage.report": ("esa", lambda c, b: reverse("report_make", args=[over(c)]), lambda c: {}),
    "report_print": ("esa", lambda c, b: reverse("report_pdf", args=[over(c)]), lambda c: {}),
}
# What leaves a row of the trace alone.
ONLY_TRACED = {"batch_part", "directory.export", "log_extract", "outage.report", "report_print"}
ONLY_TRACED |= {"outage_file", "outage_log"}
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


def taken_from_the_dead() -> int:
    Work.objects.update(worker="another-machine 1 1")
    return sweep_work(now=timezone.now() + SILENT_MOST + timedelta(seconds=1))


@pytest.mark.parametrize("kind", ASKED)
def test_work_whose_worker_was_lost_is_done_again_and_is_there_once(
    no_typesetting: None, county: County, client: Client, kind: str
):
    who, path, typed = ASKED[kind]
    make_chain(county, make_outage(county.alva), patient_name=NAME)
    at = path(county, client)
    fields = {"client_id": uuid4()} | typed(county)
    if who != "rigmor":
        client.force_login(User.objects.get(username=who))
    with override_settings(TASKS=IN_LINE):
        answer = client.post(at, fields)
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
        assert taken_from_the_dead() == 1
        # Who was taken for dead, and one more sweep, do nothing.
        carry_out.call(str(work.pk), 1)
        assert sweep_work() == 0
        for _ in range(2):
            carry_out.call(str(work.pk), 2)
    work.refresh_from_db()
    assert (work.state, work.tries) == ("done", 2), work.said
    assert rows() == undisturbed
    assert (undisturbed == before) == (kind in ONLY_TRACED)
    assert not work.pieces.exclude(place=0).exists()


def cancelled_and_asked_again(by: Acting, work: Work, press: Callable[[], Work]) -> None:
    assert cancel(by=by, work=work)
    assert press().pk == work.pk


def given_to_another(by: Acting, work: Work, press: Callable[[], Work]) -> None:
    assert taken_from_the_dead() == 1


@pytest.mark.parametrize("meanwhile", [cancelled_and_asked_again, given_to_another])
def test_who_no_longer_has_the_work_writes_nothing_and_takes_nothing_from_who_has(
    county: County, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[..., None]
):
    client_id, first = uuid4(), []

    def press() -> Work:
        return ask(by=county.alva, kind="steered", label="Pärm", client_id=client_id, files=[b"in"])

    def steered(job: Job) -> Steps[Made]:
        (content,) = job.read_files()
        yield Progress("Räknar")
        if not first:
            first.append(True)
            meanwhile(county.alva, Work.objects.get(), press)
            return Made(content=b"the first")
        return Made(content=content + b" the second", filename="a.pdf")

    monkeypatch.setitem(KINDS, "steered", Kind(steered, "my_work", "Inget."))
    with override_settings(TASKS=IN_LINE):
        work = press()
        carry_out.call(str(work.pk), 1)
        work.refresh_from_db()
        assert (work.state, work.tries) == ("waiting", 2)
        carry_out.call(str(work.pk), 2)
    work.refresh_from_db()
    assert (work.state, work.result()) == ("done", b"in the second"), work.said


def test_a_silent_worker_on_this_machine_is_believed_for_as_long_as_it_lives(county: County):
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        with patch("contacts.services.alive.os.getpid", lambda: process.pid):
            worker = this_process()
        with override_settings(TASKS=IN_LINE):
            work = ask(by=county.alva, kind="binder", label="Pärm")
            now = timezone.now()
            Work.objects.update(state="running", started_at=now, beat_at=now, worker=worker)
            silent = now + SILENT_MOST + timedelta(seconds=1)
            assert sweep_work(now=silent) == 0
            # Not for longer than any work may take. One that has its number is another.
            for at, name in ((silent + LONGEST, worker), (now, f"{worker}0")):
                with transaction.atomic():
                    Work.objects.update(worker=name)
                    assert sweep_work(now=at) == 1
                    transaction.set_rollback(True)
            process.kill()
            # Nobody has asked how it ended.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            assert sweep_work(now=now) == 1
    work.refresh_from_db()
    assert (work.state, work.tries, work.lost) == ("waiting", 2, 1)


def test_a_worker_that_is_stopped_breaks_in_on_the_work_alone():
    stop()
    with pytest.raises(Stopping), watching(Watch(Work())):
        pytest.fail("it was begun")
    with watching(Watch(Work())), pytest.raises(Stopping):
        stop()


def test_what_lies_under_a_destroyed_key_is_gone(no_typesetting: None, county: County, client: Client):
    client.force_login(county.alva.user)
    asked = client.post(reverse("contact_list"))
    destroy_key(by=None, name=Work.objects.get().key_name)
    assert client.post(f"{asked['Location']}fil").status_code == 410


def test_every_kind_is_known_and_says_what_did_not_happen():
    assert set(KINDS) == set(ASKED)
    for kind in KINDS.values():
        assert reverse(kind.back, args=[uuid4()] if kind.of else [])
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
    # It goes at that time, though nobody has taken it away yet.
    client.force_login(county.alva.user)
    assert client.post(f"/utskrifter/{work.pk}/fil").status_code == 410
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
