"""Nothing that a client withholds keeps anybody else waiting, and what the server makes of odd requests."""

import os
import re
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.browser.server import Server
from tests.integration.outage.pages import errors_of, fields_of
from tests.serving.person import Person
from tests.template import STATIC

pytestmark = [pytest.mark.slow, pytest.mark.once]

# Anybody who had to wait for one of them would wait for as long as it is silent, which is for ever.
AT_ONCE = 10.0
IDLE, HALF_HEADERS, HALF_BODIES = 300, 50, 50
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
PARTS = b"Content-Type: multipart/form-data; boundary=x\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    real = Server(tmp_path_factory.mktemp("served"), workers=2)
    real.prepare()
    real.start()
    yield real
    real.kill()


@pytest.fixture(scope="module")
def alva(server: Server) -> Person:
    found = Person(server.origin)
    found.log_in("Alva Bergdal")
    return found


def call_fields(person: Person) -> tuple[str, dict[str, object]]:
    """The address and the content of a call that was not answered, of the first that Läge says is to be made."""
    person.get("/")
    form = person.form(action=re.compile("/forsok/"))
    return str(form["action"]), fields_of(form) | {"outcome": "no_answer"}


def calls(server: Server) -> int:
    ((count,),) = server.rows("SELECT count(*) FROM outage_handover")
    assert isinstance(count, int)
    return count


@dataclass
class Withholding:
    """Clients that have sent what they send, and nothing more."""

    server: Server
    stack: ExitStack

    def send(self, start: bytes, times: int) -> list[socket.socket]:
        return [self._one(start) for _ in range(times)]

    def _one(self, start: bytes) -> socket.socket:
        one = self.stack.enter_context(socket.create_connection(("127.0.0.1", self.server.port), timeout=20))
        one.sendall(start)
        return one


@pytest.fixture
def withholding(server: Server) -> Iterator[Withholding]:
    with ExitStack() as stack:
        yield Withholding(server, stack)


def test_a_call_is_logged_as_if_those_who_send_nothing_more_were_not_there(
    server: Server, alva: Person, withholding: Withholding
):
    path, fields = call_fields(alva)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {alva.cookies()}\r\n".encode()
    withholding.send(b"", IDLE)
    withholding.send(head, HALF_HEADERS)
    typed = urlencode(fields, doseq=True).encode()
    length = b"Content-Length: 90000\r\n\r\n"
    withholding.send(head + FORM + length + typed[:-20], HALF_BODIES // 2)
    withholding.send(
        head + PARTS + length + b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n1',
        HALF_BODIES - HALF_BODIES // 2,
    )
    withholding.send(head + FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\na=1", 10)
    before, began = calls(server), monotonic()
    alva.post(path, fields)
    assert (alva.status, errors_of(alva.page)) == (200, "")
    assert calls(server) == before + 1
    # Both processes: each has half of those who are silent.
    for _ in range(10):
        assert alva.get("/halsa") is not None
    assert monotonic() - began < AT_ONCE


def test_who_does_not_read_the_answer_keeps_nobody_waiting(
    server: Server, alva: Person, withholding: Withholding
):
    # More than what lies on the way between the two holds.
    large = max((STATIC / "vendor").rglob("*.map"), key=lambda path: path.stat().st_size)
    withholding.send(
        f"GET /static/{large.relative_to(STATIC)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(), 200
    )
    began = monotonic()
    assert "Läge" in alva.get("/").get_text(" ")
    assert monotonic() - began < 2 * AT_ONCE


def answer_to(server: Server, raw: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as one:
        one.sendall(raw)
        one.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := one.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Content-Length: 3", "Content-Length: 4"),
        ("Content-Length: 3, 3",),
        ("Content-Length: +3",),
        ("Transfer-Encoding: identity, chunked, chunked",),
        ("Transfer-Encoding: xchunked",),
        ("X-A: b\rX-C: d",),
        ("X-A : b",),
    ],
)
def test_a_request_whose_end_could_be_read_in_two_ways_is_refused(server: Server, lines: tuple[str, ...]):
    raw = "\r\n".join(["POST /logga-in/ HTTP/1.1", "Host: localhost", *lines, "", "abc"])
    told = answer_to(server, raw.encode()).partition(b"\r\n")[0]
    assert told.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501"))


@pytest.mark.parametrize(
    "start",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /logga-in/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
    ],
    ids=["before the body", "after the body"],
)
def test_headers_without_end_are_not_read(server: Server, start: bytes):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as one:
        one.sendall(start)
        with pytest.raises(ConnectionError):
            one.sendall(b"".join(b"X-%d: x\r\n" % number for number in range(2_000_000)))


def test_it_listens_to_this_machine_alone_and_writes_no_addresses(server: Server, alva: Person):
    alva.get("/finns/inte/19121212-1212/")
    assert alva.status == 404
    assert "19121212" not in (server.room / "server.log").read_text(encoding="utf-8")
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.2", server.port), timeout=5)


def workers_of(server: Server) -> list[int]:
    assert server.process
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return [int(each) for each in children.read_text(encoding="utf-8").split()]


def test_another_takes_the_place_of_a_process_that_hangs_and_nobody_is_turned_away(
    server: Server, alva: Person
):
    first, second = workers_of(server)
    # What comes when a page has not been made in time; and what nothing can catch.
    os.kill(first, signal.SIGALRM)
    os.kill(second, signal.SIGKILL)
    alva.get("/")
    assert alva.status == 200
    until = monotonic() + 3 * AT_ONCE
    while len(workers_of(server)) < 2 and monotonic() < until:
        sleep(0.1)
    assert not {first, second} & set(workers_of(server))


