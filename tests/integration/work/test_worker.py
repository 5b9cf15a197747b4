"""A real worker beside the pages: it tells how far it has come, hears of the end, and is killed in the middle."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from contacts.models import Work
from contacts.rules.work import BROKE, LOST, MOST_TRIES
from contacts.services.work import KINDS, ask, cancel
from tests.factories import County, make_county
from tests.integration.work.worker import PATIENT, know

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 30.0


def until(true: Callable[[], object], what: str = "") -> None:
    end = monotonic() + PATIENCE
    while not true():
        assert monotonic() < end, what or true
        sleep(0.02)


class Bench:
    """Where work is asked for, by Alva, and a worker does it."""

    def __init__(self, room: Path, county: County, client: Client) -> None:
        self.room, self.by, self.client = room, county.alva, client
        self.process: subprocess.Popen[bytes] | None = None
        self.log = room / "worker.log"
        client.force_login(self.by.user)

    def start(self, *, silent: float = 60, at_once: int = 4) -> None:
        name = connection.settings_dict["NAME"]
        if connection.vendor == "sqlite":
            url = f"sqlite:///{name}"
        else:
            url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
        told = {"DATABASE_URL": url, "LONG_WORK": str(at_once), "SILENT": str(silent), "WORK_AT_ONCE": "0"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.work.worker"],
                cwd=ROOT,
                env=os.environ | told,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0, self.log.read_text()

    def ask(self, gate: str) -> Work:
        return ask(
            by=self.by,
            kind="steered",
            label="Lista",
            client_id=uuid4(),
            args={"gate": str(self.room / gate)},
            files=[PATIENT.encode()],
        )

    def open(self, gate: str, what: str = "") -> None:
        (self.room / f"{gate}.new").write_text(what)
        (self.room / f"{gate}.new").rename(self.room / gate)

    def page(self, work: Work) -> str:
        """As it refreshes itself."""
        path = reverse("work", args=[work.pk])
        answer = self.client.get(path, headers={"HX-Request": "true", "HX-Trigger": "work"})
        return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())

    def shows(self, work: Work, words: str) -> None:
        until(lambda: words in self.page(work), f"{words}: {self.page(work)} {self.log.read_text()}")

    def hand(self, work: Work, tries: int) -> int:
        """The process that does it, once it has come to its third step."""
        begun = Work.objects.filter(pk=work.pk, state="running", tries=tries, done=3)
        until(begun.exists, f"try {tries}")
        (worker,) = DBTaskResult.objects.get(pk=begun.get().task).worker_ids
        return int(worker.rpartition("-")[2])

    def hands(self) -> list[int]:
        """The processes that have work in hand."""
        assert self.process
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(each) for each in path.read_text().split()]


@pytest.fixture
def bench(tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setitem(KINDS, "steered", KINDS["binder"])
    know()
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
        bench = Bench(tmp_path, make_county(), client)
        yield bench
    if bench.process and bench.process.poll() is None:
        for child in bench.hands():
            os.kill(child, signal.SIGKILL)
        bench.process.kill()
        bench.process.wait()


def test_it_tells_how_far_it_has_come_and_hears_of_the_end(bench: Bench):
    done, broken, refused, cancelled, given_back = (
        bench.ask(gate) for gate in ("done", "broken", "refused", "cancelled", "back")
    )
    assert "Väntar på sin tur" in bench.page(done)
    bench.start(at_once=5)
    for work in (done, broken, refused, cancelled, given_back):
        bench.shows(work, "Räknar: 3 av 9")
    assert len(bench.hands()) == 5
    bench.open("done")
    bench.open("broken", "break")
    bench.open("refused", "refuse")
    assert cancel(by=bench.by, work=cancelled)
    bench.shows(done, "Klar")
    bench.shows(broken, f"Det gick inte. Inget är utskrivet. {BROKE}")
    bench.shows(refused, "Det gick inte. Inget är utskrivet. Filen gick inte att läsa.")
    bench.shows(cancelled, "Avbruten")
    # Each process ends with its work, and what it took of the machine goes back.
    until(lambda: len(bench.hands()) == 1)
    bench.stop()
    given_back.refresh_from_db()
    assert (given_back.state, given_back.tries) == ("waiting", 1)
    fetched = bench.client.post(reverse("work_file", args=[done.pk]))
    assert (fetched.content, fetched["Cache-Control"]) == (PATIENT.encode(), "no-store, private")
    # What the worker left behind says whose work it was, and nothing of what it was about.
    cancelled.refresh_from_db()
    assert cancelled.files() == []
    told = [*DBTaskResult.objects.values(), *Work.objects.values(), bench.log.read_text()]
    assert not [row for row in told if any(word in str(row) for word in PATIENT.split())]
    assert {tuple(row.args_kwargs["args"]) for row in DBTaskResult.objects.all()} == {
        (str(work.pk), 1) for work in (done, broken, refused, cancelled, given_back)
    }
    assert "broke: ValueError" in bench.log.read_text()
    bench.open("back")
    bench.start()
    bench.shows(given_back, "Klar")
    bench.stop()


def test_killed_in_the_middle_it_is_begun_anew_and_after_some_times_said_to_have_failed(bench: Bench):
    lost, kept = bench.ask("lost"), bench.ask("kept")
    bench.start(silent=1, at_once=2)
    for tries in range(1, MOST_TRIES + 1):
        os.kill(bench.hand(lost, tries), signal.SIGKILL)
    bench.shows(lost, LOST)
    assert "Det gick inte. Inget är utskrivet." in bench.page(lost)
    # Of the other worker nothing was taken.
    bench.open("kept")
    bench.shows(kept, "Klar")
    kept.refresh_from_db()
    assert kept.tries == 1
    # The same form sent again is begun anew.
    bench.open("lost")
    again = ask(
        by=bench.by,
        kind="steered",
        label="Lista",
        client_id=lost.client_id,
        args=lost.args,
        files=[PATIENT.encode()],
    )
    assert again.pk == lost.pk
    bench.shows(again, "Klar")
    bench.stop()
