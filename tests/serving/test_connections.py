"""What one client may send before it is answered, and how long its answer may lie unread."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from outage.project import connections
from outage.project.connections import Protocol

pytestmark = pytest.mark.once

LARGE = 20_000_000
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass
class Served:
    """What a server with one answer, of so many bytes, has been asked for."""

    size: int = 2
    state: ServerState = field(default_factory=ServerState)
    asked: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    async def application(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            more = message["more_body"]
        self.asked.append(scope)
        length = (b"content-length", str(self.size).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": b"x" * self.size})

    def send(self, raw: bytes) -> socket.socket:
        """From a client that reads nothing by itself."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", self.port))
        client.sendall(raw)
        client.setblocking(False)
        return client

    async def until(self, number: int, seconds: float = 5) -> None:
        """So many connections are there."""
        async with asyncio.timeout(seconds):
            while len(self.state.connections) != number:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(size: int = 2) -> AsyncIterator[Served]:
    served = Served(size)
    config = Config(served.application, log_config=None, lifespan="off", interface="asgi3", http=Protocol)  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(config, served.state, {}), "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    yield served
    server.close()
    for each in list(served.state.connections):
        each.transport.abort()
    await served.until(0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))  # type: ignore[arg-type]
    assert (Protocol.unread, Protocol.unread_of_all) == ({}, 0)


async def all_from(client: socket.socket) -> bytes:
    loop, pieces = asyncio.get_running_loop(), []
    while piece := await loop.sock_recv(client, 65_536):
        pieces.append(piece)
    return b"".join(pieces)


def test_what_follows_a_body_is_no_header():
    async def ask() -> None:
        async with serving() as served:
            with served.send(CHUNKED + b"1\r\nx\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n") as client:
                assert (await asyncio.get_running_loop().sock_recv(client, 100)).startswith(b"HTTP/1.1 200")
        assert [name for name, _ in served.asked[0]["headers"]] == [b"host", b"transfer-encoding"]

    run(ask)


@pytest.mark.parametrize(
    "start",
    [
        GET[:-2],
        CHUNKED + b"1\r\nx\r\n0\r\n",
        CHUNKED + b"1\r\nx\r\n0\r\nX: ",
        CHUNKED + b"1;x=",
    ],
    ids=["headers", "trailers", "one trailer", "chunk"],
)
def test_what_is_no_body_is_not_read_without_end(start: bytes):
    line = (
        b"x" * 60_000 if start[-1:] != b"\n" else b"".join(b"X-%d: x\r\n" % number for number in range(6_000))
    )

    async def ask() -> None:
        async with serving() as served:
            with served.send(start) as client:
                with pytest.raises(ConnectionError):
                    await asyncio.get_running_loop().sock_sendall(client, line * 100)
                await served.until(0)
        assert served.asked == []

    run(ask)


def test_more_headers_than_anybody_sends_are_refused():
    async def ask() -> None:
        async with serving() as served:
            for number, status in ((connections.HEADERS - 1, b"200"), (connections.HEADERS, b"400")):
                with served.send(GET[:-2] + b"X: x\r\n" * number + b"\r\n") as client:
                    answer = await asyncio.get_running_loop().sock_recv(client, 100)
                    assert answer.startswith(b"HTTP/1.1 " + status)

    run(ask)


def test_a_large_body_in_many_pieces_is_read():
    async def ask() -> None:
        async with serving() as served:
            with served.send(CHUNKED) as client:
                loop = asyncio.get_running_loop()
                await loop.sock_sendall(
                    client, b"2710\r\n" + b"x" * 10_000 + b"\r\n" + b"1\r\nx\r\n" * 100_000
                )
                await loop.sock_sendall(client, b"0\r\n\r\n")
                assert (await loop.sock_recv(client, 100)).startswith(b"HTTP/1.1 200")

    run(ask)


def test_who_asks_again_before_the_answer_is_answered_once():
    async def ask() -> None:
        async with serving() as served:
            with served.send(GET * 500) as client:
                answer = await all_from(client)
        assert (answer.count(b"HTTP/1.1 200"), b" 400 " in answer, len(served.asked)) == (1, False, 1)

    run(ask)


def test_who_asks_again_after_the_answer_is_answered():
    async def ask() -> None:
        async with serving(LARGE) as served:
            with served.send(GET) as client:
                loop, size = asyncio.get_running_loop(), 0
                while size < LARGE:
                    size += len(await loop.sock_recv(client, 1_000_000))
                await loop.sock_sendall(client, GET)
                assert (await loop.sock_recv(client, 100)).startswith(b"HTTP/1.1 200")
        assert len(served.asked) == 2

    run(ask)


def test_an_answer_that_nobody_reads_has_its_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.1)

    async def ask() -> None:
        async with serving(LARGE) as served:
            with served.send(GET), served.send(GET) as slow:
                await served.until(2)
                size = 0
                for _ in range(20):
                    await asyncio.sleep(0.1)
                    # Who goes on reading has the time it takes.
                    size += len(await asyncio.get_running_loop().sock_recv(slow, 300_000))
                await served.until(1, 1)
                size += len(await all_from(slow))
        assert size > LARGE

    run(ask)


def test_where_too_much_is_not_read_who_has_not_read_for_longest_goes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "MOST_UNREAD", 2 * LARGE)

    async def ask() -> None:
        async with serving(LARGE) as served:
            clients = []
            for number in range(4):
                clients.append(served.send(GET))
                async with asyncio.timeout(5):
                    while len(served.asked) <= number:
                        await asyncio.sleep(0.01)
            await served.until(2)
            assert {each.client for each in served.state.connections} == {
                each.getsockname() for each in clients[2:]
            }
            for each in clients:
                each.close()

    run(ask)


def test_who_stops_waits_for_nobody_who_is_still(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "STILL_SECONDS", 0.5)

    async def ask() -> None:
        async with serving(LARGE) as served:
            half = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n"
            with served.send(GET), served.send(half), served.send(half) as sends, served.send(GET) as reads:
                loop, size = asyncio.get_running_loop(), 0
                await served.until(4)
                await asyncio.sleep(0.2)
                for each in list(served.state.connections):
                    each.shutdown()
                for _ in range(15):
                    await asyncio.sleep(0.1)
                    await loop.sock_sendall(sends, b"x")
                    size += len(await loop.sock_recv(reads, 300_000))
                await served.until(2, 1)
                await loop.sock_sendall(sends, b"xxxxx")
                assert len(await all_from(sends)) > LARGE
                assert size + len(await all_from(reads)) > LARGE

    run(ask)