def test_a_process_that_has_grown_is_replaced_and_nobody_is_turned_away(server: Server):
    other = Server(server.room, workers=1, more={"MOST_MEMORY_MB": "1"})
    other.start()
    try:
        before = workers_of(other)
        until = monotonic() + 3 * AT_ONCE
        while workers_of(other) == before and monotonic() < until:
            # Who asks meanwhile waits for the next one.
            with urlopen(f"{other.origin}/halsa", timeout=3 * AT_ONCE) as answer:
                assert answer.status == 200
        assert workers_of(other) != before
    finally:
        other.kill()


def test_one_that_has_grown_answers_until_another_does_and_waits_for_nobody_who_is_still(server: Server):
    other = Server(server.room, workers=1, more={"MOST_MEMORY_MB": "1"})
    other.start()
    try:
        with socket.create_connection(("127.0.0.1", other.port), timeout=3 * AT_ONCE) as one:
            one.sendall(b"POST /logga-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\nx")
            first, *_ = workers_of(other)
            while listens(first):
                sleep(0.01)
            stopped = monotonic()
            assert any(listens(each) for each in workers_of(other))
            while first in workers_of(other):
                sleep(0.01)
            assert monotonic() - stopped < AT_ONCE
    finally:
        other.kill()


def test_the_processes_end_when_the_one_that_started_them_is_gone(server: Server):
    other = Server(server.room, workers=2)
    other.start()
    assert other.process
    workers = workers_of(other)
    other.process.kill()
    other.process.wait()
    try:
        until = monotonic() + AT_ONCE
        while any(map(listens, workers)) and monotonic() < until:
            sleep(0.05)
        assert not any(map(listens, workers))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", other.port), timeout=5)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(other.process.pid, signal.SIGKILL)


def test_unfinished_bodies_without_end_take_the_memory_of_no_process(
    server: Server, alva: Person, withholding: Withholding
):
    head = b"POST /logga-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
    path, fields = call_fields(alva)
    before, workers = calls(server), workers_of(server)
    withholding.send(head + b"x" * 950_000, 400)
    began = monotonic()
    alva.post(path, fields)
    assert (alva.status, errors_of(alva.page)) == (200, "")
    assert calls(server) == before + 1
    assert monotonic() - began < AT_ONCE
    assert workers_of(server) == workers
    assert [each for each in workers if memory_of(each) > 300 * 2**20] == []


def memory_of(worker: int) -> int:
    pages = Path(f"/proc/{worker}/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * resource.getpagesize()


def test_who_connected_before_a_worker_stopped_and_asks_after_is_answered(server: Server):
    for _ in range(10):
        late_by, answer = asked_after_the_worker_stopped(server)
        # One who was held up for longer than a worker listens has shown nothing; a busy machine does that.
        if answer or late_by < 1:
            break
    assert answer.startswith(b"HTTP/1.1 200")


def asked_after_the_worker_stopped(server: Server) -> tuple[float, bytes]:
    """Seconds from when the worker still took connections to the question, and what was answered."""
    other = Server(server.room, workers=1, more={"MOST_MEMORY_MB": "1"})
    other.start()
    try:
        # The oldest, where another is on its way.
        worker, *_ = workers_of(other)
        with socket.create_connection(("127.0.0.1", other.port), timeout=3 * AT_ONCE) as one:
            listened = monotonic()
            # Taken by that worker, which answers the next one and is then too large.
            with urlopen(f"{other.origin}/halsa", timeout=3 * AT_ONCE):
                pass
            looked = monotonic()
            while listens(worker):
                listened = looked
                sleep(0.01)
                looked = monotonic()
            sleep(0.3)
            one.sendall(b"GET /halsa/lever HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            late_by = monotonic() - listened
            with suppress(ConnectionError):
                return late_by, one.recv(65_536)
            return late_by, b""
    finally:
        other.kill()


def listens(worker: int) -> bool:
    """Whether the process has a TCP socket that takes connections; one that is gone has none."""
    state, inode, listening = 3, 9, "0A"
    ours, process = set(), Path(f"/proc/{worker}")
    try:
        lines = [line.split() for line in (process / "net/tcp").read_text(encoding="utf-8").splitlines()]
        for each in (process / "fd").iterdir():
            with suppress(FileNotFoundError):
                ours.add(str(each.readlink()))
    except (FileNotFoundError, ProcessLookupError):
        return False
    return any(line[state] == listening and f"socket:[{line[inode]}]" in ours for line in lines)


def test_what_has_begun_is_answered_when_the_server_stops(server: Server, alva: Person):
    """The last of the file: nothing is served after it."""
    path, fields = call_fields(alva)
    body = urlencode(fields, doseq=True).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {alva.cookies()}\r\n".encode()
    before = calls(server)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as one:
        one.sendall(head + FORM + f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:50])
        sleep(0.5)
        assert server.process
        server.process.terminate()
        sleep(0.5)
        one.sendall(body[50:])
        assert one.recv(65_536).startswith(b"HTTP/1.1 302")
    assert server.process.wait(timeout=30) == 0
    assert calls(server) == before + 1
    assert "Driftstopp är stoppat." in (server.room / "server.log").read_text(encoding="utf-8")
